/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running kustomize, kubectl and helm on folders of the input. (I1.6)
 *
 * A tool prints into an unlinked file of limited size. Its messages come through a pipe, of
 * which the last line is kept; the pipe ends when the tool and all that it started have ended,
 * so waiting for it needs no signals. Whoever has not ended in time is killed with its group.
 * Plug-ins of helm are not found, and those of kustomize have to be enabled, which is not done.
 */
/* pipe2(), in POSIX since 2024. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _GNU_SOURCE
#include "cli/render.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/duration.h"
#include "base/text.h"

enum {
	RENDER_BYTES_MAX = 64 << 20,
	RENDER_LINE_MAX = 512, /* bytes of the last line that are kept */
	RENDER_PAUSE_MS = 10,
};

struct rendering {
	enum rendered what;
	const char *folder, *namespace;
	const char *text, *error; /* one of them is NULL */
};

struct render {
	struct renderer renderer; /* first: that is what callers have */
	struct arena *arena;
	int64_t limit_ms; /* for each tool */
	ARRAY_OF(struct rendering) list;
};

/* ---- which tool ---- */

/* The program of this name in PATH; NULL: there is none. What PATH has relative to the present
 * folder, which may be the input, does not count. */
static const char *render_find(struct arena *arena, const char *name)
{
	const char *path = getenv("PATH");

	for (const char *at = path; at != NULL && *at != '\0';) {
		const size_t len = strcspn(at, ":");
		const char *program = arena_printf(arena, "%.*s/%s", (int)len, at, name);
		struct stat st;

		if (at[0] == '/' && stat(program, &st) == 0 && S_ISREG(st.st_mode) &&
		    access(program, X_OK) == 0)
			return program;
		at += at[len] == ':' ? len + 1 : len;
	}
	return NULL;
}

/* What is to be run; its first entry is NULL when there is no such program. */
struct render_command {
	const char *words[8];
	const char *name; /* for messages */
};

static struct render_command render_command_for(struct arena *arena, enum rendered what,
						const char *folder, const char *namespace)
{
	const char *safe = folder[0] == '-' ? arena_printf(arena, "./%s", folder) : folder;
	const char *program;

	if (what == RENDERED_CHART)
		return (struct render_command){
			{ render_find(arena, "helm"), "template", safe, "--namespace",
			  namespace },
			"helm template",
		};
	program = render_find(arena, "kustomize");
	if (program != NULL)
		return (struct render_command){ { program, "build", safe }, "kustomize build" };
	return (struct render_command){ { render_find(arena, "kubectl"), "kustomize", safe },
					"kubectl kustomize" };
}

/* ---- running it ---- */

struct render_process {
	pid_t child;
	int messages; /* read end of the pipe */
	int64_t end_ms;
	char last[RENDER_LINE_MAX + 1]; /* line of the messages */
	size_t length;
	bool line_ended;
	bool timed_out;
};

static int64_t render_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In the child: never returns. */
static void render_become(const struct render_command *command, int output, int messages,
			  pid_t parent)
{
	const struct rlimit bytes = { RENDER_BYTES_MAX, RENDER_BYTES_MAX };
	const int nothing = open("/dev/null", O_RDONLY);
	char *words[ARRAY_LEN(command->words)];

	/* execv() leaves the words as they are, but for C their type is another one. */
	memcpy(words, command->words, sizeof(words));
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(messages, STDERR_FILENO) < 0 || setpgid(0, 0) != 0 ||
	    setrlimit(RLIMIT_FSIZE, &bytes) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
	    setenv("HELM_PLUGINS", "/dev/null", 1) != 0 || getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	execv(words[0], words);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
	_exit(1);
}

static void render_take_message(struct render_process *process, char c)
{
	if (c == '\n' || c == '\r') {
		process->line_ended = true;
		return;
	}
	if (process->line_ended && c != ' ' && c != '\t') {
		process->length = 0;
		process->line_ended = false;
	}
	if (!process->line_ended && process->length < RENDER_LINE_MAX)
		process->last[process->length++] = c;
}

/* Takes messages until nobody can write one any more, or the time is up. */
static void render_read_messages(struct render_process *process)
{
	char bytes[4096];

	for (;;) {
		const int64_t left = process->end_ms - render_now_ms();
		struct pollfd wait = { .fd = process->messages, .events = POLLIN };
		ssize_t count;

		process->timed_out = left <= 0;
		if (process->timed_out)
			return;
		if (poll(&wait, 1, (int)left) <= 0)
			continue;
		count = read(process->messages, bytes, sizeof(bytes));
		if (count == 0 || (count < 0 && errno != EINTR))
			return;
		for (ssize_t i = 0; i < count; i++)
			render_take_message(process, bytes[i]);
	}
}

/* Waits for the end of the tool, which may have closed its messages before; its wait status. */
static int render_wait(struct render_process *process)
{
	int status = 0;

	for (;;) {
		const pid_t ended = waitpid(process->child, &status, WNOHANG);

		if (ended == process->child)
			return status;
		if (ended < 0 && errno != EINTR)
			return -1;
		if (render_now_ms() >= process->end_ms) {
			process->timed_out = true;
			kill(-process->child, SIGKILL);
		}
		poll(NULL, 0, RENDER_PAUSE_MS);
	}
}

/* The text in the file, in the arena; NULL: it cannot be read, or is none. */
static const char *render_read_output(struct arena *arena, FILE *file)
{
	struct stat st;
	char *text;

	if (fflush(file) != 0 || fstat(fileno(file), &st) != 0 || st.st_size < 0 ||
	    st.st_size > RENDER_BYTES_MAX || fseek(file, 0, SEEK_SET) != 0)
		return NULL;
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	if (fread(text, 1, (size_t)st.st_size, file) != (size_t)st.st_size ||
	    memchr(text, '\0', (size_t)st.st_size) != NULL)
		return NULL;
	text[st.st_size] = '\0';
	return text;
}

/* Runs the tool; its output goes into the file. False with a sentence in *error. */
static bool render_start(struct render_process *process, const struct render_command *command,
			 FILE *output, int64_t limit_ms)
{
	const pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	process->child = fork();
	if (process->child == 0)
		render_become(command, fileno(output), ends[1], parent);
	close(ends[1]);
	process->messages = ends[0];
	process->end_ms = render_now_ms() + limit_ms;
	if (process->child > 0)
		return true;
	close(ends[0]);
	return false;
}

static const char *render_with(struct render *render, const struct render_command *command,
			       const char *folder, const char **error)
{
	struct render_process process = { .line_ended = true };
	FILE *output = tmpfile();
	char limit[DURATION_TEXT_MAX];
	const char *text = NULL;
	int status;

	if (output == NULL || !render_start(&process, command, output, render->limit_ms)) {
		*error = arena_printf(render->arena, "cannot run %s %s: %s", command->name,
				      folder, strerror(errno));
		if (output != NULL)
			fclose(output);
		return NULL;
	}
	render_read_messages(&process);
	status = render_wait(&process);
	kill(-process.child, SIGKILL); /* what it has left behind */
	close(process.messages);
	process.last[process.length] = '\0';
	if (process.timed_out)
		*error = arena_printf(
			render->arena, "%s %s did not end within %s and was stopped",
			command->name, folder,
			duration_format(render->limit_ms * (NS_PER_SEC / 1000), limit));
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		*error = arena_printf(render->arena, "%s %s prints more than %d MiB",
				      command->name, folder, RENDER_BYTES_MAX >> 20);
	else if (status != 0)
		*error =
			arena_printf(render->arena, "%s %s failed: %s", command->name, folder,
				     process.length > 0 ? process.last : "it does not say why");
	else if ((text = render_read_output(render->arena, output)) == NULL)
		*error = arena_printf(render->arena, "%s %s does not print text", command->name,
				      folder);
	fclose(output);
	return text;
}

static const char *render_missing(struct arena *arena, enum rendered what, const char *folder)
{
	return what == RENDERED_CHART
		       ? arena_printf(arena, "cannot render %s: there is no helm in PATH",
				      folder)
		       : arena_printf(arena,
				      "cannot build %s: there is no kustomize or kubectl in "
				      "PATH",
				      folder);
}

static const char *render_run(struct renderer *renderer, enum rendered what, const char *folder,
			      const char *namespace, const char **error)
{
	struct render *render = (struct render *)renderer;
	struct rendering *made;
	struct render_command command;

	ARRAY_FOREACH (const struct rendering, known, &render->list)
		if (known->what == what && str_equal(known->folder, folder) &&
		    str_equal(known->namespace, namespace)) {
			*error = known->error;
			return known->text;
		}
	made = ARRAY_PUSH(render->arena, &render->list);
	*made = (struct rendering){ .what = what,
				    .folder = arena_strdup(render->arena, folder),
				    .namespace = arena_strdup(render->arena, namespace) };
	command = render_command_for(render->arena, what, made->folder, made->namespace);
	if (command.words[0] == NULL)
		made->error = render_missing(render->arena, what, made->folder);
	else
		made->text = render_with(render, &command, made->folder, &made->error);
	*error = made->error;
	return made->text;
}

struct renderer *render_tools(struct arena *arena, int64_t limit_ms)
{
	struct render *render = arena_zalloc(arena, 1, sizeof(*render));

	render->renderer.run = render_run;
	render->arena = arena;
	render->limit_ms = limit_ms;
	return &render->renderer;
}
