/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about interface names. */
#include "purelb/agents/interfaces.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

bool interface_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > INTERFACE_NAME_MAX)
		return false;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	return strpbrk(name, "/: \t\n\v\f\r") == NULL;
}

bool interface_name_is_internal(const char *name)
{
	static const char *const prefixes[] = {
		"veth",   "cali", "cni",   "flannel", "docker", "br-",
		"cilium", "lxc",  "kube-", "tunl",    "vxlan",  "wg",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (str_has_prefix(name, prefixes[i]))
			return true;
	}
	return false;
}

const char *interface_name_pattern(struct arena *arena, const char *name)
{
	struct text form = { 0 };

	text_add_char(&form, '^');
	for (const char *p = name; *p != '\0'; p++) {
		if (strchr("\\.+*?()|[]{}^$", *p) != NULL)
			text_add_char(&form, '\\');
		text_add_char(&form, *p);
	}
	text_add_char(&form, '$');

	const char *copy = arena_strdup(arena, text_str(&form));

	text_release(&form);
	return copy;
}
