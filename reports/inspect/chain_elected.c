/* SPDX-License-Identifier: Apache-2.0 */
/* The link "elected" of a local address, and what metrics say of a lease. (O4) */
#include "reports/inspect/chain.h"

#include "base/text.h"

void chain_lease_health(struct inspection *in, struct chain *chain, struct chain_link *link,
			const struct cluster_node *winner)
{
	const struct seen_metric *healthy =
		seen_metric(&in->seen, winner, "purelb_election_lease_healthy");
	const struct seen_metric *failures =
		seen_metric(&in->seen, winner, "purelb_election_lease_renewal_failures_total");
	const uint32_t failed = failures != NULL ? seen_count(failures->value) : 0;

	if (failed > 0) {
		link->text = arena_printf(
			in->arena, "%s; its agent failed to renew it %s since it started",
			link->text, seen_times(in->arena, failed));
		chain_prove_file(in, link, &failures->sample->from,
				 arena_printf(in->arena,
					      "purelb_election_lease_renewal_failures_total is "
					      "%u",
					      failed));
		if (link->state == LINK_OK)
			link->state = LINK_PREDICTED;
		link->action = chain_look_at_agent(in, winner);
	}
	if (healthy == NULL)
		return;
	chain_prove_file(in, link, &healthy->sample->from,
			 arena_printf(in->arena, "purelb_election_lease_healthy is %u",
				      seen_count(healthy->value)));
	if (!(healthy->value <= 0) || link->state == LINK_BROKEN ||
	    seen_is_old(&in->seen, healthy->sample->from.file))
		return;
	link->state = LINK_UNKNOWN;
	link->text = arena_printf(
		in->arena, "%s; but its agent's metrics say that its lease is not healthy",
		link->text);
	chain_ask(in, chain, "whether its agent renews the lease",
		  chain_look_at_agent(in, winner));
}

void chain_elected(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct cluster_node *winner = vip->winner;
	const bool redacted = capture_is_redacted(in->cluster->snapshot);
	struct text next = { 0 };
	struct chain_link *link;
	const char *age;

	if (winner == NULL) {
		const struct finding *dead = chain_finding(in, CHECK_OB010, NULL);

		link = chain_add(in, chain, "elected",
				 vip->inferred || vip->unknown ? LINK_UNKNOWN : LINK_BROKEN,
				 dead != NULL          ? dead->message
				 : vip->reason != NULL ? vip->reason
						       : "no node wins it");
		link->action =
			dead != NULL ? dead->hint
				     : "use a ServiceGroup whose addresses are in a subnet of "
				       "the nodes, or select the interfaces that carry it in "
				       "the LBNodeAgent";
		return;
	}
	for (uint32_t i = 1; !redacted && i < vip->candidates.count && i < 3; i++)
		text_printf(&next, "%s%s", i == 1 ? " (next: " : ", ",
			    vip->candidates.items[i].node->name);
	if (next.len > 0)
		text_add(&next, ")");
	age = winner->lease != NULL && in->observed->knows_age
		      ? observed_age(in->observed, winner->lease->renew_time.s)
		      : NULL;
	link = chain_add(in, chain, "elected",
			 winner->lease != NULL && !vip->inferred ? LINK_OK : LINK_PREDICTED,
			 arena_printf(in->arena, "%s%s%s%s%s", winner->name, text_str(&next),
				      age != NULL ? "; lease renewed " : "",
				      age != NULL ? age : "", age != NULL ? " before" : ""));
	text_release(&next);
	if (winner->lease != NULL)
		chain_prove(in, link, "Lease", age, winner->lease->object.pos, winner->name);
	else
		chain_ask(in, chain, "which nodes are alive", "kubectl get leases -A -o yaml");
	chain_lease_health(in, chain, link, winner);
	if (redacted)
		link->predicted = "who announced it last: the winner cannot be computed from "
				  "redacted names";
	else if (vip->inferred)
		link->predicted = "the subnets of nodes are inferred from their addresses";
}
