/* SPDX-License-Identifier: Apache-2.0 */
/* Captures of a line for each fact: sysctls, and the segments that somebody wrote down. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/evidence/node_captures.h"
#include "config/schema/schema.h"

enum { LINE_BYTES_MAX = 4096 };

struct lines {
	const struct capture_file *file;
	FILE *stream;
	struct pos pos; /* of the present line */
	char text[LINE_BYTES_MAX];
};

static bool capture_line_problem(const struct lines *l, const char *text, const char *problem)
{
	struct pos pos = l->pos;

	pos.column = (uint32_t)(text - l->text) + 1;
	problem_add(l->file->snapshot, PROBLEM_INVENTORY, NULL, pos, NULL, "%s", problem);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes blanks and the line end off the end. */
static void capture_trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && (is_blank(text[len - 1]) || strchr("\r\n", text[len - 1]) != NULL))
		len--;
	text[len] = '\0';
}

/* Moves to the next line that says something; NULL at the end. */
static char *capture_next_line(struct lines *l)
{
	while (fgets(l->text, sizeof(l->text), l->stream) != NULL) {
		char *start = l->text + strspn(l->text, " \t");

		l->pos.line++;
		capture_trim(l->text);
		if (*start != '\0' && *start != '#')
			return start;
	}
	return NULL;
}

/* Hands every line to `take`; false after a problem or an error. */
static bool capture_each_line(const struct capture_file *file,
			      bool (*take)(const struct lines *l, char *line))
{
	struct snapshot *snapshot = file->snapshot;
	const uint32_t index = snapshot->sources.list.count;
	const uint32_t errors = snapshot->sources.errors.count;
	struct lines l = { .file = file, .pos = { .source = index + 1 } };
	bool fine = true;

	sources_add(&snapshot->sources, &snapshot->arena, file->path);
	if (snapshot->sources.errors.count == errors) {
		l.stream = source_open(&snapshot->sources, index);
		if (l.stream == NULL)
			source_fail(&snapshot->sources, &snapshot->arena, index, errno);
	}
	if (l.stream == NULL)
		return false;
	for (char *line = capture_next_line(&l); line != NULL; line = capture_next_line(&l))
		fine &= take(&l, line);
	source_close(&snapshot->sources, &snapshot->arena, index, l.stream);
	return fine && !snapshot->sources.list.items[index].failed;
}

/* ---- sysctls ---- */

#define CONF "net.ipv4.conf."

/* The settings that anything here asks for. */
static const char *const settings[] = { "arp_ignore", "arp_announce", "rp_filter",
					"promote_secondaries", NULL };

static char dotted(char c)
{
	return c == '/' ? '.' : c;
}

/* An interface's name has its dots as slashes in a key whose parts are joined by dots. */
static bool same_interface(const char *part, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] == '\0' || dotted(part[i]) != dotted(name[i]))
			return false;
	return name[len] == '\0';
}

static bool is_interface(const struct inventory_node *node, const char *part, size_t len)
{
	if (same_interface(part, len, "all"))
		return true;
	ARRAY_FOREACH (const struct inventory_interface, interface, &node->interfaces.list)
		if (same_interface(part, len, interface->name.s))
			return true;
	return false;
}

/* True for a setting of "all" or of an interface of the node that is asked for. */
static bool capture_sysctl_is_read(const struct inventory_node *node, const char *key)
{
	const size_t prefix = strlen(CONF);

	for (size_t i = 0; i < prefix; i++)
		if (dotted(key[i]) != CONF[i])
			return false;
	for (const char *const *name = settings; *name != NULL; name++) {
		const size_t len = strlen(key), tail = strlen(*name) + 1;

		if (len <= prefix + tail || dotted(key[len - tail]) != '.' ||
		    strcmp(key + len - tail + 1, *name) != 0)
			continue;
		return is_interface(node, key + prefix, len - prefix - tail);
	}
	return false;
}

/* A key whose parts are joined by slashes, in the spelling with dots: those in names become
 * slashes. */
static void join_by_dots(char *key)
{
	if (key[strcspn(key, "./")] != '/')
		return;
	for (; *key != '\0'; key++)
		*key = *key == '/' ? '.' : *key == '.' ? '/' : *key;
}

/* "net.ipv4.conf.all.rp_filter = 1", with blanks or without, or as grep prints files of
 * /proc/sys: "/proc/sys/net/ipv4/conf/all/rp_filter:1". */
static bool capture_read_sysctl(const struct lines *l, char *line)
{
	static const char proc[] = "/proc/sys/";
	const bool is_path = str_has_prefix(line, proc);
	char *key = is_path ? line + strlen(proc) : line;
	char *mark = strchr(key, is_path ? ':' : '=');
	char *value;
	uint64_t number;

	/* What sysctl says of keys that only root may read. */
	if (str_has_prefix(line, "sysctl: "))
		return true;
	if (mark == NULL || mark == key)
		return capture_line_problem(
			l, line, "this line is not in sysctl's format, `key = value`");
	value = mark + 1 + strspn(mark + 1, " \t");
	*mark = '\0';
	capture_trim(key);
	join_by_dots(key);
	if (!capture_sysctl_is_read(l->file->node, key))
		return true;
	if (!parse_u64(value, 0, UINT32_MAX, &number))
		return capture_line_problem(l, value,
					    "the value of this sysctl is not a whole number");

	struct arena *arena = &l->file->snapshot->arena;
	const struct label sysctl = {
		.key = { .s = arena_strdup(arena, key), .pos = l->pos },
		.value = { .s = arena_strdup(arena, value), .pos = l->pos },
	};

	ARRAY_ADD(arena, &l->file->node->sysctls.list, sysctl);
	return true;
}

bool capture_read_sysctls(const struct capture_file *file)
{
	file->node->sysctls.at.set = true;
	return capture_each_line(file, capture_read_sysctl);
}

/* ---- segments ---- */

static bool capture_read_segment(const struct lines *l, char *line)
{
	const size_t len = strcspn(line, " \t");
	const char *segment = line + len + strspn(line + len, " \t");
	struct arena *arena = &l->file->snapshot->arena;

	if (*segment == '\0' || strpbrk(segment, " \t") != NULL)
		return capture_line_problem(
			l, line, "write an interface and its segment: \"eth0 rack1\"");
	line[len] = '\0';
	ARRAY_FOREACH (struct inventory_interface, interface, &l->file->node->interfaces.list) {
		if (!str_equal(interface->name.s, line))
			continue;
		interface->segment.s = arena_strdup(arena, segment);
		interface->segment.pos = l->pos;
		return true;
	}
	return capture_line_problem(
		l, line,
		arena_printf(arena, "the node has no interface \"%s\" in addr.json", line));
}

bool capture_read_segments(const struct capture_file *file)
{
	return capture_each_line(file, capture_read_segment);
}
