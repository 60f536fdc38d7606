/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where reports go. A report gets its name only when it is complete; until then it is a file
 * without a name where the file system has such, so that nothing is left behind however the
 * program ends. What lies at the name is respected: a device or a pipe is written to as it is,
 * a symbolic link is followed only within its own folder (a stranger may have put it there), an
 * input is never replaced, and no two reports share one file.
 */
/* O_TMPFILE. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _GNU_SOURCE

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/objects/snapshot.h"

static const char *const format_names[OUTPUT_FORMATS + 1] = {
	[OUTPUT_TABLE] = "table",
	[OUTPUT_JSON] = "json",
	[OUTPUT_YAML] = "yaml",
	[OUTPUT_JUNIT] = "junit",
	[OUTPUT_SARIF] = "sarif",
	[OUTPUT_GITHUB] = "github",
	[OUTPUT_HTML] = "html",
	[OUTPUT_PART] = "part",
	[OUTPUT_BASELINE] = "baseline",
	[OUTPUT_PRUNED] = "baseline",
	[OUTPUT_GCC] = "gcc",
	[OUTPUT_MARKDOWN] = "markdown",
	[OUTPUT_CODECLIMATE] = "codeclimate",
};

const char *const output_formats[] = { "table", "json", "yaml", NULL };
const char *const output_formats_markdown[] = { "table", "json",     "yaml",
						"html",  "markdown", NULL };
const char *const output_formats_junit[] = { "table", "json",     "yaml", "junit",
					     "html",  "markdown", NULL };
const char *const output_formats_sweep[] = { "table", "json",     "yaml", "junit",
					     "html",  "markdown", "part", NULL };
const char *const output_formats_plan[] = { "table", "json",     "yaml", "github",
					    "html",  "markdown", "part", NULL };
const char *const output_formats_merge[] = { "table",  "json", "yaml",     "junit",
					     "github", "html", "markdown", NULL };
const char *const output_formats_run[] = { "table", "json",     "yaml", "junit", "github",
					   "html",  "markdown", "part", NULL };
const char *const output_formats_findings[] = { "table",       "json",   "yaml", "sarif",
						"junit",       "github", "gcc",  "markdown",
						"codeclimate", "html",   NULL };

/* Adds an output to `path` ("-": standard output); `value` is what the user wrote. */
static const char *outputs_add_path(struct outputs *outputs, enum output_format format,
				    const char *value, const char *path)
{
	if (*path == '\0')
		return arena_printf(&outputs->arena, "--output %s names no file", value);
	if (strcmp(path, "-") == 0)
		path = NULL;
	ARRAY_FOREACH (struct output, other, &outputs->list) {
		if (str_equal(other->path, path))
			return arena_printf(&outputs->arena,
					    "two reports to %s: give one of them a file, as in "
					    "--output %s=FILE",
					    path != NULL ? path : "standard output",
					    format_names[format]);
	}

	struct output *output = ARRAY_PUSH(&outputs->arena, &outputs->list);

	output->format = format;
	output->path = path;
	return NULL;
}

const char *outputs_add(struct outputs *outputs, const char *const *formats, const char *value)
{
	size_t len = strcspn(value, "=");
	int choice = options_choose(formats, value, len);
	const char *path = value[len] == '=' ? value + len + 1 : "-";

	if (choice < 0)
		return options_unknown(&outputs->arena, "FORMAT",
				       arena_strndup(&outputs->arena, value, len), formats);

	int format = options_choose(format_names, formats[choice], strlen(formats[choice]));

	return outputs_add_path(outputs, (enum output_format)format, value, path);
}

const char *outputs_beyond(const struct outputs *outputs, const char *const *formats)
{
	ARRAY_FOREACH (const struct output, output, &outputs->list) {
		const char *name = format_names[output->format];

		if (options_choose(formats, name, strlen(name)) < 0)
			return name;
	}
	return NULL;
}

const char *outputs_add_baseline(struct outputs *outputs, const char *path)
{
	if (*path == '\0' || strcmp(path, "-") == 0)
		return arena_printf(&outputs->arena,
				    "--write-baseline needs a file, not \"%s\"", path);
	return outputs_add_path(outputs, OUTPUT_BASELINE, path, path);
}

const char *outputs_add_pruned(struct outputs *outputs, const char *path)
{
	return outputs_add_path(outputs, OUTPUT_PRUNED, path, path);
}

bool output_is_baseline(const struct output *output)
{
	return output->format == OUTPUT_BASELINE || output->format == OUTPUT_PRUNED;
}

/* ---- opening ---- */

enum { MODE_NEW = 0666, TRIES = 100 };

static const char *output_temporary_name(const struct output *output, int number,
					 struct arena *arena)
{
	return arena_printf(arena, "%s.%ld-%d.tmp", output->target, (long)getpid(), number);
}

/* The folder that the path is in. */
static const char *output_folder_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

/*
 * Opens a new file beside the target: without a name, or with one of its own. The mode of
 * open() and not that of mkstemp(), so that the report is as readable as any other file of the
 * user.
 */
static FILE *output_open_beside(struct output *output, struct arena *arena)
{
	int fd = open(output_folder_of(output->target, arena), O_WRONLY | O_TMPFILE | O_CLOEXEC,
		      MODE_NEW);

	output->nameless = fd >= 0;
	for (int i = 0; fd < 0 && i < TRIES; i++) {
		output->temporary = output_temporary_name(output, i, arena);
		fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_NEW);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		output->temporary = NULL;
		return NULL;
	}

	FILE *file = fdopen(fd, "w");

	if (file == NULL)
		close(fd);
	return file;
}

/* The path without links; a file that is not there is named by its folder. NULL with errno. */
static const char *output_resolve(const char *path, bool exists, struct arena *arena)
{
	const char *slash = strrchr(path, '/');
	char *resolved = realpath(exists ? path : output_folder_of(path, arena), NULL);
	const char *copy;

	if (resolved == NULL)
		return NULL;
	copy = exists ? arena_strdup(arena, resolved)
		      : arena_printf(arena, "%s/%s", strcmp(resolved, "/") != 0 ? resolved : "",
				     slash != NULL ? slash + 1 : path);
	free(resolved);
	return copy;
}

/* True for a link that leads out of the folder it lies in, and for one that leads nowhere. */
static bool output_leads_away(const char *path, bool exists, struct arena *arena)
{
	const char *target = exists ? output_resolve(path, true, arena) : NULL;
	const char *link = output_resolve(path, false, arena);
	const char *folder = link != NULL ? output_folder_of(link, arena) : NULL;

	if (target == NULL || folder == NULL)
		return true;
	return strcmp(folder, "/") != 0 &&
	       !(str_has_prefix(target, folder) && target[strlen(folder)] == '/');
}

/* /dev/stdout, /dev/fd/N and their like: a stream that is open already. */
static bool output_is_stream(const char *path)
{
	return str_has_prefix(path, "/dev/") || str_has_prefix(path, "/proc/");
}

/* Opens the output's file; NULL with *error, a sentence or what strerror() says. */
static FILE *output_open_file(struct output *output, struct arena *arena, const char **error)
{
	struct stat st, link;
	const bool exists = stat(output->path, &st) == 0;
	FILE *file = NULL;

	*error = NULL;
	if (output_is_stream(output->path)) {
		file = fopen(output->path, "a");
	} else if (lstat(output->path, &link) == 0 && S_ISLNK(link.st_mode) &&
		   output_leads_away(output->path, exists, arena)) {
		*error = "it is a symbolic link that leads out of its folder";
		return NULL;
	} else if (exists && !S_ISREG(st.st_mode)) {
		/* Renaming would replace it. */
		file = fopen(output->path, "w");
	} else {
		output->target = output_resolve(output->path, exists, arena);
		if (output->target != NULL)
			file = output_open_beside(output, arena);
		/* Only a courtesy: a report with other permissions is still a report. */
		if (file != NULL && exists && fchmod(fileno(file), st.st_mode & 07777) != 0)
			errno = 0;
	}
	if (file == NULL)
		*error = strerror(errno);
	return file;
}

static void output_discard(struct output *output)
{
	if (output->file != NULL && output->path != NULL)
		fclose(output->file);
	output->file = NULL;
	if (output->temporary != NULL)
		unlink(output->temporary);
	output->temporary = NULL;
}

void outputs_cancel(struct output *output)
{
	output_discard(output);
}

static bool outputs_have_report(const struct outputs *outputs)
{
	ARRAY_FOREACH (const struct output, output, &outputs->list) {
		if (!output_is_baseline(output))
			return true;
	}
	return false;
}

bool outputs_apart(const struct outputs *a, const struct outputs *b, const struct cli *cli)
{
	ARRAY_FOREACH (const struct output, x, &a->list) {
		ARRAY_FOREACH (const struct output, y, &b->list) {
			if (x == y || x->target == NULL || !str_equal(x->target, y->target))
				continue;
			cli_error(cli, "%s and %s are one file: give each its own", x->path,
				  y->path);
			return false;
		}
	}
	return true;
}

bool outputs_open(struct outputs *outputs, const struct cli *cli)
{
	const char *error = NULL;

	if (!outputs_have_report(outputs))
		(void)ARRAY_PUSH(&outputs->arena, &outputs->list);
	ARRAY_FOREACH (struct output, output, &outputs->list) {
		output->file = output->path == NULL
				       ? cli->out
				       : output_open_file(output, &outputs->arena, &error);
		if (output->file != NULL)
			continue;
		cli_error(cli, "cannot write %s: %s", output->path, error);
		return false;
	}
	return outputs_apart(outputs, outputs, cli);
}

bool outputs_spare_inputs(const struct outputs *outputs, const struct snapshot *snapshot,
			  const struct cli *cli)
{
	struct stat target, input;

	ARRAY_FOREACH (const struct output, output, &outputs->list) {
		if (output->target == NULL || stat(output->target, &target) != 0)
			continue;
		ARRAY_FOREACH (const struct source, source, &snapshot->sources.list) {
			if (stat(source->name, &input) != 0 || input.st_dev != target.st_dev ||
			    input.st_ino != target.st_ino)
				continue;
			cli_error(cli, "cannot write %s: it is an input", output->path);
			return false;
		}
	}
	return true;
}

bool output_folder(const struct cli *cli, const char *folder, const char *what)
{
	enum { MODE = 0777 };
	struct stat st;

	if (mkdir(folder, MODE) == 0 || (stat(folder, &st) == 0 && S_ISDIR(st.st_mode)))
		return true;
	cli_error(cli, "cannot make the folder %s for %s: %s", folder, what, strerror(errno));
	return false;
}

/* ---- ending ---- */

int output_error(FILE *file)
{
	/* A stream does not remember what it met: one more byte meets it again. */
	return write(fileno(file), "\n", 1) == 1 ? EIO : errno;
}

/* Gives a complete file without a name its own, or, where that is taken, one that it can be
 * renamed from. */
static bool output_name(struct output *output, struct arena *arena)
{
	const char *self = arena_printf(arena, "/proc/self/fd/%d", fileno(output->file));

	if (linkat(AT_FDCWD, self, AT_FDCWD, output->target, AT_SYMLINK_FOLLOW) == 0)
		return true;
	for (int i = 0; i < TRIES; i++) {
		const char *name = output_temporary_name(output, i, arena);

		if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
			output->temporary = name;
			return true;
		}
		if (errno != EEXIST)
			break;
	}
	return false;
}

/* Closes the file and gives it its name, while no signal is let through. */
static bool output_complete_undisturbed(struct output *output, struct arena *arena)
{
	FILE *file = output->file;
	bool failed = ferror(file) != 0;
	int error = failed ? output_error(file) : 0;

	errno = 0;
	if (!failed && fflush(file) != 0) {
		failed = true;
		error = errno;
	}
	if (!failed && output->nameless && !output_name(output, arena)) {
		failed = true;
		error = errno;
	}
	output->file = NULL;
	if (fclose(file) != 0 && !failed) {
		failed = true;
		error = errno;
	}
	errno = error;
	if (failed)
		return false;
	if (output->temporary != NULL && rename(output->temporary, output->target) != 0)
		return false;
	output->temporary = NULL;
	return true;
}

/* The same; false with errno set. A signal between two names would leave the wrong one behind.
 */
static bool output_complete(struct output *output, struct arena *arena)
{
	sigset_t all, before;
	bool fine;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	fine = output_complete_undisturbed(output, arena);
	error = errno;
	if (!fine)
		output_discard(output);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return fine;
}

/* True when the file holds exactly these bytes. */
static bool output_holds(const char *path, const char *bytes, size_t len)
{
	enum { CHUNK = 65536 };
	FILE *file = fopen(path, "re");
	char chunk[CHUNK];
	size_t at = 0, n;
	bool same = file != NULL;

	while (same && (n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		same = n <= len - at && memcmp(chunk, bytes + at, n) == 0;
		at += n;
	}
	same = same && at == len && !ferror(file);
	if (file != NULL)
		fclose(file);
	return same;
}

const char *output_replace(const char *path, bool was_link, const char *old, size_t old_len,
			   const char *new, size_t new_len, struct arena *arena)
{
	enum { WRITABLE = 0222 };
	static const char changed[] = "it has changed since it was read";
	struct output output = { .path = path };
	const char *error = NULL;
	struct stat st, link;

	if (stat(path, &st) != 0 || lstat(path, &link) != 0)
		return arena_strdup(arena, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return "it is no longer a regular file";
	if (S_ISLNK(link.st_mode) && !was_link)
		return "it has become a symbolic link since it was read";
	if (st.st_nlink > 1)
		return "it has other names (hard links), which would keep the old text";
	if ((st.st_mode & WRITABLE) == 0 || access(path, W_OK) != 0)
		return "it is read-only";
	if (!output_holds(path, old, old_len))
		return changed;
	output.file = output_open_file(&output, arena, &error);
	if (output.file == NULL)
		return arena_strdup(arena, error);
	if (st.st_uid != geteuid() && fchown(fileno(output.file), st.st_uid, st.st_gid) != 0)
		error = "its owner cannot be kept";
	if (error == NULL && fwrite(new, 1, new_len, output.file) != new_len)
		error = strerror(errno);
	if (error == NULL && !output_holds(path, old, old_len))
		error = changed;
	if (error == NULL && !output_complete(&output, arena))
		error = strerror(errno);
	if (error != NULL)
		error = arena_strdup(arena, error);
	output_discard(&output);
	return error;
}

bool outputs_finish(struct outputs *outputs, const struct cli *cli)
{
	bool fine = true;

	ARRAY_FOREACH (struct output, output, &outputs->list) {
		if (output->path == NULL) {
			fine &= cli_finish_output(cli);
		} else if (output->file != NULL && !output_complete(output, &outputs->arena)) {
			cli_error(cli, "cannot write %s: %s", output->path, strerror(errno));
			fine = false;
		}
	}
	return fine;
}

void outputs_release(struct outputs *outputs)
{
	ARRAY_FOREACH (struct output, output, &outputs->list)
		output_discard(output);
	arena_release(&outputs->arena);
	*outputs = (struct outputs){ 0 };
}
