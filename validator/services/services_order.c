/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the order decides that a Service gets what it requests. (P3.11.9b)
 *
 * Manifests do not tell in which order Services are created. A prediction takes one order, by
 * name; here the allocator runs once more, with those first that request addresses. Where that
 * only moves the lack to others, as in a group that is too small, the order does not matter.
 */
#include "purelb/allocation/allocation.h"
#include "validator/services/services.h"

/* The run in the other order; it is empty where somebody else stays pending then. */
static const struct allocations *services_requests_first(struct checker *ck)
{
	static const struct allocation_options options = { .requests_first = true };
	struct allocations *other = arena_zalloc(ck->scratch, 1, sizeof(*other));

	allocation_run(other, ck->cluster, &options, ck->scratch);
	for (uint32_t i = 0; i < other->list.count; i++)
		if (other->list.items[i].state == SERVICE_PENDING &&
		    ck->allocations->list.items[i].state != SERVICE_PENDING)
			other->list.count = 0;
	return other;
}

bool services_order_decides(struct checker *ck, const struct allocation *allocation)
{
	const size_t place = (size_t)(allocation - ck->allocations->list.items);

	if (allocation->state != SERVICE_PENDING ||
	    (allocation->reason != REASON_KEY_BOUND &&
	     allocation->reason != REASON_KEY_CONFLICT &&
	     allocation->reason != REASON_PORT_CONFLICT) ||
	    allocation_requested(allocation->service) == NULL)
		return false;
	if (ck->requests_first == NULL)
		ck->requests_first = services_requests_first(ck);
	return place < ck->requests_first->list.count &&
	       ck->requests_first->list.items[place].state != SERVICE_PENDING;
}
