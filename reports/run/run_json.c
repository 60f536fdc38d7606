/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated run as JSON. */
#include "reports/run/run_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "reports/model/json_yaml.h"
#include "reports/model/report.h"
#include "reports/model/seconds.h"

/* Counters may pass 2^53: then they are strings. */
static cJSON *count_json(uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	if (n <= (UINT64_C(1) << 53))
		return cJSON_CreateRaw(text);
	return cJSON_CreateString(text);
}

static void add_interval(cJSON *object, struct interval time)
{
	json_add(object, "from", seconds_json(time.from));
	json_add(object, "to", seconds_json(time.to));
}

static const char *node_name(const struct setup *setup, uint32_t node)
{
	return node < setup->nodes.count ? setup->nodes.items[node].name : NULL;
}

/* ---- VIPs ---- */

static cJSON *owners_json(const struct setup *setup, const struct vip_result *vip)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct ownership, o, &vip->owners) {
		cJSON *item = cJSON_CreateObject();

		json_add_text(item, "node", node_name(setup, o->node));
		json_add_text(item, "interface", o->interface);
		add_interval(item, o->time);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static cJSON *outages_json(const struct setup *setup, const struct vip_result *vip)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct outage, o, &vip->outages) {
		cJSON *item = cJSON_CreateObject();

		json_add_text(item, "observer", setup->observers.items[o->observer].name);
		add_interval(item, o->time);
		json_add_text(item, "cause", outage_cause_name(o->cause));
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static cJSON *duplicates_json(const struct setup *setup, const struct vip_result *vip)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct duplicate, d, &vip->duplicates) {
		cJSON *item = cJSON_CreateObject();
		cJSON *nodes = cJSON_CreateArray();

		ARRAY_FOREACH (const uint32_t, node, &d->nodes)
			cJSON_AddItemToArray(nodes, json_string(node_name(setup, *node)));
		json_add(item, "nodes", nodes);
		add_interval(item, d->time);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static cJSON *totals_json(const struct setup *setup, const struct vip_result *vip)
{
	cJSON *list = cJSON_CreateArray();

	ARRAY_FOREACH (const struct observer_totals, t, &vip->totals) {
		cJSON *item = cJSON_CreateObject();

		json_add_text(item, "observer", setup->observers.items[t->observer].name);
		json_add(item, "outageTotal", seconds_json(t->outage_total));
		json_add(item, "outageLongest", seconds_json(t->outage_longest));
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static cJSON *vip_json(const struct setup *setup, const struct vip_result *r)
{
	const struct setup_vip *vip = &setup->vips.items[r->vip];
	cJSON *object = cJSON_CreateObject();
	cJSON *frames = cJSON_CreateObject();

	json_add_text(object, "ip", vip->text);
	json_add_text(object, "service", setup->services.items[vip->service].name);
	json_add_text(object, "pool", vip->pool != NULL ? vip->pool->name : NULL);
	json_add_text(object, "type", vip->remote ? "remote" : "local");
	json_add(object, "owners", owners_json(setup, r));
	json_add(object, "outages", outages_json(setup, r));
	json_add(object, "duplicates", duplicates_json(setup, r));
	json_add(object, "announceGap", seconds_json(r->announce_gap));
	json_add(object, "duplicateTotal", seconds_json(r->duplicate_total));
	json_add(object, "observers", totals_json(setup, r));
	json_add_number(object, "sequences", r->sequences);
	json_add_number(frames, "garp", r->garp_frames);
	json_add_number(frames, "na", r->na_frames);
	json_add(object, "frames", frames);
	return object;
}

/* ---- agents, segments ---- */

static cJSON *agent_json(const struct setup *setup, const struct agent_result *a)
{
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
		{ "won", a->won },
		{ "lost", a->lost },
		{ "reprocessed", a->reprocessed },
		{ "apiWrites", a->api_writes },
		{ "apiFailures", a->api_failures },
		{ "conflicts", a->conflicts },
		{ "eventsSent", a->events_sent },
		{ "eventsDropped", a->events_dropped },
		{ "leaseRenewals", a->lease_renewals },
		{ "leaseFailures", a->lease_failures },
		{ "longestQueue", a->longest_queue },
	};
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "node", node_name(setup, a->node));
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		json_add(object, counters[i].name, count_json(counters[i].value));
	json_add(object, "limiterWait", seconds_json(a->limiter_wait));
	return object;
}

static cJSON *segment_json(const struct setup *setup, const struct segment_result *s)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *frames = cJSON_CreateObject();

	json_add_text(object, "segment", setup->segments.items[s->segment].name);
	for (int kind = 0; kind < FRAME_KINDS; kind++)
		json_add(frames, frame_kind_name((enum frame_kind)kind),
			 count_json(s->frames[kind]));
	json_add(object, "frames", frames);
	json_add_number(object, "peakPerSecond", s->peak_per_second);
	return object;
}

/* ---- assertions, timeline ---- */

static cJSON *assertion_json(const struct assertion_result *a)
{
	cJSON *object = cJSON_CreateObject();

	json_add_text(object, "assertion", a->text);
	json_add_bool(object, "held", a->held);
	json_add_text(object, "detail", a->detail);
	return object;
}

static cJSON *entry_json(const struct timeline_entry *e)
{
	cJSON *object = cJSON_CreateObject();

	json_add(object, "at", seconds_json(e->at));
	json_add_text(object, "what", e->what);
	json_add_text(object, "cause", e->cause);
	return object;
}

/* Adds an array with one item for each element of a list, made by `make`. */
#define ADD_LIST(root_, name_, type_, list_, make_)                                            \
	do {                                                                                   \
		cJSON *array = cJSON_CreateArray();                                            \
                                                                                               \
		ARRAY_FOREACH (const struct type_, item, &(list_))                             \
			cJSON_AddItemToArray(array, make_);                                    \
		json_add((root_), (name_), array);                                             \
	} while (0)

cJSON *run_json(const struct setup *setup, const struct run_result *result)
{
	cJSON *root = cJSON_CreateObject();

	json_add_text(root, "scenario", setup->scenario->object.name.s);
	json_add(root, "seed", count_json(result->seed));
	json_add(root, "duration", seconds_json(result->duration));
	json_add_bool(root, "partial", result->cut_off);
	if (result->cut_off)
		json_add(root, "simulated", seconds_json(result->simulated));
	ADD_LIST(root, "vips", vip_result, result->vips, vip_json(setup, item));
	ADD_LIST(root, "agents", agent_result, result->agents, agent_json(setup, item));
	ADD_LIST(root, "segments", segment_result, result->segments, segment_json(setup, item));
	ADD_LIST(root, "assertions", assertion_result, result->assertions,
		 assertion_json(item));
	ADD_LIST(root, "timeline", timeline_entry, result->timeline, entry_json(item));
	return root;
}
