/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change does, as workflow commands: errors for what plan --check fails for, warnings
 * for clients that are cut off for a while, findings that appear at their places. What only
 * changes is counted in the last line.
 */
#include "reports/diff/change.h"
#include "reports/diff/change_time.h"

#include "base/text.h"
#include "reports/allocation/allocation.h"
#include "reports/findings/words.h"
#include "reports/formats/workflow.h"

static void change_github_at(FILE *out, const char *level, const struct snapshot *snapshot,
			     struct pos pos, const char *title, const char *text,
			     const char *fix)
{
	const char *file = finding_file(snapshot, pos);

	workflow_annotate(out, level, file != NULL ? plain_file_name(file) : NULL, pos.line,
			  pos.column, title, text, fix);
}

static void change_github_vip(FILE *out, const struct diff *change,
			      const struct vip_change *vip, struct arena *scratch)
{
	const struct vip *it = vip->after != NULL ? vip->after : vip->before;
	const struct pos pos =
		it->service != NULL ? it->service->object.pos : (struct pos){ 0 };
	const char *service =
		it->service != NULL ? answer_service(it->service, scratch) : "no Service";
	char ip[IP_TEXT_MAX];
	const char *name = arena_printf(scratch, "%s (%s)", ip_format(it->ip, ip), service);

	if (vip->kind == VIP_UNREACHABLE)
		change_github_at(out, "error", change->after.snapshot, pos,
				 "VIP becomes unreachable",
				 arena_printf(scratch, "no node announces %s any more%s%s",
					      name, vip->reason != NULL ? ": " : "",
					      vip->reason != NULL ? vip->reason : ""),
				 NULL);
	else if (vip->kind == VIP_UNSEEN && vip->announcers_before > 0)
		change_github_at(out, "warning", change->after.snapshot, pos,
				 "VIP becomes unknown",
				 arena_printf(scratch, "unknown which node announces %s%s%s",
					      name, vip->reason != NULL ? ": " : "",
					      vip->reason != NULL ? vip->reason : ""),
				 NULL);
	else if (vip->kind == VIP_MOVES)
		change_github_at(out, "warning", change->after.snapshot, pos, "VIP moves",
				 arena_printf(scratch,
					      "%s moves from %s to %s; nobody announces it for "
					      "up to %.1fs",
					      name, vip->from->name, vip->to->name,
					      (double)vip->gap.latest / NS_PER_SEC),
				 NULL);
}

static void change_github_service(FILE *out, const struct diff *change,
				  const struct service_change *service, struct arena *scratch)
{
	const bool waited =
		service->before != NULL && service->before->state == SERVICE_PENDING;

	if (!service->pending || waited)
		return;
	change_github_at(out, "error", change->after.snapshot, service->service->object.pos,
			 "Service stays pending",
			 arena_printf(scratch,
				      "%s does not get everything that it requests%s%s",
				      answer_service(service->service, scratch),
				      service->reason != NULL ? ": " : "",
				      service->reason != NULL ? service->reason : ""),
			 NULL);
}

static void change_github_sessions(FILE *out, const struct diff *change, struct arena *scratch)
{
	ARRAY_FOREACH (const struct session_change, session, &change->sessions)
		if (session->kind == SESSION_FAILS)
			workflow_annotate(out, "error", NULL, 0, 0, "BGP session fails",
					  arena_printf(scratch,
						       "the session of %s with %s (%s) cannot "
						       "come up any more",
						       session->node, session->router,
						       session->address),
					  NULL);
	ARRAY_FOREACH (const struct route_change, route, &change->routes)
		if (route->kind == ROUTE_LOST)
			workflow_annotate(out, "error", NULL, 0, 0, "route is lost",
					  arena_printf(scratch, "%s has no path to %s any more",
						       route->router, route->prefix),
					  NULL);
}

static void change_github_findings(FILE *out, const struct diff *change)
{
	static const char *const levels[] = {
		[SEVERITY_PASS] = "notice",
		[SEVERITY_INFO] = "notice",
		[SEVERITY_WARN] = "warning",
		[SEVERITY_FAIL] = "error",
	};

	ARRAY_FOREACH (const struct finding *const, finding, &change->findings_new) {
		struct text t = { 0 };

		finding_add_message(&t, *finding);
		change_github_at(out, levels[(*finding)->severity], change->after.snapshot,
				 (*finding)->place.pos, check_table[(*finding)->code].code,
				 text_str(&t), (*finding)->hint);
		text_release(&t);
	}
}

void change_github(FILE *out, const struct diff *change, struct arena *scratch)
{
	const struct diff_totals *n = &change->totals;

	ARRAY_FOREACH (const struct vip_change, vip, &change->vips)
		change_github_vip(out, change, vip, scratch);
	ARRAY_FOREACH (const struct service_change, service, &change->services)
		change_github_service(out, change, service, scratch);
	change_github_sessions(out, change, scratch);
	change_github_findings(out, change);
	if (change->time != NULL && change->time->problem != NULL)
		workflow_annotate(out, "error", NULL, 0, 0, "not simulated",
				  change->time->problem, NULL);
	else if (change->time != NULL && !diff_time_is_go(change->time))
		workflow_annotate(out, "error", NULL, 0, 0, "simulated",
				  change_time_verdict(change->time, scratch), NULL);
	fprintf(out,
		"purelbtool: %u unreachable, %u moved, %u new pending, %u sessions failing, "
		"%u findings appear, %u disappear\n",
		n->unreachable, n->moved, n->pending_new, n->sessions_failing, n->findings_new,
		n->findings_gone);
}
