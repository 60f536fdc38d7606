/* SPDX-License-Identifier: Apache-2.0 */
/* AG023 to AG026: the address guard. (P1.2) */
#include "validator/agents/agent_checks.h"

#include "base/text.h"
#include "config/objects/crd_fields.h"
#include "purelb/agents/guard.h"
#include "config/objects/workloads.h"

#define GUARD_PATH "spec.local.addressGuard"

static enum severity agents_guard_severity(bool closed)
{
	return closed ? SEVERITY_FAIL : SEVERITY_WARN;
}

/* AG023 */
void agents_check_guard_excludes(struct checker *ck, const struct agent_view *view)
{
	const struct lbnodeagent *agent = view->rule->agent;
	const struct str_list *list = &agent->local.address_guard.exclude_interfaces;
	struct agent_names names = { 0 };

	if (!guard_present(agent) || list->list.count == 0)
		return;
	ARRAY_FOREACH (struct str_value, name, &list->list)
		ARRAY_ADD(ck->arena, &names.list, name->s != NULL ? name->s : "");

	struct finding *f = report(ck, CHECK_AG023, &agent->object, list->at.pos,
				   "the address guard excludes %s: traffic to addresses of "
				   "Services that arrives there is not filtered",
				   agent_names_join(ck, &names));

	finding_path(ck, f, GUARD_PATH ".excludeInterfaces");
	finding_hint(ck, f,
		     "leave excludeInterfaces out unless the guard breaks something there");
}

/* AG024 */
void agents_check_guard_kernel(struct checker *ck, const struct agent_view *view)
{
	const struct lbnodeagent *agent = view->rule->agent;
	bool closed = guard_fails_closed(agent);
	struct agent_names texts = { 0 };

	if (!guard_present(agent))
		return;
	ARRAY_FOREACH (const struct cluster_node *, at, &view->nodes) {
		const struct node *node = (*at)->node;

		if ((*at)->config.governing != view->rule || node == NULL ||
		    !guard_kernel_too_old(node->kernel_version.s))
			continue;
		ARRAY_ADD(ck->arena, &texts.list,
			  arena_printf(ck->arena, "%s (%s)", (*at)->name,
				       node->kernel_version.s));
	}
	if (texts.list.count == 0)
		return;

	struct finding *f =
		report(ck, CHECK_AG024, &agent->object, agent->local.address_guard.at.key,
		       "the address guard needs Linux %d.%d or newer; these nodes "
		       "would announce %s: %s",
		       GUARD_KERNEL_MAJOR, GUARD_KERNEL_MINOR,
		       closed ? "nothing" : "without it", agent_names_join(ck, &texts));

	f->severity = agents_guard_severity(closed);
	finding_path(ck, f, GUARD_PATH);
	finding_hint(ck, f,
		     "upgrade them, or give them their own LBNodeAgent without addressGuard");
}

/* ---- AG025 ---- */

/* The guards of the input: the first that counts most, and whether any is closed. */
static const struct lbnodeagent *agents_deciding_guard(const struct agent_views *views)
{
	const struct lbnodeagent *found = NULL;

	ARRAY_FOREACH (struct agent_view, view, &views->list) {
		const struct lbnodeagent *agent = view->rule->agent;

		if (!guard_present(agent))
			continue;
		if (guard_fails_closed(agent))
			return agent;
		found = found == NULL ? agent : found;
	}
	return found;
}

/* Where the capability would have to stand, as near as the container says. */
static struct pos agents_capability_pos(const struct container *container, const char **path)
{
	*path = ".securityContext.capabilities.add";
	if (container->capabilities_add.at.set)
		return container->capabilities_add.at.pos;
	*path = ".securityContext.capabilities";
	if (container->capabilities.set)
		return container->capabilities.pos;
	*path = ".securityContext";
	if (container->security_context.set)
		return container->security_context.pos;
	*path = "";
	return container->at.pos;
}

static void agents_check_capability(struct checker *ck, const struct workload *daemon_set,
				    const struct lbnodeagent *guarded)
{
	const struct container *container = workload_agent(daemon_set);
	bool closed = guard_fails_closed(guarded);
	const char *path;

	if (container == NULL || guard_container_can_load(container))
		return;

	struct pos pos = agents_capability_pos(container, &path);
	struct finding *f = report(ck, CHECK_AG025, &daemon_set->object, pos,
				   "the lbnodeagent container lacks capability BPF, which the "
				   "address guard needs: the nodes would announce %s",
				   closed ? "nothing" : "without it");

	f->severity = agents_guard_severity(closed);
	finding_path(ck, f, "%s%s", agent_container_path(ck, daemon_set, container), path);
	finding_hint(ck, f, "add BPF to securityContext.capabilities.add");
	finding_related(ck, f, guarded->local.address_guard.at.key,
			"the address guard is enabled here");
}

/* ---- AG026 ---- */

static bool agents_is_agent_crd(const struct crd *crd)
{
	return str_equal(crd->group.s, "purelb.io") &&
	       str_equal(crd->crd_kind.s, "LBNodeAgent");
}

static void agents_check_crd(struct checker *ck, const struct crd *crd,
			     const struct lbnodeagent *guarded)
{
	for (uint32_t i = 0; i < crd->versions.list.count; i++) {
		const struct crd_version *version = &crd->versions.list.items[i];

		if (!str_equal(version->name.s, "v2") ||
		    crd_knows_field(version, "spec.local.addressGuard"))
			continue;

		struct finding *f = report(ck, CHECK_AG026, &crd->object, version->name.pos,
					   "the LBNodeAgent CustomResourceDefinition does not "
					   "have addressGuard: the API server %s it from "
					   "every LBNodeAgent",
					   guarded != NULL ? "drops" : "would drop");

		/* Releases up to 0.17 have no guard: nothing is wrong until one is asked for.
		 */
		if (guarded == NULL &&
		    !release_has(ck->cluster->release.release, RELEASE_GUARDS))
			f->severity = SEVERITY_INFO;
		finding_path(ck, f, "spec.versions[%u]", i);
		finding_hint(ck, f,
			     "apply the CustomResourceDefinitions of the release that "
			     "you run before its LBNodeAgents");
		if (guarded != NULL)
			finding_related(ck, f, guarded->local.address_guard.at.key,
					"this addressGuard would be dropped");
	}
}

void agents_check_guard_capability(struct checker *ck)
{
	const struct lbnodeagent *guarded = agents_deciding_guard(ck->agents);

	if (guarded == NULL)
		return;
	ARRAY_FOREACH (struct workload *, daemon_set, &ck->snapshot->daemon_sets)
		agents_check_capability(ck, *daemon_set, guarded);
}

void agents_check_guard_crd(struct checker *ck)
{
	const struct lbnodeagent *guarded = agents_deciding_guard(ck->agents);

	ARRAY_FOREACH (struct crd *, crd, &ck->snapshot->crds) {
		if (agents_is_agent_crd(*crd))
			agents_check_crd(ck, *crd, guarded);
	}
}
