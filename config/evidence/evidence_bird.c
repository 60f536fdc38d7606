/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BIRD 2 prints: `show protocols all` (sessions) and `show route all` (paths). (O1)
 *
 * BIRD prints no time zone and often no date, so that times of its lines are not kept. Routes
 * that import policy refused are printed by `show route all filtered` only, in the same form: a
 * file with "filtered" in its name is taken to be that.
 */
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

/* ---- show protocols all ---- */

/* How BIRD words the codes of NOTIFICATIONs (RFC 4271, RFC 4486). */
static const struct {
	const char *text;
	uint8_t code, subcode;
} bird_notifications[] = {
	{ "Unsupported version number", 2, 1 },
	{ "Bad peer AS", 2, 2 },
	{ "Bad BGP identifier", 2, 3 },
	{ "Unsupported optional parameter", 2, 4 },
	{ "Unacceptable hold time", 2, 6 },
	{ "Required capability missing", 2, 7 },
	{ "Hold timer expired", 4, 0 },
	{ "Finite state machine error", 5, 0 },
	{ "Maximum number of prefixes reached", 6, 1 },
	{ "Administrative shutdown", 6, 2 },
	{ "Peer de-configured", 6, 3 },
	{ "Administrative reset", 6, 4 },
	{ "Connection rejected", 6, 5 },
	{ "Other configuration change", 6, 6 },
	{ "Connection collision resolution", 6, 7 },
	{ "Out of Resources", 6, 8 },
};

/* "Received: Bad peer AS": from the peer. "BGP Error: …": sent to it. */
static void bird_last_error(struct evidence_reader *r, struct evidence_session *out,
			    const char *text)
{
	const bool received = str_has_prefix(text, "Received: ");
	const bool sent = str_has_prefix(text, "BGP Error: ");
	const char *words = received || sent ? strchr(text, ':') + 2 : text;

	out->last_error = evidence_text(r, text);
	for (uint32_t i = 0; (received || sent) && i < ARRAY_LEN(bird_notifications); i++) {
		if (!str_has_prefix(words, bird_notifications[i].text))
			continue;
		out->notification.known = out->notification.direction_known = true;
		out->notification.sent = sent;
		out->notification.code = bird_notifications[i].code;
		out->notification.subcode = bird_notifications[i].subcode;
		out->notification.text = evidence_text(r, words);
	}
}

/* "1 imported, 2 filtered, 0 exported, 1 preferred". */
static void bird_route_counts(struct evidence_session_family *family, char *text)
{
	family->accepted = family->advertised = family->received = 0;
	for (char *number = evidence_word(&text); number != NULL;
	     number = evidence_word(&text)) {
		const int64_t count = evidence_number(number);
		const char *what = evidence_word(&text);

		if (what == NULL || count < 0)
			return;
		if (str_has_prefix(what, "imported")) {
			family->accepted = count;
			family->received += count;
		} else if (str_has_prefix(what, "filtered")) {
			family->received += count;
		} else if (str_has_prefix(what, "exported")) {
			family->advertised = count;
		}
	}
}

/* Received, rejected, filtered, ignored, accepted. Without `import keep filtered` only this
 * shows that a filter refuses routes. */
static void bird_update_counts(struct evidence_session_family *family, char *text)
{
	enum { FILTERED_AT = 3 };
	const char *word = NULL;

	for (int i = 0; i < FILTERED_AT; i++)
		word = evidence_word(&text);
	if (word != NULL && evidence_number(word) > 0)
		family->refused = evidence_number(word);
}

static void bird_channel_line(struct evidence_reader *r, struct evidence_session_family *family,
			      char *line)
{
	char *value;

	if ((value = evidence_after(line, "State:")) != NULL)
		family->negotiated = str_equal(value, "UP");
	else if ((value = evidence_after(line, "Input filter:")) != NULL)
		family->import = evidence_text(r, value);
	else if ((value = evidence_after(line, "Output filter:")) != NULL)
		family->export = evidence_text(r, value);
	else if ((value = evidence_after(line, "Routes:")) != NULL)
		bird_route_counts(family, value);
	else if ((value = evidence_after(line, "Import updates:")) != NULL)
		bird_update_counts(family, value);
}

static void bird_session_line(struct evidence_reader *r, struct evidence_session *out,
			      char *line)
{
	char *value;

	if ((value = evidence_after(line, "BGP state:")) != NULL) {
		out->state = evidence_bgp_state_parse(value);
		out->state_text = evidence_text(r, value);
		/* "Down": the protocol does not run. */
		if (str_equal(value, "Down"))
			out->state = BGP_STATE_IDLE;
	} else if ((value = evidence_after(line, "Neighbor address:")) != NULL) {
		out->has_peer = ip_parse_bytes(value, strcspn(value, "%"), &out->peer);
		out->peer_text = out->has_peer ? NULL : evidence_text(r, value);
	} else if ((value = evidence_after(line, "Neighbor range:")) != NULL) {
		out->peer_text = evidence_text(r, value);
	} else if ((value = evidence_after(line, "Neighbor AS:")) != NULL) {
		out->expected_asn = evidence_number(value);
		if (out->state == BGP_STATE_ESTABLISHED)
			out->peer_asn = out->expected_asn;
	} else if ((value = evidence_after(line, "Local AS:")) != NULL) {
		out->local_asn = evidence_number(value);
	} else if ((value = evidence_after(line, "Neighbor ID:")) != NULL) {
		out->has_peer_id = ip_parse(value, &out->peer_id);
	} else if ((value = evidence_after(line, "Source address:")) != NULL) {
		out->has_local = ip_parse(value, &out->local);
	} else if ((value = evidence_after(line, "Last error:")) != NULL) {
		bird_last_error(r, out, value);
	} else if ((value = evidence_after(line, "Hold timer:")) != NULL) {
		value = strchr(value, '/');
		out->hold_s = value != NULL ? evidence_number(value + 1) : -1;
	} else if ((value = evidence_after(line, "Keepalive timer:")) != NULL) {
		value = strchr(value, '/');
		out->keepalive_s = value != NULL ? evidence_number(value + 1) : -1;
	}
}

/* "node_a     BGP        ---        up     21:59:12.900  Established": a session, or NULL. */
static struct evidence_session *bird_protocol(struct evidence_reader *r, char *line)
{
	const char *name = evidence_word(&line);
	const char *kind = evidence_word(&line);
	const char *table = evidence_word(&line);
	const char *state = evidence_word(&line);
	struct evidence_session *out;

	if (!str_equal(kind, "BGP") || table == NULL || state == NULL)
		return NULL;
	out = EVIDENCE_ADD(r, &r->evidence->sessions, r->line);
	if (out == NULL)
		return NULL;
	out->daemon = DAEMON_BIRD;
	out->name = evidence_text(r, name);
	out->admin_down = str_equal(state, "down");
	out->local_asn = out->peer_asn = out->expected_asn = -1;
	out->state_s = out->up_count = out->down_count = out->hold_s = out->keepalive_s = -1;
	out->peer_port = out->local_port = -1;
	out->since_ns = out->notification.time_ns = EVIDENCE_UNKNOWN;
	return out;
}

void evidence_read_bird_protocols(struct evidence_reader *r)
{
	struct evidence_session *session = NULL;
	struct evidence_session_family *family = NULL;

	for (char *line = evidence_next_line(r); line != NULL; line = evidence_next_line(r)) {
		char *text = line + strspn(line, " \t");
		const char *channel;

		if (text == line) {
			family = NULL;
			session = *line != '\0' ? bird_protocol(r, line) : NULL;
			continue;
		}
		if (session == NULL)
			continue;
		channel = evidence_after(text, "Channel ");
		if (channel != NULL) {
			const bool v4 = str_equal(channel, "ipv4");

			family = NULL;
			if (!v4 && !str_equal(channel, "ipv6"))
				continue;
			family = ARRAY_PUSH(&r->snapshot->arena, &session->families);
			family->family = v4 ? IP_V4 : IP_V6;
			family->received = family->accepted = family->advertised = -1;
		} else if (family != NULL) {
			bird_channel_line(r, family, text);
		} else {
			bird_session_line(r, session, text);
		}
	}
}

/* ---- show route all ---- */

/* "unicast [node_a 21:57:54.696 from fd00::1] * (100) [AS65000i]". */
static struct evidence_path *bird_path(struct evidence_reader *r, struct ip_net net, char *text)
{
	struct evidence_path *out = EVIDENCE_ADD(r, &r->evidence->paths, r->line);
	char *open = strchr(text, '[');
	char *close = open != NULL ? strchr(open, ']') : NULL;
	char *from;

	if (out == NULL)
		return NULL;
	out->daemon = DAEMON_BIRD;
	out->prefix = net;
	out->family = ip_family(ip_net_first(net));
	r->file->both_families |= r->file->family != IP_NONE && r->file->family != out->family;
	r->file->family = out->family;
	out->validity_known = true;
	out->valid = str_has_prefix(text, "unicast");
	out->local = true; /* until its type is read */
	out->local_preference = out->med = out->age_s = -1;
	out->since_ns = EVIDENCE_UNKNOWN;
	out->filtered = strstr(r->file->name, "filtered") != NULL;
	if (close == NULL)
		return out;
	out->best = strchr(close, '*') != NULL && !out->filtered;
	out->protocol = evidence_text_bytes(r, open + 1, strcspn(open + 1, " ]"));
	from = strstr(open, " from ");
	if (from != NULL && from < close)
		out->has_neighbor =
			ip_parse_bytes(from + strlen(" from "),
				       strcspn(from + strlen(" from "), "%] "), &out->neighbor);
	return out;
}

/* "(65000,100) (65000,200)" as "65000:100 65000:200". */
static const char *bird_communities(struct evidence_reader *r, const char *text)
{
	struct text out = { 0 };
	const char *result;

	for (; *text != '\0'; text++) {
		if (*text == ',')
			text_add_char(&out, ':');
		else if (*text != '(' && *text != ')')
			text_add_char(&out, *text);
	}
	result = evidence_text(r, text_str(&out));
	text_release(&out);
	return result;
}

static void bird_path_line(struct evidence_reader *r, struct evidence_path *out, char *line)
{
	char *value;

	if ((value = evidence_after(line, "via ")) != NULL) {
		const char *on = strstr(value, " on ");
		struct ip ip;

		if (ip_parse_bytes(value, strcspn(value, " %"), &ip) && !out->has_next_hop) {
			out->next_hop = ip;
			out->has_next_hop = true;
		}
		if (on != NULL && out->interface == NULL)
			out->interface = evidence_text_bytes(r, on + strlen(" on "),
							     strcspn(on + strlen(" on "), " "));
	} else if ((value = evidence_after(line, "Type:")) != NULL) {
		out->local = !str_has_prefix(value, "BGP");
		if (!out->local && !out->has_neighbor && out->has_next_hop) {
			out->neighbor = out->next_hop;
			out->has_neighbor = true;
		}
	} else if ((value = evidence_after(line, "BGP.as_path:")) != NULL) {
		out->as_path = evidence_text(r, value);
	} else if ((value = evidence_after(line, "BGP.next_hop:")) != NULL) {
		out->has_next_hop = ip_parse_bytes(value, strcspn(value, " %"), &out->next_hop);
	} else if ((value = evidence_after(line, "BGP.local_pref:")) != NULL) {
		out->local_preference = evidence_number(value);
	} else if ((value = evidence_after(line, "BGP.med:")) != NULL) {
		out->med = evidence_number(value);
	} else if ((value = evidence_after(line, "BGP.community:")) != NULL) {
		out->communities = bird_communities(r, value);
	}
}

void evidence_read_bird_route(struct evidence_reader *r)
{
	struct evidence_path *path = NULL;
	struct ip_net net;
	bool has_net = false;

	for (char *line = evidence_next_line(r); line != NULL; line = evidence_next_line(r)) {
		char *text = line + strspn(line, " ");
		/* Attributes are indented by a tab. */
		const bool attribute = *text == '\t';
		char *kind = text;

		if (attribute) {
			if (path != NULL)
				bird_path_line(r, path, text + strspn(text, " \t"));
			continue;
		}
		path = NULL;
		if (text == line) {
			char *prefix = evidence_word(&kind);

			has_net = prefix != NULL && strchr(prefix, '/') != NULL &&
				  ip_net_parse(prefix, &net);
			kind += strspn(kind, " ");
		}
		if (has_net && strchr(kind, '[') != NULL)
			path = bird_path(r, net, kind);
	}
}
