/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of a running cluster: Events by object, BGPNodeStatus by node, backends of
 * Services, holders of addresses, ages. (O1, O2)
 */
#include "purelb/observed/observed.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/observed/components.h"

#define BRAND_KEY   "purelb.io/allocated-by"
#define BRAND_VALUE "PureLB"

enum { HEARTBEATS_MAX = 3, HEARTBEAT_DEFAULT_S = 60, HEARTBEAT_LONGEST_S = 86400 };

bool service_is_branded(const struct service *service)
{
	return str_equal(label_map_text(&service->object.annotations, BRAND_KEY), BRAND_VALUE);
}

/* ---- Events ---- */

const char *event_last_seen(const struct event *event)
{
	return event->last_time.s != NULL ? event->last_time.s : event->event_time.s;
}

static int64_t event_seen_ns(const struct event *event)
{
	const char *text = event_last_seen(event);
	int64_t ns;

	return text != NULL && rfc3339_parse(text, &ns) ? ns : INT64_MIN;
}

static int event_compare_object(const struct event *event, const char *kind,
				const char *namespace, const char *name)
{
	int order = str_compare(event->about_kind.s, kind);

	if (order == 0)
		order = str_compare(event->about_namespace.s, namespace);
	return order != 0 ? order : str_compare(event->about_name.s, name);
}

static int event_compare(const void *pa, const void *pb)
{
	const struct event *a = *(const struct event *const *)pa;
	const struct event *b = *(const struct event *const *)pb;
	const int64_t seen_a = event_seen_ns(a), seen_b = event_seen_ns(b);
	const int order =
		event_compare_object(a, b->about_kind.s, b->about_namespace.s, b->about_name.s);

	if (order != 0)
		return order;
	if (seen_a != seen_b)
		return seen_a > seen_b ? -1 : 1;
	return (a->object.order < b->object.order) - (a->object.order > b->object.order);
}

/* The text has the word, with blanks or its ends around. */
static bool event_has_word(const char *text, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = text; at != NULL && (at = strstr(at, word)) != NULL; at += len)
		if ((at == text || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/* The first whose reason is one of these and whose message has the words, each between blanks
 * (NULL: any message). */
static const struct event *observed_event_with(const struct observed *observed,
					       const struct object *about,
					       const char *const *reasons, const char *word,
					       const char *other)
{
	const struct event *const *items = observed->events.list.items;
	uint32_t low = 0, high = observed->events.list.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (event_compare_object(items[middle], about->kind_name, about->namespace,
					 about->name.s) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < observed->events.list.count; low++) {
		if (event_compare_object(items[low], about->kind_name, about->namespace,
					 about->name.s) != 0)
			return NULL;
		if (items[low]->reason.s != NULL && str_in(items[low]->reason.s, reasons) &&
		    (word == NULL || event_has_word(items[low]->message.s, word)) &&
		    (other == NULL || event_has_word(items[low]->message.s, other)))
			return items[low];
	}
	return NULL;
}

const struct event *observed_event(const struct observed *observed, const struct object *about,
				   const char *const *reasons)
{
	return observed_event_with(observed, about, reasons, NULL, NULL);
}

const struct event *observed_announce_failure(const struct observed *observed,
					      const struct service *service, struct ip ip,
					      const char *node)
{
	static const char *const reasons[] = { "AnnouncementFailed", "AnnouncingLocal",
					       "AnnouncingNonLocal", NULL };
	char text[IP_TEXT_MAX];
	const struct event *event = observed_event_with(observed, &service->object, reasons,
							ip_format(ip, text), node);

	return event != NULL && str_equal(event->reason.s, reasons[0]) ? event : NULL;
}

/* ---- time ---- */

const char *observed_age_ns(const struct observed *observed, int64_t ns)
{
	enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };
	int64_t age_ns;

	if (observed->cluster->moment == MOMENT_NONE ||
	    __builtin_sub_overflow(observed->cluster->now_ns, ns, &age_ns) || age_ns < 0)
		return NULL;

	const int64_t s = age_ns / NS_PER_SEC;

	if (s < MINUTE)
		return arena_printf(observed->arena, "%ds", (int)s);
	if (s < HOUR)
		return arena_printf(observed->arena, "%dm", (int)(s / MINUTE));
	if (s < 2 * DAY)
		return arena_printf(observed->arena, "%dh", (int)(s / HOUR));
	return arena_printf(observed->arena, "%dd", (int)(s / DAY));
}

const char *observed_age(const struct observed *observed, const char *time)
{
	int64_t ns;

	return time != NULL && rfc3339_parse(time, &ns) ? observed_age_ns(observed, ns) : NULL;
}

bool observed_report_is_stale(const struct observed *observed,
			      const struct bgp_node_report *report)
{
	int64_t heartbeat =
		report->heartbeat_s.set ? report->heartbeat_s.v : HEARTBEAT_DEFAULT_S;
	int64_t updated_ns;

	if (!observed->knows_age || report->last_updated.s == NULL ||
	    !rfc3339_parse(report->last_updated.s, &updated_ns))
		return false;
	if (heartbeat < 1 || heartbeat > HEARTBEAT_LONGEST_S)
		heartbeat = heartbeat < 1 ? HEARTBEAT_DEFAULT_S : HEARTBEAT_LONGEST_S;
	return updated_ns < observed->cluster->now_ns - HEARTBEATS_MAX * heartbeat * NS_PER_SEC;
}

bool bgp_neighbor_is_up(const struct bgp_neighbor_status *neighbor)
{
	return neighbor->state.s != NULL && strcasecmp(neighbor->state.s, "Established") == 0;
}

bool observed_waits(const struct observed *observed, const struct allocation *allocation)
{
	if (!observed->live || allocation->state != SERVICE_ASSIGNED)
		return false;
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (!address->added)
			return false;
	}
	return allocation->service->object.deletion_time.s == NULL;
}

enum waiting observed_waiting(const struct observed *observed,
			      const struct allocation *allocation)
{
	static const char *const failed[] = { "AllocationFailed", NULL };
	const struct object *object = &allocation->service->object;
	const enum component_state state = observed->allocator.state;
	int64_t created_ns;

	if (!observed_waits(observed, allocation))
		return WAITING_NOT;
	if (state == COMPONENT_DOWN || state == COMPONENT_ABSENT ||
	    observed_event(observed, object, failed) != NULL)
		return WAITING;
	if (!observed->knows_age || object->creation_time.s == NULL ||
	    !rfc3339_parse(object->creation_time.s, &created_ns))
		return WAITING_MAYBE;
	return created_ns < observed->cluster->now_ns - 60 * NS_PER_SEC ? WAITING
									: WAITING_MAYBE;
}

/* ---- backends ---- */

static bool endpoint_is_ready(const struct endpoint *endpoint)
{
	return !endpoint->ready.set || endpoint->ready.v;
}

struct backends observed_backends(const struct observed *observed,
				  const struct service *service)
{
	const struct cluster *cluster = observed->cluster;
	bool *nodes = arena_zalloc(observed->arena, cluster->nodes.count + 1, sizeof(*nodes));
	struct backends out = { .nodes = nodes, .places = "" };
	struct slice_list slices = { 0 };

	endpoints_of(&observed->slices, service, observed->arena, &slices);
	out.known =
		slices.list.count > 0 || capture_read(cluster->snapshot, KIND_ENDPOINT_SLICE);
	ARRAY_FOREACH (const struct endpoint_slice *, slice, &slices.list) {
		if (out.slice == NULL)
			out.slice = *slice;
		ARRAY_FOREACH (const struct endpoint, endpoint, &(*slice)->endpoints.list) {
			const struct cluster_node *node =
				endpoint->node_name.s != NULL
					? cluster_find_node(cluster, endpoint->node_name.s)
					: NULL;

			out.total++;
			if (!endpoint_is_ready(endpoint)) {
				out.serving += endpoint->serving.set && endpoint->serving.v;
				if (out.first == NULL) {
					out.first = endpoint;
					out.slice = *slice;
				}
				continue;
			}
			out.ready++;
			if (node != NULL)
				nodes[node - cluster->nodes.items] = true;
		}
	}
	for (uint32_t i = 0; i < cluster->nodes.count; i++)
		if (nodes[i])
			out.places = arena_printf(observed->arena, "%s%s%s", out.places,
						  *out.places != '\0' ? ", " : "",
						  cluster->nodes.items[i].name);
	return out;
}

/* ---- who has an address ---- */

static int observed_compare_holders(const void *pa, const void *pb)
{
	const struct observed_holder *a = pa, *b = pb;
	const int order = ip_compare(a->net->net.address, b->net->net.address);

	if (order != 0)
		return order;
	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return (a->net > b->net) - (a->net < b->net);
}

static int observed_compare_key(const void *key, const void *item)
{
	const struct ip *ip = key;
	const struct observed_holder *holder = item;

	return ip_compare(*ip, holder->net->net.address);
}

const struct observed_holder *observed_holders_of(const struct observed *observed, struct ip ip,
						  uint32_t *count)
{
	const struct observed_holder *items = observed->holders.items;
	const uint32_t all = observed->holders.count;
	const uint32_t first =
		array_lower_bound(&ip, items, all, sizeof(*items), observed_compare_key);

	*count = 0;
	while (first + *count < all &&
	       ip_compare(items[first + *count].net->net.address, ip) == 0)
		++*count;
	return *count > 0 ? &items[first] : NULL;
}

bool observed_holds(const struct observed *observed, const struct cluster_node *node,
		    struct ip ip)
{
	uint32_t count;
	const struct observed_holder *holders = observed_holders_of(observed, ip, &count);

	for (uint32_t i = 0; i < count; i++)
		if (holders[i].node == node)
			return true;
	return false;
}

bool observed_looked_at(const struct observed *observed, const struct cluster_node *node)
{
	return (node->interfaces.count > 0 || node->listed.count > 0) &&
	       !node->inventory->partial && (observed->shows_vips || node->inventory->captured);
}

bool observed_interface_is_proxy(const char *interface)
{
	return str_equal(interface, "kube-ipvs0");
}

static void observed_add_holders(struct observed *out, const struct cluster_node *node,
				 const struct node_interface *interface)
{
	if (observed_interface_is_proxy(interface->name))
		return;
	ARRAY_FOREACH (const struct node_net, net, &interface->nets)
		ARRAY_ADD(out->arena, &out->holders,
			  ((struct observed_holder){ node, interface, net }));
}

static void observed_collect_holders(struct observed *out)
{
	ARRAY_FOREACH (const struct cluster_node, node, &out->cluster->nodes) {
		uint32_t count;
		const struct node_interface *shown = node_shown_interfaces(node, &count);

		for (uint32_t i = 0; i < count; i++)
			observed_add_holders(out, node, &shown[i]);
	}
	array_sort(out->holders.items, out->holders.count, sizeof(*out->holders.items),
		   observed_compare_holders);
}

static bool observed_any_vip(const struct observed *observed)
{
	ARRAY_FOREACH (struct service *, service, &observed->cluster->snapshot->services) {
		if (!service_is_branded(*service))
			continue;
		ARRAY_FOREACH (const struct ingress, ingress, &(*service)->ingress.list) {
			const struct observed_holder *holders;
			uint32_t count = 0;
			struct ip ip;

			if (ingress->ip.s == NULL || !ip_parse(ingress->ip.s, &ip))
				continue;
			holders = observed_holders_of(observed, ip, &count);
			for (uint32_t i = 0; i < count; i++)
				if (!holders[i].node->inventory->captured)
					return true;
		}
	}
	return false;
}

/* ---- all of it ---- */

static void observed_collect_reports(struct observed *out)
{
	const struct cluster *cluster = out->cluster;

	out->reports =
		arena_zalloc(out->arena, cluster->nodes.count + 1, sizeof(*out->reports));
	out->fresh = arena_zalloc(out->arena, cluster->nodes.count + 1, sizeof(*out->fresh));
	ARRAY_FOREACH (struct bgp_node_report *, report,
		       &cluster->snapshot->bgp_node_statuses) {
		const char *name = (*report)->node_name.s != NULL ? (*report)->node_name.s
								  : (*report)->object.name.s;
		const struct cluster_node *node = cluster_find_node(cluster, name);

		if (node != NULL)
			out->reports[node - cluster->nodes.items] = *report;
	}
	for (uint32_t i = 0; i < cluster->nodes.count; i++)
		if (out->reports[i] != NULL && !observed_report_is_stale(out, out->reports[i]))
			out->fresh[i] = out->reports[i];
}

static int observed_compare_ns(const void *pa, const void *pb)
{
	const int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;

	return (a > b) - (a < b);
}

/* A lease that is valid, renewed at *renewed_ns and valid until *until_ns. */
static bool observed_lease_times(const struct cluster_node *node, int64_t *renewed_ns,
				 int64_t *until_ns)
{
	int64_t duration_ns;

	return node->live && node->lease != NULL && node->lease->renew_time.s != NULL &&
	       rfc3339_parse(node->lease->renew_time.s, renewed_ns) &&
	       !__builtin_mul_overflow(node->lease->duration_seconds.v, NS_PER_SEC,
				       &duration_ns) &&
	       !__builtin_add_overflow(*renewed_ns, duration_ns, until_ns);
}

/* Leases are read at one moment, a few seconds after `capturedAt`: what was renewed a lease
 * duration after it, when most of the others had expired, was renewed by a clock that is ahead
 * of theirs. */
static void observed_collect_clocks(struct observed *out)
{
	const struct cluster *cluster = out->cluster;
	ARRAY_OF(int64_t) ends = { 0 };
	int64_t renewed_ns, until_ns;

	out->ahead_ns = arena_zalloc(out->arena, cluster->nodes.count + 1, sizeof(int64_t));
	if (cluster->moment != MOMENT_CAPTURE)
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		if (observed_lease_times(node, &renewed_ns, &until_ns))
			ARRAY_ADD(out->arena, &ends, until_ns);
	array_sort(ends.items, ends.count, sizeof(*ends.items), observed_compare_ns);
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		uint32_t expired;
		int64_t ahead_ns;

		if (ends.count < 2 || !observed_lease_times(node, &renewed_ns, &until_ns) ||
		    __builtin_sub_overflow(renewed_ns, cluster->now_ns, &ahead_ns) ||
		    ahead_ns <= until_ns - renewed_ns)
			continue;
		expired = array_lower_bound(&renewed_ns, ends.items, ends.count,
					    sizeof(*ends.items), observed_compare_ns);
		if (expired > (ends.count - 1) / 2)
			out->ahead_ns[node - cluster->nodes.items] = ahead_ns;
	}
}

void observed_build(struct observed *out, const struct cluster *cluster, struct arena *arena)
{
	const struct snapshot *snapshot = cluster->snapshot;

	*out = (struct observed){ .cluster = cluster, .arena = arena };
	out->live = snapshot->captures.count > 0 || snapshot->pods.count > 0 ||
		    snapshot->events.count > 0 || snapshot->bgp_node_statuses.count > 0 ||
		    cluster->has_leases;
	out->knows_age = cluster->moment != MOMENT_NONE && cluster->moment != MOMENT_LEASES;
	ARRAY_FOREACH (struct event *, event, &snapshot->events) {
		const struct event *one = *event;

		if (one->about_kind.s != NULL && one->about_name.s != NULL)
			ARRAY_ADD(arena, &out->events.list, one);
	}
	if (out->events.list.count > 0)
		qsort(out->events.list.items, out->events.list.count,
		      sizeof(*out->events.list.items), event_compare);
	out->allocator = component_allocator(out);
	component_agents(out);
	ARRAY_FOREACH (struct pod *, pod, &snapshot->pods)
		out->has_pods |= component_is_pod(out, *pod, COMPONENT_AGENT) ||
				 component_is_pod(out, *pod, COMPONENT_ALLOCATOR);
	observed_collect_reports(out);
	observed_collect_clocks(out);
	endpoints_index(&out->slices, cluster, arena);
	observed_collect_holders(out);
	out->shows_vips = observed_any_vip(out);
}
