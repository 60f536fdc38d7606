/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which objects of a kustomization a patch or a replacement is for. (I4.1) Patterns are
 * compiled once for each target, since there may be as many targets as objects.
 */
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "config/repository/kustomize_parts.h"
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

/* True when a selector such as "a=b,c!=d,e in (f, g),!h" takes these labels. */
static bool kustomize_labels_match(struct arena *arena, const char *selector,
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

void kustomize_target_begin(struct kustomize_target *target, const struct tree_node *tree,
			    struct arena *arena)
{
	*target = (struct kustomize_target){ .tree = tree, .arena = arena };
	kustomize_pattern_begin(&target->kind, values_get_text(tree, "kind"), arena);
	kustomize_pattern_begin(&target->name, values_get_text(tree, "name"), arena);
	kustomize_pattern_begin(&target->namespace, values_get_text(tree, "namespace"), arena);
}

bool kustomize_target_is(const struct kustomize_target *target,
			 const struct kustomize_object *of)
{
	const struct tree_node *tree = target->tree;
	const struct tree_node *object = of->tree;

	return kustomize_group_matches(object, values_get_text(tree, "group"),
				       values_get_text(tree, "version")) &&
	       kustomize_pattern_matches(&target->kind, values_get_text(object, "kind")) &&
	       (kustomize_pattern_matches(&target->name, of->name) ||
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

bool kustomize_names_ours(const struct tree_node *target)
{
	static const char *const kinds[] = { "ServiceGroup", "LBNodeAgent", "BGPConfiguration",
					     NULL };
	const char *kind = values_get_text(target, "kind");

	return kind != NULL && str_in(kind, kinds);
}

/* Those that components have may be for some roots only. */
void kustomize_report_idle(const struct kustomize_step *step, const struct tree_node *target)
{
	struct snapshot *snapshot = step->k->snapshot;
	const struct tree_node *name = tree_get(target, "name");
	const char *kind = values_get_text(target, "kind");
	struct nearest near = { .word = name != NULL ? name->text : NULL };
	struct finding *finding;
	bool any = false, named = false;

	if (!kustomize_names_ours(target) || name == NULL || name->type != TREE_STRING ||
	    name->unknown || str_equal(values_get_text(step->tree, "kind"), "Component"))
		return;
	ARRAY_FOREACH (const struct kustomize_object, object, &step->set->list) {
		if (!str_equal(values_get_text(object->tree, "kind"), kind))
			continue;
		any = true;
		named = named || str_equal(object->name, name->text);
		if (object->name != NULL)
			nearest_offer(&near, object->name);
	}
	if (!any)
		return;
	finding = kustomize_report(
		step, name->pos, NULL,
		arena_printf(&snapshot->arena,
			     named ? "the patch changes nothing: its target takes no %s \"%s\" "
				     "of the resources"
				   : "the patch changes nothing: its target is %s \"%s\", "
				     "which is not among the resources",
			     kind, name->text),
		named ? "correct namespace and selectors of the target"
		      : "write the name of the object that it changes");
	if (finding == NULL)
		return;
	finding->mild = true;
	if (!named)
		(void)finding_suggest(&snapshot->problems, finding, FIX_VALUE, &near);
}
