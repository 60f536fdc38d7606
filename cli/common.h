/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands share: the options that several have, the way from arguments over inputs to an
 * answer, and reports as JSON or YAML.
 */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include <cjson/cJSON.h>

#include "cli/cli.h"
#include "cli/clusters.h"
#include "cli/output.h"
#include "cli/project.h"
#include "config/repository/reuse.h"
#include "purelb/allocation/allocation.h"
#include "validator/check.h"

/* A release that an option names. */
struct option_release {
	bool given;
	struct release value;
};

enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What the common options set. The settings of every command begin with it. */
struct common {
	struct arena arena; /* for what options need, and for the command itself */
	struct outputs outputs;
	struct project project;         /* --config, and what it says */
	const char *namespace;          /* --namespace; NULL: not given (see config_load()) */
	ARRAY_OF(const char *) exclude; /* --exclude, in order */
	struct substitutions substitutions; /* --substitute, --substitute-from, in order */
	struct option_release release;      /* --purelb-version */
	struct option_number color;         /* --color */
	struct option_time at;
	bool complete[KIND_COUNT];       /* --complete, and `complete` of the project */
	unsigned require;                /* --require: set of enum need */
	bool no_sandbox;                 /* --no-sandbox */
	bool render;                     /* --render */
	struct renderer *renderer;       /* with it; or NULL */
	const char *cluster;             /* --cluster; NULL: not given */
	uint32_t chosen;                 /* its number among those of the tree */
	const char *each;                /* --each; NULL: not given */
	struct option_number daemon;     /* --bgp-daemon, an enum bgp_daemon */
	struct validate_options judging; /* --service-cidr, --kubernetes-version */
	const char *baseline;            /* --baseline; NULL: not given */
	bool prune_baseline;             /* --prune-baseline */
	struct loaded_inputs loaded;
	/* Of the language server: texts in place of files, and what was read before; or NULL.
	 */
	const struct source_texts *texts;
	struct reuse *reuse;
	const char *const *inputs; /* what was loaded, as given */
	uint32_t input_count;
	const struct arguments *arguments; /* all that was given */
};

/* ---- rows that several commands have ---- */

extern const char *const common_versions[];
extern const char *const common_colors[];
extern const char *const common_daemons[]; /* by enum bgp_daemon */

option_setter common_set_namespace, common_set_version, common_add_output, common_add_exclude,
	common_add_complete, common_add_require, common_add_substitution,
	common_add_substitutions, common_add_disabled, common_add_service_cidr,
	common_set_kubernetes;

/* Reads the value of --purelb-version; an error as an option_setter returns it. */
const char *common_read_version(struct common *common, const char *text,
				struct option_release *out);

/* clang-format off */
#define COMMON_OUTPUT(formats_, words_)                                                        \
	{ .name = "output", .letter = 'o', .argument = "FORMAT[=FILE]", .kind = OPTION_VALUE,  \
	  .completes = COMPLETES_FORMATS, .choices = formats_, .set = common_add_output,       \
	  .help = "write the report as " words_ ", to FILE if one is named; may be repeated" }
#define COMMON_NAMESPACE                                                                       \
	{ .name = "namespace", .letter = 'n', .argument = "NS", .kind = OPTION_VALUE,          \
	  .set = common_set_namespace,                                                         \
	  .help = "name the namespace that PureLB is installed in (default: purelb-system)" }
#define COMMON_DOWN(help_) OPT_NAMES("down", "NODE", down, help_ "; may be repeated")
#define COMMON_BGP_DAEMON                                                                      \
	{ .name = "bgp-daemon", .argument = "DAEMON", .kind = OPTION_CHOICE,                   \
	  .completes = COMPLETES_CHOICES, .offset = offsetof(struct common, daemon),           \
	  .choices = common_daemons,                                                           \
	  .help = "name the BGP daemon on the nodes: fork-1.1 (the default, which PureLB "     \
		  "ships) or fork-1.3" }
/* How findings are judged. */
#define COMMON_JUDGING_ROWS                                                                    \
	COMMON_BGP_DAEMON,                                                                     \
	OPT_VALUE("kubernetes-version", "VERSION", COMPLETES_NOTHING, common_set_kubernetes,   \
		  "name the release of Kubernetes that the cluster runs, such as 1.36 "        \
		  "(default: the newest kubelet of the Nodes)"),                               \
	OPT_LIST("disable", "CODE[,CODE]...", COMPLETES_CODES, common_add_disabled,            \
		 "silence these checks, named by code or slug; may be repeated"),              \
	{ .name = "baseline", .argument = "FILE", .kind = OPTION_TEXT,                         \
	  .completes = COMPLETES_FILES, .offset = offsetof(struct common, baseline),           \
	  .help = "do not count findings that FILE records; see --write-baseline of "          \
		  "validate" },                                                                \
	OPT_LIST("service-cidr", "CIDR[,CIDR]", COMPLETES_NOTHING, common_add_service_cidr,    \
		 "name the Service networks of the cluster, which no pool may overlap; may be " \
		 "repeated")
#define COMMON_AT                                                                              \
	{ .name = "at", .argument = "TIME", .kind = OPTION_TIME,                               \
	  .offset = offsetof(struct common, at),                                               \
	  .help = "evaluate leases at this time, such as 2026-03-02T10:00:00Z (default: "      \
		  "capturedAt of a Capture, else the newest renewTime of the input)" }
#define COMMON_REQUIRE                                                                         \
	OPT_LIST("require", "NEED[,NEED]...", COMPLETES_NOTHING, common_add_require,           \
		 "exit with 2 when the input lacks one of these: nodes, labels, inventory, "   \
		 "leases, services, namespaces, daemonset, crds, node-objects, service-cidr, " \
		 "bgp, routers, secrets, servicegroups, lbnodeagents, bgpconfigurations; so "  \
		 "that what is unknown also fails")
#define COMMON_HELP                                                                            \
	{ .name = "help", .letter = 'h', .kind = OPTION_HELP, .help = "show this help" }
#define COMMON_VERSION(argument_, set_, help_)                                                 \
	{ .name = "purelb-version", .argument = argument_, .kind = OPTION_VALUE, .set = set_,  \
	  .completes = COMPLETES_CHOICES, .choices = common_versions, .help = help_ }
/* The rows that end the table of every command that reads manifests. */
#define COMMON_INPUT_ROWS                                                                      \
	OPT_VALUE("exclude", "GLOB", COMPLETES_NOTHING, common_add_exclude,                    \
		  "skip paths below named folders that match GLOB, in the syntax of "          \
		  ".gitignore; may be repeated"),                                              \
	{ .name = "render", .kind = OPTION_FLAG, .offset = offsetof(struct common, render),    \
	  .runs_programs = true,                                                               \
	  .help = "run kustomize or kubectl, and helm, on the kustomizations and charts in "   \
		  "named folders, and read the result" },                                      \
	OPT_VALUE("substitute", "KEY=VALUE", COMPLETES_NOTHING, common_add_substitution,       \
		  "replace ${KEY} in the input with VALUE; may be repeated"),                  \
	OPT_VALUE("substitute-from", "FILE", COMPLETES_FILES, common_add_substitutions,        \
		  "replace ${KEY} according to the KEY=VALUE lines of FILE; may be repeated"), \
	OPT_LIST("complete", "KIND[,KIND]...", COMPLETES_NOTHING, common_add_complete,         \
		 "treat the input as complete for these kinds, such as ServiceGroup: "         \
		 "others do not exist; may be repeated"),                                     \
	{ .name = "cluster", .argument = "NAME", .kind = OPTION_TEXT,                          \
	  .offset = offsetof(struct common, cluster),                                          \
	  .help = "use only this one of several clusters in the input (see clusters: of "      \
		  "the settings)" }
#define COMMON_ROWS                                                                            \
	COMMON_INPUT_ROWS,                                                                     \
	COMMON_VERSION("VERSION", common_set_version,                                          \
		       "use the rules of this release of PureLB: 0.15, 0.16, 0.17, one of "    \
		       "their patches, or latest (default: as the images of PureLB in the "    \
		       "input say, else 0.17)"),                                               \
	COMMON_LAST_ROWS
#define COMMON_LAST_ROWS                                                                       \
	{ .name = "config", .argument = "FILE", .kind = OPTION_TEXT,                           \
	  .completes = COMPLETES_FILES, .offset = offsetof(struct common, project.config),     \
	  .help = "read the settings of the project from FILE (default: the .purelbtool.yaml " \
		  "of this folder or the nearest one above it)" },                             \
	{ .name = "no-ignore", .kind = OPTION_FLAG,                                            \
	  .offset = offsetof(struct common, project.no_ignore),                                \
	  .help = "ignore silencing by annotations of the input and by a .purelbtool.yaml "    \
		  "that is found, for gates on changes by others; --config still counts" },    \
	COMMON_FILE_ROWS
/* Of commands that read no manifests. */
#define COMMON_FILE_ROWS                                                                       \
	{ .name = "no-sandbox", .kind = OPTION_FLAG,                                           \
	  .offset = offsetof(struct common, no_sandbox),                                       \
	  .help = "do not install the system call filter that rules out network access" },     \
	{ .name = "color", .argument = "WHEN", .kind = OPTION_CHOICE,                          \
	  .completes = COMPLETES_CHOICES, .offset = offsetof(struct common, color),            \
	  .choices = common_colors,                                                            \
	  .help = "color the table: auto (the default: on a terminal, unless NO_COLOR is "     \
		  "set), always or never" },                                                   \
	COMMON_HELP, OPT_END
#define COMMON_TROUBLE                                                                         \
	{ "2", "usage error, an input that cannot be read, or a report that cannot be written" }
#define COMMON_INPUTS                                                                          \
	"INPUT is a file, a folder, or - for standard input, which is also read when there "   \
	"is no INPUT and it is not a terminal."
/* clang-format on */

/* Reads inputs as the common options say; the caller releases the snapshot. That they have
 * several clusters, and none is chosen, is among the errors of its sources. */
struct snapshot *common_load(struct common *common, const char *const *inputs, uint32_t count);

/* The same of one input beside which that part of others is read: --cluster may be about those
 * alone. */
struct snapshot *common_load_beside(struct common *common, const char *input,
				    const struct load_part *part);

/*
 * Runs a command: parses its arguments into settings that begin as all zero, opens the outputs,
 * loads the inputs and has them answered for. Returns the exit status.
 */
int common_run(const struct cli *cli, const struct command_spec *spec, uint32_t argc,
	       const char *const *argv);

/* Reads the settings of the project if the command has --config; the command line overrides
 * them. False after messages. */
bool common_load_project(const struct cli *cli, const struct command_spec *spec,
			 struct common *common);

/* What checks are told: --bgp-daemon, --service-cidr, --kubernetes-version, and the reserved
 * ranges of the settings. Valid as long as `common`. */
struct validate_options common_validate_options(const struct common *common);

/* What --at and --purelb-version say. */
struct resolve_options common_resolve_options(const struct common *common);

/* Resolves the snapshot as --at and --purelb-version say. See purelb_resolve_as(). */
void common_resolve(const struct common *common, struct snapshot *snapshot,
		    struct cluster *cluster);

/* A message about a node that an option names and the cluster does not have, with the nearest
 * name. */
void common_unknown_node(const struct cli *cli, const struct cluster *cluster,
			 const char *option, const char *name);

/* The nodes of --down, by index in cluster->nodes; NULL after a message for each that is not
 * known. */
const bool *common_take_down(const struct cli *cli, const struct cluster *cluster,
			     const struct name_list *names, struct arena *arena);

/* Services that depend on a ServiceGroup that is not in the input. */
uint32_t common_unknown(const struct allocations *all);

/* True when the input, which has these (a set of enum need), has all that --require names;
 * says what is missing. */
bool common_lacks_nothing(const struct cli *cli, const struct common *common, unsigned have);

/* The same for what was loaded. */
bool common_requirements_met(const struct cli *cli, const struct common *common,
			     const struct snapshot *snapshot, const struct cluster *cluster);

/* Services that do not get all that they ask for. */
uint32_t common_pending(const struct allocations *all);

/* What the table of this output is written for; a file is as wide as what is no terminal. */
struct screen common_screen(const struct cli *cli, const struct common *common,
			    const struct output *output);

/* What is written to standard error for people. */
struct screen common_error_screen(const struct cli *cli, const struct common *common);

/* Writes a report in one format; `about` is what write_reports was given. */
typedef void common_writer(const struct output *output, struct screen screen, void *about,
			   struct arena *scratch);

/* Has each output that is open written, with an arena that ends with it. */
void common_write_reports(const struct cli *cli, const struct common *common,
			  common_writer *write, void *about);

/* Writes the tree as JSON or YAML and deletes it. */
void common_write_tree(const struct output *output, cJSON *tree);

/* True when all inputs could be read; names those that could not. */
bool common_inputs_readable(const struct cli *cli, const struct snapshot *snapshot);

/* Says what a finding is, and where. */
void common_name_finding(const struct cli *cli, const struct snapshot *snapshot,
			 const struct finding *finding);

/* Names what bounds left out since there were `errors` errors; true when nothing was. */
bool common_within_bounds(const struct cli *cli, const struct snapshot *snapshot,
			  uint32_t errors);

/*
 * True when all objects are as the API server takes them. Names those that are not, a line for
 * each of the first ones, and says where to learn more. For commands that do not report
 * findings.
 */
bool common_objects_whole(const struct cli *cli, const struct common *common,
			  struct snapshot *snapshot, const struct cluster *cluster);

/* The same for commands that do not say themselves which kinds the input could not have: names
 * these, and the release whose rules are used. */
bool common_objects_readable(const struct cli *cli, const struct common *common,
			     struct snapshot *snapshot, const struct cluster *cluster);

#endif
