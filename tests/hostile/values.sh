# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Hostile inputs: values of every wrong kind, and documents in odd company.

case_numbers() {
	for number in 99999999999999999999999999 -9223372036854775809 9223372036854775808 1e400 0x1 0b1 0o7 010 \
		1_000 .inf -.inf .nan 0.5 1.0 "$(repeat 100000 9)" -0 +3 3.0 '"3"' 190:20:30 0x 1e; do
		label="count $(echo "$number" | cut -c 1-40)"
		{
			printf 'apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: a, namespace: purelb-system}\n'
			printf 'spec:\n  local:\n    garpConfig:\n      count: %s\n' "$number"
		} | run validate -
		want "0 1" .
		case $number in
		99999* | -9223372036854775809 | 9223372036854775808 | .* | 0.5 | '"3"')
			want 1 'IN00[45]'
			;;
		esac
	done
}

case_odd_yaml() {
	for text in '<<: *x' '? [a, b]\n: c' '? {a: b}\n: c' '? \n: c' '1: a' 'true: a' 'null: a' '~: a' \
		'!!binary aGk=: a' 'a: !!int "3"' 'a: !!set {a, b}' 'a: !!python/object:os.system x' \
		'a: !<tag:yaml.org,2002:str> 1' '"": a' '" ": a' '[]: a' '- a\nb: c' '"\\u0000": a' 'a: "\\ud800"' \
		'%YAML 1.1\n---\na: b' '%YAML 9.9\n---\na: b' '%TAG ! tag:x,2000:\n---\na: !b c'; do
		label="\"$text\""
		printf '%b\n' "$text" | run validate -
		want "0 1" .
		{
			printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a}\n'
			printf 'spec:\n  local:\n    v4pools:\n'
			printf '%b\n' "$text" | sed -e '1s/^/    - /' -e '2,$s/^/      /'
		} | run validate -
		want "0 1" .
	done
}

case_wrong_shapes() {
	for value in 'null' '[]' '{}' '""' '1' 'true' '[[]]' '[{}]' '[null]' '{a: b}' '[1, 2]' 'word'; do
		for object in 'kind: %s' 'apiVersion: %s' 'metadata: %s' 'metadata: {name: %s}' \
			'metadata: {name: a, namespace: %s}' 'metadata: {name: a, labels: %s}' \
			'metadata: {name: a, annotations: %s}' 'spec: %s' 'spec: {local: %s}' \
			'spec: {local: {v4pools: %s}}' 'spec: {local: {v4pools: [%s]}}' \
			'spec: {local: {v4pools: [{pool: %s}]}}' 'spec: {namespaces: %s}' 'spec: {external: %s}'; do
			label="$(echo "$object" | sed "s/%s/$value/")"
			{
				case $object in
				kind* | api*) ;;
				*) printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\n' ;;
				esac
				# shellcheck disable=SC2059
				printf "$object\n" "$value"
			} >>"$work/shapes.yaml"
			echo --- >>"$work/shapes.yaml"
		done
	done
	label="all shapes"
	run validate "$work/shapes.yaml"
	want 1 'IN00[1-5]'
	label="all shapes, sweep"
	run sweep --pairs "$work/shapes.yaml"
	want 1 'result:'
	label="all shapes, plan"
	run plan "$work/shapes.yaml" fixtures/three-nodes
	want "0 1" 'result:'
	run plan fixtures/three-nodes "$work/shapes.yaml"
	want 1 'result:'
	for kind in 'purelb.io/v2 LBNodeAgent' 'v1 Node' 'coordination.k8s.io/v1 Lease' 'v1 Service' \
		'discovery.k8s.io/v1 EndpointSlice' 'v1 Namespace' 'apps/v1 DaemonSet' 'apps/v1 Deployment' \
		'apiextensions.k8s.io/v1 CustomResourceDefinition' 'purelbtool.purelb.io/v1 NodeInventory' \
		'bgp.purelb.io/v1 BGPConfiguration' 'v1 List' 'purelb.io/v2 ServiceGroupList' 'v1 NodeList'; do
		for value in 'null' '[]' '{}' '1' '[[]]' '[null]' '{a: b}' 'word'; do
			label="$kind, $value"
			for field in spec status items metadata; do
				printf 'apiVersion: %s\nkind: %s\n%s: %s\n---\n' "${kind% *}" "${kind#* }" $field "$value"
			done | run validate -
			want "0 1" .
		done
	done
}

# ESC reaches no terminal: neither from a value nor from a key or the name of a file.
case_escape_sequences() {
	{
		printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: "a\\e[31mred\\a", namespace: "x\\e]0;t"}\n'
		printf 'spec: {"\\e[2Jfield": 1, "\\x9bcsi": 2, local: {v4pools: [{subnet: "\\e[1m", pool: "10.0.0.\\r1"}]}}\n'
	} >"$work/esc.yaml"
	for format in table json yaml; do
		label="values as $format"
		run validate -o "$format" "$work/esc.yaml"
		want 1 'IN00'
		printf '\302\233' >"$work/csi"
		! LC_ALL=C grep -qaf "$work/csi" "$work/out" || problem "a C1 control was printed"
	done
	evil=$(printf 'a\033[31m\nb.yaml')
	mkdir "$work/names"
	service_group a 10.0.0.9-10.0.0.1 >"$work/names/$evil"
	for format in table json yaml; do
		label="name of a file as $format"
		run validate -o "$format" "$work/names/$evil"
		want 1 'SG004'
	done
	label="name of a missing file"
	run validate "$work/names/none$evil"
	want 2 .
	label="option"
	run validate "--$evil"
	want 2 .
	label="command"
	run "$evil"
	want 2 .
}

case_duplicate_keys() {
	printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a, namespace: purelb-system, name: b}\nspec: {local: {}, local: {}}\n' |
		run validate -
	want 1 'IN006'
	[ "$(grep -c '^FAIL IN006' "$work/out")" -eq 2 ] || problem "two keys are there twice"
}

case_after_a_syntax_error() {
	{
		printf 'a: [\n---\n'
		service_group a 10.0.0.9-10.0.0.1
		printf -- '---\nb: "x\n---\n'
		service_group b 10.0.1.9-10.0.1.1
		printf -- '...\n---\n\tc: 1\n---\n'
		service_group c 10.0.2.9-10.0.2.1
	} >"$work/several.yaml"
	run validate "$work/several.yaml"
	want 1 'IN001'
	[ "$(grep -c '^FAIL SG004' "$work/out")" -eq 3 ] || problem "not all documents behind an error are read"
	[ "$(grep -c '^FAIL IN001' "$work/out")" -eq 3 ] || problem "not one finding for each error"
	label="a second file"
	service_group z 10.0.9.9-10.0.9.1 >"$work/second.yaml"
	run validate "$work/several.yaml" "$work/second.yaml"
	want 1 'second.yaml:4:'
}

case_items_before_kind() {
	{
		printf 'items:\n- metadata: {name: a, namespace: purelb-system}\n  spec:\n    local:\n      v4pools:\n'
		printf '      - {pool: 10.0.0.9-10.0.0.1, subnet: 10.0.0.0/8}\n  kind: ServiceGroup\n  apiVersion: purelb.io/v2\n'
		printf 'metadata: {resourceVersion: ""}\nkind: List\napiVersion: v1\n'
	} | run validate -
	want 1 'SG004.*:6:'
	label="a typed list"
	{
		printf '{"items": [{"metadata": {"name": "a", "namespace": "purelb-system"}, "spec": {"local": {"v4pools": '
		printf '[{"pool": "10.0.0.9-10.0.0.1", "subnet": "10.0.0.0/8"}]}}}], "kind": "ServiceGroupList", "apiVersion": "purelb.io/v2"}'
	} | run validate -
	want 1 'SG004'
}

# Workloads and CustomResourceDefinitions of any shape never end the run.
case_odd_workloads() {
	python3 tests/hostile/shapes.py "$PURELBTOOL"
}
