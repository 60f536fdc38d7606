/* SPDX-License-Identifier: Apache-2.0 */
/* The table of checks, and how a check reports. */
#include "validator/check.h"

#include <stdarg.h>
#include <strings.h>

#include "base/text.h"

#define ON_CLUSTER(f)                                                                          \
	SCOPE_CLUSTER,                                                                         \
	{                                                                                      \
		.cluster = (f)                                                                 \
	}
#define ON_OBJECT(f)                                                                           \
	SCOPE_OBJECT,                                                                          \
	{                                                                                      \
		.object = (f)                                                                  \
	}
#define ON_GROUP(f)                                                                            \
	SCOPE_GROUP,                                                                           \
	{                                                                                      \
		.group = (f)                                                                   \
	}
#define ON_RANGE(f)                                                                            \
	SCOPE_RANGE,                                                                           \
	{                                                                                      \
		.range = (f)                                                                   \
	}
#define ON_AGENT(f)                                                                            \
	SCOPE_AGENT,                                                                           \
	{                                                                                      \
		.agent = (f)                                                                   \
	}
#define ON_NODE(f)                                                                             \
	SCOPE_NODE,                                                                            \
	{                                                                                      \
		.node = (f)                                                                    \
	}
#define ON_SERVICES(f)                                                                         \
	SCOPE_SERVICES,                                                                        \
	{                                                                                      \
		.cluster = (f)                                                                 \
	}
#define ON_SERVICE(f)                                                                          \
	SCOPE_SERVICE,                                                                         \
	{                                                                                      \
		.service = (f)                                                                 \
	}
#define ON_VIP(f)                                                                              \
	SCOPE_VIP,                                                                             \
	{                                                                                      \
		.vip = (f)                                                                     \
	}
#define ON_BGP(f)                                                                              \
	SCOPE_BGP,                                                                             \
	{                                                                                      \
		.bgp = (f)                                                                     \
	}
#define ON_CLUSTERS(f)                                                                         \
	SCOPE_CLUSTERS,                                                                        \
	{                                                                                      \
		.clusters = (f)                                                                \
	}
#define ON_FINDINGS(f)                                                                         \
	SCOPE_FINDINGS,                                                                        \
	{                                                                                      \
		.findings = (f)                                                                \
	}

const struct check check_table[CHECK_COUNT] = {
#define CHECK(name, code, slug, severity, needs, absences, function, title, why, fix, bad,     \
	      good)                                                                            \
	[name] = {                                                                             \
		#code, slug, severity, needs, absences, function, title, why, fix, bad, good   \
	},
#include "validator/checks.def"
#undef CHECK
};

enum check_code check_find(const char *name)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		if (strcasecmp(check_table[i].code, name) == 0 ||
		    strcasecmp(check_table[i].slug, name) == 0)
			return (enum check_code)i;
	return CHECK_COUNT;
}

static const char *const severity_names[] = {
	[SEVERITY_PASS] = "PASS",
	[SEVERITY_INFO] = "INFO",
	[SEVERITY_WARN] = "WARN",
	[SEVERITY_FAIL] = "FAIL",
};

const char *severity_name(enum severity severity)
{
	return severity_names[severity];
}

bool severity_parse(const char *name, enum severity *out)
{
	for (int i = SEVERITY_PASS; i <= SEVERITY_FAIL; i++) {
		if (strcasecmp(name, severity_names[i]) != 0)
			continue;
		*out = (enum severity)i;
		return true;
	}
	return false;
}

const char *need_name(enum need need)
{
	switch (need) {
	case NEED_NOTHING:
		return "nothing";
	case NEED_NODES:
		return "nodes";
	case NEED_LABELS:
		return "labels";
	case NEED_INTERFACES:
		return "inventory";
	case NEED_LEASES:
		return "leases";
	case NEED_SERVICES:
		return "services";
	case NEED_NAMESPACES:
		return "namespaces";
	case NEED_DAEMONSET:
		return "daemonset";
	case NEED_CRDS:
		return "crds";
	case NEED_NODE_OBJECTS:
		return "node-objects";
	case NEED_SERVICE_CIDR:
		return "service-cidr";
	case NEED_BGP:
		return "bgp";
	case NEED_ROUTERS:
		return "routers";
	case NEED_SECRETS:
		return "secrets";
	case NEED_ALL_GROUPS:
		return "servicegroups";
	case NEED_ALL_AGENTS:
		return "lbnodeagents";
	case NEED_ALL_BGP:
		return "bgpconfigurations";
	case NEED_CLUSTER_NETS:
		return "cluster-networks";
	case NEED_CLUSTERS:
		return "clusters";
	}
	return "nothing";
}

struct finding *report(struct checker *ck, enum check_code code, const struct object *object,
		       struct pos pos, const char *format, ...)
{
	struct finding *f = &ck->dropped;

	if (ck->running != NULL && ck->running->run.cluster != check_table[code].run.cluster)
		ck->misattributed++;
	*f = (struct finding){ .place = { .object = object, .pos = pos } };
	if (check_can_run(ck, code)) {
		va_list args;

		va_start(args, format);
		f = finding_vadd(&ck->findings, PROBLEM_NONE, f->place, format, args);
		va_end(args);
	}
	f->code = code;
	f->severity = check_table[code].severity;
	f->cluster = ck->snapshot->cluster;
	return f;
}

void finding_path(struct checker *ck, struct finding *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	f->place.path = arena_vprintf(ck->arena, format, args);
	va_end(args);
}

void finding_hint(struct checker *ck, struct finding *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	f->hint = arena_vprintf(ck->arena, format, args);
	f->fix = (struct fix){ .kind = FIX_NONE };
	va_end(args);
}

void finding_related(struct checker *ck, struct finding *f, struct pos pos, const char *format,
		     ...)
{
	struct related related = { .pos = pos };
	va_list args;

	va_start(args, format);
	related.message = arena_vprintf(ck->arena, format, args);
	va_end(args);
	ARRAY_ADD(ck->arena, &f->related, related);
}

void report_problem(struct checker *ck, enum check_code code, const struct finding *problem)
{
	struct finding *f = report(ck, code, NULL, (struct pos){ 0 }, "%s", problem->message);

	*f = *problem;
	f->code = code;
	f->cluster = ck->snapshot->cluster;
	/* What was named and cannot be read is a mistake; what was found may be as it should.
	 */
	f->severity = problem->kind == PROBLEM_TEMPLATE ? SEVERITY_FAIL
		      : problem->mild                   ? SEVERITY_WARN
							: check_table[code].severity;
}

unsigned check_lacks(enum check_code code, unsigned have)
{
	return (check_table[code].needs | check_table[code].absences) & ~have;
}

bool check_can_run(const struct checker *ck, enum check_code code)
{
	return check_lacks(code, ck->have) == 0;
}

const char *name_list(struct arena *arena, const char *const *names, uint32_t count,
		      uint32_t max)
{
	struct text t = { 0 };
	uint32_t shown = count > max ? max : count;

	for (uint32_t i = 0; i < shown; i++) {
		const char *joint = i == 0 ? "" : i + 1 == count ? " and " : ", ";

		text_printf(&t, "%s%s", joint, names[i]);
	}
	if (shown < count)
		text_printf(&t, " and %u more", count - shown);

	const char *copy = arena_strdup(arena, text_str(&t));

	text_release(&t);
	return copy;
}
