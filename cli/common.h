/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands that read manifests share: options that all of them have, the way from
 * arguments over inputs to an answer, and reports as JSON or YAML.
 */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include <cjson/cJSON.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/project.h"
#include "purelb/allocation/allocation.h"

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* What the common options set. */
struct common {
	struct arena arena; /* for what options need, and for the command itself */
	struct outputs outputs;
	struct project project; /* --config, and what it says */
	const char *namespace;  /* --namespace; NULL: not given (see config_load()) */
	bool latest;            /* --purelb-version latest */
	enum colour colour;     /* --color */
	bool at;                /* --at was given: */
	int64_t at_ns;
};

/* Entries of a command's table of options. */
extern const char *const common_versions[];
extern const char *const common_colours[];
/* clang-format off */
#define COMMON_NAMESPACE                                                                       \
	{ "namespace", 'n', "NS", NULL,                                                        \
	  "the namespace that PureLB is installed in (default purelb-system)" }
#define COMMON_OUTPUT                                                                          \
	{ "output", 'o', "FORMAT[=FILE]", output_formats,                                      \
	  "write the report as table (the default), json or yaml, to FILE if one is named; "   \
	  "may be repeated" }
#define COMMON_OUTPUT_HTML                                                                     \
	{ "output", 'o', "FORMAT[=FILE]", output_formats_html,                                 \
	  "write the report as table (the default), json, yaml or html, to FILE if one is "    \
	  "named; may be repeated" }
#define COMMON_PURELB_VERSION                                                                  \
	{ "purelb-version", 0, "VERSION", common_versions,                                     \
	  "use the rules of this release of PureLB: 0.17 (the default) or latest" }
#define COMMON_CONFIG                                                                          \
	{ "config", 0, "FILE", NULL,                                                           \
	  "read the settings of the project from FILE (default: the .purelbtool.yaml of this " \
	  "folder or the nearest one above it)" }
#define COMMON_COLOR                                                                           \
	{ "color", 0, "WHEN", common_colours,                                                  \
	  "colour the table: auto (the default: on a terminal, unless NO_COLOR is set), "      \
	  "always or never" }
#define COMMON_AT                                                                              \
	{ "at", 0, "TIME", NULL,                                                               \
	  "judge leases at this time, such as 2026-03-02T10:00:00Z (default: the newest "      \
	  "renewTime of the input)" }
#define COMMON_HELP { "help", 'h', NULL, NULL, "show this help" }
/* clang-format on */

/*
 * Sets one option of the command's own. `value` is NULL when the option takes none. Returns
 * NULL, or a sentence about what is wrong with the value.
 */
typedef const char *common_setter(void *settings, const char *value);

/* What one option of the command's own sets: either a flag or what `set` makes of it. All zero:
 * the option is a common one. */
struct common_own {
	common_setter *set;
	size_t flag; /* of a bool in the settings: its offset, never 0, where `common` stands */
};

/* A command as data. */
struct common_command {
	const struct command_spec *spec;
	uint32_t help;                /* index of --help in its table of options */
	const struct common_own *own; /* by index of the option */
	/* Does all of it by itself, with the operands; NULL: they are inputs, which are loaded
	 * and answered for. */
	int (*operands)(const struct cli *cli, void *settings,
			const struct arguments *arguments);
	/* Answers for what was loaded and writes the reports; the exit status. */
	int (*answer)(const struct cli *cli, void *settings, struct snapshot *snapshot);
};

/*
 * Runs a command: parses its arguments into `common` and `settings` (of which it may be a
 * part; both set to their defaults by the caller, all zero for `common`), opens the outputs,
 * loads the inputs and has them answered for. Releases `common`. Returns the exit status.
 */
int common_run(const struct cli *cli, const struct common_command *command,
	       struct common *common, void *settings, uint32_t argc, const char *const *argv);

/* Resolves the snapshot, with leases judged as --at says. See purelb_resolve(). */
void common_resolve(const struct common *common, struct snapshot *snapshot,
		    struct cluster *cluster);

struct name_list {
	ARRAY_OF(const char *) list;
};

/* The nodes of --down, by index in cluster->nodes; NULL after a message for each that is not
 * known. */
const bool *common_take_down(const struct cli *cli, const struct cluster *cluster,
			     const struct name_list *names, struct arena *arena);

/* Services that do not get all that they ask for. */
uint32_t common_count_pending(const struct allocations *all);

/* Hands each part between the commas of `value` to `add`; a part may not be empty. */
const char *common_each_part(struct common *common, void *settings, const char *option,
			     const char *value, common_setter *add);

/* True when the table of this output is to be coloured. */
bool common_with_colour(const struct cli *cli, const struct common *common,
			const struct output *output);

/* Writes the tree as JSON or YAML and deletes it. */
void common_write_tree(const struct output *output, cJSON *tree);

/* True when all inputs could be read; names those that could not. */
bool common_inputs_readable(const struct cli *cli, const struct snapshot *snapshot);

/*
 * True when all objects are as the API server takes them. Names those that are not, a line for
 * each of the first ones, and says where to learn more. For commands that do not report
 * findings.
 */
bool common_objects_readable(const struct cli *cli, const struct common *common,
			     struct snapshot *snapshot, const struct cluster *cluster);

#endif
