/* SPDX-License-Identifier: Apache-2.0 */
/* sim/whatif/sweep_part.h: shards add up to one sweep, and nothing else is taken for a part. */
#include "sim/whatif/sweep_part.h"

#include <string.h>

#include "sim/whatif/sweep_losses.h"
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"
#include "tests/unit/random_cluster.h"
#include "tests/unit/suites.h"

enum { SHARDS = 3, KEEP = 4, TRIPLES = 7, FORGED_NODES = 5 };

static void part_world(struct random *r, struct run_world *w)
{
	struct text yaml = { 0 };

	random_cluster_text(r, &yaml);
	run_world(w, text_str(&yaml), false);
	text_release(&yaml);
}

/* A shard of the sweep of a world; shard 0 of 0: all of it. */
static void make_shard(const struct run_world *w, const char *label, uint32_t shard,
		       uint32_t shards, struct sweep *sweep, struct sweep_part *part,
		       struct arena *arena)
{
	const struct sweep_options how = { .label = label,
					   .pairs = true,
					   .triples = TRIPLES,
					   .seed = 5,
					   .keep = KEEP,
					   .shard = shard,
					   .shards = shards };
	const struct sweep_note note = { "leases", "judged at noon" };

	*part = (struct sweep_part){
		.version = "1.2.3",
		.inputs = { 1, 2, 3 },
		.shard = shard,
		.shards = shards,
		.fails_unreachable = true,
		.label = label,
		.pairs = true,
		.triples = TRIPLES,
		.keep = KEEP,
		.sweep = sweep,
	};
	ARRAY_ADD(arena, &part->notes, note);
	sweep_run(sweep, &w->cluster, &w->out, &how, arena);
}

/* The same as a file. */
static void write_shard(const struct run_world *w, uint32_t shard, uint32_t shards,
			struct sweep *sweep, struct text *bytes, struct arena *arena)
{
	struct sweep_part part;

	make_shard(w, "rack", shard, shards, sweep, &part, arena);
	ck_assert_ptr_null(sweep_part_write(bytes, &part));
}

static void check_same(const struct sweep *whole, const struct sweep_losses *a,
		       const struct sweep *merged, const struct sweep_losses *b)
{
	ck_assert_uint_eq(a->total, b->total);
	ck_assert_uint_eq(a->population, b->population);
	ck_assert_uint_eq(a->harmful, b->harmful);
	ck_assert_mem_eq(&a->slowest, &b->slowest, sizeof(a->slowest));
	ck_assert_uint_eq(a->list.count, b->list.count);
	for (uint32_t i = 0; i < a->list.count; i++) {
		const struct sweep_loss *x = &a->list.items[i];
		const struct sweep_loss *y = &b->list.items[i];

		for (unsigned k = 0; k < SWEEP_LOST_MAX && x->groups[k] != NULL; k++)
			ck_assert_int_eq(x->groups[k] - whole->groups.items,
					 y->groups[k] - merged->groups.items);
		ck_assert_uint_eq(x->moved, y->moved);
		ck_assert_uint_eq(x->unreachable, y->unreachable);
		ck_assert_uint_eq(x->revived, y->revived);
		ck_assert_uint_eq(x->queue, y->queue);
		ck_assert_uint_eq(x->busiest_load, y->busiest_load);
		ck_assert_mem_eq(&x->back, &y->back, sizeof(x->back));
	}
}

START_TEST(shards_add_up)
{
	struct random r = random_new((uint64_t)_i);
	struct sweep whole, shard;
	struct sweep_part all, part;
	struct text bytes = { 0 };
	struct run_world w;
	struct arena arena;

	arena_init(&arena);
	part_world(&r, &w);
	write_shard(&w, 0, 0, &whole, &bytes, &arena);
	for (uint32_t i = SHARDS; i > 0; i--) {
		write_shard(&w, i, SHARDS, &shard, &bytes, &arena);
		ck_assert_ptr_null(sweep_part_read(bytes.data, bytes.len, &arena,
						   i == SHARDS ? &all : &part));
		if (i < SHARDS)
			sweep_part_add(&all, &part, &arena);
		if (i < SHARDS)
			ck_assert_mem_eq(all.body, part.body, SHA256_BYTES);
	}
	sweep_part_finish(&all);
	ck_assert_str_eq(all.notes.items[0].text, "judged at noon");
	ck_assert_uint_eq(all.sweep->unreachable, whole.unreachable);
	ck_assert_uint_eq(all.sweep->unknown, whole.unknown);
	ck_assert_uint_eq(all.sweep->list.count, whole.list.count);
	check_same(&whole, &whole.single, all.sweep, &all.sweep->single);
	check_same(&whole, &whole.pairs, all.sweep, &all.sweep->pairs);
	check_same(&whole, &whole.triples, all.sweep, &all.sweep->triples);
	text_release(&bytes);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* The part of a world with something in it. */
static void make_bytes(uint64_t seed, struct text *bytes)
{
	struct random r = random_new(seed);
	struct sweep sweep;
	struct run_world w;
	struct arena arena;

	arena_init(&arena);
	part_world(&r, &w);
	write_shard(&w, 1, 2, &sweep, bytes, &arena);
	run_world_release(&w);
	arena_release(&arena);
}

/* Neither any beginning of a part nor one with a byte changed is taken for a part. */
START_TEST(damaged_parts_are_noticed)
{
	struct text bytes = { 0 };

	make_bytes(3, &bytes);
	for (size_t at = 0; at < bytes.len; at++) {
		struct sweep_part part;
		struct arena arena;

		arena_init(&arena);
		ck_assert_ptr_nonnull(sweep_part_read(bytes.data, at, &arena, &part));
		bytes.data[at] ^= 1;
		ck_assert_ptr_nonnull(sweep_part_read(bytes.data, bytes.len, &arena, &part));
		bytes.data[at] ^= 1;
		arena_release(&arena);
	}
	text_release(&bytes);
}
END_TEST

/* All that reports ask of it. */
static void use_part(struct sweep_part *part, struct arena *arena)
{
	const struct sweep_losses *kinds[] = { &part->sweep->single, &part->sweep->pairs,
					       &part->sweep->triples };

	sweep_part_finish(part);
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		ARRAY_FOREACH (const struct sweep_loss, loss, &kinds[k]->list) {
			struct sweep_detail detail;

			sweep_detail(&detail, part->sweep, loss, arena);
		}
	}
}

/* With a checksum that fits, what is out of bounds is noticed all the same, or harmless. */
START_TEST(a_forged_part_of_a_sweep_does_no_harm)
{
	struct text bytes = { 0 };
	uint32_t refused = 0;

	make_bytes(3, &bytes);
	for (size_t at = strlen(sweep_part_magic); at < bytes.len - SHA256_BYTES; at++) {
		struct sweep_part part;
		struct arena arena;
		uint8_t sum[SHA256_BYTES];

		arena_init(&arena);
		bytes.data[at] = (char)(bytes.data[at] ^ (1 << (_i % 8)));
		sha256(bytes.data, bytes.len - SHA256_BYTES, sum);
		memcpy(bytes.data + bytes.len - SHA256_BYTES, sum, sizeof(sum));
		if (sweep_part_read(bytes.data, bytes.len, &arena, &part) == NULL)
			use_part(&part, &arena);
		else
			refused++;
		bytes.data[at] = (char)(bytes.data[at] ^ (1 << (_i % 8)));
		arena_release(&arena);
	}
	ck_assert_uint_gt(refused, 0);
	text_release(&bytes);
}
END_TEST

/* ---- figures of its own ---- */

/* Each makes something of a part that no shard has. */
static void forge_total(struct sweep *sweep)
{
	sweep->pairs.total++;
}

static void forge_triples(struct sweep *sweep)
{
	sweep->triples.total--;
}

static void forge_twice(struct sweep *sweep)
{
	sweep->pairs.list.items[1] = sweep->pairs.list.items[0];
}

static void forge_order(struct sweep *sweep)
{
	const struct sweep_loss first = sweep->pairs.list.items[0];

	sweep->pairs.list.items[0] = sweep->pairs.list.items[1];
	sweep->pairs.list.items[1] = first;
}

static void forge_fewer(struct sweep *sweep)
{
	sweep->pairs.list.count--;
}

/* The last pair of all is of the other shard. */
static void forge_share(struct sweep *sweep)
{
	struct sweep_loss *loss = &sweep->pairs.list.items[sweep->pairs.list.count - 1];

	loss->groups[0] = &sweep->groups.items[sweep->groups.count - 2];
	loss->groups[1] = &sweep->groups.items[sweep->groups.count - 1];
}

static void forge_harmful(struct sweep *sweep)
{
	sweep->pairs.harmful = sweep->pairs.harmful > 0 ? 0 : 1;
}

static void forge_slowest(struct sweep *sweep)
{
	sweep->pairs.slowest = (struct span){ 0 };
}

static void forge_live(struct sweep *sweep)
{
	static struct sweep_model model;

	model = *sweep->model;
	model.live = 0;
	sweep->model = &model;
}

/* More Services than are taken, none of which is there. */
static void forge_services(struct sweep *sweep)
{
	static struct sweep_service none[(1 << 19) + 1];

	sweep->list.items[0].services.items = none;
	sweep->list.items[0].services.count = ARRAY_LEN(none);
}

/* Nobody announces it, and nothing says why. */
static void forge_reason(struct sweep *sweep)
{
	static struct vip vip;

	vip = *sweep->list.items[0].vip;
	vip.announcers.count = 0;
	vip.reason = NULL;
	sweep->list.items[0].vip = &vip;
}

static void (*const forgeries[])(struct sweep *) = {
	forge_total,   forge_triples, forge_twice, forge_order,    forge_fewer,  forge_share,
	forge_harmful, forge_slowest, forge_live,  forge_services, forge_reason,
};

/* One VIP on one of some nodes. */
static void forged_world(struct run_world *w)
{
	struct text yaml = { 0 };

	text_add(&yaml,
		 "apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: default, "
		 "namespace: purelb-system}\nspec: {local: {localInterface: default}}\n---\n"
		 "apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: default, "
		 "namespace: purelb-system}\nspec: {local: {v4pools: [{subnet: 192.0.2.0/24, "
		 "pool: 192.0.2.10-192.0.2.19}]}}\n---\n"
		 "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
		 "spec: {type: LoadBalancer, clusterIP: 10.96.0.1, ports: [{port: 80}]}\n");
	for (int i = 0; i < FORGED_NODES; i++)
		text_printf(
			&yaml,
			"---\napiVersion: v1\nkind: Node\nmetadata: {name: n%d}\nstatus: "
			"{addresses: [{type: InternalIP, address: 192.0.2.%d}]}\n---\n"
			"apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: "
			"purelb-node-n%d, namespace: purelb-system, annotations: "
			"{purelb.io/subnets: 192.0.2.0/24}}\nspec: {leaseDurationSeconds: 10, "
			"renewTime: '2026-01-01T00:00:00Z'}\n",
			i, i + 1, i);
	run_world(w, text_str(&yaml), false);
	text_release(&yaml);
}

START_TEST(figures_of_its_own_are_refused)
{
	struct text bytes = { 0 };
	struct sweep_part part, read;
	struct sweep sweep;
	struct run_world w;
	struct arena arena;

	arena_init(&arena);
	forged_world(&w);
	make_shard(&w, NULL, 1, 2, &sweep, &part, &arena);
	ck_assert_uint_gt(sweep.pairs.list.count, 1);
	ck_assert_uint_gt(sweep.triples.total, 0);
	ck_assert_int_gt(sweep.pairs.slowest.latest, 0);
	ck_assert_ptr_null(sweep_part_write(&bytes, &part));
	ck_assert_ptr_null(sweep_part_read(bytes.data, bytes.len, &arena, &read));
	forgeries[_i](&sweep);
	ck_assert_int_eq(sweep_part_write(&bytes, &part) != NULL,
			 forgeries[_i] == forge_services);
	ck_assert_ptr_nonnull(sweep_part_read(bytes.data, bytes.len, &arena, &read));
	text_release(&bytes);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

Suite *suite_sweep_part(void)
{
	Suite *suite = suite_create("sweep-part");
	TCase *tcase = tcase_create("parts");

	tcase_add_loop_test(tcase, shards_add_up, 0, 30);
	tcase_add_test(tcase, damaged_parts_are_noticed);
	tcase_add_loop_test(tcase, figures_of_its_own_are_refused, 0, ARRAY_LEN(forgeries));
	tcase_add_loop_test(tcase, a_forged_part_of_a_sweep_does_no_harm, 0, 8);
	suite_add_tcase(suite, tcase);
	return suite;
}
