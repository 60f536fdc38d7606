/* SPDX-License-Identifier: Apache-2.0 */
/* Releases of PureLB: which one a cluster runs, and which rules it follows. (A4.1, P10) */
#ifndef PURELB_POOLS_RELEASE_H
#define PURELB_POOLS_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/objects/snapshot.h"

struct release {
	uint32_t major, minor, patch;
};

/* "0.16": the newest patch of the line. */
#define RELEASE_NEWEST UINT32_MAX
#define RELEASE_0_15   ((struct release){ 0, 15, RELEASE_NEWEST })
#define RELEASE_0_17   ((struct release){ 0, 17, RELEASE_NEWEST })
#define RELEASE_LATEST ((struct release){ RELEASE_NEWEST, 0, 0 })

/* What differs between releases. */
enum release_rule {
	RELEASE_SPEAKS_BGP,         /* k8gobgp runs beside the agents */
	RELEASE_NOTES_HELD_FIRST,   /* P3.11.9: held addresses before anything new */
	RELEASE_SCOPES_GROUPS,      /* P1.3.1, P1.3.2 */
	RELEASE_HAS_NAMESPACES,     /* P3.6 */
	RELEASE_HAS_EXTERNAL,       /* spec.external; before, spec.netbox */
	RELEASE_CHECKS_AGGREGATION, /* P1.1: its pattern; before, any text is stored */
	RELEASE_HAS_STATUS,         /* the status of ServiceGroups is a subresource */
	RELEASE_HAS_SELECTORS,      /* P4.1 */
	RELEASE_READS_INTERFACES,   /* P4.4a: `interfaces` counts */
	RELEASE_LEASE_FOLLOWS,      /* P4.4a: the lease follows the configuration */
	RELEASE_HAS_AFFINITY,       /* P5.4 */
	RELEASE_WITHDRAWS,          /* P6.2, P6.4: what a node no longer serves is withdrawn */
	RELEASE_SLOTS_BY_ADDRESS,   /* P6.8 */
	RELEASE_COUNTS_SHARERS,     /* P6.9: a shared VIP goes when the last sharer is lost */
	RELEASE_ADVERTISES_V6,      /* P7.4 */
	RELEASE_QUIET_SLOTS,        /* P9.3: slots of others queue nothing */
	RELEASE_RECREATES,          /* the allocator's Deployment does not roll */
	RELEASE_GUARDS,             /* P2.7 */
	RELEASE_RULES,
};

bool release_has(struct release release, enum release_rule rule);

/* The release that the tag of an image names ("...:v0.17.0", "...:0.16.6@sha256:..."); false:
 * it names none. NULL is no image. */
bool release_of_image(const char *image, struct release *out);

/* Reads what --purelb-version takes: 0.15, 0.16, 0.17, one of their patches, or latest, with or
 * without a v; false: it is none of them. */
bool release_parse(const char *text, struct release *out);

/* True when its rules are in the table: 0.15 to 0.17. */
bool release_is_modeled(struct release release);

bool release_is_before(struct release a, struct release b);

/* "0.16", "0.16.4", "latest"; in `arena`. */
const char *release_text(struct release release, struct arena *arena);

/* The field of ServiceGroups that was there before spec.external. */
#define NETBOX_PATH "spec.netbox"

enum release_origin { RELEASE_BY_DEFAULT, RELEASE_BY_IMAGE, RELEASE_GIVEN };

/* A part of PureLB in the input and the release of its image, the oldest where there are
 * several workloads of it; of its Pods where it has no workload there. */
struct release_part {
	const struct object *object; /* NULL: none whose image names a release */
	struct str_value image;
	struct release release;
	/* Another object of that part, with the newest release; NULL: all have one. */
	const struct object *newer;
	struct str_value newer_image;
	struct release newer_release;
	/* The first whose image names no release, such as a digest; NULL: none. */
	const struct object *nameless;
	struct str_value nameless_image;
};

/* Which rules count, and why. */
struct release_choice {
	struct release release; /* between 0.15 and 0.17, or the latest */
	enum release_origin origin;
	const struct object *by; /* whose image says it; NULL: none */
	struct release_part agents, allocator;
};

/* The release of the images in the input, of workloads and of the Pods that run, the oldest
 * where they differ; else 0.17. Of releases that are not known the nearest counts. (A4.1) */
struct release_choice release_of_snapshot(const struct snapshot *snapshot);

/*
 * Whether a Pod that has not ended and is not about to has the part's container, with an image
 * that is not what a workload of the part asks for: while a rollout has not reached it. The
 * image and its release in `image` and `release`.
 */
bool release_is_behind(const struct snapshot *snapshot, const struct release_part *part,
		       const char *container, const struct pod *pod, struct str_value *image,
		       struct release *release);

#endif
