/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Applications of Argo CD do to the folders of a repository: the namespace of objects that
 * name none (destination.namespace), and what kustomize does for them (source.kustomize).
 * (I6.3d)
 *
 * An Application is taken to be for the folder that its path names, unless it is known to be of
 * another repository (flux_repository.c); what leaves files out has to be of this one.
 * An ApplicationSet is its template: where the path is made by a generator, what it does to the
 * folders below is not known. Argo CD writes its prefix over that of the kustomization; here
 * both are added. Charts that an Application installs are in charts.c.
 */
#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"
#include "config/repository/flux.h"
#include "config/repository/values.h"

enum { ARGO_SOURCES_MAX = 100, ARGO_GLOB_MAX = 1000 };

static const struct tree_node *argo_spec(const struct tree_node *tree)
{
	return values_get(tree, str_equal(values_get_text(tree, "kind"), "ApplicationSet")
					? "spec.template.spec"
					: "spec");
}

/* A source by its number: `source` is the first, then those of `sources`; NULL: no more. */
static const struct tree_node *argo_source(const struct tree_node *spec, uint32_t part)
{
	const struct tree_node *list = tree_get(spec, "sources");

	if (part == 0)
		return tree_get(spec, "source");
	return list != NULL && list->type == TREE_LIST && part <= list->u.list.count
		       ? list->u.list.items[part - 1]
		       : NULL;
}

static const char *argo_namespace(struct flux *flux, const struct tree_node *node)
{
	return node != NULL && node->type == TREE_STRING && !node->unknown &&
			       dns_label_valid(node->text)
		       ? arena_strdup(flux->arena, node->text)
		       : NULL;
}

/* ---- which files of a folder ---- */

/*
 * Patterns such as `{*.json,env/[a-c]?.yaml}`, in which a star also stands for slashes. What
 * has been matched is a set of places in the text: one flag for each, and for its end. So the
 * cost is at most the product of both lengths, whatever the pattern is.
 */
struct argo_glob {
	const char *text;
	size_t len; /* of the text */
	bool broken;
};

/* The set `[…]` that ends at `end` has the character. */
static bool argo_glob_set_has(const char *p, const char *end, char c)
{
	const bool negated = p < end && (*p == '!' || *p == '^');
	bool has = false;

	for (p += negated ? 1 : 0; p < end; p++) {
		const char low = *p;

		if (p + 2 < end && p[1] == '-')
			p += 2;
		has = has || (c >= low && c <= *p);
	}
	return has != negated;
}

/* Where the group that opens at `p` closes, or the end. */
static const char *argo_glob_close(const char *p, const char *end)
{
	for (unsigned depth = 0; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			break;
	}
	return p;
}

/* Moves all places past one character: that at `p`, one of the set from there to `close`, or
 * any where that is `p` itself. */
static void argo_glob_advance(const struct argo_glob *glob, bool *places, const char *p,
			      const char *close)
{
	for (size_t i = glob->len; i > 0; i--) {
		const char c = glob->text[i - 1];

		places[i] =
			places[i - 1] && (close == NULL ? *p == c
					  : close == p  ? true
							: argo_glob_set_has(p + 1, close, c));
	}
	places[0] = false;
}

static void argo_glob_run(struct argo_glob *glob, const char *p, const char *end, bool *places,
			  unsigned depth);

/* The places after any of the alternatives from `p` to `end`. */
static void argo_glob_choose(struct argo_glob *glob, const char *p, const char *end,
			     bool *places, unsigned depth)
{
	bool all[ARGO_GLOB_MAX + 1], one[ARGO_GLOB_MAX + 1];

	memset(all, 0, (glob->len + 1) * sizeof(*all));
	for (const char *start = p; start <= end; start = p + 1) {
		for (p = start; p < end && *p != ','; p++)
			if (*p == '\\' && p + 1 < end)
				p++;
			else if (*p == '{')
				p = argo_glob_close(p, end);
		if (p > end)
			p = end;
		memcpy(one, places, (glob->len + 1) * sizeof(*one));
		argo_glob_run(glob, start, p, one, depth + 1);
		for (size_t i = 0; i <= glob->len; i++)
			all[i] = all[i] || one[i];
	}
	memcpy(places, all, (glob->len + 1) * sizeof(*all));
}

/* Goes from the places before a part of the pattern to those after it. */
static void argo_glob_run(struct argo_glob *glob, const char *p, const char *end, bool *places,
			  unsigned depth)
{
	enum { DEPTH_MAX = 10 };

	glob->broken = glob->broken || depth > DEPTH_MAX;
	for (; p < end && !glob->broken; p++) {
		const char *close = NULL;

		if (*p == '*') {
			for (size_t i = 1; i <= glob->len; i++)
				places[i] = places[i] || places[i - 1];
			continue;
		}
		if (*p == '{') {
			close = argo_glob_close(p, end);
			glob->broken = glob->broken || close == end;
			if (!glob->broken)
				argo_glob_choose(glob, p + 1, close, places, depth);
			p = close;
			continue;
		}
		if (*p == '[') {
			close = memchr(p, ']', (size_t)(end - p));
			glob->broken = glob->broken || close == NULL;
			if (close == NULL)
				return;
			argo_glob_advance(glob, places, p, close);
			p = close;
			continue;
		}
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '?')
			close = p; /* any */
		argo_glob_advance(glob, places, p, close);
	}
}

/* True when the pattern stands for the whole text. One that is not valid stands for nothing. */
static bool argo_glob_matches(const char *pattern, const char *text)
{
	struct argo_glob glob = { .text = text, .len = strlen(text) };
	const size_t len = strlen(pattern);
	bool places[ARGO_GLOB_MAX + 1];

	if (glob.len > ARGO_GLOB_MAX || len > ARGO_GLOB_MAX)
		return false;
	memset(places, 0, (glob.len + 1) * sizeof(*places));
	places[0] = true;
	argo_glob_run(&glob, pattern, pattern + len, places, 0);
	return !glob.broken && places[glob.len];
}

/* What patterns said of the file that was asked about last. */
struct argo_memo {
	uint64_t file; /* a hash of its path; 0: none was */
	bool taken;
};

static uint64_t argo_hash(const char *text)
{
	uint64_t hash = 14695981039346656037ULL;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
	return hash != 0 ? hash : 1;
}

bool argo_takes_file(const struct flux_kustomization *k, const char *rest)
{
	uint64_t file;

	if (k->memo == NULL)
		return true;
	file = argo_hash(rest);
	if (k->memo->file != file) {
		k->memo->file = file;
		k->memo->taken = (k->exclude == NULL || !argo_glob_matches(k->exclude, rest)) &&
				 (k->include == NULL || argo_glob_matches(k->include, rest));
	}
	return k->memo->taken;
}

/* Gives an Application what it says of files; false: there are too many patterns. A file is
 * compared once with those of each folder and pattern, as its path there differs. */
static bool argo_set_patterns(struct flux *flux, struct flux_kustomization *k,
			      const char *include, const char *exclude)
{
	enum { PATTERN_BYTES_MAX = 20000 }; /* of all: each file is compared with each */

	k->include = include;
	k->exclude = exclude;
	if (include == NULL && exclude == NULL)
		return true;
	ARRAY_FOREACH (const struct flux_kustomization, other, &flux->list)
		if (other->memo != NULL && str_equal(other->path, k->path) &&
		    str_equal(other->include, include) && str_equal(other->exclude, exclude)) {
			k->memo = other->memo;
			return true;
		}
	flux->pattern_bytes += (include != NULL ? strlen(include) : 0) +
			       (exclude != NULL ? strlen(exclude) : 0);
	k->memo = arena_zalloc(flux->arena, 1, sizeof(*k->memo));
	flux->full = flux->full || flux->pattern_bytes > PATTERN_BYTES_MAX;
	return flux->pattern_bytes <= PATTERN_BYTES_MAX;
}

/* ---- what kustomize does ---- */

/* "[OLD=]NEW[:TAG][@DIGEST]" as a kustomization has it. */
static struct tree_node *argo_image(struct arena *arena, const struct tree_node *node)
{
	struct tree_node *out = values_map(arena, node->pos);
	const char *equals = strchr(node->text, '=');
	const char *image = equals != NULL ? equals + 1 : node->text;
	const char *digest = strchr(image, '@');
	const char *end = digest != NULL ? digest : image + strlen(image);
	const char *tag = NULL;
	const char *name;

	for (const char *at = image; at < end; at++) {
		if (*at == '/')
			tag = NULL; /* the colon before was that of a port */
		else if (*at == ':')
			tag = at;
	}
	name = arena_strndup(arena, image, (size_t)((tag != NULL ? tag : end) - image));
	values_set_text(
		arena, out, "name",
		equals != NULL ? arena_strndup(arena, node->text, (size_t)(equals - node->text))
			       : name);
	if (equals != NULL)
		values_set_text(arena, out, "newName", name);
	if (tag != NULL)
		values_set_text(arena, out, "newTag",
				arena_strndup(arena, tag + 1, (size_t)(end - tag - 1)));
	if (digest != NULL)
		values_set_text(arena, out, "digest", digest + 1);
	return out;
}

static struct tree_node *argo_images(struct arena *arena, const struct tree_node *list)
{
	struct tree_node *out = values_list(arena, list->pos);

	for (uint32_t i = 0; list->type == TREE_LIST && i < list->u.list.count; i++)
		if (list->u.list.items[i]->type == TREE_STRING)
			values_add(arena, out, argo_image(arena, list->u.list.items[i]));
	return out;
}

/* Keys of `kustomize` that change objects, and those of a kustomization that do the same. */
static const char *const argo_keys[][2] = {
	{ "patches", "patches" },
	{ "namePrefix", "namePrefix" },
	{ "nameSuffix", "nameSuffix" },
	{ "replicas", "replicas" },
	{ "commonLabels", "commonLabels" },
	{ "commonAnnotations", "commonAnnotations" },
	{ "components", "transformers" }, /* as little is known of these */
	{ "images", NULL },               /* they are written in another way */
};

/* True when kustomize is to do something to objects but to move them. */
static bool argo_changes_objects(const struct tree_node *kustomize)
{
	for (size_t i = 0; i < ARRAY_LEN(argo_keys); i++) {
		const struct tree_node *value = tree_get(kustomize, argo_keys[i][0]);

		if (value != NULL && values_is_true(value))
			return true;
	}
	return false;
}

const struct tree_node *argo_change_tree(struct arena *arena, const struct tree_node *tree,
					 uint32_t part)
{
	const struct tree_node *source = argo_source(argo_spec(tree), part);
	const struct tree_node *kustomize = tree_get(source, "kustomize");
	const struct tree_node *images = tree_get(kustomize, "images");
	struct tree_node *out;

	if (!argo_changes_objects(kustomize))
		return NULL;
	out = values_map(arena, kustomize->pos);
	for (size_t i = 0; i < ARRAY_LEN(argo_keys); i++)
		if (argo_keys[i][1] != NULL)
			values_set(arena, out, argo_keys[i][1],
				   tree_get(kustomize, argo_keys[i][0]));
	if (images != NULL)
		values_set(arena, out, "images", argo_images(arena, images));
	return out;
}

/* The folder of a path that holds for all that a generator puts into it. */
static const char *argo_folder(struct flux *flux, const char *path, bool *made)
{
	const char *braces = strstr(path, "{{");

	*made = braces != NULL;
	if (braces == NULL)
		return flux_path(flux, path);
	while (braces > path && braces[-1] != '/')
		braces--;
	return flux_path(flux, arena_strndup(flux->arena, path, (size_t)(braces - path)));
}

static const char *argo_pattern(struct flux *flux, const struct tree_node *node)
{
	return node != NULL && node->type == TREE_STRING && !node->unknown &&
			       node->text[0] != '\0'
		       ? arena_strdup(flux->arena, node->text)
		       : NULL;
}

/* True when the text is one expression of a generator, with this name: {{path}} or, in
 * templates of Go, {{.path.path}}. */
static bool argo_is_parameter(const char *text, const char *name, const char *go_name)
{
	const size_t len = text != NULL ? strlen(text) : 0;
	const char *end;

	if (len < 4 || !str_has_prefix(text, "{{") || !str_has_suffix(text, "}}"))
		return false;
	end = text + len - 2;
	text += 2;
	while (text < end && (*text == ' ' || *text == '-'))
		text++;
	while (end > text && (end[-1] == ' ' || end[-1] == '-'))
		end--;
	if (*text == '.') {
		text++;
		name = go_name;
	}
	return strlen(name) == (size_t)(end - text) &&
	       strncmp(text, name, (size_t)(end - text)) == 0;
}

/* The folders that a generator of git takes the folders of. (I6.3f) */
struct argo_folders {
	ARRAY_OF(const char *) paths;    /* of the folders above */
	ARRAY_OF(const char *) excluded; /* patterns */
	bool deeper;                     /* some are not right below those */
};

static void argo_find_folders(struct flux *flux, const struct tree_node *generators,
			      struct argo_folders *out, unsigned depth)
{
	enum { NESTED_MAX = 3 };

	for (uint32_t i = 0; depth < NESTED_MAX && generators != NULL &&
			     generators->type == TREE_LIST && i < generators->u.list.count;
	     i++) {
		const struct tree_node *generator = generators->u.list.items[i];
		const struct tree_node *list = values_get(generator, "git.directories");

		argo_find_folders(flux, values_get(generator, "matrix.generators"), out,
				  depth + 1);
		argo_find_folders(flux, values_get(generator, "merge.generators"), out,
				  depth + 1);
		for (uint32_t k = 0;
		     list != NULL && list->type == TREE_LIST && k < list->u.list.count; k++) {
			const struct tree_node *item = list->u.list.items[k];
			const char *path = values_get_text(item, "path"), *end;

			if (path != NULL && values_is_true(tree_get(item, "exclude")))
				ARRAY_ADD(flux->arena, &out->excluded, flux_path(flux, path));
			if (path == NULL || values_is_true(tree_get(item, "exclude")))
				continue;
			end = path + strcspn(path, "*?[{");
			out->deeper = out->deeper || !str_equal(end, "*");
			while (end > path && end[-1] != '/')
				end--;
			ARRAY_ADD(flux->arena, &out->paths,
				  flux_path(flux, arena_strndup(flux->arena, path,
								(size_t)(end - path))));
		}
	}
}

/* A pattern for what is in the excluded ones of the folders below `folder`; NULL: there are
 * none.
 */
static const char *argo_excluded(struct flux *flux, const struct argo_folders *folders,
				 const char *folder)
{
	const size_t len = strlen(folder);
	const char *out = NULL;

	ARRAY_FOREACH (const char *const, pattern, &folders->excluded) {
		const char *rest = *pattern + len + (len > 0 ? 1 : 0);

		if (!str_has_prefix(*pattern, folder) || (len > 0 && (*pattern)[len] != '/'))
			continue;
		out = out == NULL ? arena_printf(flux->arena, "%s,%s/*", rest, rest)
				  : arena_printf(flux->arena, "%s,%s,%s/*", out, rest, rest);
		if (strlen(out) > ARGO_GLOB_MAX)
			return "*"; /* too many: nothing is known */
	}
	return out != NULL ? arena_printf(flux->arena, "{%s}", out) : NULL;
}

/* Which of its objects go where: what a generator puts into a path it may put into the
 * namespace as well. */
static void argo_take_places(struct flux *flux, const struct tree_node *tree,
			     struct flux_kustomization k, const char *path)
{
	const struct tree_node *spec = argo_spec(tree);
	const char *namespace = values_get_text(spec, "destination.namespace");
	struct argo_folders folders = { 0 };
	struct flux_kustomization *added;

	k.generated = true;
	argo_find_folders(flux, values_get(tree, "spec.generators"), &folders, 0);
	if (argo_is_parameter(namespace, "path.basename", "path.basename") &&
	    folders.paths.count > 0 && !folders.deeper) {
		k.usual_by_path = true;
		k.usual_varies = false;
	}
	if (!argo_is_parameter(path, "path", "path.path")) {
		if (!argo_set_patterns(flux, &k, NULL, argo_excluded(flux, &folders, k.path)))
			return;
		added = flux_add(flux);
		if (added != NULL)
			*added = k;
		return;
	}
	ARRAY_FOREACH (const char *const, folder, &folders.paths) {
		k.path = *folder;
		k.memo = NULL;
		if (!argo_set_patterns(flux, &k, NULL, argo_excluded(flux, &folders, *folder)))
			return;
		added = flux_add(flux);
		if (added != NULL)
			*added = k;
	}
}

static void argo_take_source(struct flux *flux, const struct tree_node *tree, uint32_t part,
			     const char *file)
{
	const struct tree_node *spec = argo_spec(tree);
	const struct tree_node *source = argo_source(spec, part);
	const struct tree_node *kustomize = tree_get(source, "kustomize");
	const struct tree_node *destination = values_get(spec, "destination.namespace");
	const char *path = values_get_text(source, "path");
	const char *namespace = values_get_text(tree, "metadata.namespace");
	struct flux_kustomization k = { .own = true, .part = part }, *added;
	bool made = false;

	if (path == NULL || tree_get(source, "chart") != NULL)
		return;
	k.where = arena_strdup(flux->arena, file);
	k.path = argo_folder(flux, path, &made);
	k.repository = flux_repository(flux, values_get_text(source, "repoURL"));
	flux_note_place(flux, &k, file);
	if (tree_get(source, "helm") != NULL)
		return;
	k.usual = argo_namespace(flux, destination);
	k.usual_varies = k.usual == NULL && destination != NULL;
	if (argo_changes_objects(kustomize)) {
		k.file = k.where;
		/* Nothing is of this kind: what a generator decides stays unknown. */
		k.kind = made ? "" : arena_strdup(flux->arena, values_get_text(tree, "kind"));
		k.name = arena_strdup(flux->arena, values_get_text(tree, "metadata.name"));
		k.namespace = namespace != NULL ? arena_strdup(flux->arena, namespace) : NULL;
	}
	if (made) {
		argo_take_places(flux, tree, k, path);
		return;
	}
	k.direct = !values_is_true(values_get(source, "directory.recurse"));
	k.target = argo_namespace(flux, tree_get(kustomize, "namespace"));
	if (!argo_set_patterns(flux, &k,
			       argo_pattern(flux, values_get(source, "directory.include")),
			       argo_pattern(flux, values_get(source, "directory.exclude"))))
		return;
	added = flux_add(flux);
	if (added != NULL)
		*added = k;
}

void argo_take(struct flux *flux, const struct tree_node *tree, const char *file)
{
	for (uint32_t part = 0; part < ARGO_SOURCES_MAX; part++)
		if (argo_source(argo_spec(tree), part) != NULL)
			argo_take_source(flux, tree, part, file);
}
