# What -v shows an operator beside the result: which files, which daemon, how long, and why not.

setup() {
	load common
	make_lab
	cd "$BATS_TEST_TMPDIR"
}
teardown() {
	[ -z "${STOPPED:-}" ] || kill -CONT "$STOPPED" 2>/dev/null || true
	end_lab
}

@test "configuration, socket, daemon and time stand on standard error, the result as ever on standard output" {
	local plain
	start_lab btp
	plain=$(v btp queue show --json)
	run -0 --separate-stderr v btp -v queue show --json
	[ "$output" = "$plain" ]
	[[ "$stderr" == *"· configuration: $LAB/btp/vanthud.yaml (committee btp)"* ]]
	[[ "$stderr" == *"· socket: $LAB/btp/run/read.sock"* ]]
	[[ "$stderr" == *"· daemon: vanthud $("$VANTHU" version --json | jq -r .data.version), process $(pid_of btp), up since "* ]]
	[[ "$stderr" =~ "· "[0-9]+" ms, exit status 0" ]]
	# Nothing of it without.
	run -0 --separate-stderr v btp queue show --json
	[ -z "$stderr" ]
}

@test "a daemon that is not there: the socket, and what the system said of it" {
	run -3 --separate-stderr v btp status -v
	[[ "$stderr" == *"VT-5001"*"· the system: $LAB/btp/run/read.sock: No such file or directory (errno 2)"*"exit status 3"* ]]
	start_lab btp
	kill9 btp # leaves its sockets
	run -3 --separate-stderr v btp status -v
	[[ "$stderr" == *"· the socket is of user $UID, group "*", mode 0600; this is user $UID"*"Connection refused (errno 111)"* ]]
}

@test "a daemon that hangs is told as one, and its process" {
	start_lab btp
	STOPPED=$(pid_of btp)
	kill -STOP "$STOPPED"
	run -8 --separate-stderr v btp status -v --timeout 0.3
	[[ "$stderr" == *"· daemon: process $STOPPED does not say who it is: VT-5002"*"nothing came for 300 ms"*"exit status 8"* ]]
}

@test "files that cannot be read: why" {
	start_lab btp
	run -1 --separate-stderr v btp send nothing-here.txt --to thads --type CV --number 1-CV/ĐU --subject x -v
	[[ "$stderr" == *"nothing-here.txt"*"· the system: No such file or directory (errno 2)"* ]]
	mkdir folder
	run -1 --separate-stderr v btp send folder --to thads --type CV --number 1-CV/ĐU --subject x -v
	[[ "$stderr" == *"· the system: Is a directory (errno 21)"* ]]
	run -9 --separate-stderr "$VANTHU" -c /no-such-place -v status
	[[ "$stderr" == *"· the system: /no-such-place: No such file or directory (errno 2)"* ]]
}
