/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prometheus text: the samples of the families that count here (O3), of one Pod a file.
 *
 * Labels with escapes, timestamps and OpenMetrics exemplars are understood; lines of other
 * families are passed over without being parsed. The file is read line by line.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

enum { METRICS_LABELS_MAX = 32, METRICS_SAMPLES_MAX = 100000 /* of one file */ };

/* Prefixes of the families of O3. */
static const char *const metrics_families[] = {
	"purelb_address_pool_",
	"purelb_servicegroups_out_of_scope",
	"purelb_allocator_",
	"purelb_k8s_client_",
	"purelb_lbnodeagent_",
	"purelb_election_",
	"process_start_time_",
	"k8gobgp_neighbors_",
	"k8gobgp_configuration_ready",
	"k8gobgp_rib_route_count",
	"k8gobgp_routes_advertised_total",
};

static bool metrics_counts(const char *line)
{
	for (uint32_t i = 0; i < ARRAY_LEN(metrics_families); i++)
		if (str_has_prefix(line, metrics_families[i]))
			return true;
	return false;
}

static size_t metrics_name_len(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_' || s[len] == ':')
		len++;
	return len;
}

/* The quoted value at *at, with its escapes resolved in place; NULL when it does not end. */
static char *metrics_label_value(char **at)
{
	char *out = *at + 1;
	char *from = out, *to = out;

	if (**at != '"')
		return NULL;
	for (; *from != '"'; from++, to++) {
		if (*from == '\0')
			return NULL;
		if (*from == '\\' && from[1] != '\0') {
			from++;
			*to = (char)(*from == 'n' ? ' ' : *from);
		} else {
			*to = *from;
		}
	}
	*to = '\0';
	*at = from + 1;
	return out;
}

static bool metrics_labels(struct evidence_reader *r, struct evidence_sample *out, char **at)
{
	char *s = *at + 1;

	for (int i = 0; i <= METRICS_LABELS_MAX; i++) {
		const char *name;
		const char *value;
		size_t len;

		s += strspn(s, " \t,");
		if (*s == '}') {
			*at = s + 1;
			return true;
		}
		name = s;
		len = metrics_name_len(s);
		s += len + strspn(s + len, " \t");
		if (len == 0 || *s != '=')
			return false;
		s++;
		s += strspn(s, " \t");
		value = metrics_label_value(&s);
		if (value == NULL)
			return false;

		struct evidence_label label = { evidence_text_bytes(r, name, len),
						evidence_text(r, value) };

		ARRAY_ADD(&r->snapshot->arena, &out->labels, label);
	}
	return false;
}

/* After the value: milliseconds, or seconds with a point as OpenMetrics has them. */
static int64_t metrics_time(const char *s)
{
	const double ms_max = 9e12, ns_per_ms = 1e6, ms_per_s = 1e3;
	char *end;
	double number;

	s += strspn(s, " \t");
	if (*s == '\0' || *s == '#')
		return EVIDENCE_UNKNOWN;
	number = strtod(s, &end);
	if (end == s)
		return EVIDENCE_UNKNOWN;
	if (memchr(s, '.', (size_t)(end - s)) != NULL)
		number *= ms_per_s;
	return number > 0 && number < ms_max ? (int64_t)(number * ns_per_ms) : EVIDENCE_UNKNOWN;
}

/* Reads one line into `out`; false when it is no sample. */
static bool metrics_sample(struct evidence_reader *r, char *line, struct evidence_sample *out)
{
	const size_t len = metrics_name_len(line);
	char *at = line + len + strspn(line + len, " \t");
	char *end;

	out->name = evidence_text_bytes(r, line, len);
	if (*at == '{' && !metrics_labels(r, out, &at))
		return false;
	at += strspn(at, " \t");
	out->value = strtod(at, &end);
	if (end == at || (*end != '\0' && *end != ' ' && *end != '\t'))
		return false;
	out->time_ns = metrics_time(end);
	return true;
}

void evidence_read_metrics(struct evidence_reader *r)
{
	for (char *line = evidence_next_line(r); line != NULL; line = evidence_next_line(r)) {
		struct evidence_sample sample = { 0 };
		struct arena_mark mark;
		struct evidence_sample *out;

		if (!metrics_counts(line))
			continue;
		if (r->file->records >= METRICS_SAMPLES_MAX) {
			r->file->cut = "has more than 100000 samples";
			r->file->fault_pos = (struct pos){ r->file->source + 1, r->line, 1 };
			return;
		}
		mark = arena_mark(&r->snapshot->arena);
		if (!metrics_sample(r, line, &sample)) {
			arena_reset(&r->snapshot->arena, mark);
			evidence_fault(r, r->line, "a line that is not a sample");
			continue;
		}
		sample.from = evidence_from(r, r->line);
		out = EVIDENCE_ADD(r, &r->evidence->samples, r->line);
		if (out != NULL)
			*out = sample;
		else
			arena_reset(&r->snapshot->arena, mark);
	}
}
