/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes label selectors, and the syntax of names, keys and values. */
#ifndef CONFIG_OBJECTS_LABELS_H
#define CONFIG_OBJECTS_LABELS_H

#include "config/objects/objects.h"

/* Syntax as the API server checks it; each returns true when `s` is valid. */
bool label_key_valid(const char *s);     /* [prefix/]name, prefix a DNS subdomain <= 253 */
bool label_value_valid(const char *s);   /* empty, or <= 63, alphanumeric at both ends */
bool dns_subdomain_valid(const char *s); /* RFC 1123 subdomain, <= 253 */
bool dns_label_valid(const char *s);     /* RFC 1123 label, <= 63 */

/*
 * Checks a selector as metav1.LabelSelectorAsSelector does: operators In, NotIn, Exists,
 * DoesNotExist; In and NotIn need values, the others must have none; keys and values must be
 * valid. Returns NULL when valid, else one sentence (in the arena) and the place in *pos and
 * the path below the selector in *path ("matchExpressions[0].operator").
 */
const char *selector_error(const struct label_selector *selector, struct arena *arena,
			   struct pos *pos, const char **path);

/* True for a selector that is absent or has neither labels nor expressions (P4.1). */
bool selector_is_catch_all(const struct label_selector *selector);

/*
 * True when the labels satisfy a VALID selector. NotIn and DoesNotExist hold where the key is
 * absent. A catch-all matches everything.
 */
bool selector_matches(const struct label_selector *selector, const struct label_map *labels);

#endif
