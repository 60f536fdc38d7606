/* SPDX-License-Identifier: Apache-2.0 */
/* Why a selector matches no node: what checks of several kinds say about it. */
#ifndef VALIDATOR_SELECTORS_H
#define VALIDATOR_SELECTORS_H

#include "validator/check.h"

/* The distinct keys of the nodes' labels, collected once they are needed: start zeroed. */
struct label_keys {
	ARRAY_OF(const char *) list;
};

/* Sets the hint of a finding about a valid selector that matches no node: the label that none
 * has, the nearest one, or the values that there are. */
void selector_hint_unmet(struct checker *ck, struct finding *f,
			 const struct label_selector *selector, struct label_keys *keys);

#endif
