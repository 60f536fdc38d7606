/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of the allocator over YAML text, for tests. */
#include "tests/unit/allocations.h"

#include "tests/unit/expect.h"
#include "tests/unit/load.h"

void run_world(struct run_world *w, const char *yaml, bool latest)
{
	const struct resolve_options options = { .given = true,
						 .release = latest ? RELEASE_LATEST
								   : RELEASE_0_17 };

	w->snapshot = load_text(yaml);
	EXPECT(problem_count(w->snapshot, PROBLEM_SYNTAX) == 0, "not YAML: %s\n%s",
	       problem_first(w->snapshot, PROBLEM_SYNTAX)->message, yaml);
	purelb_resolve_as(&w->cluster, w->snapshot, &options);
	allocation_run(&w->out, &w->cluster, NULL, &w->snapshot->arena);
}

void run_world_release(struct run_world *w)
{
	cluster_release(&w->cluster);
	snapshot_release(w->snapshot);
}

static const char *reason_text(enum allocation_reason reason)
{
	static const char *const names[] = {
		[REASON_OTHER_CLASS] = "other class",
		[REASON_OLD_CLASS] = "old class",
		[REASON_NOT_DEFAULT] = "not default",
		[REASON_NO_CLUSTER_IP] = "no clusterIP",
		[REASON_SYSTEM] = "system",
		[REASON_UNKNOWN_POOL] = "unknown pool",
		[REASON_REJECTED_POOL] = "rejected pool",
		[REASON_NO_DEFAULT_POOL] = "no default pool",
		[REASON_AMBIGUOUS] = "ambiguous",
		[REASON_EXCLUDED] = "excluded",
		[REASON_CONFINED] = "confined",
		[REASON_BAD_ADDRESS] = "bad address",
		[REASON_NO_POOL_FOR_ADDRESS] = "no pool for address",
		[REASON_NO_RANGE] = "no range",
		[REASON_EXHAUSTED] = "exhausted",
		[REASON_KEY_BOUND] = "key bound",
		[REASON_KEY_CONFLICT] = "key conflict",
		[REASON_PORT_CONFLICT] = "port conflict",
		[REASON_MULTI_WITH_SHARING] = "multi with sharing",
		[REASON_MULTI_WITH_BALANCE] = "multi with balance",
		[REASON_NO_ACTIVE_SUBNET] = "no active subnet",
		[REASON_SPANS_POOLS] = "spans pools",
		[REASON_EXTERNAL] = "external",
		[REASON_HANGS] = "hangs",
	};

	return names[reason];
}

static void describe_one(const struct allocation *a, struct text *out)
{
	const struct object *object = &a->service->object;
	char ip[IP_TEXT_MAX];

	if (out->len > 0)
		text_add(out, "; ");
	if (!str_equal(object->namespace, "default"))
		text_printf(out, "%s/", object->namespace);
	text_printf(out, "%s %s", object->name.s, service_state_name(a->state));
	ARRAY_FOREACH (const struct allocated_address, address, &a->addresses)
		text_printf(out, " %s%s%s", address->added ? "+" : "",
			    ip_format(address->ip, ip), address->ambiguous ? "?" : "");
	ARRAY_FOREACH (const struct ip, released, &a->released)
		text_printf(out, " -%s", ip_format(*released, ip));
	if (a->reason != REASON_NONE)
		text_printf(out, " (%s)", reason_text(a->reason));
	/* What is not as asked has words of its own. */
	EXPECT((a->reason == REASON_NONE) == (a->detail == NULL), "%s: reason and detail",
	       object->name.s);
}

void run_world_describe(const struct run_world *w, struct text *out)
{
	text_clear(out);
	ARRAY_FOREACH (const struct allocation, a, &w->out.list)
		describe_one(a, out);
}

static void expect(const char *what, const char *yaml, const char *expected, bool latest)
{
	struct run_world w;
	struct text text = { 0 };

	run_world(&w, yaml, latest);
	run_world_describe(&w, &text);
	EXPECT(str_equal(text_str(&text), expected), "%s:\n     got: %s\nexpected: %s", what,
	       text_str(&text), expected);
	text_release(&text);
	run_world_release(&w);
}

void run_world_expect(const char *what, const char *yaml, const char *expected)
{
	expect(what, yaml, expected, false);
}

void run_world_expect_latest(const char *what, const char *yaml, const char *expected)
{
	expect(what, yaml, expected, true);
}
