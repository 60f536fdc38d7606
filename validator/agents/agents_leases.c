/* SPDX-License-Identifier: Apache-2.0 */
/* AG021, AG022: how the lbnodeagent container sets the leases. (P8.1, P8.5) */
#include "validator/agents/agent_checks.h"

#include "base/duration.h"
#include "base/text.h"
#include "config/objects/workloads.h"

/* ---- AG021 ---- */

static void agents_check_env(struct checker *ck, const struct workload *daemon_set,
			     const struct container *container, const char *path)
{
	static const char *const useless[] = { "PURELB_RENEW_DEADLINE", "PURELB_RETRY_PERIOD",
					       NULL };

	const struct env_var *first = NULL, *second = NULL;
	struct finding *f;

	ARRAY_FOREACH (const struct env_var, var, &container->env.list) {
		if (var->name.s == NULL || !str_in(var->name.s, useless) ||
		    (first != NULL && str_equal(first->name.s, var->name.s)))
			continue;
		if (first == NULL)
			first = var;
		else
			second = var;
	}
	if (first == NULL)
		return;
	f = report(ck, CHECK_AG021, &daemon_set->object,
		   first->value.s != NULL ? first->value.pos : first->name.pos,
		   second == NULL ? "%s has no effect: the agents read it and never use it%.0s"
				  : "%s and %s have no effect: the agents read them and never "
				    "use them",
		   first->name.s, second != NULL ? second->name.s : "");
	finding_path(ck, f, "%s.env[%u].value", path,
		     (uint32_t)(first - container->env.list.items));
	finding_hint(ck, f, "leave %s or remove %s: only PURELB_LEASE_DURATION sets the timing",
		     second == NULL ? "it" : "them", second == NULL ? "it" : "them");
	if (second != NULL)
		finding_related(ck, f, second->name.pos, "%s is here", second->name.s);
}

void agents_check_knobs(struct checker *ck)
{
	ARRAY_FOREACH (struct workload *, daemon_set, &ck->snapshot->daemon_sets) {
		const struct container *container = workload_agent(*daemon_set);

		if (container != NULL)
			agents_check_env(ck, *daemon_set, container,
					 agent_container_path(ck, *daemon_set, container));
	}
}

/* ---- AG022: the duration by itself ---- */

/* The duration as the user knows it: "--lease-duration 30s". */
static const char *agents_duration_name(struct checker *ck)
{
	const struct lease_duration *lease = &ck->cluster->lease_duration;
	char buf[DURATION_TEXT_MAX];

	if (lease->origin == DURATION_LEASE)
		return arena_printf(ck->arena, "leaseDurationSeconds %lld",
				    (long long)(lease->ns / NS_PER_SEC));
	return arena_printf(ck->arena, "%s %s",
			    lease->origin == DURATION_FLAG  ? "--lease-duration"
			    : lease->origin == DURATION_ENV ? "PURELB_LEASE_DURATION"
							    : "the lease duration",
			    duration_format(lease->ns, buf));
}

static struct finding *agents_leases_report_duration(struct checker *ck, enum severity severity,
						     const char *message, const char *hint)
{
	const struct lease_duration *lease = &ck->cluster->lease_duration;
	struct finding *f = report(ck, CHECK_AG022, lease->object, lease->pos, "%s", message);

	f->severity = severity;
	if (lease->path != NULL)
		finding_path(ck, f, "%s", lease->path);
	finding_hint(ck, f, "%s", hint);
	return f;
}

static bool agents_is_number(const char *text)
{
	uint64_t number;

	return parse_u64(text, 1, UINT32_MAX, &number);
}

/* A text that is not a duration: as a flag it ends the agents, elsewhere they use their
 * default. */
static void agents_report_unparsable(struct checker *ck)
{
	const struct lease_duration *lease = &ck->cluster->lease_duration;
	const char *hint = "write a duration with a unit, such as 10s";
	const char *cost = "the agents never start, and no address is announced";
	struct finding *f;
	char buf[DURATION_TEXT_MAX];

	if (agents_is_number(lease->text))
		hint = arena_printf(ck->arena, "write %ss", lease->text);
	if (!lease->refused)
		cost = arena_printf(ck->arena, "PureLB uses its default of %s",
				    duration_format(lease->ns, buf));
	f = agents_leases_report_duration(
		ck, lease->refused ? SEVERITY_FAIL : SEVERITY_WARN,
		arena_printf(ck->arena, "lease duration \"%s\" is not a positive duration: %s",
			     lease->text, cost),
		hint);
	if (agents_is_number(lease->text))
		finding_fix_value(&ck->findings, f, FIX_VALUE, lease->text,
				  arena_printf(ck->arena, "%ss", lease->text));
}

/* The bounds of a duration that PureLB takes, in nanoseconds. (P8.5) */
#define LEASE_SHORT_NS (3 * NS_PER_SEC)
#define LEASE_LONG_NS  (22 * NS_PER_SEC)

static void agents_check_duration(struct checker *ck)
{
	const struct lease_duration *lease = &ck->cluster->lease_duration;
	const char *name = agents_duration_name(ck);

	if (lease->unparsable)
		agents_report_unparsable(ck);
	else if (lease->refused)
		agents_leases_report_duration(
			ck, SEVERITY_FAIL,
			arena_printf(ck->arena,
				     "%s is below one second: the agents never start, "
				     "and no address is announced",
				     name),
			"write 10s, which is what PureLB installs");
	else if (lease->ns < LEASE_SHORT_NS)
		agents_leases_report_duration(
			ck, SEVERITY_WARN,
			arena_printf(ck->arena,
				     "%s is below 3s: one slow answer from the API server "
				     "lets leases expire and addresses move",
				     name),
			"use 3s or more; PureLB installs 10s");
	else if (lease->ns > LEASE_LONG_NS)
		agents_leases_report_duration(
			ck, SEVERITY_WARN,
			arena_printf(ck->arena,
				     "%s is above 22s: a node cut off from the API server may "
				     "keep its addresses when others take them over",
				     name),
			"use 22s or less; PureLB installs 10s");
}

/* ---- AG022: leases that carry another duration ---- */

static bool agents_differs(const struct checker *ck, const struct lease *lease, int64_t seconds)
{
	return lease_node_name(lease, ck->snapshot->install_namespace) != NULL &&
	       lease->duration_seconds.set && lease->duration_seconds.v != seconds;
}

/* The lease's duration is the whole seconds of what the agents were told. */
static void agents_check_leases(struct checker *ck)
{
	const struct lease_duration *told = &ck->cluster->lease_duration;
	int64_t seconds = told->ns / NS_PER_SEC;
	const struct lease *first = NULL;
	struct agent_names names = { 0 };

	if (told->object == NULL || told->object->kind != KIND_DAEMON_SET || told->refused)
		return;
	ARRAY_FOREACH (struct lease *, lease, &ck->snapshot->leases) {
		if (!agents_differs(ck, *lease, seconds))
			continue;
		first = first == NULL ? *lease : first;
		ARRAY_ADD(ck->arena, &names.list,
			  lease_node_name(*lease, ck->snapshot->install_namespace));
	}
	if (first == NULL)
		return;

	struct finding *f =
		report(ck, CHECK_AG022, &first->object, first->duration_seconds.pos,
		       "the duration of the lease is %llds, but the DaemonSet sets %llds: an "
		       "existing lease keeps its duration (%s)",
		       (long long)first->duration_seconds.v, (long long)seconds,
		       agent_names_join(ck, &names));

	finding_path(ck, f, "spec.leaseDurationSeconds");
	finding_hint(ck, f,
		     "stop the agent of each of these nodes, delete its lease, and "
		     "start it again");
	finding_related(ck, f, told->pos.source != 0 ? told->pos : told->object->name.pos,
			"the DaemonSet's lease duration");
}

void agents_check_lease_duration(struct checker *ck)
{
	agents_check_duration(ck);
	agents_check_leases(ck);
}
