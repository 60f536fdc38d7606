/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a simulation reads and writes while it runs. Read: a scenario, the inputs that it names
 * (relative to itself) and those of the command; mistakes of the scenario stop it, those of the
 * cluster are named and it runs. Written: events and one capture for each segment, under their
 * names once the run is over.
 */
#include "cli/simulate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/repository/repository.h"
#include "reports/findings/findings.h"
#include "reports/run/run.h"
#include "validator/validate.h"

/* ---- reading ---- */

static const char *simulation_input_path(struct snapshot *snapshot,
					 const struct str_value *input)
{
	if (input->s[0] == '/')
		return input->s;
	return arena_printf(&snapshot->arena, "%s%s", snapshot_folder(snapshot, input->pos),
			    input->s);
}

enum { SIMULATION_UNKNOWN_MAX = 10 };

/* A Scenario with values that are not known (I6) says nothing that could be run. */
static void simulation_name_unknown(const struct cli *cli, const struct snapshot *snapshot)
{
	const uint32_t count = snapshot->unknown.list.count;

	for (uint32_t i = 0; i < count && i < SIMULATION_UNKNOWN_MAX; i++) {
		const struct unknown_value *value = &snapshot->unknown.list.items[i];

		cli_error(cli, "%s:%u:%u: %s is %s",
			  snapshot->sources.list.items[value->pos.source - 1].name,
			  value->pos.line, value->pos.column, value->path,
			  value->encrypted ? "encrypted" : "a placeholder");
	}
	if (count > SIMULATION_UNKNOWN_MAX)
		cli_error(cli, "%u more values are not known", count - SIMULATION_UNKNOWN_MAX);
	cli_error(cli, "a Scenario runs once all of its values are known: give them with "
		       "--substitute KEY=VALUE or --substitute FILE");
}

/* The one scenario of the first operand; NULL after a message. */
static const struct scenario *simulation_find_scenario(const struct cli *cli,
						       const struct snapshot *snapshot,
						       const char *operand)
{
	const uint32_t count = snapshot->scenarios.count;

	if (count == 1)
		return snapshot->scenarios.items[0];
	if (count == 0 && snapshot->set_aside[KIND_SCENARIO] > 0)
		simulation_name_unknown(cli, snapshot);
	else if (count == 0)
		cli_error(cli,
			  "%s has no Scenario: the first argument names the file with it, "
			  "the others the cluster",
			  operand);
	else
		cli_error(cli, "%s has %u Scenarios: name a file with one", operand, count);
	return NULL;
}

/* Names what could not be read, and which line of the scenario asks for it. */
static void simulation_name_unreadable(const struct cli *cli, const struct snapshot *snapshot,
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

/* True for what can be read: nobody writes into a pipe that a scenario names, and it would be
 * waited for in vain. */
static bool simulation_can_read(const struct cli *cli, struct snapshot *snapshot,
				const char *path, const struct str_value *input)
{
	const uint32_t before = snapshot->sources.errors.count;
	struct stat st;

	if (stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return true;
	source_add_error(&snapshot->sources, &snapshot->arena, path,
			 "it is neither a file nor a folder");
	simulation_name_unreadable(cli, snapshot, before, input);
	return false;
}

static bool simulation_load_part(const struct cli *cli, struct snapshot *snapshot,
				 const struct load_part *part, const struct str_value *input)
{
	const uint32_t before = snapshot->sources.errors.count;

	if (config_load_more(snapshot, part))
		return true;
	simulation_name_unreadable(cli, snapshot, before, input);
	return false;
}

/* Loads the inputs that the scenario names, and those of the command line; of several clusters
 * in these the one that --cluster names. */
static bool simulation_load_inputs(const struct cli *cli, struct common *common,
				   struct snapshot *snapshot, const struct scenario *scenario,
				   const struct arguments *arguments)
{
	const char *const *given = arguments->operands.items + 1;
	const uint32_t count = arguments->operands.count - 1;
	const uint32_t named = scenario->inputs.list.count;
	struct load_part part;
	bool fine = true, chosen = false;

	for (uint32_t i = 0; i < named + (count > 0); i++) {
		const struct str_value *input =
			i < named ? &scenario->inputs.list.items[i] : NULL;
		const char *path =
			input != NULL ? simulation_input_path(snapshot, input) : NULL;
		const char *error;

		if (input != NULL && !simulation_can_read(cli, snapshot, path, input)) {
			fine = false;
			continue;
		}
		error = clusters_part(common, input != NULL ? &path : given,
				      input != NULL ? 1 : count, &part);
		if (error != NULL)
			cli_error(cli, "%s", error);
		fine &= error == NULL && simulation_load_part(cli, snapshot, &part, input);
		chosen |= part.clusters != NULL || error != NULL;
	}
	if (common->cluster == NULL || chosen)
		return fine;
	cli_error(cli, "%s", clusters_unchosen(common));
	return false;
}

/* ---- what is wrong with it ---- */

/* Whose mistakes stop a simulation: those of the scenario, of its file where that is no YAML,
 * and of the files that it applies. Mistakes of the cluster are named, and it runs. */
struct scope {
	bool whole; /* all that is wrong: what the scenario names is perhaps in it */
	const struct object *scenario; /* NULL: none could be made of the file */
	uint32_t source;               /* of the scenario, from 1 */
	uint32_t cluster;              /* how many sources there are before the applied ones */
};

static bool simulation_in_scope(const struct scope *scope, const struct finding *finding)
{
	if (scope->whole)
		return true;
	if (scope->scenario == NULL)
		return finding->place.object == NULL ||
		       finding->place.object->kind == KIND_SCENARIO;
	if (finding->place.object == scope->scenario)
		return true;
	return finding->place.pos.source > scope->cluster ||
	       (finding->place.object == NULL && finding->place.pos.source == scope->source);
}

/* Shows what is wrong in the scope, as validate does; false when anything is. */
static bool simulation_is_fine(const struct cli *cli, const struct common *common,
			       const struct simulation *s, const struct scope *scope)
{
	const struct table_options table = { .screen = common_error_screen(cli, common) };
	const enum severity least = scope->scenario == NULL ? SEVERITY_WARN : SEVERITY_FAIL;
	struct validation found;
	struct validation shown = { 0 };

	validate_input(&found, s->snapshot, &s->cluster, &common->project.silencings);
	ARRAY_FOREACH (const struct finding, finding, &found.findings) {
		if (finding->severity < least || !simulation_in_scope(scope, finding))
			continue;
		ARRAY_ADD(&s->snapshot->arena, &shown.findings, *finding);
		shown.count[finding->severity]++;
	}
	if (shown.findings.count == 0)
		return true;
	findings_table(cli->err, &shown, s->snapshot, &table);
	return shown.count[SEVERITY_FAIL] == 0;
}

static bool simulation_build(struct simulation *s, const struct cli *cli, struct common *common,
			     const struct scenario *scenario)
{
	struct scope scope = {
		.scenario = &scenario->object,
		.source = scenario->object.pos.source,
		.cluster = s->snapshot->sources.list.count,
	};
	bool fine;

	common_resolve(common, s->snapshot, &s->cluster);
	s->resolved = true;
	fine = setup_build(&s->setup, s->snapshot, &s->cluster, scenario, &s->snapshot->arena);
	/* For tests/consistency: it must make no difference. */
	scope.whole = s->setup.names_lost;
	s->setup.every_delivery = getenv("PURELBTOOL_EVERY_DELIVERY") != NULL;
	/* For tests/golden: hardly any. */
	s->setup.every_service = getenv("PURELBTOOL_EVERY_SERVICE") != NULL;
	/* Unknown fields and the like have not stopped the setup, but mean something else than
	 * what was written. */
	if (!simulation_is_fine(cli, common, s, &scope))
		return false;
	if (!fine)
		cli_error(
			cli,
			s->setup.names_lost
				? "the scenario names what is not in the inputs, of which "
				  "something could not be read; purelbtool validate says what"
				: "the scenario has mistakes that are silenced, and is not run; --no-ignore shows them");
	return fine;
}

/* A Scenario of another version is only a warning: the missing Scenario is reported as well. */
static bool simulation_hides_scenario(const struct finding *problem)
{
	return problem->kind == PROBLEM_SYNTAX || problem->kind == PROBLEM_INCOMPLETE ||
	       problem->kind == PROBLEM_OLD_API ||
	       (problem->place.object != NULL && problem->place.object->kind == KIND_SCENARIO);
}

/* True when no scenario could be made of the file; why has been shown then. */
static bool simulation_is_broken(struct simulation *s, const struct cli *cli,
				 struct common *common)
{
	static const struct scope all;
	const struct snapshot *snapshot = s->snapshot;

	if (snapshot->scenarios.count > 0)
		return false;
	for (uint32_t i = 0; i < snapshot->problems.count; i++) {
		if (!simulation_hides_scenario(&snapshot->problems.items[i]))
			continue;
		common_resolve(common, s->snapshot, &s->cluster);
		s->resolved = true;
		return !simulation_is_fine(cli, common, s, &all);
	}
	return false;
}

/* All operands are inputs, and the text is the scenario. */
static const struct scenario *simulation_read_text(struct simulation *s, const struct cli *cli,
						   struct common *common,
						   const struct arguments *arguments,
						   const char *text)
{
	struct scenario *scenario;

	s->snapshot = common_load(common, arguments->operands.items, arguments->operands.count);
	if (!common_inputs_readable(cli, s->snapshot))
		return NULL;
	if (s->snapshot->scenarios.count > 0) {
		cli_error(cli, "--event and --assert replace a scenario, but the inputs "
			       "contain one: write them into it");
		return NULL;
	}
	if (!config_load_text(s->snapshot, "<command line>", text) ||
	    s->snapshot->scenarios.count != 1) {
		cli_error(cli, "--event and --assert do not make a scenario: check their "
			       "brackets and quotes");
		return NULL;
	}
	scenario = s->snapshot->scenarios.items[0];
	scenario->origin = SCENARIO_OF_OPTIONS;
	/* What is about BGP needs somebody whose traffic depends on it. */
	if (scenario_is_about_bgp(scenario))
		scenario->every_router = (struct bool_value){
			.v = true,
			.set = true,
			.pos = scenario->events.list.count > 0
				       ? scenario->events.list.items[0].at.pos
				       : scenario->assertions.at.pos,
		};
	return scenario;
}

bool simulation_load(struct simulation *s, const struct cli *cli, struct common *common,
		     const struct arguments *arguments, const char *text, int *status)
{
	const char *const *operands = arguments->operands.items;
	const struct scenario *scenario;

	*status = STATUS_TROUBLE;
	if (text != NULL) {
		scenario = simulation_read_text(s, cli, common, arguments, text);
		if (scenario == NULL)
			return false;
		*status = STATUS_FINDINGS;
		if (!simulation_build(s, cli, common, scenario))
			return false;
		s->objects_readable =
			common_objects_readable(cli, common, s->snapshot, &s->cluster);
		return true;
	}
	s->snapshot = clusters_load_whole(common, operands[0]);
	if (!common_inputs_readable(cli, s->snapshot))
		return false;
	if (simulation_is_broken(s, cli, common)) {
		*status = STATUS_FINDINGS;
		return false;
	}
	scenario = simulation_find_scenario(cli, s->snapshot, operands[0]);
	if (scenario == NULL ||
	    !simulation_load_inputs(cli, common, s->snapshot, scenario, arguments))
		return false;
	*status = STATUS_FINDINGS;
	if (!simulation_build(s, cli, common, scenario))
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

/* ---- names of captures ---- */

/* A segment's name may be a subnet, or whatever an inventory calls it. */
static const char *run_files_name(const char *segment, struct arena *arena)
{
	char *name = arena_strdup(arena, segment);

	for (char *c = name; *c != '\0'; c++) {
		if (strchr("/\\:", *c) != NULL || (unsigned char)*c < ' ')
			*c = '_';
	}
	if (name[0] == '.')
		name[0] = '_';
	return name;
}

const char *run_files_capture(const struct setup *setup, uint32_t segment, const char *folder,
			      struct arena *arena)
{
	const size_t len = strlen(folder);
	const char *name = run_files_name(setup->segments.items[segment].name, arena);
	const char *slash = len > 0 && folder[len - 1] == '/' ? "" : "/";
	uint32_t before = 1;

	/* "a/b" and "a:b" both are "a_b". */
	for (uint32_t i = 0; i < segment; i++)
		before += str_equal(run_files_name(setup->segments.items[i].name, arena), name);
	if (before == 1)
		return arena_printf(arena, "%s%s%s.pcap", folder, slash, name);
	return arena_printf(arena, "%s%s%s-%u.pcap", folder, slash, name, before);
}

/* ---- files ---- */

static void run_files_add(struct run_files *f, const char *path)
{
	struct output *output = ARRAY_PUSH(&f->outputs.arena, &f->outputs.list);

	output->path = path;
}

/* libpcap closes what it writes to; the name is given to the file when that is done. NULL with
 * errno. */
static FILE *run_files_second_stream(FILE *file)
{
	const int fd = dup(fileno(file));
	FILE *second = fd >= 0 ? fdopen(fd, "wb") : NULL;

	if (second == NULL && fd >= 0)
		close(fd);
	return second;
}

static bool run_files_begin_captures(struct run_files *f, const struct cli *cli,
				     const struct setup *setup, uint32_t first)
{
	FILE **streams = mem_resize(NULL, setup->segments.count + 1, sizeof(FILE *));
	bool fine;

	for (uint32_t i = 0; i < setup->segments.count; i++)
		streams[i] = run_files_second_stream(f->outputs.list.items[first + i].file);
	fine = captures_open(&f->captures, setup, streams);
	f->capturing = true;
	free(streams);
	if (!fine)
		cli_error(cli, "cannot write the captures: %s", strerror(errno));
	return fine;
}

static void run_files_frame(void *context, const struct frame *frame)
{
	captures_frame(&((struct run_files *)context)->captures, frame);
}

static void run_files_event(void *context, sim_ns at, const char *kind, const char *what,
			    const char *cause)
{
	events_jsonl(((struct run_files *)context)->events, at, kind, what, cause);
}

bool run_files_open(struct run_files *f, const struct cli *cli, const struct setup *setup,
		    const char *events, const char *folder)
{
	uint32_t first = 0;

	*f = (struct run_files){ .sinks.context = f };
	if (events != NULL)
		run_files_add(f, strcmp(events, "-") != 0 ? events : NULL);
	first = f->outputs.list.count;
	if (folder != NULL && !output_folder(cli, folder, "captures"))
		return false;
	for (uint32_t i = 0; folder != NULL && i < setup->segments.count; i++)
		run_files_add(f, run_files_capture(setup, i, folder, &f->outputs.arena));
	if (f->outputs.list.count > 0 && !outputs_open(&f->outputs, cli))
		return false;
	if (events != NULL) {
		f->events = f->outputs.list.items[0].file;
		f->sinks.event = run_files_event;
	}
	if (folder == NULL)
		return true;
	f->sinks.frame = run_files_frame;
	return run_files_begin_captures(f, cli, setup, first);
}

/* ---- ending ---- */

bool run_files_finish(struct run_files *f, const struct cli *cli)
{
	bool fine = true;

	if (f->capturing) {
		f->capturing = false;
		fine = captures_close(&f->captures);
		if (!fine)
			cli_error(cli, "cannot write the captures: %s",
				  errno != 0 ? strerror(errno) : "not all could be written");
	}
	return fine && outputs_finish(&f->outputs, cli);
}

void run_files_release(struct run_files *f)
{
	if (f->capturing)
		(void)captures_close(&f->captures);
	outputs_release(&f->outputs);
}
