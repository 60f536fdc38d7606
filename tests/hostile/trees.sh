# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Hostile inputs: trees of files that loop, lead out, go deep, or have very much in them.

case_tree_loops() {
	mkdir -p "$work/tree/a/b" "$work/tree/.hidden"
	service_group a 10.0.0.9-10.0.0.1 >"$work/tree/a/b/group.yaml"
	ln -s . "$work/tree/self"
	ln -s .. "$work/tree/a/up"
	ln -s ../.. "$work/tree/a/b/top"
	ln -s ../a "$work/tree/.hidden/back"
	ln -s .hidden "$work/tree/in"
	ln -s loop2 "$work/tree/loop1"
	ln -s loop1 "$work/tree/loop2"
	for n in $(seq 40); do
		ln -s ../.hidden "$work/tree/a/h$n"
	done
	run validate "$work/tree"
	want 1 'SG004'
	want_one SG004
}

case_tree_many_files() {
	mkdir -p "$work/tree/empty"
	seq 20000 | sed "s,.*,$work/tree/empty/&.yaml," | xargs touch
	service_group a 10.0.0.9-10.0.0.1 >"$work/tree/group.yaml"
	run validate "$work/tree"
	want 1 '20000 files that are not Kubernetes objects'
	want_one SG004
}

# Beyond the limit the folder is not read, whatever is in it, and that is said.
case_tree_too_many_files() {
	mkdir "$work/tree"
	seq 101 | sed "s,.*,$work/tree/&," | xargs mkdir
	seq 0 100999 | awk -v tree="$work/tree" '{ print tree "/" int($1 / 1000) + 1 "/" $1 ".yaml" }' | xargs touch
	service_group a 10.0.0.9-10.0.0.1 >"$work/tree/group.yaml"
	run validate "$work/tree"
	want 2 'too many files .the limit is 100000.'
}

# What is not a regular file is named and not opened: a pipe would wait for ever.
case_tree_pipes() {
	mkdir -p "$work/tree/chart/templates" "$work/tree/k" "$work/tree/clusters/a" "$work/tree/clusters/b"
	service_group a 10.0.0.9-10.0.0.1 >"$work/tree/group.yaml"
	for pipe in x.yaml x.json x.log x kustomization.yaml chart/values.yaml chart/templates/t.yaml k/res.yaml \
		clusters/a/a.yaml clusters/b/b.yaml; do
		mkfifo "$work/tree/$pipe"
	done
	echo 'name: chart' >"$work/tree/chart/Chart.yaml"
	echo 'resources: [res.yaml, ../x.yaml, patch.yaml]' >"$work/tree/k/kustomization.yaml"
	ln -s x.yaml "$work/tree/link.yaml"
	ln -s /dev/zero "$work/tree/zero.yaml"
	run validate "$work/tree"
	want 1 'SG004'
	want 1 '11 pipes, sockets and devices'
	label="each"
	run validate --each "$work/tree/clusters"
	want 0 '2 pipes, sockets and devices'
	label="clusters that are named"
	echo 'clusters: {a: clusters/a, b: clusters/b/b.yaml}' >"$work/settings.yaml"
	cp "$work/settings.yaml" "$work/tree/settings.yml"
	run validate --config "$work/tree/settings.yml" "$work/tree"
	want 0 '2 pipes, sockets and devices'
}

# Kustomizations that name themselves, each other, and what is not theirs.
case_tree_kustomizations() {
	echo 'token: SECRET' >"$work/secret.yaml"
	mkdir -p "$work/tree/a" "$work/tree/b" "$work/tree/c"
	service_group a 10.0.0.9-10.0.0.1 >"$work/tree/a/group.yaml"
	for folder in a b c; do
		cat >"$work/tree/$folder/kustomization.yaml" <<-END
			resources: [., .., ../a, ../b, ../c, group.yaml, /, /etc/passwd, ../../secret.yaml, "$work/secret.yaml",
			  kustomization.yaml, "https://example.com/x?ref=main", "git@example.com:x", ../../../../../../../etc/hostname]
			components: [., ../a]
			bases: [../b, ../c/., ../c/../a/../c]
			patches: [{path: ../../secret.yaml}, {path: /etc/passwd}]
			crds: [/dev/zero]
			openapi: {path: /dev/zero}
		END
	done
	ln -s "$work/secret.yaml" "$work/tree/a/patch.yaml"
	run validate "$work/tree"
	want "0 1" .
	! grep -q 'SECRET\|root:' "$work/out" "$work/err" || problem "prints what is outside of the folder"
	label="as clusters"
	run validate --each "$work/tree"
	want "0 1" .
	! grep -q 'SECRET\|root:' "$work/out" "$work/err" || problem "prints what is outside of the folder"
	label="settings that lead out"
	echo 'clusters: {a: a/patch.yaml, b: b}' >"$work/tree/.purelbtool.yaml"
	run validate --config "$work/tree/.purelbtool.yaml" "$work/tree"
	want 2 'leads out of the folder'
}

# Very many clusters, all of whose pools share every address.
case_tree_many_clusters() {
	for n in $(seq 200); do
		mkdir -p "$work/tree/c$n"
		for range in 1 2 3 4 5 6 7 8; do
			service_group "g$range" "10.0.0.$range-10.255.255.$n"
			echo ---
		done >"$work/tree/c$n/groups.yaml"
	done
	run validate --each "$work/tree"
	want 1 'XC001'
	label="too many"
	seq 300 | sed "s,.*,$work/tree/d&," | xargs mkdir
	run validate --each "$work/tree"
	want 2 'too many subfolders'
}

# Kustomizations multiply: what is done to each object, bases that are used again and again.
case_kustomizations_that_multiply() {
	memory_limit_kb=$((memory_limit_kb * 3))
	mkdir -p "$work/tree"
	label="labels of all objects"
	{
		printf 'resources: [group.yaml]\n'
		awk 'BEGIN { print "commonLabels:"; for (i = 0; i < 4000; i++) printf "  l%d: x\n", i
			print "commonAnnotations:"; for (i = 0; i < 4000; i++) printf "  a%d: x\n", i }'
	} >"$work/tree/kustomization.yaml"
	for i in $(seq 1000); do
		service_group "g$i" 10.0.0.1
		echo ---
	done >"$work/tree/group.yaml"
	run validate "$work/tree"
	want 2 'cannot read .*kustomization.yaml: kustomizations make too much of its folder: more than 256 MiB'
	label="patches of all objects"
	{
		printf 'resources: [group.yaml]\npatches:\n'
		awk 'BEGIN { for (i = 0; i < 300; i++)
			printf "- {patch: \"[{\\\"op\\\": \\\"add\\\", \\\"path\\\": \\\"/metadata/labels/l%d\\\", \\\"value\\\": \\\"x\\\"}]\", target: {kind: ServiceGroup}}\n", i }'
	} >"$work/tree/kustomization.yaml"
	run validate "$work/tree"
	want 1 'IN023 a patch of ServiceGroup "g1" and 999 more fails at /metadata/labels/l0'
	label="too many operations"
	{
		printf 'resources: [group.yaml]\npatches:\n- target: {kind: ServiceGroup, name: g1}\n  patch: |\n'
		repeat 1001 '    - {op: add, path: /metadata/annotations, value: {a: b}}
'
	} >"$work/tree/kustomization.yaml"
	run validate "$work/tree"
	want 1 'fails at its end: there are more than 1,000 operations'
	label="images for all containers"
	awk 'BEGIN { print "resources: [group.yaml]\nimages:"
		for (i = 0; i < 5000; i++) printf "- {name: i%d, newTag: v1}\n", i }' >"$work/tree/kustomization.yaml"
	awk 'BEGIN { print "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: lbnodeagent, namespace: purelb-system}, spec: {template: {spec: {containers: ["
		for (i = 0; i < 5000; i++) printf "{name: c%d, image: i%d},\n", i, i
		print "]}}}}" }' >"$work/tree/group.yaml"
	run validate "$work/tree"
	want 2 'more than 20,000,000 pairs of images and containers'
	label="bases that are named twice"
	rm -rf "$work/tree"
	mkdir -p "$work/tree/b0"
	service_group g 10.0.0.1 >"$work/tree/b0/group.yaml"
	echo 'resources: [group.yaml]' >"$work/tree/b0/kustomization.yaml"
	for i in $(seq 30); do
		mkdir -p "$work/tree/b$i/l" "$work/tree/b$i/r"
		echo 'resources: [l, r]' >"$work/tree/b$i/kustomization.yaml"
		echo "{namePrefix: l, resources: [../../b$((i - 1))]}" >"$work/tree/b$i/l/kustomization.yaml"
		echo "{namePrefix: r, resources: [../../b$((i - 1))]}" >"$work/tree/b$i/r/kustomization.yaml"
	done
	run validate "$work/tree"
	want 2 'more than 2,000 kustomizations are needed to build one'
	label="overlays of one large base"
	rm -rf "$work/tree"
	mkdir -p "$work/tree/base"
	for i in $(seq 1000); do
		printf -- '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n%d}\n' "$i"
	done >"$work/tree/base/namespaces.yaml"
	service_group g 10.0.0.1 >"$work/tree/base/group.yaml"
	echo 'resources: [group.yaml, namespaces.yaml]' >"$work/tree/base/kustomization.yaml"
	for i in $(seq 120); do
		mkdir "$work/tree/o$i"
		echo "{namePrefix: o$i-, resources: [../base]}" >"$work/tree/o$i/kustomization.yaml"
	done
	run validate "$work/tree"
	want 2 'kustomizations make more than 100,000 objects of its folder'
}

application() { # NAME PATH
	printf -- '---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: %s}\n' "$1"
	printf 'spec: {source: {path: %s, kustomize: {namespace: lb}}, destination: {namespace: x}}\n' "$2"
}

# Patterns of files that are long, nested and all different, for very many files.
case_patterns() {
	mkdir -p "$work/patterns/web"
	for number in $(seq 900); do
		application "a$number" web | sed "s/kustomize: {[^}]*}/directory: {recurse: true, exclude: '{{{*a*b*$number,*},*c*},$(repeat 40 '*x?*')}'}/"
	done >"$work/patterns/applications.yaml"
	for number in $(seq 300); do
		service_group "g$number" 10.0.0.9-10.0.0.1 >"$work/patterns/web/$number.yaml"
	done
	run validate "$work/patterns"
	want "0 1" 'IN020 Applications of Argo CD have more than 20,000 bytes of patterns'
	want_one IN020
	# One pattern for many folders, each in the one before: every path in them differs.
	mkdir "$work/nested"
	folder=$work/nested
	for number in $(seq 60); do
		folder=$folder/aaaaaaaaaaaaaa
		mkdir -p "$folder"
		service_group "g$number" 10.0.0.9-10.0.0.1 >"$folder/$number.yaml"
		application "a$number" "${folder#"$work/nested/"}" | sed "s/kustomize: {[^}]*}/directory: {recurse: true, exclude: '$(repeat 330 '?a*')z'}/"
	done >"$work/nested/applications.yaml"
	run validate "$work/nested"
	want 1 'IN020 Applications of Argo CD have more than 20,000 bytes of patterns'
	want_one IN020
}

# More Applications than are taken, and very many objects of other kinds of Argo CD.
case_applications() {
	mkdir -p "$work/many" "$work/others/lb"
	for number in $(seq 1001); do
		application "a$number" "x$number" >>"$work/many/applications.yaml"
	done
	service_group edge 10.0.0.9-10.0.0.1 >"$work/many/group.yaml"
	run validate "$work/many"
	want 1 'IN020 more than 1,000 Applications .* what the rest do is not known'
	want_one IN020
	for number in $(seq 1001); do
		printf -- '---\napiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w%d}\n' "$number"
	done >"$work/others/workflows.yaml"
	application z lb >"$work/others/z.yaml"
	service_group edge 10.0.0.9-10.0.0.1 >"$work/others/lb/group.yaml"
	run validate "$work/others"
	want 1 'ServiceGroup lb/edge'
}
