/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of evidence: recognized by their content, read whole or up to a bound, and dated. (O1)
 *
 * A file that looks like the output of one of the commands but cannot be read is kept without
 * records and with its fault: it is named, and proves nothing.
 */
/* memmem(), in POSIX since 2024. NOLINTNEXTLINE(bugprone-reserved-identifier) */
#define _GNU_SOURCE
#include "config/evidence/evidence_load.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/evidence/evidence_read.h"

enum { HEAD_BYTES = 65536, SHORT_BYTES = 64 };

static evidence_form_reader *const evidence_readers[EVIDENCE_FORMS] = {
	[EVIDENCE_IP_ADDR] = evidence_read_ip_addr,
	[EVIDENCE_IP_ROUTE] = evidence_read_ip_route,
	[EVIDENCE_IP_NEIGH] = evidence_read_ip_neigh,
	[EVIDENCE_IP_MADDR] = evidence_read_ip_maddr,
	[EVIDENCE_SYSCTL] = evidence_read_sysctl,
	[EVIDENCE_UNAME] = evidence_read_uname,
	[EVIDENCE_METRICS] = evidence_read_metrics,
	[EVIDENCE_GOBGP_NEIGHBOR] = evidence_read_gobgp_neighbor,
	[EVIDENCE_GOBGP_RIB] = evidence_read_gobgp_rib,
	[EVIDENCE_FRR_SUMMARY] = evidence_read_frr_summary,
	[EVIDENCE_FRR_NEIGHBORS] = evidence_read_frr_neighbors,
	[EVIDENCE_FRR_BGP] = evidence_read_frr_bgp,
	[EVIDENCE_FRR_ROUTE] = evidence_read_frr_route,
	[EVIDENCE_FRR_ARP] = evidence_read_frr_arp,
	[EVIDENCE_FRR_NEIGH6] = evidence_read_frr_arp,
	[EVIDENCE_FRR_CONFIG] = evidence_read_frr_config,
	[EVIDENCE_BIRD_PROTOCOLS] = evidence_read_bird_protocols,
	[EVIDENCE_BIRD_ROUTE] = evidence_read_bird_route,
	[EVIDENCE_BIRD_CONFIG] = evidence_read_bird_config,
	[EVIDENCE_PACKETS] = evidence_read_packets,
	[EVIDENCE_LOG] = evidence_read_log,
};

/* ---- what a file may be ---- */

static bool evidence_head_has(const char *head, size_t len, const char *word)
{
	return memmem(head, len, word, strlen(word)) != NULL;
}

/* Keys that tell each form of JSON, with its form where one key is enough for that. */
static const struct {
	const char *key;
	enum evidence_form form;
} evidence_keys[] = {
	{ "\"ifname\"", EVIDENCE_IP_ADDR },
	{ "\"lladdr\"", EVIDENCE_IP_NEIGH },
	{ "\"dst\"", EVIDENCE_IP_ROUTE },
	{ "\"neighbor_address\"", EVIDENCE_GOBGP_NEIGHBOR },
	{ "\"neighbor-address\"", EVIDENCE_GOBGP_NEIGHBOR },
	{ "\"nlri\"", EVIDENCE_GOBGP_RIB },
	{ "\"bgpState\"", EVIDENCE_FRR_NEIGHBORS },
	{ "\"peerUptime\"", EVIDENCE_FRR_SUMMARY },
	{ "\"bestpath\"", EVIDENCE_FRR_BGP },
	{ "\"destSelected\"", EVIDENCE_FRR_ROUTE },
	{ "\"routerId\"", EVIDENCE_FRR_BGP },
	{ "\"nexthops\"", EVIDENCE_FRR_ROUTE },
	{ "\"mac\"", EVIDENCE_FRR_ARP },
};

/* The form whose key is in the head; EVIDENCE_FORMS: none is. */
static enum evidence_form evidence_form_by_key(const char *head, size_t len)
{
	if (evidence_head_has(head, len, "\"apiVersion\""))
		return EVIDENCE_FORMS;
	for (uint32_t i = 0; i < ARRAY_LEN(evidence_keys); i++)
		if (evidence_head_has(head, len, evidence_keys[i].key))
			return evidence_keys[i].form;
	return EVIDENCE_FORMS;
}

/* JSON, maybe after a few lines of warnings. */
static bool evidence_head_is_json(const char *head, size_t len)
{
	enum { WARNINGS_MAX = 20 };
	size_t at = 0;

	for (int line = 0; line < WARNINGS_MAX && at < len; line++) {
		const char *end;

		while (at < len && isspace((unsigned char)head[at]))
			at++;
		if (at < len && (head[at] == '{' || head[at] == '['))
			return true;
		/* Text that has keys and colons is YAML. */
		if (at < len && head[at] != '%' && strncmp(head + at, "Can't", 5) != 0 &&
		    strncmp(head + at, "Warning", 7) != 0)
			return false;
		end = memchr(head + at, '\n', len - at);
		at = end != NULL ? (size_t)(end - head) + 1 : len;
	}
	return false;
}

/* ---- a file ---- */

static struct evidence *evidence_of(struct snapshot *snapshot)
{
	if (snapshot->evidence == NULL)
		snapshot->evidence = arena_zalloc(&snapshot->arena, 1, sizeof(struct evidence));
	return snapshot->evidence;
}

static struct evidence_file *evidence_file_add(struct snapshot *snapshot, uint32_t index,
					       size_t root_bytes, enum evidence_form form)
{
	struct evidence_file *file = arena_zalloc(&snapshot->arena, 1, sizeof(*file));

	file->name = snapshot->sources.list.items[index].name;
	file->form = form;
	file->source = index;
	file->place = evidence_place(&snapshot->arena, file->name, root_bytes);
	file->time_ns = EVIDENCE_UNKNOWN;
	ARRAY_ADD(&snapshot->arena, &evidence_of(snapshot)->files, file);
	return file;
}

static void evidence_file_cut(struct evidence_file *file, uint32_t line, const char *why)
{
	file->cut = why;
	file->fault_pos = (struct pos){ file->source + 1, line, 1 };
}

struct evidence_input {
	struct snapshot *snapshot;
	uint32_t index;
	size_t root_bytes;
	struct arena *scratch;
	const char *data;
	size_t len;
	bool cut; /* the data is not all of the file */
};

static void evidence_run(const struct evidence_input *in, struct evidence_file *file,
			 const struct tree_node *json)
{
	struct evidence_reader r = {
		.snapshot = in->snapshot,
		.evidence = in->snapshot->evidence,
		.file = file,
		.scratch = in->scratch,
		.data = in->data,
		.len = in->len,
		.json = json,
	};

	evidence_readers[file->form](&r);
}

/* One value after the other; false when the first one is no evidence. */
static bool evidence_load_json(const struct evidence_input *in, enum evidence_form by_key)
{
	const char *name = in->snapshot->sources.list.items[in->index].name;
	bool any = false;
	uint32_t line = 1;

	for (size_t at = 0; at < in->len;) {
		const struct arena_mark mark = arena_mark(in->scratch);
		enum evidence_form form = EVIDENCE_FORMS;
		const struct tree_node *json;
		const char *fault;
		size_t used;

		if (any && at + strspn(in->data + at, " \t\r\n") >= in->len)
			break;
		json = evidence_json_parse(in->data + at, in->len - at, in->index, in->scratch,
					   &used, &fault, &line);
		at += used;
		if (json != NULL)
			form = evidence_form_of_json(json, name);
		if (json == NULL && (any || by_key != EVIDENCE_FORMS)) {
			evidence_file_cut(evidence_file_add(in->snapshot, in->index,
							    in->root_bytes, by_key),
					  line, in->cut ? "is larger than 256 MiB" : fault);
			return true;
		}
		if (json == NULL || (form == EVIDENCE_FORMS && !any))
			break;
		if (form == EVIDENCE_FORMS) {
			in->snapshot->evidence->files
				.items[in->snapshot->evidence->files.count - 1]
				->faulty++;
		} else {
			evidence_run(in,
				     evidence_file_add(in->snapshot, in->index, in->root_bytes,
						       form),
				     json);
			any = true;
		}
		arena_reset(in->scratch, mark);
	}
	return any;
}

static bool evidence_load_text(const struct evidence_input *in, enum evidence_form form)
{
	struct evidence_file *file =
		evidence_file_add(in->snapshot, in->index, in->root_bytes, form);

	evidence_run(in, file, NULL);
	if (in->cut)
		evidence_file_cut(file, 1, "is larger than 256 MiB");
	return true;
}

/* What is wrong with a file, as a problem of the snapshot. */
static void evidence_report(struct snapshot *snapshot, struct evidence_file *const *it)
{
	const struct evidence_file *file = *it;
	const struct evidence_form_info *form = &evidence_form_table[file->form];

	if (file->cut != NULL)
		problem_add(snapshot, PROBLEM_EVIDENCE, NULL, file->fault_pos, NULL,
			    "what `%s` printed %s", form->command, file->cut)
			->hint = "save its output again";
	else if (file->faulty > 0)
		problem_add(snapshot, PROBLEM_EVIDENCE, NULL, file->fault_pos, NULL,
			    "the output of `%s` has %s", form->command, file->fault)
			->hint = "save its output again";
}

/* What a program prints for people is named, not guessed; false: it is no such thing. (O1.1) */
static bool evidence_report_unread(struct snapshot *snapshot, uint32_t index, const char *head,
				   size_t len)
{
	const struct evidence_unread *unread = evidence_head_has(head, len, "apiVersion")
						       ? NULL
						       : evidence_unread_of(head, len);
	const struct pos pos = { index + 1, 1, 1 };

	if (unread == NULL)
		return false;
	problem_add(snapshot, PROBLEM_UNREAD, NULL, pos, NULL,
		    "this is what `%s` prints for people, which is not read", unread->command)
		->hint =
		arena_printf(&snapshot->arena, "save the output of `%s`", unread->instead);
	return true;
}

bool evidence_load(struct snapshot *snapshot, uint32_t index, size_t root_bytes,
		   struct arena *scratch)
{
	const char *name = snapshot->sources.list.items[index].name;
	struct evidence_input in = { .snapshot = snapshot,
				     .index = index,
				     .root_bytes = root_bytes,
				     .scratch = scratch };
	FILE *file = source_open(&snapshot->sources, index);
	char *head = mem_alloc(HEAD_BYTES + 1);
	const size_t len = file != NULL ? fread(head, 1, HEAD_BYTES, file) : 0;
	enum evidence_form form = EVIDENCE_FORMS;
	bool json, loaded = false, unread = false;
	struct text data = { 0 };

	head[len] = '\0';
	json = evidence_head_is_json(head, len);
	/* A log may be lines of JSON. */
	form = source_is_packets(head, len) ? EVIDENCE_PACKETS
					    : evidence_form_of_text(head, len, name);
	if (form == EVIDENCE_FORMS && json)
		form = evidence_form_by_key(head, len);
	else
		json = false;
	if (file != NULL && (form != EVIDENCE_FORMS || (json && len <= SHORT_BYTES))) {
		if (fseeko(file, 0, SEEK_SET) != 0)
			source_fail(&snapshot->sources, &snapshot->arena, index, errno);
		in.cut = text_add_stream(&data, file, EVIDENCE_BYTES_MAX) != TEXT_READ_ALL;
		in.data = text_str(&data);
		in.len = data.len;
		loaded = json ? evidence_load_json(&in, form) : evidence_load_text(&in, form);
	}
	if (!loaded && form == EVIDENCE_FORMS)
		loaded = unread = evidence_report_unread(snapshot, index, head, len);
	source_close(&snapshot->sources, &snapshot->arena, index, file);
	arena_release(scratch);
	text_release(&data);
	free(head);
	if (loaded && !unread)
		evidence_report(snapshot, snapshot->evidence->files.items +
						  snapshot->evidence->files.count - 1);
	return loaded;
}

/* ---- times ---- */

/* The time of the Capture in the folder of `name` or the nearest one above. */
static bool evidence_capture_time(struct snapshot *snapshot, const char *name, int64_t *time_ns)
{
	size_t nearest = 0;
	bool any = false;

	ARRAY_FOREACH (struct capture *, it, &snapshot->captures) {
		const struct capture *capture = *it;
		const char *folder = snapshot_folder(snapshot, capture->object.pos);
		const size_t len = strlen(folder);
		int64_t ns;

		/* A Capture on standard input is in no folder. */
		if (capture->captured_at.s == NULL || capture->object.pos.source == 0 ||
		    str_equal(snapshot->sources.list.items[capture->object.pos.source - 1].name,
			      "<stdin>") ||
		    !rfc3339_parse(capture->captured_at.s, &ns) ||
		    !str_has_prefix(name, folder) || (len == 0 && name[0] == '/') ||
		    (any && len < nearest))
			continue;
		*time_ns = ns;
		nearest = len;
		any = true;
	}
	return any;
}

void evidence_set_times(struct snapshot *snapshot)
{
	if (snapshot->evidence == NULL)
		return;
	ARRAY_FOREACH (struct evidence_file *, it, &snapshot->evidence->files) {
		struct evidence_file *file = *it;

		if (file->clock == EVIDENCE_DATED_ITSELF ||
		    !evidence_capture_time(snapshot, file->name, &file->time_ns))
			continue;
		file->clock = EVIDENCE_DATED_BY_CAPTURE;
	}
}
