/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a run writes while it goes on: events and captures. */
#include "cli/simulate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "reports/run/events_jsonl.h"

/* ---- names ---- */

/* A segment's name may be a subnet, or whatever an inventory calls it. */
static const char *file_name(const char *segment, struct arena *arena)
{
	char *name = arena_strdup(arena, segment);

	for (char *c = name; *c != '\0'; c++) {
		if (strchr("/\\:", *c) != NULL || (unsigned char)*c < ' ')
			*c = '_';
	}
	if (name[0] == '.')
		name[0] = '_';
	return name;
}

const char *run_files_capture(const struct setup *setup, uint32_t segment, const char *folder,
			      struct arena *arena)
{
	const size_t len = strlen(folder);

	return arena_printf(arena, "%s%s%s.pcap", folder,
			    len > 0 && folder[len - 1] == '/' ? "" : "/",
			    file_name(setup->segments.items[segment].name, arena));
}

/* ---- opening ---- */

static void add_file(struct run_files *f, const char *path)
{
	struct output *output = ARRAY_PUSH(&f->outputs.arena, &f->outputs.list);

	output->path = path;
}

/* libpcap closes what it writes to; the name is given to the file when that is done. */
static FILE *second_stream(FILE *file)
{
	const int fd = dup(fileno(file));

	return fd >= 0 ? fdopen(fd, "wb") : NULL;
}

static bool begin_captures(struct run_files *f, const struct cli *cli,
			   const struct setup *setup, uint32_t first)
{
	FILE **streams = mem_resize(NULL, setup->segments.count + 1, sizeof(FILE *));
	bool fine;

	for (uint32_t i = 0; i < setup->segments.count; i++)
		streams[i] = second_stream(f->outputs.list.items[first + i].file);
	fine = captures_open(&f->captures, setup, streams);
	f->capturing = true;
	free(streams);
	if (!fine)
		cli_error(cli, "cannot write the captures: %s", strerror(errno));
	return fine;
}

static void frame(void *context, const struct frame *frame)
{
	captures_frame(&((struct run_files *)context)->captures, frame);
}

static void event(void *context, sim_ns at, const char *kind, const char *what,
		  const char *cause)
{
	events_jsonl(((struct run_files *)context)->events, at, kind, what, cause);
}

bool run_files_open(struct run_files *f, const struct cli *cli, const struct setup *setup,
		    const char *events, const char *folder)
{
	uint32_t first = 0;

	*f = (struct run_files){ .sinks.context = f };
	if (events != NULL)
		add_file(f, strcmp(events, "-") != 0 ? events : NULL);
	first = f->outputs.list.count;
	if (folder != NULL && !output_folder(cli, folder, "captures"))
		return false;
	for (uint32_t i = 0; folder != NULL && i < setup->segments.count; i++)
		add_file(f, run_files_capture(setup, i, folder, &f->outputs.arena));
	if (f->outputs.list.count > 0 && !outputs_open(&f->outputs, cli))
		return false;
	if (events != NULL) {
		f->events = f->outputs.list.items[0].file;
		f->sinks.event = event;
	}
	if (folder == NULL)
		return true;
	f->sinks.frame = frame;
	return begin_captures(f, cli, setup, first);
}

/* ---- ending ---- */

bool run_files_finish(struct run_files *f, const struct cli *cli)
{
	bool fine = true;

	if (f->capturing) {
		f->capturing = false;
		fine = captures_close(&f->captures);
		if (!fine)
			cli_error(cli, "cannot write the captures: %s",
				  errno != 0 ? strerror(errno) : "not all could be written");
	}
	return fine && outputs_finish(&f->outputs, cli);
}

void run_files_release(struct run_files *f)
{
	if (f->capturing)
		(void)captures_close(&f->captures);
	outputs_release(&f->outputs);
}
