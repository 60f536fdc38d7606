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
	const char *frame = v4 ? "gratuitous ARP" : "unsolicited neighbor advertisement";
	const char *text;
	uint32_t failed;

	if (errors == NULL) {
		chain_ask(in, chain,
			  arena_printf(in->arena, "%s of %s",
				       v4 ? "GARP errors" : "errors of neighbor advertisements",
				       vip->winner->name),
			  "its metrics (kubectl purelb capture)");
		return;
	}
	failed = seen_count(errors->value);
	text = failed > 0
		       ? arena_printf(in->arena,
				      "the agent of %s could not send %u %s since it started",
				      vip->winner->name, failed, failed == 1 ? frame : frames)
		       : arena_printf(in->arena, "the agent of %s had no errors with %s",
				      vip->winner->name, frames);
	chain_prove_file(in, link, &errors->sample->from, text);
	if (failed > 0 && link->state != LINK_BROKEN)
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
	if (link->state == LINK_UNKNOWN && view.state != WIRE_UNSEEN)
		chain_ask(in, chain, "who answers for it now",
			  arena_printf(in->arena,
				       "ping %s on a client, then ip -j neigh show %s",
				       chain->address, chain->address));
	else if (link->state == LINK_UNKNOWN)
		chain_ask(
			in, chain, "which MAC address clients have for it",
			arena_printf(in->arena,
				     "ip -j neigh show %s on a client, or the %s table of the "
				     "router",
				     chain->address,
				     ip_family(vip->ip) == IP_V4 ? "ARP" : "neighbor"));
	wire_read_metrics(in, chain, link, vip);
}

/* ---- nodes forward ---- */

/* What to set: all hints about arp_ignore and arp_announce, each once. */
static const char *wire_arp_hints(const struct inspection *in)
{
	enum { HINTS_MAX = 4 };
	const char *hints[HINTS_MAX];
	uint32_t count = 0;

	ARRAY_FOREACH (const struct finding, finding, &in->validation->findings) {
		bool known = finding->code != CHECK_ND001 || finding->hint == NULL;

		for (uint32_t i = 0; i < count; i++)
			known |= str_equal(hints[i], finding->hint);
		if (!known && count < HINTS_MAX)
			hints[count++] = finding->hint;
	}
	return name_list(in->arena, hints, count, count);
}

void chain_forward(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct finding *finding = chain_finding(in, CHECK_ND001, NULL);
	const struct component *forwards =
		&in->observed->proxies[vip->winner - in->cluster->nodes.items];
	const struct finding *proxy = chain_finding(in, CHECK_AG111, NULL);
	const char *missing;
	struct chain_link *link;

	if (chain_is_down(forwards)) {
		link = chain_add(in, chain, "nodes forward", LINK_PREDICTED,
				 arena_printf(in->arena,
					      "kube-proxy of %s %s: new Pods and Services are "
					      "not reached there",
					      vip->winner->name, forwards->text));
		chain_prove(in, link, "Pod", observed_age(in->observed, forwards->since),
			    forwards->pos, forwards->text);
		link->action = component_advice(forwards, "kube-proxy",
						forwards->pod->object.namespace, in->arena);
		return;
	}
	if (ip_family(vip->ip) != IP_V4)
		return;
	missing = looked_missing(in, LOOKED_ARP);
	if (proxy != NULL && missing != NULL) {
		link = chain_add(in, chain, "nodes forward", LINK_PREDICTED, proxy->message);
		link->action = proxy->hint;
	} else if (finding != NULL) {
		link = chain_add(in, chain, "nodes forward", LINK_PREDICTED, finding->message);
		link->action = wire_arp_hints(in);
	} else if (missing != NULL) {
		const bool any = looked_at_any(in, LOOKED_ARP);

		chain_add(in, chain, "nodes forward", LINK_UNKNOWN,
			  arena_printf(in->arena,
				       "arp_ignore and arp_announce of %s are not in the "
				       "input%s",
				       any ? missing : "the nodes",
				       any ? "; the other nodes are fine" : ""));
		chain_ask(in, chain, "whether only the winner answers ARP",
			  arena_printf(in->arena, "sysctl net.ipv4.conf on %s",
				       any ? missing : "the nodes"));
	} else {
		uint32_t agents = 0;

		ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
			agents += node->placement.state != PLACEMENT_NEVER;
		chain_add(in, chain, "nodes forward", LINK_OK,
			  arena_printf(
				  in->arena, "arp_ignore 1, arp_announce 2 on %u of %u nodes%s",
				  agents, agents,
				  agents < in->cluster->nodes.count ? " with an agent" : ""));
	}
}
