# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Scenarios: without a cluster, with too much of everything, and files that are none.

# A scenario with these lines in its spec, over the cluster of three nodes.
scenario() { # LINES
	printf 'apiVersion: purelbtool.purelb.io/v1\nkind: Scenario\nmetadata: {name: hostile}\n'
	printf 'spec:\n%b' "$1"
}

over_three_nodes() { # LINES
	scenario "$1" >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml" fixtures/three-nodes
}

case_scenario_of_nothing() {
	label="no nodes"
	scenario '  duration: 10s\n' >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml"
	want 0 'nothing happened'
	label="events for nobody"
	scenario '  duration: 10s\n  events: [{at: 1s, nodeCrash: a}, {at: 2s, rollingRestart: {}}]\n' >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml"
	want 1 'the input has no node "a"'
	label="no duration"
	over_three_nodes '  warmup: 1s\n'
	want 1 'spec.duration is required'
	label="one nanosecond"
	over_three_nodes '  duration: 1ns\n  warmup: 0s\n'
	want 0 'affected'
	label="empty lists"
	over_three_nodes '  duration: 1s\n  events: []\n  observers: []\n  assertions: []\n  inputs: []\n'
	want 0 'affected'
}

case_scenario_that_is_none() {
	label="binary"
	head -c 65536 /dev/urandom | tr -d '\0' >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml" fixtures/three-nodes
	want '1 2' '.'
	label="cut off"
	head -c 500 scenarios/node-crash.yaml >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml" fixtures/three-nodes
	want '1 2' '.'
	label="a folder of its own"
	mkdir "$work/folder.yaml"
	run simulate "$work/folder.yaml"
	want 2 'no Scenario'
	label="names itself"
	scenario '  duration: 10s\n  inputs: [scenario.yaml]\n' >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml"
	want '0 1' '.'
	label="lists for maps"
	over_three_nodes '  duration: [10s]\n  events: {at: 5s}\n  timing: 5\n  observers: client\n'
	want 1 'spec.duration'
}

case_scenario_beyond_all_bounds() {
	label="centuries"
	over_three_nodes '  duration: 2000000h\n'
	want 1 'spec.duration is 2000000h, which is longer than a year'
	label="nanoseconds and hours"
	over_three_nodes '  duration: 5s\n  timing: {apiRequest: 8000h, watchDelivery: 1ns, allocate: {exponential: 8000h}}\n  events: [{at: 1s, agentRestart: node-a}]\n'
	want '0 1' 'VIPs'
	label="clocks a year off"
	over_three_nodes '  duration: 60s\n  timing: {clockSkew: {node-a: 8000h, node-b: -8000h}}\n  events: [{at: 1s, clockStep: {node: node-c, by: -8000h}}, {at: 2s, clockStep: {node: node-c, by: 8000h}}, {at: 3s, clockStep: {node: node-a, by: 8000h}}]\n'
	want 0 'VIPs'
	label="a lease of a year"
	over_three_nodes '  duration: 60s\n  warmup: 1s\n  timing: {leaseDuration: 8000h}\n  events: [{at: 1s, nodeCrash: node-a}]\n'
	want 0 'VIPs'
	label="the limiter of a stone"
	over_three_nodes '  duration: 60s\n  timing: {clientQPS: 1, clientBurst: 1, eventsPerKeep: 1000000}\n  events: [{at: 1s, nodeCrash: node-a}]\n'
	want 0 'VIPs'
	label="a million agents at a time"
	over_three_nodes '  duration: 60s\n  events: [{at: 1s, rollingRestart: {maxUnavailable: 1000000}}]\n'
	want 0 'VIPs'
}

# Whatever a scenario asks for, the cap on events ends it.
case_scenario_that_runs_away() {
	label="a year of milliseconds"
	scenario '  duration: 8000h\n  observers: [{name: c, segment: rack1, probeInterval: 100us}]\n' >"$work/scenario.yaml"
	run simulate --max-events 100000 "$work/scenario.yaml" fixtures/three-nodes
	want 1 'PARTIAL stopped after'
	label="many runs"
	run simulate --max-events 10000 --runs 5 "$work/scenario.yaml" fixtures/three-nodes
	want 1 'PARTIAL'
}

case_scenario_with_too_many_events() {
	label="ten thousand at one moment"
	{
		scenario '  duration: 60s\n  events:\n'
		repeat 2500 '  - {at: 5s, agentRestart: node-a}
  - {at: 5s, linkDown: node-b}
  - {at: 5s, linkUp: node-b}
  - {at: 5s, serviceDelete: shop/web}
'
	} >"$work/scenario.yaml"
	run simulate --max-events 1000000 "$work/scenario.yaml" fixtures/three-nodes
	want 0 'affected'
	label="apply over and over"
	cp fixtures/three-nodes/pool.yaml "$work/new.yaml"
	{
		scenario '  duration: 60s\n  events:\n'
		repeat 100 '  - {at: 5s, apply: new.yaml}
'
	} >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml" fixtures/three-nodes
	want 0 'affected'
}

case_scenario_files_that_cannot_be_written() {
	label="events into a folder"
	run simulate --events "$work" scenarios/node-crash.yaml
	want 2 'cannot write'
	label="captures into a file"
	: >"$work/file"
	run simulate --pcap "$work/file" scenarios/node-crash.yaml
	want 2 'cannot make the folder'
	if [ -e /dev/full ]; then
		label="a full disk"
		run simulate --events /dev/full scenarios/node-crash.yaml
		want 2 'cannot write /dev/full'
	fi
}

# Prefixes, nodes and changes of the routes multiply: what reports list of them is bounded.
case_next_hops_that_multiply() {
	label="the restart of 40 daemons, 300 prefixes"
	tests/bench/routers 40 2 300 >"$work/routers.yaml"
	# A build with sanitizers checks the routes after each event: two seconds become two minutes.
	TIME_LIMIT=300
	run simulate -o json "$work/routers.yaml"
	TIME_LIMIT=120
	want 0 '"sets": null'
}
