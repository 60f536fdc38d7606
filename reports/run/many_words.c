/* SPDX-License-Identifier: Apache-2.0 */
/* Words about many runs. */
#include "reports/run/many_words.h"

static const struct {
	const char *words, *worst;
} metrics[METRICS] = {
	[METRIC_OUTAGE_TOTAL] = { "cut off, in all", "most time cut off" },
	[METRIC_OUTAGE_LONGEST] = { "cut off, longest", "longest time cut off" },
	[METRIC_ANNOUNCE_GAP] = { "no holder", "longest without a holder" },
	[METRIC_DUPLICATE_TOTAL] = { "two holders", "most with two holders" },
};

const char *metric_words(enum metric metric)
{
	return metrics[metric].words;
}

const char *metric_worst_words(enum metric metric)
{
	return metrics[metric].worst;
}

void many_add_whose(struct text *t, const struct setup *setup,
		    const struct many_distribution *d)
{
	text_printf(t, "%s VIPs", d->remote ? "remote" : "local");
	if (d->observer != SETUP_NONE)
		text_printf(t, " as %s sees them", setup->observers.items[d->observer].name);
}

const struct many_worst *many_worst_of(const struct many_result *result, enum metric metric)
{
	ARRAY_FOREACH (const struct many_worst, w, &result->worst) {
		if (w->metric == metric)
			return w;
	}
	return NULL;
}
