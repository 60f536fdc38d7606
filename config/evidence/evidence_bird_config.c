/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bird.conf of BIRD 2: the BGP protocols and templates with their channels, filters, and how
 * many paths the kernel gets. (O1)
 *
 * Statements end with `;` or open a block. Names that `define` gave are resolved where an AS
 * number is expected. Passwords are noted, never kept; filters are kept as they are written.
 * Files that are included are not read.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

enum { BIRD_STATEMENT_MAX = 2048 };

struct bird_define {
	const char *name, *value;
};

struct bird_config {
	struct evidence_reader *r;
	const char *at, *end;
	uint32_t line;
	uint32_t statement_line;
	char text[BIRD_STATEMENT_MAX + 1]; /* of the present statement */
	uint32_t router;                   /* its number in the list */
	ARRAY_OF(struct bird_define) defines;
	struct evidence_name *define_names;
	struct evidence_name *templates; /* among the router's peers */
};

static struct evidence_router *bird_config_router(struct bird_config *c)
{
	return &c->r->evidence->routers.items[c->router];
}

/* ---- statements ---- */

/* Skips blanks and comments. */
static void bird_config_skip(struct bird_config *c)
{
	while (c->at < c->end) {
		if (isspace((unsigned char)*c->at)) {
			c->line += *c->at++ == '\n';
		} else if (*c->at == '#') {
			while (c->at < c->end && *c->at != '\n')
				c->at++;
		} else if (c->end - c->at > 1 && c->at[0] == '/' && c->at[1] == '*') {
			for (c->at += 2;
			     c->at < c->end && !(c->at[0] == '*' && c->at[1] == '/'); c->at++)
				c->line += *c->at == '\n';
			c->at += c->at < c->end ? 2 : 0;
		} else {
			return;
		}
	}
}

/*
 * Reads a statement into c->text, words separated by one blank. Returns what it ends with: ';',
 * '{', '}' (nothing before it), or 0 at the end of the file.
 */
static char bird_config_statement(struct bird_config *c)
{
	size_t len = 0;
	unsigned sets = 0;

	bird_config_skip(c);
	c->statement_line = c->line;
	for (;;) {
		const char *before = c->at;
		char ch;

		bird_config_skip(c);
		if (len > 0 && c->at > before && len < BIRD_STATEMENT_MAX)
			c->text[len++] = ' ';
		c->text[len] = '\0';
		if (c->at >= c->end)
			return 0;
		ch = *c->at++;
		/* Sets of prefixes have braces: [ 10.0.0.0/8{16,24} ]. */
		sets += ch == '[';
		sets -= ch == ']' && sets > 0;
		if (ch == ';' || (sets == 0 && (ch == '{' || ch == '}'))) {
			while (len > 0 && c->text[len - 1] == ' ')
				len--;
			c->text[len] = '\0';
			return ch;
		}
		if (len < BIRD_STATEMENT_MAX)
			c->text[len++] = ch;
		while (ch == '"' && c->at < c->end) {
			const char in = *c->at++;

			c->line += in == '\n';
			if (len < BIRD_STATEMENT_MAX)
				c->text[len++] = in;
			if (in == '"')
				break;
		}
	}
}

/* Reads up to the end of a block that was entered; its text without the last brace. */
static const char *bird_config_block(struct bird_config *c)
{
	struct text text = { 0 };
	unsigned depth = 1;
	const char *result;

	for (bool space = false; c->at < c->end && depth > 0;) {
		const char *before = c->at;
		char ch;

		bird_config_skip(c);
		space = c->at > before;
		if (c->at >= c->end)
			break;
		ch = *c->at++;
		depth += ch == '{';
		depth -= ch == '}';
		if (depth > 0 && text.len < EVIDENCE_TEXT_BYTES_MAX) {
			if (space && text.len > 0)
				text_add_char(&text, ' ');
			text_add_char(&text, ch);
		}
	}
	result = evidence_text(c->r, text_str(&text));
	text_release(&text);
	return result;
}

/* A number, or a name that stands for one; -1: neither. */
static int64_t bird_config_number(const struct bird_config *c, const char *word)
{
	const int64_t number = evidence_number(word);
	const struct evidence_name *found;

	if (number >= 0 || word == NULL)
		return number;
	found = evidence_name_find(c->define_names, word);
	return found == NULL ? -1 : evidence_number(c->defines.items[found->number].value);
}

/* ---- protocol bgp ---- */

static void bird_config_as(const struct bird_config *c, const char *word, int64_t *asn,
			   struct evidence_peer *peer)
{
	if (peer != NULL && str_equal(word, "external"))
		peer->external = true;
	else if (peer != NULL && str_equal(word, "internal"))
		peer->internal = true;
	else if (bird_config_number(c, word) >= 0)
		*asn = bird_config_number(c, word);
}

/* "local [ADDRESS] [port N] [as N]". */
static void bird_config_local(struct bird_config *c, struct evidence_peer *peer, char *rest)
{
	struct ip ip;

	for (const char *word = evidence_word(&rest); word != NULL;
	     word = evidence_word(&rest)) {
		if (str_equal(word, "as"))
			bird_config_as(c, evidence_word(&rest), &peer->local_asn, NULL);
		else if (ip_parse(word, &ip))
			peer->source = evidence_text(c->r, word);
	}
}

/* "neighbor [range] ADDRESS|NET [port N] [as N] [external|internal]". */
static void bird_config_neighbor(struct bird_config *c, struct evidence_peer *peer, char *rest)
{
	struct ip_net net;

	for (const char *word = evidence_word(&rest); word != NULL;
	     word = evidence_word(&rest)) {
		if (str_equal(word, "range"))
			peer->is_range = true;
		else if (str_equal(word, "as"))
			bird_config_as(c, evidence_word(&rest), &peer->asn, peer);
		else if (str_equal(word, "external") || str_equal(word, "internal"))
			bird_config_as(c, word, &peer->asn, peer);
		else if (str_equal(word, "port"))
			(void)evidence_word(&rest);
		else if (evidence_net_parse(word, &net)) {
			peer->from = net;
			peer->has_from = true;
		}
	}
}

/* Statements of a channel: import, export, limits. `family` may be NULL: it is passed over. */
static void bird_config_channel(struct bird_config *c, struct evidence_peer_family *family)
{
	char end;

	while ((end = bird_config_statement(c)) != 0 && end != '}') {
		const char *block = end == '{' ? bird_config_block(c) : NULL;
		char *value;

		if (family == NULL)
			continue;
		if ((value = evidence_after(c->text, "import limit ")) != NULL ||
		    (value = evidence_after(c->text, "receive limit ")) != NULL)
			family->import_limit = evidence_number(value);
		else if (str_has_prefix(c->text, "import keep") ||
			 str_has_prefix(c->text, "import table"))
			continue;
		else if ((value = evidence_after(c->text, "import ")) != NULL)
			family->import = block != NULL ? block : evidence_text(c->r, value);
		else if ((value = evidence_after(c->text, "export ")) != NULL &&
			 !str_has_prefix(value, "limit"))
			family->export = block != NULL ? block : evidence_text(c->r, value);
	}
}

static struct evidence_peer_family *bird_config_family(struct bird_config *c,
						       struct evidence_peer *peer)
{
	const enum ip_family family = str_equal(c->text, "ipv4")   ? IP_V4
				      : str_equal(c->text, "ipv6") ? IP_V6
								   : IP_NONE;
	struct evidence_peer_family *out;

	if (family == IP_NONE)
		return NULL;
	ARRAY_FOREACH (struct evidence_peer_family, known, &peer->families)
		if (known->family == family)
			return known;
	out = ARRAY_PUSH(&c->r->snapshot->arena, &peer->families);
	out->family = family;
	out->active = true;
	out->import_limit = -1;
	return out;
}

static void bird_config_peer_statement(struct bird_config *c, struct evidence_peer *peer)
{
	char *value;

	if ((value = evidence_after(c->text, "local ")) != NULL)
		bird_config_local(c, peer, value);
	else if ((value = evidence_after(c->text, "neighbor ")) != NULL)
		bird_config_neighbor(c, peer, value);
	else if (str_has_prefix(c->text, "password ") ||
		 str_has_prefix(c->text, "authentication "))
		peer->password = !str_equal(c->text, "authentication none");
	else if (str_equal(c->text, "passive") || str_equal(c->text, "passive on"))
		peer->passive = true;
	else if (str_equal(c->text, "disabled") || str_equal(c->text, "disabled on"))
		peer->shutdown = true;
	else if (str_has_prefix(c->text, "multihop")) {
		peer->multihop = true;
		peer->hops = evidence_number(c->text + strcspn(c->text, "0123456789"));
	} else if (str_equal(c->text, "ttl security") || str_equal(c->text, "ttl security on"))
		peer->ttl_security = true;
	else if ((value = evidence_after(c->text, "hold time ")) != NULL)
		peer->hold_s = evidence_number(value);
	else if ((value = evidence_after(c->text, "keepalive time ")) != NULL)
		peer->keepalive_s = evidence_number(value);
	else if ((value = evidence_after(c->text, "confederation ")) != NULL &&
		 bird_config_number(c, value) >= 0)
		bird_config_router(c)->confederation = bird_config_number(c, value);
	else if ((value = evidence_after(c->text, "source address ")) != NULL)
		peer->source = evidence_text(c->r, value);
}

static void bird_config_inherit(struct bird_config *c, const struct evidence_peer *model,
				struct evidence_peer *peer)
{
	const struct evidence_peer own = *peer;

	*peer = *model;
	peer->line = own.line;
	peer->name = own.name;
	/* The model's list stays its own. */
	memset(&peer->families, 0, sizeof(peer->families));
	ARRAY_FOREACH (const struct evidence_peer_family, of, &model->families)
		ARRAY_ADD(&c->r->snapshot->arena, &peer->families, *of);
}

/* The header is "protocol bgp [NAME] [from TEMPLATE]"; the block has been entered. */
static void bird_config_peer(struct bird_config *c, bool is_template)
{
	struct evidence_router *router = bird_config_router(c);
	char *rest = c->text;
	struct evidence_peer peer = { .line = c->statement_line };
	const char *word;
	char end;

	peer.asn = peer.local_asn = peer.hops = peer.hold_s = peer.keepalive_s = -1;
	(void)evidence_word(&rest);
	(void)evidence_word(&rest);
	word = evidence_word(&rest);
	if (word != NULL && !str_equal(word, "from")) {
		peer.name = evidence_text(c->r, word);
		word = evidence_word(&rest);
	}
	if (str_equal(word, "from") && (word = evidence_word(&rest)) != NULL) {
		const struct evidence_name *found = evidence_name_find(c->templates, word);

		if (found != NULL)
			bird_config_inherit(c, &router->peers.items[found->number], &peer);
		peer.group = evidence_text(c->r, word);
	}
	peer.is_group = is_template;
	while ((end = bird_config_statement(c)) != 0 && end != '}') {
		if (end == '{' && str_has_prefix(c->text, "ipv"))
			bird_config_channel(c, bird_config_family(c, &peer));
		else if (end == '{')
			(void)bird_config_block(c);
		else if (str_equal(c->text, "ipv4") || str_equal(c->text, "ipv6"))
			(void)bird_config_family(c, &peer);
		else
			bird_config_peer_statement(c, &peer);
	}
	if (router->peers.count >= EVIDENCE_PEERS_MAX || !evidence_take(c->r))
		return;
	ARRAY_ADD(&c->r->snapshot->arena, &router->peers, peer);
	if (is_template && peer.name != NULL)
		evidence_name_set(c->r, &c->templates, peer.name, router->peers.count - 1);
}

/* ---- the file ---- */

/* "merge paths [on] [limit N]" of a kernel protocol; N is 16 where it is not written. */
static void bird_config_kernel(struct bird_config *c)
{
	enum { LIMIT_DEFAULT = 16 };
	struct evidence_router *router = bird_config_router(c);
	char end;

	while ((end = bird_config_statement(c)) != 0 && end != '}') {
		const char *limit = strstr(c->text, "limit ");

		if (end == '{')
			(void)bird_config_block(c);
		else if (str_has_prefix(c->text, "merge paths") &&
			 strstr(c->text, "off") == NULL)
			router->max_paths = limit != NULL
						    ? evidence_number(limit + strlen("limit "))
						    : LIMIT_DEFAULT;
	}
}

static void bird_config_define(struct bird_config *c, char *rest)
{
	char *equals = strchr(rest, '=');
	struct bird_define define;

	if (equals == NULL)
		return;
	define.name = arena_strndup(c->r->scratch, rest, strcspn(rest, " ="));
	define.value = arena_strdup(c->r->scratch, equals + 1 + strspn(equals + 1, " "));
	ARRAY_ADD(c->r->scratch, &c->defines, define);
	evidence_name_set(c->r, &c->define_names, define.name, c->defines.count - 1);
}

static void bird_config_top_block(struct bird_config *c)
{
	char *value;

	if (str_has_prefix(c->text, "protocol bgp") ||
	    str_has_prefix(c->text, "template bgp")) {
		bird_config_peer(c, c->text[0] == 't');
	} else if (str_has_prefix(c->text, "protocol kernel")) {
		bird_config_kernel(c);
	} else if ((value = evidence_after(c->text, "filter ")) != NULL) {
		struct evidence_policy policy = { .line = c->statement_line,
						  .name = evidence_text(c->r, value) };

		policy.text = bird_config_block(c);
		if (evidence_take(c->r))
			ARRAY_ADD(&c->r->snapshot->arena, &bird_config_router(c)->policies,
				  policy);
	} else {
		(void)bird_config_block(c);
	}
}

static void bird_config_top_statement(struct bird_config *c)
{
	struct evidence_router *router = bird_config_router(c);
	char *value;

	if ((value = evidence_after(c->text, "router id ")) != NULL)
		router->has_router_id = ip_parse(value, &router->router_id);
	else if ((value = evidence_after(c->text, "define ")) != NULL)
		bird_config_define(c, value);
	else if ((value = evidence_after(c->text, "hostname ")) != NULL)
		router->host_name = evidence_text_bytes(c->r, value + (*value == '"'),
							strcspn(value + (*value == '"'), "\""));
}

void evidence_read_bird_config(struct evidence_reader *r)
{
	struct evidence_router *router = EVIDENCE_ADD(r, &r->evidence->routers, 1);
	struct bird_config *c;
	char end;

	if (router == NULL)
		return;
	router->daemon = DAEMON_BIRD;
	router->asn = router->confederation = -1;
	router->max_paths = router->max_paths_ibgp = -1;
	c = arena_zalloc(r->scratch, 1, sizeof(*c));
	c->r = r;
	c->at = r->data;
	c->end = r->data + r->len;
	c->line = 1;
	c->router = r->evidence->routers.count - 1;
	while ((end = bird_config_statement(c)) != 0) {
		if (end == '{')
			bird_config_top_block(c);
		else if (end == ';')
			bird_config_top_statement(c);
	}
	evidence_names_clear(&c->define_names);
	evidence_names_clear(&c->templates);
}
