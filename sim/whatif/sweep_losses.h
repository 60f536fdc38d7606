/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a sweep share: the VIPs as a loss needs them, small and in one piece. */
#ifndef SIM_WHATIF_SWEEP_LOSSES_H
#define SIM_WHATIF_SWEEP_LOSSES_H

#include "sim/whatif/sweep.h"

enum { SWEEP_CHAIN = SWEEP_LOST_MAX + 1 }; /* so many who take over in turn are needed */

#define SWEEP_NONE UINT32_MAX /* no node, no group */

/* Who wins a VIP as one group after the other is lost. */
struct sweep_link {
	uint32_t node;  /* index in cluster->nodes; SWEEP_NONE: nobody wins */
	uint32_t group; /* of that node */
	bool local;     /* it then announces the VIP on a local interface */
};

/* A VIP. */
struct sweep_record {
	struct sweep_link chain[SWEEP_CHAIN];
	/* Groups of the nodes that announce it whoever wins, on their dummy interfaces; when
	 * there are more of them than can be lost, no loss makes it unreachable. */
	uint32_t others[SWEEP_LOST_MAX];
	uint32_t other_count; /* SWEEP_LOST_MAX + 1: more */
	uint32_t services;    /* that have the VIP */
	bool single;          /* the loss of one group alone can change anything */
};

/* The VIPs that the loss of one group concerns, as numbers of records. */
struct sweep_concern {
	const uint32_t *records;
	uint32_t count;
};

struct sweep_model {
	const uint32_t *group_of;       /* by index in cluster->nodes; nodes that are never
					 * lost have numbers of their own */
	struct sweep_record *records;   /* by index in sweep->list */
	struct sweep_concern *concerns; /* by index in sweep->groups */
	uint32_t live;                  /* nodes that take part in elections */
	const uint32_t *live_in;        /* of them, by index in sweep->groups */
};

/* The groups that are lost, as numbers in ascending order; SWEEP_NONE: no more of them. */
struct sweep_lost {
	uint32_t groups[SWEEP_LOST_MAX];
};

static inline bool sweep_is_lost(uint32_t group, const struct sweep_lost *lost)
{
	return group == lost->groups[0] || group == lost->groups[1] || group == lost->groups[2];
}

/* Who wins the VIP then: the first of the chain that is left. */
static inline const struct sweep_link *sweep_winner(const struct sweep_record *record,
						    const struct sweep_lost *lost)
{
	const struct sweep_link *link = record->chain;

	while (link->node != SWEEP_NONE && sweep_is_lost(link->group, lost))
		link++;
	return link;
}

enum sweep_fate { SWEEP_STAYS, SWEEP_MOVES, SWEEP_REVIVES, SWEEP_UNREACHABLE };

/* A node that announces it whoever wins is left. */
bool sweep_others_survive(const struct sweep_record *record, const struct sweep_lost *lost);

/* What becomes of a VIP; *to is the node that announces it then, where it moves or revives. */
static inline enum sweep_fate sweep_fate(const struct sweep_record *record,
					 const struct sweep_lost *lost, uint32_t *to)
{
	const struct sweep_link *winner = sweep_winner(record, lost);
	const bool announced = record->chain[0].local || record->other_count > 0;

	*to = SWEEP_NONE;
	if (winner != record->chain && winner->local) {
		*to = winner->node;
		return announced ? SWEEP_MOVES : SWEEP_REVIVES;
	}
	if (winner->local || !announced || sweep_others_survive(record, lost))
		return SWEEP_STAYS;
	return SWEEP_UNREACHABLE;
}

/* True when the loss of one of the first `count` groups can. */
bool sweep_concerns_any(const struct sweep_record *record, const struct sweep_lost *lost,
			unsigned count);

/*
 * Makes the model of what sweep->vips and the groups say. `group_of` is by index in
 * cluster->nodes.
 */
void sweep_model_make(struct sweep *sweep, const bool *down, const uint32_t *group_of,
		      struct arena *arena);

/* The same where the records, what is in service, and the order of the nodes are known: fills
 * in what follows from them. */
void sweep_model_complete(struct sweep *sweep, struct sweep_model *model, struct arena *arena);

/* Fills sweep->single and, as far as asked for, sweep->pairs and sweep->triples. */
void sweep_losses_run(struct sweep *sweep, const struct sweep_options *options,
		      struct arena *arena);

/* Adds losses that are known by their groups: what they do is worked out anew. Neither the
 * totals nor the order count. */
void sweep_losses_add(struct sweep *sweep, struct sweep_losses *losses,
		      const struct sweep_lost *lost, uint32_t count, struct arena *arena);

/* Of so many losses, those from *first on, up to *end, are those of the shard, from 1, of
 * `shards`; 0 shards: all. */
void sweep_losses_share(uint64_t total, uint32_t shard, uint32_t shards, uint64_t *first,
			uint64_t *end);

/* True when the list has each loss once, the worst first, and the totals can be those of losses
 * of which these are the worst. */
bool sweep_losses_agree(const struct sweep_losses *losses);

/* Adds the totals of other losses of the kind. */
void sweep_losses_sum(struct sweep_losses *losses, const struct sweep_losses *more);

/* The worst of them first, and no more than `keep`; 0: all. */
void sweep_losses_keep(struct sweep_losses *losses, uint32_t keep);

#endif
