/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of a folder: which files there are, and what they are by their place. (I1) */
#include "config/repository/walk.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

/* Where in a chart a folder is. */
enum walk_place {
	WALK_PLAIN,
	WALK_CHART,     /* has a Chart.yaml */
	WALK_TEMPLATES, /* templates/ of a chart, or below it */
};

struct walk_entry {
	const char *path;
	const char *name;       /* the last element of the path */
	unsigned depth;         /* folders that may still be inside it */
	enum walk_place parent; /* where in a chart the folder is that it is in */
	const char *chart;      /* the folder of that chart, or NULL */
};

static void walk_folder(struct folder_walk *walk, const struct walk_entry *folder);

bool walk_is_manifest_name(const char *name)
{
	return str_has_suffix(name, ".yaml") || str_has_suffix(name, ".yml") ||
	       str_has_suffix(name, ".json");
}

/* Outputs of other programs have any of these endings, or none. What they are, their content
 * says. (O1) */
static bool walk_is_evidence_name(const char *name)
{
	static const char *const endings[] = { ".txt",  ".log", ".conf",   ".cfg", ".prom",
					       ".pcap", ".cap", ".pcapng", ".out", ".metrics" };

	for (uint32_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_has_suffix(name, endings[i]))
			return true;
	return strchr(name, '.') == NULL;
}

bool walk_is_kustomization(const char *name)
{
	static const char *const names[] = { "kustomization.yaml", "kustomization.yml",
					     "Kustomization", NULL };

	return str_in(name, names);
}

static void walk_add(struct folder_walk *walk, const struct walk_entry *entry,
		     enum file_class class)
{
	struct walked_file file = { .path = entry->path,
				    .class = class,
				    .chart =
					    class == FILE_HELM_TEMPLATE ? entry->chart : NULL };

	if (walk->files.count < WALK_FILES_MAX)
		ARRAY_ADD(walk->arena, &walk->files, file);
	else
		walk->full = true;
}

bool walked_is_open(const struct walked_file *file)
{
	return file->class != FILE_OUTSIDE && file->class != FILE_DANGLING &&
	       file->class != FILE_SPECIAL && file->class != FILE_EXCLUDED;
}

static bool walk_is_chart_values(const char *name)
{
	return str_equal(name, "Chart.yaml") || str_equal(name, "Chart.lock") ||
	       str_has_prefix(name, "values");
}

/* A regular file, by its name and its place. */
static void walk_file(struct folder_walk *walk, const struct walk_entry *entry)
{
	if (!walk_is_manifest_name(entry->name) && !walk_is_kustomization(entry->name)) {
		if (entry->parent != WALK_TEMPLATES && walk_is_evidence_name(entry->name))
			walk_add(walk, entry, FILE_EVIDENCE);
		return;
	}
	if (entry->parent == WALK_TEMPLATES)
		walk_add(walk, entry, FILE_HELM_TEMPLATE);
	else if (entry->parent == WALK_CHART && walk_is_chart_values(entry->name))
		walk_add(walk, entry, FILE_CHART_VALUES);
	else if (walk_is_kustomization(entry->name))
		walk_add(walk, entry, FILE_KUSTOMIZATION);
	else
		walk_add(walk, entry, FILE_OBJECTS);
}

/* True when the walk comes to `real`, a path below the named folder, by itself. */
static bool walk_comes_to(const struct folder_walk *walk, const char *real, bool is_folder)
{
	return (is_folder || walk_is_manifest_name(real)) &&
	       strstr(real + strlen(walk->root), "/.") == NULL;
}

/* True the first time that a folder is entered through a link. */
static bool walk_link_is_new(struct folder_walk *walk, const struct stat *st)
{
	const struct walked_link link = { (uint64_t)st->st_dev, (uint64_t)st->st_ino };

	ARRAY_FOREACH (const struct walked_link, known, &walk->links)
		if (known->device == link.device && known->inode == link.inode)
			return false;
	if (walk->links.count >= WALK_LINKS_MAX)
		return false;
	ARRAY_ADD(walk->arena, &walk->links, link);
	return true;
}

/* A pipe, a socket or a device, which might be read as a file of its name: opening it could
 * wait for ever. */
static void walk_special(struct folder_walk *walk, const struct walk_entry *entry)
{
	if (walk_is_manifest_name(entry->name) || walk_is_evidence_name(entry->name))
		walk_add(walk, entry, FILE_SPECIAL);
}

/* A symbolic link: followed while it stays below the named folder. Mounted ConfigMaps are made
 * of links to hidden folders. */
static void walk_link(struct folder_walk *walk, const struct walk_entry *entry)
{
	const size_t root_bytes = strlen(walk->root);
	char *real = realpath(entry->path, NULL);
	struct stat st;

	if (real == NULL || stat(real, &st) != 0) {
		if (walk_is_manifest_name(entry->name))
			walk_add(walk, entry, FILE_DANGLING);
	} else if (strncmp(real, walk->root, root_bytes) != 0 ||
		   (real[root_bytes] != '/' && root_bytes > 1)) {
		if (walk_is_manifest_name(entry->name))
			walk_add(walk, entry, FILE_OUTSIDE);
	} else if (!walk_comes_to(walk, real, S_ISDIR(st.st_mode))) {
		if (S_ISREG(st.st_mode))
			walk_file(walk, entry);
		else if (S_ISDIR(st.st_mode) && walk_link_is_new(walk, &st))
			walk_folder(walk, entry);
		else if (!S_ISDIR(st.st_mode))
			walk_special(walk, entry);
	} else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
		walk_special(walk, entry);
	}
	free(real);
}

/* The type of an entry as lstat() has it; DT_UNKNOWN and an error when it cannot be told. */
static unsigned char walk_entry_type(struct folder_walk *walk, const char *path,
				     unsigned char type)
{
	struct stat st;

	if (type != DT_UNKNOWN)
		return type;
	if (lstat(path, &st) != 0) {
		source_add_error(walk->sources, walk->arena, path, strerror(errno));
		return DT_UNKNOWN;
	}
	return (unsigned char)IFTODT(st.st_mode);
}

static void walk_entry(struct folder_walk *walk, const struct walk_entry *entry,
		       unsigned char known_type)
{
	static const char *const never[] = { "node_modules", "vendor", NULL };
	const char *relative = entry->path + walk->prefix_bytes;
	const unsigned char type = walk_entry_type(walk, entry->path, known_type);

	if (type == DT_UNKNOWN || (type == DT_DIR && str_in(entry->name, never)))
		return;
	if (exclude_matches(&walk->sources->exclude, relative, type == DT_DIR)) {
		if (type == DT_DIR || walk_is_manifest_name(entry->name))
			walk_add(walk, entry, FILE_EXCLUDED);
	} else if (type == DT_DIR) {
		walk_folder(walk, entry);
	} else if (type == DT_LNK) {
		walk_link(walk, entry);
	} else if (type == DT_REG) {
		walk_file(walk, entry);
	} else {
		walk_special(walk, entry);
	}
}

static int walk_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int walk_by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool walk_has_chart(struct dirent **entries, int count)
{
	for (int i = 0; i < count; i++)
		if (str_equal(entries[i]->d_name, "Chart.yaml"))
			return true;
	return false;
}

/* Where in a chart the entries of a folder are. */
static enum walk_place walk_place_in(const struct walk_entry *folder, struct dirent **entries,
				     int count)
{
	if (folder->parent == WALK_TEMPLATES ||
	    (folder->parent == WALK_CHART && str_equal(folder->name, "templates")))
		return WALK_TEMPLATES;
	return walk_has_chart(entries, count) ? WALK_CHART : WALK_PLAIN;
}

static void walk_folder(struct folder_walk *walk, const struct walk_entry *folder)
{
	const char *slash = str_has_suffix(folder->path, "/") ? "" : "/";
	struct dirent **entries;
	enum walk_place place;
	int count;

	if (folder->depth == 0) {
		source_add_error(walk->sources, walk->arena, folder->path,
				 "folders are nested too deep (the limit is 64)");
		return;
	}
	count = scandir(folder->path, &entries, walk_visible, walk_by_bytes);
	if (count < 0) {
		source_add_error(walk->sources, walk->arena, folder->path, strerror(errno));
		return;
	}
	place = walk_place_in(folder, entries, count);
	walk->sources->charts += place == WALK_CHART ? 1 : 0;
	for (int i = 0; i < count; i++) {
		const char *path = arena_printf(walk->arena, "%s%s%s", folder->path, slash,
						entries[i]->d_name);
		struct walk_entry entry = {
			.path = path,
			.name = path + strlen(path) - strlen(entries[i]->d_name),
			.depth = folder->depth - 1,
			.parent = place,
			.chart = place == WALK_CHART ? folder->path : folder->chart,
		};

		if (!walk->full)
			walk_entry(walk, &entry, entries[i]->d_type);
		free(entries[i]);
	}
	free(entries);
}

void folder_walk_run(struct folder_walk *walk, const char *folder)
{
	char *root = realpath(folder, NULL);

	if (root == NULL) {
		source_add_error(walk->sources, walk->arena, folder, strerror(errno));
		return;
	}
	walk->root = arena_strdup(walk->arena, root);
	free(root);
	walk->prefix_bytes = (uint32_t)(strlen(folder) + (str_has_suffix(folder, "/") ? 0 : 1));
	walk_folder(walk, &(struct walk_entry){ .path = folder,
						.name = folder,
						.depth = WALK_DEPTH_MAX,
						.parent = WALK_PLAIN });
	if (walk->full)
		source_add_error(walk->sources, walk->arena, folder,
				 "too many files (the limit is 100000)");
}
