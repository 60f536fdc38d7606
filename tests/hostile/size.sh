# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Hostile inputs: too deep, too long, too many, and aliases that grow without end.

case_deep() {
	for depth in 10000 1000000; do
		label="$depth flow lists"
		{ printf 'a: ' && repeat $depth '[' && repeat $depth ']'; } | run validate -
		want 1 'IN001.*(deep|nest)'
		want_one IN001
		label="$depth open brackets"
		repeat $depth '[' | run validate -
		want 1 'IN001'
		label="$depth flow mappings"
		{ repeat $depth '{"a":' && printf 1 && repeat $depth '}'; } | run validate -
		want 1 'IN001.*(deep|nest)'
		label="$depth block lists"
		{ repeat $depth '- ' && echo a; } | run validate -
		want 1 'IN001'
	done
	label="3000 block mappings"
	awk 'BEGIN { for (i = 0; i < 3000; i++) printf "%*sa:\n", i, "" }' | run validate -
	want 1 'IN001.*(deep|nest)'
	label="deep where nobody looks"
	{
		printf 'apiVersion: v1\nkind: Node\nmetadata: {name: a, managedFields: '
		repeat 10000 '[' && repeat 10000 ']' && printf '}\n---\n'
		service_group a 10.0.0.9-10.0.0.1
	} | run validate -
	want 1 'SG004'
}

case_deep_lists_of_kind_list() {
	for depth in 10 1000; do
		label="$depth levels"
		awk -v n=$depth 'BEGIN {
			for (i = 0; i < n; i++) printf "{apiVersion: v1, kind: List, items: ["
			printf "{apiVersion: v1, kind: X}, {apiVersion: purelb.io/v2, kind: ServiceGroup, metadata: {name: Bad_Name}}"
			for (i = 0; i < n; i++) printf "]}"
		}' | run validate -
		want 1 'IN00[12]'
	done
}

bomb() {
	printf 'a: &a [x,x,x,x,x,x,x,x,x,x]\n'
	previous=a
	for letter in b c d e f g h i j; do
		printf '%s: &%s [*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s]\n' $letter $letter \
			$previous $previous $previous $previous $previous $previous $previous $previous \
			$previous $previous
		previous=$letter
	done
}

# The items of one List share an anchor: each is small, together they are 16 million values.
case_aliases_of_a_list() {
	{
		printf 'apiVersion: v1\nkind: List\nx: &x\n'
		awk 'BEGIN { for (i = 0; i < 4000; i++) print "- 192.0.2.1" }'
		printf 'items:\n'
		awk 'BEGIN { for (i = 0; i < 4000; i++)
			print "- {apiVersion: v1, kind: Service, metadata: {name: a" i "}, spec: {loadBalancerSourceRanges: *x}}" }'
	} >"$work/list.yaml"
	run validate "$work/list.yaml"
	want 1 'the aliases of this document expand to more than 200,000 values'
	want_one IN001
}

# A large mapping merges a small one 400 times: each time all of its keys are looked at.
case_merges() {
	{
		printf 'x: &m {z: 1}\ny:\n  <<: ['
		repeat 400 '*m, '
		printf ']\n'
		awk 'BEGIN { for (i = 0; i < 30000; i++) print "  k" i ": 1" }'
		printf 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n'
	} >"$work/merges.yaml"
	run validate "$work/merges.yaml"
	want 1 'merge more than 4,000,000 keys'
}

case_alias_bomb() {
	bomb | run validate -
	want "0 1" 'IN0[01]'
	for place in 'spec: {local: {v4pools: *j}}' 'spec: {namespaces: *j}' 'metadata: *j' \
		'spec: *j' 'metadata: {name: a, labels: {a: *j}}' 'metadata: {name: a, annotations: *j}'; do
		label="as $place"
		{ bomb && printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\n%s\n' "$place"; } |
			run validate -
		want 1 'IN0'
	done
	for place in 'spec: {nodes: *j}' 'spec: {nodes: [{name: a, interfaces: *j}]}'; do
		label="as $place"
		{ bomb && printf 'apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: a}\n%s\n' \
			"$place"; } | run validate -
		want 1 'IN0'
	done
	label="as items of a List"
	{ bomb && printf 'apiVersion: v1\nkind: List\nitems: *j\n'; } | run validate -
	want 1 'IN0'
	label="100,000 uses of a large object"
	{
		printf 'big: &big ['
		repeat 1000 '{name: a, interfaces: [{name: eth0}]},'
		printf ']\nuses: ['
		repeat 100000 '*big,'
		printf ']\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: a}\nspec: {}\n'
	} | run validate -
	want "0 1" 'IN0'
	label="doubling mappings"
	{
		printf 'a0: &a0 {k: v}\n'
		awk 'BEGIN { for (i = 1; i < 60; i++) printf "a%d: &a%d {l: *a%d, r: *a%d}\n", i, i, i - 1, i - 1 }'
		printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a}\nspec: *a59\n'
	} | run validate -
	want 1 'IN0'
}

case_odd_anchors() {
	for text in 'a: &a [*a]' 'a: &a {b: *a}' 'a: *nowhere' '&a a: *a' 'a: &a 1\nb: &a 2\nc: *a' \
		'spec: &a {local: *a}' '- &a [*a, *a]\n- *a' 'a: &a\nb: *a' '*a : 1' '? &a x\n: *a'; do
		label="\"$text\""
		printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\n%b\n' "$text" | run validate -
		want "0 1" 'IN0'
		printf '%b\n' "$text" | run validate -
		want "0 1" 'IN0'
	done
	label="anchors do not reach over documents"
	printf 'a: &a {name: b}\n---\napiVersion: v1\nkind: Namespace\nmetadata: *a\n' | run validate -
	want 1 'IN001'
	label="100,000 anchors"
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "- &a%d x\n- *a%d\n", i, i }' | run validate -
	want "0 1" 'IN0'
}

# The spool of standard input is the one thing that may be large here, and it is bounded.
case_two_gigabytes_in_one_line() {
	head -c 2G /dev/zero | tr '\0' a | run validate -
	want "1 2" 'IN001|too (large|long)|larger|longer'
}

case_endless_scalars() {
	# A value is never held whole, nor a line of a comment.
	memory_limit_kb=$((memory_limit_kb / 5))
	for start in 'a: ' 'a: "' "a: '" 'a: |\n  ' 'a: &' 'a: !' '# ' '' '"' '%' 'a: [x,'; do
		label="100 MB after \"$start\""
		{ printf %b "$start" && head -c 100M /dev/zero | tr '\0' a; } | run validate -
		want "0 1 2" 'IN0|too (large|long)'
	done
	label="100 MB of blanks"
	head -c 100M /dev/zero | tr '\0' ' ' | run validate -
	want "0 1 2" 'IN0|too (large|long)'
}

case_long_names() {
	repeat 1000000 a >"$work/name"
	{ printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata:\n  name: ' && cat "$work/name" &&
		printf '\nspec:\n  ' && cat "$work/name" && printf ': 1\n'; } | run validate -
	want 1 'IN00[123]'
	[ "$(wc -c <"$work/out")" -lt 100000 ] || problem "a million letters are printed again"
}

case_many_documents() {
	label="100,000 documents"
	awk 'BEGIN { for (i = 0; i < 100000; i++)
		printf "apiVersion: v1\nkind: Namespace\nmetadata: {name: n%d}\n---\n", i }' | run validate -
	want 0 .
	label="a list of 100,000 items"
	awk 'BEGIN { print "apiVersion: v1\nkind: List\nitems:"
		for (i = 0; i < 100000; i++)
			printf "- {apiVersion: v1, kind: Namespace, metadata: {name: n%d}}\n", i }' | run validate -
	want 0 .
	label="100,000 empty documents"
	repeat 100000 '---
' | run validate -
	want 2 'cannot read <stdin>: no input'
	label="20,000 documents with a syntax error"
	awk 'BEGIN { for (i = 0; i < 20000; i++) printf "a: [%d\n---\n", i }' | run validate -
	want 1 'IN001'
	label="one object 20,000 times"
	awk 'BEGIN { for (i = 0; i < 20000; i++)
		print "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: same}" }' | run validate -
	want 1 'IN007'
}

case_wide() {
	label="100,000 labels"
	awk 'BEGIN { print "apiVersion: v1\nkind: Node\nmetadata:\n  name: a\n  labels:"
		for (i = 0; i < 100000; i++) printf "    l%d: x\n", i }' | run validate -
	want "0 1" .
	label="100,000 unknown fields"
	awk 'BEGIN { print "apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a}\nspec:"
		for (i = 0; i < 100000; i++) printf "  f%d: x\n", i }' | run validate -
	want 1 'IN003'
	label="one key 100,000 times"
	awk 'BEGIN { print "apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata:\n  name: a\n  labels:"
		for (i = 0; i < 100000; i++) print "    same: x" }' | run validate -
	want 1 'IN006'
	label="30,000 objects that silence findings"
	awk 'BEGIN { for (i = 0; i < 30000; i++) {
		print "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata:"
		printf "  name: a%d\n", i
		print "  annotations: {purelbtool.purelb.io/ignore: \"IN009\"}"
		print "spec: {local: {localInterface: default}}" } }' | run validate -
	want 0 'silenced'
	label="100,000 namespaces"
	awk 'BEGIN { print "apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a}"
		print "spec:\n  local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.0.0.1-10.0.0.2}]}\n  namespaces:"
		for (i = 0; i < 100000; i++) printf "  - n%d\n", i }' | run validate -
	want 1 'IN005'
}

# Many ranges in conflict: what is said must stay bounded, and so must the time.
case_conflicts_by_thousands() {
	group_head='apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: %s, namespace: purelb-system}\nspec:\n  local:\n    v4pools:\n'
	label="20,000 equal ranges in one group"
	# shellcheck disable=SC2059
	{ printf "$group_head" a && repeat 20000 '    - {subnet: 10.0.0.0/8, pool: 10.0.0.1-10.0.0.9}
'; } | run validate -
	want 1 'SG008'
	label="3,000 groups, each range inside the one before"
	awk 'BEGIN { for (i = 0; i < 3000; i++) {
		printf "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
		printf "metadata: {name: g%05d, namespace: purelb-system}\n", i
		printf "spec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.1.%d.%d-10.9.%d.%d}]}}\n",
			i / 250, i % 250, (9999 - i) / 250, (9999 - i) % 250 } }' | run validate -
	want 1 'SG007'
	label="3,000 equal groups"
	awk 'BEGIN { for (i = 0; i < 3000; i++) {
		printf "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
		printf "metadata: {name: g%05d, namespace: purelb-system}\n", i
		print "spec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.1.0.1-10.1.0.9}]}}" } }' |
		run validate -
	want 1 'SG006'
	label="3,000 nodes with one address"
	awk 'BEGIN { print "apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: a}"
		print "spec:\n  nodes:"
		for (i = 0; i < 3000; i++)
			printf "  - {name: n%d, interfaces: [{name: eth0, addresses: [10.0.0.1/24]}]}\n", i }' |
		run validate -
	want 1 'ND005'
	label="10,000 ranges on 10,000 subnets"
	# shellcheck disable=SC2059
	{
		printf 'apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: a, namespace: purelb-system}\n'
		printf 'spec: {local: {localInterface: default, garpConfig: {}}}\n---\n'
		awk 'BEGIN { for (i = 0; i < 40; i++) {
			printf "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata:\n  name: purelb-node-n%d\n", i
			printf "  namespace: purelb-system\n  annotations:\n    purelb.io/subnets: "
			for (k = 0; k < 250; k++) printf "%s10.%d.%d.0/24", (k ? "," : ""), i, k
			print "\nspec: {leaseDurationSeconds: 10, renewTime: \"2026-03-02T10:00:00Z\"}\n---" } }'
		printf "$group_head" a
		awk 'BEGIN { for (i = 0; i < 40; i++) for (k = 0; k < 250; k++)
			printf "    - {subnet: 10.%d.%d.0/24, pool: 10.%d.%d.9-10.%d.%d.20}\n", i, k, i, k, i, k }'
	} | run validate -
	want 0 'CV002.*10.0.0.9'
	label="2,000 LBNodeAgents for 2,000 nodes"
	awk 'BEGIN { for (i = 0; i < 2000; i++) {
		printf "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\n"
		printf "metadata: {name: a%d, namespace: purelb-system}\n", i
		print "spec: {nodeSelector: {matchLabels: {a: b}}, local: {localInterface: ^eth0$}}"
		printf "---\napiVersion: v1\nkind: Node\nmetadata: {name: n%d, labels: {a: b}}\n", i } }' |
		run validate -
	want "0 1" 'AG007'
}

case_patterns() {
	for pattern in '(((((((a{1,100}){1,100}){1,100}){1,100}){1,100}){1,100}){1,100})' \
		'(a*)*b' '(?:a|a)*$' '[[:foo:]]' '\\pN{99999}' '(' ')' '*' '(?P<n>a)(?P<n>b)' '\\C' '(?i)^ETH0$' '^$' '' \
		"$(repeat 10000 '(')" "$(repeat 100000 a)" "$(repeat 2000 '(a|b)*')"; do
		label="pattern $(printf %s "$pattern" | cut -c 1-60)"
		{
			printf "apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: a, namespace: purelb-system}\n"
			printf "spec:\n  local:\n    localInterface: '%s'\n---\n" "$pattern"
			printf 'apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: a}\n'
			printf 'spec: {nodes: [{name: n, interfaces: [{name: aaaaaaaaaaaaaaa}]}]}\n'
		} | run validate -
		want "0 1" .
	done
}

# As many patches as objects, whose patterns are compiled once each.
case_patches_of_many_objects() {
	mkdir "$work/patched"
	awk 'BEGIN {
		print "resources: [groups.yaml]\npatches:"
		for (i = 0; i < 1000; i++)
			printf "- {target: {kind: ServiceGroup, name: \"(g|h)%d\"}, patch: \"[{\\\"op\\\": \\\"remove\\\", \\\"path\\\": \\\"/spec/local/x\\\"}]\"}\n", i
	}' >"$work/patched/kustomization.yaml"
	for number in $(seq 0 999); do
		service_group "g$number" 10.0.0.9-10.0.0.1
		echo ---
	done >"$work/patched/groups.yaml"
	run validate "$work/patched"
	want 1 'a patch of ServiceGroup'
}

# Each override is compared with each finding.
case_many_overrides() {
	for count in 1000 1001; do
		awk -v count=$count 'BEGIN {
			print "overrides:"
			for (i = 0; i < count; i++)
				printf "- {paths: [\"**/x%d/**\"], disable: [SG004]}\n", i
		}' >"$work/settings-$count.yaml"
	done
	for number in $(seq 0 499); do
		service_group "g$number" 10.0.0.9-10.0.0.1
		echo ---
	done >"$work/groups.yaml"
	label="as many as are taken"
	run validate --config "$work/settings-1000.yaml" "$work/groups.yaml"
	want 1 SG004
	label="one more"
	run validate --config "$work/settings-1001.yaml" "$work/groups.yaml"
	want 2 'overrides has too many entries .the limit is 1000.'
}
