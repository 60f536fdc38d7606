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

static void release_note_newer(struct release_part *part, const struct workload *workload,
			       struct str_value image, struct release release)
{
	if (part->newer != NULL && !release_is_before(part->newer_release, release))
		return;
	part->newer = workload;
	part->newer_image = image;
	part->newer_release = release;
}

/* Of a container of that part; NULL: the workload has none. An image that is not given, or a
 * placeholder, says nothing. */
static void release_find_part(struct release_part *part, const struct workload *workload,
			      const struct container *container)
{
	struct release release;

	if (container == NULL || container->image.s == NULL)
		return;
	/* No release begins with 1: a copy may count in its own way. */
	if (!release_of_image(container->image.s, &release) || release.major > 0) {
		if (part->nameless == NULL) {
			part->nameless = workload;
			part->nameless_image = container->image;
		}
		return;
	}
	if (part->workload != NULL && release_is_before(part->release, release))
		release_note_newer(part, workload, container->image, release);
	if (part->workload != NULL && !release_is_before(release, part->release))
		return;
	if (part->workload != NULL)
		release_note_newer(part, part->workload, part->image, part->release);
	part->workload = workload;
	part->image = container->image;
	part->release = release;
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

	ARRAY_FOREACH (struct workload *const, it, &snapshot->daemon_sets)
		release_find_part(&out.agents, *it, workload_agent(*it));
	ARRAY_FOREACH (struct workload *const, it, &snapshot->deployments)
		release_find_part(&out.allocator, *it, workload_allocator(*it));
	if (out.agents.workload == NULL && out.allocator.workload == NULL)
		return out;
	out.origin = RELEASE_BY_IMAGE;
	if (out.agents.workload == NULL ||
	    (out.allocator.workload != NULL &&
	     release_is_before(out.allocator.release, out.agents.release)))
		out.release = release_nearest(out.allocator.release);
	else
		out.release = release_nearest(out.agents.release);
	return out;
}
