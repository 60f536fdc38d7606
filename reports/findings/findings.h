/* SPDX-License-Identifier: Apache-2.0 */
/* The reports of findings, in every format, and what checks mean. */
#ifndef REPORTS_FINDINGS_FINDINGS_H
#define REPORTS_FINDINGS_FINDINGS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "reports/model/report.h"
#include "validator/check.h"
#include "validator/validate.h"

/* ---- text ---- */

struct table_options {
	struct screen screen;
	bool quiet;   /* only the findings that are not PASS */
	bool verbose; /* each file with its class, and all that was not checked */
};

/*
 * Writes the findings of `v` in their order (those that say PASS last), then what was read,
 * which checks were not run, and the counts. Reads the lines that findings are on from the
 * snapshot's sources. Errors of `out` are left in it for ferror().
 */
void findings_table(FILE *out, const struct validation *v, const struct snapshot *snapshot,
		    const struct table_options *options);

/* ---- JSON ---- */

extern const struct record finding_record, findings_document, explain_document;

/* What finding_record is about. */
struct finding_item {
	const struct finding *finding;
	const struct snapshot *snapshot; /* that has the names of files */
};

/*
 * The findings in their order, the counts, and the checks that were not run. What a finding
 * does not have (resource, path, location, related, hint) is left out. The caller owns the
 * tree and frees it with cJSON_Delete().
 */
cJSON *findings_json(const struct validation *v, const struct snapshot *snapshot);

/*
 * One run: every check as a rule, every finding that does not say PASS as a result with its
 * region, related places and a fingerprint that line numbers do not change; what was silenced
 * with its suppression; inputs that could not be read and what was not checked as
 * notifications. `version` is that of the program. The caller owns the tree and frees it with
 * cJSON_Delete().
 */
cJSON *findings_sarif(const struct validation *v, const struct snapshot *snapshot,
		      const char *version);

/* ---- JUnit XML, workflow commands, pages ---- */

/*
 * One suite. Every finding is a test case: failed from severity `threshold` on, else passed
 * with its text as output; silenced ones and checks without their input are skipped ones, each
 * check that found nothing is one that passed, and an input that cannot be read is an error.
 * Names of cases hold no line numbers, so that servers know them again. Errors of `out` are
 * left in it.
 */
void findings_junit(FILE *out, const struct validation *v, const struct snapshot *snapshot,
		    enum severity threshold);

/*
 * Writes `::error file=...,line=...,col=...::...` for every FAIL, `::warning` for WARN and
 * `::notice` for INFO, then those that they stand for, then the counts as a plain line. Errors
 * of `out` are left in it.
 */
void findings_github(FILE *out, const struct validation *v, const struct snapshot *snapshot);

/* Writes a line for each finding as compilers do, also for those that one stands for; the
 * counts are left out. Errors of `out` are left in it. */
void findings_gcc(FILE *out, const struct validation *v, const struct snapshot *snapshot);

/* Writes a comment for a merge request: counts and a table, the worst first, at most
 * MARKDOWN_BYTES_MAX. Errors of `out` are left in it. */
void findings_markdown(FILE *out, const struct validation *v, const struct snapshot *snapshot);

/* GitLab's code quality report, an array of issues. The caller frees it with cJSON_Delete(). */
cJSON *findings_codeclimate(const struct validation *v, const struct snapshot *snapshot);

/* Writes the page. Errors of `out` are left in it for ferror(). */
void findings_html(FILE *out, const struct validation *v, const struct snapshot *snapshot);

/* ---- baselines ---- */

/*
 * Writes every finding that could count (not those that say PASS, and no IN011), and those
 * that only a baseline silenced, as YAML that config/objects/project.h reads: sorted by
 * identity, each once. Errors of `out` are left in it.
 */
void baseline_write(FILE *out, const struct validation *v, const struct snapshot *snapshot);

/*
 * Writes the baseline anew without the entries that `v` reports as no longer found; those whose
 * check was not run stay. False, and nothing is written, when there are no such entries.
 */
bool baseline_prune(FILE *out, const struct silencings *silencings, const struct validation *v);

/* ---- what checks mean ---- */

/* Writes all that the table says of each of the `count` checks, in lines of `width` columns. */
void explain_text(FILE *out, unsigned width, const enum check_code *codes, uint32_t count);

/* Writes a line for every check: code, slug, severity, title. */
void explain_list(FILE *out, unsigned width);

/* {"checks":[{"code","slug","severity","needs","title","why","fix","bad","good"}]}, for the
 * `count` codes. The caller frees it with cJSON_Delete(). */
cJSON *explain_json(const enum check_code *codes, uint32_t count);

/* The manual page purelbtool-checks(7): what `explain` says of every check. */
void roff_checks(FILE *out);

/* ---- words for what checks need ---- */

/*
 * `needs` (a set of enum need) without those that come along with another one of the set:
 * who has an inventory has nodes.
 */
unsigned needs_reduce(unsigned needs);

/* Appends the names, joined by `separator`. */
void needs_add_names(struct text *t, unsigned needs, const char *separator);

/* Appends what to give, joined by "and": "Nodes, Leases or a NodeInventory". */
void needs_add_advice(struct text *t, unsigned needs);

#endif
