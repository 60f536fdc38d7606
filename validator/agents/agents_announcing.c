/* SPDX-License-Identifier: Apache-2.0 */
/* AG013 to AG018: gratuitous frames (P7.1, P7.2) and address lifetimes (P6.6). */
#include "validator/agents/agent_checks.h"

#include "base/duration.h"
#include "config/objects/crd_fields.h"
#include "purelb/announcing/gratuitous.h"
#include "purelb/announcing/lifetimes.h"

#define GARP_PATH "spec.local.garpConfig"

/* ---- gratuitous frames ---- */

static bool agents_has_local_pool(const struct checker *ck)
{
	ARRAY_FOREACH (struct pool, pool, &ck->cluster->pools.list) {
		if (pool->reject == POOL_ACCEPTED && pool->type == POOL_TYPE_LOCAL)
			return true;
	}
	return false;
}

/* True when the sequence that garpConfig has by default ends within half a lease, and no
 * CustomResourceDefinition of the input drops the field. */
static bool agents_default_gratuitous_fits(const struct checker *ck,
					   const struct lbnodeagent *agent)
{
	const struct lease_duration *lease = &ck->cluster->lease_duration;
	struct agent_local with = agent->local;
	struct gratuitous_schedule schedule;

	with.garp_config = (struct garp_config){ .at = { .set = true } };
	schedule = gratuitous_schedule(&with);
	ARRAY_FOREACH (struct crd *, crd, &ck->snapshot->crds) {
		const struct crd_version *version = crd_version_of(*crd, KIND_LBNODEAGENT);

		if (version != NULL && !crd_knows_field(version, GARP_PATH))
			return false;
	}
	return lease->refused || gratuitous_length_ns(&schedule) <= lease->ns / 2;
}

/* AG013 */
static void agents_check_silent(struct checker *ck, const struct agent_views *views,
				const struct lbnodeagent *agent)
{
	const struct garp_config *garp = &agent->local.garp_config;
	bool off = garp->at.set;

	if (type_errors_at(&views->type_errors, &agent->object, GARP_PATH) ||
	    type_errors_at(&views->type_errors, &agent->object, GARP_PATH ".enabled"))
		return;

	struct finding *f = report(ck, CHECK_AG013, &agent->object,
				   off ? garp->enabled.pos : agent->local.at.key,
				   "%s: no gratuitous ARP or neighbor advertisement is sent "
				   "when an address moves, so routers keep sending to the old "
				   "node until their caches expire",
				   off ? "garpConfig is not enabled" : "no garpConfig");

	finding_path(ck, f, off ? GARP_PATH ".enabled" : "spec.local");
	finding_hint(ck, f, "%s",
		     off ? "write enabled: true, or leave enabled out"
			 : "add garpConfig: {} for the defaults: 3 sends, 500ms apart");
	if (off)
		finding_fix_remove(&ck->findings, f, FIX_REMOVE, "enabled");
	else if (agents_default_gratuitous_fits(ck, agent))
		finding_fix_add(&ck->findings, f, agent->local.at.pos, "local", "garpConfig",
				"{}");
	finding_fix_is_unsafe(f);
}

static void agents_announcing_report_duration(struct checker *ck,
					      const struct lbnodeagent *agent, const char *name,
					      const struct str_value *value,
					      const char *fallback)
{
	const char *unit;
	int64_t usual = 0;
	struct finding *f = report(ck, CHECK_AG014, &agent->object, value->pos,
				   "%s \"%s\" is not a duration: PureLB uses its default of %s",
				   name, value->s, fallback);

	finding_path(ck, f, GARP_PATH ".%s", name);
	finding_hint(ck, f, "write a number with a unit: ms, s, m or h, such as %s", fallback);
	(void)duration_parse(fallback, &usual);
	unit = duration_fitting_unit(value->s, usual);
	if (unit != NULL)
		finding_fix_value(&ck->findings, f, FIX_VALUE, value->s,
				  arena_printf(ck->arena, "%s%s", value->s, unit));
}

/* The written field that makes the sequence long. */
static struct pos agents_longest_part(const struct garp_config *garp,
				      const struct gratuitous_schedule *schedule)
{
	bool delay_is_longer = schedule->initial_delay_ns > gratuitous_length_ns(schedule) / 2;

	if (delay_is_longer && garp->initial_delay.s != NULL)
		return garp->initial_delay.pos;
	if (garp->interval.s != NULL)
		return garp->interval.pos;
	return garp->count.set ? garp->count.pos : garp->at.pos;
}

/* AG015. How long it lasts is not known while its count is one that the API server refuses. */
static void agents_check_length(struct checker *ck, const struct lbnodeagent *agent,
				const struct gratuitous_schedule *schedule)
{
	const struct lease_duration *lease = &ck->cluster->lease_duration;
	const struct int_value *count = &agent->local.garp_config.count;
	int64_t length_ns = gratuitous_length_ns(schedule);
	char length[DURATION_TEXT_MAX], half[DURATION_TEXT_MAX];

	if (lease->refused || length_ns <= lease->ns / 2 ||
	    (count->set && count->v != schedule->count))
		return;

	struct finding *f = report(
		ck, CHECK_AG015, &agent->object,
		agents_longest_part(&agent->local.garp_config, schedule),
		"a gratuitous sequence lasts %s, longer than half a lease (%s): the address may "
		"have moved on before it ends",
		duration_format(length_ns, length), duration_format(lease->ns / 2, half));

	finding_path(ck, f, GARP_PATH);
	finding_hint(ck, f, "shorten initialDelay or interval, or lower count");
}

static void agents_check_gratuitous(struct checker *ck, const struct agent_views *views,
				    const struct lbnodeagent *agent, bool pools)
{
	const struct garp_config *garp = &agent->local.garp_config;
	struct gratuitous_schedule schedule = gratuitous_schedule(&agent->local);

	if (schedule.bad_initial_delay)
		agents_announcing_report_duration(ck, agent, "initialDelay",
						  &garp->initial_delay, "100ms");
	if (schedule.bad_interval)
		agents_announcing_report_duration(ck, agent, "interval", &garp->interval,
						  "500ms");
	if (!schedule.sends) {
		if (pools)
			agents_check_silent(ck, views, agent);
		return;
	}
	agents_check_length(ck, agent, &schedule);
	if (schedule.verify)
		return;

	/* AG016 */
	struct finding *f =
		report(ck, CHECK_AG016, &agent->object, garp->verify_before_send.pos,
		       "verifyBeforeSend is off: a node that loses an address keeps "
		       "announcing it until its sequence ends");

	finding_path(ck, f, GARP_PATH ".verifyBeforeSend");
	finding_hint(ck, f, "leave verifyBeforeSend out, or set it to true");
	finding_fix_remove(&ck->findings, f, FIX_REMOVE, "verifyBeforeSend");
	finding_fix_is_unsafe(f);
}

/* ---- lifetimes ---- */

static void agents_report_raised(struct checker *ck, const struct lbnodeagent *agent,
				 const char *section, const struct int_value *valid)
{
	struct finding *f = report(ck, CHECK_AG018, &agent->object, valid->pos,
				   "validLifetime %lld is below %d: PureLB raises it to %d",
				   (long long)valid->v, LIFETIME_MIN_S, LIFETIME_MIN_S);

	finding_path(ck, f, "spec.local.addressConfig.%s.validLifetime", section);
	finding_hint(ck, f, "write %d or more", LIFETIME_MIN_S);
	finding_fix_value(&ck->findings, f, FIX_LITERAL,
			  arena_printf(ck->arena, "%lld", (long long)valid->v),
			  arena_printf(ck->arena, "%d", LIFETIME_MIN_S));
	finding_fix_is_unsafe(f);
}

static void agents_report_capped(struct checker *ck, const struct lbnodeagent *agent,
				 const char *section, const struct int_value *preferred,
				 const struct lifetimes *lifetimes)
{
	struct finding *f;

	if (lifetimes->valid_s == 0)
		f = report(ck, CHECK_AG018, &agent->object, preferred->pos,
			   "preferredLifetime %lld has no effect: addresses are permanent, "
			   "because validLifetime is 0",
			   (long long)preferred->v);
	else
		f = report(ck, CHECK_AG018, &agent->object, preferred->pos,
			   "preferredLifetime %lld is above validLifetime: PureLB lowers it "
			   "to %lld",
			   (long long)preferred->v, (long long)lifetimes->valid_s);
	finding_path(ck, f, "spec.local.addressConfig.%s.preferredLifetime", section);
	finding_hint(ck, f, "leave preferredLifetime out, or keep it within validLifetime");
	finding_fix_remove(&ck->findings, f, FIX_REMOVE, "preferredLifetime");
	finding_fix_is_unsafe(f);
}

/* AG018; values below 0 break a rule of the schema and are told there. */
static void agents_check_options(struct checker *ck, const struct lbnodeagent *agent,
				 const char *section, const struct address_options *options,
				 struct lifetimes lifetimes)
{
	if (lifetimes.raised)
		agents_report_raised(ck, agent, section, &options->valid_lifetime);
	if (lifetimes.capped && lifetimes.valid_s >= 0)
		agents_report_capped(ck, agent, section, &options->preferred_lifetime,
				     &lifetimes);
}

/* AG017 */
static void agents_check_permanent(struct checker *ck, const struct lbnodeagent *agent)
{
	const struct int_value *valid =
		&agent->local.address_config.local_interface.valid_lifetime;

	if (!valid->set || lifetimes_local(&agent->local).valid_s != 0)
		return;

	struct finding *f = report(ck, CHECK_AG017, &agent->object, valid->pos,
				   "validLifetime 0 makes addresses on the local interface "
				   "permanent: network plugins take them for the node's own, "
				   "and an IPv6 one advertises its own subnet");

	finding_path(ck, f, "spec.local.addressConfig.localInterface.validLifetime");
	finding_hint(ck, f,
		     "leave validLifetime out; the default is %d seconds, which the agent "
		     "keeps renewing",
		     LIFETIME_LOCAL_S);
	finding_fix_remove(&ck->findings, f, FIX_REMOVE, "validLifetime");
	finding_fix_is_unsafe(f);
}

void agents_check_announcing(struct checker *ck)
{
	bool pools = agents_has_local_pool(ck);

	ARRAY_FOREACH (const struct agent_view, view, &ck->agents->list) {
		const struct lbnodeagent *agent = view->rule->agent;
		const struct address_config *config = &agent->local.address_config;

		if (!agent->local.at.set)
			continue;
		agents_check_gratuitous(ck, ck->agents, agent, pools);
		agents_check_permanent(ck, agent);
		agents_check_options(ck, agent, "localInterface", &config->local_interface,
				     lifetimes_local(&agent->local));
		agents_check_options(ck, agent, "dummyInterface", &config->dummy_interface,
				     lifetimes_dummy(&agent->local));
	}
}
