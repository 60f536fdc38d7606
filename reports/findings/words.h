/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports of findings share: places, resources, lines, counts, the summary. */
#ifndef REPORTS_FINDINGS_WORDS_H
#define REPORTS_FINDINGS_WORDS_H

#include "base/hash.h"
#include "base/text.h"
#include "config/objects/snapshot.h"
#include "reports/formats/screen.h"
#include "validator/validate.h"

/* The file at `pos` as the user named it; NULL: no place, or standard input. */
const char *finding_file(const struct snapshot *snapshot, struct pos pos);

/* The name of the source at `pos`, "<stdin>" for standard input; NULL: no place. */
const char *finding_source(const struct snapshot *snapshot, struct pos pos);

/* The same for reports in which everything has a file: what is about no place is about the
 * input as a whole, its first file. NULL: there is none. */
const char *finding_report_file(const struct snapshot *snapshot, struct pos pos);

/* Fingerprints that a report has given out; {0} at first. */
struct fingerprints {
	struct fingerprint *known;
	struct arena arena;
};

/*
 * Appends a fingerprint that no other finding of the report has: of findings that have the same
 * one, the second ends with ":2", in the order of the report.
 */
void finding_add_own_fingerprint(struct text *t, const struct finding *f,
				 const struct snapshot *snapshot, const char *extra,
				 struct fingerprints *given);

void fingerprints_release(struct fingerprints *given);

/*
 * Appends a digest of what makes a finding the same one in another run, though it may have
 * moved to another line: 64 hexadecimal digits. `extra` goes into it as well.
 */
void finding_add_fingerprint(struct text *t, const struct finding *f,
			     const struct snapshot *snapshot, const char *extra);

/* Appends "ServiceGroup purelb-system/web" as it was read; nothing for NULL. */
void finding_add_resource(struct text *t, const struct object *object);

/* Appends the message, " (inferred)" when it rests on a guess, and its clusters. */
void finding_add_message(struct text *t, const struct finding *f);

/* Appends " (cluster live)" for a finding about one of several clusters, or some of them. */
void finding_add_cluster(struct text *t, const struct finding *f);

/* Appends "2 FAIL, 0 WARN, 1 INFO, 3 PASS" and, if there are any, ", 4 silenced". */
void findings_add_counts(struct text *t, const struct validation *v);

/*
 * Reads the lines that the findings (but not those that say PASS) are on, those that were
 * silenced, and those of related places; end it with excerpt_release().
 */
void findings_read_lines(struct excerpt_lines *lines, const struct validation *v,
			 const struct snapshot *snapshot);

/*
 * The column after the key or value at `pos`, in characters from 1, as far as its line tells;
 * 0: the line is not there. For pieces that go over several lines it ends on this one.
 */
uint32_t finding_end_column(const struct excerpt_lines *lines, struct pos pos);

/* ---- the summary ---- */

/* Appends "2 ServiceGroups, 1 Node from pools.yaml; 3 other objects skipped". */
void summary_add_read(struct text *t, const struct validation *v,
		      const struct snapshot *snapshot);

/* The release whose rules count, "0.16.4"; NULL: it is the default. (A4.1) */
const char *summary_release(const struct validation *v, struct arena *arena);

/* Where the install namespace comes from, a few words; NULL: it is the usual one. (I8.1) */
const char *summary_namespace_origin(const struct snapshot *snapshot);

/*
 * Appends the files below named folders that were not read, by class: "41 Helm templates (2
 * charts), 12 kustomize patches". False, and appends nothing, when there are none. (I1)
 */
bool summary_add_unread(struct text *t, const struct sources *sources);

/*
 * Appends what the next set of skipped checks lacks: "without nodes: CV001-CV004; add Nodes".
 * Checks with rare needs are counted, or with `full` listed as the others. *at begins with 0.
 * Returns false, and appends nothing, when there is no further one.
 */
bool summary_add_skipped(struct text *t, const struct validation *v, bool full, uint32_t *at);

/*
 * Appends what skipped checks lack, in `width` columns: "checks that need leases or rarer
 * inputs; -v lists them". False, and appends nothing, when none was skipped.
 */
bool summary_add_lacks(struct text *t, const struct validation *v, size_t width);

/* What files of a class are called, one of them: "Helm template". */
const char *summary_class_name(enum file_class class);

/*
 * Appends how many values are not known, and how to give them: "3 values are placeholders".
 * False, and appends nothing, when all are known. (I6)
 */
bool summary_add_unknown(struct text *t, const struct snapshot *snapshot);

/* Appends what "inferred" means when a finding is; returns whether one is. */
bool summary_add_inferred(struct text *t, const struct validation *v);

#endif
