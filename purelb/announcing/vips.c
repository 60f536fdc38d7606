/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VIPs: the election and the decision of P6, put together for every address.
 *
 * Of a local VIP only the winner has to be asked what it does. A remote one is asked of every
 * node, unless it is out of reach: in no subnet of any node's interfaces. Then all nodes do
 * the same with it, and VIPs share one list of announcers.
 */
#include "purelb/announcing/vips.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/election/endpoints.h"
#include "purelb/announcing/reach.h"
#include "purelb/announcing/vips_reasons.h"
#include "purelb/announcing/vips_recorded.h"
#include "purelb/announcing/vips_unknown.h"

#define BRAND_ANNOTATION       "purelb.io/allocated-by"
#define BRAND                  "PureLB"
#define POOL_TYPE_ANNOTATION   "purelb.io/pool-type"
#define ALLOW_LOCAL_ANNOTATION "purelb.io/allow-local"
#define SKIP_DAD_ANNOTATION    "purelb.io/skip-ipv6-dad"

struct node_list {
	ARRAY_OF(const struct cluster_node *) list;
};

struct vip_list {
	ARRAY_OF(struct vip) list;
};

/* What the nodes do with any remote VIP out of reach, of one family. */
struct out_of_reach {
	struct node_list everybody; /* who can have it on the dummy interface */
	struct vips_acts others;    /* what the others do */
};

struct resolver {
	const struct cluster *cluster;
	struct vips_options options;
	struct election election;
	struct arena *arena;          /* for what is returned */
	struct arena scratch;         /* for all of the time */
	struct arena turn;            /* for one Service */
	struct announcer *announcers; /* by index in cluster->nodes */
	struct agent_pools pools;
	struct slice_index slices;
	struct reach reach; /* of the interfaces of every node */
	struct out_of_reach v4, v6;
	bool guesses; /* of some live node the subnets are a guess or unknown */
};

/* A Service as its VIPs need it. */
struct subject {
	const struct service *service;       /* NULL: a bare address */
	const struct allocation *allocation; /* NULL: likewise */
	bool considered;                     /* P6.1 */
	bool policy_local;                   /* externalTrafficPolicy, once it has settled */
	bool allow_local;
	bool skip_dad;
	const bool *preferred; /* P5.4 */
	const bool *healthy;   /* P6.7; NULL: not asked for */
};

/* An address of a Service. */
struct seed {
	struct ip ip;
	const struct pool *pool;
	bool predicted;
};

struct seeds {
	ARRAY_OF(struct seed) list;
};

/* ---- preparation ---- */

static uint32_t vips_index_of(const struct resolver *r, const struct cluster_node *node)
{
	return (uint32_t)(node - r->cluster->nodes.items);
}

/* P6.7, P8.5: an agent whose lease has expired may be cut off; it keeps remote VIPs. */
bool vips_runs_agent(const struct cluster *cluster, const struct cluster_node *node,
		     const bool *down)
{
	if (down != NULL && down[node - cluster->nodes.items])
		return false;
	return node->lease != NULL ||
	       (!cluster->has_leases && node->placement.state != PLACEMENT_NEVER);
}

static bool vips_node_runs_agent(const struct resolver *r, const struct cluster_node *node)
{
	return vips_runs_agent(r->cluster, node, r->options.down);
}

static void vips_prepare_out_of_reach(struct resolver *r, const struct announcer *announcer,
				      const struct announcing_places *places,
				      struct out_of_reach *out)
{
	if (!announcer->configured)
		out->others.counts[ANNOUNCING_NOT_CONFIGURED]++;
	else if (places->no_route)
		out->others.counts[ANNOUNCING_NO_ROUTE]++;
	else
		ARRAY_ADD(r->arena, &out->everybody.list, announcer->node);
}

static void vips_prepare_nodes(struct resolver *r)
{
	const uint32_t count = r->cluster->nodes.count;

	r->announcers = arena_zalloc(&r->scratch, count, sizeof(*r->announcers));
	for (uint32_t i = 0; i < count; i++) {
		const struct cluster_node *node = &r->cluster->nodes.items[i];
		struct announcer *announcer = &r->announcers[i];

		announcer_prepare(announcer, r->cluster, node, &r->scratch);
		if (!vips_node_runs_agent(r, node))
			continue;
		r->guesses |= node->live && (node->origin == SUBNETS_INFERRED ||
					     node->origin == SUBNETS_UNKNOWN);
		reach_add(&r->reach, announcer, &r->scratch);
		vips_prepare_out_of_reach(r, announcer, &announcer->v4, &r->v4);
		vips_prepare_out_of_reach(r, announcer, &announcer->v6, &r->v6);
	}
	reach_sort(&r->reach);
}

static void vips_resolver_init(struct resolver *r, const struct cluster *cluster,
			       const struct vips_options *options, struct arena *arena)
{
	*r = (struct resolver){ .cluster = cluster, .arena = arena };
	arena_init(&r->scratch);
	arena_init(&r->turn);
	if (options != NULL)
		r->options = *options;
	r->election = (struct election){
		.cluster = cluster,
		.arena = arena,
		.down = r->options.down,
	};
	/* Announcements point into these. */
	agent_pools_prepare(&r->pools, &cluster->pools, arena);
	endpoints_index(&r->slices, cluster, &r->scratch);
	vips_prepare_nodes(r);
}

static void vips_resolver_release(struct resolver *r)
{
	arena_release(&r->turn);
	arena_release(&r->scratch);
}

/* ---- one VIP ---- */

static struct announcing_question vips_question(const struct resolver *r,
						const struct subject *subject,
						const struct vip *vip,
						const struct cluster_node *node)
{
	return (struct announcing_question){
		.vip = vip->ip,
		.winner = vip->winner,
		.policy_local = subject->policy_local,
		.allow_local = subject->allow_local,
		.healthy_endpoint =
			subject->healthy != NULL && subject->healthy[vips_index_of(r, node)],
		.skip_dad = subject->skip_dad,
	};
}

static struct announcement vips_decide(const struct resolver *r, const struct subject *subject,
				       const struct vip *vip, const struct cluster_node *node)
{
	const struct announcing_question question = vips_question(r, subject, vip, node);

	return announcing_decide(&r->announcers[vips_index_of(r, node)], &r->pools, &question);
}

/* True when the answer to who wins would be another if the guesses were wrong. */
static bool vips_is_inferred(const struct resolver *r, struct ip ip)
{
	const struct subnet_entry *entries[CONTAINING_MAX];
	const unsigned count = cluster_containing(r->cluster, ip, entries);

	for (unsigned i = 0; i < count; i++) {
		if (entries[i]->inferred)
			return true;
	}
	return count == 0 && r->guesses;
}

/* What each would do, once it had won. The VIP gets its winner back. */
static void vips_follow_leaders(struct resolver *r, const struct subject *subject,
				struct vip *vip, const struct cluster_node *const *leaders,
				unsigned count)
{
	ARRAY_RESERVE(r->arena, &vip->successors, count);
	for (unsigned i = 0; i < count; i++) {
		struct successor *successor = ARRAY_PUSH(r->arena, &vip->successors);

		vip->winner = leaders[i];
		successor->node = leaders[i];
		successor->local =
			vips_decide(r, subject, vip, leaders[i]).act == ANNOUNCING_LOCAL;
	}
	vip->winner = count > 0 ? leaders[0] : NULL;
	vip->runner_up = count > 1 ? leaders[1] : NULL;
}

/* P5.3: the winner, and who comes after it. */
static void vips_elect_first(struct resolver *r, const struct subject *subject, struct vip *vip)
{
	const struct cluster_node *leaders[ELECTION_LEADERS_MAX] = { NULL };
	const unsigned wanted = r->options.successors;

	if (wanted > 0) {
		const unsigned count =
			election_leaders(&r->election, vip->ip, subject->preferred,
					 r->options.groups, wanted, leaders);

		vips_follow_leaders(r, subject, vip, leaders, count);
		return;
	}
	election_first_two(&r->election, vip->ip, subject->preferred, leaders);
	vip->winner = leaders[0];
	vip->runner_up = leaders[1];
}

/* Section 5. */
static void vips_elect(struct resolver *r, const struct subject *subject, struct vip *vip)
{
	vip->inferred = vips_is_inferred(r, vip->ip);
	if (r->options.candidates) {
		struct election_result result;

		election_candidates(&r->election, vip->ip, subject->preferred, &result);
		vip->candidates.items = result.candidates.items;
		vip->candidates.count = result.candidates.count;
		vip->candidates.capacity = result.candidates.count;
	}
	vips_elect_first(r, subject, vip);
	if (capture_is_redacted(r->cluster->snapshot))
		vips_take_recorded(r->cluster, vip);
	vip->affinity_fallback = subject->preferred != NULL && vip->winner != NULL &&
				 subject->preferred[r->cluster->nodes.count] &&
				 !subject->preferred[vips_index_of(r, vip->winner)];
}

/* P6.4, P6.5: nobody but the winner has it. */
static void vips_announce_local(struct resolver *r, const struct subject *subject,
				struct vip *vip)
{
	vips_elect(r, subject, vip);
	if (vip->winner == NULL) {
		vip->reason = vips_reason_nobody(r->cluster, vip, r->options.down, r->arena);
		return;
	}
	vip->how = vips_decide(r, subject, vip, vip->winner);
	if (vip->how.act != ANNOUNCING_LOCAL) {
		vip->reason = vips_reason_winner(vip->winner, vip, r->arena);
		return;
	}
	ARRAY_ADD(r->arena, &vip->announcers, vip->winner);
	vip->interface = vip->how.interface_name;
}

/* The dummy interface of all announcers; NULL when they differ. */
static const char *vips_common_dummy(const struct resolver *r, const struct vip *vip)
{
	const char *name = NULL;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct agent_rule *rule = r->announcers[vips_index_of(r, *node)].rule;

		if (rule == NULL || (name != NULL && !str_equal(name, rule->dummy_interface)))
			return NULL;
		name = rule->dummy_interface;
	}
	return name;
}

/* Each node decides by itself. */
static void vips_ask_everybody(struct resolver *r, const struct subject *subject,
			       struct vip *vip, struct vips_acts *acts)
{
	ARRAY_FOREACH (const struct cluster_node, node, &r->cluster->nodes) {
		enum announcing_act act;

		if (!vips_node_runs_agent(r, node))
			continue;
		act = vips_decide(r, subject, vip, node).act;
		acts->counts[act]++;
		if (announcing_holds(act))
			ARRAY_ADD(r->arena, &vip->announcers, node);
	}
}

/* Out of reach: every node that can has it on its dummy interface. */
static void vips_share_everybody(struct resolver *r, const struct subject *subject,
				 struct vip *vip, struct vips_acts *acts)
{
	const struct out_of_reach *shared = ip_family(vip->ip) == IP_V4 ? &r->v4 : &r->v6;
	const struct node_list *everybody = &shared->everybody;
	unsigned prefix;

	*acts = shared->others;
	acts->range = agent_pools_find(&r->pools, vip->ip);
	if (!announcing_dummy_prefix(acts->range->range, vip->ip, &prefix)) {
		acts->counts[ANNOUNCING_BAD_PREFIX] = everybody->list.count;
		return;
	}
	if (!subject->policy_local) {
		vip->announcers.items = everybody->list.items;
		vip->announcers.count = everybody->list.count;
		vip->announcers.capacity = everybody->list.count;
		return;
	}
	ARRAY_FOREACH (const struct cluster_node *, node, &everybody->list) {
		if (subject->healthy[vips_index_of(r, *node)])
			ARRAY_ADD(r->arena, &vip->announcers, *node);
		else
			acts->counts[ANNOUNCING_NO_ENDPOINT]++;
	}
}

static const char *vips_explain_remote(const struct resolver *r, const struct vip *vip,
				       const struct vips_acts *acts)
{
	const bool held_up_by_winner =
		vip->winner != NULL && (vip->how.act == ANNOUNCING_NOT_CONFIGURED ||
					vip->how.act == ANNOUNCING_NO_ROUTE);

	if (held_up_by_winner)
		return vips_reason_winner(vip->winner, vip, r->arena);
	if (acts->counts[ANNOUNCING_NOBODY] > 0)
		return vips_reason_nobody(r->cluster, vip, r->options.down, r->arena);
	return vips_reason_remote(r->cluster, acts, vip->ip, r->arena);
}

/* P6.7, and P6.3 where a node has a local interface for it. */
static void vips_announce_remote(struct resolver *r, const struct subject *subject,
				 struct vip *vip)
{
	struct vips_acts acts = { .range = agent_pools_find(&r->pools, vip->ip) };

	if (reach_contains(&r->reach, vip->ip)) {
		vips_elect(r, subject, vip);
		vips_ask_everybody(r, subject, vip, &acts);
	} else {
		vips_share_everybody(r, subject, vip, &acts);
	}
	if (vip->winner != NULL)
		vip->how = vips_decide(r, subject, vip, vip->winner);
	if (vip->announcers.count == 0) {
		vip->reason = vips_explain_remote(r, vip, &acts);
		vip->wants_endpoint = acts.counts[ANNOUNCING_NO_ENDPOINT] > 0;
		return;
	}
	if (vip->winner == NULL)
		vip->how = vips_decide(r, subject, vip, vip->announcers.items[0]);
	vip->interface = vip->how.act == ANNOUNCING_LOCAL ? vip->how.interface_name
							  : vips_common_dummy(r, vip);
}

static enum vip_type vips_type_by_name(const char *name)
{
	if (str_equal(name, "local"))
		return VIP_LOCAL;
	return str_equal(name, "remote") ? VIP_REMOTE : VIP_UNKNOWN;
}

static enum vip_type vips_type(const struct pool *pool, const struct service *service)
{
	if (pool != NULL && pool->type == POOL_TYPE_EXTERNAL)
		return vips_type_by_name(pool->group->external.announce.s);
	if (pool != NULL)
		return vips_type_by_name(pool_type_name(pool->type));
	if (service == NULL)
		return VIP_UNKNOWN;
	return vips_type_by_name(
		label_map_text(&service->object.annotations, POOL_TYPE_ANNOTATION));
}

static void vips_resolve_vip(struct resolver *r, const struct subject *subject,
			     const struct seed *seed, struct vip *vip)
{
	const struct agent_range *found = agent_pools_find(&r->pools, seed->ip);

	vip->ip = seed->ip;
	vip->service = subject->service;
	vip->predicted = seed->predicted;
	vip->pool = seed->pool != NULL || found == NULL ? seed->pool : found->pool;
	vip->type = vips_type(vip->pool, subject->service);
	vip->considered = subject->considered;
	if (!subject->considered)
		vip->reason = vips_reason_not_considered(subject->service, subject->allocation);
	else if (agent_pools_is_remote(&r->pools, seed->ip))
		vips_announce_remote(r, subject, vip);
	else
		vips_announce_local(r, subject, vip);
	vips_settle_unknown(r->cluster, vip, r->options.down);
}

/* ---- one Service ---- */

/* P3.10: what is assigned is marked, and the mark of its pool is set with it. */
static bool vips_skips_dad(const struct allocation *allocation)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		const struct pool *pool = address->pool;

		if (allocation->state == SERVICE_ASSIGNED && address->added && pool != NULL)
			return pool->spec != NULL && pool->spec->skip_ipv6_dad.v;
	}
	return str_equal(
		label_map_text(&allocation->service->object.annotations, SKIP_DAD_ANNOTATION),
		"true");
}

/* P6.5: the node changes the policy, and its write goes through: all addresses succeed. */
static bool vips_node_resets_policy(const struct resolver *r, const struct subject *subject,
				    const struct seeds *seeds, const struct cluster_node *node)
{
	bool resets = false;

	ARRAY_FOREACH (const struct seed, seed, &seeds->list) {
		const struct vip vip = { .ip = seed->ip };
		const struct announcement answer = vips_decide(r, subject, &vip, node);

		if (announcing_fails(answer.act))
			return false;
		resets |= answer.resets_policy;
	}
	return resets;
}

/*
 * Whether externalTrafficPolicy Local lasts. It is only asked for Services with a remote
 * address: to the others it makes no difference.
 */
static bool vips_policy_lasts(const struct resolver *r, const struct subject *subject,
			      const struct seeds *seeds)
{
	bool remote = false;
	bool local = false;

	ARRAY_FOREACH (const struct seed, seed, &seeds->list) {
		remote |= agent_pools_is_remote(&r->pools, seed->ip);
		local |= reach_contains(&r->reach, seed->ip);
	}
	if (!remote || !local || subject->allow_local)
		return true;
	ARRAY_FOREACH (const struct cluster_node, node, &r->cluster->nodes) {
		if (vips_node_runs_agent(r, node) &&
		    vips_node_resets_policy(r, subject, seeds, node))
			return false;
	}
	return true;
}

static void vips_describe_service(struct resolver *r, const struct allocation *allocation,
				  const struct seeds *seeds, struct subject *out)
{
	const struct service *service = allocation->service;
	struct slice_list slices;

	*out = (struct subject){
		.service = service,
		.allocation = allocation,
		/* P3.10: success marks it. */
		.considered =
			allocation->state == SERVICE_ASSIGNED || announcing_considers(service),
		.policy_local = str_equal(service->external_traffic_policy.s, "Local"),
		.allow_local = label_map_get(&service->object.annotations,
					     ALLOW_LOCAL_ANNOTATION) != NULL,
		.skip_dad = vips_skips_dad(allocation),
		.preferred = endpoints_preferred(&r->slices, service, &r->turn),
	};
	if (!out->policy_local)
		return;
	endpoints_of(&r->slices, service, &r->turn, &slices);
	out->healthy = endpoints_healthy_nodes(r->cluster, &slices, &r->turn);
	out->policy_local = vips_policy_lasts(r, out, seeds);
}

/* A Service that PureLB's allocator leaves alone keeps what is in its status. */
static void vips_collect_seeds(struct arena *arena, const struct allocation *allocation,
			       struct seeds *out)
{
	*out = (struct seeds){ 0 };
	if (allocation->state != SERVICE_IGNORED) {
		ARRAY_FOREACH (const struct allocated_address, address,
			       &allocation->addresses) {
			struct seed *seed = ARRAY_PUSH(arena, &out->list);

			*seed = (struct seed){ address->ip, address->pool, address->added };
		}
		return;
	}
	if (!announcing_considers(allocation->service))
		return;
	ARRAY_FOREACH (const struct ingress, ingress, &allocation->service->ingress.list) {
		struct ip ip;

		if (ingress->ip.s != NULL && ip_parse(ingress->ip.s, &ip))
			ARRAY_ADD(arena, &out->list, ((struct seed){ .ip = ip }));
	}
}

static bool vips_is_branded(const struct service *service)
{
	return str_equal(label_map_text(&service->object.annotations, BRAND_ANNOTATION), BRAND);
}

/* Somebody else's Service is of interest only when PureLB announces its address. */
static bool vips_is_foreign(const struct allocation *allocation)
{
	return allocation->state == SERVICE_IGNORED && !vips_is_branded(allocation->service);
}

/* The VIPs being collected. */
struct collection {
	struct vip_list all;
	const struct ip *only; /* NULL: all addresses */
};

static void vips_resolve_service(struct resolver *r, const struct allocation *allocation,
				 struct collection *out)
{
	struct subject subject;
	struct seeds seeds;

	vips_collect_seeds(&r->turn, allocation, &seeds);
	if (seeds.list.count == 0)
		return;
	vips_describe_service(r, allocation, &seeds, &subject);
	ARRAY_FOREACH (const struct seed, seed, &seeds.list) {
		struct vip vip = { 0 };

		if (out->only != NULL && ip_compare(*out->only, seed->ip) != 0)
			continue;
		vips_resolve_vip(r, &subject, seed, &vip);
		if (vips_is_foreign(allocation) && vip.announcers.count == 0)
			continue;
		ARRAY_ADD(r->arena, &out->all.list, vip);
	}
}

static bool vips_has_address(const struct allocation *allocation, const struct ip *ip)
{
	if (allocation->state == SERVICE_IGNORED)
		return true; /* its status tells */
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (ip_compare(address->ip, *ip) == 0)
			return true;
	}
	return false;
}

/* ---- all of them ---- */

/* A VIP that a node wins. */
struct win {
	uint32_t node;
	struct ip ip;
};

static int vips_compare_wins(const void *pa, const void *pb)
{
	const struct win *a = pa;
	const struct win *b = pb;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return ip_compare(a->ip, b->ip);
}

static void vips_count_wins(struct resolver *r, struct vips *out)
{
	uint32_t *won = arena_zalloc(r->arena, r->cluster->nodes.count, sizeof(*won));
	struct win *wins = arena_alloc(&r->scratch, out->list.count * sizeof(*wins));
	uint32_t count = 0;

	ARRAY_FOREACH (const struct vip, vip, &out->list) {
		if (vip->winner != NULL)
			wins[count++] = (struct win){ vips_index_of(r, vip->winner), vip->ip };
	}
	if (count > 0)
		qsort(wins, count, sizeof(*wins), vips_compare_wins);
	for (uint32_t i = 0; i < count; i++)
		won[wins[i].node] += i == 0 || vips_compare_wins(&wins[i], &wins[i - 1]) != 0;
	out->won = won;
}

/* Those held come before those predicted; both keep their order. */
static void vips_sort_out(struct resolver *r, struct vip_list *all)
{
	struct vip_list predicted = { { 0 } };
	uint32_t held = 0;

	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct vip vip = all->list.items[i];

		if (vip.predicted)
			ARRAY_ADD(&r->scratch, &predicted.list, vip);
		else
			all->list.items[held++] = vip;
	}
	if (predicted.list.count > 0)
		memcpy(all->list.items + held, predicted.list.items,
		       predicted.list.count * sizeof(struct vip));
}

static void vips_finish(struct resolver *r, struct collection *collection, struct vips *out)
{
	vips_sort_out(r, &collection->all);
	*out = (struct vips){ 0 };
	out->list.items = collection->all.list.items;
	out->list.count = collection->all.list.count;
	out->list.capacity = collection->all.list.capacity;
	vips_count_wins(r, out);
}

/* How many VIPs there are at most. */
static uint32_t vips_count_addresses(const struct allocations *all)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		count += allocation->state == SERVICE_IGNORED
				 ? allocation->service->ingress.list.count
				 : allocation->addresses.count;
	return count;
}

static void vips_collect(struct resolver *r, const struct allocations *all,
			 struct collection *collection)
{
	ARRAY_FOREACH (const struct allocation, allocation, &all->list) {
		const struct arena_mark mark = arena_mark(&r->turn);

		if (collection->only == NULL || vips_has_address(allocation, collection->only))
			vips_resolve_service(r, allocation, collection);
		arena_reset(&r->turn, mark);
	}
}

void vips_resolve(struct vips *out, const struct cluster *cluster,
		  const struct allocations *all, const struct vips_options *options,
		  struct arena *arena)
{
	struct collection collection = { 0 };
	struct resolver r;

	vips_resolver_init(&r, cluster, options, arena);
	/* In one piece: they are many, and a list that grows leaves its old places behind. */
	ARRAY_RESERVE(r.arena, &collection.all.list, vips_count_addresses(all));
	vips_collect(&r, all, &collection);
	vips_finish(&r, &collection, out);
	vips_resolver_release(&r);
}

void vips_of_address(struct vips *out, const struct cluster *cluster,
		     const struct allocations *all, struct ip ip,
		     const struct vips_options *options, struct arena *arena)
{
	struct collection collection = { .only = &ip };
	struct resolver r;

	vips_resolver_init(&r, cluster, options, arena);
	vips_collect(&r, all, &collection);
	if (collection.all.list.count == 0) {
		const struct subject nobody = { .considered = true };
		const struct seed seed = { .ip = ip };

		vips_resolve_vip(&r, &nobody, &seed, ARRAY_PUSH(r.arena, &collection.all.list));
	}
	vips_finish(&r, &collection, out);
	vips_resolver_release(&r);
}

const char *vip_type_name(enum vip_type type)
{
	static const char *const names[] = {
		[VIP_UNKNOWN] = "unknown",
		[VIP_LOCAL] = "local",
		[VIP_REMOTE] = "remote",
	};

	return names[type];
}
