/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of captures: which files there are, and whose. */
#include "config/evidence/node_captures.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/objects/object.h"

static bool read_route4(const struct capture_file *file)
{
	return capture_read_routes(file, "v4");
}

static bool read_route6(const struct capture_file *file)
{
	return capture_read_routes(file, "v6");
}

/* In the order they are read: the later ones look at the interfaces of the first. */
static const struct kind_of_file {
	const char *name;
	const char *command; /* what prints it; NULL: it need not be there */
	bool (*read)(const struct capture_file *file);
} files[] = {
	{ "addr.json", "ip -j addr", capture_read_addresses },
	{ "route.json", "ip -j route", read_route4 },
	{ "route6.json", "ip -j -6 route", read_route6 },
	{ "sysctl.txt", NULL, capture_read_sysctls },
	{ "segments.txt", NULL, capture_read_segments },
};

enum { FILES = ARRAY_LEN(files) };

static bool trouble(struct snapshot *snapshot, const char *path, const char *why)
{
	ARRAY_ADD(&snapshot->arena, &snapshot->sources.errors,
		  arena_printf(&snapshot->arena, "cannot read %s: %s", path, why));
	return false;
}

static const char *below(struct snapshot *snapshot, const char *folder, const char *name)
{
	const char *slash = str_has_suffix(folder, "/") ? "" : "/";

	return arena_printf(&snapshot->arena, "%s%s%s", folder, slash, name);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Reads one file of a node if it is there; false after a problem or an error. */
static bool capture_read_file(const struct capture_file *file, const struct kind_of_file *kind)
{
	struct stat st;

	if (stat(file->path, &st) != 0) {
		if (errno != ENOENT)
			return trouble(file->snapshot, file->path, strerror(errno));
		if (kind->command == NULL)
			return true;
		return trouble(file->snapshot, file->path,
			       arena_printf(&file->snapshot->arena,
					    "it does not exist; save the output of `%s` in it",
					    kind->command));
	}
	/* Reading a pipe that nobody named may never end. */
	if (!S_ISREG(st.st_mode))
		return trouble(file->snapshot, file->path, "not a regular file");
	if (st.st_size == 0 && kind->command != NULL)
		return trouble(
			file->snapshot, file->path,
			arena_printf(
				&file->snapshot->arena,
				"the file is empty; `%s` prints [] when there is nothing to list",
				kind->command));
	return kind->read(file);
}

static void read_node(struct snapshot *snapshot, const char *folder, const char *name,
		      struct node_captures *out)
{
	struct inventory_node node = { .name.s = arena_strdup(&snapshot->arena, name) };
	struct capture_file file = { .snapshot = snapshot, .captures = out, .node = &node };
	const uint32_t notes = out->notes.count;
	struct arena scratch;
	bool fine = true;

	if (!dns_subdomain_valid(name))
		fine = trouble(snapshot, folder,
			       "its name is not a valid node name: name the folder as "
			       "`kubectl get nodes` does");
	arena_init(&scratch);
	file.scratch = &scratch;
	for (int i = 0; i < FILES; i++) {
		file.path = below(snapshot, folder, files[i].name);
		fine &= capture_read_file(&file, &files[i]);
	}
	arena_release(&scratch);
	if (fine) {
		ARRAY_ADD(&snapshot->arena, &out->nodes, node);
	} else {
		out->notes.count = notes;
		out->broken++;
	}
}

/* ---- the folder ---- */

static int capture_folder_is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int capture_folder_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

bool node_captures_load(struct snapshot *snapshot, const char *folder,
			struct node_captures *out)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, capture_folder_is_visible, capture_folder_order);
	bool captures_here = false;

	*out = (struct node_captures){ 0 };
	if (count < 0)
		return trouble(snapshot, folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *path = below(snapshot, folder, entries[i]->d_name);

		captures_here |= strcmp(entries[i]->d_name, files[0].name) == 0;
		if (is_folder(path))
			read_node(snapshot, path, entries[i]->d_name, out);
		free(entries[i]);
	}
	free(entries);
	if (out->nodes.count + out->broken > 0)
		return true;
	return trouble(snapshot, folder,
		       captures_here ? "it contains captures itself; name its parent folder, "
				       "which has one folder for each node"
				     : "it has no subfolders; it needs one for each node, "
				       "with addr.json, route.json and route6.json");
}
