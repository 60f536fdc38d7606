/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every suite of unit tests; CK_RUN_SUITE and CK_RUN_CASE choose some. */
#include <stdlib.h>

#include "tests/unit/suites.h"

static Suite *(*const suites[])(void) = {
	suite_arena,
	suite_digest,
	suite_duration,
	suite_exclude,
	suite_findings,
	suite_groups_nets,
	suite_ip,
	suite_json_yaml,
	suite_nearest,
	suite_options,
	suite_output,
	suite_random,
	suite_regex,
	suite_reserved,
	suite_rivals,
	suite_sandbox,
	suite_table,
	suite_writers,
	suite_text,
	suite_labels,
	suite_parse,
	suite_placeholder,
	suite_scalar,
	suite_schema,
	suite_lifetimes,
	suite_slots,
	suite_agent_rules,
	suite_interfaces,
	suite_guard,
	suite_allocation,
	suite_allocation_assign,
	suite_allocation_random,
	suite_announcing,
	suite_gratuitous,
	suite_agents_pattern,
	suite_agents,
	suite_bgp_config,
	suite_bgp_members,
	suite_bgp_peers,
	suite_bgp_router_id,
	suite_bgp_routes,
	suite_bgp_sessions,
	suite_bgp_loss,
	suite_bgp_time,
	suite_next_hops,
	suite_bgp_sessions_time,
	suite_coverage,
	suite_election,
	suite_vips,
	suite_leases,
	suite_evidence,
	suite_overlaps,
	suite_placement,
	suite_pools,
	suite_ranges,
	suite_subnets,
	suite_engine,
	suite_distribution,
	suite_figure,
	suite_lanes,
	suite_many,
	suite_part,
	suite_spread,
	suite_pcap,
	suite_render,
	suite_captures,
	suite_registry,
	suite_roff,
	suite_observer,
	suite_kernel,
	suite_kubernetes,
	suite_frames,
	suite_statements,
	suite_sim_rules,
	suite_sim_events,
	suite_sim_measured,
	suite_sim_waits,
	suite_deliveries,
	suite_diff,
	suite_sweep,
};

int main(void)
{
	SRunner *runner = srunner_create(NULL);

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
