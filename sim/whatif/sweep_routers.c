/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths to prefixes when routers or sessions are lost (BG6.2, T8.1). A path is a next hop that
 * a router uses. Paths by a router that no inventory describes count, since nothing keeps its
 * sessions down; that one of them is left is then not known. Left out: VIPs that move because
 * of a loss, and what the network behind the routers does.
 */
#include "sim/whatif/sweep_routers.h"

enum { WORK_MAX = 50 * 1000 * 1000 }; /* prefixes looked at, for each kind of loss */

/* The routers of a configuration and how many paths each has to each prefix. */
struct router_paths {
	const struct bgp_config *config;
	ARRAY_OF(const struct bgp_router *) routers;
	struct bgp_routes *routes; /* by router */
	uint32_t *widths;          /* [router * prefixes + prefix] */
	uint32_t *all, *known;     /* by prefix; known: by described routers */
	uint32_t prefixes;
	struct arena *arena;
};

static bool router_is_known(const struct bgp_router *router)
{
	return router->router != NULL;
}

static void router_paths_count(struct router_paths *paths, uint32_t index)
{
	const struct bgp_router *router = paths->routers.items[index];

	bgp_routes_of(paths->config, router, paths->arena, &paths->routes[index]);
	ARRAY_FOREACH (const struct bgp_route_group, group, &paths->routes[index].list) {
		ARRAY_FOREACH (const struct bgp_prefix *const, prefix, &group->prefixes) {
			const uint32_t at = (uint32_t)(*prefix - paths->config->prefixes.items);

			if ((*prefix)->vips.count == 0)
				continue;
			paths->widths[(size_t)index * paths->prefixes + at] =
				group->route.width;
			paths->all[at] += group->route.width;
			paths->known[at] += router_is_known(router) ? group->route.width : 0;
		}
	}
}

/* ---- one loss ---- */

/* The prefix has `lost` paths fewer, `lost_known` of them by described routers. */
static void router_loss_note(const struct router_paths *paths, struct router_loss *loss,
			     uint32_t prefix, uint32_t lost, uint32_t lost_known)
{
	struct router_loss_prefix *noted;

	if (lost == 0)
		return;
	noted = ARRAY_PUSH(paths->arena, &loss->prefixes);
	noted->prefix = &paths->config->prefixes.items[prefix];
	noted->of = paths->all[prefix];
	noted->kept = noted->of - lost;
	noted->unknown = noted->kept > 0 && paths->known[prefix] == lost_known;
	loss->dark += noted->kept == 0;
	loss->unknown += noted->unknown;
}

static int router_loss_compare_prefixes(const void *pa, const void *pb)
{
	const struct router_loss_prefix *a = pa;
	const struct router_loss_prefix *b = pb;

	if (a->kept != b->kept)
		return a->kept < b->kept ? -1 : 1;
	if (a->unknown != b->unknown)
		return a->unknown ? -1 : 1;
	return (a->prefix > b->prefix) - (a->prefix < b->prefix);
}

/* Both may be the same. */
static void router_loss_of(const struct router_paths *paths, struct router_loss *loss,
			   uint32_t i, uint32_t k)
{
	const struct bgp_router *a = paths->routers.items[i];
	const struct bgp_router *b = paths->routers.items[k];

	loss->config = paths->config;
	loss->routers[0] = a;
	loss->routers[1] = i != k ? b : NULL;
	for (uint32_t prefix = 0; prefix < paths->prefixes; prefix++) {
		const uint32_t first = paths->widths[(size_t)i * paths->prefixes + prefix];
		const uint32_t second =
			i != k ? paths->widths[(size_t)k * paths->prefixes + prefix] : 0;

		router_loss_note(paths, loss, prefix, first + second,
				 (router_is_known(a) ? first : 0) +
					 (router_is_known(b) ? second : 0));
	}
	array_sort(loss->prefixes.items, loss->prefixes.count, sizeof(*loss->prefixes.items),
		   router_loss_compare_prefixes);
}

static void router_loss_of_session(const struct router_paths *paths, struct router_loss *loss,
				   uint32_t index, const struct bgp_session *session)
{
	const struct bgp_router *router =
		session->router != NULL ? session->router : session->stranger;
	const struct bgp_loss lost = { .session = session };

	loss->config = paths->config;
	loss->session = session;
	ARRAY_FOREACH (const struct bgp_route_group, group, &paths->routes[index].list) {
		const struct arena_mark mark = arena_mark(paths->arena);
		struct bgp_route after;
		uint32_t fewer;

		bgp_loss_route(paths->config, router, group->route.prefix, &lost, paths->arena,
			       &after);
		/* Worse paths, of which there can be more, take the place of better ones. */
		fewer = after.width < group->route.width ? group->route.width - after.width : 0;
		arena_reset(paths->arena, mark);
		ARRAY_FOREACH (const struct bgp_prefix *const, prefix, &group->prefixes) {
			if ((*prefix)->vips.count > 0)
				router_loss_note(
					paths, loss,
					(uint32_t)(*prefix - paths->config->prefixes.items),
					fewer, router_is_known(router) ? fewer : 0);
		}
	}
	array_sort(loss->prefixes.items, loss->prefixes.count, sizeof(*loss->prefixes.items),
		   router_loss_compare_prefixes);
}

/* ---- all ---- */

/* Worst first; the rest stays in the order of the input, which the names give. */
static int router_loss_compare(const void *pa, const void *pb)
{
	const struct router_loss *a = pa;
	const struct router_loss *b = pb;

	if (a->dark != b->dark)
		return a->dark > b->dark ? -1 : 1;
	if (a->unknown != b->unknown)
		return a->unknown > b->unknown ? -1 : 1;
	if (a->prefixes.count != b->prefixes.count)
		return a->prefixes.count > b->prefixes.count ? -1 : 1;
	if (a->config != b->config)
		return a->config < b->config ? -1 : 1;
	for (int i = 0; i < 2; i++)
		if (a->routers[i] != b->routers[i])
			return a->routers[i] < b->routers[i] ? -1 : 1;
	return (a->session > b->session) - (a->session < b->session);
}

static uint32_t router_paths_index(const struct router_paths *paths,
				   const struct bgp_session *session)
{
	return session->router != NULL
		       ? session->router->index
		       : paths->config->cluster->routers.count + session->stranger->index;
}

static void router_losses_run_sessions(struct router_losses *out,
				       const struct router_paths *paths)
{
	const struct bgp_config *config = paths->config;
	uint32_t *live = arena_zalloc(paths->arena, paths->routers.count, sizeof(*live));
	uint64_t work = 0;

	/* Each session looks at all of its router, for each kind of route there. */
	ARRAY_FOREACH (const struct bgp_session *const, session, &config->live)
		live[router_paths_index(paths, *session)]++;
	for (uint32_t i = 0; i < paths->routers.count; i++)
		work += (uint64_t)live[i] *
			((uint64_t)live[i] * paths->routes[i].list.count + paths->prefixes);
	if (work > WORK_MAX) {
		out->too_many = true;
		return;
	}
	ARRAY_FOREACH (const struct bgp_session *const, session, &config->live)
		router_loss_of_session(paths, ARRAY_PUSH(paths->arena, &out->sessions),
				       router_paths_index(paths, *session), *session);
}

static void router_losses_run_config(struct router_losses *out, const struct bgp_config *config,
				     struct arena *arena)
{
	struct router_paths paths = { .config = config, .arena = arena };
	uint64_t work;

	ARRAY_FOREACH (const struct bgp_router, router, &config->cluster->routers)
		ARRAY_ADD(arena, &paths.routers, router);
	ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers)
		ARRAY_ADD(arena, &paths.routers, stranger);
	paths.prefixes = config->prefixes.count;
	work = (uint64_t)paths.routers.count * (paths.prefixes + 1);
	if (work > WORK_MAX) {
		out->too_many = true;
		return;
	}
	paths.routes = arena_zalloc(arena, paths.routers.count, sizeof(*paths.routes));
	paths.widths = arena_zalloc(arena, (size_t)work, sizeof(*paths.widths));
	paths.all = arena_zalloc(arena, paths.prefixes, sizeof(*paths.all));
	paths.known = arena_zalloc(arena, paths.prefixes, sizeof(*paths.known));
	for (uint32_t i = 0; i < paths.routers.count; i++)
		router_paths_count(&paths, i);
	for (uint32_t i = 0; i < paths.routers.count; i++)
		router_loss_of(&paths, ARRAY_PUSH(arena, &out->single), i, i);
	if (work * paths.routers.count > WORK_MAX)
		out->too_many = true;
	else
		for (uint32_t i = 0; i < paths.routers.count; i++)
			for (uint32_t k = i + 1; k < paths.routers.count; k++)
				router_loss_of(&paths, ARRAY_PUSH(arena, &out->pairs), i, k);
	router_losses_run_sessions(out, &paths);
}

void router_losses_run(struct router_losses *out, const struct bgp_cluster *bgp,
		       struct arena *arena)
{
	*out = (struct router_losses){ 0 };
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs)
		router_losses_run_config(out, config, arena);
	array_sort(out->single.items, out->single.count, sizeof(*out->single.items),
		   router_loss_compare);
	array_sort(out->pairs.items, out->pairs.count, sizeof(*out->pairs.items),
		   router_loss_compare);
	array_sort(out->sessions.items, out->sessions.count, sizeof(*out->sessions.items),
		   router_loss_compare);
}
