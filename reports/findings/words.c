/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports of findings have in common. */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

#include "base/digest.h"
#include <string.h>
#include "reports/formats/screen.h"

/* ---- places and resources ---- */

const char *finding_source(const struct snapshot *snapshot, struct pos pos)
{
	return pos.source != 0 ? snapshot->sources.list.items[pos.source - 1].name : NULL;
}

const char *finding_file(const struct snapshot *snapshot, struct pos pos)
{
	const char *name = finding_source(snapshot, pos);

	return name == NULL || str_equal(name, "<stdin>") ? NULL : name;
}

const char *finding_report_file(const struct snapshot *snapshot, struct pos pos)
{
	const char *source = finding_source(snapshot, pos);

	ARRAY_FOREACH (const struct source, first, &snapshot->sources.list) {
		if (source == NULL && !first->aside)
			return first->name;
	}
	return source;
}

void finding_add_fingerprint(struct text *t, const struct finding *f,
			     const struct snapshot *snapshot, const char *extra)
{
	const struct finding_identity id = finding_identity(f, snapshot);
	const char *const parts[] = {
		id.code, id.kind, id.namespace, id.name, id.path, id.file
	};
	struct text all = { 0 };
	uint8_t digest[SHA256_BYTES];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		text_printf(&all, "%s\n", parts[i] != NULL ? parts[i] : "");
	if (id.cluster != NULL)
		text_printf(&all, "%s\n", id.cluster);
	text_add(&all, extra);
	sha256(text_str(&all), all.len, digest);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		text_printf(t, "%02x", digest[i]);
	text_release(&all);
}

struct fingerprint {
	const char *digest;
	uint32_t count;
	UT_hash_handle hh;
};

void finding_add_own_fingerprint(struct text *t, const struct finding *f,
				 const struct snapshot *snapshot, const char *extra,
				 struct fingerprints *given)
{
	struct text digest = { 0 };
	struct fingerprint *known;

	finding_add_fingerprint(&digest, f, snapshot, extra);
	text_add(t, text_str(&digest));
	HASH_FIND_STR(given->known, text_str(&digest), known);
	if (known == NULL) {
		known = arena_zalloc(&given->arena, 1, sizeof(*known));
		known->digest = arena_strdup(&given->arena, text_str(&digest));
		HASH_ADD_KEYPTR(hh, given->known, known->digest, digest.len, known);
	}
	if (++known->count > 1)
		text_printf(t, ":%u", known->count);
	text_release(&digest);
}

void fingerprints_release(struct fingerprints *given)
{
	HASH_CLEAR(hh, given->known);
	arena_release(&given->arena);
}

void finding_add_resource(struct text *t, const struct object *object)
{
	if (object == NULL)
		return;
	text_add(t, object->kind_name != NULL ? object->kind_name : "object");
	if (object->name.s == NULL || *object->name.s == '\0') {
		text_add(t, " without a name");
		return;
	}
	text_add_char(t, ' ');
	if (object->namespace != NULL && *object->namespace != '\0')
		text_printf(t, "%s/", object->namespace);
	text_add(t, object->name.s);
}

void finding_add_message(struct text *t, const struct finding *f)
{
	text_add(t, f->message);
	if (f->inferred)
		text_add(t, " (inferred)");
	finding_add_cluster(t, f);
}

void finding_add_cluster(struct text *t, const struct finding *f)
{
	enum { NAMED_MAX = 4 };
	uint32_t count = 1, at = 0;

	if (f->cluster == NULL)
		return;
	for (const char *c = f->cluster; *c != '\0'; c++)
		count += *c == '\n' ? 1 : 0;
	text_add(t, count > 1 ? " (clusters " : " (cluster ");
	for (const char *name = f->cluster; at < count && at < NAMED_MAX; at++) {
		const size_t len = strcspn(name, "\n");

		text_add(t, at == 0 ? "" : at + 1 == count ? " and " : ", ");
		text_add_bytes(t, name, len);
		name += len + 1;
	}
	if (count > at)
		text_printf(t, " and %u more", (unsigned)(count - at));
	text_add_char(t, ')');
}

void findings_add_counts(struct text *t, const struct validation *v)
{
	for (int s = SEVERITY_FAIL; s >= SEVERITY_PASS; s--)
		text_printf(t, "%s%u %s", s < SEVERITY_FAIL ? ", " : "", (unsigned)v->count[s],
			    severity_name((enum severity)s));
	if (v->silenced > 0)
		text_printf(t, ", %u silenced", (unsigned)v->silenced);
}

/* ---- lines ---- */

static void findings_want_lines(struct excerpt_lines *lines, const struct finding *f)
{
	excerpt_want(lines, f->place.pos);
	ARRAY_FOREACH (const struct related, r, &f->related)
		excerpt_want(lines, r->pos);
}

void findings_read_lines(struct excerpt_lines *lines, const struct validation *v,
			 const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		if (f->severity != SEVERITY_PASS)
			findings_want_lines(lines, f);
	}
	ARRAY_FOREACH (const struct silenced_finding, s, &v->silenced_findings.list)
		findings_want_lines(lines, &s->finding);
	excerpt_read(lines, &snapshot->sources);
}

uint32_t finding_end_column(const struct excerpt_lines *lines, struct pos pos)
{
	const char *line = excerpt_find(lines, pos);

	return line != NULL && line != source_unreadable_line
		       ? excerpt_token_end(line, pos.column)
		       : 0;
}

static const struct advice {
	enum need need;
	unsigned covers; /* needs that are met with it */
	const char *add;
} table[] = {
	{ NEED_NODES, 0, "Nodes, Leases or a NodeInventory" },
	{ NEED_LABELS, NEED_NODES, "Nodes or a NodeInventory" },
	{ NEED_NODE_OBJECTS, NEED_NODES | NEED_LABELS | NEED_CLUSTER_NETS, "Nodes" },
	{ NEED_INTERFACES, NEED_NODES | NEED_LABELS, "a NodeInventory" },
	{ NEED_LEASES, NEED_NODES, "Leases" },
	{ NEED_SERVICES, 0, "Services" },
	{ NEED_NAMESPACES, 0, "Namespaces" },
	{ NEED_DAEMONSET, 0, "the lbnodeagent DaemonSet" },
	{ NEED_CRDS, 0, "the LBNodeAgent CustomResourceDefinition" },
	{ NEED_SERVICE_CIDR, 0, "--service-cidr" },
	{ NEED_CLUSTER_NETS, 0, "Nodes or --service-cidr" },
	{ NEED_BGP, 0, "a BGPConfiguration" },
	{ NEED_ROUTERS, 0, "routers to the NodeInventory" },
	{ NEED_SECRETS, 0, "the Secrets that it names" },
	{ NEED_ALL_GROUPS, 0, "the ServiceGroups" },
	{ NEED_ALL_AGENTS, 0, "the LBNodeAgents" },
	{ NEED_ALL_BGP, 0, "the BGPConfigurations" },
	{ NEED_CLUSTERS, 0, "several clusters" },
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };

unsigned needs_reduce(unsigned needs)
{
	unsigned covered = 0;

	for (int i = 0; i < ROWS; i++) {
		if (needs & table[i].need)
			covered |= table[i].covers;
	}
	return needs & ~covered;
}

void needs_add_names(struct text *t, unsigned needs, const char *separator)
{
	const char *before = "";

	for (int i = 0; i < ROWS; i++) {
		if ((needs & table[i].need) == 0)
			continue;
		text_add(t, before);
		text_add(t, need_name(table[i].need));
		before = separator;
	}
}

void needs_add_advice(struct text *t, unsigned needs)
{
	const char *before = "";

	for (int i = 0; i < ROWS; i++) {
		if ((needs & table[i].need) == 0)
			continue;
		text_add(t, before);
		text_add(t, table[i].add);
		before = " and ";
	}
}

enum { RUN_MIN = 3 }; /* so many codes in a row become "CV001-CV003" */

/* "3 ServiceGroups" */
static void findings_add_kind(struct text *t, const char *separator, const char *kind,
			      uint32_t count)
{
	text_add(t, separator);
	text_printf(t, "%u ", (unsigned)count);
	if (count == 1)
		text_add(t, kind);
	else
		text_add_plural(t, kind);
}

static void findings_add_sources(struct text *t, const struct sources *sources)
{
	const struct source *first = NULL;
	uint32_t count = 0;

	ARRAY_FOREACH (const struct source, source, &sources->list) {
		if (source->aside)
			continue;
		first = first != NULL ? first : source;
		count++;
	}
	if (count == 1) {
		text_add(t, " from ");
		screen_add(t, first->name);
	} else if (count > 1) {
		text_printf(t, " from %u files", (unsigned)count);
	}
}

#define USUAL_NAMESPACE "purelb-system"

const char *summary_namespace_origin(const struct snapshot *s)
{
	static const char *const words[] = {
		[NAMESPACE_DEFAULT] = "the default",
		[NAMESPACE_GROUPS] = "as the ServiceGroups",
		[NAMESPACE_WORKLOAD] = "as PureLB's workloads",
		[NAMESPACE_CAPTURE] = "as captured",
		[NAMESPACE_GIVEN] = "as given",
	};

	if (s->install_namespace == NULL || str_equal(s->install_namespace, USUAL_NAMESPACE))
		return NULL;
	return words[s->namespace_origin];
}

/* The install namespace, where it is not the usual one. (I8.1) */
static void summary_add_namespace(struct text *t, const struct snapshot *s)
{
	const char *origin = summary_namespace_origin(s);

	if (origin == NULL)
		return;
	text_add(t, "; install namespace ");
	screen_add(t, s->install_namespace);
	text_printf(t, ", %s", origin);
	if (s->namespace_object == NULL || s->namespace_object->name.s == NULL)
		return;
	if (s->namespace_object->made_by != NULL) {
		text_add(t, " (of ");
		screen_add(t, s->namespace_object->made_by);
	} else {
		text_printf(t, " (%s ", s->namespace_object->kind_name);
		screen_add(t, s->namespace_object->name.s);
	}
	text_add_char(t, ')');
}

const char *summary_release(const struct validation *v, struct arena *arena)
{
	const struct release release = v->release != NULL ? v->release->release : RELEASE_0_17;

	return release.minor != RELEASE_0_17.minor ? release_text(release, arena) : NULL;
}

/* Whose rules count, where they are not the usual ones. (A4.1) */
static void summary_add_release(struct text *t, const struct validation *v)
{
	struct arena scratch;
	const char *release;

	arena_init(&scratch);
	release = summary_release(v, &scratch);
	if (release != NULL)
		text_printf(t, "; rules of PureLB %s, %s", release,
			    v->release->origin == RELEASE_GIVEN ? "as --purelb-version says"
								: "as its image says");
	arena_release(&scratch);
}

void summary_add_read(struct text *t, const struct validation *v, const struct snapshot *s)
{
	uint32_t counts[KIND_COUNT] = { 0 };
	const char *names[KIND_COUNT] = { 0 };
	const size_t before = t->len;

	ARRAY_FOREACH (struct object *, object, &s->objects) {
		if ((*object)->kind >= KIND_COUNT)
			continue;
		counts[(*object)->kind]++;
		names[(*object)->kind] = (*object)->kind_name;
	}
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		if (counts[kind] > 0)
			findings_add_kind(t, t->len > before ? ", " : "", names[kind],
					  counts[kind]);
	}
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		if (s->set_aside[kind] == 0)
			continue;
		findings_add_kind(t, t->len > before ? ", " : "", kind_table[kind].name,
				  s->set_aside[kind]);
		text_add(t, " with unknown values");
	}
	for (uint32_t i = 0, count = 1; i < s->machines.count; i++, count++) {
		const char *name = s->machines.items[i]->object.kind_name;

		if (i + 1 < s->machines.count &&
		    str_equal(name, s->machines.items[i + 1]->object.kind_name))
			continue;
		findings_add_kind(t, t->len > before ? ", " : "", name, count);
		count = 0;
	}
	if (t->len == before)
		text_add(t, "nothing relevant");
	findings_add_sources(t, &s->sources);
	if (s->skipped > 0)
		text_printf(t, "; %u other object%s skipped", (unsigned)s->skipped,
			    s->skipped == 1 ? "" : "s");
	if (s->changed > 0)
		text_printf(t, "; what Argo CD or Flux makes of %u object%s is not known",
			    (unsigned)s->changed, s->changed == 1 ? "" : "s");
	summary_add_namespace(t, s);
	summary_add_release(t, v);
}

enum { NAMED_LINKS_MAX = 3 };

/* ---- what was not read ---- */

/* One class of files: how a number of them is called. */
struct file_class_words {
	const char *one;
	const char *many;
};

static const struct file_class_words file_class_words[FILE_CLASSES] = {
	[FILE_FOREIGN] = { "file of other Kubernetes objects",
			   "files of other Kubernetes objects" },
	[FILE_HELM_TEMPLATE] = { "Helm template", "Helm templates" },
	[FILE_CHART_VALUES] = { "chart or values file", "chart and values files" },
	[FILE_TEMPLATE] = { "other template", "other templates" },
	[FILE_KUSTOMIZATION] = { "kustomization", "kustomizations" },
	[FILE_PATCH] = { "kustomize patch", "kustomize patches" },
	[FILE_LEFT_OUT] = { "file that Argo CD leaves out", "files that Argo CD leaves out" },
	[FILE_ENCRYPTED] = { "encrypted file", "encrypted files" },
	[FILE_OTHER] = { "file that is not Kubernetes objects",
			 "files that are not Kubernetes objects" },
	[FILE_BROKEN] = { "file that is neither YAML nor JSON",
			  "files that are neither YAML nor JSON" },
	[FILE_EXCLUDED] = { "excluded path", "excluded paths" },
	[FILE_OUTSIDE] = { "link that leads out of the folder",
			   "links that lead out of the folder" },
	[FILE_DANGLING] = { "link that leads nowhere", "links that lead nowhere" },
	[FILE_SPECIAL] = { "pipe, socket or device", "pipes, sockets and devices" },
};

const char *summary_class_name(enum file_class class)
{
	return file_class_words[class].one;
}

/* " (a.yaml, b.yaml and 3 more)": links are named, since they are not read. */
static void summary_add_links(struct text *t, const struct sources *sources,
			      enum file_class class)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct unread_file, file, &sources->unread) {
		if (file->class != class || ++count > NAMED_LINKS_MAX)
			continue;
		text_add(t, count == 1 ? " (" : ", ");
		screen_add(t, file->path);
	}
	if (count > NAMED_LINKS_MAX)
		text_printf(t, " and %u more", (unsigned)(count - NAMED_LINKS_MAX));
	text_add(t, ")");
}

bool summary_add_unread(struct text *t, const struct sources *sources)
{
	uint32_t counts[FILE_CLASSES] = { 0 };
	const size_t before = t->len;

	ARRAY_FOREACH (const struct unread_file, file, &sources->unread)
		counts[file->class]++;
	for (int class = 0; class < FILE_CLASSES; class ++) {
		if (counts[class] == 0 || file_class_words[class].one == NULL)
			continue;
		text_printf(t, "%s%u %s", t->len > before ? ", " : "", (unsigned)counts[class],
			    counts[class] == 1 ? file_class_words[class].one
					       : file_class_words[class].many);
		if (class == FILE_OUTSIDE || class == FILE_DANGLING)
			summary_add_links(t, sources, (enum file_class) class);
		if (class == FILE_HELM_TEMPLATE && sources->charts > 0)
			text_printf(t, " (%u chart%s)", (unsigned)sources->charts,
				    sources->charts == 1 ? "" : "s");
	}
	return t->len > before;
}

/* ---- what was not checked ---- */

/* True when check `b` stands right behind `a`: "SG001", "SG002". */
static bool findings_codes_follow(enum check_code a, enum check_code b)
{
	const char *x = check_table[a].code;
	const char *y = check_table[b].code;
	size_t letters = strcspn(x, "0123456789");
	uint64_t m;
	uint64_t n;

	return strncmp(x, y, letters) == 0 && parse_u64(x + letters, 0, UINT32_MAX, &m) &&
	       parse_u64(y + letters, 0, UINT32_MAX, &n) && n == m + 1;
}

/* The skipped checks of one set of needs, as "AG002, CV001-CV005". */
static void findings_add_codes(struct text *t, const enum check_code *codes, uint32_t count)
{
	const char *separator = "";

	for (uint32_t i = 0, end; i < count; i = end) {
		for (end = i + 1;
		     end < count && findings_codes_follow(codes[end - 1], codes[end]);)
			end++;
		if (end - i < RUN_MIN)
			end = i + 1;
		text_printf(t, "%s%s", separator, check_table[codes[i]].code);
		if (end - i > 1)
			text_printf(t, "-%s", check_table[codes[end - 1]].code);
		separator = ", ";
	}
}

/*
 * What most inputs bring along, and what a capture was not allowed to read: checks that lack
 * these are listed by code. All others share one line, so that a new check with a rare need
 * changes no report on an input without it.
 */
enum {
	LISTED_NEEDS = NEED_NODES | NEED_LABELS | NEED_INTERFACES | NEED_LEASES |
		       NEED_SERVICES | NEED_NAMESPACES | NEED_ALL_GROUPS | NEED_ALL_AGENTS |
		       NEED_ALL_BGP,
	RARE_NEEDS = 1 << 30, /* stands for everything else */
};

/* What a skipped check lacks; 0 when it would only say that all is fine. `full`: whatever it
 * is, else RARE_NEEDS stands for what few inputs have. */
static unsigned findings_lacks(const struct skipped_check *s, bool full)
{
	const unsigned absences = NEED_ALL_GROUPS | NEED_ALL_AGENTS | NEED_ALL_BGP;
	const unsigned inputs = s->needs & ~absences;

	if (check_table[s->code].severity == SEVERITY_PASS)
		return 0;
	if (full)
		return needs_reduce(inputs != 0 ? inputs : s->needs);
	/* What else a check would need matters once it has its input. */
	if (inputs != 0 && (inputs & ~(unsigned)LISTED_NEEDS) == 0)
		return needs_reduce(inputs);
	return (s->needs & ~(unsigned)LISTED_NEEDS) != 0 ? RARE_NEEDS : needs_reduce(s->needs);
}

static void findings_add_need(struct text *t, const struct validation *v, bool full,
			      unsigned needs)
{
	enum check_code codes[CHECK_COUNT];
	uint32_t count = 0;

	if (needs == RARE_NEEDS) {
		text_add(t, "without rarer inputs: see \"skipped\" in the output of -o json");
		return;
	}
	for (uint32_t i = 0; i < v->skipped.count && count < CHECK_COUNT; i++) {
		if (findings_lacks(&v->skipped.items[i], full) == needs)
			codes[count++] = v->skipped.items[i].code;
	}
	text_add(t, "without ");
	needs_add_names(t, needs, " and ");
	text_add(t, ": ");
	findings_add_codes(t, codes, count);
	text_add(t, "; add ");
	needs_add_advice(t, needs);
}

static bool findings_lacked_before(const struct validation *v, bool full, uint32_t end,
				   unsigned needs)
{
	for (uint32_t i = 0; i < end; i++) {
		if (findings_lacks(&v->skipped.items[i], full) == needs)
			return true;
	}
	return false;
}

static bool findings_lacks_rare(const struct validation *v)
{
	ARRAY_FOREACH (const struct skipped_check, skipped, &v->skipped)
		if (findings_lacks(skipped, false) == RARE_NEEDS)
			return true;
	return false;
}

bool summary_add_skipped(struct text *t, const struct validation *v, bool full, uint32_t *at)
{
	while (*at < v->skipped.count) {
		const uint32_t i = (*at)++;
		const unsigned needs = findings_lacks(&v->skipped.items[i], full);

		if (needs == 0 || needs == RARE_NEEDS ||
		    findings_lacked_before(v, full, i, needs))
			continue;
		findings_add_need(t, v, full, needs);
		return true;
	}
	if (*at > v->skipped.count || full || !findings_lacks_rare(v))
		return false;
	(*at)++;
	findings_add_need(t, v, full, RARE_NEEDS);
	return true;
}

/* The names of needs that fit into a width, "nodes, leases or rarer inputs". */
static void findings_add_lacks(struct text *t, unsigned lacks, size_t width)
{
	const size_t from = t->len;
	const char *last = (lacks & RARE_NEEDS) != 0 ? "rarer inputs" : NULL;
	size_t left = width;

	for (int i = 0; i < ROWS; i++) {
		const char *name = need_name(table[i].need);

		if ((lacks & table[i].need) == 0)
			continue;
		lacks &= ~(unsigned)table[i].need;
		if (left < strlen(name) + strlen(" or other inputs")) {
			last = "other inputs";
			break;
		}
		left -= strlen(name) + strlen(", ");
		if ((lacks & ~(unsigned)RARE_NEEDS) == 0 && last == NULL)
			last = name;
		else
			text_printf(t, "%s%s", t->len > from ? ", " : "", name);
	}
	if (last != NULL)
		text_printf(t, "%s%s", t->len > from ? " or " : "", last);
}

bool summary_add_lacks(struct text *t, const struct validation *v, size_t width)
{
	static const char before[] = "for lack of ", after[] = "; -v lists the checks";
	const size_t words = strlen(before) + strlen(after);
	unsigned lacks = 0;

	ARRAY_FOREACH (const struct skipped_check, skipped, &v->skipped)
		lacks |= findings_lacks(skipped, false);
	if (lacks == 0)
		return false;
	/* Where there are no nodes, nobody asks what is known about them. */
	for (int i = 0; i < ROWS; i++)
		if ((table[i].covers & lacks & NEED_NODES) != 0)
			lacks &= ~(unsigned)table[i].need;
	text_add(t, before);
	findings_add_lacks(t, lacks, width > words ? width - words : 0);
	text_add(t, after);
	return true;
}

bool summary_add_unknown(struct text *t, const struct snapshot *snapshot)
{
	uint32_t encrypted = 0, placeholders;

	ARRAY_FOREACH (const struct unknown_value, value, &snapshot->unknown.list)
		encrypted += value->encrypted;
	placeholders = snapshot->unknown.list.count - encrypted;
	if (encrypted > 0)
		text_printf(t, "%u value%s encrypted", (unsigned)encrypted,
			    encrypted == 1 ? " is" : "s are");
	if (placeholders > 0)
		text_printf(t, "%s%u value%s; give %s with --substitute KEY=VALUE",
			    encrypted > 0 ? ", " : "", (unsigned)placeholders,
			    placeholders == 1 ? " is a placeholder" : "s are placeholders",
			    placeholders == 1 ? "it" : "them");
	return encrypted + placeholders > 0;
}

bool summary_add_inferred(struct text *t, const struct validation *v)
{
	bool inferred = false;

	ARRAY_FOREACH (const struct finding, f, &v->findings)
		inferred |= f->inferred;
	if (inferred)
		text_add(t, "based on a guess about the nodes' subnets or on defaults; a "
			    "NodeInventory or Leases make it certain");
	return inferred;
}
