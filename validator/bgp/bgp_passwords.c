/* SPDX-License-Identifier: Apache-2.0 */
/* BG054 to BG057: TCP-MD5 passwords and the Secrets that hold them (spec/bgp.md 2.2, 4.6). */
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "validator/bgp/bgp.h"

/* A neighbor's or a group's password. */
struct entry {
	const struct bgp_config *config;
	const struct bgp_credential *credential;
	const char *text; /* 'neighbor 192.0.2.1' */
};

static bool given(const struct str_value *text)
{
	return text->s != NULL && text->s[0] != '\0';
}

/* `below` is a path below `config` of the entry. */
static struct bgp_place place_of(const struct bgp_checks *c, const struct entry *e,
				 struct pos pos, const char *below)
{
	return (struct bgp_place){ pos, arena_printf(c->ck->arena, "%s.%s", e->credential->path,
						     below) };
}

/* ---- BG054 ---- */

/* The keys of a Secret, for a hint: the nearest, or all. */
static void hint_keys(const struct bgp_checks *c, struct finding *f,
		      const struct secret *secret, const char *wanted)
{
	struct nearest near = { .word = wanted };
	struct bgp_names names = { 0 };
	const struct label_map *const maps[] = { &secret->string_data, &secret->data };

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		ARRAY_FOREACH (const struct label, key, &maps[i]->list) {
			if (str_equal(key->key.s, wanted)) {
				finding_hint(c->ck, f, "write the value in base64");
				return;
			}
			nearest_offer(&near, key->key.s);
			bgp_names_add(c, &names, key->key.s);
		}
	}
	if (near.best != NULL)
		finding_hint(c->ck, f, "did you mean \"%s\"?", near.best);
	else if (names.list.count > 0)
		finding_hint(c->ck, f, "name one of its keys: %s", bgp_names_text(c, &names));
	else
		finding_hint(c->ck, f, "add the key to the Secret");
}

static void check_missing(const struct bgp_checks *c, const struct entry *e)
{
	const struct bgp_credential *credential = e->credential;
	const struct secret_ref *ref = credential->ref;
	const bool no_secret = credential->secret == NULL;
	struct finding *f;

	if (credential->missing == NULL || !check_can_run(c->ck, CHECK_BG054))
		return;
	f = bgp_report(c, CHECK_BG054, e->config,
		       place_of(c, e, credential->missing_pos,
				no_secret ? "authPasswordSecretRef.name"
					  : "authPasswordSecretRef.key"),
		       "%s, which %s names: where it applies no neighbor at all is set up, and "
		       "netlinkImport is never enabled%s",
		       credential->missing, e->text,
		       ref->optional.v ? "; optional: true changes nothing" : "");
	if (no_secret) {
		finding_hint(c->ck, f,
			     "create Secret \"%s\" with key \"%s\" in namespace \"%s\"",
			     ref->name.s, ref->key.s != NULL ? ref->key.s : "",
			     e->config->object->object.namespace);
		return;
	}
	hint_keys(c, f, credential->secret, ref->key.s != NULL ? ref->key.s : "");
	finding_related(c->ck, f, credential->secret->object.name.pos, "the Secret is here");
}

/* ---- BG055 ---- */

/* With an inline password the session is protected all the same, by that one. */
static void check_name(const struct bgp_checks *c, const struct entry *e)
{
	const struct secret_ref *ref = e->credential->ref;
	const bool inline_too = given(e->credential->given);
	struct finding *f;

	if (!ref->at.set || given(&ref->name))
		return;
	f = bgp_report(c, CHECK_BG055, e->config,
		       place_of(c, e, ref->name.s != NULL ? ref->name.pos : ref->at.key,
				ref->name.s != NULL ? "authPasswordSecretRef.name"
						    : "authPasswordSecretRef"),
		       "authPasswordSecretRef of %s has no name and is ignored: the session %s",
		       e->text,
		       inline_too ? "uses the password in authPassword"
				  : "runs without a password");
	if (inline_too)
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "name the Secret");
}

/* ---- BG056 ---- */

static void check_inline(const struct bgp_checks *c, const struct entry *e)
{
	const struct str_value *text = e->credential->given;
	const bool ignored = given(&e->credential->ref->name);
	struct finding *f;

	if (!given(text))
		return;
	f = bgp_report(c, CHECK_BG056, e->config, place_of(c, e, text->pos, "authPassword"),
		       "%s has its password in the open: whoever may read the "
		       "BGPConfiguration knows it%s",
		       e->text,
		       ignored ? ", and it is not even used, as authPasswordSecretRef wins"
			       : "");
	f->diag.confidential = true;
	finding_hint(c->ck, f,
		     ignored ? "remove authPassword"
			     : "put it into a Secret and name that in authPasswordSecretRef");
}

/* ---- BG057 ---- */

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* What is wrong with the bytes, the end of a sentence; NULL: nothing. */
static const char *content_fault(const struct bgp_checks *c,
				 const struct secret_value *password)
{
	if (password->len == 0)
		return "is empty: the session runs without a password";
	if (password->len > BGP_PASSWORD_MAX)
		return arena_printf(
			c->ck->arena,
			"has %zu bytes, and the kernel takes at most %d: the session "
			"never comes up",
			password->len, BGP_PASSWORD_MAX);
	if (password->bytes[password->len - 1] == '\n')
		return "ends with a line break, which is taken as a part of it: the router "
		       "hardly has the same";
	if (is_space(password->bytes[0]) || is_space(password->bytes[password->len - 1]))
		return "begins or ends with white space, which is taken as a part of it: the "
		       "router hardly has the same";
	return NULL;
}

/* Another entry has the same value. */
static bool seen_before(const struct entry *e, const struct secret_value *password)
{
	ARRAY_FOREACH (const struct bgp_credential, other, &e->config->credentials) {
		const struct pos *pos = &other->password.pos;

		if (other == e->credential)
			return false;
		if (other->auth == e->credential->auth && pos->source == password->pos.source &&
		    pos->line == password->pos.line && pos->column == password->pos.column)
			return true;
	}
	return false;
}

static void report_content(const struct bgp_checks *c, const struct entry *e, const char *fault)
{
	const struct bgp_credential *credential = e->credential;
	const struct secret_ref *ref = credential->ref;
	const bool from_secret = credential->auth == BGP_AUTH_SECRET;
	struct finding *f;

	if (from_secret)
		f = bgp_report(c, CHECK_BG057, e->config,
			       place_of(c, e, ref->key.pos, "authPasswordSecretRef.key"),
			       "the password of %s, key \"%s\" of Secret \"%s\", %s", e->text,
			       ref->key.s, ref->name.s, fault);
	else
		f = bgp_report(c, CHECK_BG057, e->config,
			       place_of(c, e, credential->given->pos, "authPassword"),
			       "the password of %s %s", e->text, fault);
	f->diag.confidential = !from_secret;
	if (credential->password.len <= BGP_PASSWORD_MAX)
		f->severity = SEVERITY_WARN;
	if (credential->password.len > BGP_PASSWORD_MAX)
		finding_hint(c->ck, f, "agree on a password of at most %d bytes",
			     BGP_PASSWORD_MAX);
	else if (credential->password.len == 0)
		finding_hint(c->ck, f, "write the password, or remove the reference");
	else
		finding_hint(c->ck, f,
			     "write it without: `printf %%s PASSWORD | base64` adds "
			     "no line break, echo does");
	if (from_secret)
		finding_related(c->ck, f, credential->password.pos, "the value is here");
}

static void check_content(const struct bgp_checks *c, const struct entry *e)
{
	const struct bgp_credential *credential = e->credential;
	const char *fault;

	if (credential->auth != BGP_AUTH_INLINE &&
	    (credential->auth != BGP_AUTH_SECRET || credential->missing != NULL))
		return;
	fault = content_fault(c, &credential->password);
	if (fault != NULL && !seen_before(e, &credential->password))
		report_content(c, e, fault);
}

/* ---- all of them ---- */

/* The entry is for some node, as far as nodes are known. (4.1) */
static bool applies(const struct bgp_checks *c, const struct bgp_selector *selector)
{
	return !selector->selector->at.set || !c->bgp->cluster->has_labels ||
	       selector->matches > 0;
}

static void check_entry(const struct bgp_checks *c, const struct bgp_config *config,
			uint32_t index)
{
	const uint32_t neighbors = config->object->neighbors.list.count;
	const struct entry e = {
		.config = config,
		.credential = &config->credentials.items[index],
		.text = index < neighbors ? bgp_neighbor_text(c, config, index)
					  : bgp_group_text(c, config, index - neighbors),
	};

	if (applies(c, &config->selectors.items[index]))
		check_missing(c, &e);
	check_name(c, &e);
	check_inline(c, &e);
	check_content(c, &e);
}

void bgp_check_passwords(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		for (uint32_t i = 0; i < config->credentials.count; i++)
			check_entry(c, config, i);
	}
}
