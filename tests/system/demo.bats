# The demo: told line by line, drawn on a terminal, and broken off: no daemon runs on and no folder stays, whatever ends it.

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

@test "in a pipe it tells each step in plain lines, and leaves nothing" {
	local language
	for language in en vi; do
		LANGUAGE=$language LC_ALL=C "$VANTHU" demo --color=never >"$TEXT.$language" 2>err
		[ ! -s err ]
		/usr/bin/python3 -B - "$TEXT.$language" <<-'END'
			import sys, unicodedata
			for line in open(sys.argv[1], encoding="utf-8").read().split("\n"):
			    assert not any(unicodedata.category(c) == "Cc" for c in line), repr(line)
			    assert "vanthu-demo-" in line or len(line) <= 80, line
			    assert not set(line) & set("✓✗…│├└─█░┃→"), line  # the locale is not UTF-8
		END
		[ -z "$(ls -A "$TMPDIR")" ]
	done
	cp "$TEXT.en" "$TEXT"
	grep -q "7 daemons run under $TMPDIR/" "$TEXT"
	[ "$(grep -c "^  .* + delivered  " "$TEXT")" = 8 ] # six of the directive, two after the power cut
	grep -q "6 of 6 signed receipts" "$TEXT"
	grep -q "x stopped *kill -9" "$TEXT"
	grep -q "8 of 8 copies are byte for byte" "$TEXT"
	grep -Eq "^  02-CV/ĐU +returned +returned$" "$TEXT"
	grep -Eq "^  01-KH/ĐU +accepted and registered +accepted and registered$" "$TEXT"
	grep -Eq "^  01-CV/ĐU +assigned +assigned$" "$TEXT"
	grep -Eq "^  01-CV/ĐU +finished +finished$" "$TEXT"
	grep -q "both ends agree on 3 of 3" "$TEXT"
	grep -q "|###.* 100.0 % + reaches the line of 90.0 %" "$TEXT"
	grep -Eq "^  #+\.+\|\.+ 71.4 % x below the line of 90.0 %" "$TEXT"
	grep -q "register of documents sent, printed: so-van-ban-di.html" "$TEXT"
	grep -q "7 committees, [0-9]* documents, [0-9]* signed receipts, [0-9.]* s" "$TEXT"
	grep -q "vanthu demo --keep /tmp/vanthu-lab" "$TEXT"
}

@test "on a terminal each chapter fits, keys go on, and the summary fits one screen" {
	local size
	for size in "24 80 en" "24 60 vi" "40 120 vi"; do
		timeout 300 /usr/bin/python3 -B "$ROOT/tests/helpers/demo_terminal.py" "$VANTHU" $size
		[ -z "$(ls -A "$TMPDIR")" ]
	done
}

@test "Ctrl-C on a terminal gives it back as it was" {
	timeout 300 /usr/bin/python3 -B "$ROOT/tests/helpers/demo_terminal.py" "$VANTHU" 24 80 en --break
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "a step that fails is told, and the demo with it" {
	local demo code=0
	rm -f "$TEXT"
	"$VANTHU" demo >"$TEXT" 2>&1 &
	demo=$!
	wait_for 60 grep -q "daemons run under" "$TEXT"
	PIDS=$(daemons)
	kill -KILL "$(cat "$TMPDIR"/*/vanphong/vanthud.pid)"
	wait "$demo" || code=$?
	[ "$code" = 1 ]
	grep -Eq "✗ ([0-9] of [0-9] receipts of .* in time|vanphong could not|vanphong did not start|vanphong does not have it)" "$TEXT"
	grep -q "What is left to look at: $TMPDIR/" "$TEXT"
	! grep -q "What was shown" "$TEXT"
	for pid in $PIDS; do ended "$pid"; done
	rm -r "${TMPDIR:?}"/*
}

@test "Ctrl-C, a request to end and a closed terminal stop its daemons and remove its folder" {
	broken_off INT "daemons run under"
	broken_off TERM "Accepted: on disk"
	broken_off HUP "vanthu accept --all-valid"
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
	wait_for 60 grep -q "Accepted: on disk" "$TEXT"
	kill -s TERM "$demo"
	wait "$demo" || true
	grep -q "vanthu lab stop $TMPDIR/kept" err
	"$VANTHU" lab status "$TMPDIR/kept" | tee status
	[ "$(grep -c running status)" = 7 ]
}
