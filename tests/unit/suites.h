/* SPDX-License-Identifier: Apache-2.0 */
/* Every suite of unit tests: one function for each tests/unit/test_<module>.c. */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <check.h>

Suite *suite_arena(void);
Suite *suite_digest(void);
Suite *suite_duration(void);
Suite *suite_findings(void);
Suite *suite_groups_nets(void);
Suite *suite_ip(void);
Suite *suite_json_yaml(void);
Suite *suite_nearest(void);
Suite *suite_options(void);
Suite *suite_output(void);
Suite *suite_random(void);
Suite *suite_regex(void);
Suite *suite_reserved(void);
Suite *suite_table(void);
Suite *suite_text(void);
Suite *suite_labels(void);
Suite *suite_parse(void);
Suite *suite_scalar(void);
Suite *suite_schema(void);
Suite *suite_agents(void);
Suite *suite_allocation(void);
Suite *suite_allocation_assign(void);
Suite *suite_allocation_random(void);
Suite *suite_announcing(void);
Suite *suite_bgp_config(void);
Suite *suite_bgp_members(void);
Suite *suite_bgp_peers(void);
Suite *suite_bgp_router_id(void);
Suite *suite_bgp_routes(void);
Suite *suite_bgp_sessions(void);
Suite *suite_coverage(void);
Suite *suite_election(void);
Suite *suite_change(void);
Suite *suite_sweep(void);
Suite *suite_vips(void);
Suite *suite_leases(void);
Suite *suite_overlaps(void);
Suite *suite_pools(void);
Suite *suite_ranges(void);
Suite *suite_subnets(void);
Suite *suite_agents_pattern(void);
Suite *suite_gratuitous(void);
Suite *suite_guard(void);
Suite *suite_interfaces(void);
Suite *suite_lifetimes(void);
Suite *suite_slots(void);
Suite *suite_agent_rules(void);
Suite *suite_engine(void);
Suite *suite_distribution(void);
Suite *suite_spread(void);
Suite *suite_frames(void);
Suite *suite_kernel(void);
Suite *suite_kubernetes(void);
Suite *suite_observer(void);
Suite *suite_pcap(void);
Suite *suite_captures(void);
Suite *suite_roff(void);
Suite *suite_statements(void);
Suite *suite_sim_rules(void);

#endif
