# The demo, broken off: no daemon runs on and no folder stays, whatever ends it.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	export TMPDIR="$BATS_TEST_TMPDIR/d"
	mkdir "$TMPDIR"
	TEXT=$BATS_TEST_TMPDIR/text
}
teardown() {
	LAB=$TMPDIR/kept keep_logs
	"$VANTHU" lab stop "$TMPDIR"/* -q >/dev/null 2>&1 || true
}

daemons() { cat "$TMPDIR"/*/*/vanthud.pid 2>/dev/null; }
# The daemons that ran are gone, and the folder.
nothing_left() {
	local pid
	for pid in $PIDS; do ended "$pid" || { echo "$pid runs"; return 1; }; done
	[ -z "$(ls -A "$TMPDIR")" ]
}

# SIGNAL WHEN: a word of its text after which it comes
broken_off() {
	local demo code=0
	rm -f "$TEXT"
	env --default-signal=INT,TERM,HUP,PIPE "$VANTHU" demo >"$TEXT" 2>&1 &
	demo=$!
	wait_for 60 grep -q "$2" "$TEXT"
	PIDS=$(daemons)
	[ "$(wc -w <<<"$PIDS")" = 7 ]
	kill -s "$1" "$demo"
	wait "$demo" || code=$?
	[ "$code" = $((128 + $(kill -l "$1"))) ]
	nothing_left
}

@test "Ctrl-C, a request to end and a closed terminal stop its daemons and remove its folder" {
	broken_off INT "daemons run under"
	broken_off TERM "accepted: on disk"
	broken_off HUP "cb-luutru"
}

@test "so does a reader that has seen enough" {
	env --default-signal=PIPE "$VANTHU" demo 2>&1 | head -4 >"$TEXT" || true
	! grep -lz "^$TMPDIR/" /proc/[0-9]*/cmdline 2>/dev/null
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "and an output that takes nothing, which is a fault" {
	run -1 --separate-stderr bash -c '"$0" demo >/dev/full' "$VANTHU"
	[[ $stderr = *"the output could not be written"* ]]
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "with --keep they run on, and it says how to end them" {
	local demo
	"$VANTHU" demo --keep "$TMPDIR/kept" >"$TEXT" 2>err &
	demo=$!
	wait_for 60 grep -q "accepted: on disk" "$TEXT"
	kill -s TERM "$demo"
	wait "$demo" || true
	grep -q "vanthu lab stop $TMPDIR/kept" err
	"$VANTHU" lab status "$TMPDIR/kept" | tee status
	[ "$(grep -c running status)" = 7 ]
}
