/* SPDX-License-Identifier: Apache-2.0 */
/* Section 2 of the model: how PureLB reads the text of a range and of a subnet. */
#ifndef PURELB_POOLS_RANGES_H
#define PURELB_POOLS_RANGES_H

#include "base/ip.h"

enum range_error {
	RANGE_OK,
	RANGE_NOT_CIDR, /* no `-` in it, and not a CIDR */
	RANGE_BAD_FROM, /* what stands before the first `-` is not an address */
	RANGE_BAD_TO,   /* what stands behind the first `-` is not an address */
};

/*
 * Reads a range: `from-to`, split at the first `-` and trimmed, or a CIDR that starts at the
 * address as written and ends at the network's last address. (P2.2) No check that from <= to.
 */
enum range_error range_parse(const char *text, struct ip_range *out);

/* What the error means, as the end of a sentence: "not a CIDR or a from-to range". */
const char *range_error_text(enum range_error error);

/* from > to: PureLB accepts it and hands out one address, `from`. (P2.3) */
bool range_is_reversed(struct ip_range range);

/* Both ends are in the subnet; families must agree. (P2.4) */
bool range_in_subnet(struct ip_range range, struct ip_net subnet);

/*
 * The prefix length that an aggregation text gives to an address of `family` in `subnet`:
 * "" (or NULL, absent) and "default" give the subnet's own, "/n" gives n. False when the text
 * is neither, when n is longer than the family allows, or when the subnet is of the other
 * family. (P6.7)
 */
bool aggregation_prefix(const char *aggregation, struct ip_net subnet, enum ip_family family,
			unsigned *prefix);

#endif
