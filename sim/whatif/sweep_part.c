/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of a sweep as files. (S6.8)
 *
 * A part has the model from which losses are worked out, with the names that reports show, and
 * of each loss that it keeps only who is lost. So it is small, and the figures of every listed
 * loss in a merged report are worked out by the same functions as those of one sweep. A part is
 * taken only with as many losses as its share has, each listed once, and from its share where
 * no sample was drawn. Two things are believed, as far as the list does not contradict them: of
 * the losses that are not listed, how many are harmful and how slow the slowest is; and that
 * listed triples of a sample were drawn. The bounds are those that the program keeps when it
 * writes; a file that breaks them was not written by it.
 */
#include "sim/whatif/sweep_part.h"

#include <string.h>

#include "base/combination.h"
#include "base/packed.h"
#include "sim/whatif/sweep_losses.h"

const char sweep_part_magic[] = "purelbtool sweep part 1\n";

enum {
	SWEEP_SHARDS_MAX = 1 << 20,
	NODES_MAX = 1 << 17,
	/* In memory each takes more than in a file: of VIPs, each Service that has one. */
	SERVICES_MAX = 1 << 19,
	LOSSES_MAX = 1 << 22,
	GROUP_NUMBER_MAX = 1 << 21,
};

/* ---- writing ---- */

static void sweep_part_add_flags(struct text *out, const struct sweep_part *part)
{
	packed_add_number(out, part->unreadable);
	packed_add_number(out, part->fails_unreachable);
	packed_add_number(out, part->fails_unknown);
	packed_add_number(out, part->top_given);
	packed_add_number(out, part->top);
	packed_add_text(out, part->label);
	packed_add_number(out, part->pairs);
	packed_add_number(out, part->triples);
	packed_add_number(out, part->keep);
	packed_add_number(out, part->notes.count);
	ARRAY_FOREACH (const struct sweep_note, note, &part->notes) {
		packed_add_text(out, note->label);
		packed_add_text(out, note->text);
	}
}

static void sweep_part_add_node_list(struct text *out, const struct sweep *sweep,
				     const struct cluster_node *const *nodes, uint32_t count)
{
	packed_add_number(out, count);
	for (uint32_t i = 0; i < count; i++)
		packed_add_number(out, (uint64_t)(nodes[i] - sweep->cluster->nodes.items));
}

static void sweep_part_add_nodes(struct text *out, const struct sweep *sweep)
{
	packed_add_number(out, (uint64_t)sweep->cluster->lease_duration.ns);
	packed_add_number(out, sweep->cluster->nodes.count);
	ARRAY_FOREACH (const struct cluster_node, node, &sweep->cluster->nodes) {
		packed_add_text(out, node->name);
		packed_add_number(out, node->live);
		packed_add_number(out, node->config.state);
	}
	packed_add_number(out, sweep->groups.count);
	ARRAY_FOREACH (const struct sweep_group, group, &sweep->groups) {
		packed_add_text(out, group->name);
		packed_add_number(out, sweep->model->live_in[group - sweep->groups.items]);
		sweep_part_add_node_list(out, sweep, group->nodes.items, group->nodes.count);
	}
	packed_add_number(out, sweep->model->live);
	sweep_part_add_node_list(out, sweep, sweep->spared.items, sweep->spared.count);
	sweep_part_add_node_list(out, sweep, sweep->absent.items, sweep->absent.count);
	packed_add_number(out, sweep->by_load_count);
	for (uint32_t i = 0; i < sweep->by_load_count; i++)
		packed_add_number(out, sweep->by_load[i]);
}

static void sweep_part_add_record(struct text *out, const struct sweep_record *record)
{
	for (uint32_t i = 0; i < SWEEP_CHAIN; i++) {
		const struct sweep_link *link = &record->chain[i];

		packed_add_number(out, link->node != SWEEP_NONE
					       ? 2 * ((uint64_t)link->node + 1) + link->local
					       : 0);
	}
	packed_add_number(out, record->other_count);
	for (uint32_t i = 0; i < record->other_count && i < SWEEP_LOST_MAX; i++)
		packed_add_number(out, record->others[i]);
}

static void sweep_part_add_vips(struct text *out, const struct sweep *sweep)
{
	packed_add_number(out, sweep->list.count);
	ARRAY_FOREACH (const struct sweep_vip, it, &sweep->list) {
		packed_add_number(out, (uint64_t)(it->vip->ip.v >> 64));
		packed_add_number(out, (uint64_t)it->vip->ip.v);
		packed_add_number(out, it->vip->announcers.count > 0);
		packed_add_number(out, it->vip->unknown);
		packed_add_text(out, it->vip->reason);
		packed_add_number(out, it->services.count);
		ARRAY_FOREACH (const struct sweep_service, service, &it->services) {
			packed_add_text(out, service->namespace);
			packed_add_text(out, service->name);
		}
		sweep_part_add_record(out, &sweep->model->records[it - sweep->list.items]);
	}
}

static void sweep_part_add_losses(struct text *out, const struct sweep *sweep,
				  const struct sweep_losses *losses, unsigned size)
{
	packed_add_number(out, losses->total);
	packed_add_number(out, losses->harmful);
	packed_add_number(out, (uint64_t)losses->slowest.earliest);
	packed_add_number(out, (uint64_t)losses->slowest.mean);
	packed_add_number(out, (uint64_t)losses->slowest.latest);
	packed_add_number(out, losses->list.count);
	ARRAY_FOREACH (const struct sweep_loss, loss, &losses->list) {
		for (unsigned k = 0; k < size; k++)
			packed_add_number(out,
					  (uint64_t)(loss->groups[k] - sweep->groups.items));
	}
}

static const char *sweep_part_mistake(const struct sweep *sweep, size_t len)
{
	uint64_t services = 0;

	ARRAY_FOREACH (const struct sweep_vip, it, &sweep->list)
		services += it->services.count;
	if (sweep->cluster->nodes.count > NODES_MAX)
		return "it has more than 131,072 nodes, which is the most that merge takes";
	if (services > SERVICES_MAX)
		return "it has more than 524,288 VIPs, each counted once for each Service, "
		       "which is the most that merge takes";
	if (len > SWEEP_PART_BYTES_MAX || sweep->pairs.list.count > LOSSES_MAX ||
	    sweep->triples.list.count > LOSSES_MAX)
		return "keep fewer losses with --top, or make more shards";
	return NULL;
}

const char *sweep_part_write(struct text *out, const struct sweep_part *part)
{
	struct text body = { 0 };

	text_clear(out);
	text_add(out, sweep_part_magic);
	packed_add_text(out, part->version);
	text_add_bytes(out, (const char *)part->inputs, SHA256_BYTES);
	packed_add_number(out, part->shards);
	packed_add_number(out, part->shard);
	sweep_part_add_flags(&body, part);
	sweep_part_add_nodes(&body, part->sweep);
	sweep_part_add_vips(&body, part->sweep);
	packed_add_number(out, body.len);
	text_add_bytes(out, text_str(&body), body.len);
	text_release(&body);
	sweep_part_add_losses(out, part->sweep, &part->sweep->pairs, 2);
	sweep_part_add_losses(out, part->sweep, &part->sweep->triples, 3);
	packed_seal(out);
	return sweep_part_mistake(part->sweep, out->len);
}

/* ---- reading ---- */

static bool sweep_part_flag(struct packed *in)
{
	return packed_number_to(in, 1) == 1;
}

/* A number of things, each of which takes a byte or more. */
static uint32_t sweep_part_count(struct packed *in, uint32_t most)
{
	const uint64_t left = (uint64_t)(in->end - in->at);

	return (uint32_t)packed_number_to(in, left < most ? left : most);
}

static const char *sweep_part_name(struct packed *in, struct arena *arena)
{
	const char *name = packed_text(in, arena);

	in->broken |= name == NULL;
	return name != NULL ? name : "";
}

static void sweep_part_read_flags(struct packed *in, struct arena *arena,
				  struct sweep_part *part)
{
	uint32_t notes;

	part->unreadable = sweep_part_flag(in);
	part->fails_unreachable = sweep_part_flag(in);
	part->fails_unknown = sweep_part_flag(in);
	part->top_given = sweep_part_flag(in);
	part->top = packed_number_to(in, UINT32_MAX);
	part->label = packed_text(in, arena);
	part->pairs = sweep_part_flag(in);
	part->triples = packed_number(in);
	part->keep = (uint32_t)packed_number_to(in, UINT32_MAX / 4);
	notes = sweep_part_count(in, NODES_MAX);
	for (uint32_t i = 0; i < notes && !in->broken; i++) {
		struct sweep_note *note = ARRAY_PUSH(arena, &part->notes);

		note->label = sweep_part_name(in, arena);
		note->text = sweep_part_name(in, arena);
	}
}

struct node_pointers {
	ARRAY_OF(const struct cluster_node *) list;
};

static void sweep_part_read_node_list(struct packed *in, struct arena *arena,
				      const struct cluster *cluster, struct node_pointers *out)
{
	const uint32_t count = sweep_part_count(in, cluster->nodes.count);

	*out = (struct node_pointers){ 0 };
	for (uint32_t i = 0; i < count && !in->broken; i++) {
		const uint64_t node = packed_number_to(in, cluster->nodes.count - 1);

		ARRAY_ADD(arena, &out->list, &cluster->nodes.items[node]);
	}
}

static void sweep_part_read_group(struct packed *in, struct arena *arena, struct sweep *sweep,
				  uint32_t *live_in, uint32_t *group_of)
{
	const uint32_t number = sweep->groups.count;
	struct sweep_group *group = ARRAY_PUSH(arena, &sweep->groups);
	struct node_pointers nodes;

	group->name = sweep_part_name(in, arena);
	live_in[number] = (uint32_t)packed_number_to(in, sweep->cluster->nodes.count);
	sweep_part_read_node_list(in, arena, sweep->cluster, &nodes);
	ARRAY_FOREACH (const struct cluster_node *, node, &nodes.list) {
		uint32_t *of = &group_of[*node - sweep->cluster->nodes.items];

		ARRAY_ADD(arena, &group->nodes, *node);
		/* Each is in one group. */
		in->broken |= *of <= number;
		*of = number;
	}
}

/* The nodes, of which the cluster has no more than reports ask for. */
static void sweep_part_read_cluster(struct packed *in, struct arena *arena, struct sweep *sweep)
{
	struct cluster *cluster = arena_zalloc(arena, 1, sizeof(*cluster));
	uint32_t count;

	sweep->cluster = cluster;
	cluster->lease_duration.ns = (int64_t)packed_number_to(in, INT64_MAX);
	count = sweep_part_count(in, NODES_MAX);
	if (in->broken)
		return;
	ARRAY_RESERVE(arena, &cluster->nodes, count);
	for (uint32_t i = 0; i < count && !in->broken; i++) {
		struct cluster_node *node = ARRAY_PUSH(arena, &cluster->nodes);

		*node = (struct cluster_node){ .name = sweep_part_name(in, arena) };
		node->live = sweep_part_flag(in);
		node->config.state = (enum node_state)packed_number_to(in, NODE_NO_CONFIG);
	}
}

static void sweep_part_read_groups(struct packed *in, struct arena *arena, struct sweep *sweep,
				   struct sweep_model *model)
{
	const uint32_t nodes = sweep->cluster->nodes.count;
	uint32_t *group_of = arena_alloc(arena, ((size_t)nodes + 1) * sizeof(*group_of));
	uint32_t *live_in = arena_zalloc(arena, (size_t)nodes + 1, sizeof(*live_in));
	const uint32_t count = sweep_part_count(in, nodes);
	uint64_t live = 0;

	for (uint32_t i = 0; i < nodes; i++)
		group_of[i] = GROUP_NUMBER_MAX - 1 - i;
	for (uint32_t i = 0; i < count && !in->broken; i++)
		sweep_part_read_group(in, arena, sweep, live_in, group_of);
	for (uint32_t i = 0; i < sweep->groups.count; i++)
		live += live_in[i];
	model->group_of = group_of;
	model->live_in = live_in;
	model->live = (uint32_t)packed_number_to(in, nodes);
	in->broken |= live > model->live;
}

static void sweep_part_read_left_out(struct packed *in, struct arena *arena,
				     struct sweep *sweep)
{
	struct node_pointers nodes;

	sweep_part_read_node_list(in, arena, sweep->cluster, &nodes);
	ARRAY_FOREACH (const struct cluster_node *, node, &nodes.list)
		ARRAY_ADD(arena, &sweep->spared, *node);
	sweep_part_read_node_list(in, arena, sweep->cluster, &nodes);
	ARRAY_FOREACH (const struct cluster_node *, node, &nodes.list)
		ARRAY_ADD(arena, &sweep->absent, *node);
}

static void sweep_part_read_order(struct packed *in, struct arena *arena, struct sweep *sweep)
{
	const uint32_t nodes = sweep->cluster->nodes.count;
	const uint32_t count = sweep_part_count(in, nodes);
	uint32_t *order = arena_zalloc(arena, (size_t)count + 1, sizeof(*order));

	for (uint32_t i = 0; i < count && !in->broken; i++)
		order[i] = (uint32_t)packed_number_to(in, nodes - 1);
	sweep->by_load = order;
	sweep->by_load_count = count;
}

static void sweep_part_read_record(struct packed *in, const struct sweep *sweep,
				   const struct sweep_model *model, struct sweep_record *record)
{
	for (uint32_t i = 0; i < SWEEP_CHAIN; i++) {
		const uint64_t link =
			packed_number_to(in, 2 * (uint64_t)sweep->cluster->nodes.count + 1);

		record->chain[i] = (struct sweep_link){ SWEEP_NONE, SWEEP_NONE, false };
		in->broken |= link == 1;
		if (link < 2)
			continue;
		record->chain[i].node = (uint32_t)(link / 2 - 1);
		record->chain[i].group = model->group_of[record->chain[i].node];
		record->chain[i].local = link % 2 == 1;
	}
	/* Whoever is lost, the walk along the chain comes to an end. */
	for (uint32_t i = 0; i < SWEEP_CHAIN; i++) {
		for (uint32_t k = 0; k < i; k++)
			in->broken |= record->chain[i].node != SWEEP_NONE &&
				      (record->chain[k].node == SWEEP_NONE ||
				       record->chain[k].group == record->chain[i].group);
	}
	record->other_count = (uint32_t)packed_number_to(in, SWEEP_LOST_MAX + 1);
	for (uint32_t i = 0; i < record->other_count && i < SWEEP_LOST_MAX; i++) {
		record->others[i] = (uint32_t)packed_number_to(in, GROUP_NUMBER_MAX);
		for (uint32_t k = 0; k < i; k++)
			in->broken |= record->others[k] == record->others[i];
	}
}

static struct sweep_service sweep_part_read_service(struct packed *in, struct arena *arena)
{
	struct sweep_service service = { .namespace = packed_text(in, arena) };

	service.name = packed_text(in, arena);
	in->broken |= service.namespace == NULL && service.name != NULL;
	return service;
}

/* Up to `most` of them. */
static void sweep_part_read_services(struct packed *in, struct arena *arena, uint32_t most,
				     struct sweep_vip *vip)
{
	const uint32_t count = sweep_part_count(in, most);

	in->broken |= count == 0;
	if (in->broken)
		return;
	ARRAY_RESERVE(arena, &vip->services, count);
	for (uint32_t i = 0; i < count && !in->broken; i++)
		ARRAY_ADD(arena, &vip->services, sweep_part_read_service(in, arena));
}

static const struct vip *sweep_part_read_vip(struct packed *in, struct arena *arena)
{
	static const struct cluster_node *const somebody[1];
	struct vip *vip = arena_zalloc(arena, 1, sizeof(*vip));
	const uint64_t high = packed_number(in);

	vip->ip.v = (u128)high << 64 | packed_number(in);
	if (sweep_part_flag(in))
		ARRAY_ADD(arena, &vip->announcers, somebody[0]);
	vip->unknown = sweep_part_flag(in);
	vip->reason = packed_text(in, arena);
	in->broken |= vip->announcers.count == 0 && vip->reason == NULL;
	return vip;
}

static void sweep_part_read_vips(struct packed *in, struct arena *arena, struct sweep *sweep,
				 struct sweep_model *model)
{
	/* Each takes this many bytes at least. */
	const uint32_t least = 13;
	const uint64_t most = (uint64_t)(in->end - in->at) / least;
	const uint32_t count =
		(uint32_t)packed_number_to(in, most < SERVICES_MAX ? most : SERVICES_MAX);
	uint32_t left = SERVICES_MAX;

	model->records = arena_zalloc(arena, (size_t)count + 1, sizeof(*model->records));
	for (uint32_t i = 0; i < count && !in->broken; i++) {
		struct sweep_vip *added = ARRAY_PUSH(arena, &sweep->list);

		added->vip = sweep_part_read_vip(in, arena);
		sweep_part_read_services(in, arena, left, added);
		left -= added->services.count;
		sweep_part_read_record(in, sweep, model, &model->records[i]);
		model->records[i].services = added->services.count;
	}
}

static void sweep_part_read_body(struct packed *in, struct arena *arena,
				 struct sweep_part *part)
{
	struct sweep *sweep = arena_zalloc(arena, 1, sizeof(*sweep));
	struct sweep_model *model = arena_zalloc(arena, 1, sizeof(*model));

	part->sweep = sweep;
	sweep_part_read_flags(in, arena, part);
	if (!in->broken)
		sweep_part_read_cluster(in, arena, sweep);
	if (!in->broken)
		sweep_part_read_groups(in, arena, sweep, model);
	if (!in->broken)
		sweep_part_read_left_out(in, arena, sweep);
	if (!in->broken)
		sweep_part_read_order(in, arena, sweep);
	if (!in->broken)
		sweep_part_read_vips(in, arena, sweep, model);
	if (in->broken || in->at != in->end) {
		in->broken = true;
		return;
	}
	sweep_model_complete(sweep, model, arena);
	sweep_losses_run(sweep, &(struct sweep_options){ .keep = 0 }, arena);
}

struct lost_list {
	ARRAY_OF(struct sweep_lost) list;
};

/* The groups of one loss ascend. */
static void sweep_part_read_lost(struct packed *in, const struct sweep *sweep, unsigned size,
				 struct sweep_lost *lost)
{
	*lost = (struct sweep_lost){ { SWEEP_NONE, SWEEP_NONE, SWEEP_NONE } };
	for (unsigned k = 0; k < size && !in->broken; k++) {
		lost->groups[k] = (uint32_t)packed_number_to(in, sweep->groups.count - 1);
		in->broken |= k > 0 && lost->groups[k] <= lost->groups[k - 1];
	}
}

/* The losses that the shard has to work out; of a sample, the places in the draw. */
struct part_share {
	uint64_t first, end;
	bool drawn;
};

static void sweep_part_find_share(const struct sweep_part *part, uint64_t population,
				  unsigned size, struct part_share *out)
{
	const uint64_t triples = part->triples < population ? part->triples : population;
	const uint64_t pairs = part->pairs ? population : 0;
	const uint64_t wanted = size == 2 ? pairs : triples;

	out->drawn = wanted < population;
	sweep_losses_share(wanted, part->shard, part->shards, &out->first, &out->end);
}

static bool sweep_part_has(const struct part_share *share, unsigned size,
			   const struct sweep_lost *lost)
{
	uint64_t number = 0;

	for (unsigned k = 0; k < size; k++)
		number += combinations(lost->groups[k], k + 1);
	return share->drawn || (number >= share->first && number < share->end);
}

static void sweep_part_read_losses(struct packed *in, struct arena *arena,
				   const struct sweep_part *part, struct sweep_losses *losses,
				   unsigned size)
{
	struct sweep *sweep = part->sweep;
	struct lost_list lost = { { 0 } };
	struct part_share share;
	uint32_t count;

	losses->population = combinations(sweep->groups.count, size);
	sweep_part_find_share(part, losses->population, size, &share);
	losses->total = packed_number_to(in, losses->population);
	in->broken |= losses->total != share.end - share.first;
	losses->harmful = packed_number_to(in, losses->total);
	losses->slowest.earliest = (int64_t)packed_number_to(in, INT64_MAX);
	losses->slowest.mean = (int64_t)packed_number_to(in, INT64_MAX);
	losses->slowest.latest = (int64_t)packed_number_to(in, INT64_MAX);
	count = sweep_part_count(in, LOSSES_MAX);
	in->broken |= count != (part->keep > 0 && part->keep < losses->total ? part->keep
									     : losses->total);
	for (uint32_t i = 0; i < count && !in->broken; i++) {
		struct sweep_lost one;

		sweep_part_read_lost(in, sweep, size, &one);
		in->broken |= !in->broken && !sweep_part_has(&share, size, &one);
		ARRAY_ADD(arena, &lost.list, one);
	}
	if (in->broken)
		return;
	sweep_losses_add(sweep, losses, lost.list.items, count, arena);
	in->broken |= !sweep_losses_agree(losses);
}

static void sweep_part_read_all(struct packed *in, struct arena *arena, struct sweep_part *part)
{
	struct packed body;
	uint64_t len;

	part->version = sweep_part_name(in, arena);
	if (in->broken || in->end - in->at < SHA256_BYTES) {
		in->broken = true;
		return;
	}
	memcpy(part->inputs, in->at, SHA256_BYTES);
	in->at += SHA256_BYTES;
	part->shards = (uint32_t)packed_number_to(in, SWEEP_SHARDS_MAX);
	part->shard = (uint32_t)packed_number_to(in, part->shards);
	len = packed_number_to(in, (uint64_t)(in->end - in->at));
	in->broken |= part->shard == 0 || len > (uint64_t)(in->end - in->at);
	if (in->broken)
		return;
	body = (struct packed){ .at = in->at, .end = in->at + len };
	sha256(in->at, len, part->body);
	in->at += len;
	sweep_part_read_body(&body, arena, part);
	in->broken |= body.broken;
	if (!in->broken)
		sweep_part_read_losses(in, arena, part, &part->sweep->pairs, 2);
	if (!in->broken)
		sweep_part_read_losses(in, arena, part, &part->sweep->triples, 3);
}

const char *sweep_part_read(const void *bytes, size_t len, struct arena *arena,
			    struct sweep_part *part)
{
	struct packed in;
	const char *damage = packed_open(&in, bytes, len, sweep_part_magic,
					 "it is not a part written by sweep --shard");

	*part = (struct sweep_part){ .version = NULL };
	if (damage != NULL)
		return damage;
	sweep_part_read_all(&in, arena, part);
	return in.broken || in.at != in.end ? "it was not written by this program" : NULL;
}

/* ---- adding up ---- */

/* The losses of two sweeps over the same groups, each with an array of its own. */
static void sweep_part_add_kind(const struct sweep *from, const struct sweep *to,
				const struct sweep_losses *more, struct sweep_losses *losses,
				uint32_t keep, struct arena *arena)
{
	sweep_losses_sum(losses, more);
	ARRAY_FOREACH (const struct sweep_loss, loss, &more->list) {
		struct sweep_loss copy = *loss;

		for (unsigned k = 0; k < SWEEP_LOST_MAX && loss->groups[k] != NULL; k++)
			copy.groups[k] =
				&to->groups.items[loss->groups[k] - from->groups.items];
		if (loss->busiest != NULL)
			copy.busiest =
				&to->cluster->nodes
					 .items[loss->busiest - from->cluster->nodes.items];
		ARRAY_ADD(arena, &losses->list, copy);
	}
	if (keep > 0 && losses->list.count / 2 >= keep)
		sweep_losses_keep(losses, keep);
}

void sweep_part_add(struct sweep_part *part, const struct sweep_part *more, struct arena *arena)
{
	sweep_part_add_kind(more->sweep, part->sweep, &more->sweep->pairs, &part->sweep->pairs,
			    part->keep, arena);
	sweep_part_add_kind(more->sweep, part->sweep, &more->sweep->triples,
			    &part->sweep->triples, part->keep, arena);
}

void sweep_part_finish(struct sweep_part *part)
{
	sweep_losses_keep(&part->sweep->pairs, part->keep);
	sweep_losses_keep(&part->sweep->triples, part->keep);
}
