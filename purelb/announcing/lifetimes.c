/* SPDX-License-Identifier: Apache-2.0 */
/* Address lifetimes: the addressConfig as an agent reads it. */
#include "purelb/announcing/lifetimes.h"

static struct lifetimes lifetimes_resolve(const struct address_options *options,
					  int64_t valid_s)
{
	struct lifetimes out = { .valid_s = valid_s };

	if (options->valid_lifetime.set)
		out.valid_s = options->valid_lifetime.v;
	if (out.valid_s > 0 && out.valid_s < LIFETIME_MIN_S) {
		out.valid_s = LIFETIME_MIN_S;
		out.raised = true;
	}
	out.preferred_s = out.valid_s;
	if (options->preferred_lifetime.set)
		out.preferred_s = options->preferred_lifetime.v;
	/* Also where 0 means for ever: any preferred lifetime is cut down to 0 then. */
	if (out.preferred_s > out.valid_s) {
		out.preferred_s = out.valid_s;
		out.capped = true;
	}
	return out;
}

struct lifetimes lifetimes_local(const struct agent_local *local)
{
	return lifetimes_resolve(&local->address_config.local_interface, LIFETIME_LOCAL_S);
}

struct lifetimes lifetimes_dummy(const struct agent_local *local)
{
	return lifetimes_resolve(&local->address_config.dummy_interface, 0);
}
