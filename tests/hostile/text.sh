# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Hostile inputs: text that breaks off, that is no text, or that has nothing in it.

# Every kind of construct, cut in the middle.
case_cut_constructs() {
	cat >"$work/cuts" <<'END'
{
[
a: {
a: [1,
a: {b: [{c
a: "b
a: 'b
a: "b\
a: "\x
a: "\u12
a: |
a: |9
a: >-
a: &
a: &x
a: *
a: *x
- &a
- *a
!
!!
!<
a: !<tag:yaml
%
%YAML
%YAML 1.
%TAG
---
--- !
--- |
?
? a
? [a
a: b:
a:b
-
-- -
@
`
"a
{"apiVersion": "v1", "items": [
{"apiVersion": "v1", "items": [{"kind": "Serv
{"a": 1,
{"a": 1}}
{"a" "b"}
]
}
a: ]
a: b]
#
...
END
	while IFS= read -r text; do
		label="\"$text\""
		printf %s "$text" | run validate -
		case $text in
		"#" | "---" | ...) want 2 'no input' ;;
		*) want "0 1" 'IN0[01]' ;;
		esac
		printf 'kind: List\nitems:\n- apiVersion: purelb.io/v2\n  kind: ServiceGroup\n  spec: %s' \
			"$text" | run validate -
		want "0 1" 'IN0[01]'
	done <"$work/cuts"
}

# A file that ends anywhere.
case_every_prefix() {
	for file in fixtures/dual-stack/purelb.yaml fixtures/multi-subnet/nodes.yaml; do
		size=$(wc -c <"$file")
		at=1
		while [ $at -lt "$size" ]; do
			label="first $at bytes of $file"
			head -c $at "$file" >"$work/cut.yaml"
			run validate "$work/cut.yaml"
			want "0 1" '[0-9] (FAIL|WARN|INFO|PASS|passed|failed)|[A-Z]+ [A-Z]+[0-9]+'
			at=$((at + 37))
		done
	done
}

# A file with one byte changed, in the forms of JSON and YAML.
case_one_byte_wrong() {
	head -c 3000 fixtures/multi-subnet/nodes.yaml >"$work/base.yaml"
	for byte in '{' '"' '\n' '\t' '\377' '*'; do
		at=20
		while [ $at -lt 3000 ]; do
			label="byte $at is $byte"
			{
				head -c $at "$work/base.yaml"
				# shellcheck disable=SC2059
				printf "$byte"
				tail -c +$((at + 2)) "$work/base.yaml"
			} >"$work/wrong.yaml"
			run validate "$work/wrong.yaml"
			want "0 1" .
			at=$((at + 211))
		done
	done
}

case_binary() {
	run validate /bin/ls
	want 1 'IN001'
	want_one IN001
	head -c 100000 /dev/urandom >"$work/noise.yaml"
	label=noise
	run validate "$work/noise.yaml"
	want 1 'IN001'
}

case_nul_bytes() {
	printf 'apiVersion: v1\nkind: Ser\000vice\n' >"$work/nul.yaml"
	run validate "$work/nul.yaml"
	want 1 'IN001'
	printf 'a: "\\0"\napiVersion: v1\nkind: Namespace\nmetadata: {name: "a\\0b"}\n' >"$work/nul.yaml"
	label="escaped NUL"
	run validate "$work/nul.yaml"
	want "0 1" .
	truncate -s 100M "$work/zeros.yaml"
	label="zeros only"
	run validate "$work/zeros.yaml"
	want 1 'IN001'
}

case_invalid_utf8() {
	for bytes in '\377' '\300\200' '\355\240\200' '\364\220\200\200' '\342\202' '\200'; do
		label="bytes $bytes"
		# shellcheck disable=SC2059
		printf "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a${bytes}b\n" >"$work/bad.yaml"
		run validate "$work/bad.yaml"
		want 1 'IN001.*:4:'
		want_one IN001
		label="bytes $bytes in a comment"
		# shellcheck disable=SC2059
		printf "# a${bytes}b\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ab\n" >"$work/bad.yaml"
		run validate "$work/bad.yaml"
		want 1 'IN001'
	done
}

case_utf16() {
	for order in LE BE; do
		label="UTF-16$order with a byte order mark"
		{ printf '\357\273\277' && cat fixtures/broken/groups.yaml; } |
			iconv -f UTF-8 -t "UTF-16$order" >"$work/wide.yaml"
		run validate "$work/wide.yaml"
		want 1 'IN001|SG003'
		label="UTF-16$order without one"
		iconv -f UTF-8 -t "UTF-16$order" fixtures/broken/groups.yaml >"$work/wide.yaml"
		run validate "$work/wide.yaml"
		want 1 'IN001'
	done
}

case_byte_order_mark() {
	{ printf '\357\273\277' && service_group a 10.0.0.9-10.0.0.1; } >"$work/bom.yaml"
	run validate "$work/bom.yaml"
	want 1 'SG004.*:4:5[0-9]'
	{ service_group a 10.0.0.9-10.0.0.1 && printf -- '---\n\357\273\277' && service_group b 10.0.0.11; } \
		>"$work/bom.yaml"
	label="in the middle"
	run validate "$work/bom.yaml"
	want 1 'SG004'
	# What the mark does to the second document is said, whatever it is.
	want 1 'IN00[1-8]|SG001'
}

case_line_ends() {
	service_group a 10.0.0.9-10.0.0.1 | sed 's/$/\r/' >"$work/crlf.yaml"
	run validate "$work/crlf.yaml"
	want 1 'SG004.*:4:'
	service_group a 10.0.0.9-10.0.0.1 | tr '\n' '\r' >"$work/cr.yaml"
	label="CR only"
	run validate "$work/cr.yaml"
	want 1 'SG004.*:4:'
}

case_tabs() {
	printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata:\n\tname: a\n' >"$work/tab.yaml"
	run validate "$work/tab.yaml"
	want 1 'IN001.*[Tt]ab.*:4:'
	want_one IN001
}

case_nothing() {
	for text in '' '\n\n' '# only words\n' '---\n' '---\n---\n...\n' 'null\n' '~' '{}' '[]' '""' 'word' '1'; do
		label="\"$text\""
		printf %b "$text" >"$work/nothing.yaml"
		run validate "$work/nothing.yaml"
		want "0 1" 'IN0[01]'
	done
	label=/dev/null
	run validate /dev/null
	want 0 'IN010'
}

# What is lost with an object that cannot be read is not "nothing is broken".
case_broken_objects_in_every_command() {
	service_group a 10.0.0.1-10.0.0.9 >"$work/whole.yaml"
	{ service_group a 10.0.0.1-10.0.0.9 && printf -- '---\napiVersion: v1\nkind: Service\nmetadata: {name: web\n'; } >"$work/broken.yaml"
	for words in 'inspect -f' 'inspect --page -f' "inspect -f $work/whole.yaml --before" allocate elect bgp sweep; do
		label=$words
		# shellcheck disable=SC2086 # words are words
		run $words "$work/broken.yaml"
		want 1 'broken.yaml:[0-9]*:[0-9]*: a mapping opened with'
		want 1 'results may be wrong until this is fixed'
	done
	label=plan
	run plan "$work/whole.yaml" "$work/broken.yaml"
	want 1 'nothing is compared until this can be read'
}
