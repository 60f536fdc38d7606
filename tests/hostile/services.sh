# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Hostile inputs of allocate and elect: pools without end, Services by the hundred thousand,
# and requests that nothing can satisfy.

# A ServiceGroup "default" with these entries of v6pools and v4pools.
pools() { # V6POOLS V4POOLS [MORE]
	cat <<-END
		---
		apiVersion: purelb.io/v2
		kind: ServiceGroup
		metadata: {name: default, namespace: purelb-system}
		spec: {local: {${3:-}v6pools: [$1], v4pools: [$2]}}
	END
}

# So many as a sanitizer leaves time and memory for.
services_count() { # MANY FEWER
	if [ "$memory_limit_kb" -gt 200000 ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

plain_services() { # COUNT
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "---\n{apiVersion: v1, kind: Service, metadata: {name: s%d, namespace: x}, spec: {type: LoadBalancer, clusterIP: \"fd01::1\", ipFamilies: [IPv6], ports: [{port: 80}]}}\n", i
	}'
}

case_services_by_the_hundred_thousand() {
	count=$(services_count 100000 20000)
	# The values of a Service and their positions take 2 KB, as much again what is found and printed.
	memory_limit_kb=$((memory_limit_kb + count * 3))
	{ pools '{pool: "fd00::/64", subnet: "fd00::/64"}' '' && plain_services "$count"; } >"$work/in.yaml"
	label="a pool of 2^64"
	run allocate "$work/in.yaml"
	want 0 "result: *$count Services: $count assigned"
	label="a pool of two"
	sed 's,pool: "fd00::/64",pool: "fd00::/127",' "$work/in.yaml" >"$work/two.yaml"
	run allocate --check "$work/two.yaml"
	want 1 "2 assigned, $((count - 2)) pending"
	label="checks"
	run validate "$work/two.yaml"
	want 1 'SV007'
	label="who announces them"
	run elect "$work/in.yaml"
	want 0 'x/s0 *local *unknown'
}

case_pools_without_end() {
	label="all there is"
	{
		pools '{pool: "::/0", subnet: "::/0"}' '{pool: 0.0.0.0/0, subnet: 0.0.0.0/0}' 'balancePools: true, '
		cat <<-'END'
			---
			apiVersion: v1
			kind: Service
			metadata: {name: first, namespace: x}
			spec: {type: LoadBalancer, clusterIP: 10.0.0.1, ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv4, IPv6], ports: [{port: 80}]}
			---
			apiVersion: v1
			kind: Service
			metadata: {name: last, namespace: x, annotations: {purelb.io/addresses: "255.255.255.255,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}}
			spec: {type: LoadBalancer, clusterIP: 10.0.0.1, ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv4, IPv6], ports: [{port: 80}]}
		END
	} >"$work/in.yaml"
	run allocate -o json "$work/in.yaml"
	want 0 '340282366920938463463374607431768211'
	run validate "$work/in.yaml"
	want "0 1" 'result:'
	label="the first thousands held"
	{
		pools '{pool: "fd00::-fd00::ffff:ffff:ffff:ffff", subnet: "fd00::/64"}' '' 'multiPool: true, '
		awk 'BEGIN { for (i = 1; i < 2000; i++)
			printf "---\n{apiVersion: v1, kind: Service, metadata: {name: s%d, namespace: x, annotations: {purelb.io/allocated-by: PureLB}}, spec: {type: LoadBalancer, clusterIP: \"fd01::1\", ipFamilies: [IPv6], ports: [{port: 80}]}, status: {loadBalancer: {ingress: [{ip: \"fd00::%x\"}]}}}\n", i, i }'
		plain_services 1 | sed 's/s0/t0/'
	} | run allocate -
	want 0 't0 *assigned *fd00:: '
}

case_everybody_wants_the_same() {
	count=$(services_count 20000 4000)
	label="with a port of its own"
	{
		pools '' '{pool: 10.1.0.0/24, subnet: 10.1.0.0/24}'
		awk -v n="$count" 'BEGIN { for (i = 0; i < n; i++)
			printf "---\n{apiVersion: v1, kind: Service, metadata: {name: s%d, namespace: x, annotations: {purelb.io/allow-shared-ip: k}}, spec: {type: LoadBalancer, clusterIP: 10.0.0.1, ipFamilies: [IPv4], ports: [{port: %d}]}}\n", i, i + 11000 }'
	} >"$work/in.yaml"
	run allocate "$work/in.yaml"
	want 0 "$count assigned"
	label="all on one port"
	sed 's/port: [0-9]*/port: 80/' "$work/in.yaml" >"$work/one.yaml"
	run allocate "$work/one.yaml"
	want 0 "1 assigned, $((count - 1)) pending"
	label="all hold it already"
	sed 's/purelb.io.allow-shared-ip: k/purelb.io\/allocated-by: PureLB/; s/}$/, status: {loadBalancer: {ingress: [{ip: 10.1.0.1}]}}}/' \
		"$work/one.yaml" >"$work/held.yaml"
	run validate "$work/held.yaml"
	want 1 'SV015'
}

case_one_service_with_thousands() {
	count=$(services_count 20000 5000)
	awk -v n="$count" 'BEGIN {
		printf "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: x, annotations: {purelb.io/allocated-by: PureLB, purelb.io/announcing-IPv4: \""
		for (i = 0; i < n; i++) printf "n,eth0,10.1.%d.%d ", i / 256, i % 256
		printf "\"}}, spec: {type: LoadBalancer, clusterIP: 10.0.0.1, ipFamilies: [IPv4]}, status: {loadBalancer: {ingress: ["
		for (i = 0; i < n; i++) printf "{ip: 10.1.%d.%d},", i / 256, i % 256
		printf "]}}}\n"
	}' >"$work/in.yaml"
	{ pools '' '{pool: 10.1.0.0/16, subnet: 10.1.0.0/16}' && printf -- '---\n' && cat "$work/in.yaml"; } >"$work/pool.yaml"
	printf -- '---\n{apiVersion: v1, kind: Node, metadata: {name: n}, status: {addresses: [{type: InternalIP, address: 10.1.0.1}]}}\n' >>"$work/pool.yaml"
	for command in allocate elect validate; do
		label="$command"
		run $command "$work/in.yaml" "$work/pool.yaml"
		want "0 1" 'result:'
	done
}

case_requests_that_nothing_satisfies() {
	for value in "" "," ",,,,,," "%" "1.2.3.4,1.2.3.4," "fe80::1%eth0" "::" "0.0.0.0/0" "999999999999999999999999" "$(repeat 100000 ,)" "$(repeat 100000 9)" "$(repeat 30000 '1.2.3.4,')"; do
		label="$(printf '%.20s' "$value")"
		{
			pools '' '{pool: 10.1.0.0/24, subnet: 10.1.0.0/24}'
			printf -- '---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: x, annotations: {purelb.io/addresses: "%s"}}\nspec: {type: LoadBalancer, clusterIP: 10.0.0.1, ipFamilies: [IPv4], ports: [{port: 80}]}\n' "$value"
			plain_services 1 | sed 's/s0/fine/; s/IPv6/IPv4/; s/fd01::1/10.0.0.1/'
		} >"$work/in.yaml"
		run allocate "$work/in.yaml"
		want 0 '1 assigned, 1 pending'
		run validate "$work/in.yaml"
		want 1 'SV004'
	done
}

case_many_nodes_and_vips() {
	nodes=$(services_count 1000 200)
	vips=$(services_count 5000 500)
	{
		pools '' '{pool: 10.0.0.0/8, subnet: 10.0.0.0/8}'
		plain_services "$vips" | sed 's/IPv6/IPv4/'
		awk -v n="$nodes" 'BEGIN { for (i = 0; i < n; i++)
			printf "---\n{apiVersion: v1, kind: Node, metadata: {name: n%d}, status: {addresses: [{type: InternalIP, address: 10.255.%d.%d}]}}\n", i, i / 250, i % 250 }'
		printf -- '---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: default, namespace: purelb-system}\nspec: {local: {}}\n'
	} >"$work/in.yaml"
	for command in elect validate sweep "sweep --pairs"; do
		label="$command"
		# shellcheck disable=SC2086
		run $command "$work/in.yaml"
		want "0 1" 'result:'
	done
	label="plan"
	sed 's/10\.0\.0\.0\/8/10.1.0.0\/16/' "$work/in.yaml" >"$work/new.yaml"
	run plan "$work/in.yaml" "$work/new.yaml"
	want "0 1" 'result:'
}
