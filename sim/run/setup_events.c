/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of a setup: names become numbers, and what cannot be is reported: an event that
 * lacks an argument or happens after the end, configuration changes that may overtake each
 * other.
 */
#include "sim/run/assertions.h"
#include "sim/run/setup_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"

/* What an event needs; a set of bits. */
enum event_need {
	WANTS_NODE = 1 << 0,      /* node or winnerOf */
	WANTS_INTERFACE = 1 << 1, /* of that node; the first when it is not given */
	WANTS_ADDRESS = 1 << 2,
	WANTS_BY = 1 << 3,
	WANTS_SKEW = 1 << 4,
	WANTS_SERVICE = 1 << 5,
	WANTS_NODES = 1 << 6,
	WANTS_SEGMENT = 1 << 7,
	WANTS_PROBABILITY = 1 << 8,
	WANTS_OBSERVER = 1 << 9,
	WANTS_VERSION = 1 << 10,
	WANTS_UNAVAILABLE = 1 << 11,
	WANTS_ALL = 1 << 12, /* nothing, or "all" */
	WANTS_DOWN_FOR = 1 << 13,
	WANTS_SOME_NODES = 1 << 14, /* all nodes when none is named */
	WANTS_PAUSE = 1 << 15,
	WANTS_HOW = 1 << 16,
	WANTS_DELAY = 1 << 17,
	WANTS_VIP = 1 << 18,
	WANTS_FOR = 1 << 19,
	WANTS_TAINT = 1 << 20,
	WANTS_LABELS = 1 << 21,
	WANTS_PATCH = 1 << 22,
	WANTS_BGP = 1 << 23,
	WANTS_ROUTER = 1 << 24, /* that BGP is simulated, and a router of it */
	WANTS_BGP_ARGUMENTS = 1 << 25,
	WANTS_SESSION = 1 << 26, /* of the nodes with the router */
};

static const unsigned event_needs[EVENT_KINDS] = {
	[EVENT_NODE_CRASH] = WANTS_NODE,
	[EVENT_NODE_RECOVER] = WANTS_NODE,
	[EVENT_AGENT_KILL] = WANTS_NODE,
	[EVENT_AGENT_STOP] = WANTS_NODE,
	[EVENT_AGENT_START] = WANTS_NODE,
	[EVENT_AGENT_RESTART] = WANTS_NODE,
	[EVENT_ROLLING_RESTART] = WANTS_SOME_NODES | WANTS_UNAVAILABLE,
	[EVENT_API_DOWN] = WANTS_ALL | WANTS_HOW,
	[EVENT_API_UP] = WANTS_ALL,
	[EVENT_API_PARTITION] = WANTS_NODE,
	[EVENT_API_HEAL] = WANTS_NODE,
	[EVENT_LINK_DOWN] = WANTS_NODE | WANTS_INTERFACE,
	[EVENT_LINK_UP] = WANTS_NODE | WANTS_INTERFACE,
	[EVENT_ADDRESS_REMOVE] = WANTS_NODE | WANTS_INTERFACE | WANTS_ADDRESS,
	[EVENT_ADDRESS_ADD] = WANTS_NODE | WANTS_INTERFACE | WANTS_ADDRESS,
	[EVENT_CLOCK_STEP] = WANTS_NODE | WANTS_BY,
	[EVENT_CLOCK_SKEW] = WANTS_NODE | WANTS_SKEW,
	[EVENT_SERVICE_CREATE] = WANTS_SERVICE,
	[EVENT_SERVICE_DELETE] = WANTS_SERVICE,
	[EVENT_ENDPOINTS] = WANTS_SERVICE | WANTS_NODES,
	[EVENT_APPLY] = WANTS_VERSION,
	[EVENT_DELETE] = WANTS_VERSION,
	[EVENT_NODE_DELETE] = WANTS_NODE,
	[EVENT_GRATUITOUS_LOSS] = WANTS_SEGMENT | WANTS_PROBABILITY,
	[EVENT_OBSERVER_RESET] = WANTS_OBSERVER,
	[EVENT_NODE_REBOOT] = WANTS_NODE | WANTS_DOWN_FOR,
	[EVENT_AGENT_CRASH] = WANTS_NODE,
	[EVENT_POD_DELETE] = WANTS_NODE,
	[EVENT_LEASE_DELETE] = WANTS_NODE,
	[EVENT_SWITCH_DOWN] = WANTS_SEGMENT,
	[EVENT_SWITCH_UP] = WANTS_SEGMENT,
	[EVENT_ROLLING_REBOOT] =
		WANTS_SOME_NODES | WANTS_UNAVAILABLE | WANTS_DOWN_FOR | WANTS_PAUSE,
	[EVENT_SEGMENT_LOSS] = WANTS_SEGMENT | WANTS_PROBABILITY,
	[EVENT_SEGMENT_DELAY] = WANTS_SEGMENT | WANTS_DELAY,
	[EVENT_ALLOCATOR_DOWN] = WANTS_ALL,
	[EVENT_ALLOCATOR_UP] = WANTS_ALL,
	[EVENT_ADDRESS_CONFLICT] = WANTS_NODE | WANTS_INTERFACE | WANTS_VIP | WANTS_FOR,
	[EVENT_DRAIN] = WANTS_NODE,
	[EVENT_UNCORDON] = WANTS_NODE,
	[EVENT_TAINT] = WANTS_NODE | WANTS_TAINT,
	[EVENT_UNTAINT] = WANTS_NODE | WANTS_TAINT,
	[EVENT_LABEL] = WANTS_NODE | WANTS_LABELS | WANTS_VERSION,
	[EVENT_SERVICE_EDIT] = WANTS_SERVICE | WANTS_PATCH,
	[EVENT_BGP_DAEMON_STOP] = WANTS_NODE | WANTS_BGP,
	[EVENT_BGP_DAEMON_KILL] = WANTS_NODE | WANTS_BGP,
	[EVENT_BGP_DAEMON_START] = WANTS_NODE | WANTS_BGP,
	[EVENT_BGP_SESSION_RESET] = WANTS_NODE | WANTS_ROUTER | WANTS_SESSION,
	[EVENT_CUT] = WANTS_NODE | WANTS_ROUTER | WANTS_SESSION,
	[EVENT_HEAL] = WANTS_NODE | WANTS_ROUTER | WANTS_SESSION,
	[EVENT_ROUTER_DAEMON_STOP] = WANTS_ROUTER | WANTS_BGP_ARGUMENTS,
	[EVENT_ROUTER_DAEMON_KILL] = WANTS_ROUTER | WANTS_BGP_ARGUMENTS,
	[EVENT_ROUTER_DAEMON_START] = WANTS_ROUTER | WANTS_BGP_ARGUMENTS,
	[EVENT_ROUTER_CRASH] = WANTS_ROUTER,
	[EVENT_ROUTER_RECOVER] = WANTS_ROUTER,
	[EVENT_ROUTER_LINK_DOWN] = WANTS_ROUTER | WANTS_SOME_NODES | WANTS_BGP_ARGUMENTS,
	[EVENT_ROUTER_LINK_UP] = WANTS_ROUTER | WANTS_SOME_NODES | WANTS_BGP_ARGUMENTS,
	[EVENT_BGP_SESSION_DOWN] = WANTS_NODE | WANTS_ROUTER | WANTS_SESSION,
	[EVENT_BGP_SESSION_UP] = WANTS_NODE | WANTS_ROUTER | WANTS_SESSION,
	[EVENT_BGP_DAEMON_RESTART] = WANTS_NODE | WANTS_BGP | WANTS_BGP_ARGUMENTS,
	[EVENT_BGP_DAEMON_PAUSE] = WANTS_NODE | WANTS_BGP,
	[EVENT_BGP_DAEMON_RESUME] = WANTS_NODE | WANTS_BGP,
	[EVENT_FILTER_179] = WANTS_BGP | WANTS_SOME_NODES | WANTS_BGP_ARGUMENTS,
	[EVENT_UNFILTER_179] = WANTS_BGP | WANTS_SOME_NODES | WANTS_BGP_ARGUMENTS,
	[EVENT_PASSWORD] = WANTS_NODE | WANTS_ROUTER | WANTS_SESSION | WANTS_BGP_ARGUMENTS,
	[EVENT_PREFIX_FILTER] = WANTS_ROUTER | WANTS_BGP_ARGUMENTS,
	[EVENT_MAX_PATHS] = WANTS_ROUTER | WANTS_BGP_ARGUMENTS,
	[EVENT_BGP_DRAIN] = WANTS_NODE | WANTS_BGP | WANTS_BGP_ARGUMENTS,
	[EVENT_BGP_CONFIG] = WANTS_VERSION | WANTS_BGP,
	[EVENT_GRACEFUL_RESTART] = WANTS_NODE | WANTS_BGP | WANTS_BGP_ARGUMENTS,
};

void event_missing(struct event_builder *e, const char *what, const char *hint)
{
	if (e->lacks_count < EVENT_LACKS_MAX)
		e->lacks[e->lacks_count++] = (struct event_lacks){ what, hint };
}

/* What it lacks may be what a mistake in its arguments, or beside it, stands for. */
static void event_report_lacks(const struct event_builder *e)
{
	const struct pos pos = e->args->at.set ? e->args->at.pos : e->out->source->kind.pos;
	struct arena *arena = &e->b->snapshot->arena;
	const char *what = e->lacks[0].what;
	const char *hint = e->lacks[0].hint;

	if (e->lacks_count == 0 || setup_is_faulty(e->b, e->path_of_args) ||
	    setup_lost_keys(e->b, e->path).others > 0)
		return;
	for (uint32_t i = 1; i < e->lacks_count; i++) {
		what = arena_printf(arena, "%s%s%s", what,
				    i + 1 == e->lacks_count ? " and " : ", ", e->lacks[i].what);
		hint = arena_printf(arena, "%s; %s", hint, e->lacks[i].hint);
	}
	setup_problem(e->b, pos, e->path, "%s needs %s", e->path, what)->hint = hint;
}

/* "spec.events[2].linkDown.interface". */
const char *event_path(const struct event_builder *e, const char *argument)
{
	return arena_printf(e->b->setup->arena, "%s.%s", e->path_of_args, argument);
}

/* ---- nodes: names, labels, all, who holds something ---- */

/* False when it is there already. */
static bool event_add_node(struct event_builder *e, uint32_t node)
{
	ARRAY_FOREACH (const uint32_t, known, &e->out->group) {
		if (*known == node)
			return false;
	}
	ARRAY_ADD(e->b->setup->arena, &e->out->group, node);
	return true;
}

static const struct label_map *event_labels_of(const struct setup *setup, uint32_t node)
{
	return &setup->nodes.items[node].cluster_node->labels;
}

/* All nodes with these values of these labels. */
static void event_add_labeled(struct event_builder *e, const struct label *labels,
			      uint32_t count)
{
	const struct setup *setup = e->b->setup;
	struct nearest near = { .word = labels[0].value.s };
	struct finding *p;

	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		bool matches = true;

		for (uint32_t i = 0; i < count; i++) {
			const char *value =
				label_map_text(event_labels_of(setup, n), labels[i].key.s);

			matches &= value != NULL && str_equal(value, labels[i].value.s);
			if (i == 0 && value != NULL)
				nearest_offer(&near, value);
		}
		if (matches)
			(void)event_add_node(e, n);
	}
	if (e->out->group.count > 0 ||
	    setup_lost_field(e->b, "inputs", e->b->scenario->inputs.at.set))
		return;
	p = setup_problem(e->b, labels[0].value.pos, e->path,
			  "%s: no node has the label %s=%s%s", e->path, labels[0].key.s,
			  labels[0].value.s, count > 1 ? " and the others" : "");
	p->hint = near.best != NULL && !str_equal(near.best, labels[0].value.s)
			  ? arena_printf(&e->b->snapshot->arena, "did you mean \"%s\"?",
					 near.best)
			  : "write labels that Nodes or the inventory have";
}

static void event_add_names(struct event_builder *e, const struct names_value *names)
{
	bool every = false;

	if (names->labels.list.count > 0)
		event_add_labeled(e, names->labels.list.items, names->labels.list.count);
	ARRAY_FOREACH (const struct str_value, name, &names->list.list) {
		const bool all = str_equal(name->s, "all") &&
				 setup_find_node(e->b->setup, "all") == SETUP_NONE;
		uint32_t number = SETUP_NONE;

		if (!all)
			number = setup_node_number(e->b, name, e->path);
		for (uint32_t n = 0; all && n < e->b->setup->nodes.count; n++)
			(void)event_add_node(e, n);
		every |= all;
		/* A node has any number of endpoints. */
		if (number != SETUP_NONE && !event_add_node(e, number) &&
		    e->out->kind != EVENT_ENDPOINTS)
			setup_problem(e->b, name->pos, e->path,
				      every ? "%s names %s in addition to all nodes"
					    : "%s names %s twice",
				      e->path, name->s)
				->hint =
				every ? "remove it, or write the nodes that are meant instead "
					"of `all`"
				      : "remove one of the two, or write the node that is "
					"meant instead";
	}
}

static void event_add_by_label(struct event_builder *e, const char *key,
			       const struct str_value *value)
{
	const struct label label = { .key = { .s = key }, .value = *value };

	if (value->s != NULL)
		event_add_labeled(e, &label, 1);
}

/* A VIP, or a Service with all of its VIPs. */
static void event_winner(struct event_builder *e)
{
	const struct str_value *of = &e->args->winner_of;

	if (strchr(of->s, '/') != NULL)
		e->out->winner_service = setup_service_number(e->b, of, e->path);
	else
		e->out->winner_of = setup_vip_number(e->b, of, e->path);
}

static void event_node(struct event_builder *e)
{
	const struct scenario_event_args *args = e->args;
	const int given = args->node.list.at.set + args->nodes.list.at.set +
			  (args->rack.s != NULL) + (args->group.s != NULL) +
			  (args->winner_of.s != NULL);
	const bool optional = (event_needs[e->out->kind] & WANTS_SOME_NODES) != 0;

	if (given == 0 && optional)
		return;
	if (given == 0) {
		event_missing(e, "a node",
			      "name a node, a list of nodes, `all`, `nodes: {label: value}` or "
			      "`winnerOf:` with a VIP or a Service");
		return;
	}
	if (given > 1) {
		setup_problem(e->b, args->at.pos, e->path,
			      "%s names its nodes in %d ways; one is allowed", e->path, given)
			->hint = "write only one of node, nodes, rack, group and winnerOf";
		return;
	}
	event_add_names(e, &args->node);
	event_add_names(e, &args->nodes);
	event_add_by_label(e, "rack", &args->rack);
	event_add_by_label(e, "group", &args->group);
	if (args->winner_of.s != NULL)
		event_winner(e);
	if (e->out->group.count == 1)
		e->out->node = e->out->group.items[0];
	if (e->out->group.count == 0 && args->winner_of.s == NULL &&
	    args->node.list.list.count + args->node.labels.list.count +
			    args->nodes.list.list.count + args->nodes.labels.list.count ==
		    0 &&
	    args->rack.s == NULL && args->group.s == NULL)
		event_missing(e, "a node", "the list of nodes is empty: name at least one");
}

static void event_down_for(struct event_builder *e)
{
	e->out->amount = setup_duration(e->b, &e->args->down_for, event_path(e, "downFor"),
					60 * NS_PER_SEC, 0);
}

/* How long something lasts; absent: to the end. */
static void event_for(struct event_builder *e)
{
	e->out->amount = setup_duration(e->b, &e->args->down_for, event_path(e, "for"), 0, 1);
}

static void event_pause(struct event_builder *e)
{
	e->out->pause = setup_duration(e->b, &e->args->pause, event_path(e, "pause"), 0, 0);
}

static void event_how(struct event_builder *e)
{
	e->out->how = str_equal(e->args->how.s, "hang")      ? API_DOWN_HANGS
		      : str_equal(e->args->how.s, "orderly") ? API_DOWN_CLOSES
							     : API_DOWN_REFUSES;
}

static void event_delay(struct event_builder *e)
{
	if (!e->args->delay.at.set)
		event_missing(e, "a delay", "write it like delay: 5ms");
	e->out->delay = setup_delay(e->b, &e->args->delay, event_path(e, "delay"),
				    distribution_constant(0), 0);
}

static void event_vip(struct event_builder *e)
{
	if (e->args->ip.s == NULL)
		event_missing(e, "an ip",
			      "name an address of a Service, such as ip: 192.0.2.240");
	else
		e->out->vip = setup_vip_number(e->b, &e->args->ip, e->path);
}

static void event_interface(struct event_builder *e)
{
	const struct setup_node *node;

	/* Which one it is of the winner's is known when it fires. */
	if (e->out->node == SETUP_NONE)
		return;
	/* That of an address that somebody configures is found when it fires as well. */
	if (e->args->interface.s == NULL && e->out->kind == EVENT_ADDRESS_CONFLICT)
		return;
	e->out->interface = 0;
	if (e->args->interface.s == NULL)
		return;
	node = &e->b->setup->nodes.items[e->out->node];
	for (uint32_t i = 0; i < node->interfaces.count; i++) {
		e->out->interface = i;
		if (strcmp(node->interfaces.items[i].name, e->args->interface.s) == 0)
			return;
	}
	if (setup_is_reported(e->b, e->args->interface.pos))
		return;
	setup_problem(e->b, e->args->interface.pos, e->path,
		      "node \"%s\" has no interface \"%s\"", node->name, e->args->interface.s)
		->hint = "name an interface of the node in the inventory";
}

static void event_address(struct event_builder *e)
{
	const struct str_value *text = &e->args->address;

	if (text->s == NULL)
		event_missing(e, "an address",
			      "write it with its prefix length: 192.168.1.11/24");
	else if (!setup_is_reported(e->b, text->pos) &&
		 !ip_net_parse(text->s, &e->out->address))
		setup_problem(e->b, text->pos, e->path,
			      "\"%s\" is not a valid address with a prefix length", text->s)
			->hint = "write it like 192.168.1.11/24";
}

static void event_by(struct event_builder *e)
{
	if (e->args->by.s == NULL)
		event_missing(e, "`by`",
			      "write how far the clock jumps, such as by: 3s or by: -3s");
	else
		e->out->amount = setup_offset(e->b, &e->args->by, event_path(e, "by"));
}

static void event_skew(struct event_builder *e)
{
	if (e->args->skew.s == NULL)
		event_missing(e, "`skew`",
			      "write how far the clock is off, such as skew: 200ms");
	else
		e->out->amount = setup_offset(e->b, &e->args->skew, event_path(e, "skew"));
}

static void event_service(struct event_builder *e)
{
	if (e->args->service.s == NULL)
		event_missing(e, "a service", "write it as namespace/name");
	else
		e->out->service = setup_service_number(e->b, &e->args->service, e->path);
}

/* Nodes with an endpoint: names or labels, none of them too. */
static void event_nodes(struct event_builder *e)
{
	struct setup *setup = e->b->setup;
	bool *flags = arena_zalloc(setup->arena, setup->nodes.count + 1, sizeof(*flags));

	if (!e->args->nodes.list.at.set)
		event_missing(e, "nodes",
			      "list the nodes with an endpoint, or write [] for none");
	event_add_names(e, &e->args->nodes);
	ARRAY_FOREACH (const uint32_t, node, &e->out->group)
		flags[*node] = true;
	e->out->group.count = 0;
	e->out->nodes = flags;
}

static void event_segment(struct event_builder *e)
{
	if (e->args->segment.s == NULL)
		event_missing(e, "a segment", "name a segment of the inventory, or its subnet");
	else
		e->out->segment = setup_segment_number(e->b, &e->args->segment, e->path);
}

static void event_probability(struct event_builder *e)
{
	const char *text = e->args->probability.s;
	char *end = NULL;

	e->out->probability = text != NULL ? strtod(text, &end) : -1;
	if (text == NULL || end == text || *end != '\0' || !(e->out->probability >= 0) ||
	    e->out->probability > 1)
		event_missing(e, "a probability between 0 and 1",
			      "write it like probability: 0.5");
}

static void event_observer(struct event_builder *e)
{
	if (e->args->observer.s == NULL)
		event_missing(e, "an observer", "name one of spec.observers");
	else
		e->out->observer = setup_observer_number(e->b, &e->args->observer, e->path);
}

static void event_unavailable(struct event_builder *e)
{
	const struct int_value *given = &e->args->max_unavailable;

	e->out->max_unavailable = 1;
	if (!given->set)
		return;
	if (given->v < 1 || given->v > 1000000)
		setup_problem(e->b, given->pos, e->path,
			      "%s: maxUnavailable must be from 1 to 1000000", e->path)
			->hint = "write how many agents may be down at once";
	else
		e->out->max_unavailable = (uint32_t)given->v;
}

static void event_all(struct event_builder *e)
{
	const struct str_value *given = &e->args->name;
	const char *name = scenario_event_name(e->out->kind);
	const char *alone = e->out->kind == EVENT_API_UP     ? "apiHeal"
			    : e->out->kind == EVENT_API_DOWN ? "apiPartition"
							     : NULL;
	struct finding *p;

	if (given->s == NULL || strcmp(given->s, "all") == 0 ||
	    setup_is_faulty(e->b, e->path_of_args))
		return;
	p = setup_problem(e->b, given->pos, e->path,
			  alone != NULL ? "%s applies to all nodes, not to \"%s\" alone"
					: "%s applies to no node, and so not to \"%s\"",
			  name, given->s);
	p->hint = alone != NULL
			  ? arena_printf(&e->b->snapshot->arena,
					 "write `all`, or %s with the node that is cut off",
					 alone)
			  : "remove the name";
}

static void event_arguments(struct event_builder *e)
{
	static const struct {
		unsigned need;
		void (*take)(struct event_builder *e);
	} takers[] = {
		{ WANTS_NODE | WANTS_SOME_NODES, event_node },
		{ WANTS_INTERFACE, event_interface },
		{ WANTS_ADDRESS, event_address },
		{ WANTS_BY, event_by },
		{ WANTS_SKEW, event_skew },
		{ WANTS_SERVICE, event_service },
		{ WANTS_NODES, event_nodes },
		{ WANTS_SEGMENT, event_segment },
		{ WANTS_PROBABILITY, event_probability },
		{ WANTS_OBSERVER, event_observer },
		{ WANTS_UNAVAILABLE, event_unavailable },
		{ WANTS_ALL, event_all },
		{ WANTS_DOWN_FOR, event_down_for },
		{ WANTS_PAUSE, event_pause },
		{ WANTS_HOW, event_how },
		{ WANTS_DELAY, event_delay },
		{ WANTS_VIP, event_vip },
		{ WANTS_FOR, event_for },
		{ WANTS_TAINT, event_taint },
		{ WANTS_LABELS, event_labels },
		{ WANTS_PATCH, event_patch },
		{ WANTS_BGP, event_bgp },
		{ WANTS_ROUTER, event_router },
		{ WANTS_SESSION, event_session },
		{ WANTS_BGP_ARGUMENTS, event_bgp_arguments },
	};

	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if ((event_needs[e->out->kind] & takers[i].need) != 0)
			takers[i].take(e);
	event_report_lacks(e);
}

/* The earliest and the latest that a delay can be; an exponential has no latest. */
static void event_bounds(const struct distribution *d, sim_ns *low, sim_ns *high)
{
	*low = d->kind == DISTRIBUTION_CONSTANT || d->kind == DISTRIBUTION_UNIFORM ? d->a : 0;
	*high = d->kind == DISTRIBUTION_UNIFORM ? d->b : *low;
}

/* `others`: how many of the keys that nobody knows are known to stand for something else. */
static void event_missing_time(struct setup_builder *b, struct pos pos, const char *path,
			       uint32_t others)
{
	const struct lost_keys lost = setup_lost_keys(b, path);

	if (!lost.time && lost.others <= others)
		setup_problem(b, pos, path, "%s has no time", path)->hint =
			"add `at:`, a time after the end of the warm-up";
}

static void event_set_time(struct event_builder *e, const struct scenario_event *source)
{
	const struct setup *setup = e->b->setup;
	const char *path = arena_printf(setup->arena, "%s.at", e->path);
	char text[DURATION_TEXT_MAX];
	sim_ns low;
	sim_ns high;

	if (!source->when.at.set) {
		event_missing_time(e->b, source->at.pos, e->path, 0);
		return;
	}
	e->out->when =
		setup_delay(e->b, &source->when, path, distribution_constant(0),
			    setup_lost_field(e->b, "warmup", e->b->scenario->warmup.s != NULL)
				    ? -SETUP_TIME_MAX
				    : -setup->warmup);
	event_bounds(&e->out->when, &low, &high);
	if (high > setup->duration &&
	    !setup_lost_field(e->b, "duration", e->b->scenario->duration.s != NULL))
		setup_problem(e->b, source->when.at.pos, e->path,
			      "%s happens after the end of the run, which is %s long", e->path,
			      duration_format(setup->duration, text))
			->hint = arena_printf(&e->b->snapshot->arena,
					      "%s, or move the event to an earlier time",
					      assertion_longer_run(e->b->scenario));
}

/* The latest moment at which it can happen; SIM_NEVER when there is none. */
static sim_ns event_latest(const struct distribution *d)
{
	if (d->kind == DISTRIBUTION_EXPONENTIAL || d->kind == DISTRIBUTION_LOGNORMAL)
		return SIM_NEVER;
	return d->kind == DISTRIBUTION_UNIFORM ? d->b : d->a;
}

/* Each change of the configuration builds on the ones before it. */
static void event_check_order(struct setup_builder *b, const struct setup_event *event,
			      const char *path)
{
	const struct setup_event *before = NULL;
	sim_ns low;
	sim_ns high;

	const bool edits = event->kind == EVENT_SERVICE_EDIT;

	ARRAY_FOREACH (const struct setup_event, other, &b->setup->events) {
		const bool builds = edits ? other->kind == EVENT_SERVICE_EDIT &&
						    other->service == event->service
					  : (event_needs[other->kind] & WANTS_VERSION) != 0;

		if (other < event && builds)
			before = other;
	}
	event_bounds(&event->when, &low, &high);
	if (before == NULL || event_latest(&before->when) <= low)
		return;
	setup_problem(b, event->source->when.at.pos, path,
		      "%s can happen before the change of the %s that is written above it",
		      path, edits ? "Service" : "configuration")
		->hint = edits ? "write edits of a Service in their order, at times that "
				 "cannot cross"
			       : "write apply, delete and label events in their order, at "
				 "times that cannot cross";
}

static void event_build(struct setup_builder *b, const struct scenario_event *source,
			const char *path, uint32_t *version)
{
	struct setup_event *out = ARRAY_PUSH(b->setup->arena, &b->setup->events);
	struct event_builder e = { b,
				   &source->args,
				   out,
				   path,
				   arena_printf(b->setup->arena, "%s.%s", path,
						scenario_event_name(source->kind.which)),
				   .lacks_count = 0 };

	*out = (struct setup_event){ .source = source,
				     .kind = (enum scenario_event_kind)source->kind.which,
				     .node = SETUP_NONE,
				     .winner_of = SETUP_NONE,
				     .winner_service = SETUP_NONE,
				     .interface = SETUP_NONE,
				     .service = SETUP_NONE,
				     .vip = SETUP_NONE,
				     .router = SETUP_NONE,
				     .segment = SETUP_NONE,
				     .observer = SETUP_NONE };
	if ((event_needs[out->kind] & WANTS_VERSION) != 0)
		out->version = ++*version;
	out->flag = out->kind == EVENT_API_UP ? source->args.restarted.set
							? source->args.restarted.v
							: b->setup->timing.api_restart_410
					      : source->args.api.v;
	event_set_time(&e, source);
	event_arguments(&e);
	setup_add_changes(b, out);
	if ((event_needs[out->kind] & (WANTS_VERSION | WANTS_PATCH)) != 0)
		event_check_order(b, out, path);
}

void setup_build_events(struct setup_builder *b)
{
	uint32_t version = 0;
	uint32_t number = 0;

	ARRAY_FOREACH (const struct scenario_event, e, &b->scenario->events.list) {
		const char *path = arena_printf(b->setup->arena, "spec.events[%u]", number++);

		if (e->kind.given == 1)
			event_build(b, e, path, &version);
		else if (e->kind.given == 0 && setup_lost_keys(b, path).others > 0) {
			if (!e->when.at.set)
				event_missing_time(b, e->at.pos, path, 1);
		} else if (e->kind.given > 1 || !setup_is_faulty(b, path))
			setup_problem(b, e->at.pos, path,
				      "%s must name exactly one event, not %u", path,
				      e->kind.given)
				->hint = "write one entry for each, such as {at: 5s, "
					 "nodeCrash: node-a}";
	}
}
