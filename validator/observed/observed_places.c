/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB041: local addresses on an interface that no agent puts them on, and on hosts that are not
 * nodes. Who of the nodes has them is for OB009 to OB013. (O2.2)
 */
#include "validator/observed/observed_checks.h"

#include <string.h>

#include "base/text.h"

/* Nothing of PureLB removes it there. */
static void place_check_foreign(struct checker *ck, const struct seen *seen,
				const struct vip *vip)
{
	SEEN_FOREACH(i, &seen->addresses, vip->ip)
	{
		const struct evidence_address *it =
			&seen->evidence->addresses.items[seen->addresses.refs.items[i].index];
		char ip[IP_TEXT_MAX];
		struct finding *f;

		if (!seen_is_foreign(seen, it))
			continue;
		ip_format(vip->ip, ip);
		f = observed_report_vip(
			ck, CHECK_OB041, vip,
			arena_printf(ck->arena,
				     "%s is on %s of %s, which is not a node of the input: it "
				     "takes traffic for the Service",
				     ip, it->interface, it->from.file->place));
		f->severity = SEVERITY_FAIL;
		finding_hint(ck, f,
			     "find out what %s is; if it is not a node, remove the address "
			     "there: ip addr del %s/%u dev %s",
			     it->from.file->place, ip, it->prefix, it->interface);
		finding_related(ck, f, observed_file_pos(it->from.file), "it is here");
		return;
	}
}

static bool place_shows_right(const struct seen *seen, const struct vip *vip)
{
	SEEN_FOREACH(i, &seen->addresses, vip->ip)
	{
		const uint32_t index = seen->addresses.refs.items[i].index;
		const struct evidence_address *it = &seen->evidence->addresses.items[index];

		if (seen->address_nodes[index] == vip->winner &&
		    !seen_is_old(seen, it->from.file) && vip_is_put_on(vip, it->interface))
			return true;
	}
	return false;
}

/* The winner has it, and not where its agent puts it. */
static void place_check_interface(struct checker *ck, const struct observed *observed,
				  const struct seen *seen, const struct vip *vip)
{
	const struct observed_holder *wrong = NULL, *holders;
	uint32_t count;
	char ip[IP_TEXT_MAX];
	struct finding *f;

	if (vip->winner == NULL || vip->inferred || vip->unknown ||
	    !observed_looked_at(observed, vip->winner))
		return;
	holders = observed_holders_of(observed, vip->ip, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (holders[i].node != vip->winner)
			continue;
		if (vip_is_put_on(vip, holders[i].interface->name))
			return;
		if (wrong == NULL)
			wrong = &holders[i];
	}
	if (wrong == NULL || place_shows_right(seen, vip))
		return;
	f = observed_report_vip(
		ck, CHECK_OB041, vip,
		arena_printf(
			ck->arena,
			"%s is on %s of node \"%s\", which wins it, but its agent puts it "
			"on %s: with arp_ignore 1 nobody gets an answer",
			ip_format(vip->ip, ip), wrong->interface->name, vip->winner->name,
			vip->interface != NULL ? vip->interface : "an interface of that subnet"));
	finding_hint(ck, f,
		     "read the log of the agent of \"%s\"; when the right interface has the "
		     "address, remove the other: ip addr del %s dev %s",
		     vip->winner->name, wrong->net->entry->address.s, wrong->interface->name);
	finding_related(ck, f, wrong->net->entry->address.pos, "it is here");
}

void check_observed_places(struct checker *ck)
{
	const struct observed *observed = observed_of(ck);
	const struct seen *seen;

	if (!observed->live || ck->vips == NULL || observed_is_dead(ck->cluster))
		return;
	seen = observed_seen_of(ck);
	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list) {
		if (vip->predicted || !vip->considered || vip->reason != NULL ||
		    vip->type == VIP_REMOTE || !service_is_branded(vip->service))
			continue;
		place_check_foreign(ck, seen, vip);
		place_check_interface(ck, observed, seen, vip);
	}
}
