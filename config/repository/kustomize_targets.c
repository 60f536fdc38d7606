/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects of a kustomization a patch or a replacement is for. (I4.1) */
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "config/repository/kustomize_parts.h"
#include "config/repository/values.h"

static bool kustomize_text_matches(struct arena *arena, const char *pattern, const char *text)
{
	struct regex *regex;
	bool matches;

	if (pattern == NULL || pattern[0] == '\0')
		return true;
	if (text == NULL)
		return false;
	if (str_equal(pattern, text))
		return true;
	regex = regex_new(arena_printf(arena, "^(?:%s)$", pattern), NULL, 0);
	matches = regex != NULL && regex_match(regex, text);
	regex_free(regex);
	return matches;
}

/* One term of a selector: "a=b", "a!=b", "a in (b, c)", "a notin (b)", "a", "!a". */
static bool kustomize_term_matches(char *term, const struct tree_node *labels)
{
	char *key = term + strspn(term, " !");
	char *rest = key + strcspn(key, " =!");
	const bool absent = memchr(term, '!', (size_t)(key - term)) != NULL;
	const bool negated = rest[strspn(rest, " ")] == '!' ||
			     str_has_prefix(rest + strspn(rest, " "), "notin");
	const size_t words = strcspn(rest, "=(");
	const bool compares = rest[words] != '\0';
	char *values = rest + words + strspn(rest + words, "=(");
	const struct tree_node *value;
	bool found = false;

	*rest = '\0';
	value = tree_get(labels, key);
	if (!compares)
		return (value != NULL) != absent;
	for (char *save, *one = strtok_r(values, " ,)", &save); one != NULL;
	     one = strtok_r(NULL, " ,)", &save))
		found = found || (value != NULL && str_equal(value->text, one));
	return found != negated;
}

bool kustomize_labels_match(struct arena *arena, const char *selector,
			    const struct tree_node *labels)
{
	while (selector != NULL && selector[0] != '\0') {
		size_t len = strcspn(selector, ",(");

		if (selector[len] == '(')
			len += strcspn(selector + len, ")");
		len += strcspn(selector + len, ",");
		if (!kustomize_term_matches(arena_strndup(arena, selector, len), labels))
			return false;
		selector += len + (selector[len] == ',' ? 1 : 0);
	}
	return true;
}

static bool kustomize_group_matches(const struct tree_node *object, const char *group,
				    const char *version)
{
	const char *api = values_get_text(object, "apiVersion");
	const char *slash = api != NULL ? strchr(api, '/') : NULL;
	const size_t len = slash != NULL ? (size_t)(slash - api) : 0;

	if (api == NULL)
		return false;
	if (group != NULL && (strlen(group) != len || memcmp(group, api, len) != 0))
		return false;
	return version == NULL || str_equal(version, slash != NULL ? slash + 1 : api);
}

bool kustomize_targets(struct arena *arena, const struct tree_node *target,
		       const struct kustomize_object *object)
{
	const char *name = values_get_text(target, "name");
	const char *kind = values_get_text(target, "kind");

	return kustomize_group_matches(object->tree, values_get_text(target, "group"),
				       values_get_text(target, "version")) &&
	       kustomize_text_matches(arena, kind, values_get_text(object->tree, "kind")) &&
	       (kustomize_text_matches(arena, name, object->name) ||
		kustomize_text_matches(arena, name,
				       values_get_text(object->tree, "metadata.name"))) &&
	       kustomize_text_matches(arena, values_get_text(target, "namespace"),
				      values_get_text(object->tree, "metadata.namespace")) &&
	       kustomize_labels_match(arena, values_get_text(target, "labelSelector"),
				      values_get(object->tree, "metadata.labels")) &&
	       kustomize_labels_match(arena, values_get_text(target, "annotationSelector"),
				      values_get(object->tree, "metadata.annotations"));
}

bool kustomize_is_for(const struct tree_node *patch, const struct kustomize_object *object)
{
	const char *namespace = values_get_text(patch, "metadata.namespace");
	const char *other = values_get_text(object->tree, "metadata.namespace");
	const char *name = values_get_text(patch, "metadata.name");

	return name != NULL &&
	       str_equal(values_get_text(patch, "kind"),
			 values_get_text(object->tree, "kind")) &&
	       str_equal(values_get_text(patch, "apiVersion"),
			 values_get_text(object->tree, "apiVersion")) &&
	       (str_equal(name, object->name) ||
		str_equal(name, values_get_text(object->tree, "metadata.name"))) &&
	       (namespace == NULL || other == NULL || str_equal(namespace, other));
}

bool kustomize_is_source(const struct tree_node *source, const struct kustomize_object *object)
{
	static const char *const keys[][2] = { { "kind", "kind" },
					       { "namespace", "metadata.namespace" } };
	const char *name = values_get_text(source, "name");

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *wanted = values_get_text(source, keys[i][0]);

		if (wanted != NULL &&
		    !str_equal(wanted, values_get_text(object->tree, keys[i][1])))
			return false;
	}
	return kustomize_group_matches(object->tree, values_get_text(source, "group"),
				       values_get_text(source, "version")) &&
	       (name == NULL || str_equal(name, object->name) ||
		str_equal(name, values_get_text(object->tree, "metadata.name")));
}
