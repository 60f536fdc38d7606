/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters and scenarios as text, and their runs. */
#include "tests/unit/sim_world.h"

#include <check.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "tests/unit/load.h"

static void add_nodes(struct text *t, uint32_t count)
{
	text_add(t, "apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"
		    "metadata: {name: rack}\nspec:\n  nodes:\n");
	for (uint32_t i = 0; i < count; i++)
		text_printf(
			t,
			"  - name: node-%u\n    interfaces:\n"
			"    - {name: eth0, addresses: [192.168.%u.%u/16, \"fd00:1::%x/64\"], "
			"segment: rack}\n"
			"    defaultRoutes: [{interface: eth0, via: 192.168.0.1}, "
			"{interface: eth0, via: \"fd00:1::1\"}]\n",
			i, (i + 10) / 256, (i + 10) % 256, i + 10);
}

static void add_pools(struct text *t, const struct sim_options *o)
{
	text_printf(t,
		    "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
		    "metadata: {name: default}\nspec:\n  local:\n%s\n%s",
		    o->v6 ? "    v6pools: [{subnet: \"fd00:1::/64\", pool: "
			    "\"fd00:1::1:0-fd00:1::1:ffff\"}]"
			  : "    v4pools: [{subnet: 192.168.0.0/16, pool: "
			    "192.168.128.0-192.168.191.255}]",
		    o->pool != NULL ? o->pool : "");
	text_add(t, "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
		    "metadata: {name: far}\nspec:\n  remote:\n"
		    "    v4pools: [{subnet: 203.0.113.0/24, pool: 203.0.113.0/24}]\n");
	text_printf(t,
		    "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\n"
		    "metadata: {name: default}\nspec:\n  local:\n"
		    "    localInterface: default\n%s%s",
		    o->silent ? "" : "    garpConfig: {}\n", o->agent != NULL ? o->agent : "");
}

static void add_services(struct text *t, const struct sim_options *o)
{
	for (uint32_t i = 0; i < o->services; i++)
		text_printf(t,
			    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, "
			    "creationTimestamp: \"2025-01-01T%02u:%02u:%02uZ\"}\n"
			    "spec: {type: LoadBalancer, ipFamilies: [%s], clusterIP: %s, "
			    "ports: [{port: 80}]}\n",
			    i, i / 3600, i / 60 % 60, i % 60, o->v6 ? "IPv6" : "IPv4",
			    o->v6 ? "\"fd99::1\"" : "10.96.0.1");
	for (uint32_t i = 0; i < o->remote; i++)
		text_printf(t,
			    "---\napiVersion: v1\nkind: Service\nmetadata: {name: r%u, "
			    "annotations: {purelb.io/service-group: far}}\n"
			    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n",
			    i);
}

struct sim_world *sim_world_new(const struct sim_options *o)
{
	struct sim_world *w = mem_alloc(sizeof(*w));
	struct text text = { 0 };

	*w = (struct sim_world){ 0 };
	arena_init(&w->arena);
	add_nodes(&text, o->nodes);
	add_pools(&text, o);
	add_services(&text, o);
	text_add(&text, o->more != NULL ? o->more : "");
	text_printf(&text,
		    "---\napiVersion: purelbtool.purelb.io/v1\nkind: Scenario\n"
		    "metadata: {name: test}\nspec:\n%s",
		    o->spec);
	w->snapshot = load_text(text_str(&text));
	text_release(&text);
	purelb_resolve(&w->cluster, w->snapshot);
	ck_assert_uint_eq(w->snapshot->scenarios.count, 1);
	w->fine = setup_build(&w->setup, w->snapshot, &w->cluster,
			      w->snapshot->scenarios.items[0], &w->snapshot->arena) &&
		  w->snapshot->problems.count == 0;
	return w;
}

void sim_world_free(struct sim_world *w)
{
	setup_release(&w->setup);
	cluster_release(&w->cluster);
	snapshot_release(w->snapshot);
	arena_release(&w->arena);
	free(w);
}

const struct run_result *sim_world_run(struct sim_world *w, uint64_t seed)
{
	ck_assert_msg(w->fine, "%s", sim_world_problem(w));
	arena_release(&w->arena);
	arena_init(&w->arena);
	sim_run(&w->setup, seed, NULL, NULL, true, &w->arena, &w->result);
	ck_assert_msg(w->result.broken == NULL, "seed %u: %s", (unsigned)seed,
		      w->result.broken);
	return &w->result;
}

const struct vip_result *sim_world_vip(const struct sim_world *w, const char *ip)
{
	for (uint32_t i = 0; i < w->setup.vips.count; i++) {
		if (str_equal(w->setup.vips.items[i].text, ip))
			return &w->result.vips.items[i];
	}
	ck_abort_msg("no VIP %s", ip);
	return NULL;
}

sim_ns sim_world_taken(const struct vip_result *vip, sim_ns after)
{
	ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
		if (owner->time.from > after)
			return owner->time.from;
	}
	return SIM_NEVER;
}

const char *sim_world_problem(const struct sim_world *w)
{
	return w->snapshot->problems.count > 0 ? w->snapshot->problems.items[0].message : "";
}
