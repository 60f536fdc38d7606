/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Silencing: findings that somebody does not want to see, by code for all objects, by code for
 * the object that says so in an annotation, or because they are in a baseline. What names
 * nothing known, or silences nothing, is itself a finding (IN011).
 */
#ifndef VALIDATOR_SILENCING_H
#define VALIDATOR_SILENCING_H

#include "config/repository/exclude.h"
#include "validator/identity.h"

/* The files of some paths. Names of files and folders are compared as they are written: links
 * are not followed. */
struct path_scope {
	const char *working_folder; /* absolute: where relative names of sources begin */
	const char *folder;         /* absolute: where the patterns begin */
	struct exclude_patterns patterns;
};

/* A code that is silenced for all objects. */
struct silencing {
	const char *name;               /* a code or slug as the user wrote it */
	const char *origin;             /* "--disable", "config file .purelbtool.yaml" */
	struct pos pos;                 /* zero: from the command line */
	const char *path;               /* "disable[0]"; NULL: none */
	const struct path_scope *scope; /* only there; NULL: everywhere */
};

/* A check that is to have another severity. */
struct severity_change {
	struct silencing of;
	enum severity severity;
};

/* A finding that was recorded earlier and does not count again. */
struct recorded_finding {
	struct finding_identity id;
	struct pos pos; /* of the entry in the baseline */
	const char *path;
	const char *message; /* for people; NULL: none */
};

/* All that the user silenced outside of the objects. */
struct silencings {
	ARRAY_OF(struct silencing) codes;
	ARRAY_OF(struct severity_change) severities;
	ARRAY_OF(struct recorded_finding) baseline;
	const char *baseline_origin; /* "baseline old.yaml" */
	bool ignore_annotations;     /* of objects: they silence nothing */
};

/* A finding that was silenced, and by what. */
struct silenced_finding {
	struct finding finding;
	const char *origin;
	bool in_source; /* by an annotation of the object itself */
	bool recorded;  /* only because it is in the baseline */
};

struct silenced_list {
	ARRAY_OF(struct silenced_finding) list;
};

/*
 * What is wrong with the name of a silencing, a message in the arena with its hint; NULL: it
 * is that of a check.
 */
const char *silencing_fault(const struct silencing *of, struct arena *arena, const char **hint);

/*
 * Takes what is silenced out of ck->findings and adds it to `silenced`, gives findings their
 * changed severities, and reports what silences nothing (IN011), which can be silenced as well.
 * `silencings` may be NULL. Works in ck->arena.
 */
void silence_findings(struct checker *ck, const struct silencings *silencings,
		      struct silenced_list *silenced);

/* True when the finding says that nothing reports the recorded one any more. */
bool recorded_is_stale(const struct recorded_finding *recorded, const struct finding *finding);

/* As silence_findings() by the annotations of objects and `silencings`, without IN011. */
void silence_quietly(struct checker *ck, const struct silencings *silencings,
		     struct silenced_list *silenced);

#endif
