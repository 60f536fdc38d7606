/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures into a folder: SVG, and PNG where gnuplot is installed. (S6.7c) */
#include "cli/plots.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/output.h"

/* ---- data and scripts ---- */

static bool plots_is_wanted(const struct plot *plot, const void *about)
{
	return plot->wanted == NULL || plot->wanted(about);
}

static FILE *plots_stream(const struct outputs *files, uint32_t index)
{
	return files->list.items[index].file;
}

static bool write_files(const struct cli *cli, const char *folder, const struct plot *plots,
			uint32_t count, const void *about)
{
	static const char *const endings[] = { "svg", "dat", "gp" };
	struct outputs files = { 0 };
	uint32_t next = 0;
	bool fine;

	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t k = 0;
		     plots_is_wanted(&plots[i], about) && k < ARRAY_LEN(endings); k++) {
			struct output *output = ARRAY_PUSH(&files.arena, &files.list);

			output->path = arena_printf(&files.arena, "%s/%s.%s", folder,
						    plots[i].name, endings[k]);
		}
	}
	fine = files.list.count == 0 || outputs_open(&files, cli);
	for (uint32_t i = 0; fine && i < count && next + 2 < files.list.count; i++) {
		if (!plots_is_wanted(&plots[i], about))
			continue;
		plots[i].draw(plots_stream(&files, next++), about);
		plots[i].data(plots_stream(&files, next++), about);
		plot_script(plots_stream(&files, next++), &plots[i], about);
	}
	if (fine)
		fine = outputs_finish(&files, cli);
	outputs_release(&files);
	return fine;
}

/* ---- gnuplot ---- */

enum { NO_SUCH_PROGRAM = 127 };

/* In the child: never returns. */
static void become_gnuplot(const char *folder, const char *script)
{
	const int nothing = open("/dev/null", O_RDWR);

	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
	    dup2(nothing, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0 ||
	    chdir(folder) != 0)
		_exit(STATUS_TROUBLE);
	execlp("gnuplot", "gnuplot", script, (char *)NULL);
	_exit(errno == ENOENT ? NO_SUCH_PROGRAM : STATUS_TROUBLE);
}

/* Its exit status, or that of a program that is not there. */
static int run_gnuplot(const char *folder, const char *script)
{
	const pid_t child = fork();
	int status = 0;

	if (child < 0)
		return STATUS_TROUBLE;
	if (child == 0)
		become_gnuplot(folder, script);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return STATUS_TROUBLE;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_TROUBLE;
}

static bool draw(const struct cli *cli, const char *folder, const struct plot *plot,
		 bool *there)
{
	struct text script = { 0 };
	int status;

	text_printf(&script, "%s.gp", plot->name);
	status = run_gnuplot(folder, text_str(&script));
	if (status != 0 && status != NO_SUCH_PROGRAM)
		cli_error(cli, "gnuplot failed; gnuplot %s in %s says why", text_str(&script),
			  folder);
	*there = status != NO_SUCH_PROGRAM;
	text_release(&script);
	return status == 0 || !*there;
}

bool plots_write(const struct cli *cli, const char *folder, const struct plot *plots,
		 uint32_t count, const void *about)
{
	bool there = true;
	bool fine = true;

	if (!output_folder(cli, folder, "plots") ||
	    !write_files(cli, folder, plots, count, about))
		return false;
	for (uint32_t i = 0; there && i < count; i++) {
		if (plots_is_wanted(&plots[i], about))
			fine &= draw(cli, folder, &plots[i], &there);
	}
	return fine;
}
