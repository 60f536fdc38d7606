/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of a local address beyond the node that announces it: on the wire, nodes forward.
 * (O2.4, O4)
 *
 * "On the wire" is what others have for the address, as purelb/observed/wire judges it; whether
 * frames could be sent is shown beside it.
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"
#include "purelb/observed/wire.h"

/* ---- what was sent ---- */

static void wire_read_metrics(struct inspection *in, struct chain *chain,
			      struct chain_link *link, const struct vip *vip)
{
	const bool v4 = ip_family(vip->ip) == IP_V4;
	const char *name = v4 ? "purelb_lbnodeagent_garp_errors_total"
			      : "purelb_lbnodeagent_na_errors_total";
	const char *frames = v4 ? "gratuitous ARPs" : "unsolicited neighbor advertisements";
	const struct seen_metric *errors = seen_metric(&in->seen, vip->winner, name);
	const char *text;

	if (errors == NULL) {
		chain_ask(in, chain,
			  arena_printf(in->arena, "%s of %s",
				       v4 ? "GARP errors" : "errors of neighbor advertisements",
				       vip->winner->name),
			  "its metrics (kubectl purelb capture)");
		return;
	}
	text = errors->value > 0
		       ? arena_printf(in->arena,
				      "the agent of %s could not send %.0f %s since it started",
				      vip->winner->name, errors->value, frames)
		       : arena_printf(in->arena, "the agent of %s had no errors with %s",
				      vip->winner->name, frames);
	chain_prove_file(in, link, &errors->sample->from, text);
	if (errors->value > 0 && link->state != LINK_BROKEN)
		link->text = arena_printf(in->arena, "%s; %s", link->text, text);
}

/* What to do about what others have for the address. */
static const char *wire_action(struct inspection *in, const struct chain *chain,
			       const struct wire_view *view, const struct vip *vip)
{
	if (view->state == WIRE_STALE)
		return arena_printf(in->arena,
				    "clear the entry for it there: ip neigh flush to %s, or "
				    "clear arp%s",
				    chain->address,
				    chain_finding(in, CHECK_AG013, NULL) != NULL
					    ? "; then set garpConfig in the LBNodeAgent, so "
					      "that moves are announced"
					    : "");
	return arena_printf(in->arena,
			    "check who holds it: ip addr on the nodes, and the log of the "
			    "agent of %s",
			    vip->winner->name);
}

void chain_wire(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum link_state states[] = {
		[WIRE_UNSEEN] = LINK_UNKNOWN, [WIRE_UNCLEAR] = LINK_UNKNOWN,
		[WIRE_RIGHT] = LINK_OK,       [WIRE_CONTRADICTED] = LINK_UNKNOWN,
		[WIRE_STALE] = LINK_BROKEN,   [WIRE_ELSEWHERE] = LINK_BROKEN,
		[WIRE_SILENT] = LINK_BROKEN,  [WIRE_BY_TURNS] = LINK_BROKEN,
	};
	struct wire_view view;
	struct chain_link *link;

	wire_judge(&view, &in->seen, vip, in->arena);
	link = chain_add(in, chain, "on the wire", states[view.state],
			 view.text != NULL ? view.text
					   : "no neighbor table of a client or router");
	ARRAY_FOREACH (const struct wire_proof, proof, &view.proofs)
		chain_prove_file(in, link, proof->from, proof->text);
	if (link->state == LINK_BROKEN)
		link->action = wire_action(in, chain, &view, vip);
	if (link->state == LINK_UNKNOWN)
		chain_ask(
			in, chain, "which MAC address clients have for it",
			arena_printf(in->arena,
				     "ip -j neigh show %s on a client, or the ARP table of the "
				     "router",
				     chain->address));
	wire_read_metrics(in, chain, link, vip);
}

/* ---- nodes forward ---- */

void chain_forward(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct finding *finding = chain_finding(in, CHECK_ND001, NULL);
	uint32_t known = 0;
	struct chain_link *link;

	if (ip_family(vip->ip) != IP_V4)
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		known += node->inventory != NULL && node->inventory->sysctls.list.count > 0;
	if (finding != NULL) {
		link = chain_add(in, chain, "nodes forward", LINK_PREDICTED, finding->message);
		link->action = finding->hint;
	} else if (known == 0) {
		chain_add(in, chain, "nodes forward", LINK_UNKNOWN,
			  "arp_ignore and arp_announce of the nodes are not in the input");
		chain_ask(in, chain, "whether only the winner answers ARP",
			  "sysctl net.ipv4.conf on the nodes");
	} else {
		chain_add(in, chain, "nodes forward", LINK_OK,
			  arena_printf(in->arena,
				       "arp_ignore 1, arp_announce 2 on %u of %u nodes", known,
				       in->cluster->nodes.count));
	}
}
