# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # work, status, label: of tests/hostile/cases
#
# Hostile inputs: what is no readable file, and outputs that cannot be written.

case_missing() {
	run validate "$work/none.yaml"
	want 2 'none.yaml.*No such file'
	label="a dangling link"
	ln -s "$work/none.yaml" "$work/dangling.yaml"
	run validate "$work/dangling.yaml"
	want 2 'dangling.yaml.*No such file'
	label="a dangling link in a folder"
	mkdir "$work/folder"
	ln -s nowhere "$work/folder/dangling.yaml"
	service_group a 10.0.0.9-10.0.0.1 >"$work/folder/good.yaml"
	run validate "$work/folder"
	want 1 'not read: .*1 link that leads nowhere .*dangling.yaml'
	label="an empty name"
	run validate ""
	want 2 .
	label="a path through a file"
	run validate /bin/ls/x.yaml
	want 2 'Not a directory'
	label="a path that is too long"
	run validate "$(repeat 5000 a)"
	want 2 'too long'
	label="a link to itself"
	ln -s self.yaml "$work/self.yaml"
	run validate "$work/self.yaml"
	want 2 .
}

case_unreadable() {
	service_group a 10.0.0.1 >"$work/secret.yaml"
	mkdir "$work/closed"
	chmod 000 "$work/secret.yaml" "$work/closed"
	if [ "$(id -u)" -ne 0 ]; then
		run validate "$work/secret.yaml"
		want 2 'secret.yaml.*Permission denied'
		run validate "$work/closed"
		want 2 'closed.*Permission denied'
		return
	fi
	# Root can read everything: somebody else has to try.
	chmod 755 "$work"
	nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
	if ! $nobody test -x "$PURELBTOOL" 2>/dev/null || ! $nobody test -d "$work" 2>/dev/null; then
		skipped "run by root, and no other user can reach the program"
		return
	fi
	for input in secret.yaml closed; do
		label=$input
		# shellcheck disable=SC2086
		timeout "$TIME_LIMIT" $nobody "$PURELBTOOL" validate "$work/$input" >"$work/out" 2>"$work/err"
		ended $?
		want 2 "$input.*Permission denied"
	done
}

case_folders() {
	mkdir -p "$work/empty" "$work/loop/a/b" "$work/.hidden"
	label="nothing of ours in it"
	echo words >"$work/empty/readme.txt"
	run validate "$work/empty"
	want "0 1 2" 'IN010|no (YAML|files)|\.yaml'
	label="links that lead back"
	ln -s .. "$work/loop/a/b/up"
	ln -s "$work/loop" "$work/loop/a/again"
	service_group a 10.0.0.9-10.0.0.1 >"$work/loop/a/group.yaml"
	run validate "$work/loop"
	want 1 'SG004'
	want_one SG004
	label="a folder with the name of a file"
	mkdir "$work/loop/folder.yaml"
	run validate "$work/loop"
	want 1 'SG004'
	label="a pipe in a folder"
	mkfifo "$work/loop/pipe.yaml"
	run validate "$work/loop"
	want "1 2" .
	label="100 folders deep"
	deep=$work/deep$(repeat 100 /d)
	mkdir -p "$deep"
	service_group a 10.0.0.9-10.0.0.1 >"$deep/group.yaml"
	run validate "$work/deep"
	want "1 2" 'SG004|deep'
}

# A folder that strangers may write to must not bring lines of other files into a report.
case_links_out() {
	mkdir "$work/folder" "$work/folder/inner"
	echo 'token: SECRET' >"$work/secret"
	service_group a 10.0.0.9-10.0.0.1 >"$work/folder/inner/group.yml.txt"
	ln -s "$work/secret" "$work/folder/out.yaml"
	ln -s inner/group.yml.txt "$work/folder/in.yaml"
	label="a link out of the folder"
	run validate "$work/folder"
	want 1 'not read: .*1 link that leads out of the folder'
	grep -q 'out.yaml' "$work/out" || problem "does not name the link"
	! grep -q SECRET "$work/out" "$work/err" || problem "prints the file that the link names"
	label="a link inside the folder"
	rm "$work/folder/out.yaml"
	run validate "$work/folder"
	want 1 'SG004'
	label="a folder whose name begins like the other"
	mkdir "$work/folder2"
	cp "$work/secret" "$work/folder2/x.yaml"
	ln -s ../folder2/x.yaml "$work/folder/beside.yaml"
	run validate "$work/folder"
	want 1 'not read: .*1 link that leads out of the folder'
	label="a link that is named"
	ln -s "$work/folder/inner/group.yml.txt" "$work/named.yaml"
	run validate "$work/named.yaml"
	want 1 'SG004'
}

# Nor when another file of the folder names the link.
case_links_out_that_are_named() {
	printf '# purelb\nSECRET-ONE: {a\nSECRET-TWO: x: y\n' >"$work/secrets"
	mkdir "$work/linked"
	for link in values.yaml Chart.yaml resource.yaml patch.yaml; do
		ln -s ../secrets "$work/linked/$link"
	done
	names_others values.yaml resource.yaml patch.yaml >"$work/linked/app.yaml"
	kustomization_of resource.yaml patch.yaml values.yaml >"$work/linked/kustomization.yaml"
	for command in validate 'validate -v' 'validate -o json' convert allocate 'inspect -f'; do
		label=$command
		# shellcheck disable=SC2086
		run $command "$work/linked"
		want "0 1" .
		! grep -q SECRET "$work/out" "$work/err" || problem "prints the file that the link names"
	done
	run validate "$work/linked"
	want 0 'values of release "a" are in values.yaml, which could not be read'
}

# Installations that name files of values, and a Kustomization of Flux.
names_others() { # VALUES RESOURCE PATCH
	printf 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n'
	printf 'spec: {source: {chart: purelb, repoURL: x, helm: {valueFiles: [%s]}}}\n---\n' "$1"
	printf 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: b}\n'
	printf 'spec: {chart: {spec: {chart: ./purelb, valuesFiles: [%s, %s, %s]}}}\n' "$@"
}

kustomization_of() { # RESOURCE PATCH VALUES
	printf 'resources: [%s]\npatches: [{path: %s}]\ncomponents: [%s]\n' "$1" "$2" "$1"
	printf 'helmCharts: [{name: purelb, valuesFile: %s}]\n' "$3"
	printf 'configMapGenerator: [{name: purelb-values, files: [values.yaml=%s]}]\n' "$3"
}

# Pipes that nobody named on the command line: in folders, and named by files and settings. None
# is opened, which would wait for ever.
case_pipes_that_files_name() {
	mkdir -p "$work/piped" "$work/piped-nodes/node-a" "$work/piped-evidence/nodes/a" "$work/piped-evidence/routers/r"
	for pipe in values.yaml Chart.yaml resource.yaml patch.yaml x.log x.pcap plain; do
		mkfifo "$work/piped/$pipe"
	done
	names_others values.yaml resource.yaml patch.yaml >"$work/piped/app.yaml"
	kustomization_of resource.yaml patch.yaml values.yaml >"$work/piped/kustomization.yaml"
	for command in validate 'validate --each' convert allocate elect bgp sweep evidence 'inspect -f' \
		'plan fixtures/three-nodes' 'inspect -f fixtures/three-nodes --before'; do
		label=$command
		# shellcheck disable=SC2086
		run $command "$work/piped"
		want "0 1 2" .
	done
	run validate "$work/piped"
	want 0 'not read: .*7 pipes, sockets and devices'
	label="captures of nodes"
	mkfifo "$work/piped-nodes/node-a/addr.json"
	run inventory "$work/piped-nodes"
	want 2 'addr.json: not a regular file'
	label=evidence
	mkfifo "$work/piped-evidence/nodes/a/ip-addr.json" "$work/piped-evidence/routers/r/neighbors.json"
	run evidence "$work/piped-evidence"
	want 0 '0 files of evidence'
	want 0 'not read: .*nodes/a/ip-addr.json: it is a pipe, socket or device'
	ln -s nodes/none "$work/piped-evidence/none.json"
	ln -s /etc/passwd "$work/piped-evidence/passwd.json"
	run evidence "$work/piped-evidence"
	want 0 'none.json: it is a link that leads nowhere'
	want 0 'passwd.json: it is a link that leads out of the folder'
	! grep -q root: "$work/out" || problem "prints what the link leads to"
	service_group a 10.0.0.9-10.0.0.1 >"$work/piped-group.yaml"
	for setting in 'baseline: pipe' 'inputs: [pipe]' 'outputs: [json=pipe.json]'; do
		label=$setting
		mkdir -p "$work/piped-project"
		mkfifo "$work/piped-project/pipe" "$work/piped-project/pipe.json"
		echo "$setting" >"$work/piped-project/.purelbtool.yaml"
		(cd "$work/piped-project" && run validate)
		want 2 'is neither a file nor a folder'
		rm -rf "$work/piped-project"
	done
	label="settings that are a pipe"
	mkdir "$work/piped-project"
	mkfifo "$work/piped-project/.purelbtool.yaml"
	for command in validate config; do
		(cd "$work/piped-project" && run $command)
		want 2 'cannot read .purelbtool.yaml: it is not a regular file'
	done
	label="language server"
	body='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"rootUri":"file://'$work'/piped-project"}}'
	end='{"jsonrpc":"2.0","method":"exit"}'
	printf 'Content-Length: %d\r\n\r\n%sContent-Length: %d\r\n\r\n%s' ${#body} "$body" ${#end} "$end" |
		timeout "$TIME_LIMIT" "$PURELBTOOL" lsp >"$work/lsp" 2>"$work/err"
	ended $?
	[ "$status" -lt 124 ] || problem "it waits"
}

# A file of substitutions that is none.
case_substitutions_without_end() {
	for path in /dev/zero /dev/urandom; do
		label=$path
		run validate --substitute-from "$path" fixtures/three-nodes
		want 2 'NUL byte: this is not a text file'
	done
	label="a large one"
	repeat 200000 'KEY=value
' >"$work/large"
	run validate --substitute-from "$work/large" fixtures/three-nodes
	want 2 'too large .the limit is 1 MiB.'
	label="a read error"
	run validate --substitute-from /proc/self/mem fixtures/three-nodes
	want 2 'cannot read /proc/self/mem: Input/output error'
}

# Reading /proc/self/mem from its start fails with EIO.
case_read_errors() {
	label="a read error"
	run validate --disable IN001 /proc/self/mem
	want 2 'cannot read /proc/self/mem: Input/output error'
	service_group a 10.0.0.1 >"$work/good.yaml"
	ln -s /proc/self/mem "$work/apply.yaml"
	run validate --disable IN001 "$work/good.yaml" "$work/apply.yaml"
	want 2 'apply.yaml: Input/output error'
}

case_pipes() {
	mkfifo "$work/pipe"
	service_group a 10.0.0.9-10.0.0.1 >"$work/pipe" &
	run validate "$work/pipe"
	want 1 'SG004'
	wait
	label="a device without an end"
	run validate /dev/zero
	want "1 2" .
	label="no standard input"
	run validate - <&-
	want 2 .
	label="a folder as standard input"
	run validate - <"$work"
	want 2 .
	label="standard input twice"
	service_group a 10.0.0.9-10.0.0.1 | run validate - -
	want "1 2" .
}

case_closed_output() {
	for format in table json yaml sarif junit github; do
		label="$format to a closed standard output"
		: >"$work/out"
		timeout "$TIME_LIMIT" "$PURELBTOOL" validate -o $format fixtures/broken >&- 2>"$work/err"
		ended $?
		want 2 'standard output|write'
		label="$format to a full disk"
		timeout "$TIME_LIMIT" "$PURELBTOOL" validate -o $format fixtures/broken >/dev/full 2>"$work/err"
		ended $?
		want 2 'cannot write'
		label="$format into a full file"
		run validate -o $format=/dev/full fixtures/broken
		want 2 'cannot write'
		label="$format into a folder"
		run validate -o $format="$work" fixtures/broken
		want 2 'Is a directory'
		label="$format where there is no folder"
		run validate -o $format="$work/none/x" fixtures/broken
		want 2 'No such file'
	done
	for words in --help --version 'explain --list' 'explain SG004' 'validate --help'; do
		label="$words to a full disk"
		# shellcheck disable=SC2086
		timeout "$TIME_LIMIT" "$PURELBTOOL" $words >/dev/full 2>"$work/err"
		ended $?
		want 2 'cannot write'
	done
	label="no standard error"
	timeout "$TIME_LIMIT" "$PURELBTOOL" validate -o json="$work/report" "$work/none.yaml" \
		fixtures/broken >"$work/out" 2>&-
	ended $?
	want 2 ''
	! grep -q 'No such file' "$work/report" 2>/dev/null || problem "a message went into the report"
}

# Who cuts the output off, as with `| head`, wants no message about it.
is_silent() {
	[ "$status" -eq 2 ] || problem "exit status $status instead of 2"
	[ ! -s "$work/err" ] || problem "not silent: $(cat "$work/err")"
}

case_reader_that_leaves() {
	{
		timeout "$TIME_LIMIT" "$PURELBTOOL" validate fixtures/capture fixtures/broken 2>"$work/err"
		echo $? >"$work/status"
	} | head -n 1 >"$work/out"
	status=$(cat "$work/status")
	ended "$status"
	case $status in
	0 | 1) ;; # all was written before the reader left
	*) is_silent ;;
	esac
	for format in table json yaml sarif junit github; do
		label="$format to a reader that is gone"
		rm -f "$work/status"
		{
			# The other end is closed before anything is written.
			while [ ! -e "$work/gone" ]; do :; done
			timeout "$TIME_LIMIT" "$PURELBTOOL" validate -o $format fixtures/broken 2>"$work/err"
			echo $? >"$work/status"
		} | {
			exec <&-
			: >"$work/gone"
			while [ ! -e "$work/status" ]; do :; done
		} >"$work/out"
		status=$(cat "$work/status")
		ended "$status"
		is_silent
	done
}

# Reports never land where a link that somebody left at their name leads.
case_links_at_outputs() {
	mkdir "$work/outside" "$work/reports"
	echo precious >"$work/outside/target"
	for value in json=report.json table=report.json html=report.json; do
		label="-o $value through a link"
		ln -sf ../outside/target "$work/reports/report.json"
		run validate -o "${value%%=*}=$work/reports/report.json" fixtures/broken
		want 2 'symbolic link that leads out of its folder'
	done
	label="a baseline through a link"
	run validate --write-baseline "$work/reports/report.json" fixtures/broken
	want 2 'symbolic link that leads out of its folder'
	label="a link to nothing"
	ln -sf ../outside/none "$work/reports/report.json"
	run validate -o json="$work/reports/report.json" fixtures/broken
	want 2 'symbolic link that leads out of its folder'
	[ ! -e "$work/outside/none" ] || problem "written through a dangling link"
	label="events through a link"
	run simulate --events "$work/reports/report.json" scenarios/node-crash.yaml
	want 2 'symbolic link that leads out of its folder'
	label="a capture through a link"
	ln -sf ../outside/target "$work/reports/rack1.pcap"
	run simulate --pcap "$work/reports" scenarios/node-crash.yaml
	want 2 'symbolic link that leads out of its folder'
	[ "$(cat "$work/outside/target")" = precious ] || problem "written through a link"
	rm -f "$work/reports"/*
	label="a link inside of the folder"
	echo old >"$work/reports/real.json"
	ln -s real.json "$work/reports/link.json"
	run validate -o table -o json="$work/reports/link.json" fixtures/broken
	want 1 FAIL
	[ -L "$work/reports/link.json" ] || problem "the link was replaced"
	grep -q '"checks"' "$work/reports/real.json" || problem "the target was not written"
	for stream in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
		label="$stream"
		run validate -o json="$stream" fixtures/broken
		want 1 FAIL
		grep -q '"checks"' "$work/out" || problem "nothing went to $stream"
	done
}

case_shared_outputs() {
	mkdir "$work/folder"
	service_group a 10.0.0.9-10.0.0.1 >"$work/folder/group.yaml"
	cp "$work/folder/group.yaml" "$work/kept.yaml"
	label="a report over its input"
	run validate -o yaml="$work/folder/group.yaml" "$work/folder"
	want 2 'group.yaml: it is an input'
	label="a report over a linked input"
	ln -s folder/group.yaml "$work/linked.yaml"
	run validate -o yaml="$work/folder/group.yaml" "$work/linked.yaml"
	want 2 'it is an input'
	label="events over the scenario"
	cp scenarios/node-crash.yaml "$work/scenario.yaml"
	run simulate --events "$work/folder/group.yaml" scenarios/node-crash.yaml "$work/folder"
	want 2 'it is an input'
	label="plan over its input"
	run plan -o json="$work/folder/group.yaml" fixtures/three-nodes "$work/folder"
	want 2 'it is an input'
	cmp -s "$work/folder/group.yaml" "$work/kept.yaml" || problem "the input was replaced"
	label="two reports to one file"
	run validate -o json="$work/report" -o yaml="$work/./report" fixtures/broken
	want 2 'are one file'
	label="a report and events to one file"
	run simulate -o json="$work/report" --events "$work/folder/../report" scenarios/node-crash.yaml
	want 2 'are one file'
	[ ! -e "$work/report" ] || problem "a report was written"
}

# A report that is not complete leaves nothing behind, however the program ends.
case_ended_by_a_signal() {
	mkdir "$work/reports"
	mkfifo "$work/pipe"
	for signal in TERM KILL; do
		label="SIG$signal"
		"$PURELBTOOL" validate -o json="$work/reports/report" "$work/pipe" >"$work/out" 2>"$work/err" &
		program=$!
		# It has opened its report when it opens the pipe.
		exec 9>"$work/pipe"
		kill -s $signal $program
		wait $program 2>"$work/ignored"
		exec 9>&-
		[ -z "$(ls -A "$work/reports")" ] || problem "left behind: $(ls -A "$work/reports")"
		rm -f "$work/reports"/*
	done
}

# A report that becomes too long for the disk: what was there before stays, and nothing else.
case_half_a_report() {
	mkdir "$work/reports"
	for format in table json yaml sarif junit github; do
		label="$format that does not fit"
		echo before >"$work/reports/report"
		# A block has 512 bytes.
		# shellcheck disable=SC2016 # the inner shell expands them
		timeout "$TIME_LIMIT" sh -c 'ulimit -f 1; trap "" XFSZ; exec "$0" "$@"' "$PURELBTOOL" \
			validate -o $format="$work/reports/report" fixtures/broken >"$work/out" 2>"$work/err"
		ended $?
		want 2 'cannot write .*(too large|not all could be written)'
		[ "$(ls -A "$work/reports")" = report ] || problem "left behind: $(ls -A "$work/reports")"
		[ "$(cat "$work/reports/report")" = before ] || problem "the old report is gone"
	done
	label="a baseline that cannot be written"
	run validate --write-baseline "$work/none/baseline.yaml" fixtures/broken
	want 2 'No such file'
	label="a baseline of a folder"
	run validate --baseline "$work/reports" fixtures/broken
	want 2 'Is a directory'
}

# Files of settings that mean no settings.
case_config() {
	bad_config() { # WHAT PATTERN, the file on standard input
		label=$1
		cat >"$work/config.yaml"
		for option in --config --baseline; do
			run validate $option "$work/config.yaml" -o json="$work/report" fixtures/broken
			want 2 "$2"
			[ ! -e "$work/report" ] || problem "$option: a report was written"
		done
	}
	printf 'a: [b\n' | bad_config "broken YAML" 'config.yaml:[0-9]+:[0-9]+: '
	echo '- a' | bad_config "a list" 'config.yaml:1:1: .*mapping'
	echo 'disabel: [AG013]' | bad_config "a misspelt field" 'config.yaml:1:1: unknown field'
	printf 'disable: \377\n' | bad_config "no UTF-8" 'config.yaml'
	printf 'failOn: {a: 1}\n' | bad_config "a wrong type" 'config.yaml'
	printf 'x: &x [1]\ny: [*x, *x]\n' | bad_config "aliases" 'config.yaml'
	repeat 20000 '[' | bad_config "very deep" 'config.yaml'
	printf 'disable: [a]\ndisable: [b]\n' | bad_config "a key twice" 'config.yaml:2:1'
	head -c 100000 /dev/zero | bad_config "zeros" 'config.yaml'
	label="no file"
	run validate --config "$work/none.yaml" fixtures/broken
	want 2 'none.yaml: No such file'
	label="a folder"
	run validate --config "$work" fixtures/broken
	want 2 'Is a directory'
}

case_little_memory() {
	if grep -q __asan_init "$PURELBTOOL"; then
		skipped "a sanitizer needs more address space than the limit leaves"
		return
	fi
	awk 'BEGIN { for (i = 0; i < 400000; i++)
		printf "apiVersion: v1\nkind: Namespace\nmetadata: {name: n%d}\n---\n", i }' >"$work/many.yaml"
	(
		# Debian's sh has the option.
		# shellcheck disable=SC3045
		ulimit -v 60000
		timeout "$TIME_LIMIT" "$PURELBTOOL" validate "$work/many.yaml" >"$work/out" 2>"$work/err"
	)
	ended $?
	want "0 2" .
	[ "$status" -eq 0 ] || want 2 memory
}

# A pipe whose left side failed: nothing that was checked is not "fine".
case_empty_standard_input() {
	for text in '' '\n \t\r\n' '\0357\0273\0277\n' '---\n' '# a comment\n--- # another\n...\n'; do
		label="\"$text\""
		for words in validate 'validate --strict -' allocate 'elect --check' bgp sweep \
			"plan $work -" 'simulate -' "validate fixtures/broken -"; do
			label="$words, \"$text\""
			# shellcheck disable=SC2086 # the words are words
			printf '%b' "$text" | run $words
			want 2 'no input'
		done
	done
	for text in 'a: 1\n' '{}' '-\n' '# x\n---\n# y\n[]\n'; do
		label="\"$text\""
		printf '%b' "$text" | run validate -o json -
		want "0 1" '"checks"'
	done
}

# Who gates the changes of others does not let these changes silence the gate.
case_no_ignore() {
	mkdir "$work/change"
	service_group a 10.0.0.9-10.0.0.1 |
		sed 's/namespace: purelb-system}/namespace: purelb-system, annotations: {purelbtool.purelb.io\/ignore: "SG004"}}/' \
			>"$work/change/group.yaml"
	echo 'disable: [SG004]' >"$work/change/.purelbtool.yaml"
	label="silenced by the change"
	(cd "$work/change" && run validate group.yaml)
	want "0 1" .
	! grep -q '^FAIL SG004' "$work/out" || problem "not silenced"
	for more in --no-ignore '--no-ignore --disable SG012'; do
		label="$more"
		# shellcheck disable=SC2086
		(cd "$work/change" && run validate $more group.yaml)
		want 1 'FAIL SG004'
	done
	label="silenced by whoever runs the gate"
	echo 'disable: [SG004]' >"$work/gate.yaml"
	(cd "$work/change" && run validate --no-ignore --config ../gate.yaml group.yaml)
	! grep -q '^FAIL SG004' "$work/out" || problem "--config does not count"
}

# A link is not the settings of the folder it lies in when it leads out: a message would show what
# another file begins with.
case_settings_through_a_link() {
	mkdir -p "$work/repository/sub"
	echo 'secret-key: secret' >"$work/secret.yaml"
	service_group a 10.0.0.1-10.0.0.9 >"$work/repository/sub/group.yaml"
	ln -s ../secret.yaml "$work/repository/.purelbtool.yaml"
	for folder in . sub; do
		for command in validate allocate config; do
			label="$command in $folder"
			(cd "$work/repository/$folder" && run $command)
			want 2 'cannot read [./]*purelbtool.yaml: it is a symbolic link that leads out of its folder'
			! grep -q secret "$work/out" "$work/err" || problem "what it leads to was printed"
		done
	done
	label="when it is named"
	(cd "$work/repository" && run validate --config .purelbtool.yaml sub)
	want 2 'unknown field "secret-key"'
	label="--no-ignore"
	(cd "$work/repository" && run validate --no-ignore sub)
	want "0 1" 'read:'
	label="a link inside of the folder"
	echo 'disable: [SG020]' >"$work/repository/sub/settings.yaml"
	ln -sf sub/settings.yaml "$work/repository/.purelbtool.yaml"
	(cd "$work/repository" && run validate sub)
	want 0 'read:'
}

# What nodes print on standard error reaches the terminal as plain text.
case_node_messages() {
	cat >"$work/ssh" <<'END'
#!/bin/sh
printf 'a\302\233b\033[31m\342\200\256c\n' >&2
exit 1
END
	chmod +x "$work/ssh"
	SSH=$work/ssh plugin/purelbtool-capture-nodes --ssh "$work/captures" node-a \
		>"$work/out" 2>"$work/err"
	ended $?
	want 1 'a\\302\\233b\\033\[31m\\342\\200\\256c'
	! LC_ALL=C grep -q '[^ -~]' "$work/err" || problem "not plain: $(od -c "$work/err" | head -n 3)"
}

# What is no part is read as far as that can be told.
case_parts_without_end() {
	for path in /dev/zero /dev/urandom; do
		label=$path
		run merge "$path"
		want 2 'it is not a part written by simulate --shard'
	done
	label=pipe
	# A part has at most 1 GiB, which is read before anything is believed.
	memory_limit_kb=$((memory_limit_kb + 1024 * 1024))
	{ printf 'purelbtool simulate part 3\n' && yes; } 2>/dev/null | run merge /dev/stdin
	want 2 'its checksum is wrong'
}

# Each value of a part takes little more in memory than in the file.
case_forged_parts() {
	version=$("$PURELBTOOL" --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
	for forged in 'services 524288' 'nodes 131072' 'vips 200000' 'notes 131072' 'groups 131072'; do
		label=$forged
		# shellcheck disable=SC2086
		python3 tests/hostile/parts.py "$version" $forged >"$work/part"
		run merge "$work/part"
		want 0 'result:'
	done
	label="more than is taken"
	for forged in 'services 524289' 'nodes 131073' 'notes 131073'; do
		# shellcheck disable=SC2086
		python3 tests/hostile/parts.py "$version" $forged >"$work/part"
		run merge "$work/part"
		want 2 'it was not written by this program'
	done
}

# A diff is text that terminals and pipelines show, and nothing in it can be escaped.
case_diffs_that_command() {
	for line in '::stop-commands::x' '##[set-output name=a]b' '##VSO[task.complete]' 'a\302\233b' 'a\342\200\256b'; do
		label=$line
		{
			printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata:\n  name: a\n  namespace: purelb-system\n  annotations:\n    a: |\n'
			printf '      %b\n' "$line"
			printf 'spec: {local: {v4pools: [{subnet: 10.0.0.0/8, pool: 10.0.0.9-10.0.0.1}]}}\n'
		} >"$work/group.yaml"
		cp "$work/group.yaml" "$work/before.yaml"
		run validate --diff "$work/group.yaml"
		want 2 'group.yaml:[0-9]*: the diff of these lines is not shown'
		! grep -q '^ ' "$work/out" || problem "the lines are shown"
		run validate --fix "$work/group.yaml"
		! cmp -s "$work/group.yaml" "$work/before.yaml" || problem "--fix does not fix it"
		grep -q '10.0.0.1-10.0.0.9' "$work/group.yaml" || problem "not fixed"
	done
	label="a name"
	mkdir "$work/names"
	path=$work/names/$(printf 'a\n::error::x.yaml')
	service_group a 10.0.0.9-10.0.0.1 >"$path"
	run validate --diff "$path"
	want 2 'the diff is not shown: the name holds commands'
	label="what is harmless"
	{ printf '\357\273\277# \303\274\t::\r\n' && service_group a 10.0.0.9-10.0.0.1; } >"$work/group.yaml"
	timeout "$TIME_LIMIT" "$PURELBTOOL" validate --diff "$work/group.yaml" >"$work/diff" 2>"$work/err"
	grep -q '^+.*10.0.0.1-10.0.0.9' "$work/diff" || problem "no diff"
}

# Fixes that do not go together are tried again and again, and each trial reads everything.
case_fixes_without_end() {
	{
		printf 'apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a, namespace: purelb-system}\nspec: {local: {v4pools: ['
		repeat 2000 '{subnet: 10.0.0.0/8, pool: 10.0.0.9-10.0.0.1, aggregaton: default}, '
		printf ']}}\n'
	} >"$work/group.yaml"
	run validate --diff "$work/group.yaml"
	want 1 'aggregation: default'
	grep '^+' "$work/out" | grep -q 'aggregaton' && problem "not all were fixed"
}

# Values as texts of one large document: each has a fix, and none lays out the document again.
case_fixes_in_many_texts() {
	{
		printf 'apiVersion: v1\nkind: List\nitems:\n'
		awk 'BEGIN {
			for (i = 0; i < 3000; i++) {
				print "- apiVersion: helm.cattle.io/v1\n  kind: HelmChart"
				print "  metadata: {name: purelb" i ", namespace: purelb-system}"
				print "  spec:\n    chart: purelb\n    valuesContent: |"
				print "      serviceGroup: {create: true, name: a}\n      serviceGroup: {create: true, name: a}"
			}
			for (i = 0; i < 35000; i++)
				printf "# %0100d\n", i
		}'
	} >"$work/list.yaml"
	run validate -o json --max-findings 0 "$work/list.yaml"
	want 1 'IN006'
	[ "$(grep -c '"title": "remove serviceGroup"' "$work/out")" = 3000 ] || problem "not all have a fix"
}
