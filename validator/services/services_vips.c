/* SPDX-License-Identifier: Apache-2.0 */
/* SV016 and SV017: addresses of Services, against the nodes that are to announce them. */
#include "validator/services/services.h"

#include <string.h>

#include "base/text.h"
#include "purelb/election/endpoints.h"
#include "purelb/announcing/slots.h"

bool services_nodes_unknown(const struct checker *ck)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		if (node->live && node->origin == SUBNETS_UNKNOWN)
			return true;
	}
	return false;
}

static struct finding *report_vip(struct checker *ck, enum check_code code,
				  const struct vip *vip, const char *message)
{
	const struct service *service = vip->service;
	uint32_t index;
	const struct ingress *ingress = service_ingress(service, vip->ip, &index);
	struct finding *f = report(ck, code, &service->object,
				   ingress != NULL ? ingress->ip.pos : service->object.name.pos,
				   "%s", message);

	f->diag.path = "metadata.name";
	if (ingress != NULL)
		finding_path(ck, f, "status.loadBalancer.ingress[%u].ip", index);
	f->diag.inferred = vip->inferred;
	return f;
}

/* SV016. Endpoints come and go; that there is none just now is nothing to mend. */
static void check_announced(struct checker *ck, const struct vip *vip)
{
	char text[IP_TEXT_MAX];
	struct finding *f;

	if (vip->reason == NULL || !vip->considered || vip->wants_endpoint)
		return;
	f = report_vip(ck, CHECK_SV016, vip,
		       arena_printf(ck->arena, "the Service %s %s, but nobody announces it: %s",
				    vip->predicted ? "gets" : "holds", ip_format(vip->ip, text),
				    vip->reason));
	if (vip->winner != NULL && vip->winner->config.governing == NULL)
		finding_hint(ck, f,
			     "add an LBNodeAgent with `local: {localInterface: default}` that "
			     "selects node \"%s\"",
			     vip->winner->name);
	else if (vip->winner != NULL)
		finding_hint(ck, f,
			     "mend the LBNodeAgent that governs node \"%s\", or take the node "
			     "out of the subnet",
			     vip->winner->name);
	else if (vip->type == VIP_REMOTE)
		finding_hint(ck, f,
			     "see that nodes can put it on their dummy interface: a valid "
			     "aggregation, an LBNodeAgent with spec.local, and a default route "
			     "or `interfaces`");
	else
		finding_hint(ck, f,
			     "use a ServiceGroup whose addresses are in a subnet of the nodes, "
			     "or select the interfaces that carry it in the LBNodeAgent");
	if (vip->pool != NULL)
		finding_related(ck, f, vip->pool->group->object.name.pos,
				"ServiceGroup \"%s\" is here", vip->pool->name);
}

/* ---- SV017 ---- */

/* Without EndpointSlices nobody knows whom the Service prefers. */
static bool winner_is_known(const struct checker *ck, const struct vip *vip)
{
	return capture_knows_endpoints(ck->snapshot) || !endpoints_affinity(vip->service);
}

static bool is_winner(const struct vip *vip, const struct announce_slot *slot)
{
	return vip->winner != NULL && strlen(vip->winner->name) == slot->node_len &&
	       memcmp(vip->winner->name, slot->node, slot->node_len) == 0;
}

static void report_slot(struct checker *ck, const struct vip *vip,
			const struct label *annotation, const struct announce_slot *slot)
{
	const int len = slot->node_len < 253 ? (int)slot->node_len : 253;
	char text[IP_TEXT_MAX];
	struct finding *f;

	ip_format(vip->ip, text);
	f = report(ck, CHECK_SV017, &vip->service->object, annotation->value.pos,
		   vip->winner != NULL
			   ? "%s is announced by node \"%.*s\", says the annotation, but the "
			     "winner is \"%s\""
			   : "%s is announced by node \"%.*s\", says the annotation, but "
			     "nobody wins it%s",
		   text, len, slot->node, vip->winner != NULL ? vip->winner->name : "");
	finding_path(ck, f, ANNOTATION_PATH, annotation->key.s);
	f->diag.inferred = vip->inferred;
	finding_hint(ck, f,
		     "look at the lbnodeagent of \"%.*s\" and at the leases; a node that loses "
		     "an address leaves the annotation as it is until another one announces it",
		     len, slot->node);
}

static void check_slots(struct checker *ck, const struct vip *vip)
{
	ARRAY_FOREACH (const struct label, annotation, &vip->service->object.annotations.list) {
		const char *at = annotation->value.s;
		struct announce_slot slot;
		uint32_t seen = 0;

		if (at == NULL || !str_has_prefix(annotation->key.s, SLOTS_PREFIX))
			continue;
		while (seen++ < ENTRIES_LOOKED_AT && slots_next(&at, &slot)) {
			if (ip_compare(slot.ip, vip->ip) == 0 && !is_winner(vip, &slot))
				report_slot(ck, vip, annotation, &slot);
		}
	}
}

static bool has_election(const struct vip *vip)
{
	return vip->considered && !vip->predicted &&
	       (vip->winner != NULL || vip->type != VIP_REMOTE);
}

void services_check_vips(struct checker *ck)
{
	if (ck->vips == NULL || services_nodes_unknown(ck))
		return;
	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list) {
		check_announced(ck, vip);
		if (has_election(vip) && winner_is_known(ck, vip))
			check_slots(ck, vip);
	}
}
