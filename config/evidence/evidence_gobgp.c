/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `gobgp neighbor -j` and `gobgp global rib -j`: the sessions and the table of the daemon on a
 * node. (O1)
 *
 * The output is Go's encoding of structures: a number that is zero and a text that is empty are
 * left out, so what is not there is 0 where the member is always computed (received, accepted)
 * and unknown where it is only computed on request (advertised). Keys with hyphens, as older
 * releases print them, count as those with underscores.
 */
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

#define GOBGP_NS_PER_S 1000000000LL

/* The member, with `_` in its key or with `-`. */
static const struct tree_node *gobgp_at(const struct tree_node *map, const char *key)
{
	enum { KEY_MAX = 32 };
	char hyphens[KEY_MAX + 1] = { 0 };
	const struct tree_node *node = json_at(map, key);

	if (node != NULL)
		return node;
	snprintf(hyphens, sizeof(hyphens), "%s", key);
	for (char *c = strchr(hyphens, '_'); c != NULL; c = strchr(c, '_'))
		*c = '-';
	return json_at(map, hyphens);
}

static const char *gobgp_text(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = gobgp_at(map, key);

	return node != NULL && node->type == TREE_STRING && *node->text != '\0' ? node->text
										: NULL;
}

static int64_t gobgp_int(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = gobgp_at(map, key);

	return node != NULL && node->type == TREE_INT && node->u.integer > 0 ? node->u.integer
									     : 0;
}

static bool gobgp_ip(const struct tree_node *map, const char *key, struct ip *out)
{
	const char *text = gobgp_text(map, key);

	return text != NULL && ip_parse(text, out) && !ip_is_unspecified(*out);
}

/* A number, or a name such as "ESTABLISHED" or "SESSION_STATE_ESTABLISHED". */
static enum evidence_bgp_state gobgp_state(const struct tree_node *state)
{
	const struct tree_node *node = gobgp_at(state, "session_state");

	if (node != NULL && node->type == TREE_INT)
		return node->u.integer >= 0 && node->u.integer <= BGP_STATE_ESTABLISHED
			       ? (enum evidence_bgp_state)node->u.integer
			       : BGP_STATE_UNKNOWN;
	if (node == NULL || node->type != TREE_STRING)
		return BGP_STATE_UNKNOWN;
	return evidence_bgp_state_parse(str_has_prefix(node->text, "SESSION_STATE_")
						? node->text + strlen("SESSION_STATE_")
						: node->text);
}

/* {"afi":1,"safi":1}, also with names: unicast of which family. */
static enum ip_family gobgp_family(const struct tree_node *map)
{
	const struct tree_node *afi = json_at(map, "afi");
	const struct tree_node *safi = json_at(map, "safi");
	const bool unicast = safi != NULL && (str_equal(safi->text, "1") ||
					      str_equal(safi->text, "SAFI_UNICAST"));

	if (afi == NULL || !unicast)
		return IP_NONE;
	if (str_equal(afi->text, "1") || str_equal(afi->text, "AFI_IP"))
		return IP_V4;
	return str_equal(afi->text, "2") || str_equal(afi->text, "AFI_IP6") ? IP_V6 : IP_NONE;
}

static void gobgp_session_family(struct evidence_reader *r, struct evidence_session *out,
				 const struct tree_node *map)
{
	const struct tree_node *state = json_map(map, "state");
	struct evidence_session_family family = {
		.family = gobgp_family(json_map(json_map(map, "config"), "family")),
		.advertised = -1,
	};

	if (family.family == IP_NONE)
		return;
	family.received = gobgp_int(state, "received");
	family.accepted = gobgp_int(state, "accepted");
	family.advertised = gobgp_int(state, "advertised");
	if (family.advertised == 0)
		family.advertised = -1;
	family.negotiated = out->state == BGP_STATE_ESTABLISHED && json_true(state, "enabled");
	ARRAY_ADD(&r->snapshot->arena, &out->families, family);
}

/* Only one of the two times counts: since when the session is up, or down. */
static void gobgp_times(struct evidence_session *out, const struct tree_node *timers)
{
	const struct tree_node *state = json_map(timers, "state");
	const struct tree_node *config = json_map(timers, "config");
	const bool up = out->state == BGP_STATE_ESTABLISHED;
	const int64_t since_s =
		gobgp_int(json_map(state, up ? "uptime" : "downtime"), "seconds");
	const int64_t hold_s = gobgp_int(state, "negotiated_hold_time");

	if (since_s > 0 && since_s < INT64_MAX / GOBGP_NS_PER_S)
		out->since_ns = since_s * GOBGP_NS_PER_S;
	out->hold_s = up ? hold_s : gobgp_int(config, "hold_time");
	out->keepalive_s = gobgp_int(up ? state : config, "keepalive_interval");
}

static void gobgp_session(struct evidence_reader *r, const struct tree_node *map)
{
	const struct tree_node *conf = json_map(map, "conf");
	const struct tree_node *state = json_map(map, "state");
	const struct tree_node *transport = json_map(map, "transport");
	const struct tree_node *families = json_list(map, "afi_safis");
	const char *peer = gobgp_text(conf, "neighbor_address");
	struct evidence_session *out;

	if (peer == NULL)
		peer = gobgp_text(state, "neighbor_address");
	if (peer == NULL && gobgp_text(conf, "neighbor_interface") == NULL) {
		evidence_fault(r, map->pos.line, "a neighbor without \"neighbor_address\"");
		return;
	}
	out = EVIDENCE_ADD(r, &r->evidence->sessions, map->pos.line);
	if (out == NULL)
		return;
	out->daemon = DAEMON_GOBGP;
	out->name = evidence_text(r, gobgp_text(conf, "description"));
	out->vrf = evidence_text(r, gobgp_text(conf, "vrf"));
	out->has_peer = peer != NULL && ip_parse_bytes(peer, strcspn(peer, "%"), &out->peer);
	if (!out->has_peer)
		out->peer_text = evidence_text(
			r, peer != NULL ? peer : gobgp_text(conf, "neighbor_interface"));
	out->has_local = gobgp_ip(transport, "local_address", &out->local);
	out->state = gobgp_state(state);
	out->state_text = evidence_text(r, evidence_bgp_state_names[out->state]);
	out->local_asn = gobgp_int(conf, "local_asn");
	if (out->local_asn == 0)
		out->local_asn = -1;
	out->expected_asn = gobgp_int(conf, "peer_asn");
	if (out->expected_asn == 0)
		out->expected_asn = -1;
	out->peer_asn = out->state == BGP_STATE_ESTABLISHED ? gobgp_int(state, "peer_asn") : 0;
	if (out->peer_asn == 0)
		out->peer_asn = -1;
	out->has_peer_id = gobgp_ip(state, "router_id", &out->peer_id);
	out->admin_down = json_true(conf, "admin_down") ||
			  gobgp_int(state, "admin_state") == 1 ||
			  json_true(state, "admin_down");
	out->passive = gobgp_at(transport, "passive_mode") != NULL &&
		       json_true(transport, "passive_mode");
	out->state_s = -1;
	out->since_ns = EVIDENCE_UNKNOWN;
	gobgp_times(out, json_map(map, "timers"));
	out->up_count = -1;
	out->down_count = gobgp_int(state, "flops");
	out->password =
		gobgp_text(conf, "auth_password") != NULL ? PASSWORD_SET : PASSWORD_NONE;
	out->peer_port = out->local_port = -1;
	out->notification.time_ns = EVIDENCE_UNKNOWN;
	out->last_error = evidence_text(r, gobgp_text(state, "disconnect_message"));
	for (uint32_t i = 0; families != NULL && i < families->u.list.count; i++)
		gobgp_session_family(r, out, families->u.list.items[i]);
}

void evidence_read_gobgp_neighbor(struct evidence_reader *r)
{
	/* `gobgp neighbor ADDRESS -j` prints one neighbor without a list. */
	if (r->json->type == TREE_MAP)
		gobgp_session(r, r->json);
	for (uint32_t i = 0; r->json->type == TREE_LIST && i < r->json->u.list.count; i++) {
		const struct tree_node *item = r->json->u.list.items[i];

		if (item->type == TREE_MAP)
			gobgp_session(r, item);
		else
			evidence_fault(r, item->pos.line, "an entry that is not an object");
	}
}

/* ---- gobgp global rib -j ---- */

/* Types of path attributes (RFC 4271, 4.3; RFC 1997; RFC 4760). */
enum {
	GOBGP_AS_PATH = 2,
	GOBGP_NEXT_HOP = 3,
	GOBGP_MED = 4,
	GOBGP_LOCAL_PREF = 5,
	GOBGP_COMMUNITIES = 8,
	GOBGP_MP_REACH = 14,
};

static void gobgp_as_path(struct evidence_reader *r, const struct tree_node *attribute,
			  struct evidence_path *out)
{
	const struct tree_node *segments = json_list(attribute, "as_paths");
	struct text path = { 0 };

	for (uint32_t i = 0; segments != NULL && i < segments->u.list.count; i++) {
		const struct tree_node *asns = json_list(segments->u.list.items[i], "asns");

		for (uint32_t k = 0; asns != NULL && k < asns->u.list.count; k++)
			if (asns->u.list.items[k]->text != NULL)
				text_printf(&path, "%s%s", path.len > 0 ? " " : "",
					    asns->u.list.items[k]->text);
	}
	out->as_path = evidence_text(r, text_str(&path));
	text_release(&path);
}

static void gobgp_communities(struct evidence_reader *r, const struct tree_node *attribute,
			      struct evidence_path *out)
{
	const struct tree_node *list = json_list(attribute, "communities");
	struct text text = { 0 };

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		const int64_t number = list->u.list.items[i]->u.integer;

		if (list->u.list.items[i]->type == TREE_INT && number >= 0)
			text_printf(&text, "%s%u:%u", text.len > 0 ? " " : "",
				    (unsigned)((uint64_t)number >> 16U & UINT16_MAX),
				    (unsigned)((uint64_t)number & UINT16_MAX));
	}
	if (text.len > 0)
		out->communities = evidence_text(r, text_str(&text));
	text_release(&text);
}

static void gobgp_attribute(struct evidence_reader *r, const struct tree_node *attribute,
			    struct evidence_path *out)
{
	switch (json_int(attribute, "type")) {
	case GOBGP_AS_PATH:
		gobgp_as_path(r, attribute, out);
		break;
	case GOBGP_NEXT_HOP:
	case GOBGP_MP_REACH:
		out->has_next_hop = json_ip(attribute, "nexthop", &out->next_hop);
		break;
	case GOBGP_MED:
		out->med = json_int(attribute, "metric");
		break;
	case GOBGP_LOCAL_PREF:
		out->local_preference = json_int(attribute, "value");
		break;
	case GOBGP_COMMUNITIES:
		gobgp_communities(r, attribute, out);
		break;
	default:
		break;
	}
}

static void gobgp_path(struct evidence_reader *r, const char *key, const struct tree_node *map)
{
	const struct tree_node *attributes = json_list(map, "attrs");
	const char *prefix = json_text(json_map(map, "nlri"), "prefix");
	struct evidence_path *out;
	struct ip_net net;

	if (!evidence_net_parse(prefix != NULL ? prefix : key, &net)) {
		evidence_fault(r, map->pos.line, "a path without a valid prefix");
		return;
	}
	out = EVIDENCE_ADD(r, &r->evidence->paths, map->pos.line);
	if (out == NULL)
		return;
	out->daemon = DAEMON_GOBGP;
	out->prefix = net;
	out->family = r->file->family = ip_family(ip_net_first(net));
	out->best = json_true(map, "best");
	out->stale = json_true(map, "stale");
	out->valid = true;
	out->local_preference = out->med = -1;
	out->age_s = -1;
	out->since_ns = EVIDENCE_UNKNOWN;
	/* "age" is the time at which it came, in seconds since 1970. */
	if (gobgp_int(map, "age") > 0 && gobgp_int(map, "age") < INT64_MAX / GOBGP_NS_PER_S)
		out->since_ns = gobgp_int(map, "age") * GOBGP_NS_PER_S;
	for (uint32_t i = 0; attributes != NULL && i < attributes->u.list.count; i++)
		gobgp_attribute(r, attributes->u.list.items[i], out);
	out->has_neighbor = gobgp_ip(map, "neighbor_ip", &out->neighbor);
	out->has_neighbor_id = gobgp_ip(map, "source_id", &out->neighbor_id);
	out->local = !out->has_neighbor && (out->as_path == NULL || *out->as_path == '\0') &&
		     (!out->has_next_hop || ip_is_unspecified(out->next_hop));
}

void evidence_read_gobgp_rib(struct evidence_reader *r)
{
	ARRAY_FOREACH (struct tree_entry, entry, &r->json->u.map) {
		const struct tree_node *paths = entry->value;

		if (paths->type != TREE_LIST) {
			evidence_fault(r, paths->pos.line, "a prefix without a list of paths");
			continue;
		}
		ARRAY_FOREACH (const struct tree_node *, path, &paths->u.list)
			gobgp_path(r, entry->key, *path);
	}
}
