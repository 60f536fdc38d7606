/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP messages byte for byte: OPENs with the capabilities of GoBGP 4.0, BIRD 2.17 and FRR 8.4
 * in their order (T13.5), UPDATEs packed up to 4096 octets (T3.11, T13.6), NOTIFICATIONs
 * (T13.7). A profile without a known OPEN announces what every daemon does.
 */
#include "sim/router/bgp_messages.h"

#include <string.h>

#include "purelb/bgp/router_profiles.h"

enum {
	MESSAGE_OPEN = 1,
	MESSAGE_UPDATE,
	MESSAGE_NOTIFICATION,
	MESSAGE_KEEPALIVE,
	MARKER = 16,
	AS_TRANS = 23456,
	AS_SMALL = 65535,
	AFI_V4 = 1,
	AFI_V6 = 2,
	UNICAST = 1,
	PARAMETER_CAPABILITIES = 2,
	CAP_FAMILY = 1,
	CAP_REFRESH = 2,
	CAP_NEXT_HOP = 5,
	CAP_EXTENDED = 6,
	CAP_RESTART = 64,
	CAP_AS4 = 65,
	CAP_ADD_PATH = 69,
	CAP_ENHANCED_REFRESH = 70,
	CAP_LONG_LIVED = 71,
	CAP_NAME = 73,
	CAP_OLD_REFRESH = 128,
	RESTART_SECONDS = 120,
	RESTART_AND_NOTIFY = 0xC000,
	BITS = 8,
	LOCAL_PREFERENCE = 100,
};

static void message_u(struct text *out, uint64_t value, unsigned bytes)
{
	while (bytes-- > 0) {
		const char byte = (char)(uint8_t)(value >> (BITS * bytes));

		text_add_bytes(out, &byte, 1);
	}
}

static void message_ip(struct text *out, struct ip ip, unsigned bytes)
{
	while (bytes-- > 0)
		message_u(out, (unsigned)(ip.v >> (BITS * bytes)) & 0xFF, 1);
}

static void message_set(struct text *out, size_t at, size_t value, unsigned bytes)
{
	while (bytes-- > 0)
		out->data[at++] = (char)(uint8_t)(value >> (BITS * bytes));
}

/* Returns where it begins, for message_finish(). */
static size_t message_begin(struct text *out, unsigned type)
{
	const size_t start = out->len;

	for (int i = 0; i < MARKER; i++)
		message_u(out, 0xFF, 1);
	message_u(out, 0, 2);
	message_u(out, type, 1);
	return start;
}

static void message_finish(struct text *out, size_t start)
{
	message_set(out, start + MARKER, out->len - start, 2);
}

/* ---- OPEN ---- */

/* Capabilities go into one parameter, or into one each. */
struct open_writer {
	struct text *out;
	bool one_each;
};

static void open_cap(const struct open_writer *w, unsigned code, const char *value,
		     size_t length)
{
	if (w->one_each) {
		message_u(w->out, PARAMETER_CAPABILITIES, 1);
		message_u(w->out, length + 2, 1);
	}
	message_u(w->out, code, 1);
	message_u(w->out, length, 1);
	text_add_bytes(w->out, value, length);
}

static void open_cap_u(const struct open_writer *w, unsigned code, uint64_t value,
		       unsigned bytes)
{
	struct text text = { 0 };

	message_u(&text, value, bytes);
	open_cap(w, code, bytes > 0 ? text_str(&text) : "", bytes);
	text_release(&text);
}

/* For each family its AFI, and what follows it. */
static void open_for_families(const struct open_writer *w, unsigned code, unsigned families,
			      unsigned value)
{
	for (unsigned afi = AFI_V4; afi <= AFI_V6; afi++)
		if ((families & (afi == AFI_V4 ? BGP_IPV4 : BGP_IPV6)) != 0)
			open_cap_u(w, code, afi << 16 | value, 4);
}

/* RFC draft-walton-bgp-hostname-capability: host and domain, each with its length. */
static void open_name(const struct open_writer *w, const char *name)
{
	enum { NAME_MAX = 64 };
	const size_t length = strlen(name) < NAME_MAX ? strlen(name) : (size_t)NAME_MAX;
	struct text text = { 0 };

	message_u(&text, length, 1);
	text_add_bytes(&text, name, length);
	message_u(&text, 0, 1);
	open_cap(w, CAP_NAME, text_str(&text), text.len);
	text_release(&text);
}

struct open_head {
	uint32_t as;
	uint64_t hold;
	struct ip id;
	unsigned families;
	const char *name;
};

/* What a daemon announces, in its order (T13.5). */
struct open_shape {
	const char *profile;
	bool one_each;            /* a parameter for each capability; else one for all */
	unsigned restart;         /* what it says of its restart */
	uint8_t capabilities[12]; /* 0: no more */
};

/* The last one is FRR's. GoBGP names no family for its next hops. */
static const struct open_shape open_shapes[] = {
	{ "gobgp", false, 0, { CAP_REFRESH, CAP_NAME, CAP_FAMILY, CAP_AS4, CAP_NEXT_HOP } },
	{ "bird",
	  false,
	  RESTART_SECONDS,
	  { CAP_FAMILY, CAP_REFRESH, CAP_RESTART, CAP_AS4, CAP_ENHANCED_REFRESH,
	    CAP_LONG_LIVED } },
	{ "generic", false, 0, { CAP_FAMILY, CAP_REFRESH, CAP_AS4 } },
	{ NULL,
	  true,
	  RESTART_AND_NOTIFY | RESTART_SECONDS,
	  { CAP_FAMILY, CAP_OLD_REFRESH, CAP_REFRESH, CAP_ENHANCED_REFRESH, CAP_AS4,
	    CAP_EXTENDED, CAP_ADD_PATH, CAP_NAME, CAP_RESTART, CAP_LONG_LIVED } },
};

static const struct open_shape *open_shape_of(const char *profile)
{
	const struct open_shape *shape = open_shapes;

	while (shape->profile != NULL && !str_equal(shape->profile, profile))
		shape++;
	return shape;
}

static void open_put_capability(const struct open_writer *w, const struct open_shape *shape,
				const struct open_head *head, unsigned code)
{
	enum { ADD_PATH_RECEIVE = 1 };

	switch (code) {
	case CAP_FAMILY:
		open_for_families(w, code, head->families, UNICAST);
		break;
	case CAP_ADD_PATH:
		open_for_families(w, code, head->families, UNICAST << 8 | ADD_PATH_RECEIVE);
		break;
	case CAP_AS4:
		open_cap_u(w, code, head->as, 4);
		break;
	case CAP_NAME:
		open_name(w, head->name);
		break;
	case CAP_RESTART:
		open_cap_u(w, code, shape->restart, 2);
		break;
	default:
		open_cap_u(w, code, 0, 0);
		break;
	}
}

static void open_put(struct text *out, const struct open_head *head, const char *profile)
{
	enum { PARAMETERS = 29 }; /* octets before them */
	const struct open_shape *shape = open_shape_of(profile);
	const struct open_writer w = { .out = out, .one_each = shape->one_each };
	const size_t start = message_begin(out, MESSAGE_OPEN);
	size_t capabilities;

	message_u(out, 4, 1);
	message_u(out, head->as <= AS_SMALL ? head->as : AS_TRANS, 2);
	message_u(out, head->hold, 2);
	message_ip(out, head->id, 4);
	message_u(out, 0, 1); /* length of all parameters, filled in below */
	if (!shape->one_each) {
		message_u(out, PARAMETER_CAPABILITIES, 1);
		message_u(out, 0, 1);
	}
	capabilities = out->len;
	for (size_t i = 0; shape->capabilities[i] != 0; i++)
		open_put_capability(&w, shape, head, shape->capabilities[i]);
	if (!shape->one_each)
		message_set(out, capabilities - 1, out->len - capabilities, 1);
	message_set(out, start + PARAMETERS - 1, out->len - start - PARAMETERS, 1);
	message_finish(out, start);
}

void message_open_node(struct text *out, const struct setup_session *session)
{
	const struct bgp_session *s = session->session;
	const struct open_head head = { s->peer->local_as, s->peer->hold_seconds,
					s->node->router_id.ip, s->peer->families,
					s->node->node->name };

	open_put(out, &head, "gobgp");
}

void message_open_router(struct text *out, const struct setup_session *session,
			 const struct bgp_router *router)
{
	struct open_head head = {
		router->asn,
		router->hold_known ? router->hold_seconds : BGP_HOLD_DEFAULT_S,
		router->has_router_id ? router->router_id : session->session->router_address,
		/* One that does not say has what the session needs. */
		(router->families_given ? router->families : session->session->families) &
			(BGP_IPV4 | BGP_IPV6),
		router->name,
	};

	/* Without another it is its first IPv4 address. */
	for (uint32_t i = 0; !router->has_router_id && i < router->nets.count; i++) {
		if (ip_family(router->nets.items[i].address) != IP_V4)
			continue;
		head.id = router->nets.items[i].address;
		break;
	}
	open_put(out, &head, router->profile != NULL ? router->profile->name : "generic");
}

/* ---- the small ones ---- */

void message_keepalive(struct text *out)
{
	message_finish(out, message_begin(out, MESSAGE_KEEPALIVE));
}

void message_notification(struct text *out, unsigned code, unsigned subcode, uint32_t data)
{
	const size_t start = message_begin(out, MESSAGE_NOTIFICATION);

	message_u(out, code, 1);
	message_u(out, subcode, 1);
	if (data != SETUP_NONE)
		message_u(out, data, 2);
	message_finish(out, start);
}

/* ---- UPDATE ---- */

enum {
	ATTRIBUTE_ORIGIN = 1,
	ATTRIBUTE_PATH,
	ATTRIBUTE_NEXT_HOP,
	ATTRIBUTE_PREFERENCE = 5,
	ATTRIBUTE_REACH = 14,
	ATTRIBUTE_UNREACH = 15,
	TRANSITIVE = 0x40,
	OPTIONAL_LONG = 0x90,
	OPTIONAL = 0x80,
	SEQUENCE = 2,
	NLRI_MAX = 17,
	ATTRIBUTES_MAX = 64,
};

static void update_attributes(struct text *out, const struct message_routes *r)
{
	message_u(out, TRANSITIVE << 8 | ATTRIBUTE_ORIGIN, 2);
	message_u(out, 1 << 8, 2); /* IGP */
	message_u(out, TRANSITIVE << 8 | ATTRIBUTE_PATH, 2);
	message_u(out, r->path_length > 0 ? 2 + 4 * r->path_length : 0, 1);
	if (r->path_length > 0)
		message_u(out, SEQUENCE << 8 | r->path_length, 2);
	for (unsigned i = 0; i < r->path_length; i++)
		message_u(out, r->path[i], 4);
	if (r->family == IP_V4) {
		message_u(out, TRANSITIVE << 16 | ATTRIBUTE_NEXT_HOP << 8 | 4, 3);
		message_ip(out, r->next_hop, 4);
	}
	if (r->internal) {
		message_u(out, TRANSITIVE << 16 | ATTRIBUTE_PREFERENCE << 8 | 4, 3);
		message_u(out, LOCAL_PREFERENCE, 4);
	}
}

static void update_nlri(struct text *out, const struct bgp_prefix *prefix)
{
	const unsigned bytes = (prefix->length + BITS - 1) / BITS;
	const unsigned whole = prefix->family == IP_V4 ? 4 : 16;
	struct ip shifted = { prefix->net.address.v };

	message_u(out, prefix->length, 1);
	shifted.v >>= BITS * (whole - bytes);
	message_ip(out, shifted, bytes);
}

/* One message with these prefixes. */
static void update_put(struct text *out, const struct message_routes *r,
		       const struct text *nlri, bool withdraws)
{
	const bool v4 = r->family == IP_V4;
	const size_t start = message_begin(out, MESSAGE_UPDATE);
	size_t attributes;

	message_u(out, v4 && withdraws ? nlri->len : 0, 2);
	if (v4 && withdraws)
		text_add_bytes(out, text_str(nlri), nlri->len);
	attributes = out->len;
	message_u(out, 0, 2);
	if (!v4) {
		message_u(out,
			  OPTIONAL_LONG << 8 |
				  (withdraws ? ATTRIBUTE_UNREACH : ATTRIBUTE_REACH),
			  2);
		message_u(out, nlri->len + (withdraws ? 3 : 3 + 1 + 16 + 1), 2);
		message_u(out, AFI_V6 << 8 | UNICAST, 3);
		if (!withdraws) {
			message_u(out, 16, 1);
			message_ip(out, r->next_hop, 16);
			message_u(out, 0, 1);
		}
		text_add_bytes(out, text_str(nlri), nlri->len);
	}
	if (!withdraws)
		update_attributes(out, r);
	message_set(out, attributes, out->len - attributes - 2, 2);
	if (v4 && !withdraws)
		text_add_bytes(out, text_str(nlri), nlri->len);
	message_finish(out, start);
}

static void update_all(struct text *out, const struct message_routes *r, bool withdraws)
{
	const size_t room = BGP_MESSAGE_MAX - BGP_KEEPALIVE_BYTES - 4 - ATTRIBUTES_MAX;
	struct text nlri = { 0 };

	for (uint32_t p = 0; p < r->bgp->prefixes.count; p++) {
		const struct bgp_prefix *prefix = r->bgp->prefixes.items[p].prefix;

		if (!r->prefixes[p] || prefix->family != r->family)
			continue;
		if (nlri.len + NLRI_MAX > room) {
			update_put(out, r, &nlri, withdraws);
			text_clear(&nlri);
		}
		update_nlri(&nlri, prefix);
	}
	if (nlri.len > 0)
		update_put(out, r, &nlri, withdraws);
	text_release(&nlri);
}

void message_announce(struct text *out, const struct message_routes *routes)
{
	update_all(out, routes, false);
}

void message_withdraw(struct text *out, const struct message_routes *routes)
{
	update_all(out, routes, true);
}

void message_end(struct text *out, enum ip_family family)
{
	const size_t start = message_begin(out, MESSAGE_UPDATE);

	message_u(out, 0, 2);
	message_u(out, family == IP_V4 ? 0 : 6, 2);
	if (family == IP_V6) {
		message_u(out, OPTIONAL << 16 | ATTRIBUTE_UNREACH << 8 | 3, 3);
		message_u(out, AFI_V6 << 8 | UNICAST, 3);
	}
	message_finish(out, start);
}
