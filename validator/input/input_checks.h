/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the input as such: what their files share. */
#ifndef VALIDATOR_INPUT_INPUT_CHECKS_H
#define VALIDATOR_INPUT_INPUT_CHECKS_H

#include "validator/check.h"
#include "validator/type_errors.h"

/* IN005: the rules of the API server that a table of fields cannot say. (P1.1, P1.2) */
void input_check_rules(struct checker *ck, const struct type_errors *errors);

#endif
