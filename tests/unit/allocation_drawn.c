/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters that are drawn, for comparing the allocator with the slow and obvious one. */
#include "tests/unit/allocation_drawn.h"

#include "tests/unit/allocations.h"

enum { WINDOW = 12 };

uint64_t draws_below(struct draws *draws, uint64_t bound)
{
	return draws->at < draws->end && bound > 0 ? *draws->at++ % bound
						   : random_below(&draws->random, bound);
}

bool drawn_chance(struct draws *draws, unsigned percent)
{
	return draws_below(draws, 100) < percent;
}

/* An address by number, v4 or v6. */
static void drawn_put_address(struct text *out, bool v6, unsigned number)
{
	if (v6)
		text_printf(out, "fd00::%x", number);
	else
		text_printf(out, "10.0.0.%u", number);
}

/* ---- groups ---- */

static void drawn_put_range(struct draws *draws, struct text *out, bool v6, unsigned base)
{
	static const char *const subnets[2][3] = {
		{ "10.0.0.0/8", "10.0.0.0/24", "10.0.0.7/24" },
		{ "fd00::/16", "fd00::/64", "FD00::/64" },
	};
	static const char *const aggregations[] = { "/30", "/32", "/31", "default" };
	unsigned from = base + (unsigned)draws_below(draws, WINDOW);
	unsigned to = from + (unsigned)draws_below(draws, 4);

	if (drawn_chance(draws, 10)) {
		from = to;
		to = base;
	}
	text_add(out, "{pool: '");
	drawn_put_address(out, v6, from);
	if (drawn_chance(draws, 10)) {
		text_add(out, v6 ? "/126" : "/30");
	} else {
		text_add(out, "-");
		drawn_put_address(out, v6, to);
	}
	text_printf(out, "', subnet: '%s'", subnets[v6][draws_below(draws, 3)]);
	if (drawn_chance(draws, 30))
		text_printf(out, ", aggregation: %s",
			    v6 ? "/126" : aggregations[draws_below(draws, 4)]);
	text_add(out, "}");
}

static void drawn_put_list(struct draws *draws, struct text *out, bool v6, unsigned base)
{
	unsigned count = (unsigned)draws_below(draws, 4);

	text_printf(out, ", v%dpools: [", v6 ? 6 : 4);
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			text_add(out, ", ");
		drawn_put_range(draws, out, v6 != drawn_chance(draws, 10), base);
	}
	text_add(out, "]");
}

static void drawn_put_group(struct draws *draws, struct text *out, unsigned number)
{
	/* Mostly apart, so that not all but one are rejected. */
	unsigned base = drawn_chance(draws, 85) ? 1 + 20 * number : 1;

	text_add(out, "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n");
	if (number == 0)
		text_add(out, "metadata: {name: default}\nspec: {");
	else
		text_printf(out, "metadata: {name: group-%u}\nspec: {", number);
	if (drawn_chance(draws, 20))
		text_printf(out,
			    "namespaces: [team], enforceNamespaces: %s, "
			    "namespaceDefault: %s, ",
			    drawn_chance(draws, 50) ? "true" : "false",
			    drawn_chance(draws, 50) ? "true" : "false");
	text_printf(out, "%s: {multiPool: %s, balancePools: %s",
		    drawn_chance(draws, 70) ? "local" : "remote",
		    drawn_chance(draws, 20) ? "true" : "false",
		    drawn_chance(draws, 25) ? "true" : "false");
	drawn_put_list(draws, out, false, base);
	drawn_put_list(draws, out, true, base);
	text_add(out, "}}\n");
}

/* ---- Services ---- */

static void drawn_put_any_address(struct draws *draws, struct text *out)
{
	unsigned number = 1 + (unsigned)draws_below(draws, drawn_chance(draws, 60) ? 16 : 90);

	drawn_put_address(out, drawn_chance(draws, 40), number);
}

static void drawn_put_ports(struct draws *draws, struct text *out)
{
	unsigned count = (unsigned)draws_below(draws, 3);

	text_add(out, ", ports: [");
	for (unsigned i = 0; i < count; i++)
		text_printf(out, "%s{port: %u%s}", i > 0 ? ", " : "",
			    drawn_chance(draws, 50) ? 80 : 443,
			    drawn_chance(draws, 20) ? ", protocol: UDP" : "");
	text_add(out, "]");
}

static void drawn_put_status(struct draws *draws, struct text *out)
{
	unsigned count = 1 + (unsigned)draws_below(draws, 3);

	text_add(out, "status: {loadBalancer: {ingress: [");
	for (unsigned i = 0; i < count; i++) {
		text_add(out, i > 0 ? ", " : "");
		if (drawn_chance(draws, 4)) {
			text_add(out, "{hostname: x}");
		} else if (drawn_chance(draws, 4)) {
			text_add(out, "{ip: 'FD00::1'}");
		} else {
			text_add(out, "{ip: '");
			drawn_put_any_address(draws, out);
			text_add(out, "'}");
		}
	}
	text_add(out, "]}}\n");
}

static void drawn_put_annotations(struct draws *draws, struct text *out, bool branded)
{
	text_printf(out, "annotations: {%s", branded ? BRANDED : "x: ''");
	if (drawn_chance(draws, 35))
		text_printf(out, ", " SHARES("%s"), drawn_chance(draws, 60) ? "k" : "l");
	if (drawn_chance(draws, 50))
		text_printf(out, ", " FROM("group-%u"), (unsigned)draws_below(draws, 5));
	if (drawn_chance(draws, 12))
		text_printf(out, ", " MULTI("%s"), drawn_chance(draws, 70) ? "true" : "no");
	if (drawn_chance(draws, 50))
		text_add(out, ", purelb.io/allocated-from: default");
	if (drawn_chance(draws, 15)) {
		text_add(out, ", purelb.io/addresses: '");
		drawn_put_any_address(draws, out);
		if (drawn_chance(draws, 40)) {
			text_add(out, drawn_chance(draws, 10) ? ", " : ",");
			drawn_put_any_address(draws, out);
		}
		text_add(out, "'");
	}
	text_add(out, "}");
}

static void drawn_put_service(struct draws *draws, struct text *out, unsigned number)
{
	static const char *const families[] = { "[IPv4]",       "[IPv4]",       "[IPv6]",
						"[IPv4, IPv6]", "[IPv6, IPv4]", "[]" };
	bool branded = drawn_chance(draws, 40);

	text_printf(out,
		    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, namespace: %s, ",
		    number, drawn_chance(draws, 25) ? "team" : "default");
	if (drawn_chance(draws, 50))
		text_printf(out, "creationTimestamp: '2026-01-01T00:00:0%uZ', ",
			    (unsigned)draws_below(draws, 6));
	drawn_put_annotations(draws, out, branded);
	text_printf(out, "}\nspec: {type: %s, clusterIP: 172.16.0.1, ipFamilies: %s",
		    drawn_chance(draws, 95) ? "LoadBalancer" : "ClusterIP",
		    families[draws_below(draws, 6)]);
	drawn_put_ports(draws, out);
	text_add(out, "}\n");
	if (branded ? drawn_chance(draws, 90) : drawn_chance(draws, 15))
		drawn_put_status(draws, out);
}

void drawn_cluster(struct draws *draws, struct text *out)
{
	unsigned groups = 1 + (unsigned)draws_below(draws, 4);
	unsigned services = 1 + (unsigned)draws_below(draws, 16);

	text_clear(out);
	for (unsigned i = 0; i < groups; i++)
		drawn_put_group(draws, out, i);
	for (unsigned i = 0; i < services; i++)
		drawn_put_service(draws, out, i);
	if (drawn_chance(draws, 50))
		text_add(out, "---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"
			      "metadata: {name: purelb-node-x, namespace: purelb-system, "
			      "annotations: {purelb.io/subnets: "
			      "'10.0.0.0/24,10.0.0.0/8,fd00::/64'}}\n"
			      "spec: {holderIdentity: x, leaseDurationSeconds: 10, "
			      "renewTime: '2026-01-01T00:00:00.000000Z'}\n");
}

/* ---- the comparison ---- */

static bool drawn_service_agrees(const struct reference_service *slow,
				 const struct allocation *fast, struct text *wrong)
{
	const char *name = slow->service->object.name.s;
	const size_t before = wrong->len;
	uint32_t valid = 0;

	if (fast == NULL) {
		text_printf(wrong, "%s is missing; ", name);
		return false;
	}
	if ((fast->state == SERVICE_PENDING) != slow->failed)
		text_printf(wrong, "%s: %s, %s; ", name, service_state_name(fast->state),
			    fast->detail);
	if ((fast->reason == REASON_HANGS) != slow->hangs)
		text_printf(wrong, "%s hangs: %d; ", name, slow->hangs);
	for (unsigned i = 0; i < slow->count; i++) {
		const struct allocated_address *address;

		if (!slow->ingress[i].valid || valid++ >= fast->addresses.count)
			continue;
		address = &fast->addresses.items[valid - 1];
		if (ip_compare(address->ip, slow->ingress[i].ip) != 0 ||
		    address->added != slow->ingress[i].added)
			text_printf(wrong, "%s: address %u should be %s; ", name, i,
				    slow->ingress[i].text);
	}
	if (valid != fast->addresses.count)
		text_printf(wrong, "%s: %u addresses, not %u; ", name, fast->addresses.count,
			    valid);
	return wrong->len == before;
}

bool drawn_agree(const struct reference *slow, const struct allocations *fast,
		 struct text *wrong)
{
	const size_t before = wrong->len;

	for (unsigned i = 0; i < slow->count; i++) {
		const struct object *object = &slow->services[i].service->object;

		if (slow->services[i].seen)
			(void)drawn_service_agrees(
				&slow->services[i],
				allocation_find(fast, object->namespace, object->name.s),
				wrong);
	}
	ARRAY_FOREACH (const struct range_use, use, &fast->ranges) {
		if (use->used != reference_used(slow, use->pool, use->range) ||
		    use->available != use->size - use->used)
			text_printf(wrong, "use of %s %s; ", use->pool->name, use->range->path);
	}
	return wrong->len == before;
}
