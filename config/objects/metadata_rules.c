/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server's rules for metadata, the same for every kind: keys and values of labels, keys
 * and the size of annotations, finalizers, owners (A5.2). Names are checked in parse_objects.c,
 * for they differ by kind.
 */
#include "config/objects/rules.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "config/schema/schema_report.h"

enum { ANNOTATIONS_MAX_BYTES = 256 * 1024, NAME_MAX_BYTES = 63 };

/* What is wrong with a key: the end of "... is not a valid key of a label: ". */
static const char *metadata_key_fault(const char *key)
{
	const char *slash = strchr(key, '/');
	const char *name = slash != NULL ? slash + 1 : key;

	if (slash != NULL && strchr(name, '/') != NULL)
		return "it has two slashes";
	if (*name == '\0')
		return slash != NULL ? "nothing follows its slash" : "it is empty";
	if (strlen(name) > NAME_MAX_BYTES)
		return "its name is longer than 63 characters";
	if (label_key_valid(name))
		return "its prefix is not a domain name in lowercase letters";
	return "a name has letters, digits, dashes, underscores and dots, and begins and ends "
	       "with a letter or a digit";
}

/* Sets the hint to write another text, and the fix: safe if only the case of letters changes.
 */
static void metadata_hint_instead(struct object_rules *rules, struct finding *f,
				  enum fix_kind kind, const char *old, const char *meant)
{
	finding_set_fix(&rules->snapshot->problems, f, kind, old, meant, "write ", "");
	finding_fix_is_unsafe_but_for_case(f);
}

/* The key that may have been meant: without what no key may have. */
static void metadata_hint_key(struct object_rules *rules, struct finding *f, const char *key,
			      bool lowered)
{
	const char *slash = strchr(key, '/');
	struct arena *arena = &rules->snapshot->arena;
	const char *name =
		object_name_from(rules, slash != NULL ? slash + 1 : key, false, NAME_MAX_BYTES);
	const char *meant = name;

	if (slash != NULL && name != NULL) {
		char *prefix = arena_strndup(arena, key, (size_t)(slash - key));
		char *end = prefix;

		for (const char *p = prefix; *p != '\0'; p++)
			if (!isspace((unsigned char)*p))
				*end++ = (char)(lowered ? *p : tolower((unsigned char)*p));
		*end = '\0';
		meant = arena_printf(arena, "%s/%s", prefix, name);
	}
	if (meant != NULL && label_key_valid(meant))
		metadata_hint_instead(rules, f, FIX_KEY, key, meant);
	else
		f->hint = "write a name of letters, digits, dashes, underscores and dots, "
			  "optionally with a domain and a slash in front";
}

static void metadata_check_label(struct object_rules *rules, const struct label *label,
				 const char *map)
{
	struct arena *arena = &rules->snapshot->arena;
	const char *path = schema_path_of_key(map, label->key.s, arena);
	struct finding *f;

	if (!label_key_valid(label->key.s)) {
		f = object_refuse(rules, label->key.pos, path,
				  "\"%s\" is not a valid key of a label: %s", label->key.s,
				  metadata_key_fault(label->key.s));
		metadata_hint_key(rules, f, label->key.s, false);
		return;
	}
	if (label->value.s == NULL || label_value_valid(label->value.s))
		return;

	const bool too_long = strlen(label->value.s) > NAME_MAX_BYTES;
	const char *meant = object_name_from(rules, label->value.s, false, NAME_MAX_BYTES);

	f = object_refuse(rules, label->value.pos, path,
			  "\"%s\" is not a valid value of a label: %s", label->value.s,
			  too_long ? "it is longer than 63 characters"
				   : "it may have letters, digits, dashes, underscores and "
				     "dots, and begins and ends with a letter or a digit");
	if (meant != NULL)
		metadata_hint_instead(rules, f, FIX_VALUE, label->value.s, meant);
	else
		f->hint = "write at most 63 letters, digits, dashes, underscores and dots, "
			  "or use an annotation";
}

/* Keys of annotations are compared in lowercase; their values may be anything. */
static void metadata_check_annotations(struct object_rules *rules)
{
	const struct label_map *all = &rules->object->annotations;
	struct arena *arena = &rules->snapshot->arena;
	size_t bytes = 0;

	ARRAY_FOREACH (const struct label, annotation, &all->list) {
		char *lower = arena_strdup(arena, annotation->key.s);

		for (char *p = lower; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		bytes += strlen(lower) +
			 (annotation->value.s != NULL ? strlen(annotation->value.s) : 0);
		if (label_key_valid(lower))
			continue;

		struct finding *f = object_refuse(
			rules, annotation->key.pos,
			schema_path_of_key("metadata.annotations", annotation->key.s, arena),
			"\"%s\" is not a valid key of an annotation: %s", annotation->key.s,
			metadata_key_fault(lower));

		metadata_hint_key(rules, f, annotation->key.s, true);
	}
	if (bytes > ANNOTATIONS_MAX_BYTES)
		object_refuse(rules, all->at.key, "metadata.annotations",
			      "the annotations have %zu bytes; 262144 are allowed in total",
			      bytes)
			->hint = "move long values to a ConfigMap";
}

/* Of Kubernetes' own kinds a finalizer without a domain must be one of these. */
static void metadata_check_finalizers(struct object_rules *rules)
{
	static const char *const standard[] = { "kubernetes", "orphan", "foregroundDeletion",
						NULL };
	const struct str_list *all = &rules->object->finalizers;
	const bool core = rules->object->kind == KIND_SERVICE;
	bool orphan = false, foreground = false;

	for (uint32_t i = 0; i < all->list.count; i++) {
		const struct str_value *v = &all->list.items[i];
		const char *path =
			arena_printf(&rules->snapshot->arena, "metadata.finalizers[%u]", i);

		if (v->s == NULL)
			continue;
		orphan |= str_equal(v->s, "orphan");
		foreground |= str_equal(v->s, "foregroundDeletion");
		if (!label_key_valid(v->s))
			object_refuse(rules, v->pos, path,
				      "\"%s\" is not a valid finalizer: %s", v->s,
				      metadata_key_fault(v->s))
				->hint = "write a domain, a slash and a name, as in "
					 "example.com/cleanup";
		else if (core && strchr(v->s, '/') == NULL && !str_in(v->s, standard))
			finding_set_hint(
				&rules->snapshot->problems,
				object_refuse(rules, v->pos, path,
					      "the finalizer \"%s\" has no domain", v->s),
				"write the domain of the controller that removes it, as in "
				"example.com/%s",
				v->s);
	}
	if (orphan && foreground)
		object_refuse(rules, all->at.key, "metadata.finalizers",
			      "the finalizers orphan and foregroundDeletion exclude each other")
			->hint = "keep one of them";
}

/* The owner by what it has: its name, else its kind, else its place in the list. */
static const char *metadata_owner_title(const struct object_rules *rules,
					const struct owner_reference *owner, uint32_t index)
{
	struct arena *arena = &rules->snapshot->arena;

	if (owner->name.s != NULL && owner->name.s[0] != '\0')
		return arena_printf(arena, "the owner \"%s\"", owner->name.s);
	if (owner->kind.s != NULL && owner->kind.s[0] != '\0')
		return arena_printf(arena, "the owner of kind \"%s\"", owner->kind.s);
	return arena_printf(arena, "ownerReferences[%u]", index);
}

static void metadata_require_of_owner(struct object_rules *rules,
				      const struct owner_reference *owner, uint32_t index,
				      const char *field, const struct str_value *value)
{
	if (value->s != NULL && value->s[0] != '\0')
		return;

	struct finding *f =
		object_refuse(rules, value->s != NULL ? value->pos : owner->at.pos,
			      arena_printf(&rules->snapshot->arena,
					   "metadata.ownerReferences[%u].%s", index, field),
			      "%s has no %s", metadata_owner_title(rules, owner, index), field);

	/* It is given by the API server, and another one in every cluster. */
	if (strcmp(field, "uid") == 0)
		f->hint = "remove ownerReferences: only what creates the object in the cluster "
			  "knows the uid";
	else if (value->s != NULL)
		finding_set_hint(&rules->snapshot->problems, f, "write %s %s",
				 field[0] == 'a' ? "an" : "a", field);
	else
		finding_set_hint(&rules->snapshot->problems, f, "add `%s:`", field);
}

/* Of an owner as a whole: what is missing is one mistake for each field. */
static void metadata_check_owner(struct object_rules *rules,
				 const struct owner_reference *owner, uint32_t index)
{
	struct arena *arena = &rules->snapshot->arena;
	const char *path = arena_printf(arena, "metadata.ownerReferences[%u]", index);
	const char *slash =
		owner->api_version.s != NULL ? strchr(owner->api_version.s, '/') : NULL;

	if (!owner->at.set)
		return;
	metadata_require_of_owner(rules, owner, index, "apiVersion", &owner->api_version);
	metadata_require_of_owner(rules, owner, index, "kind", &owner->kind);
	metadata_require_of_owner(rules, owner, index, "name", &owner->name);
	metadata_require_of_owner(rules, owner, index, "uid", &owner->uid);
	if (slash != NULL && strchr(slash + 1, '/') != NULL)
		object_refuse(rules, owner->api_version.pos,
			      arena_printf(arena, "%s.apiVersion", path),
			      "\"%s\" is not an apiVersion: it has two slashes",
			      owner->api_version.s)
			->hint = "write the group, a slash and the version, as in apps/v1";
	if (str_equal(owner->api_version.s, "v1") && str_equal(owner->kind.s, "Event"))
		object_refuse(rules, owner->kind.pos, arena_printf(arena, "%s.kind", path),
			      "an Event cannot own anything")
			->hint = "name another owner, or remove the entry";
}

/* At most one owner controls the object. */
static void metadata_check_owners(struct object_rules *rules)
{
	const struct owner_references *owners = &rules->object->owners;
	const bool *refused = object_refused_entries(rules, "metadata.ownerReferences",
						     owners->list.count, "");
	const struct owner_reference *first = NULL;

	for (uint32_t i = 0; i < owners->list.count; i++) {
		const struct owner_reference *owner = &owners->list.items[i];
		struct finding *f;

		if (!refused[i])
			metadata_check_owner(rules, owner, i);
		if (!owner->controller.set || !owner->controller.v)
			continue;
		if (first == NULL) {
			first = owner;
			continue;
		}
		f = object_refuse(rules, owner->controller.pos,
				  arena_printf(&rules->snapshot->arena,
					       "metadata.ownerReferences[%u].controller", i),
				  "two owners are controllers: only one may be");
		f->hint = "write controller: false in all but one";
		finding_add_related(&rules->snapshot->problems, f, first->controller.pos,
				    "the other one is here");
		return;
	}
}

void object_check_metadata(struct object_rules *rules)
{
	ARRAY_FOREACH (const struct label, label, &rules->object->labels.list)
		metadata_check_label(rules, label, "metadata.labels");
	if (rules->object->kind == KIND_SERVICE)
		ARRAY_FOREACH (
			const struct label, label,
			&((const struct service *)(const void *)rules->object)->selector.list)
			metadata_check_label(rules, label, "spec.selector");
	metadata_check_annotations(rules);
	metadata_check_finalizers(rules);
	metadata_check_owners(rules);
}
