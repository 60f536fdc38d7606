/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds placeholders in scalars, and says what such a scalar is. (I6)
 *
 * The notations: `${NAME}` with the defaults of envsubst and Flux (`:=`, `:-`, `=`, `-`), and
 * `$${NAME}` for the text itself; `$NAME` as a whole value; `$(NAME)`; `{{ … }}`, `{% … %}` and
 * `<% … %>` of template languages; `((name))`; `<NAME>`, `<path:…>`, `@NAME@`, `%NAME%`,
 * `__NAME__`, `#{NAME}#` as whole values; `ref+…://` and `op://` of secret stores; `ENC[…]` of
 * SOPS and the armor of age, PGP and Ansible. Expressions of bash beyond the defaults are not
 * computed: such a value is unknown.
 */
#include "config/yaml/placeholder.h"

#include <string.h>

#include "base/text.h"

enum { PLACEHOLDER_EXPANDED_MAX = 64 * 1024 }; /* bytes that values may make of one scalar */

static bool placeholder_is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool placeholder_is_name_char(char c)
{
	return placeholder_is_name_start(c) || (c >= '0' && c <= '9');
}

/* The length of the name that `s` begins with; 0: none. */
static size_t placeholder_name_length(const char *s)
{
	size_t len = 0;

	if (!placeholder_is_name_start(s[0]))
		return 0;
	while (placeholder_is_name_char(s[len]))
		len++;
	return len;
}

bool placeholder_name_valid(const char *name, size_t len)
{
	return len > 0 && placeholder_name_length(name) == len;
}

/* ---- ${NAME} ---- */

struct placeholder_variable {
	const char *name;
	size_t name_len;
	const char *fallback; /* the default; NULL: none */
	size_t fallback_len;
	bool computed; /* an expression that is not a default */
	size_t len;    /* of it all */
};

/* The variable that begins at `s`, which is at "${"; false when it is none. */
static bool placeholder_variable_at(const char *s, struct placeholder_variable *out)
{
	const char *name = s + 2;
	const size_t len = placeholder_name_length(name);
	const char *after = name + len;
	const char *end;

	if (len == 0 || after[0] == '\0' || strchr("}:=-#%/^,?+", after[0]) == NULL)
		return false; /* such as ${node.annotations['key']} of k8gobgp */
	end = strchr(after, '}');
	if (end == NULL)
		return false;
	*out = (struct placeholder_variable){ .name = name,
					      .name_len = len,
					      .len = (size_t)(end - s) + 1 };
	if (after == end)
		return true;
	if (after[0] == ':' && (after[1] == '=' || after[1] == '-'))
		out->fallback = after + 2;
	else if (after[0] == '=' || after[0] == '-')
		out->fallback = after + 1;
	else
		out->computed = true;
	if (out->fallback != NULL)
		out->fallback_len = (size_t)(end - out->fallback);
	return true;
}

void substitutions_move(const struct substitutions *substitutions, const char **namespace)
{
	if (substitutions != NULL && substitutions->target_namespace != NULL)
		*namespace = substitutions->target_namespace;
	else if (substitutions != NULL && *namespace == NULL)
		*namespace = substitutions->default_namespace;
}

bool substitutions_hide(const struct substitutions *substitutions, const char *namespace)
{
	return substitutions != NULL && substitutions->target_namespace == NULL &&
	       (substitutions->target_unknown ||
		(substitutions->default_unknown && namespace == NULL));
}

static const char *placeholder_value_of(const struct substitutions *known, const char *name,
					size_t len)
{
	for (uint32_t i = known != NULL ? known->list.count : 0; i > 0; i--) {
		const struct substitution *item = &known->list.items[i - 1];

		if (strlen(item->key) == len && memcmp(item->key, name, len) == 0)
			return item->value;
	}
	return NULL;
}

/* Adds what the variable stands for; false when that is not known. */
static bool placeholder_add(struct text *t, const struct placeholder_variable *variable,
			    const struct substitutions *known)
{
	const char *value = placeholder_value_of(known, variable->name, variable->name_len);

	if (variable->computed || (value == NULL && variable->fallback == NULL) ||
	    (variable->fallback != NULL &&
	     memchr(variable->fallback, '$', variable->fallback_len) != NULL))
		return false;
	if (value != NULL)
		text_add(t, value);
	else
		text_add_bytes(t, variable->fallback, variable->fallback_len);
	return true;
}

/* Puts values in for all variables of the text. */
static enum placeholder placeholder_expand(const char *text, const struct substitutions *known,
					   struct text *t)
{
	const char *last = strrchr(text, '}'); /* no variable ends after it */
	enum placeholder result = PLACEHOLDER_NONE;

	for (const char *s = text; last != NULL && *s != '\0';) {
		struct placeholder_variable variable;

		if (s > last) {
			text_add(t, s);
			break;
		}
		if (str_has_prefix(s, "$${") && placeholder_variable_at(s + 1, &variable)) {
			text_add_bytes(t, s + 1, variable.len);
			s += variable.len + 1;
			result = PLACEHOLDER_REPLACED;
		} else if (str_has_prefix(s, "${") && placeholder_variable_at(s, &variable)) {
			if (!placeholder_add(t, &variable, known) ||
			    t->len > PLACEHOLDER_EXPANDED_MAX)
				return PLACEHOLDER_UNKNOWN;
			s += variable.len;
			result = PLACEHOLDER_REPLACED;
		} else {
			text_add_char(t, *s++);
		}
	}
	return result;
}

/* ---- the other notations ---- */

/* Two marks with something between them. */
static bool placeholder_has_pair(const char *text, const char *open, const char *close)
{
	const char *at = strstr(text, open);

	return at != NULL && strstr(at + strlen(open), close) != NULL;
}

/* The whole text is `open`, a name, and `close`; a name in `<…>` may have dashes, blanks. */
static bool placeholder_is_wrapped(const char *text, const char *open, const char *close)
{
	const size_t len = strlen(text), before = strlen(open), after = strlen(close);

	if (len <= before + after || !str_has_prefix(text, open) ||
	    !str_has_suffix(text, close) || !placeholder_is_name_start(text[before]))
		return false;
	for (size_t i = before; i < len - after; i++)
		if (!placeholder_is_name_char(text[i]) && strchr("-. ", text[i]) == NULL)
			return false;
	return true;
}

/* `$NAME` as envsubst reads it, `$(NAME)` as Kubernetes and kustomize do. */
static bool placeholder_is_bare(const char *text)
{
	const char *at = strstr(text, "$(");
	size_t len;

	if (text[0] == '$' && text[1] >= 'A' && text[1] <= 'Z' &&
	    placeholder_name_length(text + 1) == strlen(text + 1))
		return true;
	len = at != NULL ? placeholder_name_length(at + 2) : 0;
	return len > 0 && at[2 + len] == ')';
}

static bool placeholder_is_foreign(const char *text)
{
	static const char *const pairs[][2] = {
		{ "{{", "}}" },
		{ "{%", "%}" },
		{ "<%", "%>" },
		{ "<path:", ">" },
	};
	static const char *const wraps[][2] = {
		{ "((", "))" }, { "<", ">" },   { "@", "@" },
		{ "%", "%" },   { "__", "__" }, { "#{", "}#" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (placeholder_has_pair(text, pairs[i][0], pairs[i][1]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(wraps); i++)
		if (placeholder_is_wrapped(text, wraps[i][0], wraps[i][1]))
			return true;
	return placeholder_is_bare(text) || str_has_prefix(text, "op://") ||
	       (str_has_prefix(text, "ref+") && strstr(text, "://") != NULL);
}

bool placeholder_is_armored(const char *text, size_t len)
{
	static const char *const marks[] = { "-----BEGIN AGE ENCRYPTED FILE-----",
					     "-----BEGIN PGP MESSAGE-----", "$ANSIBLE_VAULT;" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (len >= strlen(marks[i]) && memcmp(text, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

static bool placeholder_is_ciphertext(const char *text)
{
	return str_has_prefix(text, "ENC[") || placeholder_is_armored(text, strlen(text));
}

enum placeholder placeholder_read(const char *text, const struct substitutions *known,
				  struct arena *arena, const char **out)
{
	struct text t = { 0 };
	enum placeholder result;

	*out = text;
	if (strpbrk(text, "${<(") == NULL && strchr("@%#_or-E", text[0]) == NULL)
		return PLACEHOLDER_NONE;
	if (placeholder_is_ciphertext(text))
		return PLACEHOLDER_ENCRYPTED;
	if (placeholder_is_foreign(text))
		return PLACEHOLDER_UNKNOWN;
	if (strstr(text, "${") == NULL)
		return PLACEHOLDER_NONE;
	result = placeholder_expand(text, known, &t);
	if (result == PLACEHOLDER_REPLACED)
		*out = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return result;
}

const char *placeholder_undefined(const char *text, const struct substitutions *known,
				  struct arena *arena)
{
	if (placeholder_is_ciphertext(text) || placeholder_is_foreign(text))
		return NULL;
	for (const char *at = text; (at = strstr(at, "${")) != NULL;) {
		struct placeholder_variable variable;

		if (at > text && at[-1] == '$') {
			at += 2;
			continue;
		}
		if (!placeholder_variable_at(at, &variable) || variable.computed)
			return NULL;
		if (variable.fallback == NULL &&
		    placeholder_value_of(known, variable.name, variable.name_len) == NULL)
			return arena_strndup(arena, variable.name, variable.name_len);
		at += variable.len;
	}
	return NULL;
}

const char *placeholder_origin(const char *text, const struct substitutions *known)
{
	const char *origin = NULL;

	for (const char *at = text; known != NULL && (at = strstr(at, "${")) != NULL; at += 2) {
		const size_t len = placeholder_name_length(at + 2);

		for (uint32_t i = known->list.count; len > 0 && i > 0; i--) {
			const struct substitution *item = &known->list.items[i - 1];

			if (strlen(item->key) != len || memcmp(item->key, at + 2, len) != 0)
				continue;
			origin = item->origin != NULL ? item->origin : origin;
			break;
		}
	}
	return origin;
}

/* A ${NAME} outside of quotes: among braces and brackets it is not YAML. */
static bool placeholder_is_unquoted(const char *line)
{
	char quote = '\0';

	for (const char *at = line; *at != '\0'; at++) {
		if (quote != '\0')
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (at[0] == '$' && at[1] == '{' && placeholder_name_length(at + 2) > 0)
			return true;
	}
	return false;
}

bool placeholder_in_line(const char *line)
{
	const char *at = line != NULL ? line + strcspn(line, "@%") : "";

	if (line != NULL && placeholder_is_unquoted(line))
		return true;
	for (; *at != '\0'; at += 1 + strcspn(at + 1, "@%")) {
		const size_t len = placeholder_name_length(at + 1);

		if (len > 0 && at[1 + len] == at[0])
			return true;
	}
	return false;
}
