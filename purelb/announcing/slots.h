/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P6.8: the slots of the annotations purelb.io/announcing-IPv4 and -IPv6: "node,interface,ip",
 * separated by white space, one for each address.
 */
#ifndef PURELB_ANNOUNCING_SLOTS_H
#define PURELB_ANNOUNCING_SLOTS_H

#include "base/ip.h"
#include "config/objects/objects.h"

#define SLOTS_PREFIX "purelb.io/announcing-"

/* One slot; the texts are pieces of the annotation and end with no NUL. */
struct announce_slot {
	const char *node;
	size_t node_len;
	const char *interface;
	size_t interface_len;
	struct ip ip;
};

/*
 * The next slot of an annotation's text from *at, which moves past it; begin with the
 * whole text. Slots that are malformed are passed over, as agents do. False: no more.
 */
bool slots_next(const char **at, struct announce_slot *out);

/* The annotation of the Service that has a slot for the address, which is in *out, or NULL. */
const struct label *slots_find(const struct service *service, struct ip ip,
			       struct announce_slot *out);

/* The same; NULL if the slots for the address name several nodes, as releases before 0.17 leave
 * them: nobody knows which one announced it last. (P10.1) */
const struct label *slots_find_last(const struct service *service, struct ip ip,
				    struct announce_slot *out);

#endif
