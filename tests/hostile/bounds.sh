# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Hostile inputs: small files whose parts are multiplied with each other.

agents() { # COUNT SPEC
	awk -v n="$1" -v spec="$2" 'BEGIN { for (i = 0; i < n; i++)
		printf "apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: a%d, namespace: purelb-system}\nspec: {%s}\n---\n", i, spec }'
}

plain_nodes() { # COUNT
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "{apiVersion: v1, kind: Node, metadata: {name: n%d, labels: {r: w}}}\n---\n", i }'
}

# Regular expressions of a few bytes that compile into megabytes.
case_expressions() {
	for pattern in '^(?i:\\pL{300})$' '(?:\\pL{40}){5}' '^(?i:\\pL{300}){3}|eth0$'; do
		label=$pattern
		agents 20 "local: {localInterface: '$pattern'}" | run validate -
		want 1 'AG003 localInterface .* is not checked: expression too large'
	done
	label="1,001 of them"
	awk 'BEGIN { for (i = 0; i < 1001; i++)
		printf "apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: a%04d, namespace: purelb-system}\nspec: {local: {localInterface: ^eth%d$}}\n---\n", i, i }' |
		run validate -
	want 1 'AG003 localInterface "\^eth1000\$" is not checked: expression too far down the list'
	want_one AG003
}

case_directives() {
	{ repeat 101 '%TAG !a! b
' && printf -- '---\nk: 1\n'; } | run validate -
	want 1 'IN001 more than 100 directives in a row'
	label="in two documents"
	awk 'BEGIN { for (k = 0; k < 2; k++) { for (i = 0; i < 60; i++) printf "%%TAG !a%d! b\n", i; printf "---\nk: 1\n...\n" } }' |
		run validate -
	want 0 'result:'
}

case_agents_and_nodes() {
	{ agents 3000 'nodeSelector: {matchLabels: {r: w}}, local: {localInterface: default}' &&
		plain_nodes 3000; } >"$work/many.yaml"
	for command in validate elect; do
		label=$command
		run $command "$work/many.yaml"
		want 2 '3000 LBNodeAgents are too many for 3000 nodes'
	done
	label="values of one selector"
	{
		agents 1 "nodeSelector: {matchExpressions: [{key: r, operator: NotIn, values: [$(repeat 50000 v,)]}]}"
		plain_nodes 3000
	} | run validate -
	want 2 '1 LBNodeAgents are too many for 3000 nodes'
}

case_neighbors_and_nodes() {
	{
		printf 'apiVersion: bgp.purelb.io/v1\nkind: BGPConfiguration\nmetadata: {name: default, namespace: purelb-system}\n'
		printf 'spec:\n  global: {asn: 65000}\n  neighbors:\n'
		awk 'BEGIN { for (i = 0; i < 400; i++)
			printf "  - config: {neighborAddress: 10.0.%d.%d, peerAsn: 65001}\n", i / 250, i % 250 + 1 }'
		printf -- '---\n'
		plain_nodes 400
	} >"$work/many.yaml"
	for command in validate bgp; do
		label=$command
		run $command "$work/many.yaml"
		want 2 '1 BGPConfigurations with their neighbors are too many for 400 nodes'
	done
	label=plan
	run plan "$work/many.yaml" "$work/many.yaml"
	want 2 'too many for 400 nodes'
}

# Neighbors that are one and the same, each with timers of its own.
case_neighbors_with_one_address() {
	{
		printf 'apiVersion: bgp.purelb.io/v1\nkind: BGPConfiguration\nmetadata: {name: default, namespace: purelb-system}\n'
		printf 'spec:\n  global: {asn: 65000}\n  neighbors:\n'
		repeat 16000 '  - {config: {neighborAddress: 10.0.0.254, peerAsn: 65001}, timers: {config: {keepaliveInterval: 60}}}
'
		printf -- '---\n'
		plain_nodes 3
	} | run validate -
	want '0 1' 'BG050'
}

# Each of the keys of a mapping may have been meant for another place beside it.
case_unknown_keys_of_one_mapping() {
	{
		printf 'apiVersion: purelbtool.purelb.io/v1\nkind: Scenario\nmetadata: {name: keys}\nspec:\n'
		printf '  events:\n  - at: 1s\n    label:\n      node: node-a\n'
		awk 'BEGIN { for (i = 0; i < 100000; i++) printf "      nodes%d: 1\n", i }'
	} | run validate -
	want 1 'IN003'
}

# Each finding shows a part of one line, which is not read again for each of them.
case_findings_on_one_line() {
	{ printf 'x: [' && repeat 100000 '*q, ' && printf ']\n'; } | run validate -
	want 1 'IN001 alias \*q has no anchor'
	label="texts of values"
	{
		printf '{apiVersion: v1, kind: List, items: ['
		awk 'BEGIN { for (i = 0; i < 13000; i++)
			printf "{apiVersion: helm.cattle.io/v1, kind: HelmChart, metadata: {name: p%d, namespace: x}, spec: {chart: purelb, valuesContent: \"a: [\"}}, ", i }'
		printf ']}\n'
	} | run validate -
	want 1 'IN001'
}

# Each error is far behind the start of the file, and so is the line that is shown.
case_errors_far_behind() {
	{
		awk 'BEGIN { for (i = 0; i < 60000; i++) print "# ................................................" }'
		repeat 1000 '---
a: [
'
	} | run validate -
	want 1 'IN001 a value is expected here'
}

# The names of the input are not held against each other letter by letter without end.
case_unknown_names() {
	{
		printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a, namespace: purelb-system, annotations: {purelbtool.purelb.io/ignore: "'
		awk 'BEGIN { for (i = 0; i < 2000; i++) printf "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx%d,", i }'
		printf '"}}\nspec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.0.0.1}]}}\n'
	} | run validate -
	want "0 1" 'IN011'
}

# The sum of what is printed has a bound; the counts and a baseline do not.
case_findings_of_one_code() {
	{ service_group a 10.0.0.1-10.0.0.9 && awk 'BEGIN { for (i = 0; i < 1500; i++) print "x" i ": 1" }'; } >"$work/many.yaml"
	run validate --write-baseline "$work/baseline.yaml" "$work/many.yaml"
	want 1 'result: 1500 FAIL.* 500 more IN003 findings are not listed: --max-findings 0 lists all'
	[ "$(grep -c '^FAIL' "$work/out")" -eq 1000 ] || problem "all were listed"
	label="with the baseline"
	run validate --baseline "$work/baseline.yaml" "$work/many.yaml"
	want 0 '150[0-9] silenced'
	label="--max-findings 2"
	run validate --max-findings 2 -o json "$work/many.yaml"
	want 1 '"fail": 1500'
	label="--max-findings 0"
	run validate --max-findings 0 "$work/many.yaml"
	want 1 'result: 1500 FAIL'
	[ "$(grep -c '^FAIL' "$work/out")" -eq 1500 ] || problem "not all were listed"
}

case_scenario_that_multiplies() {
	nodes='nodes:
  - {name: n0, interfaces: [{name: eth0, addresses: [10.0.0.1/8], segment: s}], defaultRoutes: [{interface: eth0, via: 10.0.0.254}]}'
	{
		printf 'apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: i}\nspec:\n  %s\n' "$nodes"
		printf -- '---\napiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: default, namespace: purelb-system}\n'
		printf 'spec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.128.0.0/16}]}}\n'
		awk 'BEGIN { for (i = 0; i < 1000; i++)
			printf "---\n{apiVersion: v1, kind: Service, metadata: {name: s%d, namespace: x}, spec: {type: LoadBalancer, ports: [{port: 80}]}}\n", i }'
	} >"$work/cluster.yaml"
	label="observers of VIPs"
	{
		scenario '  duration: 10s\n  observers:\n'
		awk 'BEGIN { for (i = 0; i < 101; i++) printf "  - {name: o%d, segment: s}\n", i }'
	} >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml" "$work/cluster.yaml"
	want 1 '101 observers of 1000 VIPs are more than can be simulated'
	label="configurations"
	service_group b 10.9.0.1-10.9.0.2 >"$work/new.yaml"
	{
		scenario '  duration: 10s\n  events:\n'
		repeat 6400 '  - {at: 1s, apply: new.yaml}
'
	} >"$work/scenario.yaml"
	run simulate "$work/scenario.yaml" "$work/cluster.yaml"
	want 1 'the events change the configuration too often'
}

# Who names a pipe without a writer in a scenario does not make the program wait.
case_pipes_of_a_scenario() {
	mkfifo "$work/pipe"
	for field in 'inputs: [pipe]' 'events: [{at: 1s, apply: pipe}]'; do
		label=$field
		scenario "  duration: 1s\n  $field\n" >"$work/scenario.yaml"
		run simulate "$work/scenario.yaml"
		want '1 2' 'cannot read .*pipe'
	done
}

# A file of values that one installation names over and over.
case_values_many_times() {
	mkdir "$work/in"
	awk 'BEGIN { print "x:"; for (i = 0; i < 500; i++) printf "  k%d: v\n", i }' >"$work/in/common.yaml"
	{
		printf 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: purelb, namespace: argocd}\n'
		printf 'spec: {destination: {namespace: purelb}, source: {chart: purelb, helm: {valueFiles: [%s]}}}\n' \
			"$(repeat 20000 'common.yaml, ')"
	} >"$work/in/application.yaml"
	run validate "$work/in"
	want 0 'IN020 values of release "purelb" have more than 100 parts'
	want_one IN020
}

# Settings of single values below one key, as --set of Helm takes them.
case_settings() {
	for count in 250 4000; do
		label=$count
		{
			printf 'apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: purelb, namespace: purelb-system}\n'
			printf 'spec:\n  chart: purelb\n  set:\n'
			awk -v n=$count 'BEGIN { for (i = 1; i < n; i++) printf "    serviceGroup.labels.k%d: x\n", i }'
			printf '    lbnodeagent.localInterface: eth.*\n'
		} | run validate -
		case $count in
		250) want 0 'AG004 localInterface "eth\.\*" is not anchored' ;;
		*) want 0 'IN020 values of release "purelb" have more than 250 settings' ;;
		esac
	done
}

# Two files of values with many keys, none of which the other one has.
case_values_of_many_keys() {
	mkdir "$work/tree"
	printf '%s\n' 'helmCharts:' '- {name: purelb, releaseName: purelb, namespace: purelb-system,' \
		'   valuesFile: a.yaml, additionalValuesFiles: [b.yaml]}' >"$work/tree/kustomization.yaml"
	for letter in a b; do
		printf 'lbnodeagent: {localInterface: eth.*}\nsetting:\n' >"$work/tree/$letter.yaml"
		awk -v letter=$letter 'BEGIN { for (i = 0; i < 80000; i++) print "  " letter i ": x" }' \
			>>"$work/tree/$letter.yaml"
	done
	run validate "$work/tree"
	want 0 'AG004 localInterface "eth\.\*" is not anchored'
}
