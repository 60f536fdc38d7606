/* SPDX-License-Identifier: Apache-2.0 */
/* Routers of a Scenario (T11): members of `bgp` of an inventory without it. */
#include "config/objects/kinds.h"

static const struct schema_field scenario_timers_fields[] = {
	{ "holdTime", FIELD_DURATION, AT(struct router, bgp.hold_time),
	  .description = "the hold time that it offers" },
	{ "keepaliveTime", FIELD_DURATION, AT(struct router, bgp.keepalive_time),
	  .description = "from one of its keepalives to the next" },
	{ "connectRetry", FIELD_DURATION, AT(struct router, bgp.connect_retry),
	  .description = "from one of its dials to the next" },
};
static const struct schema scenario_timers_schema =
	SCHEMA(scenario_timers_fields, struct router);
static const struct schema_field scenario_router_fields[] = {
	{ "name", FIELD_STRING, AT(struct router, name), .required = true, .min_bytes = 1,
	  .description = "a router of the inventory, or a new one" },
	{ "asn", FIELD_INT, AT(struct router, asn), .bounded = true, .min = 1,
	  .max = UINT32_MAX, .description = "its autonomous system number" },
	{ "addresses", FIELD_STRINGS, AT(struct router, addresses),
	  .description = "its addresses with prefix length" },
	{ "profile", FIELD_STRING, AT(struct router, bgp.profile),
	  .words = kinds_router_profiles,
	  .description = "its implementation, which determines timers and behavior" },
	{ "attach", FIELD_STRING, AT(struct router, bgp.attach),
	  .words = kinds_router_attachments,
	  .description = "plugged into the nodes' segments, or with a port for each node" },
	{ "hash", FIELD_STRING, AT(struct router, bgp.hash), .words = kinds_router_hashes,
	  .description = "whether flows are spread by addresses alone or with their ports" },
	{ "hashing", FIELD_STRING, AT(struct router, bgp.hashing),
	  .words = kinds_router_hashings,
	  .description = "which flows move when a next hop is added or removed" },
	{ "timers", FIELD_INLINE, 0, .schema = &scenario_timers_schema,
	  .description = "holdTime, keepaliveTime and connectRetry" },
	{ "bgp", FIELD_OBJECT, AT(struct router, bgp), .schema = &router_bgp_schema,
	  .description = "whatever else `bgp` of a router in an inventory has" },
};
const struct schema scenario_router_schema = SCHEMA(scenario_router_fields, struct router);
