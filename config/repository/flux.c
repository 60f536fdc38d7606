/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values Flux puts in, and where. (I6.3)
 *
 * Of what the input lacks nothing is concluded: a ConfigMap or Secret that is not there, or is
 * encrypted, may override what those before it say, so their values are then not known either.
 * Left out: objects that are marked to be spared.
 */
#include "config/repository/flux.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/parse.h"
#include "config/repository/values.h"
#include "config/repository/walk.h"

enum { FLUX_DEPTH_MAX = 40, FLUX_VALUES_MAX = 5000 };

/* A document that matters, and the file it is in. */
struct flux_document {
	const struct tree_node *tree;
	const char *file;
	const char *kind, *name, *namespace; /* the namespace may be NULL */
};

struct flux_documents {
	ARRAY_OF(struct flux_document) kustomizations;
	ARRAY_OF(struct flux_document) applications; /* of Argo CD */
	ARRAY_OF(struct flux_document) maps;         /* ConfigMaps and Secrets */
	ARRAY_OF(struct flux_document) repositories; /* sources of Flux */
	ARRAY_OF(struct flux_document) patches;      /* for these */
};

/* ---- values ---- */

static void flux_remove(struct substitutions *values, const char *key)
{
	for (uint32_t i = 0; i < values->list.count; i++)
		if (str_equal(values->list.items[i].key, key)) {
			values->list.items[i] = values->list.items[--values->list.count];
			return;
		}
}

static void flux_set(struct flux *flux, struct substitutions *values, const char *key,
		     const char *value, const char *origin)
{
	const struct substitution item = { arena_strdup(flux->arena, key),
					   arena_strdup(flux->arena, value), origin };

	flux_remove(values, key);
	if (flux->values < FLUX_VALUES_MAX && placeholder_name_valid(key, strlen(key))) {
		ARRAY_ADD(flux->arena, &values->list, item);
		flux->values++;
	}
}

/* The bytes of a value of a Secret's data; NULL: not base64, or not a text. */
static const char *flux_decode(struct flux *flux, const struct tree_entry *entry)
{
	const struct label label = { .key = { .s = entry->key },
				     .value = { .s = entry->value->text } };
	struct secret secret = { 0 };
	struct secret_value value;

	ARRAY_ADD(flux->arena, &secret.data.list, label);
	if (secret_get(&secret, entry->key, flux->arena, &value) != SECRET_PRESENT ||
	    strlen(value.bytes) != value.len)
		return NULL;
	return value.bytes;
}

/* Takes the values of a mapping; true: all of them are known. `encoded`: as those of a Secret.
 */
static bool flux_take_data(struct flux *flux, struct substitutions *values,
			   const struct tree_node *data, bool encoded, const char *file)
{
	const char *origin = arena_strdup(flux->arena, file);
	bool whole = true;

	if (data == NULL || data->type != TREE_MAP)
		return data == NULL;
	ARRAY_FOREACH (const struct tree_entry, entry, &data->u.map) {
		const bool known = entry->value->type <= TREE_STRING &&
				   entry->value->type != TREE_NULL && !entry->value->unknown &&
				   entry->value->text != NULL;
		const char *value = !known    ? NULL
				    : encoded ? flux_decode(flux, entry)
					      : entry->value->text;

		if (entry->shadowed)
			continue;
		if (value != NULL)
			flux_set(flux, values, entry->key, value, origin);
		else
			flux_remove(values, entry->key);
		whole = whole && value != NULL;
	}
	return whole && flux->values < FLUX_VALUES_MAX;
}

/* ---- which ConfigMap or Secret ---- */

/* How much of the folders of two files is the same, in bytes. */
static size_t flux_shared_folders(const char *a, const char *b)
{
	size_t shared = 0;

	for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == '/')
			shared = i + 1;
	return shared;
}

/* The one that is meant: of this kind and name, in the namespace unless it names none, and of
 * several the nearest to the Kustomization; NULL: the input has none. */
static const struct flux_document *flux_find_map(const struct flux_documents *documents,
						 const struct flux_document *kustomization,
						 const char *kind, const char *name)
{
	const struct flux_document *best = NULL;
	size_t nearest = 0;

	ARRAY_FOREACH (const struct flux_document, map, &documents->maps) {
		const size_t shared = flux_shared_folders(map->file, kustomization->file);

		if (!str_equal(map->kind, kind) || !str_equal(map->name, name) ||
		    (map->namespace != NULL && kustomization->namespace != NULL &&
		     !str_equal(map->namespace, kustomization->namespace)))
			continue;
		if (best == NULL || shared >= nearest) {
			best = map;
			nearest = shared;
		}
	}
	return best;
}

/* True when it is known which one is meant, and all that is in it. */
static bool flux_map_is_whole(const struct flux_documents *documents,
			      const struct flux_document *map)
{
	ARRAY_FOREACH (const struct flux_document, other, &documents->maps)
		if (other != map && str_equal(other->kind, map->kind) &&
		    str_equal(other->name, map->name))
			return false;
	ARRAY_FOREACH (const struct flux_document, patch, &documents->patches)
		if (str_equal(patch->name, map->name))
			return false;
	return true;
}

/* ---- Kustomizations ---- */

const char *flux_path(struct flux *flux, const char *path)
{
	size_t len;

	while (path != NULL && (str_has_prefix(path, "./") || path[0] == '/'))
		path += path[0] == '/' ? 1 : 2;
	if (path == NULL || str_equal(path, "."))
		return "";
	len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	return arena_strndup(flux->arena, path, len);
}

/* The namespace that a Kustomization names; NULL: none, or it is not known. */
static const char *flux_target_of(struct flux *flux, const struct tree_node *tree)
{
	const struct tree_node *target = values_get(tree, "spec.targetNamespace");

	return target != NULL && target->type == TREE_STRING && !target->unknown &&
			       dns_label_valid(target->text)
		       ? arena_strdup(flux->arena, target->text)
		       : NULL;
}

/* The repository of its source: the URL of a GitRepository in the input, else what the source
 * is called; NULL: it names none. */
static const char *flux_repository_of(struct flux *flux, const struct flux_documents *documents,
				      const struct flux_document *kustomization)
{
	const char *name = values_get_text(kustomization->tree, "spec.sourceRef.name");
	const char *kind = values_get_text(kustomization->tree, "spec.sourceRef.kind");
	const char *url = NULL;
	bool differ = false;

	if (name == NULL)
		return NULL;
	ARRAY_FOREACH (const struct flux_document, other, &documents->repositories) {
		const char *own;

		if (!str_equal(other->name, name) || !str_equal(other->kind, kind))
			continue;
		own = flux_repository(flux, values_get_text(other->tree, "spec.url"));
		differ = differ || own == NULL || (url != NULL && !str_equal(own, url));
		url = own;
	}
	return url != NULL && !differ ? url
				      : arena_printf(flux->arena, FLUX_SOURCE_NAMED "%s/%s",
						     kind != NULL ? kind : "", name);
}

/* True when kustomize is to do something for it. */
static bool flux_changes_objects(const struct tree_node *tree)
{
	static const char *const keys[] = { "patches",    "patchesStrategicMerge",
					    "images",     "patchesJson6902",
					    "namePrefix", "nameSuffix",
					    "components", "commonMetadata" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (tree_get(tree_get(tree, "spec"), keys[i]) != NULL)
			return true;
	return false;
}

struct flux_kustomization *flux_add(struct flux *flux)
{
	flux->full = flux->full || flux->list.count == FLUX_KUSTOMIZATIONS_MAX;
	return flux->full ? NULL : ARRAY_PUSH(flux->arena, &flux->list);
}

/* True when a key or a text in it has "postBuild". */
static bool flux_mentions_build(const struct tree_node *node, unsigned depth)
{
	bool found = false;

	if (node == NULL || depth > FLUX_DEPTH_MAX)
		return depth > FLUX_DEPTH_MAX;
	if (node->type == TREE_STRING)
		return strstr(node->text, "postBuild") != NULL;
	if (node->type == TREE_MAP)
		ARRAY_FOREACH (const struct tree_entry, entry, &node->u.map)
			found = found || strstr(entry->key, "postBuild") != NULL ||
				flux_mentions_build(entry->value, depth + 1);
	for (uint32_t i = 0; node->type == TREE_LIST && i < node->u.list.count; i++)
		found = found || flux_mentions_build(node->u.list.items[i], depth + 1);
	return found;
}

static void flux_take_kustomization(struct flux *flux, const struct flux_documents *documents,
				    const struct flux_document *document)
{
	const struct tree_node *build = values_get(document->tree, "spec.postBuild");
	const struct tree_node *from = tree_get(build, "substituteFrom");
	const char *source = values_get_text(document->tree, "spec.sourceRef.name");
	struct flux_kustomization *k = flux_add(flux);

	if (k == NULL)
		return;
	flux->patched =
		flux->patched ||
		flux_mentions_build(values_get(document->tree, "spec.patches"), 0) ||
		flux_mentions_build(values_get(document->tree, "spec.patchesStrategicMerge"),
				    0) ||
		flux_mentions_build(values_get(document->tree, "spec.patchesJson6902"), 0);
	*k = (struct flux_kustomization){
		.path = flux_path(flux, values_get_text(document->tree, "spec.path")),
		.own = source == NULL || str_equal(source, "flux-system"),
		.builds = build != NULL,
		.whole = from == NULL || from->type == TREE_LIST,
		.title = arena_strdup(flux->arena, document->name),
		.target = flux_target_of(flux, document->tree),
		.repository = flux_repository_of(flux, documents, document),
	};
	flux_note_place(flux, k, document->file);
	if (flux_changes_objects(document->tree)) {
		k->file = arena_strdup(flux->arena, document->file);
		k->kind = "Kustomization";
		k->name = arena_strdup(flux->arena, document->name);
		k->namespace = document->namespace != NULL
				       ? arena_strdup(flux->arena, document->namespace)
				       : NULL;
	}
	for (uint32_t i = 0; from != NULL && from->type == TREE_LIST && i < from->u.list.count;
	     i++) {
		const struct tree_node *item = from->u.list.items[i];
		const char *kind = values_get_text(item, "kind");
		const struct flux_document *map =
			flux_find_map(documents, document, kind, values_get_text(item, "name"));

		if (map == NULL) {
			k->values.list.count = 0;
			k->whole = false;
			continue;
		}
		k->whole &= flux_map_is_whole(documents, map);
		k->whole &= flux_take_data(flux, &k->values, tree_get(map->tree, "data"),
					   str_equal(kind, "Secret"), map->file);
		k->whole &= flux_take_data(flux, &k->values, tree_get(map->tree, "stringData"),
					   false, map->file);
	}
	k->whole &= flux_take_data(flux, &k->values, tree_get(build, "substitute"), false,
				   document->file);
}

/* ---- documents ---- */

static void flux_look_at(struct flux_documents *out, const struct tree_node *tree,
			 const char *file, struct arena *arena, unsigned depth)
{
	const struct tree_node *items = tree_get(tree, "items");
	const struct flux_document document = {
		.tree = tree,
		.file = file,
		.kind = values_get_text(tree, "kind"),
		.name = values_get_text(tree, "metadata.name"),
		.namespace = values_get_text(tree, "metadata.namespace"),
	};
	const char *api = values_get_text(tree, "apiVersion");

	if (document.kind == NULL || api == NULL)
		return;
	if (str_has_suffix(document.kind, "List") && items != NULL &&
	    items->type == TREE_LIST && depth == 0) {
		for (uint32_t i = 0; i < items->u.list.count; i++)
			if (items->u.list.items[i]->type == TREE_MAP)
				flux_look_at(out, items->u.list.items[i], file, arena, 1);
		return;
	}
	if (str_has_prefix(api, "kustomize.toolkit.fluxcd.io/") &&
	    str_equal(document.kind, "Kustomization") && document.name != NULL) {
		ARRAY_ADD(arena, &out->kustomizations, document);
	} else if (str_has_prefix(api, "argoproj.io/") && document.name != NULL &&
		   (str_equal(document.kind, "Application") ||
		    str_equal(document.kind, "ApplicationSet"))) {
		ARRAY_ADD(arena, &out->applications, document);
	} else if (str_has_prefix(api, "source.toolkit.fluxcd.io/") && document.name != NULL) {
		ARRAY_ADD(arena, &out->repositories, document);
	} else if (str_equal(api, "v1") && (str_equal(document.kind, "ConfigMap") ||
					    str_equal(document.kind, "Secret"))) {
		ARRAY_ADD(arena, &out->maps, document);
	}
}

static void flux_look_into(struct flux_documents *out, struct snapshot *snapshot,
			   uint32_t source)
{
	const char *file = snapshot->sources.list.items[source].name;
	FILE *stream = source_open(&snapshot->sources, source);
	struct tree_list trees = { 0 };
	struct file_words words = { 0 };
	const bool looked = stream != NULL && file_words_find(stream, &words);

	source_close(&snapshot->sources, &snapshot->arena, source, stream);
	if (!looked || (!words.flux && !words.known_kind))
		return;
	parse_source_trees(snapshot, source, &snapshot->arena, &trees);
	ARRAY_FOREACH (const struct tree_node *, tree, &trees.list)
		if (*tree != NULL && (*tree)->type == TREE_MAP)
			flux_look_at(out, *tree, file, &snapshot->arena, 0);
}

/* An Application in a file that others leave out is not there. */
static void flux_drop_left_out(struct flux *flux)
{
	uint32_t kept = 0;

	ARRAY_FOREACH (struct flux_kustomization, k, &flux->list)
		k->dropped = k->where != NULL && flux_leaves_out(flux, k->where) != NULL;
	for (uint32_t i = 0; i < flux->list.count; i++)
		if (!flux->list.items[i].dropped)
			flux->list.items[kept++] = flux->list.items[i];
	flux->list.count = kept;
}

/* True when a kustomization or a patch may change what Kustomizations put in. */
static bool flux_source_mentions_build(struct snapshot *snapshot, uint32_t source)
{
	const uint32_t problems = snapshot->problems.count;
	struct tree_list trees = { 0 };
	bool found = false;

	parse_source_trees(snapshot, source, &snapshot->arena, &trees);
	snapshot->problems.count = problems;
	ARRAY_FOREACH (const struct tree_node *, tree, &trees.list)
		found = found || flux_mentions_build(*tree, 0);
	return found;
}

void flux_collect(struct flux *flux, struct snapshot *snapshot)
{
	struct sources *sources = &snapshot->sources;
	const uint32_t count = sources->list.count;
	struct flux_documents documents = { 0 }, patches = { 0 };

	for (uint32_t i = 0; i < count; i++)
		if (!sources->list.items[i].aside && sources->list.items[i].bundle == 0)
			flux_look_into(&documents, snapshot, i);
	ARRAY_FOREACH (const struct unread_file, file, &sources->unread) {
		const uint32_t source = sources->list.count;

		if (file->class != FILE_FOREIGN && file->class != FILE_PATCH)
			continue;
		sources_add(sources, &snapshot->arena, file->path);
		if (sources->list.count > source)
			flux_look_into(file->class == FILE_PATCH ? &patches : &documents,
				       snapshot, source);
	}
	for (uint32_t i = 0; i < count && !flux->patched; i++)
		if (sources->list.items[i].aside)
			flux->patched = flux_source_mentions_build(snapshot, i);
	flux->patched = flux->patched || patches.kustomizations.count > 0;
	ARRAY_FOREACH (const struct flux_document, patch, &patches.maps)
		ARRAY_ADD(&snapshot->arena, &documents.patches, *patch);
	ARRAY_FOREACH (const struct flux_document, document, &documents.kustomizations)
		flux_take_kustomization(flux, &documents, document);
	ARRAY_FOREACH (const struct flux_document, document, &documents.applications)
		argo_take(flux, document->tree, document->file);
	flux_find_repository(flux, sources);
	flux_drop_left_out(flux);
}

/* ---- what is put in where ---- */

/* True for a file in a folder, by its path there, and not in a folder below. */
static bool flux_is_file_in(const char *rest)
{
	return strchr(rest, '/') == NULL && walk_is_manifest_name(rest);
}

/* True for what is in the folder of a Kustomization, by its path there, and meant by it. */
static bool flux_is_file_of(const struct flux_kustomization *k, const char *rest)
{
	return (!k->direct || flux_is_file_in(rest)) && argo_takes_file(k, rest);
}

const char *flux_rest(const struct flux *flux, const char *folder, const char *path)
{
	const size_t len = strlen(folder);

	if (len == 0)
		return strlen(path) > flux->root_bytes ? path + flux->root_bytes : NULL;
	for (const char *at = path; (at = strstr(at, folder)) != NULL; at++)
		if ((at == path || at[-1] == '/') && at[len] == '/')
			return at + len + 1;
	return NULL;
}

/* True for an Application of this repository that may leave files out. */
static bool flux_is_choosy(const struct flux *flux, const struct flux_kustomization *k)
{
	return !k->generated && (k->include != NULL || k->exclude != NULL) &&
	       flux->repository != NULL && str_equal(k->repository, flux->repository);
}

const char *flux_leaves_out(const struct flux *flux, const char *path)
{
	const char *by = NULL;

	if (flux == NULL)
		return NULL;
	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list) {
		const char *rest =
			flux_is_choosy(flux, k) ? flux_rest(flux, k->path, path) : NULL;

		if (rest != NULL && (!k->direct || flux_is_file_in(rest)) &&
		    !argo_takes_file(k, rest))
			by = k->where;
	}
	for (uint32_t i = 0; by != NULL && i < flux->list.count; i++)
		if (flux_is_for(flux, &flux->list.items[i], path))
			by = NULL;
	return by;
}

bool flux_is_for(const struct flux *flux, const struct flux_kustomization *k, const char *path)
{
	const size_t len = strlen(k->path);

	if (len == 0) /* the top of the repository is the folder that was named */
		return str_equal(path, ".") || strlen(path) <= flux->root_bytes ||
		       flux_is_file_of(k, path + flux->root_bytes);
	for (const char *at = path; (at = strstr(at, k->path)) != NULL; at++)
		if ((at == path || at[-1] == '/') &&
		    (at[len] == '\0' || (at[len] == '/' && flux_is_file_of(k, at + len + 1))))
			return true;
	return false;
}

static const char *flux_value(const struct substitutions *values, const char *key)
{
	for (uint32_t i = 0; i < values->list.count; i++)
		if (str_equal(values->list.items[i].key, key))
			return values->list.items[i].value;
	return NULL;
}

/* Adds what the Kustomization says, but for what another one says differently. */
static void flux_agree(const struct flux *flux, const struct flux_kustomization *k,
		       const char *path, bool all, struct substitutions *out)
{
	ARRAY_FOREACH (const struct substitution, item, &k->values.list) {
		bool agreed = flux_value(out, item->key) == NULL;

		ARRAY_FOREACH (const struct flux_kustomization, other, &flux->list) {
			const char *value = flux_value(&other->values, item->key);

			if (other->builds && (all || str_equal(other->path, path)))
				agreed = agreed && str_equal(value, item->value);
		}
		if (agreed)
			ARRAY_ADD(flux->arena, &out->list, *item);
	}
}

/* What those with this path agree on, or all; above it what the user says. Of one alone it may
 * be known that it is all. */
static const struct substitutions *flux_agreed(const struct flux *flux, const char *path,
					       bool all)
{
	struct substitutions *out = arena_zalloc(flux->arena, 1, sizeof(*out));
	uint32_t builders = 0;

	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list) {
		if (!all && !str_equal(k->path, path))
			continue;
		flux_agree(flux, k, path, all, out);
		builders += k->builds ? 1 : 0;
		if (k->builds && k->whole && k->own)
			out->whole = k->title;
	}
	if (all || builders != 1 || flux->patched)
		out->whole = NULL;
	for (uint32_t i = 0; flux->given != NULL && i < flux->given->list.count; i++)
		ARRAY_ADD(flux->arena, &out->list, flux->given->list.items[i]);
	return out;
}

/* The values for the file or folder, without a namespace. */
static const struct substitutions *flux_values(struct flux *flux, const char *path)
{
	struct flux_kustomization *best = NULL;

	ARRAY_FOREACH (struct flux_kustomization, k, &flux->list)
		if (k->builds && flux_is_for(flux, k, path) &&
		    (best == NULL || strlen(k->path) > strlen(best->path)))
			best = k;
	if (best != NULL && best->agreed == NULL)
		best->agreed = flux_agreed(flux, best->path, false);
	else if (best == NULL && flux->agreed == NULL)
		flux->agreed = flux_agreed(flux, NULL, true);
	return best != NULL ? best->agreed : flux->agreed;
}

enum { FLUX_NAMESPACE_MAX = 64 }; /* bytes of its text */

/* The name of the folder that a file or folder is in, right below that of a Kustomization; "":
 * it is in none, or the name is not one of a namespace. */
static void flux_folder_below(const struct flux *flux, const struct flux_kustomization *k,
			      const char *path, char out[static FLUX_NAMESPACE_MAX])
{
	const char *rest = flux_rest(flux, k->path, path);
	const size_t len = rest != NULL ? strcspn(rest, "/") : 0;

	out[0] = '\0';
	if (len == 0 || len >= FLUX_NAMESPACE_MAX || flux_is_file_in(rest))
		return;
	memcpy(out, rest, len);
	out[len] = '\0';
	if (!dns_label_valid(out))
		out[0] = '\0';
}

/* Where objects go. */
struct flux_destination {
	const char *namespace; /* NULL: none that is known */
	bool unknown;          /* there is one, but which is not known */
};

/* Where a Kustomization puts what is at a path. */
static struct flux_destination flux_destination_by(const struct flux *flux,
						   const struct flux_kustomization *k,
						   const char *path, bool usual,
						   char text[static FLUX_NAMESPACE_MAX])
{
	if (!usual)
		return (struct flux_destination){ k->target, k->target_varies };
	if (!k->usual_by_path)
		return (struct flux_destination){ k->usual, k->usual_varies };
	flux_folder_below(flux, k, path, text);
	return (struct flux_destination){ text[0] != '\0' ? text : NULL, false };
}

/*
 * The namespace that the Kustomizations with the longest path put the file into, or, `usual`,
 * what names none of its own; unknown where they differ.
 */
static struct flux_destination flux_target(const struct flux *flux, const char *path,
					   bool usual)
{
	const struct flux_kustomization *best = NULL;
	struct flux_destination out = { 0 };
	char first[FLUX_NAMESPACE_MAX], next[FLUX_NAMESPACE_MAX];

	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list) {
		struct flux_destination own;

		if (k->path[0] == '\0' ||
		    (best != NULL && strlen(k->path) <= strlen(best->path)) ||
		    !flux_is_for(flux, k, path))
			continue;
		own = flux_destination_by(flux, k, path, usual, next);
		if (own.namespace == NULL && !own.unknown)
			continue;
		out = own;
		if (own.namespace == next)
			out.namespace = memcpy(first, next, sizeof(first));
		best = k;
	}
	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list) {
		struct flux_destination own;

		if (best == NULL || k == best || !k->own || !str_equal(k->path, best->path) ||
		    !flux_is_for(flux, k, path))
			continue;
		own = flux_destination_by(flux, k, path, usual, next);
		if (own.unknown || (own.namespace == NULL && !usual) ||
		    (own.namespace != NULL && !str_equal(out.namespace, own.namespace)))
			out = (struct flux_destination){ NULL, true };
	}
	if (out.namespace == first)
		out.namespace = arena_strdup(flux->arena, first);
	return out;
}

const struct substitutions *flux_substitutions(struct flux *flux, const char *path)
{
	const struct substitutions *values = flux_values(flux, path);
	const struct flux_destination target = flux_target(flux, path, false);
	const struct flux_destination usual = flux_target(flux, path, true);
	const struct object_change *change = flux_change(flux, path);
	struct substitutions *out;

	if (target.namespace == NULL && !target.unknown && usual.namespace == NULL &&
	    !usual.unknown && change == NULL)
		return values;
	out = arena_alloc(flux->arena, sizeof(*out));
	*out = *values;
	out->target_namespace = target.namespace;
	out->target_unknown = target.unknown;
	out->default_namespace = usual.namespace;
	out->default_unknown = usual.unknown;
	out->change = change;
	return out;
}

static const struct tree_node *flux_expand_at(struct snapshot *snapshot,
					      const struct tree_node *node,
					      const struct substitutions *values,
					      struct arena *arena, unsigned depth)
{
	struct tree_node *out;

	if (depth > FLUX_DEPTH_MAX || (node->type < TREE_LIST && !node->unknown))
		return node;
	out = arena_alloc(arena, sizeof(*out));
	*out = *node;
	if (node->type == TREE_STRING) {
		const enum placeholder found =
			placeholder_read(node->text, values, arena, &out->text);

		out->unknown = found == PLACEHOLDER_UNKNOWN || found == PLACEHOLDER_ENCRYPTED;
		if (found == PLACEHOLDER_REPLACED) {
			snapshot_note_filled(snapshot, values, node->text, node->pos);
			scalar_resolve(out, out->text);
		}
	} else if (node->type == TREE_MAP) {
		out->u.map.items = NULL;
		out->u.map.count = out->u.map.capacity = 0;
		ARRAY_FOREACH (const struct tree_entry, entry, &node->u.map) {
			struct tree_entry *copy = ARRAY_PUSH(arena, &out->u.map);

			*copy = *entry;
			copy->value = flux_expand_at(snapshot, entry->value, values, arena,
						     depth + 1);
		}
	} else if (node->type == TREE_LIST) {
		out->u.list.items = NULL;
		out->u.list.count = out->u.list.capacity = 0;
		for (uint32_t i = 0; i < node->u.list.count; i++)
			ARRAY_ADD(arena, &out->u.list,
				  flux_expand_at(snapshot, node->u.list.items[i], values, arena,
						 depth + 1));
	}
	return out;
}

const struct tree_node *flux_expand(struct snapshot *snapshot, const struct tree_node *node,
				    const struct substitutions *values, struct arena *arena)
{
	return flux_expand_at(snapshot, node, values, arena, 0);
}
