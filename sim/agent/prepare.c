/* SPDX-License-Identifier: Apache-2.0 */
/* What every run of a setup shares. */
#include "sim/agent/prepare.h"

#include "base/text.h"

/* ---- sets of subnets ---- */

static bool subnet_list_contains(const struct subnet_list *subnets, struct ip ip)
{
	ARRAY_FOREACH (const struct advertised, it, &subnets->list) {
		if (ip_net_contains(it->net, ip))
			return true;
	}
	return false;
}

uint32_t subnet_sets_find(struct subnet_sets *sets, const struct setup *setup,
			  const struct subnet_list *subnets, struct arena *arena)
{
	const char *text = subnets_annotation_text(subnets, arena);
	struct subnet_set *set;

	/* Neighbors mostly share theirs, so the latest is looked at first. */
	for (uint32_t i = sets->list.count; i > 0; i--) {
		if (str_equal(sets->list.items[i - 1].text, text))
			return i - 1;
	}
	set = ARRAY_PUSH(arena, &sets->list);
	set->text = text;
	set->covers = arena_zalloc(arena, setup->vips.count / 64 + 1, sizeof(*set->covers));
	for (uint32_t v = 0; v < setup->vips.count; v++) {
		if (subnet_list_contains(subnets, setup->vips.items[v].ip))
			set->covers[v / 64] |= UINT64_C(1) << (v % 64);
	}
	return sets->list.count - 1;
}

/* ---- nodes ---- */

static bool prepare_interfaces_known(const struct cluster_node *node)
{
	return node->inventory != NULL && node->inventory->interfaces.at.set;
}

/* The subnets that an agent advertises once its configuration counts. (P4.4) */
static const struct subnet_list *prepare_advertised(const struct cluster_node *node)
{
	return prepare_interfaces_known(node) ? &node->from_inventory : &node->subnets;
}

void prepare_first_subnets(const struct cluster_node *node, struct arena *arena,
			   struct subnet_list *out)
{
	const struct node_config none = { .state = NODE_NO_CONFIG };
	struct interface_list selected;

	if (!prepare_interfaces_known(node)) {
		*out = node->subnets;
		return;
	}
	node_selected_interfaces(&none, node->inventory, node->interfaces.items,
				 node->interfaces.count, arena, &selected);
	node_advertised(&selected, arena, out);
}

void prepare_node(struct prepared_node *out, const struct setup *setup,
		  const struct cluster *cluster, const struct cluster_node *node,
		  struct subnet_sets *sets, struct arena *arena)
{
	*out = (struct prepared_node){ .state = node->config.state };
	announcer_prepare(&out->announcer, cluster, node, arena);
	out->subnets = subnet_sets_find(sets, setup, prepare_advertised(node), arena);
	if (out->announcer.rule != NULL)
		out->gratuitous = gratuitous_schedule(&out->announcer.rule->agent->local);
}

static void prepare_version(struct prepared *out, const struct setup *setup, uint32_t number,
			    struct arena *arena)
{
	const struct cluster *cluster = setup->versions.items[number].cluster;
	struct prepared_version *version = &out->versions[number];

	version->cluster = cluster;
	version->agents = cluster->agents.list.count;
	version->objects = cluster->pools.list.count + cluster->agents.list.count;
	version->nodes = arena_zalloc(arena, setup->nodes.count, sizeof(*version->nodes));
	agent_pools_prepare(&version->pools, &cluster->pools, arena);
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		const struct cluster_node *node =
			cluster_find_node(cluster, setup->nodes.items[n].name);

		if (node == NULL)
			node = setup->nodes.items[n].cluster_node;
		prepare_node(&version->nodes[n], setup, cluster, node, &out->sets, arena);
	}
}

/* ---- Services ---- */

static bool prepare_is_remote(const struct prepared *prepared, const struct setup *setup,
			      uint32_t vip)
{
	if (setup->vips.items[vip].remote)
		return true;
	for (uint32_t i = 0; i < setup->versions.count; i++) {
		if (agent_pools_is_remote(&prepared->versions[i].pools,
					  setup->vips.items[vip].ip))
			return true;
	}
	return false;
}

static void prepare_service(struct prepared *out, const struct setup *setup, uint32_t number,
			    struct arena *arena)
{
	const struct setup_service *service = &setup->services.items[number];
	bool remote = false;
	bool v4 = false;
	bool v6 = false;
	bool policy = service->etp_local;

	for (uint32_t v = service->first_vip; v < service->first_vip + service->vip_count;
	     v++) {
		remote |= prepare_is_remote(out, setup, v);
		v4 |= ip_family(setup->vips.items[v].ip) == IP_V4;
		v6 |= ip_family(setup->vips.items[v].ip) == IP_V6;
	}
	if (remote)
		ARRAY_ADD(arena, &out->remote.list, number);
	if (v4)
		ARRAY_ADD(arena, &out->v4.list, number);
	if (v6)
		ARRAY_ADD(arena, &out->v6.list, number);
	if (service->affinity)
		ARRAY_ADD(arena, &out->affinity.list, number);
	ARRAY_FOREACH (const struct setup_service_state, state, &service->states)
		policy |= state->policy_local;
	if (policy)
		ARRAY_ADD(arena, &out->policy.list, number);
	if (service->vip_count > out->vips_max)
		out->vips_max = service->vip_count;
}

/* ---- all of it ---- */

const struct prepared *prepare(const struct setup *setup, struct arena *arena)
{
	struct prepared *out = arena_zalloc(arena, 1, sizeof(*out));
	const struct subnet_list nothing = { 0 };

	(void)subnet_sets_find(&out->sets, setup, &nothing, arena);
	out->versions = arena_zalloc(arena, setup->versions.count, sizeof(*out->versions));
	for (uint32_t i = 0; i < setup->versions.count; i++)
		prepare_version(out, setup, i, arena);
	out->first_subnets =
		arena_zalloc(arena, setup->nodes.count, sizeof(*out->first_subnets));
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		struct subnet_list first = { 0 };

		prepare_first_subnets(setup->nodes.items[n].cluster_node, arena, &first);
		out->first_subnets[n] = subnet_sets_find(&out->sets, setup, &first, arena);
	}
	for (uint32_t s = 0; s < setup->services.count; s++)
		prepare_service(out, setup, s, arena);
	return out;
}

void setup_prepare(struct setup *setup)
{
	setup->prepared = prepare(setup, setup->arena);
}
