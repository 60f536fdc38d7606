# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
# What other programs print, too much of it, cut, foreign or contradicting itself. Nothing of it may
# become a cause that is not there.

# The causes that the page finds, of these inputs.
found_on_page() { # INPUT...
	set -- "$@" -o json
	run inspect --page "$@"
	want "0 1" causes
	jq -c '[.causes[] | select(.verdict == "FOUND") | .number]' "$work/out"
}

nothing_is_found() { # INPUT...
	found=$(found_on_page "$@")
	[ "$found" = "[]" ] || problem "$found is found: $(jq -c '[.causes[] | select(.verdict == "FOUND") | .evidence]' "$work/out")"
}

case_metrics_without_end() {
	mkdir "$work/pods"
	label="a million series"
	seq 1000000 | awk '{ printf "purelb_lbnodeagent_announced{service=\"shop/web-%d\",node=\"node-a\",ip=\"10.0.0.1\"} 1\n", $1 }' \
		>"$work/pods/lbnodeagent-a-metrics.txt"
	run evidence "$work/pods"
	want 1 'lbnodeagent-a.*more than'
	nothing_is_found -f fixtures/inspect/cluster.yaml -f "$work/pods"
	label="one series with a million labels"
	{ printf 'purelb_lbnodeagent_garp_errors_total{' && repeat 1000000 'a="b",' && echo '} 9'; } >"$work/pods/lbnodeagent-a-metrics.txt"
	run evidence "$work/pods"
	want 1 'not a sample'
	label="values that are no counts"
	printf '# TYPE purelb_election_lease_renewal_failures_total counter\n' >"$work/pods/lbnodeagent-a-metrics.txt"
	for value in NaN -Inf -7 0 0x; do
		echo "purelb_election_lease_renewal_failures_total $value" >>"$work/pods/lbnodeagent-a-metrics.txt"
	done
	nothing_is_found -f fixtures/inspect/cluster.yaml -f "$work/pods"
}

# All of them are compared with each other: as many as are looked at, and more.
case_sessions_without_end() {
	mkdir "$work/node-a"
	for prefix in 10.7. fd00::7:; do
		for count in 1000 17000; do
			label="$count sessions to $prefix"
			seq 0 $((count - 1)) | jq -s --arg prefix "$prefix" 'map({conf: {local_asn: 65000, peer_asn: 64514, type: 1,
				neighbor_address: ($prefix + if $prefix == "10.7." then "\(. / 256 | floor).\(. % 256)" else "\(.)" end)}}
				| .state = {neighbor_address: .conf.neighbor_address, peer_asn: 64514, session_state: 3})' \
				>"$work/node-a/gobgp-neighbor.json"
			run validate --max-findings 0 -o json fixtures/inspect/cluster.yaml "$work/node-a"
			want "0 1" checks
			found=$(jq '[.checks[] | select(.code == "OB033")] | length' "$work/out")
			[ "$found" -eq $((count > 1024 ? 0 : count)) ] || problem "$found sessions are down"
			[ "$count" -gt 1024 ] || continue
			run inspect -o json -f fixtures/inspect/cluster.yaml -f "$work/node-a"
			grep -q 'more sessions than are looked at' "$work/out" || problem "something follows from them"
		done
	done
}

# Each session and each instance of a router beside each neighbor of the nodes would be billions.
case_neighbors_without_end() {
	{
		printf 'apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n'
		printf 'status: {addresses: [{type: InternalIP, address: 192.168.1.11}]}\n---\n'
		printf 'apiVersion: bgp.purelb.io/v1\nkind: BGPConfiguration\nmetadata: {name: default, namespace: purelb-system}\n'
		printf 'spec:\n  global: {asn: 65000, routerID: 1.1.1.1}\n  neighbors:\n'
		awk 'BEGIN { for (i = 0; i < 10000; i++) printf "  - {config: {neighborAddress: 10.0.%d.%d, peerAsn: 65001}}\n", i / 256, i % 256 }'
		printf '  - {config: {neighborAddress: 192.168.1.1, peerAsn: 65001}}\n'
	} >"$work/in.yaml"
	mkdir "$work/tor1"
	for vrf in "" " vrf v%d"; do
		label="instances of a router:$vrf"
		{
			printf 'frr version 8.4.4\nhostname tor1\n'
			awk -v vrf="$vrf" 'BEGIN { for (i = 0; i < 80000; i++) {
				printf "router bgp 65001" vrf "\n", i
				printf " bgp router-id 192.168.1.1\n neighbor 192.168.1.11 remote-as 65000\n" } }'
		} >"$work/tor1/running-config.txt"
		run validate -o json "$work/in.yaml" "$work/tor1"
		want "0 1" checks
	done
	rm "$work/tor1/running-config.txt"
	label="sessions of a router"
	{
		printf '{"ipv4Unicast": {"routerId": "192.168.1.1", "as": 65001, "peers": {'
		awk 'BEGIN { for (i = 0; i < 80000; i++) printf "%s\"11.%d.%d.%d\": {\"remoteAs\": 65000, \"state\": \"Active\"}", i ? ", " : "", i / 65536, i / 256 % 256, i % 256 }'
		printf '}}}'
	} >"$work/tor1/summary.json"
	run validate -o json "$work/in.yaml" "$work/tor1"
	want "0 1" checks
}

case_captures_cut_in_the_middle() {
	mkdir "$work/node-a"
	for capture in tests/evidence/lab/node-a/any.pcap tests/evidence/lab/tor1/eth0.pcapng; do
		size=$(wc -c <"$capture")
		for part in 5 20 24 30 39 41 100 $((size / 3)) $((size / 2)) $((size - 1)); do
			label="$part bytes of $capture"
			rm -f "$work"/node-a/*
			head -c "$part" "$capture" >"$work/node-a/${capture##*/}"
			run evidence "$work/node-a"
			want "0 1" 'evidence|not recognized|nothing'
			nothing_is_found -f fixtures/inspect/cluster.yaml -f "$work/node-a"
		done
	done
}

# Forms that are JSON, with other types than they have, wrapped, emptied and cut: what is found of
# them is at most what the whole file shows.
case_json_of_other_programs() {
	mkdir "$work/node-a"
	for file in node-a/addr node-a/neigh node-a/gobgp-neighbor node-a/gobgp-rib4 tor1/bgp4 tor1/bgp6 tor1/neighbors \
		tor1/summary tor1/ip-route; do
		file=tests/evidence/lab/$file.json
		copy=$work/node-a/${file##*/}
		cp "$file" "$copy"
		label=$file
		whole=$(found_on_page -f fixtures/inspect/cluster.yaml -f "$work/node-a")
		for change in 'walk(if type == "string" then 7 else . end)' 'walk(if type == "number" then "x" else . end)' \
			'walk(if type == "array" then {} else . end)' 'walk(if type == "object" then [.[]?] else . end)' \
			'walk(if type == "boolean" then null else . end)' 'walk(if type == "string" then . + "\u0007\u202e" else . end)' \
			'{a: .}' 'null' '[]'; do
			label="$file, $change"
			jq -c "$change" "$file" >"$copy" || problem "jq"
			found=$(found_on_page -f fixtures/inspect/cluster.yaml -f "$work/node-a")
			[ "$(jq -nc "$found - $whole")" = "[]" ] || problem "$found is found, and of the whole file $whole"
		done
		label="$file, cut"
		head -c "$(($(wc -c <"$file") / 2))" "$file" >"$copy"
		nothing_is_found -f fixtures/inspect/cluster.yaml -f "$work/node-a"
		rm "$copy"
	done
	label="a list that is 100,000 deep"
	{ repeat 100000 '[' && repeat 100000 ']'; } >"$work/node-a/addr.json"
	nothing_is_found -f fixtures/inspect/cluster.yaml -f "$work/node-a"
}

# Two clocks in one input: what was captured an hour later does not make the leases old.
case_two_clocks() {
	mkdir "$work/later"
	for time in 2026-03-28T04:02:45Z 2036-03-28T04:02:45Z 2006-03-28T04:02:45Z; do
		label="evidence of $time"
		printf 'apiVersion: purelbtool.purelb.io/v1\nkind: Capture\nmetadata: {name: x}\nspec: {capturedAt: "%s"}\n' "$time" \
			>"$work/later/capture.yaml"
		echo '[{"dst":"192.168.1.243","dev":"eth1","lladdr":"02:00:00:00:00:0a","state":["STALE"]}]' >"$work/later/tor1-neigh.json"
		nothing_is_found -f fixtures/inspect/cluster.yaml -f "$work/later"
	done
}
