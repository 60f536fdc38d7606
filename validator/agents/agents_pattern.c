/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AG003, AG004: localInterface by itself. The advice of AG004 is built by trying one form
 * after another; only one that base/regex.h calls anchored is given.
 */
#include "validator/agents/agent_checks.h"

#include <ctype.h>
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "purelb/agents/interfaces.h"

/* ---- anchored forms ---- */

/* The pattern between ^ and $, each added where it is not there. */
static const char *agents_wrapped(struct arena *arena, const char *pattern)
{
	return arena_printf(arena, "%s%s%s", pattern[0] == '^' ? "" : "^", pattern,
			    str_has_suffix(pattern, "$") ? "" : "$");
}

/* "^eth0$" for "^eth0\\$", whose end was escaped by mistake: no name has a dollar sign. */
static const char *agents_unescaped(struct arena *arena, const char *pattern)
{
	size_t len = strlen(pattern);

	if (!str_has_suffix(pattern, "\\$"))
		return NULL;
	return agents_wrapped(arena, arena_strndup(arena, pattern, len - 2));
}

/* True when the pattern has nothing that could hide a '|' or an anchor. */
static bool agents_is_plain(const char *pattern)
{
	return strpbrk(pattern, "()[]{}\\") == NULL;
}

/*
 * Who writes "eth" means eth0, eth1 and so on: ^eth$ would match none. The form that covers
 * the names which begin so, for the prefixes that systems use; else NULL.
 */
static const char *agents_prefix_form(struct arena *arena, const char *pattern)
{
	static const char *const numbered[] = {
		"bond", "em", "eno", "ens", "eth", "team", NULL
	};
	size_t skip = strspn(pattern, "^");
	size_t len = strcspn(pattern + skip, "$");
	const char *prefix = arena_strndup(arena, pattern + skip, len);

	if (pattern[skip + len] != '\0' && strcmp(pattern + skip + len, "$") != 0)
		return NULL;
	if (str_in(prefix, numbered))
		return arena_printf(arena, "^%s[0-9]+$", prefix);
	return strcmp(prefix, "enp") == 0 ? "^enp[0-9]+s[0-9]+$" : NULL;
}

/*
 * A name with a dot in it, as VLAN interfaces have: "bond0.100" is meant as it stands, and not
 * as an expression whose dot matches anything. NULL for other patterns.
 */
static const char *agents_literal_form(struct arena *arena, const char *pattern)
{
	const size_t skip = strspn(pattern, "^");
	const size_t len = strcspn(pattern + skip, "$");
	const char *name = arena_strndup(arena, pattern + skip, len);
	const char *dot = strchr(name, '.');

	if (strspn(pattern + skip + len, "$") != strlen(pattern + skip + len) || dot == NULL ||
	    dot == name || strpbrk(name, "\\+*?()|[]{}^") != NULL)
		return NULL;
	for (; dot != NULL; dot = strchr(dot + 1, '.'))
		if (!isdigit((unsigned char)dot[1]))
			return NULL;
	return interface_name_pattern(arena, name);
}

/* "^(?:eth0|eth1)$" for the plain pattern "^eth0|eth1$": anchors go from each alternative,
 * and dots of names are escaped. */
static const char *agents_regrouped(struct arena *arena, const char *pattern)
{
	struct text form = { 0 };

	text_add(&form, "^(?:");
	for (const char *p = pattern;; p++) {
		size_t len = strcspn(p, "|");
		size_t skip = strspn(p, "^");
		size_t end = len;

		while (end > skip && p[end - 1] == '$')
			end--;
		const char *name = arena_strndup(arena, p + skip, skip < end ? end - skip : 0);
		const char *literal = agents_literal_form(arena, name);

		if (literal != NULL)
			text_add_bytes(&form, literal + 1, strlen(literal) - 2);
		else
			text_add(&form, name);
		p += len;
		if (*p == '\0')
			break;
		text_add_char(&form, '|');
	}
	text_add(&form, ")$");

	const char *copy = arena_strdup(arena, text_str(&form));

	text_release(&form);
	return copy;
}

/* A dot of the pattern that stands for itself in names of VLAN interfaces, "bond0.(100|200)":
 * before a number, or a choice of numbers. */
static bool agents_is_vlan_dot(const char *pattern, const char *dot)
{
	const char *after = dot + 1 + strspn(dot + 1, "([:?");

	return dot > pattern && isalnum((unsigned char)dot[-1]) &&
	       (isdigit((unsigned char)*after) || strncmp(dot + 1, "\\d", 2) == 0);
}

/* The pattern with those dots escaped. */
static const char *agents_escaped(struct arena *arena, const char *pattern)
{
	struct text form = { 0 };
	const char *copy;

	for (const char *p = pattern; *p != '\0'; p++) {
		if (*p == '.' && agents_is_vlan_dot(pattern, p))
			text_add_char(&form, '\\');
		text_add_char(&form, *p);
	}
	copy = arena_strdup(arena, text_str(&form));
	text_release(&form);
	return copy;
}

/*
 * An anchored form of a valid pattern that is not anchored, right for alternatives too:
 * "^(?:eth0|eth1)$" for "^eth0|eth1$". NULL when there is none to offer.
 */
static const char *agents_anchored_form(struct arena *arena, const char *pattern)
{
	const char *escaped = agents_escaped(arena, pattern);
	const char *const forms[] = {
		agents_literal_form(arena, pattern),
		agents_prefix_form(arena, pattern),
		agents_unescaped(arena, pattern),
		agents_wrapped(arena, escaped),
		agents_is_plain(pattern) ? agents_regrouped(arena, pattern) : NULL,
		arena_printf(arena, "^(?:%s)$", escaped),
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i] != NULL && regex_anchored(forms[i]))
			return forms[i];
	}
	return NULL;
}

/* The uplinks of an LBNodeAgent's nodes that its pattern matches. */
static void agents_matched_uplinks(struct checker *ck, const struct agent_view *view,
				   struct agent_names *names)
{
	ARRAY_FOREACH (const struct cluster_node *, node, &view->nodes) {
		ARRAY_FOREACH (struct node_interface, interface, &(*node)->interfaces) {
			if (!interface->loopback &&
			    !interface_name_is_internal(interface->name) &&
			    !str_equal(interface->name, view->rule->dummy_interface) &&
			    regex_match(view->rule->regex, interface->name))
				ARRAY_ADD(ck->arena, &names->list, interface->name);
		}
	}
	agent_names_unique(names);
}

/* "^(eth0|eth0[.]100)$" for these names. */
static const char *agents_names_form(struct arena *arena, const struct agent_names *names)
{
	struct text form = { 0 };

	text_add(&form, names->list.count > 1 ? "^(" : "^");
	for (uint32_t i = 0; i < names->list.count; i++) {
		if (i > 0)
			text_add_char(&form, '|');
		for (const char *p = names->list.items[i]; *p != '\0'; p++) {
			if (isalnum((unsigned char)*p) || strchr("_-@", *p) != NULL)
				text_add_char(&form, *p);
			else
				text_printf(&form, "[%c]", *p);
		}
	}
	text_add(&form, names->list.count > 1 ? ")$" : "$");

	const char *copy = arena_strdup(arena, text_str(&form));

	text_release(&form);
	return copy;
}

/* The form to advise: one that still selects the uplinks that the pattern is there for. */
static const char *agents_best_form(struct checker *ck, const struct agent_view *view)
{
	enum { LISTED_MAX = 3 };
	const char *form =
		agents_anchored_form(ck->arena, view->rule->agent->local.local_interface.s);
	struct regex *regex = form != NULL ? regex_new(form, NULL, 0) : NULL;
	struct agent_names names = { 0 };
	uint32_t kept = 0;

	agents_matched_uplinks(ck, view, &names);
	ARRAY_FOREACH (const char *, name, &names.list) {
		if (regex != NULL && regex_match(regex, *name))
			kept++;
	}
	regex_free(regex);
	if (kept == 0 && names.list.count > 0 && names.list.count <= LISTED_MAX)
		return agents_names_form(ck->arena, &names);
	return form;
}

/* ---- findings ---- */

enum { QUOTED_MAX = 100 }; /* bytes of a pattern that may be of any length */

static void agents_report_bad_pattern(struct checker *ck, const struct agent_rule *rule)
{
	const struct str_value *pattern = &rule->agent->local.local_interface;
	struct finding *f =
		regex_error_is_bound(rule->regex_error)
			? report(ck, CHECK_AG003, &rule->agent->object, pattern->pos,
				 "localInterface \"%.*s\" is not checked: %s", QUOTED_MAX,
				 pattern->s, rule->regex_error)
			: report(ck, CHECK_AG003, &rule->agent->object, pattern->pos,
				 "localInterface \"%s\" is not a valid regular expression "
				 "(%s): the nodes it governs announce nothing",
				 pattern->s, rule->regex_error);

	finding_path(ck, f, "spec.local.localInterface");
	finding_hint(ck, f, "write default, or an RE2 expression such as ^eth0$");
}

/* A name that the pattern matches and its anchored form does not, on a node or in general. */
struct stray {
	const char *name;
	const char *node; /* NULL: no node is known to have it */
};

static bool agents_is_stray(const struct regex *pattern, const struct regex *form,
			    const char *name)
{
	return regex_match(pattern, name) && (form == NULL || !regex_match(form, name));
}

static bool agents_stray_on_node(const struct agent_view *view, const struct regex *form,
				 struct stray *out)
{
	ARRAY_FOREACH (const struct cluster_node *, node, &view->nodes) {
		ARRAY_FOREACH (struct node_interface, interface, &(*node)->interfaces) {
			if (interface->loopback ||
			    str_equal(interface->name, view->rule->dummy_interface) ||
			    !agents_is_stray(view->rule->regex, form, interface->name))
				continue;
			*out = (struct stray){ interface->name, (*node)->name };
			return true;
		}
	}
	return false;
}

/* Names as nodes commonly have them, and the pattern itself with more before or after it. */
static bool agents_stray_in_general(struct checker *ck, const struct agent_rule *rule,
				    const struct regex *form, struct stray *out)
{
	const char *pattern = rule->agent->local.local_interface.s;
	const char *core = pattern + strspn(pattern, "^");
	int len = (int)strcspn(core, "$|");
	const char *const names[] = {
		"veth1a2b3c4d",
		"cali1a2b3c4d5e6",
		"lxc1a2b3c4d5e6f",
		"cni0",
		"docker0",
		"br-1a2b3c4d5e6f",
		"flannel.1",
		"cilium_host",
		"vxlan.calico",
		"tunl0",
		"kube-ipvs0",
		"eth0.100",
		"eth10",
		"bond0.100",
		"bond10",
		"ens192.100",
		"eno1.100",
		"enp1s0.100",
		arena_printf(ck->arena, "%.*s.100", len, core),
		arena_printf(ck->arena, "v%.*s", len, core),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (interface_name_valid(names[i]) &&
		    agents_is_stray(rule->regex, form, names[i])) {
			*out = (struct stray){ names[i], NULL };
			return true;
		}
	}
	return false;
}

static const char *agents_stray_text(struct checker *ck, const struct agent_view *view,
				     const char *form_text)
{
	struct regex *form = form_text != NULL ? regex_new(form_text, NULL, 0) : NULL;
	struct stray stray;
	const char *text = "it matches every name that contains it";

	if (agents_stray_on_node(view, form, &stray))
		text = arena_printf(ck->arena, "it also matches \"%s\" of %s", stray.name,
				    stray.node);
	else if (agents_stray_in_general(ck, view->rule, form, &stray))
		text = arena_printf(ck->arena, "it also matches a name like \"%s\"",
				    stray.name);
	regex_free(form);
	return text;
}

static void agents_report_unanchored(struct checker *ck, const struct agent_view *view)
{
	const struct str_value *pattern = &view->rule->agent->local.local_interface;
	const char *form = agents_best_form(ck, view);
	struct finding *f = report(ck, CHECK_AG004, &view->rule->agent->object, pattern->pos,
				   "localInterface \"%s\" is not anchored on both sides: %s",
				   pattern->s, agents_stray_text(ck, view, form));

	finding_path(ck, f, "spec.local.localInterface");
	if (form != NULL)
		finding_set_fix(&ck->findings, f, FIX_VALUE, pattern->s, form, "write ", "");
	else
		finding_hint(ck, f, "begin every alternative with ^ and end it with $");
}

void agents_check_pattern(struct checker *ck, const struct agent_view *view)
{
	const struct agent_rule *rule = view->rule;

	if (rule->is_default || !rule->agent->local.at.set)
		return;
	if (rule->regex_error != NULL)
		agents_report_bad_pattern(ck, rule);
	else if (rule->regex != NULL && !regex_anchored(rule->agent->local.local_interface.s))
		agents_report_unanchored(ck, view);
}
