/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets of patches and replacements. Their patterns are compiled once: there may be as many
 * targets as objects.
 */
#include "config/repository/kustomize_target.h"

#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "config/repository/values.h"

static void kustomize_pattern_begin(struct kustomize_pattern *pattern, const char *text,
				    struct arena *arena)
{
	*pattern = (struct kustomize_pattern){ .text = text };
	/* Most are plain names. */
	if (text != NULL && strpbrk(text, "\\^$.|?*+()[]{}") != NULL)
		pattern->regex = regex_new(arena_printf(arena, "^(?:%s)$", text), NULL, 0);
}

static bool kustomize_pattern_matches(const struct kustomize_pattern *pattern, const char *text)
{
	if (pattern->text == NULL || pattern->text[0] == '\0')
		return true;
	if (text == NULL)
		return false;
	return str_equal(pattern->text, text) ||
	       (pattern->regex != NULL && regex_match(pattern->regex, text));
}

/* A selector of labels "a=b,c!=d,e" against a mapping. */
static bool kustomize_labels_match(struct arena *arena, const char *selector,
				   const struct tree_node *labels)
{
	while (selector != NULL && selector[0] != '\0') {
		const size_t len = strcspn(selector, ",");
		char *term = arena_strndup(arena, selector, len);
		char *equals = strchr(term, '=');
		const bool negated = equals != NULL && equals > term && equals[-1] == '!';
		const char *wanted = equals != NULL ? equals + strspn(equals, "= ") : NULL;
		const struct tree_node *value;

		if (equals != NULL)
			equals[negated ? -1 : 0] = '\0';
		term[strcspn(term, " ")] = '\0';
		value = tree_get(labels, term);
		if ((value != NULL && (wanted == NULL || str_equal(value->text, wanted))) ==
		    negated)
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

void kustomize_target_begin(struct kustomize_target *target, const struct tree_node *tree,
			    struct arena *arena)
{
	*target = (struct kustomize_target){ .tree = tree, .arena = arena };
	kustomize_pattern_begin(&target->kind, values_get_text(tree, "kind"), arena);
	kustomize_pattern_begin(&target->name, values_get_text(tree, "name"), arena);
	kustomize_pattern_begin(&target->namespace, values_get_text(tree, "namespace"), arena);
}

bool kustomize_target_is(const struct kustomize_target *target, const struct tree_node *object,
			 const char *first_name)
{
	const struct tree_node *tree = target->tree;

	return kustomize_group_matches(object, values_get_text(tree, "group"),
				       values_get_text(tree, "version")) &&
	       kustomize_pattern_matches(&target->kind, values_get_text(object, "kind")) &&
	       (kustomize_pattern_matches(&target->name, first_name) ||
		kustomize_pattern_matches(&target->name,
					  values_get_text(object, "metadata.name"))) &&
	       kustomize_pattern_matches(&target->namespace,
					 values_get_text(object, "metadata.namespace")) &&
	       kustomize_labels_match(target->arena, values_get_text(tree, "labelSelector"),
				      values_get(object, "metadata.labels")) &&
	       kustomize_labels_match(target->arena,
				      values_get_text(tree, "annotationSelector"),
				      values_get(object, "metadata.annotations"));
}

void kustomize_target_end(struct kustomize_target *target)
{
	regex_free(target->kind.regex);
	regex_free(target->name.regex);
	regex_free(target->namespace.regex);
}
