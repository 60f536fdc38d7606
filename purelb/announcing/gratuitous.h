/* SPDX-License-Identifier: Apache-2.0 */
/* P7.1 and P7.2: whether and when a node sends gratuitous ARP and neighbor advertisements. */
#ifndef PURELB_ANNOUNCING_GRATUITOUS_H
#define PURELB_ANNOUNCING_GRATUITOUS_H

#include "config/objects/objects.h"

/* A garpConfig with its defaults filled in. */
struct gratuitous_schedule {
	bool sends;               /* false: nothing gratuitous is ever sent (P7.1) */
	int64_t initial_delay_ns; /* before the first; never negative */
	int64_t interval_ns;      /* before each further one; never negative */
	uint32_t count;           /* 1..10 */
	bool verify;              /* ask the election before each one */
	bool bad_initial_delay;   /* its text is not a duration: the default applies */
	bool bad_interval;
};

enum { GRATUITOUS_COUNT_MAX = 10 };

/* What a spec.local, which may be absent, makes of P7.2. */
struct gratuitous_schedule gratuitous_schedule(const struct agent_local *local);

/* From the reconcile to the last send, in nanoseconds; INT64_MAX when it does not fit. */
int64_t gratuitous_length_ns(const struct gratuitous_schedule *schedule);

#endif
