# The commands of a page in Markdown: what stands in code blocks, indented or fenced.
#
#	awk -f tests/docs/blocks.awk -v folder=DIR page.md
#
# A block that begins with "$ " is a session: each "$ " line is a command (continued while it
# ends with a backslash), the lines up to the next one are what it must print. Of other blocks
# every line that runs purelbtool is a command. Writes DIR/N.cmd (a line `# line NUMBER` first)
# and, for sessions, DIR/N.out.

function open_command(line) {
	count++
	name = sprintf("%s/%03d", folder, count)
	print "# line " FNR > (name ".cmd")
	print line > (name ".cmd")
}

function take(line) {
	if (!begun && line != "") {
		begun = 1
		session = line ~ /^\$ /
	}
	if (session && line ~ /^\$ /) {
		open_command(substr(line, 3))
		printf "" > (name ".out")
		more = line ~ /\\$/
	} else if (session && more) {
		print line > (name ".cmd")
		more = line ~ /\\$/
	} else if (session) {
		print line > (name ".out")
	} else if (more) {
		print line > (name ".cmd")
		more = line ~ /\\$/
	} else if (line ~ /^(\$ )?([A-Za-z].* \| )?purelbtool( |$)/) {
		open_command(line)
		more = line ~ /\\$/
	}
}

function end_block() {
	begun = session = more = 0
}

/^```/ {
	fenced = !fenced
	# Other languages hold no commands.
	silent = fenced && $0 !~ /^```(sh|console|text)?$/
	end_block()
	next
}
fenced { if (!silent) take($0); next }
/^(    |\t)/ { sub(/^(    |\t)/, ""); take($0); next }
/^$/ { next }
{ end_block() }
