/* SPDX-License-Identifier: Apache-2.0 */
/* The schema of scenario files (S2, S3). */
#include "config/objects/kinds.h"

#include "base/duration.h"
#include "base/text.h"
#include "config/objects/scenario.h"

/* ---- delays ---- */

static const struct schema_field lognormal_fields[] = {
	{ "median", FIELD_DURATION, AT(struct delay_value, median), .required = true },
	{ "p99", FIELD_DURATION, AT(struct delay_value, p99), .required = true },
};
static const struct schema lognormal_schema = SCHEMA(lognormal_fields, struct delay_value);

static const struct schema_field delay_fields[] = {
	{ "constant", FIELD_DURATION, AT(struct delay_value, constant) },
	{ "uniform", FIELD_DURATIONS, AT(struct delay_value, uniform), .max_items = 2 },
	{ "exponential", FIELD_DURATION, AT(struct delay_value, exponential) },
	{ "lognormal", FIELD_INLINE, NO_OFFSET, .schema = &lognormal_schema },
};
static const struct schema delay_schema = {
	.fields = delay_fields,
	.count = ARRAY_LEN(delay_fields),
	.size = sizeof(struct delay_value),
	.shorthand = "constant",
};

static const struct schema clock_skew_schema = {
	.fields = delay_fields,
	.count = ARRAY_LEN(delay_fields),
	.size = sizeof(struct clock_skew_value),
	.shorthand = "constant",
	.others = offsetof(struct clock_skew_value, nodes),
};

#define DELAY(name_, type_, member_)                                                           \
	{                                                                                      \
		name_, FIELD_OBJECT, AT(type_, member_), .schema = &delay_schema               \
	}

/* ---- timing (S2) ---- */

#define TIMING(name_, member_, description_)                                                   \
	{                                                                                      \
		name_, FIELD_OBJECT, AT(struct scenario_timing, member_),                      \
			.schema = &delay_schema, .description = (description_)                 \
	}
#define COUNT_FIELD(name_, member_, min_, description_)                                        \
	{                                                                                      \
		name_, FIELD_INT, AT(struct scenario_timing, member_),                         \
			.bounded = true, .min = (min_), .max = 1000000,                        \
			.description = (description_)                                          \
	}

static const char *const client_go_words[] = { "0.35", "0.36", NULL };
static const char *const resync_words[] = { "locked", "uniform", NULL };
static const char *const speaker_words[] = { "fork-1.1", "fork-1.3", "gobgp-3", NULL };
static const struct schema_field timing_fields[] = {
	TIMING("apiRequest", api_request, "from a request to the API server to its answer"),
	TIMING("watchDelivery", watch_delivery, "from a change to its delivery to watchers"),
	TIMING("reconcileLose", reconcile_lose, "time an agent needs to withdraw an address"),
	TIMING("reconcileWin", reconcile_win, "time an agent needs to add an address"),
	TIMING("allocate", allocate, "time the allocator needs for a Service"),
	TIMING("segmentDelay", segment_delay, "of a frame between two hosts"),
	{ "clockSkew", FIELD_OBJECT, AT(struct scenario_timing, clock_skew),
	  .schema = &clock_skew_schema },
	TIMING("shutdownDrain", shutdown_drain,
	       "how long an agent drains its queue when it is stopped"),
	TIMING("agentRestart", agent_restart, "from the end of an agent to its start"),
	TIMING("podRestart", pod_restart,
	       "until a Pod that was evicted is ready on another node"),
	{ "leaseDuration", FIELD_DURATION, AT(struct scenario_timing, lease_duration) },
	COUNT_FIELD("clientQPS", client_qps, 1,
		    "writes per second that an agent's API client allows"),
	COUNT_FIELD("clientBurst", client_burst, 1,
		    "writes in a burst before that limit applies"),
	COUNT_FIELD("eventsPerKeep", events_per_keep, 0,
		    "Events that an agent writes for an address it keeps"),
	COUNT_FIELD("eventsPerTakeover", events_per_takeover, 0,
		    "Events that an agent writes for an address it takes over"),
	{ "apiRestart410", FIELD_BOOL, AT(struct scenario_timing, api_restart_410) },
	{ "synLinear", FIELD_BOOL, AT(struct scenario_timing, syn_linear) },
	{ "importPoll", FIELD_DURATION, AT(struct scenario_timing, import_poll),
	  .description = "how often a BGP daemon checks the dummy interface" },
	TIMING("importApply", import_apply, "from then until the routers are sent an update"),
	TIMING("sessionOpen", session_open, "from a connection to a BGP session"),
	TIMING("daemonStart", daemon_start, "until a daemon has its peers"),
	TIMING("speakerStart", speaker_start, "the same, in a new Pod"),
	TIMING("neighborReachable", neighbor_reachable, "of a router's neighbor entry"),
	TIMING("carrierNotice", carrier_notice,
	       "until a router notices that a port for a node has lost its carrier"),
	{ "collisionHang", FIELD_BOOL, AT(struct scenario_timing, collision_hang),
	  .description =
		  "whether two GoBGP that dial at once can wait for each other for ever" },
	{ "speaker", FIELD_STRING, AT(struct scenario_timing, speaker), .words = speaker_words,
	  .description = "the BGP daemon of the nodes" },
	{ "clientGo", FIELD_STRING, AT(struct scenario_timing, client_go),
	  .words = client_go_words },
	{ "resyncPhase", FIELD_STRING, AT(struct scenario_timing, resync_phase),
	  .words = resync_words },
};
static const struct schema timing_schema = SCHEMA(timing_fields, struct scenario_timing);

/* ---- observers ---- */

static const char *const profile_words[] = { "linux", "router", "ignores-gratuitous", NULL };
static const struct schema_field observer_fields[] = {
	{ "name", FIELD_STRING, AT(struct scenario_observer, name), .required = true,
	  .min_bytes = 1, .description = "for reports" },
	{ "segment", FIELD_STRING, AT(struct scenario_observer, segment),
	  .description = "the segment it is on; absent: all that have addresses" },
	{ "profile", FIELD_STRING, AT(struct scenario_observer, profile),
	  .words = profile_words, .description = "how it keeps its neighbor entries" },
	{ "arpTimeout", FIELD_DURATION, AT(struct scenario_observer, arp_timeout),
	  .description = "how long a router keeps an entry: 4h" },
	{ "acceptsGratuitous", FIELD_BOOL, AT(struct scenario_observer, accepts_gratuitous),
	  .description = "whether gratuitous frames update its entries" },
	{ "probeInterval", FIELD_DURATION, AT(struct scenario_observer, probe_interval),
	  .description = "how often it sends" },
};
static const struct schema observer_schema = SCHEMA(observer_fields, struct scenario_observer);

/* ---- clients ---- */

static const struct schema_field client_fields[] = {
	{ "name", FIELD_STRING, AT(struct scenario_client, name), .required = true,
	  .min_bytes = 1, .description = "for reports" },
	{ "router", FIELD_STRING, AT(struct scenario_client, router), .required = true,
	  .min_bytes = 1, .description = "the router of the inventory that its traffic meets" },
	{ "flows", FIELD_INT, AT(struct scenario_client, flows), .bounded = true, .min = 1,
	  .max = 1000000000,
	  .description = "how many it has to an address: reports show shares as flows, too" },
};
static const struct schema client_schema = SCHEMA(client_fields, struct scenario_client);

/* ---- events ---- */

/* What is a name, and not any text, is not empty. */
#define ARGUMENT(name_, type_, member_)                                                        \
	{                                                                                      \
		name_, type_, AT(struct scenario_event_args, member_),                         \
			.min_bytes = (type_) == FIELD_STRING || (type_) == FIELD_STRINGS ||    \
				     (type_) == FIELD_NAMES                                    \
	}

#define EVENT_SCHEMA(fields_, shorthand_)                                                      \
	{                                                                                      \
		.fields = (fields_), .count = ARRAY_LEN(fields_),                              \
		.size = sizeof(struct scenario_event_args), .shorthand = (shorthand_),         \
		.no_nulls = true,                                                              \
	}

/* Nodes that are known before the run. */
#define NAMED_NODES                                                                            \
	ARGUMENT("node", FIELD_NAMES, node), ARGUMENT("nodes", FIELD_NAMES, nodes),            \
		ARGUMENT("rack", FIELD_STRING, rack), ARGUMENT("group", FIELD_STRING, group)

#define NODE_ARGUMENTS NAMED_NODES, ARGUMENT("winnerOf", FIELD_STRING, winner_of)

static const struct schema_field node_args[] = { NODE_ARGUMENTS };
static const struct schema node_event = EVENT_SCHEMA(node_args, "node");

static const struct schema_field rolling_args[] = {
	NAMED_NODES,
	ARGUMENT("maxUnavailable", FIELD_INT, max_unavailable),
};
static const struct schema rolling_event = EVENT_SCHEMA(rolling_args, "node");

static const struct schema_field rolling_reboot_args[] = {
	NAMED_NODES,
	ARGUMENT("maxUnavailable", FIELD_INT, max_unavailable),
	ARGUMENT("downFor", FIELD_DURATION, down_for),
	ARGUMENT("pause", FIELD_DURATION, pause),
};
static const struct schema rolling_reboot_event = EVENT_SCHEMA(rolling_reboot_args, "node");

static const char *const how_words[] = { "refuse", "orderly", "hang", NULL };
static const struct schema_field api_down_args[] = {
	ARGUMENT("for", FIELD_STRING, name), /* "all" */
	{ "how", FIELD_STRING, AT(struct scenario_event_args, how), .words = how_words },
};
static const struct schema api_down_event = EVENT_SCHEMA(api_down_args, "for");

static const struct schema_field api_up_args[] = {
	ARGUMENT("for", FIELD_STRING, name), /* "all" */
	ARGUMENT("restarted", FIELD_BOOL, restarted),
};
static const struct schema api_up_event = EVENT_SCHEMA(api_up_args, "for");

static const struct schema_field link_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("interface", FIELD_STRING, interface),
	ARGUMENT("api", FIELD_BOOL, api),
};
static const struct schema link_event = EVENT_SCHEMA(link_args, "node");

static const struct schema_field reboot_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("downFor", FIELD_DURATION, down_for),
};
static const struct schema reboot_event = EVENT_SCHEMA(reboot_args, "node");

static const struct schema_field pod_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("force", FIELD_BOOL, force),
};
static const struct schema pod_event = EVENT_SCHEMA(pod_args, "node");

static const struct schema_field switch_args[] = {
	ARGUMENT("segment", FIELD_STRING, segment),
	ARGUMENT("api", FIELD_BOOL, api),
};
static const struct schema switch_event = EVENT_SCHEMA(switch_args, "segment");

static const struct schema_field address_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("interface", FIELD_STRING, interface),
	ARGUMENT("address", FIELD_STRING, address),
};
static const struct schema address_event = EVENT_SCHEMA(address_args, "node");

static const struct schema_field clock_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("by", FIELD_DURATION, by),
};
static const struct schema clock_event = EVENT_SCHEMA(clock_args, "node");

static const struct schema_field skew_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("skew", FIELD_DURATION, skew),
};
static const struct schema skew_event = EVENT_SCHEMA(skew_args, "node");

static const struct schema_field service_args[] = {
	ARGUMENT("service", FIELD_STRING, service),
};
static const struct schema service_event = EVENT_SCHEMA(service_args, "service");

static const struct schema_field edit_args[] = {
	ARGUMENT("service", FIELD_STRING, service),
	{ "patch", FIELD_OBJECT, AT(struct scenario_event_args, patch),
	  .schema = &service_patch_schema },
	ARGUMENT("remove", FIELD_STRINGS, removed),
};
static const struct schema edit_event = EVENT_SCHEMA(edit_args, "service");

static const struct schema_field endpoint_args[] = {
	ARGUMENT("service", FIELD_STRING, service),
	ARGUMENT("nodes", FIELD_NAMES, nodes),
};
static const struct schema endpoint_event = EVENT_SCHEMA(endpoint_args, "service");

static const struct schema_field apply_args[] = {
	ARGUMENT("file", FIELD_STRING, file),
};
static const struct schema apply_event = EVENT_SCHEMA(apply_args, "file");

static const struct schema_field delete_args[] = {
	ARGUMENT("kind", FIELD_STRING, kind),
	ARGUMENT("name", FIELD_STRING, name),
	ARGUMENT("namespace", FIELD_STRING, namespace),
};
static const struct schema delete_event = EVENT_SCHEMA(delete_args, "kind");

static const struct schema_field loss_args[] = {
	ARGUMENT("segment", FIELD_STRING, segment),
	ARGUMENT("probability", FIELD_SCALAR, probability),
};
static const struct schema loss_event = EVENT_SCHEMA(loss_args, "segment");

static const struct schema_field delay_args[] = {
	ARGUMENT("segment", FIELD_STRING, segment),
	DELAY("delay", struct scenario_event_args, delay),
};
static const struct schema delay_event = EVENT_SCHEMA(delay_args, "segment");

static const struct schema_field allocator_args[] = {
	ARGUMENT("for", FIELD_STRING, name), /* "all" */
};
static const struct schema allocator_event = EVENT_SCHEMA(allocator_args, "for");

static const struct schema_field conflict_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("ip", FIELD_STRING, ip),
	ARGUMENT("interface", FIELD_STRING, interface),
	ARGUMENT("for", FIELD_DURATION, down_for),
};
static const struct schema conflict_event = EVENT_SCHEMA(conflict_args, "ip");

static const char *const effect_words[] = { "NoSchedule", "NoExecute", NULL };
static const struct schema_field taint_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("key", FIELD_STRING, key),
	ARGUMENT("value", FIELD_SCALAR, value),
	{ "effect", FIELD_STRING, AT(struct scenario_event_args, effect),
	  .words = effect_words },
};
static const struct schema taint_event = EVENT_SCHEMA(taint_args, "node");

static const struct schema_field label_args[] = {
	NAMED_NODES,
	ARGUMENT("labels", FIELD_STRING_MAP, labels),
	ARGUMENT("remove", FIELD_STRINGS, removed),
};
static const struct schema label_event = EVENT_SCHEMA(label_args, "node");

static const struct schema_field observer_args[] = {
	ARGUMENT("observer", FIELD_STRING, observer),
};
static const struct schema observer_event = EVENT_SCHEMA(observer_args, "observer");

static const struct schema_field daemon_kill_args[] = {
	NODE_ARGUMENTS, ARGUMENT("restart", FIELD_BOOL, comes_again)
};
static const struct schema daemon_kill_event = EVENT_SCHEMA(daemon_kill_args, "node");

static const struct schema_field wire_args[] = { NODE_ARGUMENTS,
						 ARGUMENT("router", FIELD_STRING, router) };
static const struct schema wire_event = EVENT_SCHEMA(wire_args, "node");

static const char *const ends_words[] = { "node", "router", NULL };
static const struct schema_field reset_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("router", FIELD_STRING, router),
	{ "by", FIELD_STRING, AT(struct scenario_event_args, by), .words = ends_words },
};
static const struct schema reset_event = EVENT_SCHEMA(reset_args, "node");

static const struct schema_field router_args[] = { ARGUMENT("router", FIELD_STRING, router) };
static const struct schema router_event = EVENT_SCHEMA(router_args, "router");

static const char *const part_words[] = { "all", "bgp", NULL };
static const struct schema_field router_daemon_args[] = {
	ARGUMENT("router", FIELD_STRING, router),
	{ "part", FIELD_STRING, AT(struct scenario_event_args, part), .words = part_words },
};
static const struct schema router_daemon_event = EVENT_SCHEMA(router_daemon_args, "router");

static const char *const port_words[] = { "admin", "carrier", NULL };
static const struct schema_field router_link_args[] = {
	ARGUMENT("router", FIELD_STRING, router),
	ARGUMENT("node", FIELD_NAMES, node),
	ARGUMENT("nodes", FIELD_NAMES, nodes),
	{ "how", FIELD_STRING, AT(struct scenario_event_args, how), .words = port_words },
};
static const struct schema router_link_event = EVENT_SCHEMA(router_link_args, "router");

static const char *const filter_words[] = { "drop", "reject", NULL };
static const struct schema_field filter_args[] = {
	ARGUMENT("node", FIELD_NAMES, node),
	ARGUMENT("nodes", FIELD_NAMES, nodes),
	ARGUMENT("router", FIELD_STRING, router),
	{ "how", FIELD_STRING, AT(struct scenario_event_args, how), .words = filter_words },
};
static const struct schema filter_event = EVENT_SCHEMA(filter_args, "node");

static const struct schema_field daemon_restart_args[] = {
	NODE_ARGUMENTS, ARGUMENT("after", FIELD_DURATION, down_for)
};
static const struct schema daemon_restart_event = EVENT_SCHEMA(daemon_restart_args, "node");

static const struct schema_field bgp_drain_args[] = {
	NODE_ARGUMENTS, ARGUMENT("drainFor", FIELD_DURATION, down_for)
};
static const struct schema bgp_drain_event = EVENT_SCHEMA(bgp_drain_args, "node");

static const struct schema_field graceful_args[] = {
	NODE_ARGUMENTS, ARGUMENT("restartTime", FIELD_DURATION, down_for)
};
static const struct schema graceful_event = EVENT_SCHEMA(graceful_args, "node");

static const struct schema_field password_args[] = {
	NODE_ARGUMENTS,
	ARGUMENT("router", FIELD_STRING, router),
	ARGUMENT("value", FIELD_SCALAR, value),
};
static const struct schema password_event = EVENT_SCHEMA(password_args, "node");

static const struct schema_field prefix_filter_args[] = {
	ARGUMENT("router", FIELD_STRING, router),
	{ "accept", FIELD_OBJECTS, AT(struct scenario_event_args, accept),
	  .schema = &router_accept_schema },
};
static const struct schema prefix_filter_event = EVENT_SCHEMA(prefix_filter_args, "router");

static const struct schema_field max_paths_args[] = {
	ARGUMENT("router", FIELD_STRING, router),
	ARGUMENT("paths", FIELD_INT, paths),
};
static const struct schema max_paths_event = EVENT_SCHEMA(max_paths_args, "router");

#define EVENT(name_, kind_, schema_, description_)                                             \
	{                                                                                      \
		.name = (name_), .type = FIELD_OBJECT, AT(struct scenario_event, args),        \
		.schema = &(schema_), .null_counts = true, .is_choice = true,                  \
		.choice_offset = offsetof(struct scenario_event, kind), .choice = (kind_),     \
		.description = (description_)                                                  \
	}

static const struct schema_field event_fields[] = {
	DELAY("at", struct scenario_event, when),
	EVENT("nodeCrash", EVENT_NODE_CRASH, node_event, "a node loses power"),
	EVENT("nodeRecover", EVENT_NODE_RECOVER, node_event, "a node that crashed comes back"),
	EVENT("agentKill", EVENT_AGENT_KILL, node_event,
	      "the agent of a node dies and stays dead"),
	EVENT("agentStop", EVENT_AGENT_STOP, node_event,
	      "the agent of a node is asked to stop (SIGTERM)"),
	EVENT("agentStart", EVENT_AGENT_START, node_event, "the agent of a node is started"),
	EVENT("agentRestart", EVENT_AGENT_RESTART, node_event,
	      "the agent of a node is stopped and started again"),
	EVENT("rollingRestart", EVENT_ROLLING_RESTART, rolling_event,
	      "the agents of all nodes are restarted, one after another"),
	EVENT("apiDown", EVENT_API_DOWN, api_down_event,
	      "the API server refuses all connections, or hangs"),
	EVENT("apiUp", EVENT_API_UP, api_up_event, "the API server answers again"),
	EVENT("apiPartition", EVENT_API_PARTITION, node_event,
	      "a node cannot reach the API server"),
	EVENT("apiHeal", EVENT_API_HEAL, node_event, "a node reaches the API server again"),
	EVENT("linkDown", EVENT_LINK_DOWN, link_event, "an interface of a node loses its link"),
	EVENT("linkUp", EVENT_LINK_UP, link_event, "an interface of a node gets its link back"),
	EVENT("addressRemove", EVENT_ADDRESS_REMOVE, address_event,
	      "an address is removed from an interface"),
	EVENT("addressAdd", EVENT_ADDRESS_ADD, address_event,
	      "an address is added to an interface"),
	EVENT("clockStep", EVENT_CLOCK_STEP, clock_event, "the clock of a node jumps"),
	EVENT("clockSkew", EVENT_CLOCK_SKEW, skew_event, "the clock of a node is off"),
	EVENT("serviceCreate", EVENT_SERVICE_CREATE, service_event, "a Service is created"),
	EVENT("serviceDelete", EVENT_SERVICE_DELETE, service_event, "a Service is deleted"),
	EVENT("endpoints", EVENT_ENDPOINTS, endpoint_event,
	      "the endpoints of a Service move to these nodes"),
	EVENT("apply", EVENT_APPLY, apply_event, "a file is applied"),
	EVENT("delete", EVENT_DELETE, delete_event, "an object is deleted"),
	EVENT("nodeDelete", EVENT_NODE_DELETE, node_event, "a Node object is deleted"),
	EVENT("gratuitousLoss", EVENT_GRATUITOUS_LOSS, loss_event,
	      "gratuitous frames get lost"),
	EVENT("observerReset", EVENT_OBSERVER_RESET, observer_event,
	      "an observer forgets its neighbors"),
	EVENT("nodeReboot", EVENT_NODE_REBOOT, reboot_event,
	      "a node loses power and comes back after downFor"),
	EVENT("agentCrash", EVENT_AGENT_CRASH, node_event,
	      "the agent of a node dies, and the kubelet starts it again"),
	EVENT("podDelete", EVENT_POD_DELETE, pod_event,
	      "the Pod of an agent is deleted (SIGTERM), and a new one is started"),
	EVENT("leaseDelete", EVENT_LEASE_DELETE, node_event, "the lease of a node is deleted"),
	EVENT("switchDown", EVENT_SWITCH_DOWN, switch_event,
	      "all interfaces on a segment lose their link"),
	EVENT("switchUp", EVENT_SWITCH_UP, switch_event,
	      "all interfaces on a segment get their link back"),
	EVENT("rollingReboot", EVENT_ROLLING_REBOOT, rolling_reboot_event,
	      "nodes are rebooted, one after another"),
	EVENT("segmentLoss", EVENT_SEGMENT_LOSS, loss_event, "frames on a segment get lost"),
	EVENT("segmentDelay", EVENT_SEGMENT_DELAY, delay_event,
	      "frames on a segment are delayed"),
	EVENT("allocatorDown", EVENT_ALLOCATOR_DOWN, allocator_event,
	      "the allocator stops: new Services wait"),
	EVENT("allocatorUp", EVENT_ALLOCATOR_UP, allocator_event, "the allocator runs again"),
	EVENT("addressConflict", EVENT_ADDRESS_CONFLICT, conflict_event,
	      "an address of a Service is configured on a node by hand"),
	EVENT("drain", EVENT_DRAIN, node_event,
	      "a node is cordoned and its Pods move; its agent stays"),
	EVENT("uncordon", EVENT_UNCORDON, node_event, "a node takes new Pods again"),
	EVENT("taint", EVENT_TAINT, taint_event, "a node gets a taint"),
	EVENT("untaint", EVENT_UNTAINT, taint_event, "a taint of a node is removed"),
	EVENT("label", EVENT_LABEL, label_event, "labels of a node change"),
	EVENT("serviceEdit", EVENT_SERVICE_EDIT, edit_event, "a Service is changed"),
	EVENT("bgpDaemonStop", EVENT_BGP_DAEMON_STOP, node_event,
	      "the BGP daemon of a node stops (SIGTERM) and stays down"),
	EVENT("bgpDaemonKill", EVENT_BGP_DAEMON_KILL, daemon_kill_event,
	      "the BGP daemon of a node dies, and the kubelet starts it again"),
	EVENT("bgpDaemonStart", EVENT_BGP_DAEMON_START, node_event,
	      "the BGP daemon of a node is started"),
	EVENT("bgpSessionReset", EVENT_BGP_SESSION_RESET, reset_event,
	      "the session of a node with a router is reset"),
	EVENT("cut", EVENT_CUT, wire_event, "nothing passes between a node and a router"),
	EVENT("heal", EVENT_HEAL, wire_event, "a node and a router reach each other again"),
	EVENT("routerDaemonStop", EVENT_ROUTER_DAEMON_STOP, router_daemon_event,
	      "the BGP daemon of a router stops"),
	EVENT("routerDaemonKill", EVENT_ROUTER_DAEMON_KILL, router_daemon_event,
	      "the BGP daemon of a router dies; its kernel keeps forwarding"),
	EVENT("routerDaemonStart", EVENT_ROUTER_DAEMON_START, router_daemon_event,
	      "the BGP daemon of a router is started"),
	EVENT("routerCrash", EVENT_ROUTER_CRASH, router_event, "a router loses power"),
	EVENT("routerRecover", EVENT_ROUTER_RECOVER, router_event,
	      "a router that crashed comes back"),
	EVENT("routerLinkDown", EVENT_ROUTER_LINK_DOWN, router_link_event,
	      "a router's port is shut down, or loses its carrier"),
	EVENT("routerLinkUp", EVENT_ROUTER_LINK_UP, router_link_event,
	      "a router's port is up again"),
	EVENT("bgpSessionDown", EVENT_BGP_SESSION_DOWN, reset_event,
	      "the session of a node with a router is shut down"),
	EVENT("bgpSessionUp", EVENT_BGP_SESSION_UP, reset_event,
	      "a session that was shut down may come up again"),
	EVENT("bgpDaemonRestart", EVENT_BGP_DAEMON_RESTART, daemon_restart_event,
	      "the BGP daemon of a node stops (SIGTERM) and is started again"),
	EVENT("bgpDaemonPause", EVENT_BGP_DAEMON_PAUSE, node_event,
	      "the BGP daemon of a node is paused, as by SIGSTOP"),
	EVENT("bgpDaemonResume", EVENT_BGP_DAEMON_RESUME, node_event,
	      "a BGP daemon that was paused continues"),
	EVENT("filter179", EVENT_FILTER_179, filter_event,
	      "a filter drops or rejects BGP and lets everything else through"),
	EVENT("unfilter179", EVENT_UNFILTER_179, filter_event, "the filter is removed"),
	EVENT("password", EVENT_PASSWORD, password_event,
	      "a router gets a different TCP-MD5 password for a node"),
	EVENT("prefixFilter", EVENT_PREFIX_FILTER, prefix_filter_event,
	      "a router gets a different list of prefixes that it accepts"),
	EVENT("maxPaths", EVENT_MAX_PATHS, max_paths_event,
	      "a router uses more or fewer next hops"),
	EVENT("bgpDrain", EVENT_BGP_DRAIN, bgp_drain_event,
	      "a node withdraws its routes; then its BGP daemon stops"),
	EVENT("gracefulRestart", EVENT_GRACEFUL_RESTART, graceful_event,
	      "a node asks its routers to keep its routes while its BGP daemon restarts"),
	EVENT("bgpConfig", EVENT_BGP_CONFIG, apply_event,
	      "a file with a BGPConfiguration is applied"),
};

const char *scenario_event_subject(const char *event)
{
	for (size_t i = 0; i < ARRAY_LEN(event_fields); i++) {
		const struct schema_field *field = &event_fields[i];

		if (field->is_choice && str_equal(field->name, event))
			return field->schema->shorthand;
	}
	return NULL;
}
static const struct schema event_schema = {
	.fields = event_fields,
	.count = ARRAY_LEN(event_fields),
	.size = sizeof(struct scenario_event),
	.choices = "event",
};

bool scenario_event_applies(uint32_t kind)
{
	return kind == EVENT_APPLY || kind == EVENT_BGP_CONFIG;
}

bool scenario_event_configures(uint32_t kind)
{
	return scenario_event_applies(kind) || kind == EVENT_DELETE || kind == EVENT_LABEL;
}

const char *scenario_event_name(enum scenario_event_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(event_fields); i++)
		if (event_fields[i].is_choice && event_fields[i].choice == kind)
			return event_fields[i].name;
	return "";
}

/* ---- assertions ---- */

#define ASSERTION(name_, type_, member_, description_)                                         \
	{                                                                                      \
		name_, type_, AT(struct scenario_assertion, member_),                          \
			.min_bytes = (type_) == FIELD_STRING, .description = (description_)    \
	}

static const char *const session_words[] = { "up", "down", NULL };
static const struct schema_field assertion_fields[] = {
	ASSERTION("maxOutage", FIELD_DURATION, max_outage,
		  "the longest time that an observer may be cut off"),
	ASSERTION("maxDuplicate", FIELD_DURATION, max_duplicate,
		  "the longest time with two holders, in total"),
	ASSERTION("maxGap", FIELD_DURATION, max_gap, "the longest time without a holder"),
	ASSERTION("announcer", FIELD_STRING, announcer, "the node that holds `vip` at `at`"),
	ASSERTION("allAnnounced", FIELD_BOOL, all_announced,
		  "every address has a holder at `at`"),
	ASSERTION("noneAnnounced", FIELD_BOOL, none_announced,
		  "no address has a holder at `at`"),
	ASSERTION("maxLostShare", FIELD_SCALAR, max_lost_share,
		  "the largest share of a client's flows to an address that may be lost"),
	ASSERTION("maxLostFlowSeconds", FIELD_SCALAR, max_lost_flow_seconds,
		  "the lost share times how long it is lost, in total"),
	ASSERTION("minWidth", FIELD_INT, min_width,
		  "the fewest next hops that routes of routers to an address may have"),
	{ "session", FIELD_STRING, AT(struct scenario_assertion, session),
	  .words = session_words,
	  .description = "the BGP session of `node` and `router` at `at`" },
	ASSERTION("client", FIELD_STRING, client, "only for this client"),
	ASSERTION("node", FIELD_STRING, node, "the node of `session`"),
	ASSERTION("router", FIELD_STRING, router, "the router of `session` or `minWidth`"),
	ASSERTION("prefix", FIELD_STRING, prefix, "the prefix of `minWidth`"),
	ASSERTION("observer", FIELD_STRING, observer, "only for this observer"),
	ASSERTION("vip", FIELD_STRING, vip, "only for this address"),
	ASSERTION("service", FIELD_STRING, service, "only for this Service: namespace/name"),
	ASSERTION("pool", FIELD_STRING, pool, "only for addresses of this ServiceGroup"),
	ASSERTION("at", FIELD_DURATION, when, "when it must hold, from the end of the warm-up"),
	ASSERTION("from", FIELD_DURATION, since, "from when minWidth must hold, likewise"),
};
static const struct schema assertion_schema = {
	.fields = assertion_fields,
	.count = ARRAY_LEN(assertion_fields),
	.size = sizeof(struct scenario_assertion),
	.no_nulls = true,
};

/* ---- the whole ---- */

static const struct schema_field scenario_spec_fields[] = {
	{ "description", FIELD_STRING, AT(struct scenario, description),
	  .description = "what it shows" },
	{ "inputs", FIELD_STRINGS, AT(struct scenario, inputs),
	  .description = "files and folders to read, relative to this file" },
	{ "duration", FIELD_DURATION, AT(struct scenario, duration), .required = true,
	  .description = "how long to simulate after the warm-up, such as 60s" },
	{ "warmup", FIELD_DURATION, AT(struct scenario, warmup),
	  .description = "how long to run before measuring" },
	{ "start", FIELD_STRING, AT(struct scenario, start),
	  .description = "wall-clock time at time 0, for packet captures" },
	{ "seed", FIELD_INT, AT(struct scenario, seed), .bounded = true, .min = 0,
	  .max = INT64_MAX, .description = "seed of the random delays" },
	{ "runs", FIELD_INT, AT(struct scenario, runs), .bounded = true, .min = 1,
	  .max = 10000000, .description = "number of runs, each with its own seed" },
	{ "timing", FIELD_OBJECT, AT(struct scenario, timing), .schema = &timing_schema,
	  .description = "delays that differ from the defaults" },
	{ "observers", FIELD_OBJECTS, AT(struct scenario, observers),
	  .schema = &observer_schema,
	  .description = "clients and routers that probe the addresses" },
	{ "clients", FIELD_OBJECTS, AT(struct scenario, clients), .schema = &client_schema,
	  .or_bool = offsetof(struct scenario, every_router),
	  .description = "who sends to remote addresses; with them BGP is simulated; true: a "
			 "client behind each router" },
	{ "routers", FIELD_OBJECTS, AT(struct scenario, routers),
	  .schema = &scenario_router_schema, .or_bool = offsetof(struct scenario, observes),
	  .description = "what is different of routers of the inventory, and further ones; or "
			 "false: the routers of the inventory are no observers" },
	{ "events", FIELD_OBJECTS, AT(struct scenario, events), .schema = &event_schema,
	  .description = "what happens, and when" },
	{ "assertions", FIELD_OBJECTS, AT(struct scenario, assertions),
	  .schema = &assertion_schema,
	  .description = "what must hold; if one does not, the exit status is 1" },
};
static const struct schema scenario_spec_schema = SCHEMA(scenario_spec_fields, struct scenario);

static const struct schema_field scenario_fields[] = {
	OBJECT_FIELDS,
	{ "spec", FIELD_INLINE, AT(struct object, spec), .schema = &scenario_spec_schema,
	  .required = true },
};
const struct schema scenario_schema = SCHEMA(scenario_fields, struct scenario);

bool scenario_is_about_bgp(const struct scenario *scenario)
{
	ARRAY_FOREACH (const struct scenario_event, event, &scenario->events.list) {
		if (event->kind.given > 0 && event->kind.which >= EVENT_BGP_DAEMON_STOP)
			return true;
	}
	ARRAY_FOREACH (const struct scenario_assertion, a, &scenario->assertions.list) {
		if (a->max_lost_share.s != NULL || a->max_lost_flow_seconds.s != NULL ||
		    a->min_width.set || a->session.s != NULL)
			return true;
	}
	return false;
}
