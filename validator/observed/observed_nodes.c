/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB030 to OB032: what nodes show beside the objects of the cluster: a remote address that is
 * not on the dummy interface, or not in gobgpd's RIB; announcements that go back and forth.
 * (O2.2, O2.4, O2.6)
 */
#include "validator/observed/observed_checks.h"

#include "base/duration.h"
#include "base/text.h"
#include "purelb/observed/routers.h"

enum { NAMED_MAX = 3 };

struct observed_list {
	ARRAY_OF(const char *) list;
};

static const char *observed_list_text(struct checker *ck, const struct observed_list *names)
{
	return name_list(ck->arena, names->list.items, names->list.count, NAMED_MAX);
}

struct pos observed_file_pos(const struct evidence_file *file)
{
	return (struct pos){ .source = file->source + 1, .line = 1, .column = 1 };
}

const struct object *observed_node_object(const struct cluster_node *node)
{
	return node->node != NULL ? &node->node->object : NULL;
}

struct pos observed_node_pos(const struct cluster_node *node)
{
	return node->node != NULL ? node->node->object.name.pos : (struct pos){ 0 };
}

/* ---- OB030 ---- */

static bool observed_interfaces_seen(const struct seen *seen, const struct cluster_node *node)
{
	return observed_looked_at(seen->observed, node) ||
	       seen->addr_files[node - seen->observed->cluster->nodes.items] > 0;
}

/* The address is not on the dummy interface of nodes that should have it. An agent that says so
 * itself is OB018. */
static void observed_check_dummies(struct checker *ck, const struct seen *seen,
				   const struct vip *vip)
{
	const bool *on = seen_holders(seen, vip->ip, true, ck->scratch);
	const bool *anywhere = seen_holders(seen, vip->ip, false, ck->scratch);
	const struct cluster_node *nodes = ck->cluster->nodes.items;
	struct observed_list missing = { 0 };
	const struct cluster_node *first = NULL;
	uint32_t has = 0, unseen = 0;
	char ip[IP_TEXT_MAX];
	struct finding *f;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const bool seen_there = observed_interfaces_seen(seen, *node);

		has += on[*node - nodes];
		unseen += !seen_there;
		if (!seen_there || on[*node - nodes] ||
		    observed_announce_failure(seen->observed, vip->service, vip->ip,
					      (*node)->name) != NULL)
			continue;
		if (first == NULL)
			first = *node;
		ARRAY_ADD(ck->scratch, &missing.list, (*node)->name);
	}
	if (first == NULL)
		return;
	f = observed_report_vip(
		ck, CHECK_OB030, vip,
		arena_printf(ck->arena, "%s is not on %s of %s, which should announce it%s%s",
			     ip_format(vip->ip, ip),
			     vip->interface != NULL ? vip->interface : "the dummy interface",
			     observed_list_text(ck, &missing),
			     anywhere[first - nodes] ? ", but on another interface of " : "",
			     anywhere[first - nodes] ? first->name : ""));
	f->severity = has == 0 && unseen == 0 ? SEVERITY_FAIL : SEVERITY_WARN;
	finding_hint(ck, f,
		     "read the log of the agent of \"%s\": kubectl -n %s get pods -o wide",
		     first->name, ck->snapshot->install_namespace);
}

/* ---- OB032 ---- */

/* Where a BGPNodeStatus reports the import, OB006 judges it. */
static void observed_check_ribs(struct checker *ck, const struct seen *seen,
				const struct vip *vip)
{
	const bool *in_rib = router_in_ribs(seen, vip->ip, ck->scratch);
	const bool *on = seen_holders(seen, vip->ip, true, ck->scratch);
	const struct cluster_node *nodes = ck->cluster->nodes.items;
	const struct evidence_file *first = NULL;
	struct observed_list missing = { 0 };
	uint32_t known = 0;
	char ip[IP_TEXT_MAX];
	struct finding *f;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct evidence_file *rib = router_rib(seen, *node, ip_family(vip->ip));
		const struct bgp_node_report *report_ = router_report(seen->observed, *node);

		known += rib != NULL || in_rib[*node - nodes];
		if (rib == NULL || in_rib[*node - nodes] ||
		    (report_ != NULL && report_->import.set) ||
		    (observed_interfaces_seen(seen, *node) && !on[*node - nodes]))
			continue;
		if (first == NULL)
			first = rib;
		ARRAY_ADD(ck->scratch, &missing.list, (*node)->name);
	}
	if (first == NULL)
		return;
	f = observed_report_vip(
		ck, CHECK_OB032, vip,
		arena_printf(ck->arena,
			     "gobgpd of %s has no route to %s in its RIB: it is not advertised "
			     "from there",
			     observed_list_text(ck, &missing), ip_format(vip->ip, ip)));
	f->severity = missing.list.count == known && known == vip->announcers.count
			      ? SEVERITY_FAIL
			      : SEVERITY_WARN;
	finding_related(ck, f, observed_file_pos(first), "the RIB is here");
	finding_hint(ck, f,
		     "check that the address is on the dummy interface there, and that "
		     "netlinkImport of the BGPConfiguration imports that interface");
}

/* ---- OB031 ---- */

/* How often an agent has taken an announcement over from another node. */
struct observed_takeover {
	const struct cluster_node *to;
	const char *from;
	double count;
	const struct evidence_sample *sample;
};

struct observed_takeovers {
	ARRAY_OF(struct observed_takeover) list;
};

static void observed_read_takeovers(struct checker *ck, const struct seen *seen,
				    struct observed_takeovers *out)
{
	ARRAY_FOREACH (const struct evidence_sample, sample, &seen->evidence->samples) {
		const char *from = evidence_sample_label(sample, "from");
		const char *name = evidence_sample_label(sample, "to");
		const struct cluster_node *to;

		if (!str_equal(sample->name, "purelb_lbnodeagent_announce_slot_steal_total") ||
		    from == NULL || !(sample->value > 0) ||
		    seen_is_old(seen, sample->from.file))
			continue;
		to = seen_place_node(seen, sample->from.file->place);
		if (to == NULL && name != NULL)
			to = cluster_find_node(ck->cluster, name);
		if (to != NULL)
			ARRAY_ADD(ck->scratch, &out->list,
				  ((struct observed_takeover){ to, from, sample->value,
							       sample }));
	}
}

/* Seconds since the agent of the sample started; 0: not known. */
static double observed_uptime_s(const struct seen *seen, const struct evidence_sample *sample)
{
	const struct cluster *cluster = seen->observed->cluster;
	const int64_t now_s = cluster->now_ns / NS_PER_SEC;

	if (cluster->moment == MOMENT_NONE)
		return 0;
	ARRAY_FOREACH (const struct evidence_sample, it, &seen->evidence->samples)
		if (it->from.file == sample->from.file &&
		    str_equal(it->name, "process_start_time_seconds"))
			return (double)now_s - it->value;
	return 0;
}

/*
 * Each agent counts what it took over; one failover and the way back take all addresses over
 * once in each direction. Only what is more than that, by number of addresses, goes back and
 * forth.
 */
static void observed_check_takeovers(struct checker *ck, const struct seen *seen)
{
	enum { ROUNDS_MIN = 3, DAY_S = 86400 };
	struct observed_takeovers all = { 0 };
	uint32_t addresses = 0;

	observed_read_takeovers(ck, seen, &all);
	if (all.list.count < 2 || ck->vips == NULL)
		return;
	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list)
		addresses += vip->type != VIP_REMOTE && !vip->predicted;
	ARRAY_FOREACH (const struct observed_takeover, one, &all.list)
		ARRAY_FOREACH (const struct observed_takeover, other, &all.list) {
			const double fewer =
				one->count < other->count ? one->count : other->count;
			const double rounds = fewer / (addresses > 0 ? addresses : 1);
			struct finding *f;
			double up_s;

			if (other <= one || !str_equal(one->from, other->to->name) ||
			    !str_equal(other->from, one->to->name) || rounds < ROUNDS_MIN)
				continue;
			up_s = observed_uptime_s(seen, one->sample);
			f = report(ck, CHECK_OB031, observed_node_object(one->to),
				   observed_node_pos(one->to),
				   "announcements go back and forth between \"%s\" and \"%s\": "
				   "they took them over %s and %s since their agents started",
				   one->to->name, other->to->name,
				   seen_times(ck->arena, seen_count(one->count)),
				   seen_times(ck->arena, seen_count(other->count)));
			f->severity = up_s > 0 && rounds * DAY_S >= ROUNDS_MIN * up_s
					      ? SEVERITY_WARN
					      : SEVERITY_INFO;
			f->place.path = "metadata.name";
			finding_related(ck, f, observed_file_pos(one->sample->from.file),
					"the metrics are here");
			finding_hint(ck, f,
				     "find out why their leases expire or their interfaces "
				     "change: read the logs of both agents, and compare the "
				     "clocks of the nodes");
		}
}

/* ---- all of them ---- */

void check_observed_nodes(struct checker *ck)
{
	const struct observed *observed = observed_of(ck);
	const struct seen *seen;

	if (!observed->live)
		return;
	seen = observed_seen_of(ck);
	if (ck->vips == NULL || observed_is_dead(ck->cluster))
		return;
	observed_check_takeovers(ck, seen);
	ARRAY_FOREACH (const struct vip, vip, &ck->vips->list) {
		if (vip->predicted || !vip->considered || vip->reason != NULL ||
		    vip->type != VIP_REMOTE || vip->inferred ||
		    !service_is_branded(vip->service))
			continue;
		observed_check_dummies(ck, seen, vip);
		observed_check_ribs(ck, seen, vip);
	}
}
