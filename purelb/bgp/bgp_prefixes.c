/* SPDX-License-Identifier: Apache-2.0 */
/* From VIPs and interfaces to the prefixes that nodes originate (spec/bgp.md 5.1 to 5.4). */
#include "purelb/bgp/bgp_parts.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "purelb/announcing/vips.h"

enum {
	WORD_BITS = 64,
	TABLE_START = 64,
	V4_OFFSET_BITS = 96,
	PATTERN_MAX = 256, /* bytes of a pattern for names of 15 bytes */
};

/* ---- sets of nodes ---- */

struct bgp_carriers_table {
	struct arena *arena;
	uint32_t words;
	uint32_t count;
	uint32_t capacity; /* a power of two */
	const struct bgp_carriers **slots;
};

bool bgp_carriers_has(const struct bgp_carriers *carriers, uint32_t node_index)
{
	return (carriers->set[node_index / WORD_BITS] >> (node_index % WORD_BITS) & 1) != 0;
}

static uint32_t words_for(uint32_t nodes)
{
	return nodes / WORD_BITS + 1;
}

static void set_bit(uint64_t *bits, uint32_t index)
{
	bits[index / WORD_BITS] |= UINT64_C(1) << (index % WORD_BITS);
}

struct bgp_carriers_table *bgp_carriers_table_new(uint32_t nodes, struct arena *arena)
{
	struct bgp_carriers_table *table = arena_zalloc(arena, 1, sizeof(*table));

	table->arena = arena;
	table->words = words_for(nodes);
	table->capacity = TABLE_START;
	table->slots = arena_zalloc(arena, TABLE_START, sizeof(struct bgp_carriers *));
	return table;
}

static uint64_t hash_bits(const uint64_t *bits, uint32_t words)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < words; i++) {
		hash = (hash ^ bits[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash;
}

/* The slot of the set, or the free one where it belongs. */
static const struct bgp_carriers **find_slot(const struct bgp_carriers_table *table,
					     const uint64_t *bits)
{
	uint32_t mask = table->capacity - 1;
	uint32_t at = (uint32_t)hash_bits(bits, table->words) & mask;

	while (table->slots[at] != NULL &&
	       memcmp(table->slots[at]->set, bits, table->words * sizeof(*bits)) != 0)
		at = (at + 1) & mask;
	return &table->slots[at];
}

static void grow(struct bgp_carriers_table *table)
{
	const struct bgp_carriers **old = table->slots;
	uint32_t capacity = table->capacity;

	table->capacity = capacity * 2;
	table->slots =
		arena_zalloc(table->arena, table->capacity, sizeof(struct bgp_carriers *));
	for (uint32_t i = 0; i < capacity; i++)
		if (old[i] != NULL)
			*find_slot(table, old[i]->set) = old[i];
}

static uint32_t count_bits(const uint64_t *bits, uint32_t words)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < words; i++)
		for (uint64_t word = bits[i]; word != 0; word &= word - 1)
			count++;
	return count;
}

const struct bgp_carriers *bgp_carriers_intern(struct bgp_carriers_table *table,
					       const uint64_t *bits)
{
	const struct bgp_carriers **slot = find_slot(table, bits);
	struct bgp_carriers *carriers;
	uint64_t *copy;

	if (*slot != NULL)
		return *slot;
	copy = arena_zalloc(table->arena, table->words, sizeof(*copy));
	memcpy(copy, bits, table->words * sizeof(*copy));
	carriers = arena_zalloc(table->arena, 1, sizeof(*carriers));
	carriers->set = copy;
	carriers->count = count_bits(bits, table->words);
	carriers->id = table->count++;
	*slot = carriers;
	if (table->count * 2 > table->capacity)
		grow(table);
	return carriers;
}

/* ---- VIPs (5.1) ---- */

/* The VIPs while they are collected. */
struct vip_builder {
	struct bgp_cluster *bgp;
	struct bgp_carriers_table *table;
	struct agent_pools pools;
	struct arena scratch;
};

static int compare_vips(const void *pa, const void *pb)
{
	const struct vip *const *a = pa;
	const struct vip *const *b = pb;
	int order = ip_compare((*a)->ip, (*b)->ip);

	/* The list has those held before those predicted. */
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* Nodes that have it on their dummy interface: a winner has it on a local one. */
static void add_dummies(const struct vip_builder *b, const struct vip *vip, uint64_t *bits)
{
	const struct cluster *cluster = b->bgp->cluster;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		if (*node != vip->winner)
			set_bit(bits, (uint32_t)(*node - cluster->nodes.items));
	}
}

/* Several Services can share the address: `vips` are all of one address. */
static void add_vip(struct vip_builder *b, const struct vip *const *vips, uint32_t count,
		    const struct agent_range *found)
{
	struct bgp_vip *out = ARRAY_PUSH(b->bgp->arena, &b->bgp->vips);
	uint64_t *bits = arena_zalloc(&b->scratch, b->table->words, sizeof(*bits));

	*out = (struct bgp_vip){
		.ip = vips[0]->ip,
		.service = vips[0]->service,
		.pool = found->pool,
		.range = found->range,
		.predicted = true,
	};
	out->aggregation_ok = announcing_dummy_prefix(found->range, out->ip, &out->prefix);
	for (uint32_t i = 0; i < count; i++) {
		add_dummies(b, vips[i], bits);
		out->predicted &= vips[i]->predicted;
		out->etp_local |=
			vips[i]->service != NULL &&
			str_equal(vips[i]->service->external_traffic_policy.s, "Local");
	}
	out->dummies = bgp_carriers_intern(b->table, bits);
	if (out->dummies->count == 0)
		out->reason =
			vips[0]->reason != NULL ? vips[0]->reason : "it is announced locally";
}

/* VIPs in remote pools; the others never go on a dummy interface. */
static void build_vips(struct vip_builder *b, const struct vips *vips)
{
	const struct vip **sorted =
		arena_zalloc(&b->scratch, vips->list.count, sizeof(*sorted));
	uint32_t count = 0;

	ARRAY_FOREACH (const struct vip, vip, &vips->list) {
		if (agent_pools_is_remote(&b->pools, vip->ip))
			sorted[count++] = vip;
	}
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), compare_vips);
	for (uint32_t i = 0, end = 0; i < count; i = end) {
		const struct agent_range *found = agent_pools_find(&b->pools, sorted[i]->ip);

		while (end < count && ip_compare(sorted[end]->ip, sorted[i]->ip) == 0)
			end++;
		if (found != NULL)
			add_vip(b, sorted + i, end - i, found);
	}
}

void bgp_vips_collect(struct bgp_cluster *out, struct bgp_carriers_table *table)
{
	struct vip_builder b = { .bgp = out, .table = table };

	arena_init(&b.scratch);
	agent_pools_prepare(&b.pools, &out->cluster->pools, &b.scratch);
	if (out->options.vips != NULL) {
		build_vips(&b, out->options.vips);
	} else {
		const struct allocation_options options = { .latest = out->options.latest };
		struct allocations allocations = { 0 };
		struct vips vips = { 0 };

		allocation_run(&allocations, out->cluster, &options, out->arena);
		vips_resolve(&vips, out->cluster, &allocations, NULL, out->arena);
		build_vips(&b, &vips);
	}
	arena_release(&b.scratch);
}

/* ---- which interfaces are imported (5.2, 5.6) ---- */

bool bgp_import_covers(const struct str_list *interfaces, const char *interface,
		       enum bgp_daemon daemon)
{
	ARRAY_FOREACH (const struct str_value, entry, &interfaces->list) {
		if (str_equal(entry->s, interface) ||
		    (daemon == BGP_FORK_1_3 && strlen(entry->s) <= PATTERN_MAX &&
		     fnmatch(entry->s, interface, 0) == 0))
			return true;
	}
	return false;
}

/* ---- prefixes of one configuration (5.4) ---- */

/* A prefix on some nodes. */
struct piece {
	struct ip_net net; /* host bits cleared */
	const struct bgp_vip *vip;
	const struct bgp_carriers *carriers; /* of a VIP */
	uint32_t node;                       /* of an interface */
	const char *interface;               /* NULL: a VIP */
};

struct pieces {
	ARRAY_OF(struct piece) list;
	struct arena scratch;
};

static struct ip_net masked(struct ip ip, unsigned bits)
{
	struct ip_net net = { .address = ip, .bits = (uint8_t)bits };

	net.address = ip_net_first(net);
	net.family = (uint8_t)ip_family(net.address);
	return net;
}

struct ip_net bgp_masked(struct ip ip, unsigned length)
{
	return masked(ip, (ip_family(ip) == IP_V4 ? V4_OFFSET_BITS : 0) + length);
}

static void add_vip_pieces(struct pieces *pieces, const struct bgp_cluster *bgp)
{
	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		struct piece piece = { .vip = vip, .carriers = vip->dummies };

		if (!vip->aggregation_ok)
			continue;
		piece.net = bgp_masked(vip->ip, vip->prefix);
		ARRAY_ADD(&pieces->scratch, &pieces->list, piece);
	}
}

bool bgp_imports_address(struct ip ip)
{
	return !ip_is_loopback(ip) && !ip_is_link_local(ip) && !ip_is_multicast(ip) &&
	       !ip_is_unspecified(ip);
}

/* Addresses on the dummy interface are VIPs: those of Services that the input has are known
 * by themselves. */
static bool known_as_vips(const struct bgp_node *node, const struct node_interface *interface)
{
	return node->config->cluster->vips_known && str_equal(interface->name, node->dummy);
}

static void add_interface_pieces(struct pieces *pieces, const struct bgp_node *node)
{
	const struct bgp_config *config = node->config;

	ARRAY_FOREACH (const struct node_interface, interface, &node->node->interfaces) {
		if (known_as_vips(node, interface) ||
		    !bgp_import_covers(&config->object->netlink_import.interface_list,
				       interface->name, config->cluster->options.daemon))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
			struct piece piece = {
				.net = masked(net->net.address, net->net.bits),
				.node = node->index,
				.interface = interface->name,
			};

			if (bgp_imports_address(net->net.address))
				ARRAY_ADD(&pieces->scratch, &pieces->list, piece);
		}
	}
}

static int compare_pieces(const void *pa, const void *pb)
{
	const struct piece *a = pa;
	const struct piece *b = pb;
	int order = (a->net.family > b->net.family) - (a->net.family < b->net.family);

	if (order == 0)
		order = ip_compare(a->net.address, b->net.address);
	if (order == 0)
		order = (a->net.bits > b->net.bits) - (a->net.bits < b->net.bits);
	if (order == 0)
		order = (a->vip == NULL) - (b->vip == NULL);
	if (order == 0 && a->vip != NULL)
		return (a->vip > b->vip) - (a->vip < b->vip);
	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static bool same_net(const struct piece *a, const struct piece *b)
{
	return a->net.family == b->net.family && a->net.bits == b->net.bits &&
	       ip_compare(a->net.address, b->net.address) == 0;
}

/* The bits of the nodes that import VIPs, or whatever else they list. */
struct importers {
	uint64_t *dummies;
	uint64_t *bits; /* room for one set */
	uint32_t words;
};

static void add_piece(const struct piece *piece, const struct importers *importers,
		      struct bgp_prefix *out, struct arena *arena)
{
	if (piece->vip == NULL) {
		set_bit(importers->bits, piece->node);
		if (out->interface == NULL)
			out->interface = piece->interface;
		out->predicted = false;
		return;
	}
	for (uint32_t i = 0; i < importers->words; i++)
		importers->bits[i] |= piece->carriers->set[i] & importers->dummies[i];
	ARRAY_ADD(arena, &out->vips, piece->vip);
	out->predicted &= piece->vip->predicted;
}

/* The prefix of pieces with one network; none when no node originates it. */
static void add_prefix(struct bgp_config *config, const struct piece *pieces, uint32_t count,
		       const struct importers *importers, struct bgp_carriers_table *table)
{
	struct arena *arena = config->cluster->arena;
	unsigned offset = pieces->net.family == IP_V4 ? V4_OFFSET_BITS : 0;
	struct bgp_prefix prefix = {
		.net = pieces->net,
		.family = (enum ip_family)pieces->net.family,
		.length = pieces->net.bits - offset,
		.predicted = true,
	};

	memset(importers->bits, 0, importers->words * sizeof(*importers->bits));
	for (uint32_t i = 0; i < count; i++)
		add_piece(&pieces[i], importers, &prefix, arena);
	prefix.carriers = bgp_carriers_intern(table, importers->bits);
	if (prefix.carriers->count > 0)
		ARRAY_ADD(arena, &config->prefixes, prefix);
}

static void collect_pieces(struct pieces *pieces, const struct bgp_config *config,
			   const struct importers *importers)
{
	add_vip_pieces(pieces, config->cluster);
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->imports_dummy)
			set_bit(importers->dummies, node->index);
		if (node->imports && !bgp_import_has_vrf(config))
			add_interface_pieces(pieces, node);
	}
	if (pieces->list.count > 0)
		qsort(pieces->list.items, pieces->list.count, sizeof(*pieces->list.items),
		      compare_pieces);
}

void bgp_prefixes_resolve(struct bgp_config *config, struct bgp_carriers_table *table)
{
	struct pieces pieces = { 0 };
	struct importers importers = { .words = table->words };

	arena_init(&pieces.scratch);
	importers.dummies =
		arena_zalloc(&pieces.scratch, table->words, sizeof(*importers.dummies));
	importers.bits = arena_zalloc(&pieces.scratch, table->words, sizeof(*importers.bits));
	collect_pieces(&pieces, config, &importers);
	for (uint32_t i = 0, end = 0; i < pieces.list.count; i = end) {
		const struct piece *first = &pieces.list.items[i];

		while (end < pieces.list.count && same_net(first, &pieces.list.items[end]))
			end++;
		add_prefix(config, first, end - i, &importers, table);
	}
	arena_release(&pieces.scratch);
}
