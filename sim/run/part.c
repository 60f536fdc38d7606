/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of many runs as files. (S6.8)
 *
 * Values are kept sorted, each as its distance from the one before: distributions come out as
 * exactly as of one fleet, and a million runs of a few VIPs stay small. The bounds are those
 * that the program keeps when it writes; a file that breaks them was not written by it.
 */
#include "sim/run/part.h"

#include <string.h>

const char part_magic[] = "purelbtool simulate part 3\n";

/* Of one part; the sums of 2^20 parts fit. */
#define PART_SAMPLES_MAX (UINT64_C(1) << 40)

enum {
	PART_SHARDS_MAX = 1 << 20,
	PART_NAMES_MAX = 1 << 20, /* observers, and assertions */
};

void part_runs(uint32_t runs, uint32_t shard, uint32_t shards, uint32_t *first, uint32_t *count)
{
	const uint64_t from = (uint64_t)runs * (shard - 1) / shards;

	*first = (uint32_t)from;
	*count = (uint32_t)((uint64_t)runs * shard / shards - from);
}

const char *part_difference(const struct part_identity *a, const struct part_identity *b)
{
	if (strcmp(a->version, b->version) != 0)
		return "the version of purelbtool";
	if (memcmp(a->inputs, b->inputs, SHA256_BYTES) != 0)
		return "an input or an option";
	if (a->seed != b->seed)
		return "the seed";
	if (a->runs != b->runs)
		return "the number of runs";
	return a->shards != b->shards ? "the number of shards" : NULL;
}

/* ---- writing ---- */

void part_add_samples(struct text *out, struct samples *samples)
{
	sim_ns last = 0;

	samples_sort(samples);
	packed_add_number(out, samples->zeros);
	packed_add_number(out, samples->ongoing);
	packed_add_number(out, (uint64_t)samples->least_ongoing);
	packed_add_number(out, samples->positive.count);
	ARRAY_FOREACH (const sim_ns, value, &samples->positive) {
		packed_add_number(out, (uint64_t)(*value - last));
		last = *value;
	}
}

static void part_add_subject(struct text *out, const struct many_subject *subject)
{
	packed_add_text(out, subject->scenario);
	packed_add_text(out, subject->description);
	packed_add_number(out, (uint64_t)subject->duration);
	packed_add_number(out, (uint64_t)subject->warmup);
	packed_add_number(out, subject->vips);
	packed_add_number(out, subject->unmeasured.remote);
	packed_add_number(out, subject->unmeasured.clients);
	packed_add_number(out, subject->unmeasured.unseen);
	packed_add_number(out, subject->unmeasured.guessed);
	packed_add_number(out, subject->unmeasured.agents);
	packed_add_number(out, subject->observers.count);
	ARRAY_FOREACH (const char *const, name, &subject->observers)
		packed_add_text(out, *name);
}

void part_add_identity(struct text *out, const struct part_identity *identity)
{
	packed_add_text(out, identity->version);
	text_add_bytes(out, (const char *)identity->inputs, SHA256_BYTES);
	packed_add_number(out, identity->seed);
	packed_add_number(out, identity->runs);
	packed_add_number(out, identity->shards);
	packed_add_number(out, identity->shard);
	packed_add_number(out, identity->unreadable);
}

void part_write(struct text *out, const struct part_identity *identity, struct many_part *part)
{
	text_clear(out);
	text_add(out, part_magic);
	part_add_identity(out, identity);
	part_add_subject(out, &part->subject);
	packed_add_number(out, part->done);
	packed_add_number(out, part->cut_off);
	packed_add_number(out, part->events);
	packed_add_text(out, part->broken);
	packed_add_number(out, part->broken_run);
	for (int metric = 0; metric < METRICS; metric++) {
		for (int i = 0; i < MANY_WORST; i++) {
			packed_add_number(out, (uint64_t)part->worst[metric][i].value);
			packed_add_number(out, part->worst[metric][i].ongoing);
			packed_add_number(out, part->worst[metric][i].run);
		}
	}
	packed_add_number(out, part->held.count);
	ARRAY_FOREACH (const struct many_held, held, &part->held) {
		packed_add_text(out, held->text);
		packed_add_number(out, held->in);
		packed_add_text(out, held->detail);
		packed_add_number(out, held->run);
	}
	ARRAY_FOREACH (struct samples, samples, &part->series)
		part_add_samples(out, samples);
	packed_seal(out);
}

/* ---- reading ---- */

void part_read_samples(struct packed *in, struct samples *samples, struct arena *arena)
{
	uint64_t count;
	sim_ns last = 0;

	*samples = (struct samples){ .zeros = packed_number_to(in, PART_SAMPLES_MAX) };
	samples->ongoing = packed_number_to(in, PART_SAMPLES_MAX);
	samples->least_ongoing = (sim_ns)packed_number_to(in, SIM_NEVER);
	/* Each takes a byte or more. */
	count = packed_number_to(in, (uint64_t)(in->end - in->at));
	if (in->broken)
		return;
	ARRAY_RESERVE(arena, &samples->positive, (uint32_t)count);
	for (uint64_t i = 0; i < count && !in->broken; i++) {
		last += (sim_ns)packed_number_to(in, (uint64_t)(SIM_NEVER - last));
		if (last <= 0)
			in->broken = true;
		ARRAY_ADD(arena, &samples->positive, last);
	}
}

static void part_read_subject(struct packed *in, struct arena *arena,
			      struct many_subject *subject)
{
	uint64_t observers;

	subject->scenario = packed_text(in, arena);
	subject->description = packed_text(in, arena);
	subject->duration = (sim_ns)packed_number_to(in, SIM_NEVER);
	subject->warmup = (sim_ns)packed_number_to(in, SIM_NEVER);
	subject->vips = packed_number_to(in, 1) == 1;
	subject->unmeasured.remote = packed_number_to(in, 1) == 1;
	subject->unmeasured.clients = packed_number_to(in, 1) == 1;
	subject->unmeasured.unseen = packed_number_to(in, 1) == 1;
	subject->unmeasured.guessed = packed_number_to(in, 1) == 1;
	subject->unmeasured.agents = packed_number_to(in, 1) == 1;
	in->broken |= subject->scenario == NULL;
	observers = packed_number_to(in, PART_NAMES_MAX);
	for (uint64_t i = 0; i < observers && !in->broken; i++) {
		const char *name = packed_text(in, arena);

		in->broken |= name == NULL;
		ARRAY_ADD(arena, &subject->observers, name);
	}
}

void part_read_identity(struct packed *in, struct arena *arena, struct part_identity *identity)
{
	*identity = (struct part_identity){ .version = packed_text(in, arena) };
	if (in->end - in->at < SHA256_BYTES || identity->version == NULL) {
		in->broken = true;
		return;
	}
	memcpy(identity->inputs, in->at, SHA256_BYTES);
	in->at += SHA256_BYTES;
	identity->seed = packed_number(in);
	identity->runs = (uint32_t)packed_number_to(in, UINT32_MAX);
	identity->shards = (uint32_t)packed_number_to(in, PART_SHARDS_MAX);
	identity->shard = (uint32_t)packed_number_to(in, identity->shards);
	identity->unreadable = packed_number_to(in, 1) == 1;
	in->broken |= identity->shard == 0;
}

static void part_read_held(struct packed *in, struct arena *arena, const struct many_part *part,
			   struct many_held *held)
{
	held->text = packed_text(in, arena);
	held->in = (uint32_t)packed_number_to(in, part->done);
	held->detail = packed_text(in, arena);
	held->run = (uint32_t)packed_number_to(in, UINT32_MAX);
	in->broken |= held->text == NULL || (held->in < part->done) != (held->detail != NULL);
}

static void part_read_measured(struct packed *in, struct arena *arena, uint32_t count,
			       struct many_part *part)
{
	uint64_t held;

	part->done = (uint32_t)packed_number_to(in, count);
	part->cut_off = (uint32_t)packed_number_to(in, part->done);
	part->events = packed_number(in);
	part->broken = packed_text(in, arena);
	part->broken_run = (uint32_t)packed_number_to(in, UINT32_MAX);
	for (int metric = 0; metric < METRICS; metric++) {
		for (int i = 0; i < MANY_WORST; i++) {
			struct many_extreme *worst = &part->worst[metric][i];

			worst->value = (sim_ns)packed_number_to(in, SIM_NEVER);
			worst->ongoing = packed_number_to(in, 1) == 1;
			worst->run = (uint32_t)packed_number_to(in, UINT32_MAX);
		}
	}
	held = packed_number_to(in, PART_NAMES_MAX);
	for (uint64_t i = 0; i < held && !in->broken; i++)
		part_read_held(in, arena, part, ARRAY_PUSH(arena, &part->held));
	for (uint32_t i = 0; i < many_series(part->subject.observers.count) && !in->broken; i++)
		part_read_samples(in, ARRAY_PUSH(arena, &part->series), arena);
}

const char *part_read(const void *bytes, size_t len, struct arena *arena,
		      struct part_identity *identity, struct many_part *part)
{
	struct packed in;
	const char *damage = packed_open(&in, bytes, len, part_magic,
					 "it is not a part written by simulate --shard");
	uint32_t first, count;

	*part = (struct many_part){ 0 };
	if (damage != NULL)
		return damage;
	part_read_identity(&in, arena, identity);
	if (!in.broken) {
		part_runs(identity->runs, identity->shard, identity->shards, &first, &count);
		part_read_subject(&in, arena, &part->subject);
		part_read_measured(&in, arena, count, part);
	}
	return in.broken || in.at != in.end ? "it was not written by this program" : NULL;
}
