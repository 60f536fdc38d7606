/* SPDX-License-Identifier: Apache-2.0 */
/* One fault, one finding: what follows from a finding is not said beside it. (A5.4) */
#ifndef VALIDATOR_CONSEQUENCES_H
#define VALIDATOR_CONSEQUENCES_H

#include "validator/check.h"

/*
 * Says that a finding, the latest one, follows if something is found of `cause`, at or below
 * `path` of it unless that is NULL. Which checks tell is a table in consequences.c. Both are
 * borrowed.
 */
void finding_follows(struct checker *ck, const struct finding *f, const struct object *cause,
		     const char *path);

/* Drops findings that follow from others; those name them as related places, and are as severe
 * as the worst of them. Silenced findings tell nothing. */
void consequences_fold(struct checker *ck);

#endif
