/* SPDX-License-Identifier: Apache-2.0 */
/* The release of Kubernetes that a cluster runs, as far as checks depend on it. */
#include "validator/kubernetes.h"

enum {
	NUMBER_MAX = 9999,
	ENFORCING_MAJOR = 1,
	ENFORCING_MINOR = 36,
};

/* Reads a number and returns what follows it, or NULL. */
static const char *read_number(const char *text, unsigned *out)
{
	const char *p = text;
	unsigned value = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (unsigned)(*p - '0');
		if (value > NUMBER_MAX)
			return NULL;
	}
	*out = value;
	return p > text ? p : NULL;
}

bool kubernetes_version_parse(const char *text, struct kubernetes_version *out)
{
	const char *p = read_number(text[0] == 'v' ? text + 1 : text, &out->major);

	if (p == NULL || *p != '.')
		return false;
	p = read_number(p + 1, &out->minor);
	return p != NULL && (*p == '\0' || *p == '.' || *p == '+' || *p == '-');
}

static bool is_newer(struct kubernetes_version a, struct kubernetes_version b)
{
	return a.major != b.major ? a.major > b.major : a.minor > b.minor;
}

struct kubernetes_version kubernetes_version_of_nodes(const struct snapshot *snapshot)
{
	struct kubernetes_version newest = { 0 };

	ARRAY_FOREACH (struct node *, node, &snapshot->nodes) {
		struct kubernetes_version version;

		if ((*node)->kubelet_version.s != NULL &&
		    kubernetes_version_parse((*node)->kubelet_version.s, &version) &&
		    is_newer(version, newest))
			newest = version;
	}
	return newest;
}

bool kubernetes_enforces_int32(struct kubernetes_version version)
{
	const struct kubernetes_version first = { ENFORCING_MAJOR, ENFORCING_MINOR };

	return !is_newer(first, version);
}
