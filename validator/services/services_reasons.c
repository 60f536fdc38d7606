/* SPDX-License-Identifier: Apache-2.0 */
/* SV001 to SV007 and SV012: Services that do not get what they ask for. */
#include "validator/services/services.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"

/* Which check a reason belongs to, and what to do about it. */
struct verdict {
	enum check_code code; /* CHECK_COUNT: none */
	bool follows;         /* from what the API server is taken to fill in (3.8) */
	const char *hint;     /* NULL: made for the case */
};

static const struct verdict verdicts[REASON_COUNT] = {
	[REASON_NONE] = { CHECK_COUNT, false, NULL },
	[REASON_NOT_LOAD_BALANCER] = { CHECK_COUNT, false, NULL },
	[REASON_OTHER_CLASS] = { CHECK_COUNT, false, NULL },
	[REASON_OLD_CLASS] = { CHECK_COUNT, false, NULL }, /* SV008 */
	[REASON_NOT_DEFAULT] = { CHECK_COUNT, false, NULL },
	[REASON_NO_CLUSTER_IP] = { CHECK_COUNT, false, NULL },
	[REASON_SYSTEM] = { CHECK_COUNT, false, NULL },
	[REASON_EXTERNAL] = { CHECK_COUNT, false, NULL },
	[REASON_SPANS_POOLS] = { CHECK_COUNT, false, NULL }, /* SV014 */
	[REASON_UNKNOWN_POOL] = { CHECK_SV001, false, NULL },
	[REASON_REJECTED_POOL] = { CHECK_SV002, false,
				   "mend that ServiceGroup, or name another one in the "
				   "annotation " KEY_GROUP },
	[REASON_NO_DEFAULT_POOL] = { CHECK_SV003, false,
				     "name a ServiceGroup in the annotation " KEY_GROUP
				     ", or add one named \"default\"" },
	[REASON_AMBIGUOUS] = { CHECK_SV003, false,
			       "set `namespaceDefault: true` in exactly one of them, or name "
			       "one in the annotation " KEY_GROUP },
	[REASON_EXCLUDED] = { CHECK_SV003, false,
			      "add the namespace to that ServiceGroup's `namespaces`, or name "
			      "another ServiceGroup in the annotation " KEY_GROUP },
	[REASON_CONFINED] = { CHECK_SV003, false,
			      "use one of the namespace's own ServiceGroups, or add the "
			      "namespace to that one's `namespaces`" },
	[REASON_BAD_ADDRESS] = { CHECK_SV004, false, NULL },
	[REASON_NO_POOL_FOR_ADDRESS] = { CHECK_SV004, false,
					 "ask for an address of a ServiceGroup that PureLB "
					 "accepts, or add it to one" },
	[REASON_KEY_BOUND] = { CHECK_SV005, false,
			       "ask for the address that the key has, or give the Service a "
			       "key of its own" },
	[REASON_KEY_CONFLICT] = { CHECK_SV005, false,
				  "ask for another address, or give both Services the same "
				  "value of the annotation " KEY_SHARING },
	[REASON_PORT_CONFLICT] = { CHECK_SV005, true,
				   "use another port, or an address of its own" },
	[REASON_NO_RANGE] = { CHECK_SV006, true,
			      "add a range of that family to the ServiceGroup, or ask for the "
			      "other one in ipFamilies" },
	[REASON_EXHAUSTED] = { CHECK_SV007, true,
			       "add a range to the ServiceGroup, or delete Services that are "
			       "not needed any more" },
	[REASON_NO_ACTIVE_SUBNET] = { CHECK_SV007, true,
				      "write the subnets as the nodes advertise them, or use a "
				      "ServiceGroup whose subnets they are on" },
	[REASON_HANGS] = { CHECK_SV007, true,
			   "mend the ranges of the ServiceGroup that overlap (SG008)" },
	[REASON_MULTI_WITH_SHARING] = { CHECK_SV012, false,
					"remove the annotation " KEY_SHARING
					", or set " KEY_MULTI " to \"false\"" },
	[REASON_MULTI_WITH_BALANCE] = { CHECK_SV012, false,
					"set the annotation " KEY_MULTI
					" to \"false\", or use a group without balancePools" },
};

/* ---- hints ---- */

static void hint_group(struct checker *ck, struct finding *f, const char *wanted)
{
	struct nearest near = { .word = wanted };

	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list)
		nearest_offer(&near, pool->name);
	if (near.best != NULL)
		finding_hint(ck, f, "did you mean \"%s\"?", near.best);
	else if (ck->cluster->pools.list.count == 0)
		finding_hint(ck, f, "add the ServiceGroup; there is none at all in the input");
	else
		finding_hint(ck, f, "add the ServiceGroup, or name one that exists");
}

static bool has_space(const char *s)
{
	return s[strcspn(s, " \t\n")] != '\0';
}

static void hint_address(struct checker *ck, struct finding *f, const struct service *service)
{
	const struct str_value *asked = service_value(service, KEY_ADDRESSES);
	const char *text = asked != NULL ? asked->s : service->load_balancer_ip.s;

	if (text == NULL || *text == '\0')
		finding_hint(ck, f, "write an address, or remove the annotation");
	else if (has_space(text))
		finding_hint(ck, f,
			     "write the addresses without blanks, with a comma between them");
	else
		finding_hint(ck, f,
			     "write one address, or several with a comma between them, "
			     "without prefix lengths");
}

static void set_hint(struct checker *ck, struct finding *f, const struct allocation *allocation,
		     enum allocation_reason reason)
{
	if (reason == REASON_UNKNOWN_POOL)
		hint_group(ck, f, allocation->wanted_pool);
	else if (reason == REASON_BAD_ADDRESS)
		hint_address(ck, f, allocation->service);
	else
		finding_hint(ck, f, "%s", verdicts[reason].hint);
}

/* ---- other places ---- */

static const struct pool *group_named(const struct checker *ck, const char *name)
{
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		if (str_equal(pool->name, name))
			return pool;
	}
	return NULL;
}

/* The group that is spoken of, and the Service in the way. */
static void set_related(struct checker *ck, struct finding *f,
			const struct allocation *allocation)
{
	const struct pool *pool = allocation->pool;

	if (pool == NULL && allocation->wanted_pool != NULL)
		pool = group_named(ck, allocation->wanted_pool);
	if (allocation->holder != NULL)
		finding_related(ck, f, allocation->holder->service->object.name.pos,
				"Service \"%s\" is here",
				service_title(ck, allocation->holder->service));
	else if (pool != NULL)
		finding_related(ck, f, pool->group->object.name.pos,
				"ServiceGroup \"%s\" is here", pool->name);
}

/* ---- the finding ---- */

static struct pos place_of(const struct allocation *allocation)
{
	const struct object *object = &allocation->service->object;

	/* A Service as a whole is pointed at by its name. */
	if (allocation->reason_path == NULL && object->name.s != NULL)
		return object->name.pos;
	return allocation->reason_pos;
}

static void report_pending(struct checker *ck, const struct allocation *allocation)
{
	const struct verdict *verdict = &verdicts[allocation->reason];
	const bool holds = allocation->addresses.count > 0;
	struct finding *f = report(ck, verdict->code, &allocation->service->object,
				   place_of(allocation), "%s: %s",
				   holds ? "the Service does not get all that it asks for"
					 : "the Service stays pending",
				   allocation->detail);

	f->diag.path =
		allocation->reason_path != NULL ? allocation->reason_path : "metadata.name";
	f->diag.inferred = verdict->follows && allocation->inferred;
	set_hint(ck, f, allocation, allocation->reason);
	set_related(ck, f, allocation);
}

/* It holds all it asks for, and PureLB leaves it alone; but it would get nothing anew. */
static void report_lasting(struct checker *ck, const struct allocation *allocation)
{
	const struct verdict *verdict = &verdicts[allocation->choice_reason];
	const struct service *service = allocation->service;
	const struct str_value *group = service_value(service, KEY_GROUP);
	struct finding *f = report(ck, verdict->code, &service->object,
				   group != NULL ? group->pos : service->object.name.pos,
				   "the Service keeps its address, but would get none anew: %s",
				   allocation->choice_detail);

	f->severity = SEVERITY_WARN;
	f->diag.path = "metadata.name";
	if (group != NULL)
		finding_path(ck, f, ANNOTATION_PATH, KEY_GROUP);
	set_hint(ck, f, allocation, allocation->choice_reason);
	set_related(ck, f, allocation);
}

void services_check_reason(struct checker *ck, const struct allocation *allocation)
{
	if (allocation->state == SERVICE_PENDING &&
	    verdicts[allocation->reason].code != CHECK_COUNT)
		report_pending(ck, allocation);
	else if (allocation->state == SERVICE_KEPT && allocation->choice_reason != REASON_NONE)
		report_lasting(ck, allocation);
}
