/* SPDX-License-Identifier: Apache-2.0 */
/* One fault, one finding: what follows from a finding is not said beside it. (A5.4) */
#ifndef VALIDATOR_CONSEQUENCES_H
#define VALIDATOR_CONSEQUENCES_H

#include "validator/check.h"

/* What messages at related places begin with, where they say what follows from a finding. */
#define CONSEQUENCE_PREFIX "what follows for "

/*
 * Says that a finding, the latest one, follows if something is found of `cause`, at or below
 * `path` of it unless that is NULL. Which checks tell is a table in consequences.c. Both are
 * borrowed. If both findings are about an address of their objects, it must be the same.
 */
void finding_follows(struct checker *ck, const struct finding *f, const struct object *cause,
		     const char *path);

/* Moves findings that follow from others to *told; those others name them as related places,
 * and are as severe as the worst of them. Silenced findings tell nothing. */
void consequences_fold(struct checker *ck, struct finding_sink *told);

#endif
