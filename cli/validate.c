/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool validate: every check over the inputs. */
#include "cli/cli.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "cli/common.h"
#include "purelb/agents/cluster.h"
#include "reports/findings/baseline.h"
#include "reports/findings/findings_github.h"
#include "reports/findings/findings_html.h"
#include "reports/findings/findings_json.h"
#include "reports/findings/findings_junit.h"
#include "reports/findings/findings_sarif.h"
#include "reports/findings/findings_table.h"
#include "reports/model/json_yaml.h"
#include "reports/findings/needs.h"
#include "validator/validate.h"

/* ---- the options ---- */

enum {
	OPT_NAMESPACE,
	OPT_STRICT,
	OPT_FAIL_ON,
	OPT_OUTPUT,
	OPT_REQUIRE,
	OPT_PURELB_VERSION,
	OPT_BGP_DAEMON,
	OPT_KUBERNETES_VERSION,
	OPT_DISABLE,
	OPT_BASELINE,
	OPT_WRITE_BASELINE,
	OPT_SERVICE_CIDR,
	OPT_CONFIG,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const char *const levels[] = { "FAIL", "WARN", "INFO", NULL };
static const char *const daemons[] = { "fork-1.1", "fork-1.3", NULL };

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = COMMON_NAMESPACE,
	[OPT_STRICT] = { "strict", 0, NULL, NULL, "warnings fail, too: as --fail-on WARN" },
	[OPT_FAIL_ON] = { "fail-on", 0, "LEVEL", levels,
			  "exit with 1 when there are findings of this severity or above: FAIL "
			  "(the default), WARN or INFO" },
	[OPT_OUTPUT] = { "output", 'o', "FORMAT[=FILE]", output_formats_findings,
			 "write the report as table (the default), json, yaml, sarif, junit, "
			 "github (workflow commands) or html, to FILE if one is named; may be repeated" },
	[OPT_REQUIRE] = { "require", 0, "NEED[,NEED]...", NULL,
			  "exit with 2 when the input lacks one of these: nodes, labels, "
			  "inventory, leases, services, namespaces, daemonset, crds, "
			  "node-objects, service-cidr, bgp, routers, secrets" },
	[OPT_PURELB_VERSION] = COMMON_PURELB_VERSION,
	[OPT_BGP_DAEMON] = { "bgp-daemon", 0, "DAEMON", daemons,
			     "the BGP daemon on the nodes: fork-1.1 (the default, which PureLB "
			     "ships) or fork-1.3" },
	[OPT_KUBERNETES_VERSION] = { "kubernetes-version", 0, "VERSION", NULL,
				     "the release of Kubernetes that the cluster runs, such as "
				     "1.36 (default: the newest kubelet of the Nodes)" },
	[OPT_DISABLE] = { "disable", 0, "CODE[,CODE]...", NULL,
			  "silence these checks, named by code or slug; may be repeated" },
	[OPT_BASELINE] = { "baseline", 0, "FILE", NULL,
			   "findings that FILE records do not count again; see --write-baseline" },
	[OPT_WRITE_BASELINE] = { "write-baseline", 0, "FILE", NULL,
				 "record the findings in FILE, for --baseline; this run still "
				 "reports them" },
	[OPT_SERVICE_CIDR] = { "service-cidr", 0, "CIDR[,CIDR]", NULL,
			       "the cluster's Service networks, which no pool may overlap; may be "
			       "repeated" },
	[OPT_CONFIG] = COMMON_CONFIG,
	[OPT_COLOR] = COMMON_COLOR,
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "no findings at or above the threshold (see --strict and --fail-on)" },
	{ "1", "findings at or above the threshold" },
	{ "2",
	  "usage error, an input that cannot be read, or a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool validate manifests/", "check every YAML and JSON file below a folder" },
	{ "helm template purelb purelb/purelb | purelbtool validate --strict",
	  "check what a chart renders; warnings fail the pipeline, too" },
	{ "purelbtool validate -o table -o json=report.json pools.yaml nodes.yaml",
	  "with the nodes' description, for people and for programs" },
	{ "purelbtool validate --write-baseline known.yaml manifests/",
	  "record what is wrong now; then --baseline known.yaml shows only what is new" },
	{ "purelbtool validate -o github -o sarif=purelb.sarif manifests/",
	  "annotations on a pull request, and a file for code scanning" },
	{ NULL, NULL },
};

const struct command_spec validate_spec = {
	.name = "validate",
	.operands = "[INPUT]...",
	.summary = "check manifests: what is wrong, where, and what to change",
	.description =
		"Checks the objects that configure PureLB, against each other and against "
		"the nodes if the input describes them. INPUT is a file, a folder (all "
		"*.yaml, *.yml and *.json below it), or - for standard input, which is also "
		"read when there is no INPUT and it is not a terminal.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- what they set ---- */

struct settings {
	struct common common;
	enum severity threshold;
	bool threshold_given; /* by --fail-on, which --strict does not overrule */
	unsigned require;     /* set of enum need */
	struct validate_options validate;
	bool strict;          /* --strict */
	const char *baseline; /* --baseline */
};

static const char *set_fail_on(void *settings, const char *value)
{
	struct settings *s = settings;

	if (options_choose(levels, value, strlen(value)) < 0 ||
	    !severity_parse(value, &s->threshold))
		return options_unknown(&s->common.arena, "LEVEL", value, levels);
	s->threshold_given = true;
	return NULL;
}

enum { NEED_BITS = 13 };

static const char *add_required(void *settings, const char *name)
{
	struct settings *s = settings;
	const char *names[NEED_BITS + 1] = { NULL };

	for (unsigned bit = 0; bit < NEED_BITS; bit++)
		names[bit] = need_name((enum need)(1u << bit));

	int found = options_choose(names, name, strlen(name));

	if (found < 0)
		return options_unknown(&s->common.arena, "NEED", name, names);
	s->require |= 1u << found;
	return NULL;
}

static const char *add_disabled(void *settings, const char *name)
{
	struct settings *s = settings;
	struct silencing silencing = { .name = name, .origin = "--disable" };

	ARRAY_ADD(&s->common.arena, &s->common.project.silencings.codes, silencing);
	return NULL;
}

static const char *add_service_cidr(void *settings, const char *text)
{
	struct settings *s = settings;
	struct ip_net net;

	if (!ip_net_parse(text, &net))
		return arena_printf(&s->common.arena,
				    "--service-cidr \"%s\" is no network, such as 10.96.0.0/12",
				    text);
	ARRAY_ADD(&s->common.arena, &s->validate.service_cidrs, text);
	return NULL;
}

static const char *set_baseline(void *settings, const char *value)
{
	struct settings *s = settings;

	s->baseline = value;
	return NULL;
}

static const char *set_write_baseline(void *settings, const char *value)
{
	struct settings *s = settings;

	return outputs_add_baseline(&s->common.outputs, value);
}

static const char *set_require(void *settings, const char *value)
{
	struct settings *s = settings;

	return common_each_part(&s->common, s, "require", value, add_required);
}

static const char *set_disable(void *settings, const char *value)
{
	struct settings *s = settings;

	return common_each_part(&s->common, s, "disable", value, add_disabled);
}

static const char *set_service_cidr(void *settings, const char *value)
{
	struct settings *s = settings;

	return common_each_part(&s->common, s, "service-cidr", value, add_service_cidr);
}

static const char *set_bgp_daemon(void *settings, const char *value)
{
	struct settings *s = settings;
	int daemon = options_choose(daemons, value, strlen(value));

	if (daemon < 0)
		return options_unknown(&s->common.arena, "DAEMON", value, daemons);
	s->validate.bgp_daemon = (enum bgp_daemon)daemon;
	return NULL;
}

static const char *set_kubernetes_version(void *settings, const char *value)
{
	struct settings *s = settings;

	if (!kubernetes_version_parse(value, &s->validate.kubernetes))
		return arena_printf(&s->common.arena,
				    "--kubernetes-version \"%s\" is no release, such as 1.36",
				    value);
	return NULL;
}

static const struct common_own own[OPT_COUNT] = {
	[OPT_BASELINE] = { .set = set_baseline },
	[OPT_WRITE_BASELINE] = { .set = set_write_baseline },
	[OPT_STRICT] = { .flag = offsetof(struct settings, strict) },
	[OPT_FAIL_ON] = { .set = set_fail_on },
	[OPT_REQUIRE] = { .set = set_require },
	[OPT_DISABLE] = { .set = set_disable },
	[OPT_BGP_DAEMON] = { .set = set_bgp_daemon },
	[OPT_SERVICE_CIDR] = { .set = set_service_cidr },
	[OPT_KUBERNETES_VERSION] = { .set = set_kubernetes_version },
};

/* ---- the run ---- */

/* What was said on the command line goes before what the project says. */
static enum severity threshold_of(const struct settings *s)
{
	enum severity threshold = SEVERITY_FAIL;

	if (s->threshold_given)
		return s->threshold;
	if (s->strict)
		return SEVERITY_WARN;
	if (s->common.project.file.fail_on.s != NULL)
		severity_parse(s->common.project.file.fail_on.s, &threshold);
	return threshold;
}

struct run {
	const struct cli *cli;
	const struct settings *settings;
	const struct snapshot *snapshot;
	enum severity threshold;
	struct validation validation;
};

static void write_table(const struct run *run, struct output *output)
{
	const struct table_options table = {
		.colour = common_with_colour(run->cli, &run->settings->common, output),
	};

	findings_table(output->file, &run->validation, run->snapshot, &table);
}

static void write_tree(const struct run *run, struct output *output)
{
	common_write_tree(output, findings_json(&run->validation, run->snapshot));
}

static void write_sarif(const struct run *run, struct output *output)
{
	cJSON *tree = findings_sarif(&run->validation, run->snapshot, PURELBTOOL_VERSION);

	json_write(output->file, tree);
	cJSON_Delete(tree);
}

static void write_junit(const struct run *run, struct output *output)
{
	findings_junit(output->file, &run->validation, run->snapshot, run->threshold);
}

static void write_github(const struct run *run, struct output *output)
{
	findings_github(output->file, &run->validation, run->snapshot);
}

static void write_html(const struct run *run, struct output *output)
{
	findings_html(output->file, &run->validation, run->snapshot);
}

/* What could not be read might have findings, too, and would then look mended. */
static void write_baseline(const struct run *run, struct output *output)
{
	if (run->snapshot->sources.errors.count == 0) {
		baseline_write(output->file, &run->validation, run->snapshot);
		return;
	}
	cli_error(run->cli, "%s is not written, since not all of the input could be read",
		  output->path);
	outputs_cancel(output);
}

static void write_reports(const struct run *run, struct outputs *outputs)
{
	static void (*const writers[OUTPUT_FORMATS])(const struct run *run,
						     struct output *output) = {
		[OUTPUT_TABLE] = write_table, [OUTPUT_JSON] = write_tree,
		[OUTPUT_YAML] = write_tree,   [OUTPUT_SARIF] = write_sarif,
		[OUTPUT_JUNIT] = write_junit, [OUTPUT_GITHUB] = write_github,
		[OUTPUT_HTML] = write_html,   [OUTPUT_BASELINE] = write_baseline,
	};

	ARRAY_FOREACH (struct output, output, &outputs->list)
		writers[output->format](run, output);
}

/* True when the input has all that --require names; says what is missing. */
static bool requirements_met(const struct run *run)
{
	unsigned missing = run->settings->require & ~run->validation.have;
	struct text names = { 0 };
	struct text advice = { 0 };

	if (missing == 0)
		return true;
	needs_add_names(&names, missing, ", ");
	needs_add_advice(&advice, needs_reduce(missing));
	cli_error(run->cli, "required input missing: %s; add %s", text_str(&names),
		  text_str(&advice));
	text_release(&names);
	text_release(&advice);
	return false;
}

static bool threshold_reached(const struct run *run)
{
	for (unsigned s = run->threshold; s <= SEVERITY_FAIL; s++) {
		if (run->validation.count[s] > 0)
			return true;
	}
	return false;
}

/* Validates what was loaded and reports it; the exit status. */
static int answer(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	struct project *project = &s->common.project;
	struct run run = {
		.cli = cli,
		.settings = s,
		.snapshot = snapshot,
		.threshold = threshold_of(s),
	};
	struct cluster cluster = { 0 };
	bool fine = common_inputs_readable(cli, snapshot);

	if (s->baseline != NULL &&
	    !project_load_baseline(cli, project, s->baseline, &s->common.arena))
		return STATUS_TROUBLE;
	project_place(project, snapshot);
	s->validate.latest = s->common.latest;
	purelb_resolve(&cluster, snapshot);
	validate(&run.validation, snapshot, &cluster, &s->validate, &project->silencings);
	write_reports(&run, &s->common.outputs);
	fine &= outputs_finish(&s->common.outputs, cli);
	fine &= requirements_met(&run);
	cluster_release(&cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return threshold_reached(&run) ? STATUS_FINDINGS : STATUS_FINE;
}

int validate_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	static const struct common_command command = {
		.spec = &validate_spec,
		.help = OPT_HELP,
		.own = own,
		.answer = answer,
	};
	struct settings s = {
		.threshold = SEVERITY_FAIL,
		.common.outputs.formats = output_formats_findings,
	};

	return common_run(cli, &command, &s.common, &s, argc, argv);
}
