/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether clients have a way to each VIP. A path by a router that no inventory describes may
 * be there or not: that is unknown, as in bgp. Left out: neighbor caches and time, and what the
 * network behind the routers does.
 */
#include "sim/whatif/reachable.h"

#include <stdlib.h>

#include "base/text.h"

/* ---- paths to addresses ---- */

struct reachable_path {
	struct ip ip;
	bool known; /* by a router that an inventory describes */
};

struct reachable_paths {
	ARRAY_OF(struct reachable_path) list;
};

static int reachable_path_order(const void *pa, const void *pb)
{
	return ip_compare(((const struct reachable_path *)pa)->ip,
			  ((const struct reachable_path *)pb)->ip);
}

static void reachable_add_paths(struct reachable_paths *out, const struct bgp_config *config,
				const struct bgp_router *router, struct arena *scratch)
{
	struct bgp_routes routes;

	bgp_routes_of(config, router, scratch, &routes);
	ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
		if (group->route.filter != BGP_TAKEN || group->route.width == 0)
			continue;
		ARRAY_FOREACH (const struct bgp_prefix *const, prefix, &group->prefixes) {
			ARRAY_FOREACH (const struct bgp_vip *const, vip, &(*prefix)->vips) {
				const struct reachable_path path = { (*vip)->ip,
								     router->router != NULL };

				ARRAY_ADD(scratch, &out->list, path);
			}
		}
	}
}

/* The addresses that routers have paths to, each once. */
static void reachable_list_paths(struct reachable_paths *out, const struct bgp_cluster *bgp,
				 struct arena *scratch)
{
	uint32_t count = 0;

	*out = (struct reachable_paths){ { 0 } };
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers)
			reachable_add_paths(out, config, router, scratch);
		ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers)
			reachable_add_paths(out, config, stranger, scratch);
	}
	array_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   reachable_path_order);
	ARRAY_FOREACH (const struct reachable_path, path, &out->list) {
		struct reachable_path *last = &out->list.items[count > 0 ? count - 1 : 0];

		if (count > 0 && ip_compare(last->ip, path->ip) == 0)
			last->known |= path->known;
		else
			out->list.items[count++] = *path;
	}
	out->list.count = count;
}

/* ---- VIPs ---- */

static const char *reachable_service_name(const struct reachable_vip *vip)
{
	return vip->service != NULL ? vip->service->object.name.s : NULL;
}

int reachable_order(const void *pa, const void *pb)
{
	const struct reachable_vip *a = pa;
	const struct reachable_vip *b = pb;
	int order = ip_compare(a->ip, b->ip);

	if (order == 0 && a->service != NULL && b->service != NULL)
		order = str_compare(a->service->object.namespace, b->service->object.namespace);
	return order != 0 ? order
			  : str_compare(reachable_service_name(a), reachable_service_name(b));
}

const struct reachable_vip *reachable_find(const struct reachable_vips *in,
					   const struct reachable_vip *vip)
{
	if (in->list.count == 0)
		return NULL;
	return bsearch(vip, in->list.items, in->list.count, sizeof(*vip), reachable_order);
}

/* Of a remote VIP that nodes have on their dummy interfaces. */
static void reachable_by_router(struct reachable_vip *out, const struct diff_side *side,
				bool bgp, const struct reachable_paths *paths)
{
	const struct reachable_path wanted = { .ip = out->ip };
	const struct reachable_path *path =
		paths->list.count == 0 ? NULL
				       : bsearch(&wanted, paths->list.items, paths->list.count,
						 sizeof(wanted), reachable_path_order);

	if (path != NULL) {
		out->reachability = path->known ? REACHABLE_YES : REACHABLE_UNKNOWN;
		out->by_session = !path->known;
	} else if (side->bgp.configs.count > 0) {
		out->reachability = REACHABLE_NO;
		out->reason = "no router has a path to it";
	} else if (bgp) {
		out->reachability = REACHABLE_NO;
		out->reason = "there is no BGPConfiguration, so no router has a path to it";
	} else {
		out->reachability = REACHABLE_UNKNOWN;
	}
}

void reachable_resolve(struct reachable_vips *out, const struct diff_side *side, bool bgp,
		       struct arena *arena)
{
	struct reachable_paths paths;
	struct arena scratch;

	*out = (struct reachable_vips){ { 0 } };
	arena_init(&scratch);
	reachable_list_paths(&paths, &side->bgp, &scratch);
	ARRAY_FOREACH (const struct vip, vip, &side->vips.list) {
		struct reachable_vip *reachable = ARRAY_PUSH(arena, &out->list);

		*reachable = (struct reachable_vip){ .ip = vip->ip, .service = vip->service };
		if (vip->announcers.count == 0) {
			reachable->reachability =
				vip->unknown ? REACHABLE_UNKNOWN : REACHABLE_NO;
			reachable->reason = vip->unknown ? NULL : vip->reason;
		} else if (vip->how.act == ANNOUNCING_DUMMY) {
			reachable_by_router(reachable, side, bgp, &paths);
		} else {
			reachable->reachability =
				vip->inferred ? REACHABLE_UNKNOWN : REACHABLE_YES;
		}
	}
	array_sort(out->list.items, out->list.count, sizeof(*out->list.items), reachable_order);
	arena_release(&scratch);
}
