/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which checks are right of an object although some of its values are not known. (I6.1a)
 *
 * A value that is not known is absent in the object, and to a check that is the same as a
 * default. So only those are listed here that look at a value that is there, with the values
 * that they look at besides. What rests on an object as a whole (how much a pool holds, what a
 * Service gets, whether there is an agent) is not among them.
 */
#include "validator/partial.h"

#include <string.h>

#include "base/text.h"

/* A check, and the beginnings of the paths of all that it looks at but its own value. */
struct partial_check {
	enum check_code code;
	const char *needs[5]; /* "[]" is all of the entry of the list that its value is in */
};

/* What decides which group a Service asks for. */
#define CHOICE                                                                                 \
	{                                                                                      \
		"metadata.namespace", "metadata.annotations", "spec.loadBalancer", "spec.ip",  \
			"spec.type"                                                            \
	}

static const struct partial_check partial_checks[] = {
	{ CHECK_SG001, { NULL } },
	{ CHECK_SG002, { NULL } },
	{ CHECK_SG003, { NULL } },
	{ CHECK_SG004, { NULL } },
	{ CHECK_SG005, { NULL } },
	{ CHECK_SG006, { "metadata" } },
	{ CHECK_SG007, { "metadata" } },
	{ CHECK_SG008, { NULL } },
	{ CHECK_SG010, { NULL } },
	{ CHECK_SG012, { NULL } },
	{ CHECK_SG013, { NULL } },
	{ CHECK_SG014, { NULL } },
	{ CHECK_SG015, { NULL } },
	{ CHECK_SG016, { NULL } },
	{ CHECK_SG017, { NULL } },
	{ CHECK_SG018, { NULL } },
	{ CHECK_SG021, { NULL } },
	{ CHECK_SG022, { NULL } },
	{ CHECK_SG023, { NULL } },
	{ CHECK_SG029, { "spec.external" } },
	{ CHECK_SG030, { NULL } },
	{ CHECK_NS003, { NULL } },
	{ CHECK_CV001, { NULL } },
	{ CHECK_CV002, { NULL } },
	{ CHECK_CV003, { NULL } },
	{ CHECK_AG003, { NULL } },
	{ CHECK_AG004, { NULL } },
	{ CHECK_AG009, { NULL } },
	{ CHECK_AG010, { "spec.nodeSelector" } },
	{ CHECK_AG011, { "spec.nodeSelector", "spec.local.interfaces" } },
	{ CHECK_AG014, { NULL } },
	{ CHECK_AG015, { "spec.local.garpConfig" } },
	{ CHECK_AG016, { NULL } },
	{ CHECK_AG017, { "spec.local.addressConfig" } },
	{ CHECK_AG018, { "spec.local.addressConfig" } },
	{ CHECK_AG019, { NULL } },
	{ CHECK_AG023, { NULL } },
	{ CHECK_SV001, CHOICE },
	{ CHECK_SV002, CHOICE },
	{ CHECK_SV003, CHOICE },
	{ CHECK_SV004, CHOICE },
	{ CHECK_SV006, CHOICE },
	{ CHECK_SV008, { "spec.type" } },
	{ CHECK_SV010, { NULL } },
	{ CHECK_SV011, { "metadata.annotations", "spec.loadBalancerClass" } },
	{ CHECK_SV012, { "metadata.annotations", "spec.loadBalancer" } },
	{ CHECK_SV013, { NULL } },
	{ CHECK_SV019, { "spec.loadBalancerClass" } },
	{ CHECK_SV030, { NULL } },
	{ CHECK_BG005, { "metadata", "spec.nodeSelector" } },
	{ CHECK_BG006, { "metadata" } },
	{ CHECK_BG009, { NULL } },
	{ CHECK_BG010, { NULL } },
	{ CHECK_BG011, { NULL } },
	{ CHECK_BG012, { NULL } },
	{ CHECK_BG013, { NULL } },
	{ CHECK_BG014, { NULL } },
	{ CHECK_BG016, { "spec.nodeSelector" } },
	{ CHECK_BG024, { NULL } },
	{ CHECK_BG027, { "spec.peerGroups" } },
	{ CHECK_BG031, { NULL } },
	{ CHECK_BG035, { "[]", "spec.peerGroups" } },
	{ CHECK_BG037, { "[]", "spec.peerGroups", "spec.global" } },
	{ CHECK_BG044, { NULL } },
	{ CHECK_BG048, { NULL } },
	{ CHECK_BG049, { "spec.peerGroups" } },
	{ CHECK_BG050, { "[]", "spec.peerGroups" } },
	{ CHECK_BG055, { NULL } },
	{ CHECK_BG056, { NULL } },
	{ CHECK_BG063, { "spec.netlink" } },
	{ CHECK_BG064, { "spec.netlink" } },
	{ CHECK_BG068, { NULL } },
	{ CHECK_BG087, { "[]", "spec.peerGroups", "spec.global", "spec.nodeSelector" } },
	{ CHECK_BG088, { "[]", "spec.peerGroups", "spec.nodeSelector" } },
	{ CHECK_BG104, { "spec.nodeSelector" } },
};

/* ---- the snapshot with all of them ---- */

/* A list of its own with those of the kind that were set aside at its end. */
#define PARTIAL_ADD(arena_, list_, kind_, partials_)                                           \
	do {                                                                                   \
		const uint32_t count_ = (list_).count;                                         \
		void *const old_ = (list_).items;                                              \
		(list_).items = NULL;                                                          \
		(list_).count = (list_).capacity = 0;                                          \
		ARRAY_RESERVE(arena_, &(list_), count_ + (partials_)->count + 1);              \
		if (count_ > 0)                                                                \
			memcpy((list_).items, old_, count_ * sizeof(*(list_).items));          \
		(list_).count = count_;                                                        \
		for (uint32_t i_ = 0; i_ < (partials_)->count; i_++)                           \
			if ((partials_)->items[i_]->kind == (kind_))                           \
				(list_).items[(list_).count++] =                               \
					(void *)(partials_)->items[i_];                        \
	} while (0)

struct snapshot *partial_snapshot(struct snapshot *snapshot)
{
	struct snapshot *whole = arena_alloc(&snapshot->arena, sizeof(*whole));
	uint32_t order = snapshot->objects.count;

	*whole = *snapshot;
	whole->problems.arena = &whole->arena;
	ARRAY_FOREACH (struct object *, object, &snapshot->partials)
		(*object)->order = order++;
	PARTIAL_ADD(&whole->arena, whole->groups, KIND_SERVICE_GROUP, &snapshot->partials);
	PARTIAL_ADD(&whole->arena, whole->agents, KIND_LBNODEAGENT, &snapshot->partials);
	PARTIAL_ADD(&whole->arena, whole->services, KIND_SERVICE, &snapshot->partials);
	PARTIAL_ADD(&whole->arena, whole->bgp_configurations, KIND_BGP_CONFIGURATION,
		    &snapshot->partials);
	return whole;
}

/* ---- what is found on it ---- */

/* The entry of a list that a path is in, "spec.neighbors[2]", or all of the path: its length.
 */
static size_t partial_entry_bytes(const char *path)
{
	const char *bracket = strchr(path, '[');
	const char *end = bracket != NULL && bracket[1] != '"' ? strchr(bracket, ']') : NULL;

	return end != NULL ? (size_t)(end - path) + 1 : strlen(path);
}

/* True when the check needs none of what is not known of the object. */
static bool partial_can_do(const struct partial_check *check, const struct finding *f)
{
	const struct object *object = f->place.object;
	const char *path = f->place.path != NULL ? f->place.path : "";
	const size_t entry = partial_entry_bytes(path);

	ARRAY_FOREACH (const struct unknown_value, unknown, &object->unknown->list) {
		/* It is the value, or is in what the finding is about as a whole; but of an
		 * annotation that PureLB does not know the value does not matter. */
		if (check->code != CHECK_SV010 && path[0] != '\0' &&
		    str_has_prefix(unknown->path, path))
			return false;
		for (size_t i = 0; i < ARRAY_LEN(check->needs) && check->needs[i] != NULL; i++)
			if (str_equal(check->needs[i], "[]")
				    ? strncmp(unknown->path, path, entry) == 0
				    : str_has_prefix(unknown->path, check->needs[i]))
				return false;
	}
	return true;
}

/* True when the range of a group at this path, or below it, has a subnet that is not known. */
static bool partial_lacks_subnet(const struct finding *f)
{
	const char *path = f->place.path != NULL ? f->place.path : "";
	const char *dot = strrchr(path, '.');
	const size_t len = dot != NULL ? (size_t)(dot - path) : 0;

	ARRAY_FOREACH (const struct unknown_value, unknown, &f->place.object->unknown->list)
		if (len > 0 && strncmp(unknown->path, path, len) == 0 &&
		    str_equal(unknown->path + len, ".subnet"))
			return true;
	return false;
}

/* True when the finding is about an object that was set aside: itself, or, of ranges that
 * overlap, the other one, so that it was not found without it. */
static bool partial_is_party(const struct checker *ck, const struct finding *f)
{
	if (f->place.object != NULL && f->place.object->unknown != NULL)
		return true;
	if (f->code != (uint32_t)CHECK_SG006 && f->code != (uint32_t)CHECK_SG007)
		return false;
	ARRAY_FOREACH (const struct finding, known, &ck->findings)
		if ((known->code == (uint32_t)CHECK_SG006 ||
		     known->code == (uint32_t)CHECK_SG007) &&
		    memcmp(&known->place.pos, &f->place.pos, sizeof(f->place.pos)) == 0 &&
		    memcmp(&known->related.items[0].pos, &f->related.items[0].pos,
			   sizeof(f->place.pos)) == 0)
			return false;
	return true;
}

void partial_take(struct checker *ck, const struct finding_sink *found)
{
	ARRAY_FOREACH (const struct finding, f, found) {
		const struct partial_check *check = NULL;

		for (size_t i = 0; i < ARRAY_LEN(partial_checks) && check == NULL; i++)
			if ((uint32_t)partial_checks[i].code == f->code)
				check = &partial_checks[i];
		if (check == NULL || !partial_is_party(ck, f))
			continue;
		if (f->place.object->unknown == NULL ||
		    (partial_can_do(check, f) &&
		     !(partial_lacks_subnet(f) && f->code >= (uint32_t)CHECK_CV001 &&
		       f->code <= (uint32_t)CHECK_CV006)))
			ARRAY_ADD(ck->arena, &ck->findings, *f);
	}
}
