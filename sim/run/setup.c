/* SPDX-License-Identifier: Apache-2.0 */
/* Building a setup: the order of the steps, names to numbers, and what cannot be. */
#include "sim/run/setup_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "purelb/announcing/vips.h"
#include "sim/run/prepare.h"

enum { EVENTS_MAX_DEFAULT = 500000000 };

struct problem *setup_problem(struct setup_builder *b, struct pos pos, const char *path,
			      const char *format, ...)
{
	va_list args;
	char *message;

	va_start(args, format);
	message = arena_vprintf(&b->snapshot->arena, format, args);
	va_end(args);
	return problem_add(b->snapshot, PROBLEM_RULE, &b->scenario->object, pos,
			   path != NULL ? arena_strdup(&b->snapshot->arena, path) : NULL, "%s",
			   message);
}

/* ---- durations ---- */

static bool read_duration(struct setup_builder *b, const struct str_value *value,
			  const char *path, sim_ns min, sim_ns *out)
{
	char text[DURATION_TEXT_MAX];

	if (!duration_parse(value->s, out)) {
		setup_problem(b, value->pos, path, "%s is \"%s\", which is no duration", path,
			      value->s)
			->diag.hint = "write it like 500ms, 10s or 1m30s";
		return false;
	}
	if (*out > SETUP_TIME_MAX) {
		setup_problem(b, value->pos, path, "%s is %s, which is more than a year", path,
			      value->s)
			->diag.hint = "write a shorter time";
		return false;
	}
	if (*out >= min)
		return true;
	setup_problem(b, value->pos, path, "%s must be at least %s, but is %s", path,
		      duration_format(min, text), value->s)
		->diag.hint = "write a longer time";
	return false;
}

sim_ns setup_duration(struct setup_builder *b, const struct str_value *value, const char *path,
		      sim_ns absent, sim_ns min)
{
	sim_ns v;

	if (value->s == NULL || !read_duration(b, value, path, min, &v))
		return absent;
	return v;
}

sim_ns setup_offset(struct setup_builder *b, const struct str_value *value, const char *path)
{
	return setup_duration(b, value, path, 0, -SETUP_TIME_MAX);
}

static struct distribution uniform_delay(struct setup_builder *b,
					 const struct delay_value *value, const char *path,
					 struct distribution absent, sim_ns min)
{
	sim_ns low;
	sim_ns high;

	if (value->uniform.list.count != 2) {
		setup_problem(b, value->at.pos, path, "%s.uniform needs two durations", path)
			->diag.hint = "write {uniform: [1s, 2s]}";
		return absent;
	}
	if (!read_duration(b, &value->uniform.list.items[0], path, min, &low) ||
	    !read_duration(b, &value->uniform.list.items[1], path, min, &high))
		return absent;
	if (high < low) {
		setup_problem(b, value->uniform.list.items[1].pos, path,
			      "%s.uniform ends before it begins", path)
			->diag.hint = "write the shorter time first";
		return absent;
	}
	return distribution_uniform(low, high);
}

static struct distribution lognormal_delay(struct setup_builder *b,
					   const struct delay_value *value, const char *path,
					   struct distribution absent)
{
	sim_ns median;
	sim_ns p99;

	if (value->p99.s == NULL || !read_duration(b, &value->median, path, 1, &median) ||
	    !read_duration(b, &value->p99, path, 1, &p99))
		return absent;
	if (p99 < median) {
		setup_problem(b, value->p99.pos, path, "%s: p99 lies below the median", path)
			->diag.hint = "the 99th percentile is the larger of the two";
		return absent;
	}
	return distribution_lognormal(median, p99);
}

/* How many kinds of distribution are written. */
static unsigned delay_kinds(const struct delay_value *value)
{
	const bool given[] = {
		value->constant.s != NULL,
		value->uniform.at.set,
		value->exponential.s != NULL,
		value->median.s != NULL || value->p99.s != NULL,
	};
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		count += given[i];
	return count;
}

struct distribution setup_delay(struct setup_builder *b, const struct delay_value *value,
				const char *path, struct distribution absent, sim_ns min)
{
	const unsigned kinds = delay_kinds(value);
	sim_ns v;

	if (kinds > 1 || (kinds == 0 && value->at.set)) {
		setup_problem(b, value->at.pos, path,
			      "%s must be one distribution, but names %u", path, kinds)
			->diag.hint = "write one of 5ms, {uniform: [a, b]}, {exponential: "
				      "mean} and {lognormal: {median: m, p99: q}}";
		return absent;
	}
	if (value->uniform.at.set)
		return uniform_delay(b, value, path, absent, min);
	if (value->median.s != NULL)
		return lognormal_delay(b, value, path, absent);
	if (value->exponential.s != NULL)
		return read_duration(b, &value->exponential, path, 1, &v)
			       ? distribution_exponential(v)
			       : absent;
	if (value->constant.s != NULL)
		return read_duration(b, &value->constant, path, min, &v)
			       ? distribution_constant(v)
			       : absent;
	return absent;
}

/* ---- names ---- */

uint32_t setup_find_node(const struct setup *setup, const char *name)
{
	uint32_t low = 0;
	uint32_t high = setup->nodes.count; /* sorted by name, as in the cluster */

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, setup->nodes.items[middle].name);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return SETUP_NONE;
}

/* Says that the cluster has no such thing, and which name is near. */
static void unknown_name(struct setup_builder *b, const struct str_value *name,
			 const char *path, const char *what, const struct nearest *near)
{
	struct problem *p = setup_problem(b, name->pos, path, "%s: the input has no %s \"%s\"",
					  path, what, name->s);

	if (near->best != NULL)
		p->diag.hint =
			arena_printf(&b->snapshot->arena, "did you mean \"%s\"?", near->best);
	else
		p->diag.hint = "name one of the input";
}

uint32_t setup_node_number(struct setup_builder *b, const struct str_value *name,
			   const char *path)
{
	uint32_t number = setup_find_node(b->setup, name->s);
	struct nearest near = { .word = name->s };

	if (number != SETUP_NONE)
		return number;
	ARRAY_FOREACH (const struct setup_node, n, &b->setup->nodes)
		nearest_offer(&near, n->name);
	unknown_name(b, name, path, "node", &near);
	return SETUP_NONE;
}

uint32_t setup_vip_number(struct setup_builder *b, const struct str_value *text,
			  const char *path)
{
	struct nearest near = { .word = text->s };
	struct ip ip;

	if (ip_parse(text->s, &ip))
		for (uint32_t i = 0; i < b->setup->vips.count; i++)
			if (ip_compare(b->setup->vips.items[i].ip, ip) == 0)
				return i;
	ARRAY_FOREACH (const struct setup_vip, v, &b->setup->vips)
		nearest_offer(&near, v->text);
	unknown_name(b, text, path, "VIP", &near);
	return SETUP_NONE;
}

/* Every table of named things is searched alike. */
#define NUMBER_BY_NAME(function_, list_, type_, what_)                                         \
	uint32_t function_(struct setup_builder *b, const struct str_value *name,              \
			   const char *path)                                                   \
	{                                                                                      \
		struct nearest near = { .word = name->s };                                     \
                                                                                               \
		for (uint32_t i = 0; i < b->setup->list_.count; i++) {                         \
			const struct type_ *item = &b->setup->list_.items[i];                  \
                                                                                               \
			if (strcmp(item->name, name->s) == 0)                                  \
				return i;                                                      \
			nearest_offer(&near, item->name);                                      \
		}                                                                              \
		unknown_name(b, name, path, what_, &near);                                     \
		return SETUP_NONE;                                                             \
	}

NUMBER_BY_NAME(setup_service_number, services, setup_service, "Service of type LoadBalancer")
NUMBER_BY_NAME(setup_segment_number, segments, setup_segment, "segment")
NUMBER_BY_NAME(setup_observer_number, observers, setup_observer, "observer")

/* ---- all of it ---- */

bool setup_build(struct setup *setup, struct snapshot *snapshot, const struct cluster *cluster,
		 const struct scenario *scenario, struct arena *arena)
{
	struct setup_builder b = { setup, snapshot, scenario, snapshot->problems.count };

	*setup = (struct setup){ .arena = arena,
				 .scenario = scenario,
				 .cluster = cluster,
				 .events_max = EVENTS_MAX_DEFAULT };
	setup_build_timing(&b);
	setup_build_topology(&b);
	setup_build_versions(&b);
	setup_build_vips(&b);
	setup_build_observers(&b);
	setup_build_events(&b);
	setup_check_assertions(&b);
	if (snapshot->problems.count != b.problems_before)
		return false;
	setup_prepare(setup);
	return true;
}
