/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB017 and OB019 to OB021: what PureLB's programs say of its objects: addresses that the
 * allocator counts, objects that they refuse, and a status that they may not write. (O2.1,
 * O2.6)
 *
 * An Event says what was so when it was seen; the object may have been changed since. So what
 * it says is shown, and nothing is concluded from it.
 */
#include "validator/observed/observed_checks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "config/evidence/evidence.h"
#include "purelb/observed/seen.h"

/* ---- OB017 ---- */

static void observed_check_full_family(struct checker *ck, const struct pool *pool,
				       const struct int_value *left,
				       const struct int_value *used, const char *family)
{
	struct finding *f;

	if (!left->set || left->v != 0 || !used->set || used->v <= 0)
		return;
	f = report(ck, CHECK_OB017, &pool->group->object, left->pos,
		   "the allocator reports that all %" PRId64 " %s addresses of group "
		   "\"%s\" are in use: a new Service stays pending",
		   used->v, family, pool->name);
	f->place.path = arena_printf(ck->arena, "status.available%s", family);
	finding_hint(ck, f, "add a range, or delete Services that are no longer needed");
}

static void observed_check_full(struct checker *ck)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		const struct group_status *status = &pool->group->status;

		observed_check_full_family(ck, pool, &status->available_v4,
					   &status->allocated_v4, "IPv4");
		observed_check_full_family(ck, pool, &status->available_v6,
					   &status->allocated_v6, "IPv6");
	}
}

/* ---- OB019 ---- */

static void observed_check_refused(struct checker *ck, const struct observed *observed,
				   const struct object *object, const char *program)
{
	static const char *const reasons[] = { "ParseFailed", "ConfigError", NULL };
	const struct event *event = observed_event(observed, object, reasons);
	const char *age;
	struct finding *f;

	if (event == NULL || event->message.s == NULL)
		return;
	age = observed_age(observed, event_last_seen(event));
	f = report(ck, CHECK_OB019, object, object->name.pos, "%s reported \"%s\"%s%s", program,
		   event->message.s, age != NULL ? " " : "",
		   age != NULL ? arena_printf(ck->arena, "%s before %s", age,
					      moment_text(ck->cluster->moment))
			       : "");
	f->place.path = "metadata.name";
	finding_related(ck, f, event->message.pos, "the Event is here");
	finding_hint(ck, f,
		     "if the object has not changed since, fix what the message reports; if "
		     "no other finding explains it, compare the running version with this one");
}

/* ---- OB020 ---- */

/* The status of ServiceGroups is what the allocator may not write, or the CRD does not have. */
static void observed_check_writes(struct checker *ck)
{
	double refused = 0;
	const struct evidence *evidence = ck->snapshot->evidence;
	struct finding *f;

	if (evidence == NULL)
		return;
	ARRAY_FOREACH (const struct evidence_sample, sample, &evidence->samples) {
		if (!str_equal(sample->name, "purelb_allocator_sg_status_writes_total"))
			continue;
		if (str_equal(evidence_sample_label(sample, "outcome"), "forbidden"))
			refused += sample->value;
	}
	if (seen_count(refused) == 0)
		return;
	f = report(ck, CHECK_OB020, NULL, (struct pos){ 0 },
		   "the API server has refused the allocator %u writes to the status of "
		   "ServiceGroups: the counts in the status are unreliable",
		   seen_count(refused));
	finding_hint(ck, f,
		     "let the allocator's ClusterRole update and patch servicegroups/status: "
		     "apply the manifests of the release in use");
}

/* ---- OB021 ---- */

static int observed_compare_ips(const void *pa, const void *pb)
{
	return ip_compare(*(const struct ip *)pa, *(const struct ip *)pb);
}

/* Addresses of the pool that Services hold. */
static uint32_t observed_count_held(struct checker *ck, const struct pool *pool,
				    enum ip_family family)
{
	ARRAY_OF(struct ip) held = { 0 };
	uint32_t count = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list)
		ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
			if (address->pool == pool && !address->added &&
			    ip_family(address->ip) == family)
				ARRAY_ADD(ck->scratch, &held, address->ip);
	array_sort(held.items, held.count, sizeof(*held.items), observed_compare_ips);
	for (uint32_t i = 0; i < held.count; i++)
		count += i == 0 || ip_compare(held.items[i - 1], held.items[i]) != 0;
	return count;
}

static void observed_check_count(struct checker *ck, const struct pool *pool,
				 const struct int_value *counted, enum ip_family family)
{
	uint32_t held;
	struct finding *f;

	if (!counted->set || pool->type == POOL_TYPE_EXTERNAL)
		return;
	held = observed_count_held(ck, pool, family);
	if (counted->v == held)
		return;
	f = report(ck, CHECK_OB021, &pool->group->object, counted->pos,
		   "the allocator counts %" PRId64 " %s address%s of group \"%s\" in use, but "
		   "Services hold %u",
		   counted->v, ip_family_name(family), counted->v == 1 ? "" : "es", pool->name,
		   held);
	f->place.path = family == IP_V4 ? "status.allocatedIPv4" : "status.allocatedIPv6";
	finding_hint(ck, f,
		     "capture again in a minute; if the numbers still differ, restart the "
		     "allocator, which then counts again: kubectl -n %s rollout restart "
		     "deployment/allocator",
		     ck->snapshot->install_namespace);
}

void check_observed_objects(struct checker *ck)
{
	const struct snapshot *s = ck->snapshot;
	const struct observed *observed = observed_of(ck);

	observed_check_full(ck);
	observed_check_writes(ck);
	ARRAY_FOREACH (struct service_group *, group, &s->groups)
		observed_check_refused(ck, observed, &(*group)->object, "the allocator");
	ARRAY_FOREACH (struct lbnodeagent *, agent, &s->agents)
		observed_check_refused(ck, observed, &(*agent)->object, "an agent");
}

void check_observed_counts(struct checker *ck)
{
	if (!capture_read(ck->snapshot, KIND_SERVICE))
		return;
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		const struct group_status *status = &pool->group->status;

		observed_check_count(ck, pool, &status->allocated_v4, IP_V4);
		observed_check_count(ck, pool, &status->allocated_v6, IP_V6);
	}
}
