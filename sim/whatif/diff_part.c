/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs of a change leave behind, as bytes. (S6.8)
 *
 * The comparison itself, and all names, are worked out again from the inputs by whoever adds
 * parts up; a part has what was seen of each VIP, route and session, in the order of the setup,
 * and which run was the worst one. What counts of the first run is taken from the first part
 * that has one. The bounds are those that the program keeps when it writes.
 */
#include "sim/whatif/diff_part.h"

#include <math.h>
#include <string.h>

#include "sim/engine/setup_bgp.h"
#include "sim/run/part.h"

/* ---- writing ---- */

static void diff_part_add_share(struct text *out, double share)
{
	uint64_t bits;

	memcpy(&bits, &share, sizeof(bits));
	packed_add_number(out, bits);
}

static void diff_part_add_stage(struct text *out, struct diff_time *time)
{
	packed_add_number(out, time->runs);
	part_add_samples(out, &time->settle_times);
	packed_add_number(out, time->vips.count);
	ARRAY_FOREACH (struct timed_vip, vip, &time->vips) {
		packed_add_text(out, vip->before);
		packed_add_text(out, vip->after);
		packed_add_number(out, vip->affected);
		packed_add_number(out, vip->measured);
		diff_part_add_share(out, vip->lost_share);
		part_add_samples(out, &vip->gaps);
		part_add_samples(out, &vip->outages);
	}
	packed_add_number(out, time->routes.count);
	ARRAY_FOREACH (const struct timed_route, route, &time->routes) {
		packed_add_number(out, route->before);
		packed_add_number(out, route->least);
		packed_add_number(out, route->after);
		packed_add_number(out, route->changes);
		diff_part_add_share(out, route->moved);
	}
	packed_add_number(out, time->sessions.count);
	ARRAY_FOREACH (const struct timed_session, session, &time->sessions) {
		packed_add_number(out, session->before);
		packed_add_number(out, session->after);
		packed_add_number(out, session->losses);
	}
}

static void diff_part_add_asserted(struct text *out, const struct timed_assertions *asserted)
{
	packed_add_number(out, asserted->list.count);
	ARRAY_FOREACH (const struct timed_assertion, timed, &asserted->list) {
		packed_add_number(out, timed->held_in);
		packed_add_text(out, timed->detail);
		packed_add_number(out, timed->seed);
	}
}

void diff_part_write(struct text *out, struct diff *const *stages, uint32_t count)
{
	packed_add_number(out, count);
	packed_add_number(out, (uint64_t)(stages[0]->time->badness + 1));
	packed_add_number(out, stages[0]->time->worst_run);
	diff_part_add_asserted(out, &stages[0]->time->asserted);
	for (uint32_t k = 0; k < count; k++)
		diff_part_add_stage(out, stages[k]->time);
}

/* ---- reading ---- */

/* A part while it is added. */
struct diff_part_reader {
	struct packed in;
	struct arena *arena;
	uint32_t runs; /* that it says to be about */
	bool first;    /* it has the first run of all */
};

static double diff_part_share(struct packed *in)
{
	const uint64_t bits = packed_number(in);
	double share;

	memcpy(&share, &bits, sizeof(share));
	if (!isfinite(share) || share < 0)
		in->broken = true;
	return in->broken ? 0 : share;
}

static double diff_part_larger(double a, double b)
{
	return a > b ? a : b;
}

static uint32_t diff_part_count(struct packed *in)
{
	return (uint32_t)packed_number_to(in, UINT32_MAX);
}

/* Values of what was seen once in each run. */
static void diff_part_read_samples(struct diff_part_reader *reader, struct samples *all)
{
	struct samples samples;

	part_read_samples(&reader->in, &samples, reader->arena);
	if (samples.zeros + samples.positive.count != reader->runs ||
	    samples.ongoing > reader->runs)
		reader->in.broken = true;
	if (!reader->in.broken)
		samples_add_all(all, &samples, reader->arena);
}

static void diff_part_read_vip(struct diff_part_reader *reader, struct timed_vip *vip)
{
	struct packed *in = &reader->in;
	const char *before = packed_text(in, reader->arena);
	const char *after = packed_text(in, reader->arena);

	if (reader->first) {
		vip->before = before;
		vip->after = after;
	}
	vip->affected |= packed_number_to(in, 1) == 1;
	vip->measured |= packed_number_to(in, 1) == 1;
	vip->lost_share = diff_part_larger(vip->lost_share, diff_part_share(in));
	diff_part_read_samples(reader, &vip->gaps);
	diff_part_read_samples(reader, &vip->outages);
}

static void diff_part_read_route(struct diff_part_reader *reader, struct timed_route *route)
{
	struct packed *in = &reader->in;
	const uint32_t before = diff_part_count(in);
	const uint32_t least = diff_part_count(in);
	const uint32_t after = diff_part_count(in);

	if (reader->first) {
		route->before = before;
		route->after = after;
	}
	route->least = least < route->least ? least : route->least;
	route->changes |= packed_number_to(in, 1) == 1;
	route->moved = diff_part_larger(route->moved, diff_part_share(in));
}

static void diff_part_read_session(struct diff_part_reader *reader,
				   struct timed_session *session)
{
	struct packed *in = &reader->in;
	const uint32_t before = (uint32_t)packed_number_to(in, 1);
	const uint32_t after = (uint32_t)packed_number_to(in, 1);
	const uint32_t losses = diff_part_count(in);

	if (reader->first) {
		session->before = before;
		session->after = after;
	}
	session->losses = losses > session->losses ? losses : session->losses;
}

/* Reads on if as many of something follow as the stage has. */
static bool diff_part_has(struct packed *in, uint32_t count)
{
	in->broken |= packed_number(in) != count;
	return !in->broken;
}

/* Parts come in the order of their runs: the first detail is that of the first run. */
static void diff_part_read_asserted(struct diff_part_reader *reader,
				    struct timed_assertions *asserted, uint32_t most)
{
	struct packed *in = &reader->in;

	if (!diff_part_has(in, asserted->list.count))
		return;
	ARRAY_FOREACH (struct timed_assertion, timed, &asserted->list) {
		const char *detail;
		uint64_t seed;

		timed->held_in += (uint32_t)packed_number_to(in, most);
		detail = packed_text(in, reader->arena);
		seed = packed_number(in);
		if (timed->detail != NULL || detail == NULL)
			continue;
		timed->detail = detail;
		timed->seed = seed;
	}
}

static void diff_part_read_stage(struct diff_part_reader *reader, struct diff_time *time,
				 uint32_t most)
{
	reader->runs = (uint32_t)packed_number_to(&reader->in, most);
	reader->first = time->runs == 0;
	time->runs += reader->runs;
	diff_part_read_samples(reader, &time->settle_times);
	if (diff_part_has(&reader->in, time->vips.count))
		ARRAY_FOREACH (struct timed_vip, vip, &time->vips)
			diff_part_read_vip(reader, vip);
	if (diff_part_has(&reader->in, time->routes.count))
		ARRAY_FOREACH (struct timed_route, route, &time->routes)
			diff_part_read_route(reader, route);
	if (diff_part_has(&reader->in, time->sessions.count))
		ARRAY_FOREACH (struct timed_session, session, &time->sessions)
			diff_part_read_session(reader, session);
}

bool diff_part_read(struct diff *const *stages, uint32_t count, const struct timed_part *part)
{
	struct diff_part_reader reader = { .in = part->body, .arena = &stages[0]->arena };
	struct packed *in = &reader.in;
	struct diff_time *time = stages[0]->time;
	sim_ns badness;
	uint32_t worst_run;

	in->broken |= packed_number(in) != count;
	badness = (sim_ns)packed_number_to(in, SIM_NEVER) - 1;
	worst_run = (uint32_t)packed_number_to(in, UINT32_MAX);
	if (badness > time->badness) {
		time->badness = badness;
		time->worst_run = worst_run;
	}
	if (!in->broken)
		diff_part_read_asserted(&reader, &time->asserted, part->runs);
	for (uint32_t k = 0; k < count && !in->broken; k++)
		diff_part_read_stage(&reader, stages[k]->time, part->runs);
	return !in->broken && in->at == in->end;
}
