/* SPDX-License-Identifier: Apache-2.0 */
/* The address guard: when it is on, and where it cannot work. */
#include "purelb/agents/guard.h"

#include "base/text.h"

bool guard_present(const struct lbnodeagent *agent)
{
	return agent->local.at.set && agent->local.address_guard.at.set;
}

bool guard_fails_closed(const struct lbnodeagent *agent)
{
	return !str_equal(agent->local.address_guard.failure_policy.s, "open");
}

/* Reads a decimal number of up to 4 digits at *s and moves *s past it. */
static bool guard_read_number(const char **s, unsigned *out)
{
	const char *p = *s;

	*out = 0;
	while (*p >= '0' && *p <= '9' && p - *s < 4)
		*out = *out * 10 + (unsigned)(*p++ - '0');
	if (p == *s || (*p >= '0' && *p <= '9'))
		return false;
	*s = p;
	return true;
}

bool guard_kernel_too_old(const char *release)
{
	unsigned major, minor;

	if (release == NULL || !guard_read_number(&release, &major) || *release++ != '.' ||
	    !guard_read_number(&release, &minor))
		return false;
	if (major != GUARD_KERNEL_MAJOR)
		return major < GUARD_KERNEL_MAJOR;
	return minor < GUARD_KERNEL_MINOR;
}

bool guard_container_can_load(const struct container *container)
{
	static const char *const enough[] = { "BPF", "CAP_BPF", "ALL", NULL };

	if (container->privileged.set && container->privileged.v)
		return true;
	ARRAY_FOREACH (struct str_value, capability, &container->capabilities_add.list) {
		if (capability->s != NULL && str_in(capability->s, enough))
			return true;
	}
	return false;
}
