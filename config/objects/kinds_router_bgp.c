/* SPDX-License-Identifier: Apache-2.0 */
/* What a NodeInventory, or a Scenario, says of the BGP of a router (BG6.3, T1.4, T4). */
#include "config/objects/kinds.h"

#include "base/duration.h"
#include "base/ip.h"

/* ---- rules for texts ---- */

static const char *rule_address(const char *text)
{
	struct ip ip;

	return ip_parse(text, &ip) ? NULL : "is not an IP address";
}

static const char *rule_router_id(const char *text)
{
	struct ip ip;

	return ip_parse(text, &ip) && ip_family(ip) == IP_V4 ? NULL : "is not an IPv4 address";
}

static const char *rule_network(const char *text)
{
	struct ip_net net;

	return ip_net_parse(text, &net) ? NULL : "is not a network such as 192.0.2.0/24";
}

/* BGP has timers of 16 bits. */
static const char *rule_duration(const char *text)
{
	int64_t ns;

	if (!duration_parse(text, &ns) || ns < 0)
		return "is not a duration such as 90s";
	return ns / NS_PER_SEC <= UINT16_MAX ? NULL : "is longer than 65535s, the most in BGP";
}

/* A timer that runs, in whole seconds. */
static const char *rule_timer(const char *text)
{
	int64_t ns;

	return duration_parse(text, &ns) && ns >= 0 && ns < NS_PER_SEC ? "is shorter than 1s"
								       : rule_duration(text);
}

/* 0s is none; what is too short for a session is BG049's. */
static const char *rule_hold_time(const char *text)
{
	int64_t ns;

	return duration_parse(text, &ns) && ns == 0 ? NULL : rule_timer(text);
}

static const char *rule_rib_to_fib(const char *text)
{
	int64_t ns;

	if (!duration_parse(text, &ns) || ns < 0)
		return "is not a duration such as 500ms";
	return ns <= 3600 * NS_PER_SEC ? NULL : "is longer than 1h";
}

/* T4.7: 3 s were measured; a process that sleeps for minutes has other problems. */
static const char *rule_late(const char *text)
{
	enum { LATE_SECONDS_MAX = 60 };
	int64_t ns;

	if (!duration_parse(text, &ns) || ns < 0)
		return "is not a duration such as 3s";
	return ns <= LATE_SECONDS_MAX * NS_PER_SEC ? NULL : "is longer than 1m";
}

/* ---- NodeInventory: spec.routers[].bgp (BG6.3) ---- */

#define INVENTORY_INT(min_, max_)                                                              \
	.bounded = true, .min = (min_), .max = (max_), .rule_kind = PROBLEM_INVENTORY

static const struct schema_field prefix_length_fields[] = {
	{ "v4", FIELD_STRING, AT(struct router_prefix_lengths, v4) },
	{ "v6", FIELD_STRING, AT(struct router_prefix_lengths, v6) },
};
static const struct schema prefix_length_schema =
	SCHEMA(prefix_length_fields, struct router_prefix_lengths);

static const struct schema_field router_accept_fields[] = {
	{ "prefix", FIELD_STRING, AT(struct router_accept, prefix), .rule = rule_network,
	  .rule_kind = PROBLEM_INVENTORY, .required = true,
	  .description = "a prefix to match; with ge and le also the prefixes inside it" },
	{ "ge", FIELD_INT, AT(struct router_accept, ge), INVENTORY_INT(0, 128) },
	{ "le", FIELD_INT, AT(struct router_accept, le), INVENTORY_INT(0, 128) },
};
const struct schema router_accept_schema = {
	.fields = router_accept_fields,
	.count = ARRAY_LEN(router_accept_fields),
	.size = sizeof(struct router_accept),
	.shorthand = "prefix",
};

static const struct schema_field router_neighbor_fields[] = {
	{ "address", FIELD_STRING, AT(struct router_neighbor, address), .rule = rule_address,
	  .rule_kind = PROBLEM_INVENTORY, .required = true },
	{ "asn", FIELD_INT, AT(struct router_neighbor, asn), INVENTORY_INT(0, UINT32_MAX) },
	{ "password", FIELD_STRING, AT(struct router_neighbor, password) },
};
static const struct schema router_neighbor_schema = {
	.fields = router_neighbor_fields,
	.count = ARRAY_LEN(router_neighbor_fields),
	.size = sizeof(struct router_neighbor),
	.shorthand = "address",
};

static const struct schema_field listen_range_fields[] = {
	{ "prefix", FIELD_STRING, AT(struct router_neighbor, prefix), .rule = rule_network,
	  .rule_kind = PROBLEM_INVENTORY, .required = true },
	{ "asn", FIELD_INT, AT(struct router_neighbor, asn), INVENTORY_INT(0, UINT32_MAX) },
	{ "password", FIELD_STRING, AT(struct router_neighbor, password) },
};
static const struct schema listen_range_schema = {
	.fields = listen_range_fields,
	.count = ARRAY_LEN(listen_range_fields),
	.size = sizeof(struct router_neighbor),
	.shorthand = "prefix",
};

static const char *const router_families[] = { "ipv4-unicast", "ipv6-unicast", "l2vpn-evpn",
					       NULL };
const char *const kinds_router_profiles[] = { "bird",  "frr",     "frr-datacenter",
					      "gobgp", "gobgp-3", "generic",
					      NULL };
const char *const kinds_router_attachments[] = { "switched", "direct", NULL };
const char *const kinds_router_hashes[] = { "l3", "l4", NULL };
const char *const kinds_router_hashings[] = { "threshold", "resilient", "modulo", NULL };
static const struct schema_field router_bgp_fields[] = {
	{ "routerID", FIELD_STRING, AT(struct router_bgp, router_id), .rule = rule_router_id,
	  .rule_kind = PROBLEM_INVENTORY },
	{ "peersAllowed", FIELD_INTS, AT(struct router_bgp, peers_allowed),
	  INVENTORY_INT(0, UINT32_MAX),
	  .description = "the AS numbers that may open a session" },
	{ "neighbors", FIELD_OBJECTS, AT(struct router_bgp, neighbors),
	  .schema = &router_neighbor_schema },
	{ "listenRanges", FIELD_OBJECTS, AT(struct router_bgp, listen_ranges),
	  .schema = &listen_range_schema },
	{ "listenLimit", FIELD_INT, AT(struct router_bgp, listen_limit),
	  INVENTORY_INT(1, 1000000) },
	{ "password", FIELD_STRING, AT(struct router_bgp, password) },
	{ "authenticated", FIELD_BOOL, AT(struct router_bgp, authenticated) },
	{ "families", FIELD_STRINGS, AT(struct router_bgp, families), .words = router_families,
	  .rule_kind = PROBLEM_INVENTORY },
	{ "requiresPolicy", FIELD_BOOL, AT(struct router_bgp, requires_policy) },
	{ "acceptPrefixLength", FIELD_OBJECT, AT(struct router_bgp, accept_prefix_length),
	  .schema = &prefix_length_schema },
	{ "acceptPrefixes", FIELD_OBJECTS, AT(struct router_bgp, accept_prefixes),
	  .schema = &router_accept_schema },
	{ "maxPrefixes", FIELD_INT, AT(struct router_bgp, max_prefixes),
	  INVENTORY_INT(1, UINT32_MAX) },
	{ "maxPaths", FIELD_INT, AT(struct router_bgp, max_paths), INVENTORY_INT(1, 4096) },
	{ "maxPathsIBGP", FIELD_INT, AT(struct router_bgp, max_paths_ibgp),
	  INVENTORY_INT(1, 4096) },
	{ "multipathRelax", FIELD_BOOL, AT(struct router_bgp, multipath_relax) },
	{ "resilientHash", FIELD_BOOL, AT(struct router_bgp, resilient_hash) },
	{ "profile", FIELD_STRING, AT(struct router_bgp, profile),
	  .words = kinds_router_profiles, .rule_kind = PROBLEM_INVENTORY,
	  .description = "its implementation, which determines timers and behavior" },
	{ "attach", FIELD_STRING, AT(struct router_bgp, attach),
	  .words = kinds_router_attachments, .rule_kind = PROBLEM_INVENTORY,
	  .description = "plugged into the nodes' segments, or with a port for each node" },
	{ "hash", FIELD_STRING, AT(struct router_bgp, hash), .words = kinds_router_hashes,
	  .rule_kind = PROBLEM_INVENTORY,
	  .description = "whether flows are spread by addresses alone or with their ports" },
	{ "hashing", FIELD_STRING, AT(struct router_bgp, hashing),
	  .words = kinds_router_hashings, .rule_kind = PROBLEM_INVENTORY,
	  .description = "which flows move when a next hop is added or removed" },
	{ "buckets", FIELD_INT, AT(struct router_bgp, buckets), INVENTORY_INT(1, 65535),
	  .description = "how many there are with resilient hashing" },
	{ "useNeigh", FIELD_BOOL, AT(struct router_bgp, use_neighbor),
	  .description = "whether its kernel skips next hops that do not resolve" },
	{ "passive", FIELD_BOOL, AT(struct router_bgp, passive) },
	{ "multihop", FIELD_INT, AT(struct router_bgp, multihop), INVENTORY_INT(1, 255) },
	{ "holdTime", FIELD_DURATION, AT(struct router_bgp, hold_time), .rule = rule_hold_time,
	  .rule_kind = PROBLEM_INVENTORY },
	{ "keepaliveTime", FIELD_DURATION, AT(struct router_bgp, keepalive_time),
	  .rule = rule_hold_time, .rule_kind = PROBLEM_INVENTORY },
	{ "connectRetry", FIELD_DURATION, AT(struct router_bgp, connect_retry),
	  .rule = rule_timer, .rule_kind = PROBLEM_INVENTORY },
	{ "ribToFib", FIELD_DURATION, AT(struct router_bgp, rib_to_fib),
	  .rule = rule_rib_to_fib, .rule_kind = PROBLEM_INVENTORY,
	  .description = "from an update or the loss of a session to its forwarding table" },
	{ "timerLate", FIELD_DURATION, AT(struct router_bgp, timer_late), .rule = rule_late,
	  .rule_kind = PROBLEM_INVENTORY,
	  .description = "a quarter of its timers are late by up to this: 3s for BIRD 2.0" },
	{ "defaultOriginate", FIELD_BOOL, AT(struct router_bgp, default_originate) },
	{ "connected", FIELD_STRINGS, AT(struct router_bgp, connected), .rule = rule_network,
	  .rule_kind = PROBLEM_INVENTORY },
};
const struct schema router_bgp_schema = SCHEMA(router_bgp_fields, struct router_bgp);
