/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB040: clocks that are ahead, of a node, of the API server, or of what captured the input.
 * (O2.3)
 *
 * An agent compares the leases of the others with its own clock (P8.4): one that is ahead by
 * more than the lease duration takes every other node for dead. Leases are read at one moment,
 * so one that was renewed after the others had expired shows that.
 */
#include "validator/observed/observed_checks.h"

#include "base/duration.h"
#include "config/evidence/captured_nodes.h"
#include "purelb/agents/leases.h"

/* "40s" */
static const char *clock_text(struct checker *ck, int64_t ns)
{
	char text[DURATION_TEXT_MAX];

	return arena_printf(ck->arena, "%s", duration_format(ns - ns % NS_PER_SEC, text));
}

static void clock_check_nodes(struct checker *ck, const struct observed *observed)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const int64_t ahead_ns = observed->ahead_ns[node - ck->cluster->nodes.items];
		struct finding *f;

		if (ahead_ns == 0)
			continue;
		f = report(ck, CHECK_OB040, &node->lease->object, node->lease->renew_time.pos,
			   "node \"%s\" renewed its lease %s after the input was captured: its "
			   "clock seems to be ahead, and for its agent the leases of other "
			   "nodes have expired, so it also announces what they announce",
			   node->name, clock_text(ck, ahead_ns));
		f->place.path = "spec.renewTime";
		finding_hint(ck, f,
			     "compare `date -u` on \"%s\" and on another node, and let NTP set "
			     "the clock; if they agree, capture the cluster again",
			     node->name);
	}
}

/* All leases are newer than the Capture by so much that its time does not count. */
static void clock_check_capture(struct checker *ck)
{
	const struct cluster *cluster = ck->cluster;
	const struct capture *newest = NULL;
	int64_t newest_ns = 0;
	struct finding *f;

	ARRAY_FOREACH (struct capture *, capture, &cluster->snapshot->captures) {
		int64_t ns;

		if ((*capture)->captured_at.s == NULL || !capture_has(*capture, "Lease") ||
		    !rfc3339_parse((*capture)->captured_at.s, &ns) ||
		    (newest != NULL && ns <= newest_ns))
			continue;
		newest = *capture;
		newest_ns = ns;
	}
	if (newest == NULL || __builtin_sub_overflow(cluster->now_ns, newest_ns, &newest_ns))
		return;
	f = report(
		ck, CHECK_OB040, &newest->object, newest->captured_at.pos,
		"the newest lease was renewed %s after capturedAt: the clock of that node or "
		"of the machine that captured the input is wrong, and the input is judged at "
		"the time of that lease",
		clock_text(ck, newest_ns));
	f->severity = SEVERITY_INFO;
	f->place.path = "spec.capturedAt";
	finding_hint(ck, f, "compare `date -u` on both, or give the time with --at");
}

struct clock_object {
	const struct object *object;
	const char *path;
	struct pos pos;
	int64_t ns;
};

static void clock_take_later(struct clock_object *newest, const struct object *object,
			     const struct str_value *time, const char *path)
{
	int64_t ns;

	if (time->s != NULL && rfc3339_parse(time->s, &ns) &&
	    (newest->object == NULL || ns > newest->ns))
		*newest = (struct clock_object){ object, path, time->pos, ns };
}

/* What is dated after the clock by more than reading a cluster takes. */
static void clock_report_later(struct checker *ck, const struct clock_object *newest,
			       const char *whose)
{
	const int64_t tolerance_ns = EVIDENCE_OLD_S * NS_PER_SEC;
	struct finding *f;
	int64_t ahead_ns;

	if (newest->object == NULL ||
	    __builtin_sub_overflow(newest->ns, ck->cluster->now_ns, &ahead_ns) ||
	    ahead_ns <= tolerance_ns)
		return;
	f = report(
		ck, CHECK_OB040, newest->object, newest->pos,
		"%s is %s after %s: either the object was exported later than that, or the "
		"clock of %s or of the machine that captured the input is wrong; ages cannot "
		"be trusted",
		newest->path, clock_text(ck, ahead_ns), moment_text(ck->cluster->moment),
		whose);
	f->severity = SEVERITY_INFO;
	f->place.path = newest->path;
	finding_hint(ck, f, "capture again, or compare `date -u` on both");
}

static void clock_check_objects(struct checker *ck)
{
	const struct snapshot *s = ck->snapshot;
	struct clock_object created = { 0 }, updated = { 0 };

	/* What was exported at another time may well be newer than a Capture of other kinds. */
	ARRAY_FOREACH (struct capture *, capture, &s->captures)
		if (!capture_has(*capture, "Service"))
			return;
	ARRAY_FOREACH (struct service *, it, &s->services)
		clock_take_later(&created, &(*it)->object, &(*it)->object.creation_time,
				 "metadata.creationTimestamp");
	ARRAY_FOREACH (struct pod *, it, &s->pods)
		clock_take_later(&created, &(*it)->object, &(*it)->object.creation_time,
				 "metadata.creationTimestamp");
	ARRAY_FOREACH (struct event *, it, &s->events)
		clock_take_later(&created, &(*it)->object, &(*it)->object.creation_time,
				 "metadata.creationTimestamp");
	ARRAY_FOREACH (struct bgp_node_report *, it, &s->bgp_node_statuses)
		clock_take_later(&updated, &(*it)->object, &(*it)->last_updated,
				 "status.lastUpdated");
	clock_report_later(ck, &created, "the API server");
	clock_report_later(ck, &updated, "that node");
}

void check_observed_clocks(struct checker *ck)
{
	const struct observed *observed = observed_of(ck);

	clock_check_nodes(ck, observed);
	if (ck->cluster->moment == MOMENT_LEASES && ck->snapshot->captures.count > 0)
		clock_check_capture(ck);
	if (ck->cluster->moment == MOMENT_CAPTURE)
		clock_check_objects(ck);
}
