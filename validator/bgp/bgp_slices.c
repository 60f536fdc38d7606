/* SPDX-License-Identifier: Apache-2.0 */
/* The described routers, each with its sessions that are not kept down. */
#include "validator/bgp/bgp.h"

static void add_slice(const struct bgp_checks *c, struct bgp_slices *out,
		      const struct bgp_config *config, uint32_t from, uint32_t to)
{
	struct bgp_slice *s = ARRAY_PUSH(c->ck->arena, &out->list);

	s->config = config;
	s->router = config->live.items[from]->router;
	s->sessions = config->live.items + from;
	s->count = to - from;
	for (uint32_t i = 0; i < s->count; i++) {
		const struct bgp_session *session = s->sessions[i];

		if (!session->node->imports_dummy)
			continue;
		s->families |= session->families;
		s->internal |= session->internal;
		s->external |= !session->internal;
		s->nodes += i == 0 || s->sessions[i - 1]->node != session->node;
	}
}

/* The live sessions are sorted by router; those whose router is not described come last. */
void bgp_slices_find(const struct bgp_checks *c, const struct bgp_config *config,
		     struct bgp_slices *out)
{
	for (uint32_t i = 0, end; i < config->live.count; i = end) {
		const struct bgp_router *router = config->live.items[i]->router;

		for (end = i + 1;
		     end < config->live.count && config->live.items[end]->router == router;)
			end++;
		if (router != NULL)
			add_slice(c, out, config, i, end);
	}
}
