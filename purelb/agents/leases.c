/* SPDX-License-Identifier: Apache-2.0 */
/* 1.3.4, P5.1 and P8.1: leases and how long they last. */
#include "purelb/agents/leases.h"

#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "config/evidence/captured_nodes.h"
#include "config/objects/workloads.h"

#define LEASE_PREFIX  "purelb-node-"
#define FLAG_NAME     "lease-duration"
#define VARIABLE_NAME "PURELB_LEASE_DURATION"

#define CODE_DEFAULT_NS    (5 * NS_PER_SEC)  /* P8.1: of the program */
#define SHIPPED_DEFAULT_NS (10 * NS_PER_SEC) /* P8.1: of the manifests */

/* The API takes 32 bits; beyond that nothing changes here. */
#define DURATION_MAX_S INT64_C(0x7FFFFFFF)

/* ---- scope and life ---- */

/* 1.3.4 */
const char *lease_node_name(const struct lease *lease, const char *install_namespace)
{
	const char *name = lease->object.name.s;

	if (name == NULL || !str_equal(lease->object.namespace, install_namespace))
		return NULL;
	if (!str_has_prefix(name, LEASE_PREFIX) || name[strlen(LEASE_PREFIX)] == '\0')
		return NULL;
	return name + strlen(LEASE_PREFIX);
}

static bool lease_renewed_at(const struct lease *lease, int64_t *renewed_ns)
{
	return lease->renew_time.s != NULL && rfc3339_parse(lease->renew_time.s, renewed_ns);
}

static int64_t lease_clamp_seconds(int64_t seconds)
{
	if (seconds > DURATION_MAX_S)
		return DURATION_MAX_S;
	return seconds < -DURATION_MAX_S ? -DURATION_MAX_S : seconds;
}

/* P5.1 */
bool lease_is_live(const struct lease *lease, int64_t now_ns)
{
	int64_t renewed_ns;

	if (!lease->duration_seconds.set || !lease_renewed_at(lease, &renewed_ns))
		return false;

	int64_t duration_ns = lease_clamp_seconds(lease->duration_seconds.v) * NS_PER_SEC;

	/* now < renewed + duration, without overflow at either end of time. */
	if (duration_ns >= 0)
		return renewed_ns > INT64_MAX - duration_ns ||
		       now_ns < renewed_ns + duration_ns;
	return renewed_ns >= INT64_MIN - duration_ns && now_ns < renewed_ns + duration_ns;
}

bool leases_newest_renewal(const struct snapshot *snapshot, int64_t *now_ns)
{
	bool any = false;

	ARRAY_FOREACH (struct lease *, lease, &snapshot->leases) {
		int64_t renewed_ns;

		if (lease_node_name(*lease, snapshot->install_namespace) == NULL ||
		    !lease_renewed_at(*lease, &renewed_ns))
			continue;
		if (!any || renewed_ns > *now_ns)
			*now_ns = renewed_ns;
		any = true;
	}
	return any;
}

/* The later one, where the text is a time. */
static void lease_take_later(const struct str_value *text, bool *any, int64_t *newest_ns)
{
	int64_t ns;

	if (text->s == NULL || !rfc3339_parse(text->s, &ns))
		return;
	if (!*any || ns > *newest_ns)
		*newest_ns = ns;
	*any = true;
}

bool capture_has(const struct capture *capture, const char *kind)
{
	ARRAY_FOREACH (const struct captured_kind, read, &capture->read.list)
		if (str_equal(read->kind.s, kind))
			return true;
	return false;
}

/* A lease is valid at the one time and no longer at the other: where these are close, it is
 * rather the clock of a node that is ahead than the capture that took so long. */
static bool leases_expire_between(const struct snapshot *snapshot, int64_t from_ns,
				  int64_t to_ns)
{
	ARRAY_FOREACH (struct lease *, lease, &snapshot->leases)
		if (lease_is_live(*lease, from_ns) && !lease_is_live(*lease, to_ns))
			return true;
	return false;
}

enum moment_origin leases_moment(const struct snapshot *snapshot, int64_t *now_ns)
{
	const int64_t tolerance_ns = 60 * NS_PER_SEC, ahead_ns = EVIDENCE_OLD_S * NS_PER_SEC;
	int64_t captured_ns = 0, evidence_ns = 0;
	bool captured = false, evidence = false, of_leases = false;
	const bool leases = leases_newest_renewal(snapshot, now_ns);

	/* What was captured later beside them, of a client or a router, does not age them. */
	for (int any = 0; any <= 1 && !captured; any++)
		ARRAY_FOREACH (struct capture *, capture, &snapshot->captures)
			if (any == 1 || capture_has(*capture, "Lease")) {
				lease_take_later(&(*capture)->captured_at, &captured,
						 &captured_ns);
				of_leases = any == 0;
			}
	if (captured && leases && *now_ns / 2 - captured_ns / 2 > ahead_ns / 2)
		return MOMENT_LEASES;
	if (captured) {
		if (!leases || captured_ns > *now_ns ||
		    (of_leases && leases_expire_between(snapshot, captured_ns, *now_ns)))
			*now_ns = captured_ns;
		return MOMENT_CAPTURE;
	}
	ARRAY_FOREACH (struct event *, event, &snapshot->events) {
		lease_take_later(&(*event)->last_time, &evidence, &evidence_ns);
		lease_take_later(&(*event)->event_time, &evidence, &evidence_ns);
	}
	ARRAY_FOREACH (struct bgp_node_report *, status, &snapshot->bgp_node_statuses)
		lease_take_later(&(*status)->last_updated, &evidence, &evidence_ns);
	if (evidence && (!leases || evidence_ns / 2 - *now_ns / 2 > tolerance_ns / 2)) {
		*now_ns = evidence_ns;
		return MOMENT_EVIDENCE;
	}
	return leases ? MOMENT_LEASES : MOMENT_NONE;
}

const char *moment_text(enum moment_origin moment)
{
	static const char *const texts[] = {
		[MOMENT_NONE] = "the input was captured",
		[MOMENT_LEASES] = "the newest renewal in the input",
		[MOMENT_EVIDENCE] = "the newest Event or status in the input",
		[MOMENT_CAPTURE] = "the input was captured",
		[MOMENT_GIVEN] = "the time of --at",
	};

	return texts[moment];
}

/* ---- the duration D ---- */

/* A text that sets D, with its place. */
struct setting {
	enum duration_origin origin;
	const char *text; /* NULL: not set */
	struct pos pos;
	const char *path;
	bool hidden; /* set to what the input does not show */
};

static const struct env_var *lease_find_variable(const struct container *container,
						 const char *name, size_t len)
{
	const struct env_var *found = NULL;

	/* Of several with one name the last one counts. */
	ARRAY_FOREACH (const struct env_var, variable, &container->env.list) {
		const char *s = variable->name.s;

		if (s != NULL && strlen(s) == len && memcmp(s, name, len) == 0)
			found = variable;
	}
	return found;
}

/* Kubernetes puts variables of the container in for $(NAME). */
static void lease_expand_variable(const struct container *container, struct setting *setting)
{
	const char *text = setting->text;
	size_t len = strlen(text);

	if (len < 4 || strncmp(text, "$(", 2) != 0 || text[len - 1] != ')')
		return;

	const struct env_var *variable = lease_find_variable(container, text + 2, len - 3);

	if (variable == NULL)
		return;
	setting->text = variable->value.s;
	setting->hidden = variable->value.s == NULL;
}

/* What stands behind `--lease-duration` or `-lease-duration` in the argument: "=X", or nothing.
 * NULL when it is another one. */
static const char *lease_after_flag(const char *argument)
{
	size_t dashes = strspn(argument, "-");
	const char *name = argument + dashes;

	if (dashes < 1 || dashes > 2 || !str_has_prefix(name, FLAG_NAME))
		return NULL;
	name += strlen(FLAG_NAME);
	return *name == '\0' || *name == '=' ? name : NULL;
}

/* The words of the command and of the arguments, one behind the other. */
struct words {
	const struct container *container;
	const char *container_path;
	struct arena *arena;
};

static const struct str_value *lease_word(const struct words *w, uint32_t i)
{
	const struct str_list *command = &w->container->command;
	const struct str_list *args = &w->container->args;

	if (i < command->list.count)
		return &command->list.items[i];
	i -= command->list.count;
	return i < args->list.count ? &args->list.items[i] : NULL;
}

static const char *lease_word_path(const struct words *w, uint32_t i)
{
	uint32_t commands = w->container->command.list.count;

	if (i < commands)
		return arena_printf(w->arena, "%s.command[%u]", w->container_path, i);
	return arena_printf(w->arena, "%s.args[%u]", w->container_path, i - commands);
}

/* P8.1: the flag; of several the last one counts. */
static void lease_read_flag(const struct words *w, struct setting *out)
{
	const struct str_value *word;

	for (uint32_t i = 0; (word = lease_word(w, i)) != NULL; i++) {
		const char *behind = word->s != NULL ? lease_after_flag(word->s) : NULL;
		uint32_t at = i;

		if (behind == NULL)
			continue;
		*out = (struct setting){ .origin = DURATION_FLAG };
		if (*behind == '=') {
			out->text = behind + 1;
		} else if (lease_word(w, i + 1) != NULL) {
			at = ++i;
			out->text = lease_word(w, at)->s;
		}
		if (out->text == NULL)
			out->text = ""; /* a flag without a value, which no program takes */
		out->pos = lease_word(w, at)->pos;
		out->path = lease_word_path(w, at);
		lease_expand_variable(w->container, out);
	}
}

/* P8.1: the variable; an empty one counts as not set. */
static void lease_read_variable(const struct words *w, struct setting *out)
{
	const struct env_var *variable =
		lease_find_variable(w->container, VARIABLE_NAME, strlen(VARIABLE_NAME));

	if (variable == NULL)
		return;
	*out = (struct setting){
		.origin = DURATION_ENV,
		.text = variable->value.s,
		.pos = variable->value.pos,
		.path = arena_printf(w->arena, "%s.env[%u].value", w->container_path,
				     (uint32_t)(variable - w->container->env.list.items)),
		.hidden = variable->value.s == NULL,
	};
	if (out->text != NULL)
		lease_expand_variable(w->container, out);
	if (out->text != NULL && out->text[0] == '\0')
		*out = (struct setting){ .origin = DURATION_CODE };
}

/* P8.1: what the program makes of the text. */
static struct lease_duration lease_duration_of_text(const struct setting *setting)
{
	struct lease_duration d = {
		.ns = CODE_DEFAULT_NS,
		.origin = DURATION_CODE,
		.text = setting->text,
		.pos = setting->pos,
		.path = setting->path,
	};
	int64_t ns;

	if (setting->text == NULL)
		return d;

	bool parses = duration_parse(setting->text, &ns);

	if (!parses || ns == 0) {
		d.unparsable = true;
		/* The program ends when it cannot read a flag, but not so for a variable. */
		d.refused = !parses && setting->origin == DURATION_FLAG;
		return d;
	}
	d.ns = ns;
	d.origin = setting->origin;
	d.refused = ns < NS_PER_SEC;
	return d;
}

/* False when the DaemonSet does not tell. */
static bool lease_duration_from_daemon_set(const struct workload *daemon_set,
					   struct arena *arena, struct lease_duration *out)
{
	const struct container *container = workload_agent(daemon_set);
	struct setting setting = { .origin = DURATION_CODE };

	if (container == NULL)
		return false;

	size_t index = (size_t)(container - daemon_set->containers.list.items);
	struct words words = {
		.container = container,
		.container_path =
			arena_printf(arena, "spec.template.spec.containers[%zu]", index),
		.arena = arena,
	};

	/* An argument beats the environment. */
	lease_read_flag(&words, &setting);
	if (setting.origin == DURATION_CODE)
		lease_read_variable(&words, &setting);
	if (setting.hidden)
		return false;
	*out = lease_duration_of_text(&setting);
	out->object = &daemon_set->object;
	return true;
}

struct lease_duration lease_duration_resolve(const struct snapshot *snapshot,
					     struct arena *arena)
{
	struct lease_duration d;

	ARRAY_FOREACH (struct workload *, daemon_set, &snapshot->daemon_sets) {
		if (str_equal((*daemon_set)->object.namespace, snapshot->install_namespace) &&
		    lease_duration_from_daemon_set(*daemon_set, arena, &d))
			return d;
	}
	ARRAY_FOREACH (struct lease *, lease, &snapshot->leases) {
		const struct int_value *seconds = &(*lease)->duration_seconds;

		if (lease_node_name(*lease, snapshot->install_namespace) == NULL ||
		    !seconds->set || seconds->v <= 0)
			continue;
		return (struct lease_duration){
			.ns = lease_clamp_seconds(seconds->v) * NS_PER_SEC,
			.origin = DURATION_LEASE,
			.pos = seconds->pos,
			.path = "spec.leaseDurationSeconds",
			.object = &(*lease)->object,
		};
	}
	return (struct lease_duration){ .ns = SHIPPED_DEFAULT_NS, .origin = DURATION_DEFAULT };
}
