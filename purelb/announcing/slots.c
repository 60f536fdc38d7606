/* SPDX-License-Identifier: Apache-2.0 */
/* P6.8: reading slots. */
#include "purelb/announcing/slots.h"

#include <string.h>

#include "base/text.h"

#define WHITE " \t\n\v\f\r"

/* A name of an interface may have commas; node names and addresses have none. */
static bool slots_read(const char *text, size_t len, struct announce_slot *out)
{
	const char *first = memchr(text, ',', len);
	const char *end = text + len;
	const char *last = end;

	if (first == NULL)
		return false;
	while (last[-1] != ',')
		last--;
	if (last - 1 == first)
		return false;
	out->node = text;
	out->node_len = (size_t)(first - text);
	out->interface = first + 1;
	out->interface_len = (size_t)(last - 1 - out->interface);
	return out->node_len > 0 && out->interface_len > 0 &&
	       ip_parse_bytes(last, (size_t)(end - last), &out->ip);
}

bool slots_next(const char **at, struct announce_slot *out)
{
	while (true) {
		const char *text = *at + strspn(*at, WHITE);
		const size_t len = strcspn(text, WHITE);

		*at = text + len;
		if (len == 0)
			return false;
		if (slots_read(text, len, out))
			return true;
	}
}

static bool slots_are_of_one_node(const struct announce_slot *a, const struct announce_slot *b)
{
	return a->node_len == b->node_len && memcmp(a->node, b->node, a->node_len) == 0;
}

const struct label *slots_find_last(const struct service *service, struct ip ip,
				    struct announce_slot *out)
{
	const struct label *found = NULL;

	ARRAY_FOREACH (const struct label, annotation, &service->object.annotations.list) {
		const char *at = annotation->value.s;
		struct announce_slot slot;

		if (at == NULL || !str_has_prefix(annotation->key.s, SLOTS_PREFIX))
			continue;
		while (slots_next(&at, &slot)) {
			if (ip_compare(slot.ip, ip) != 0)
				continue;
			if (found != NULL && !slots_are_of_one_node(out, &slot))
				return NULL;
			*out = slot;
			found = annotation;
		}
	}
	return found;
}

const struct label *slots_find(const struct service *service, struct ip ip,
			       struct announce_slot *out)
{
	ARRAY_FOREACH (const struct label, annotation, &service->object.annotations.list) {
		const char *at = annotation->value.s;

		if (at == NULL || !str_has_prefix(annotation->key.s, SLOTS_PREFIX))
			continue;
		while (slots_next(&at, out))
			if (ip_compare(out->ip, ip) == 0)
				return annotation;
	}
	return NULL;
}
