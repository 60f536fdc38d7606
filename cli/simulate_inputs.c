/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulation is about: a scenario, the inputs it names, and those of the command. */
#include "cli/simulate.h"

#include "reports/findings/findings_table.h"
#include "validator/validate.h"

/* ---- reading ---- */

static const char *input_path(struct snapshot *snapshot, const struct str_value *input)
{
	if (input->s[0] == '/')
		return input->s;
	return arena_printf(&snapshot->arena, "%s%s", snapshot_folder(snapshot, input->pos),
			    input->s);
}

/* The one scenario of the first operand; NULL after a message. */
static const struct scenario *
find_scenario(const struct cli *cli, const struct snapshot *snapshot, const char *operand)
{
	const uint32_t count = snapshot->scenarios.count;

	if (count == 1)
		return snapshot->scenarios.items[0];
	if (count == 0)
		cli_error(cli,
			  "%s has no Scenario: the first argument names the file with it, "
			  "the others the cluster",
			  operand);
	else
		cli_error(cli, "%s has %u Scenarios: name a file with one", operand, count);
	return NULL;
}

/* Names what could not be read, and which line of the scenario asks for it. */
static void name_unreadable(const struct cli *cli, const struct snapshot *snapshot,
			    uint32_t before, const struct str_value *input)
{
	for (uint32_t i = before; i < snapshot->sources.errors.count; i++) {
		const char *error = snapshot->sources.errors.items[i];

		if (input == NULL)
			cli_error(cli, "%s", error);
		else
			cli_error(cli, "%s:%u:%u: %s",
				  snapshot->sources.list.items[input->pos.source - 1].name,
				  input->pos.line, input->pos.column, error);
	}
}

static bool load_input(const struct cli *cli, struct snapshot *snapshot, const char *path,
		       const struct str_value *input)
{
	const uint32_t before = snapshot->sources.errors.count;

	if (config_load_more(snapshot, path))
		return true;
	name_unreadable(cli, snapshot, before, input);
	return false;
}

static bool load_inputs(const struct cli *cli, struct snapshot *snapshot,
			const struct scenario *scenario, const struct arguments *arguments)
{
	bool fine = true;

	ARRAY_FOREACH (const struct str_value, input, &scenario->inputs.list)
		fine &= load_input(cli, snapshot, input_path(snapshot, input), input);
	for (uint32_t i = 1; i < arguments->operands.count; i++)
		fine &= load_input(cli, snapshot, arguments->operands.items[i], NULL);
	return fine;
}

/* ---- what is wrong with it ---- */

/* Whose mistakes stop a simulation: those of the scenario, of its file where that is no YAML,
 * and of the files that it applies. Mistakes of the cluster are named, and it runs. */
struct scope {
	const struct object *scenario; /* NULL: none could be made of the file */
	uint32_t source;               /* of the scenario, from 1 */
	uint32_t cluster;              /* how many sources there are before the applied ones */
};

static bool is_in(const struct scope *scope, const struct finding *finding)
{
	if (scope->scenario == NULL)
		return finding->place.object == NULL ||
		       finding->place.object->kind == KIND_SCENARIO;
	if (finding->place.object == scope->scenario)
		return true;
	return finding->place.pos.source > scope->cluster ||
	       (finding->place.object == NULL && finding->place.pos.source == scope->source);
}

/* Shows what is wrong in the scope, as validate does; false when anything is. */
static bool is_fine(const struct cli *cli, const struct common *common,
		    const struct simulation *s, const struct scope *scope)
{
	static const struct table_options table;
	const enum severity least = scope->scenario == NULL ? SEVERITY_WARN : SEVERITY_FAIL;
	struct validation found;
	struct validation shown = { 0 };

	validate_input(&found, s->snapshot, &s->cluster, &common->project.silencings);
	ARRAY_FOREACH (const struct finding, finding, &found.findings) {
		if (finding->severity < least || !is_in(scope, finding))
			continue;
		ARRAY_ADD(&s->snapshot->arena, &shown.findings, *finding);
		shown.count[finding->severity]++;
	}
	if (shown.findings.count == 0)
		return true;
	findings_table(cli->err, &shown, s->snapshot, &table);
	return shown.count[SEVERITY_FAIL] == 0;
}

static bool build(struct simulation *s, const struct cli *cli, struct common *common,
		  const struct scenario *scenario)
{
	const struct scope scope = {
		.scenario = &scenario->object,
		.source = scenario->object.pos.source,
		.cluster = s->snapshot->sources.list.count,
	};
	bool fine;

	common_resolve(common, s->snapshot, &s->cluster);
	s->resolved = true;
	fine = setup_build(&s->setup, s->snapshot, &s->cluster, scenario, &s->snapshot->arena);
	/* Unknown fields and the like have not stopped the setup, but mean something else than
	 * what was written. */
	return is_fine(cli, common, s, &scope) && fine;
}

/* A Scenario of another version is only a warning: then it is said, too, that there is none. */
static bool hides_a_scenario(const struct finding *problem)
{
	return problem->kind == PROBLEM_SYNTAX || problem->kind == PROBLEM_INCOMPLETE ||
	       problem->kind == PROBLEM_OLD_API;
}

/* True when no scenario could be made of the file; why has been shown then. */
static bool is_broken_file(struct simulation *s, const struct cli *cli, struct common *common)
{
	static const struct scope all;
	const struct snapshot *snapshot = s->snapshot;

	if (snapshot->scenarios.count > 0)
		return false;
	for (uint32_t i = 0; i < snapshot->problems.count; i++) {
		if (!hides_a_scenario(&snapshot->problems.items[i]))
			continue;
		common_resolve(common, s->snapshot, &s->cluster);
		s->resolved = true;
		return !is_fine(cli, common, s, &all);
	}
	return false;
}

bool simulation_load(struct simulation *s, const struct cli *cli, struct common *common,
		     const struct arguments *arguments, int *status)
{
	const char *const *operands = arguments->operands.items;
	const struct scenario *scenario;

	*status = STATUS_TROUBLE;
	s->snapshot = config_load(operands, 1, common->namespace);
	if (!common_inputs_readable(cli, s->snapshot))
		return false;
	if (is_broken_file(s, cli, common)) {
		*status = STATUS_FINDINGS;
		return false;
	}
	scenario = find_scenario(cli, s->snapshot, operands[0]);
	if (scenario == NULL || !load_inputs(cli, s->snapshot, scenario, arguments))
		return false;
	*status = STATUS_FINDINGS;
	if (!build(s, cli, common, scenario))
		return false;
	s->objects_readable = common_objects_readable(cli, common, s->snapshot, &s->cluster);
	return true;
}

void simulation_release(struct simulation *s)
{
	setup_release(&s->setup);
	if (s->resolved)
		cluster_release(&s->cluster);
	snapshot_release(s->snapshot);
}
