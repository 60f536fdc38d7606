/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases of PureLB: the table of rules with the first release that follows each, and which
 * release the input shows. (A4.1, P10) Left out is what only the logs and metrics of a release
 * would show.
 */
#include "purelb/pools/release.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "config/objects/workloads.h"

/* The first release that follows each rule. (P10.1) */
static const struct release release_first[RELEASE_RULES] = {
	[RELEASE_SPEAKS_BGP] = { 0, 16, 0 },         [RELEASE_NOTES_HELD_FIRST] = { 0, 16, 1 },
	[RELEASE_SCOPES_GROUPS] = { 0, 17, 0 },      [RELEASE_HAS_NAMESPACES] = { 0, 17, 0 },
	[RELEASE_HAS_EXTERNAL] = { 0, 17, 0 },       [RELEASE_HAS_STATUS] = { 0, 17, 0 },
	[RELEASE_HAS_SELECTORS] = { 0, 17, 0 },      [RELEASE_READS_INTERFACES] = { 0, 17, 0 },
	[RELEASE_LEASE_FOLLOWS] = { 0, 17, 0 },      [RELEASE_HAS_AFFINITY] = { 0, 17, 0 },
	[RELEASE_WITHDRAWS] = { 0, 17, 0 },          [RELEASE_SLOTS_BY_ADDRESS] = { 0, 17, 0 },
	[RELEASE_COUNTS_SHARERS] = { 0, 17, 0 },     [RELEASE_ADVERTISES_V6] = { 0, 17, 0 },
	[RELEASE_QUIET_SLOTS] = { 0, 17, 0 },        [RELEASE_RECREATES] = { 0, 17, 0 },
	[RELEASE_CHECKS_AGGREGATION] = { 0, 17, 0 }, [RELEASE_GUARDS] = { 0, 18, 0 },
};

bool release_has(struct release release, enum release_rule rule)
{
	return !release_is_before(release, release_first[rule]);
}

/* Reads a number of up to 4 digits at *at and moves *at past it. */
static bool release_read_number(const char **at, uint32_t *out)
{
	unsigned digits = 0;

	*out = 0;
	for (; isdigit((unsigned char)**at) && digits < 5; ++*at, digits++)
		*out = *out * 10 + (uint32_t)(**at - '0');
	return digits > 0 && digits < 5;
}

/* Reads MAJOR.MINOR[.PATCH] after an optional v; NULL: it is not that. */
static const char *release_read(const char *text, struct release *out)
{
	text += *text == 'v';
	if (!release_read_number(&text, &out->major) || *text++ != '.' ||
	    !release_read_number(&text, &out->minor))
		return NULL;
	out->patch = RELEASE_NEWEST;
	if (*text != '.')
		return text;
	text++;
	return release_read_number(&text, &out->patch) ? text : NULL;
}

bool release_of_image(const char *image, struct release *out)
{
	const char *name = image != NULL ? strrchr(image, '/') : NULL;
	const char *tag;

	if (image == NULL)
		return false;
	/* A colon before the last slash is that of a port, one after an @ that of a digest. */
	tag = strpbrk(name != NULL ? name : image, ":@");
	if (tag == NULL || *tag != ':')
		return false;
	tag = release_read(tag + 1, out);
	return tag != NULL && (*tag == '\0' || *tag == '-' || *tag == '+' || *tag == '@');
}

bool release_is_modeled(struct release release)
{
	return release.major == 0 && release.minor >= 15 && release.minor <= 17;
}

bool release_parse(const char *text, struct release *out)
{
	const char *end;

	*out = RELEASE_LATEST;
	if (str_equal(text, "latest"))
		return true;
	end = release_read(text, out);
	return end != NULL && *end == '\0' && release_is_modeled(*out);
}

bool release_is_before(struct release a, struct release b)
{
	if (a.major != b.major)
		return a.major < b.major;
	return a.minor != b.minor ? a.minor < b.minor : a.patch < b.patch;
}

const char *release_text(struct release release, struct arena *arena)
{
	if (release.major == RELEASE_NEWEST)
		return "latest";
	if (release.patch == RELEASE_NEWEST)
		return arena_printf(arena, "%u.%u", release.major, release.minor);
	return arena_printf(arena, "%u.%u.%u", release.major, release.minor, release.patch);
}

static void release_note_newer(struct release_part *part, const struct object *object,
			       struct str_value image, struct release release)
{
	if (part->newer != NULL && !release_is_before(part->newer_release, release))
		return;
	part->newer = object;
	part->newer_image = image;
	part->newer_release = release;
}

/* Of the image of that part in an object. One that is not given, or a placeholder, says
 * nothing. */
static void release_find_part(struct release_part *part, const struct object *object,
			      struct str_value image)
{
	struct release release;

	if (image.s == NULL)
		return;
	/* No release begins with 1: a copy may count in its own way. */
	if (!release_of_image(image.s, &release) || release.major > 0) {
		if (part->nameless == NULL) {
			part->nameless = object;
			part->nameless_image = image;
		}
		return;
	}
	if (part->object != NULL && release_is_before(part->release, release))
		release_note_newer(part, object, image, release);
	if (part->object != NULL && !release_is_before(release, part->release))
		return;
	if (part->object != NULL)
		release_note_newer(part, part->object, part->image, part->release);
	part->object = object;
	part->image = image;
	part->release = release;
}

static bool release_is_installed(const struct snapshot *snapshot, const struct object *object)
{
	return str_equal(object->namespace, snapshot->install_namespace);
}

static void release_find_workloads(struct release_choice *out, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct workload *const, it, &snapshot->daemon_sets) {
		const struct container *container = workload_agent(*it);

		if (container != NULL)
			release_find_part(&out->agents, &(*it)->object, container->image);
	}
	/* Others have containers of that name. */
	ARRAY_FOREACH (struct workload *const, it, &snapshot->deployments) {
		const struct container *container = workload_allocator(*it);

		if (container != NULL && (release_is_installed(snapshot, &(*it)->object) ||
					  workload_install_namespace(*it, container) != NULL))
			release_find_part(&out->allocator, &(*it)->object, container->image);
	}
}

/* The image of that container in a Pod of PureLB that runs, or will; NULL: it has none. */
static const struct str_value *release_image_of(const struct snapshot *snapshot,
						const struct pod *pod, const char *name)
{
	static const char *const ended[] = { "Succeeded", "Failed", NULL };

	if (!release_is_installed(snapshot, &pod->object) || str_in(pod->phase.s, ended) ||
	    pod->object.deletion_time.s != NULL)
		return NULL;
	ARRAY_FOREACH (const struct pod_container, container, &pod->containers.list)
		if (str_equal(container->name.s, name))
			return &container->image;
	return NULL;
}

/* Pods speak for a part without a workload; else the oldest is noted in `oldest`. */
static void release_find_pods(struct release_part *part, const struct snapshot *snapshot,
			      const char *name, struct release_part *oldest)
{
	const bool has_workload = part->object != NULL || part->nameless != NULL;

	ARRAY_FOREACH (struct pod *const, pod, &snapshot->pods) {
		const struct str_value *image = release_image_of(snapshot, *pod, name);

		if (image != NULL)
			release_find_part(has_workload ? oldest : part, &(*pod)->object,
					  *image);
	}
}

bool release_is_behind(const struct snapshot *snapshot, const struct release_part *part,
		       const char *container, const struct pod *pod, struct str_value *image,
		       struct release *release)
{
	const struct str_value *found = release_image_of(snapshot, pod, container);

	if (found == NULL || part->object == NULL || part->object->kind == KIND_POD ||
	    !release_of_image(found->s, release) || release->major > 0)
		return false;
	*image = *found;
	return release_is_before(*release, part->release) ||
	       release_is_before(part->newer != NULL ? part->newer_release : part->release,
				 *release);
}

static struct release release_nearest(struct release release)
{
	if (release_is_modeled(release))
		return release;
	return release_is_before(release, RELEASE_0_15) ? RELEASE_0_15 : RELEASE_0_17;
}

struct release_choice release_of_snapshot(const struct snapshot *snapshot)
{
	struct release_choice out = { .release = RELEASE_0_17 };
	struct release_part pods = { 0 };
	const struct release_part *const parts[] = { &out.agents, &out.allocator, &pods };
	const struct release_part *oldest = NULL;

	release_find_workloads(&out, snapshot);
	release_find_pods(&out.agents, snapshot, WORKLOAD_AGENT, &pods);
	release_find_pods(&out.allocator, snapshot, WORKLOAD_ALLOCATOR, &pods);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i]->object != NULL &&
		    (oldest == NULL || release_is_before(parts[i]->release, oldest->release)))
			oldest = parts[i];
	if (oldest == NULL)
		return out;
	out.origin = RELEASE_BY_IMAGE;
	out.release = release_nearest(oldest->release);
	out.by = oldest->object;
	return out;
}
