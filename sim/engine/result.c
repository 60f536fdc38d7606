/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what results speak of. */
#include "sim/engine/result.h"

#include "base/text.h"

const char *outage_cause_name(enum outage_cause cause)
{
	static const char *const names[OUTAGE_CAUSES] = {
		[OUTAGE_NO_HOLDER] = "no-holder",
		[OUTAGE_STALE_NEIGHBOR] = "stale-neighbour",
		[OUTAGE_DEAD_HOLDER] = "dead-holder",
		[OUTAGE_TENTATIVE] = "tentative",
		[OUTAGE_UNRESOLVED] = "unresolved",
		[OUTAGE_LOST_FRAMES] = "lost-frames",
	};

	return names[cause];
}

const char *frame_kind_name(enum frame_kind kind)
{
	static const char *const names[FRAME_KINDS] = {
		[FRAME_GARP_REQUEST] = "garp-request",
		[FRAME_GARP_REPLY] = "garp-reply",
		[FRAME_UNSOLICITED_NA] = "unsolicited-na",
		[FRAME_DAD_PROBE] = "dad-probe",
		[FRAME_ARP_REQUEST] = "arp-request",
		[FRAME_ARP_REPLY] = "arp-reply",
		[FRAME_NEIGHBOR_SOLICITATION] = "neighbor-solicitation",
		[FRAME_NEIGHBOR_ADVERTISEMENT] = "neighbor-advertisement",
	};

	return names[kind];
}

/* Of one address, and of several. */
static const char *const outage_words[OUTAGE_CAUSES][2] = {
	[OUTAGE_NO_HOLDER] = { "no node answers for it", "no node answers for them" },
	[OUTAGE_STALE_NEIGHBOR] = { "it uses a node that no longer has it",
				    "it uses nodes that no longer have them" },
	[OUTAGE_DEAD_HOLDER] = { "it uses a node that is gone", "it uses nodes that are gone" },
	[OUTAGE_TENTATIVE] = { "its holder is still probing for duplicates",
			       "their holders are still probing for duplicates" },
	[OUTAGE_UNRESOLVED] = { "it is resolving the address",
				"it is resolving the addresses" },
	[OUTAGE_LOST_FRAMES] = { "no frame gets through on its segment",
				 "no frame gets through on its segment" },
};

const char *outage_cause_words(enum outage_cause cause)
{
	return outage_words[cause][0];
}

const char *outage_words_of_several(const char *words)
{
	for (size_t cause = 0; cause < OUTAGE_CAUSES; cause++)
		if (str_equal(words, outage_words[cause][0]))
			return outage_words[cause][1];
	return words;
}
