/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simulated runs for programs (S4): one run with all that happened in it, many runs with how
 * their measures spread, and state changes as lines of JSON. Times are seconds from the end of
 * the warm-up; an interval that still holds at the end has `to` null. What a report is about
 * is its set-up, which has the names.
 */
#include "reports/run/run.h"
#include "reports/run/pictures.h"

#include "reports/model/json_yaml.h"
#include "reports/run/run_bgp.h"
#include "reports/run/words.h"
#include "sim/engine/trace.h"

/* ---- names that results have as numbers ---- */

static const char *run_node_name(const struct report_row *row, uint32_t node)
{
	const struct setup *setup = row->about;

	return node < setup->nodes.count ? setup->nodes.items[node].name : "";
}

static const char *run_observer_name(const struct report_row *row, uint32_t observer)
{
	const struct setup *setup = row->about;

	return observer != SETUP_NONE ? setup->observers.items[observer].name : NULL;
}

/* ---- VIPs ---- */

#define RUN_INTERVAL(type)                                                                     \
	{ "from", "When it began.", REPORT_FIELD(type, time.from) },                           \
	{                                                                                      \
		"to", "When it ended; null: it lasts beyond the end of the run.",              \
			.presence = MEMBER_NULLABLE, REPORT_FIELD(type, time.to)               \
	}

static void run_fill_owner(struct report_row *row, const void *item)
{
	const struct ownership *owner = item;

	report_text(row, "node", run_node_name(row, owner->node));
}

static const struct member owner_members[] = {
	{ "node", "The node that had the address.", .type = MEMBER_TEXT },
	{ "interface", "The interface that had it.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct ownership, interface) },
	RUN_INTERVAL(struct ownership),
};
static const struct record owner_record = { MEMBERS(owner_members), run_fill_owner };

static void run_fill_outage(struct report_row *row, const void *item)
{
	const struct outage *outage = item;

	report_text(row, "observer", run_observer_name(row, outage->observer));
	report_text(row, "cause", outage_cause_name(outage->cause));
}

static const struct member outage_members[] = {
	{ "observer", "The observer that could not reach the VIP.", .type = MEMBER_TEXT },
	RUN_INTERVAL(struct outage),
	{ "cause", "Why it could not reach the VIP.", .type = MEMBER_TEXT,
	  .words = "no-holder|stale-neighbour|dead-holder|tentative|unresolved|lost-frames" },
	{ "still",
	  "For one that lasts beyond the end of the run: what prolongs it, and for how long.",
	  .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct outage, still) },
};
static const struct record outage_record = { MEMBERS(outage_members), run_fill_outage };

static void run_fill_node_number(struct report_row *row, const void *item)
{
	report_value(row, run_node_name(row, *(const uint32_t *)item));
}

static const struct member run_node_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };
static const struct record run_node_record = { MEMBERS(run_node_members),
					       run_fill_node_number };

static const struct member duplicate_members[] = {
	{ "nodes", "The nodes that had the address at the same time.",
	  REPORT_ARRAY(struct duplicate, nodes, run_node_record) },
	RUN_INTERVAL(struct duplicate),
};
static const struct record duplicate_record = { MEMBERS(duplicate_members), NULL };

static void run_fill_totals(struct report_row *row, const void *item)
{
	const struct observer_totals *totals = item;

	report_text(row, "observer", run_observer_name(row, totals->observer));
}

static const struct member totals_members[] = {
	{ "observer", "Name of the observer.", .type = MEMBER_TEXT },
	{ "outageTotal", "How long it could not reach the VIP, in total.",
	  REPORT_FIELD(struct observer_totals, outage_total) },
	{ "outageLongest", "The longest time without a break.",
	  REPORT_FIELD(struct observer_totals, outage_longest) },
	{ "ongoing", "It is cut off at the end: outageTotal is at least this.",
	  REPORT_FIELD(struct observer_totals, ongoing) },
	{ "longestOngoing", "The longest outage had not ended: it is at least this.",
	  REPORT_FIELD(struct observer_totals, longest_ongoing) },
};
static const struct record totals_record = { MEMBERS(totals_members), run_fill_totals };

static const struct member vip_frames_members[] = {
	{ "garp", "Gratuitous ARP frames.", REPORT_FIELD(struct vip_result, garp_frames) },
	{ "na", "Unsolicited neighbor advertisements.",
	  REPORT_FIELD(struct vip_result, na_frames) },
};
static const struct record vip_frames_record = { MEMBERS(vip_frames_members), NULL };

static void run_fill_vip(struct report_row *row, const void *item)
{
	const struct setup *setup = row->about;
	const struct vip_result *result = item;
	const struct setup_vip *vip = &setup->vips.items[result->vip];

	report_text(row, "ip", vip->text);
	report_text(row, "service", setup->services.items[vip->service].name);
	report_text(row, "pool", vip->pool != NULL ? vip->pool->name : NULL);
	report_text(row, "type", vip->remote ? "remote" : "local");
	if (!vip->remote || result->announce_gap > 0)
		report_time(row, "announceGap", result->announce_gap);
	if (!vip->remote)
		report_time(row, "duplicateTotal", result->duplicate_total);
}

static const struct member run_vip_members[] = {
	{ "ip", "The address.", .type = MEMBER_TEXT },
	{ "service", "The Service that has it, as namespace/name.", .type = MEMBER_TEXT },
	{ "pool", "The ServiceGroup that it comes from.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "type", "How it is announced.", .type = MEMBER_TEXT, .words = "local|remote" },
	{ "owners", "Who had it on an interface, and when.",
	  REPORT_ARRAY(struct vip_result, owners, owner_record) },
	{ "outages", "When observers could not reach it.",
	  REPORT_ARRAY(struct vip_result, outages, outage_record) },
	{ "duplicates", "When several nodes had it.",
	  REPORT_ARRAY(struct vip_result, duplicates, duplicate_record) },
	{ "announceGap",
	  "The longest time during which no powered and linked node had it; null: not "
	  "measured.",
	  .type = MEMBER_TIME, .presence = MEMBER_NULLABLE },
	{ "gapOngoing", "The longest gap had not ended: it is at least this.",
	  REPORT_FIELD(struct vip_result, gap_ongoing) },
	{ "duplicateTotal", "How long several nodes had it; null: not measured.",
	  .type = MEMBER_TIME, .presence = MEMBER_NULLABLE },
	{ "duplicateOngoing", "Several nodes have it at the end: it is at least this.",
	  REPORT_FIELD(struct vip_result, duplicate_ongoing) },
	{ "observers", "How each observer saw it.",
	  REPORT_ARRAY(struct vip_result, totals, totals_record) },
	{ "sequences", "Gratuitous sequences that were started.",
	  REPORT_FIELD(struct vip_result, sequences) },
	{ "frames", "Frames that announced it.", REPORT_SELF(vip_frames_record) },
};
static const struct record run_vip_record = { MEMBERS(run_vip_members), run_fill_vip };

/* ---- agents, segments ---- */

/* With the VIPs of its node. */
struct run_agent {
	struct agent_result result; /* first: the members below are its fields */
	struct node_load load;
};

static void run_fill_agent(struct report_row *row, const void *item)
{
	const struct agent_result *agent = item;

	report_text(row, "node", run_node_name(row, agent->node));
}

static const struct member agent_members[] = {
	{ "node", "The node that it runs on.", .type = MEMBER_TEXT },
	{ "vipsBefore", "VIPs that its node held at the end of the warm-up.",
	  REPORT_FIELD(struct run_agent, load.before) },
	{ "vipsPeak", "The most VIPs that its node held at any one time after the warm-up.",
	  REPORT_FIELD(struct run_agent, load.peak) },
	{ "vipsAfter", "VIPs that its node held at the end.",
	  REPORT_FIELD(struct run_agent, load.after) },
	{ "won", "Addresses that it gained.", REPORT_FIELD(struct agent_result, won) },
	{ "lost", "Addresses that it gave up.", REPORT_FIELD(struct agent_result, lost) },
	{ "reprocessed", "Services taken from its queue.",
	  REPORT_FIELD(struct agent_result, reprocessed) },
	{ "apiWrites", "Requests that write to the API server.",
	  REPORT_FIELD(struct agent_result, api_writes) },
	{ "apiFailures", "Requests that failed.",
	  REPORT_FIELD(struct agent_result, api_failures) },
	{ "conflicts", "Writes that conflicted with a newer version of the object.",
	  REPORT_FIELD(struct agent_result, conflicts) },
	{ "eventsSent", "Kubernetes Events written.",
	  REPORT_FIELD(struct agent_result, events_sent) },
	{ "eventsDropped", "Kubernetes Events dropped.",
	  REPORT_FIELD(struct agent_result, events_dropped) },
	{ "leaseRenewals", "Renewals of its lease.",
	  REPORT_FIELD(struct agent_result, lease_renewals) },
	{ "leaseFailures", "Renewals that failed.",
	  REPORT_FIELD(struct agent_result, lease_failures) },
	{ "longestQueue", "Most Services in its queue.",
	  REPORT_FIELD(struct agent_result, longest_queue) },
	{ "limiterWait", "How long its API rate limit made it wait.",
	  REPORT_FIELD(struct agent_result, limiter_wait) },
};
static const struct record agent_record = { MEMBERS(agent_members), run_fill_agent };

/* The keys are those of frame_kind_name(). */
#define RUN_FRAMES(key, kind, doc)                                                             \
	{                                                                                      \
		key, doc, REPORT_FIELD(struct segment_result, frames[kind])                    \
	}

static const struct member frames_members[] = {
	RUN_FRAMES("garp-request", FRAME_GARP_REQUEST, "Gratuitous ARP requests."),
	RUN_FRAMES("garp-reply", FRAME_GARP_REPLY, "Gratuitous ARP replies."),
	RUN_FRAMES("unsolicited-na", FRAME_UNSOLICITED_NA,
		   "Unsolicited neighbor advertisements."),
	RUN_FRAMES("dad-probe", FRAME_DAD_PROBE, "Probes for duplicate addresses."),
	RUN_FRAMES("arp-request", FRAME_ARP_REQUEST, "ARP requests of observers."),
	RUN_FRAMES("arp-reply", FRAME_ARP_REPLY, "ARP replies."),
	RUN_FRAMES("neighbor-solicitation", FRAME_NEIGHBOR_SOLICITATION,
		   "Neighbor solicitations."),
	RUN_FRAMES("neighbor-advertisement", FRAME_NEIGHBOR_ADVERTISEMENT,
		   "Neighbor advertisements."),
};
static const struct record frames_record = { MEMBERS(frames_members), NULL };

static void run_fill_segment(struct report_row *row, const void *item)
{
	const struct segment_result *segment = item;
	const struct setup *setup = row->about;

	report_text(row, "segment", setup->segments.items[segment->segment].name);
}

static const struct member segment_members[] = {
	{ "segment", "Name of the segment.", .type = MEMBER_TEXT },
	{ "frames", "Frames on it, by kind.", REPORT_SELF(frames_record) },
	{ "peakPerSecond", "Most frames in one second.",
	  REPORT_FIELD(struct segment_result, peak_per_second) },
};
static const struct record segment_record = { MEMBERS(segment_members), run_fill_segment };

/* ---- one run ---- */

static const struct member run_assertion_members[] = {
	{ "assertion", "The assertion, as the scenario has it.",
	  REPORT_FIELD(struct assertion_result, text) },
	{ "held", "It held.", REPORT_FIELD(struct assertion_result, held) },
	{ "detail", "What was seen, and where it was worst.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct assertion_result, detail) },
};
static const struct record run_assertion_record = { MEMBERS(run_assertion_members), NULL };

static void run_fill_entry(struct report_row *row, const void *item)
{
	report_text(row, "what", trace_words(row->about, item, row->arena));
}

static const struct member timeline_members[] = {
	{ "at", "When it happened.", REPORT_FIELD(struct timeline_entry, at) },
	{ "what", "What happened.", .type = MEMBER_TEXT },
	{ "cause", "Why.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct timeline_entry, cause) },
};
static const struct record timeline_record = { MEMBERS(timeline_members), run_fill_entry };

static void run_list_agents(struct report_row *row, const struct setup *setup,
			    const struct run_result *result)
{
	const struct node_load *loads = run_loads(result, setup->nodes.count, row->arena);
	struct run_agent *agents =
		arena_zalloc(row->arena, result->agents.count, sizeof(*agents));

	for (uint32_t i = 0; i < result->agents.count; i++) {
		agents[i].result = result->agents.items[i];
		agents[i].load = loads[agents[i].result.node];
	}
	report_list(row, "agents", agents, result->agents.count, sizeof(*agents));
}

/* What the figures rest on that the input does not tell, by label. */
static void run_fill_basis(struct report_row *row, struct setup_unmeasured what)
{
	struct run_basis basis[RUN_BASIS_MAX];
	const uint32_t count = run_basis_of(what, basis);

	for (uint32_t i = 0; i < count; i++)
		report_text(row, basis[i].label, basis[i].text);
}

static void run_fill(struct report_row *row, const void *item)
{
	const struct setup *setup = row->about;
	const struct run_result *result = item;

	report_text(row, "scenario", setup->scenario->object.name.s);
	if (result->cut_off)
		report_time(row, "simulated", result->simulated);
	run_list_agents(row, setup, result);
	run_fill_basis(row, setup_unmeasured_of(setup));
	if (setup->bgp == NULL)
		return;
	REPORT_LIST(row, "sessions", &result->sessions);
	REPORT_LIST(row, "routes", &result->routes);
	REPORT_LIST(row, "clients", &result->clients);
}

#define RUN_BASIS_MEMBERS                                                                      \
	{ "unknown", "What the figures leave open, because the input does not show it.",       \
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },                                  \
	{                                                                                      \
		"inferred", "The guess that the figures rest on.", .type = MEMBER_TEXT,        \
								   .presence = MEMBER_OPTIONAL \
	}

static const struct member run_members[] = {
	{ "scenario", "Name of the Scenario.", .type = MEMBER_TEXT },
	{ "seed", "The seed of everything that is random; the same one gives the same run.",
	  REPORT_FIELD(struct run_result, seed) },
	{ "duration", "Simulated seconds after the warm-up.",
	  REPORT_FIELD(struct run_result, duration) },
	{ "partial", "The run was stopped by the cap on events.",
	  REPORT_FIELD(struct run_result, cut_off) },
	{ "simulated", "How far a partial run got.", .type = MEMBER_TIME,
	  .presence = MEMBER_OPTIONAL },
	RUN_BASIS_MEMBERS,
	{ "vips", "What happened to each VIP.",
	  REPORT_ARRAY(struct run_result, vips, run_vip_record) },
	{ "agents", "What each lbnodeagent did.", .type = MEMBER_LIST,
	  .record = &agent_record },
	{ "segments", "What went over each segment.",
	  REPORT_ARRAY(struct run_result, segments, segment_record) },
	{ "sessions", "With clients: the state of each BGP session.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &session_record },
	{ "routes", "With clients: where each router sent each prefix.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &route_record },
	{ "clients", "With clients: what each of them lost.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &client_record },
	{ "assertions", "Whether the assertions of the scenario held.",
	  REPORT_ARRAY(struct run_result, assertions, run_assertion_record) },
	{ "timeline", "What happened, in order.",
	  REPORT_ARRAY(struct run_result, timeline, timeline_record) },
};
const struct record run_document = { MEMBERS(run_members), run_fill };

cJSON *run_json(const struct setup *setup, const struct run_result *result)
{
	struct arena scratch;
	cJSON *document;

	arena_init(&scratch);
	document = report_json(&run_document, result, setup, &scratch);
	arena_release(&scratch);
	return document;
}

/* ---- many runs ---- */

static void many_fill_bin(struct report_row *row, const void *item)
{
	const struct histogram_bin *bin = item;

	report_pair(row, NULL, bin->edge, bin->count);
}

static const struct member bin_members[] = { { NULL, NULL, .type = MEMBER_PAIR } };
static const struct record bin_record = { MEMBERS(bin_members), many_fill_bin };

/* The members of a struct spread, in itself or in a field of another struct. */
#define MANY_SPREAD(type, in)                                                                    \
	{ "count", "How many samples there are.", REPORT_FIELD(type, in count) },                \
		{ "ongoing", "How many of these had not ended at the end of their runs.",        \
		  REPORT_FIELD(type, in ongoing) },                                              \
		{ "min", "The least.", REPORT_FIELD(type, in min) },                             \
		{ "p50", "The median.", REPORT_FIELD(type, in p50) },                            \
		{ "p90", "The 90th percentile.", REPORT_FIELD(type, in p90) },                   \
		{ "p95", "The 95th percentile.", REPORT_FIELD(type, in p95) },                   \
		{ "p99", "The 99th percentile.", REPORT_FIELD(type, in p99) },                   \
		{ "max", "The largest.", REPORT_FIELD(type, in max) },                           \
		{ "mean", "The mean.", REPORT_FIELD(type, in mean) },                            \
	{                                                                                        \
		"histogram",                                                                     \
			"Bins of one width: where each begins, and how many samples are in it.", \
			REPORT_ARRAY(type, in histogram, bin_record)                             \
	}

static const struct member spread_members[] = { MANY_SPREAD(struct spread, ) };
static const struct record spread_record = { MEMBERS(spread_members), NULL };

static void many_fill_distribution(struct report_row *row, const void *item)
{
	const struct many_distribution *distribution = item;

	report_text(row, "metric", metric_name(distribution->metric));
	report_text(row, "observer", distribution->observer);
	report_text(row, "vipClass", distribution->remote ? "remote" : "local");
}

#define MANY_METRICS                                                                           \
	"outageTotal|outageLongest|announceGap|duplicateTotal|lostFlowSeconds|lostLongest|"    \
	"maxLostShare|timeToFullWidth|staleNextHop|reUp"

static const struct member distribution_members[] = {
	{ "metric",
	  "What is measured, in seconds; maxLostShare is a share from 0 to 1. reUp has a value for "
	  "each time that a session was lost, the others one for each VIP or route and run.",
	  .type = MEMBER_TEXT, .words = MANY_METRICS },
	{ "observer",
	  "The observer, client or router that measures it; null: it is measured on the nodes.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE },
	{ "vipClass", "The class of VIPs.", .type = MEMBER_TEXT, .words = "local|remote" },
	MANY_SPREAD(struct many_distribution, all.),
	{ "affected", "The same for the VIP-runs with a non-zero value.",
	  REPORT_INLINE(struct many_distribution, affected, spread_record) },
};
static const struct record distribution_record = { MEMBERS(distribution_members),
						   many_fill_distribution };

static void many_fill_worst(struct report_row *row, const void *item)
{
	const struct many_worst *worst = item;

	report_text(row, "metric", metric_name(worst->metric));
}

static const struct member worst_members[] = {
	{ "metric", "What was largest.", .type = MEMBER_TEXT, .words = MANY_METRICS },
	{ "value", "How large.", REPORT_FIELD(struct many_worst, value) },
	{ "ongoing", "It had not ended: it is at least this.",
	  REPORT_FIELD(struct many_worst, ongoing) },
	{ "seed", "The seed that replays the run.", REPORT_FIELD(struct many_worst, seed) },
};
static const struct record worst_record = { MEMBERS(worst_members), many_fill_worst };

/* An assertion with the number of runs that it was looked at in. */
struct many_assertion_item {
	const struct many_assertion *assertion;
	uint32_t runs;
};

static void many_fill_assertion(struct report_row *row, const void *item)
{
	const struct many_assertion_item *it = item;

	report_text(row, "assertion", it->assertion->text);
	report_number(row, "heldIn", it->assertion->held_in);
	report_number(row, "runs", it->runs);
	report_text(row, "detail", it->assertion->detail);
	if (it->assertion->detail != NULL)
		report_number(row, "seed", it->assertion->seed);
}

static const struct member many_assertion_members[] = {
	{ "assertion", "The assertion, as the scenario has it.", .type = MEMBER_TEXT },
	{ "heldIn", "In how many runs it held.", .type = MEMBER_NUMBER },
	{ "runs", "How many runs there are.", .type = MEMBER_NUMBER },
	{ "detail", "What was seen in the first run in which it did not hold.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "seed", "The seed that replays that run.", .type = MEMBER_COUNT,
	  .presence = MEMBER_OPTIONAL },
};
static const struct record many_assertion_record = { MEMBERS(many_assertion_members),
						     many_fill_assertion };

/* VIPs of which not all is simulated. */
struct not_measured {
	const char *class, *reason;
};

static const struct member many_class_members[] = {
	{ "vipClass", "The class of VIPs.", REPORT_FIELD(struct not_measured, class),
	  .words = "local|remote" },
	{ "reason", "Why.", REPORT_FIELD(struct not_measured, reason) },
};
static const struct record many_class_record = { MEMBERS(many_class_members), NULL };

static void many_fill(struct report_row *row, const void *item)
{
	const struct many_result *result = item;
	static const struct not_measured remote_class[] = {
		{ "remote", "BGP is not simulated" },
	};
	const uint32_t count = result->assertions.count;
	struct many_assertion_item *assertions =
		arena_zalloc(row->arena, count + 1, sizeof(*assertions));

	for (uint32_t i = 0; i < count; i++)
		assertions[i] = (struct many_assertion_item){ &result->assertions.items[i],
							      result->done };
	report_text(row, "scenario", result->subject->scenario);
	report_bool(row, "partial", result->done < result->runs || result->cut_off > 0);
	report_time(row, "duration", result->subject->duration);
	report_list(row, "assertions", assertions, count, sizeof(*assertions));
	run_fill_basis(row, result->subject->unmeasured);
	report_list(row, "notMeasured", remote_class,
		    result->subject->unmeasured.remote && !result->subject->unmeasured.clients,
		    sizeof(*remote_class));
}

static const struct member many_members[] = {
	{ "scenario", "Name of the Scenario.", .type = MEMBER_TEXT },
	{ "runs", "How many runs were asked for.", REPORT_FIELD(struct many_result, runs) },
	{ "done", "How many count.", REPORT_FIELD(struct many_result, done) },
	{ "partial", "Not all runs count, or one was stopped by the cap on events.",
	  .type = MEMBER_BOOL },
	{ "seed", "The seed of the first run.", REPORT_FIELD(struct many_result, seed) },
	{ "duration", "Simulated seconds of each run after its warm-up.", .type = MEMBER_TIME },
	RUN_BASIS_MEMBERS,
	{ "distributions", "How each metric spreads over all VIPs of a class in all runs.",
	  REPORT_ARRAY(struct many_result, distributions, distribution_record) },
	{ "notMeasured", "Classes of VIPs of which only the holders are known.",
	  .type = MEMBER_LIST, .record = &many_class_record },
	{ "worst", "The runs in which a metric was largest.",
	  REPORT_ARRAY(struct many_result, worst, worst_record) },
	{ "assertions", "Whether the assertions of the scenario held.", .type = MEMBER_LIST,
	  .record = &many_assertion_record },
};
const struct record many_document = { MEMBERS(many_members), many_fill };

cJSON *many_json(const struct many_result *result)
{
	struct arena scratch;
	cJSON *document;

	arena_init(&scratch);
	document = report_json(&many_document, result, NULL, &scratch);
	arena_release(&scratch);
	return document;
}

/* ---- state changes ---- */

struct run_event {
	sim_ns at;
	const char *kind, *what, *cause;
};

static const struct member event_members[] = {
	{ "at", "When; below zero in the warm-up.", REPORT_FIELD(struct run_event, at) },
	{ "kind", "A keyword for programs.", REPORT_FIELD(struct run_event, kind) },
	{ "what", "What changed.", REPORT_FIELD(struct run_event, what) },
	{ "cause", "Why.", .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct run_event, cause) },
};
const struct record event_document = { MEMBERS(event_members), NULL };

void events_jsonl(void *out, sim_ns at, const char *kind, const char *what, const char *cause)
{
	const struct run_event event = { at, kind, what, cause };
	struct arena scratch;
	cJSON *line;

	arena_init(&scratch);
	line = report_json(&event_document, &event, NULL, &scratch);
	json_write_line(out, line);
	cJSON_Delete(line);
	arena_release(&scratch);
}
