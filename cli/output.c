/* SPDX-License-Identifier: Apache-2.0 */
/* Where reports go. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static const char *const format_names[OUTPUT_FORMATS + 1] = {
	[OUTPUT_TABLE] = "table", [OUTPUT_JSON] = "json",         [OUTPUT_YAML] = "yaml",
	[OUTPUT_JUNIT] = "junit", [OUTPUT_SARIF] = "sarif",       [OUTPUT_GITHUB] = "github",
	[OUTPUT_HTML] = "html",   [OUTPUT_BASELINE] = "baseline",
};

const char *const output_formats[] = { "table", "json", "yaml", NULL };
const char *const output_formats_html[] = { "table", "json", "yaml", "html", NULL };
const char *const output_formats_junit[] = { "table", "json", "yaml", "junit", "html", NULL };
const char *const output_formats_findings[] = { "table", "json",   "yaml", "sarif",
						"junit", "github", "html", NULL };

/* Adds an output to `path` ("-": standard output); `value` is what the user wrote. */
static const char *add(struct outputs *outputs, enum output_format format, const char *value,
		       const char *path)
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

	return add(outputs, (enum output_format)format, value, path);
}

const char *outputs_add_baseline(struct outputs *outputs, const char *path)
{
	if (*path == '\0' || strcmp(path, "-") == 0)
		return arena_printf(&outputs->arena,
				    "--write-baseline needs a file, not \"%s\"", path);
	return add(outputs, OUTPUT_BASELINE, path, path);
}

/* ---- opening ---- */

/*
 * Opens a new file beside the target. The mode of open() and not that of mkstemp(), so that
 * the report is as readable as any other file of the user.
 */
static FILE *open_beside(struct output *output, struct arena *arena, mode_t mode)
{
	enum { TRIES = 100 };

	for (int i = 0; i < TRIES; i++) {
		output->temporary =
			arena_printf(arena, "%s.%ld-%d.tmp", output->target, (long)getpid(), i);

		int fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

		if (fd >= 0)
			return fdopen(fd, "w");
		if (errno != EEXIST)
			break;
	}
	output->temporary = NULL;
	return NULL;
}

/*
 * What is there already and is no regular file (a device, a pipe) is written to as it is:
 * renaming would replace it.
 */
static FILE *open_file(struct output *output, struct arena *arena)
{
	enum { MODE_NEW = 0666 };
	struct stat st;
	bool exists = stat(output->path, &st) == 0;

	output->target = output->path;
	if (exists && !S_ISREG(st.st_mode))
		return fopen(output->path, "w");
	if (!exists)
		return open_beside(output, arena, MODE_NEW);

	char *resolved = realpath(output->path, NULL);

	if (resolved == NULL)
		return NULL;
	output->target = arena_strdup(arena, resolved);
	free(resolved);

	FILE *file = open_beside(output, arena, MODE_NEW);

	/* Only a courtesy: a report with other permissions is still a report. */
	if (file != NULL && fchmod(fileno(file), st.st_mode & 07777) != 0)
		errno = 0;
	return file;
}

static void discard(struct output *output)
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
	discard(output);
}

static bool has_report(const struct outputs *outputs)
{
	ARRAY_FOREACH (const struct output, output, &outputs->list) {
		if (output->format != OUTPUT_BASELINE)
			return true;
	}
	return false;
}

bool outputs_open(struct outputs *outputs, const struct cli *cli)
{
	if (!has_report(outputs))
		(void)ARRAY_PUSH(&outputs->arena, &outputs->list);
	ARRAY_FOREACH (struct output, output, &outputs->list) {
		output->file =
			output->path == NULL ? cli->out : open_file(output, &outputs->arena);
		if (output->file != NULL)
			continue;
		cli_error(cli, "cannot write %s: %s", output->path, strerror(errno));
		return false;
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

/* Closes the file and gives it its name; false with errno set. */
static bool complete(struct output *output)
{
	FILE *file = output->file;
	bool failed = ferror(file) != 0;

	output->file = NULL;
	errno = 0;
	if (fclose(file) != 0 || failed)
		return false;
	if (output->temporary != NULL && rename(output->temporary, output->target) != 0)
		return false;
	output->temporary = NULL;
	return true;
}

bool outputs_finish(struct outputs *outputs, const struct cli *cli)
{
	bool fine = true;

	ARRAY_FOREACH (struct output, output, &outputs->list) {
		if (output->path == NULL) {
			fine &= cli_finish_output(cli);
		} else if (output->file != NULL && !complete(output)) {
			cli_error(cli, "cannot write %s: %s", output->path,
				  errno != 0 ? strerror(errno) : "not all could be written");
			fine = false;
		}
	}
	return fine;
}

void outputs_release(struct outputs *outputs)
{
	ARRAY_FOREACH (struct output, output, &outputs->list)
		discard(output);
	arena_release(&outputs->arena);
	*outputs = (struct outputs){ 0 };
}
