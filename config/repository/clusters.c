/* SPDX-License-Identifier: Apache-2.0 */
/* Which clusters a tree has, and what of it is whose. (I7.1) */
#include "config/repository/clusters.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"
#include "config/objects/parse.h"
#include "config/repository/values.h"

/* ---- paths ---- */

const char *clusters_path(struct arena *arena, const char *path)
{
	char *out = arena_alloc(arena, strlen(path) + 1);
	size_t len = 0;

	if (path[0] == '/')
		return NULL;
	for (const char *at = path; *at != '\0';) {
		const size_t step = strcspn(at, "/");

		if (step == 2 && at[0] == '.' && at[1] == '.') {
			if (len == 0)
				return NULL;
			while (len > 0 && out[len - 1] != '/')
				len--;
			len -= len > 0 ? 1 : 0;
		} else if (step > 0 && !(step == 1 && at[0] == '.')) {
			if (len > 0)
				out[len++] = '/';
			memcpy(out + len, at, step);
			len += step;
		}
		at += step + (at[step] == '/' ? 1 : 0);
	}
	out[len] = '\0';
	return out;
}

/* True when `path` is `folder` or below it. */
static bool clusters_is_below(const char *path, const char *folder)
{
	const size_t len = strlen(folder);

	return len == 0 ||
	       (strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/'));
}

static bool clusters_has_path(const struct tree_cluster *cluster, const char *path)
{
	ARRAY_FOREACH (const char *const, own, &cluster->paths)
		if (clusters_is_below(path, *own))
			return true;
	return false;
}

/* True when a folder of the path has the name. */
static bool clusters_names_folder(const char *path, const char *name)
{
	const size_t len = strlen(name);

	for (const char *at = path; (at = strstr(at, name)) != NULL; at++)
		if ((at == path || at[-1] == '/') && (at[len] == '/' || at[len] == '\0'))
			return true;
	return false;
}

/* Whose a path is where clusters were found by their folders: one that is in a folder of the
 * same name, such as apps/web/overlays/NAME, is that cluster's alone. */
static enum path_owner clusters_owner_by_name(const struct tree_clusters *clusters,
					      uint32_t cluster, const char *path)
{
	uint32_t owner = UINT32_MAX;

	for (uint32_t i = 0; i < clusters->list.count; i++) {
		if (!clusters_names_folder(path, clusters->list.items[i].name))
			continue;
		if (owner != UINT32_MAX)
			return PATH_SHARED;
		owner = i;
	}
	return owner == UINT32_MAX ? PATH_SHARED : owner == cluster ? PATH_OWN : PATH_FOREIGN;
}

enum path_owner clusters_owner(const struct tree_clusters *clusters, uint32_t cluster,
			       const char *path)
{
	if (clusters_has_path(&clusters->list.items[cluster], path))
		return PATH_OWN;
	ARRAY_FOREACH (const struct tree_cluster, other, &clusters->list)
		if (clusters_has_path(other, path))
			return PATH_FOREIGN;
	return clusters->declared ? PATH_SHARED
				  : clusters_owner_by_name(clusters, cluster, path);
}

/* ---- what the tree holds ---- */

struct cluster_search {
	struct snapshot *snapshot;
	struct arena *arena;
	struct arena scratch;
	const char *prefix;          /* of the folder, with its slash */
	struct tree_holders holders; /* paths below the folder */
	struct tree_clusters *out;
};

/* What of the name of a file is below the folder; NULL: it is not. */
static const char *clusters_below(const struct cluster_search *s, const char *name)
{
	return str_has_prefix(name, s->prefix) ? name + strlen(s->prefix) : NULL;
}

static void clusters_hold(struct cluster_search *s, const char *name,
			  const struct tree_holder *like)
{
	struct tree_holder holder = like != NULL ? *like : (struct tree_holder){ 0 };

	/* The folder itself, without the slash. */
	if (strlen(name) + 1 == strlen(s->prefix) &&
	    strncmp(name, s->prefix, strlen(name)) == 0)
		holder.path = "";
	else
		holder.path = clusters_below(s, name);
	if (holder.path != NULL)
		ARRAY_ADD(&s->scratch, &s->holders.list, holder);
}

static void clusters_hold_object(struct cluster_search *s, const struct object *object)
{
	const uint32_t source = object->pos.source;

	if (source > 0 &&
	    (object->kind == KIND_SERVICE_GROUP || object->kind == KIND_LBNODEAGENT ||
	     object->kind == KIND_BGP_CONFIGURATION))
		clusters_hold(s, s->snapshot->sources.list.items[source - 1].name, NULL);
}

static void clusters_collect(struct cluster_search *s, const struct tree_holders *holders)
{
	const struct snapshot *snapshot = s->snapshot;

	ARRAY_FOREACH (const struct tree_holder, holder, &holders->list)
		clusters_hold(s, holder->path, holder);
	ARRAY_FOREACH (struct object *const, object, &snapshot->objects)
		clusters_hold_object(s, *object);
	/* What is not known of them may be what the clusters say differently. */
	ARRAY_FOREACH (struct object *const, object, &snapshot->partials)
		clusters_hold_object(s, *object);
}

static bool clusters_holds(const struct cluster_search *s, const char *folder)
{
	ARRAY_FOREACH (const struct tree_holder, holder, &s->holders.list)
		if (clusters_is_below(holder->path, folder))
			return true;
	return false;
}

/* The cluster of that name, new if there is none yet; NULL: there are too many. */
static struct tree_cluster *clusters_add(struct cluster_search *s, const char *name, size_t len)
{
	struct tree_cluster *cluster;

	ARRAY_FOREACH (struct tree_cluster, known, &s->out->list)
		if (strlen(known->name) == len && strncmp(known->name, name, len) == 0)
			return known;
	if (s->out->list.count >= CLUSTERS_MAX)
		return NULL;
	cluster = ARRAY_PUSH(s->arena, &s->out->list);
	cluster->name = arena_strndup(s->arena, name, len);
	return cluster;
}

static void clusters_give(struct cluster_search *s, struct tree_cluster *cluster,
			  const char *path)
{
	if (!clusters_has_path(cluster, path))
		ARRAY_ADD(s->arena, &cluster->paths, arena_strdup(s->arena, path));
}

/* ---- clusters/ as Flux has it ---- */

#define CLUSTERS_FOLDER "clusters/"

/* Length of what comes before the names of clusters in a path: up to the slash of the first
 * folder "clusters"; 0 where the folder itself has that name; SIZE_MAX: there is none. */
static size_t clusters_folder_end(const struct cluster_search *s, const char *path)
{
	const size_t prefix = strlen(s->prefix), own = strlen(CLUSTERS_FOLDER);

	if (str_has_suffix(s->prefix, CLUSTERS_FOLDER) &&
	    (prefix == own || s->prefix[prefix - own - 1] == '/'))
		return 0;
	for (const char *at = path; (at = strstr(at, CLUSTERS_FOLDER)) != NULL; at++)
		if (at == path || at[-1] == '/')
			return (size_t)(at - path) + own;
	return SIZE_MAX;
}

/* Takes the folder below `clusters/` that a path is in for a cluster. */
static void clusters_take_folder(struct cluster_search *s, const char *path, const char *base,
				 size_t end)
{
	const size_t len = strcspn(path + end, "/");
	struct tree_cluster *cluster;

	if (strncmp(path, base, end) != 0 || path[end + len] != '/' || len == 0)
		return;
	cluster = clusters_add(s, path + end, len);
	if (cluster != NULL && cluster->paths.count == 0)
		clusters_give(s, cluster, arena_strndup(&s->scratch, path, end + len));
}

/* Gives a cluster the folders that a file's Kustomizations of Flux apply. */
static void clusters_take_flux(struct cluster_search *s, const char *name, const char *path)
{
	struct snapshot *snapshot = s->snapshot;
	const uint32_t sources = snapshot->sources.list.count;
	const uint32_t errors = snapshot->sources.errors.count;
	const uint32_t problems = snapshot->problems.count;
	struct tree_cluster *owner = NULL;
	struct tree_list trees = { 0 };

	ARRAY_FOREACH (struct tree_cluster, cluster, &s->out->list)
		if (clusters_is_below(path, cluster->paths.items[0]))
			owner = cluster;
	if (owner == NULL)
		return;
	sources_add(&snapshot->sources, &snapshot->arena, name);
	if (snapshot->sources.list.count > sources)
		parse_source_trees(snapshot, sources, &s->scratch, &trees);
	for (uint32_t i = 0; i < trees.list.count; i++) {
		const struct tree_node *tree = trees.list.items[i];
		const char *api = values_get_text(tree, "apiVersion");
		const char *applied = values_get_text(tree, "spec.path");

		if (!str_equal(values_get_text(tree, "kind"), "Kustomization") || api == NULL ||
		    !str_has_prefix(api, "kustomize.toolkit.fluxcd.io/") || applied == NULL)
			continue;
		applied += strspn(applied, "/"); /* from the top of the repository */
		applied = clusters_path(&s->scratch, applied);
		/* What applies the whole of clusters/ or of the repository names no cluster. */
		if (applied != NULL && !clusters_is_below(owner->paths.items[0], applied))
			clusters_give(s, owner, applied);
	}
	snapshot->sources.list.count = sources;
	snapshot->sources.errors.count = errors;
	snapshot->problems.count = problems;
}

/* True when folders below `clusters/` are clusters: two of them hold objects of PureLB, or have
 * some applied from elsewhere. */
static bool clusters_find_folders(struct cluster_search *s)
{
	const struct sources *sources = &s->snapshot->sources;
	const uint32_t source_count = sources->list.count;
	const char *base = NULL;
	size_t end = SIZE_MAX;
	uint32_t holding = 0;

	for (uint32_t i = 0; i < source_count + sources->unread.count && base == NULL; i++) {
		const char *path = clusters_below(
			s, i < source_count ? sources->list.items[i].name
					    : sources->unread.items[i - source_count].path);

		end = path != NULL ? clusters_folder_end(s, path) : SIZE_MAX;
		if (end != SIZE_MAX)
			base = arena_strdup(&s->scratch, path);
	}
	if (base == NULL)
		return false;
	for (uint32_t i = 0; i < source_count + sources->unread.count; i++) {
		const char *path = clusters_below(
			s, i < source_count ? sources->list.items[i].name
					    : sources->unread.items[i - source_count].path);

		if (path != NULL)
			clusters_take_folder(s, path, base, end);
	}
	for (uint32_t i = 0; i < source_count + sources->unread.count; i++) {
		const bool read = i < source_count;
		const char *name = read ? sources->list.items[i].name
					: sources->unread.items[i - source_count].path;
		const char *path = clusters_below(s, name);

		if (path != NULL && strncmp(path, base, end) == 0 &&
		    (read ? !sources->list.items[i].aside
			  : sources->unread.items[i - source_count].class == FILE_FOREIGN))
			clusters_take_flux(s, name, path);
	}
	ARRAY_FOREACH (const struct tree_cluster, cluster, &s->out->list) {
		bool holds = false;

		ARRAY_FOREACH (const char *const, path, &cluster->paths)
			holds = holds || clusters_holds(s, *path);
		holding += holds ? 1 : 0;
	}
	return holding >= 2;
}

/* ---- kustomize roots ---- */

static int clusters_compare_groups(const void *left, const void *right)
{
	const struct tree_holder *const *a = left;
	const struct tree_holder *const *b = right;
	const int order = str_compare((*a)->group, (*b)->group);

	return order != 0 ? order : str_compare((*a)->path, (*b)->path);
}

/* The roots that make a ServiceGroup that another root makes as well. */
static void clusters_twin_roots(struct cluster_search *s, struct tree_holders *out)
{
	ARRAY_OF(const struct tree_holder *) roots = { 0 };

	ARRAY_FOREACH (const struct tree_holder, holder, &s->holders.list)
		if (holder->root && holder->group != NULL)
			ARRAY_ADD(&s->scratch, &roots, holder);
	array_sort(roots.items, roots.count, sizeof(*roots.items), clusters_compare_groups);
	for (uint32_t i = 0; i < roots.count; i++) {
		const struct tree_holder *root = roots.items[i];
		const struct tree_holder *const around[] = { i > 0 ? roots.items[i - 1] : NULL,
							     i + 1 < roots.count
								     ? roots.items[i + 1]
								     : NULL };

		for (size_t n = 0; root != NULL && n < ARRAY_LEN(around); n++) {
			if (around[n] == NULL || !str_equal(around[n]->group, root->group) ||
			    str_equal(around[n]->path, root->path))
				continue;
			ARRAY_ADD(&s->scratch, &out->list, *root);
			break;
		}
	}
}

static int clusters_compare_paths(const void *left, const void *right)
{
	const struct tree_holder *a = left;
	const struct tree_holder *b = right;

	return strcmp(a->path, b->path);
}

/* Length of the folder that all have in common, with its slash. `roots` is sorted. */
static size_t clusters_common(const struct tree_holders *roots)
{
	const char *first = roots->list.items[0].path;
	const char *last = roots->list.items[roots->list.count - 1].path;
	size_t common = 0;

	for (size_t i = 0; first[i] != '\0' && first[i] == last[i]; i++)
		if (first[i] == '/')
			common = i + 1;
	return common;
}

/* True when kustomize roots are clusters: each is in a folder of its own. */
static bool clusters_find_roots(struct cluster_search *s)
{
	struct tree_holders roots = { 0 };
	bool apart = true;
	size_t common;

	clusters_twin_roots(s, &roots);
	if (roots.list.count < 2)
		return false;
	array_sort(roots.list.items, roots.list.count, sizeof(*roots.list.items),
		   clusters_compare_paths);
	common = clusters_common(&roots);
	for (uint32_t i = 1; i < roots.list.count; i++) {
		const char *before = roots.list.items[i - 1].path + common;
		const char *path = roots.list.items[i].path + common;
		const size_t len = strcspn(path, "/");

		if (strcmp(before, path) != 0 && clusters_is_below(path, before))
			return false; /* one is inside another one, or all of the tree */
		if (strcmp(before, path) != 0 && strncmp(before, path, len) == 0 &&
		    (before[len] == '/' || before[len] == '\0'))
			apart = false;
	}
	ARRAY_FOREACH (const struct tree_holder, root, &roots.list) {
		const char *name = root->path + common;
		const size_t len = apart ? strcspn(name, "/") : strlen(name);
		struct tree_cluster *cluster = clusters_add(s, name, len);

		if (len == 0 || cluster == NULL)
			return false;
		clusters_give(s, cluster, arena_strndup(&s->scratch, root->path, common + len));
	}
	return s->out->list.count >= 2;
}

bool clusters_find(struct snapshot *snapshot, const char *folder,
		   const struct tree_holders *holders, struct arena *arena,
		   struct tree_clusters *out)
{
	struct cluster_search s = { .snapshot = snapshot, .arena = arena, .out = out };
	bool found;

	*out = (struct tree_clusters){ .tree = folder, .shared = true };
	arena_init(&s.scratch);
	s.prefix = arena_printf(&s.scratch, "%s%s", folder,
				str_has_suffix(folder, "/") ? "" : "/");
	clusters_collect(&s, holders);
	found = clusters_find_folders(&s);
	if (!found) {
		out->list.count = 0;
		found = clusters_find_roots(&s);
	}
	arena_release(&s.scratch);
	return found;
}
