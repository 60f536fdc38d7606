/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs of PureLB's allocator and agents (JSON lines) and of k8gobgp (lines with tabs), with or
 * without the time that `kubectl logs --timestamps` puts before each line. (O1)
 *
 * Only lines that tell something here are kept: errors, warnings, and what PureLB says when it
 * does not announce or allocate. Lines that say the same are one record, counted. A log is
 * never the only proof of anything: it has an end, and may have been filtered.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/duration.h"
#include "base/text.h"
#include "config/evidence/evidence_read.h"

enum { LOG_DISTINCT_MAX = 5000 }; /* records of one file */

/* What PureLB says without calling it an error. */
static const char *const log_words[] = {
	"noConfig",
	"noLocalInterface",
	"noEligibleNodes",
	"noAddressAllocated",
	"policyLocalNoEndpoints",
	"resolutionIndeterminate",
	"serviceGroupOutOfScope",
	"electionWon",
	"electionLost",
	"ignored: not in the install namespace",
	"ignoring, user specified another class",
	"ignoring, no LBClass and not default announcer",
	"ip in use by other service",
	"lease renewal failed",
	"marking unhealthy after repeated failures",
	"node marked unhealthy, withdrawing from elections",
	"missing configuration",
	"no default route found",
	"range exhausted, continuing",
	NULL,
};

/* Records by what they say: the text of all that must be equal. */
struct log_known {
	UT_hash_handle hh;
	uint32_t number; /* in the list of lines */
	char key[];
};

struct log_line {
	int64_t time_ns;
	const char *level, *message, *error, *service, *address;
};

/* Takes the time off the start of a line; EVIDENCE_UNKNOWN: it has none. */
static int64_t log_time(char **line)
{
	enum { TIME_MAX = 40 };
	const size_t len = strcspn(*line, " \t");
	char time[TIME_MAX + 1];
	int64_t ns;

	if (len > TIME_MAX || !isdigit((unsigned char)**line))
		return EVIDENCE_UNKNOWN;
	memcpy(time, *line, len);
	time[len] = '\0';
	if (!rfc3339_parse(time, &ns))
		return EVIDENCE_UNKNOWN;
	*line += len + strspn(*line + len, " \t");
	return ns;
}

static const char *log_first_text(const struct tree_node *map, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		const char *text = json_text(map, *keys);

		if (text != NULL && *text != '\0')
			return text;
	}
	return NULL;
}

/* The members of a line's object, under the names that PureLB and k8gobgp give them. */
static void log_members(const struct tree_node *map, struct log_line *out)
{
	static const char *const messages[] = { "event", "msg", "message", NULL };
	static const char *const errors[] = { "error", "err", NULL };
	static const char *const services[] = { "service", "svc", "svc-name", "name", NULL };
	static const char *const addresses[] = { "ip", "address", "vip", NULL };
	static const char *const times[] = { "ts", "time", NULL };
	const char *level = json_text(map, "level");
	const char *time = log_first_text(map, times);

	out->level = level != NULL ? level : out->level;
	if (out->message == NULL)
		out->message = log_first_text(map, messages);
	out->error = log_first_text(map, errors);
	out->service = log_first_text(map, services);
	if (out->service != NULL && strchr(out->service, '/') == NULL)
		out->service = NULL;
	out->address = log_first_text(map, addresses);
	if (out->time_ns == EVIDENCE_UNKNOWN && time != NULL)
		(void)rfc3339_parse(time, &out->time_ns);
}

/* "ERROR\tcontrollers.BGP\tmessage\t{...}": false when it is not such a line. */
static bool log_zap(struct evidence_reader *r, char *line, struct log_line *out)
{
	static const char *const levels[] = { "DEBUG",  "INFO",  "WARN",  "ERROR",
					      "DPANIC", "PANIC", "FATAL", NULL };
	char *fields[4] = { NULL };
	const char *fault;
	uint32_t number = 1;
	size_t used;
	int count = 0;

	for (char *at = line; at != NULL && count < 4; count++) {
		fields[count] = at;
		at = strchr(at, '\t');
		if (at != NULL && count < 3)
			*at++ = '\0';
	}
	if (!str_in(fields[0], levels) || count < 2)
		return false;
	out->level = fields[0];
	/* The logger's name is left out by some. */
	out->message = count > 2 && fields[2][0] != '{' ? fields[2] : fields[1];
	line = fields[count - 1];
	if (*line == '{')
		log_members(evidence_json_parse(line, strlen(line), 0, r->scratch, &used,
						&fault, &number),
			    out);
	return true;
}

static bool log_parse(struct evidence_reader *r, char *line, struct log_line *out)
{
	const struct tree_node *map;
	const char *fault;
	uint32_t number = 1;
	size_t used;

	*out = (struct log_line){ .time_ns = log_time(&line) };
	if (*line != '{')
		return log_zap(r, line, out);
	map = evidence_json_parse(line, strlen(line), 0, r->scratch, &used, &fault, &number);
	if (map != NULL)
		log_members(map, out);
	return map != NULL && out->message != NULL;
}

static bool log_matters(const struct log_line *line)
{
	static const char *const levels[] = { "warn",  "warning", "error", "dpanic",
					      "panic", "fatal",   NULL };

	for (int i = 0; line->level != NULL && levels[i] != NULL; i++)
		if (strcasecmp(line->level, levels[i]) == 0)
			return true;
	return line->error != NULL || str_in(line->message, log_words);
}

/* Adds a line, or counts it with those that say the same. */
static void log_add(struct evidence_reader *r, struct log_known **known,
		    const struct log_line *line, const char *quote)
{
	const char *key = arena_printf(r->scratch, "%s\n%s\n%s\n%s", line->message,
				       line->error != NULL ? line->error : "",
				       line->service != NULL ? line->service : "",
				       line->address != NULL ? line->address : "");
	struct evidence_log_line *out;
	struct log_known *same;

	HASH_FIND_STR(*known, key, same);
	if (same != NULL) {
		out = &r->evidence->log_lines.items[same->number];
	} else {
		if (r->file->records >= LOG_DISTINCT_MAX) {
			r->file->dropped++;
			return;
		}
		out = EVIDENCE_ADD(r, &r->evidence->log_lines, r->line);
		if (out == NULL)
			return;
		out->first_ns = line->time_ns;
		out->level = evidence_text(r, line->level);
		out->message = evidence_text(r, line->message);
		out->error = evidence_text(r, line->error);
		out->service = evidence_text(r, line->service);
		out->address = evidence_text(r, line->address);
		same = arena_alloc(&r->snapshot->arena, sizeof(*same) + strlen(key) + 1);
		same->number = r->evidence->log_lines.count - 1;
		memcpy(same->key, key, strlen(key) + 1);
		HASH_ADD_STR(*known, key, same);
		out->quote = evidence_text(r, quote);
	}
	out->count++;
	out->last_ns = line->time_ns;
	if (line->time_ns != EVIDENCE_UNKNOWN &&
	    (r->file->time_ns == EVIDENCE_UNKNOWN || line->time_ns > r->file->time_ns)) {
		r->file->time_ns = line->time_ns;
		r->file->clock = EVIDENCE_DATED_ITSELF;
	}
}

void evidence_read_log(struct evidence_reader *r)
{
	struct log_known *known = NULL;
	char *quote = arena_alloc(r->scratch, EVIDENCE_TEXT_BYTES_MAX + 1);

	/* Made once, before the marks below. */
	r->line_text = arena_alloc(r->scratch, EVIDENCE_LINE_BYTES_MAX + 1);
	for (char *line = evidence_next_line(r); line != NULL; line = evidence_next_line(r)) {
		const struct arena_mark mark = arena_mark(r->scratch);
		struct log_line parsed;

		quote[0] = '\0';
		strncat(quote, line, EVIDENCE_TEXT_BYTES_MAX);
		if (log_parse(r, line, &parsed) && log_matters(&parsed))
			log_add(r, &known, &parsed, quote);
		arena_reset(r->scratch, mark);
	}
	HASH_CLEAR(hh, known);
}
