# Local programs with bad manners: what a socket does not allow it refuses, nothing crashes or piles up, and the others are served.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	make_lab
	start_lab btp thads
	export LAB
	printf 'Nội dung kín\n' >a.txt
	v btp send a.txt --to thads --type CV --number 1-CV/ĐU --subject "Trích yếu kín" --wait delivered --timeout 120 -q >/dev/null
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	PID=$(pid_of btp)
}
teardown() { keep_logs; }

trick() {
	local run
	run=$(v btp config show --json | jq -r '(.data[] | select(.key == "run") | .value)')
	run -0 timeout 300 /usr/bin/python3 -B "$ROOT/tests/helpers/local.py" "$ROOT/build/gen/py" "$run" "$@"
	echo "$output"
	[ "$(pid_of btp)" = "$PID" ]
	kill -0 "$PID"
	v btp status -q >/dev/null
}
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$PID/status"; }

@test "every request at every socket is let in where the page says so: read sees no content, operate sends nothing" {
	trick sockets "$ROOT/docs/PROTOCOL.md"
	[ "$output" = "all requests: as the page says" ]
	trick trace-shows 1-CV/ĐU "Trích yếu kín"
	[ "$output" = keeps ]
	trick trace-shows 1-CV/ĐU "Nội dung kín"
	[ "$output" = keeps ]
}

@test "pieces of nothing, past the end, of no part and past the window are refused" {
	trick pieces-of-nothing
	[ "$output" = VT-3006 ]
	trick data-astray
	[ "$output" = "VT-3006 VT-3006 VT-3006 VT-3006" ]
	[ -z "$(find "$LAB/btp/data/incoming" -name 'submit.*')" ]
}

@test "contents that come before their submission must be those that it names, one after the other" {
	trick stages-astray
	[ "$output" = "nothing VT-3006, after-last VT-3006, backwards VT-3006, between VT-3006, past-parts VT-3006, too-long VT-3006, twice VT-2018, unfinished VT-3006, other-size VT-3006, not-named VT-3006, not-sent VT-3006, number-too-high VT-3006, bad-digest VT-2100, empty-part accepted, good accepted" ]
	wait_for 20 eval '[ -z "$(find "$LAB/btp/data/incoming" -name "submit.*")" ]'
	trick stages-without-end
	[ "$output" = "VT-5004, others: accepted" ]
	trick stages-at-once
	[ "$output" = "100 accepted" ]
	wait_for 20 eval '[ -z "$(find "$LAB/btp/data/incoming" -name "submit.*")" ]'
}

@test "a field that is blank or too long is named, and a file that is too large" {
	trick bad-fields
	[ "$output" = "subject VT-1009, subject VT-1009, number VT-1009, number VT-1009, note VT-1009, issued_on VT-1009, due_on VT-1009, issued_on VT-1009, type_name VT-1009, p0 VT-2009" ]
}

@test "texts that nobody sees are refused, each by its field; what people write is taken" {
	trick unseen
	[ "$output" = "number 1009, subject 1009, subject 1009, type_name 1009, term 1009, note 1009, signer 1009, parts 1009, parts 1009, parts 1009, paper 1009, paper 1009, paper 1009" ]
	trick joined
	[ "$output" = accepted ]
	wait_for 10 eval "[ \"\$(\"$VANTHU\" -c $LAB/thads inbox --json | jq -r '.data[] | select(.number == \"67-CV/X\") | .state')\" = delivered ]"
	v thads save 67-CV/X --to saved -q
	[ "$(ls saved)" = $'\U0001f468\u200d\U0001f469.txt' ]
	[[ $(v thads inbox) == *$'\U0001f468\u200d\U0001f469\u200d\U0001f467'* ]]
}

# No request takes an open file (docs/BENCHMARKS.md "What brought how much" says why). Whoever sends one all the same gives the daemon nothing to close, which
# for a file of a user's own file system could last as long as that user likes.
@test "open files that come along with requests are never taken: nothing of them stays, and nobody waits" {
	local before
	before=$(find "/proc/$PID/fd" -mindepth 1 | wc -l)
	trick descriptors
	[ "$output" = "30 kinds, none kept" ]
	trick descriptors-unread
	[ "$output" = "others: status" ]
	wait_for 20 eval '[ "$(find "/proc/$PID/fd" -mindepth 1 | wc -l)" -le $before ]'
}

@test "names without end find nothing" {
	trick long-names
	[ "$output" = "VT-2001 VT-2001" ]
	trick too-large
	[ "$output" = closed ]
}

@test "imports that are spoilt while they are checked leave nothing behind" {
	local before
	trick imports-over
	before=$(resident)
	trick imports-over
	echo "resident: $before, then $(resident) KiB"
	[ $(($(resident) - before)) -lt 20000 ]
	v btp status --json | jq -e '.data.directory.version == 1' >/dev/null
}

@test "nine thousand pings of nobody use up no place for answers" {
	wait_for 10 v btp link ping thads
	trick pings
	[ "$output" = pong ]
}

@test "searches through much paper leave turns to others" {
	trick searches-share 5000
	[ "$output" = "among them" ]
}

# A crowd at the sockets, and a document that is sent, delivered and shown among it.   crowd TRICK NUMBER
crowd() {
	local run
	run=$(v btp config show --json | jq -r '(.data[] | select(.key == "run") | .value)')
	/usr/bin/python3 -B "$ROOT/tests/helpers/crowd.py" "$ROOT/build/gen/py" "$run" "$1" sh -c "
		awk '/^VmRSS/ { print \$2 }' /proc/$PID/status >during
		'$VANTHU' -c '$LAB/btp' send a.txt --to thads --type CV --number '$2-CV/ĐU' --subject 'trong đám đông' --wait delivered --timeout 120 -q &&
		'$VANTHU' -c '$LAB/btp' status -q && '$VANTHU' -c '$LAB/btp' link ping thads -q"
}
back() { [ "$(resident)" -lt $((before + 8000)) ]; }

@test "crowds at the local sockets: a document goes out among them, links stay, memory comes back" {
	local before trick number=200 downs answered
	printf 'x\n' >a.txt
	wait_for 30 v btp link ping thads
	downs=$(grep -c event=link-down "$LAB/btp/vanthud.log" || true)
	before=$(resident)
	for trick in idle idle-everywhere unread half uploads; do
		number=$((number + 1))
		answered=$(crowd "$trick" "$number")
		echo "$trick: $answered; resident $before, $(cat during), $(resident) KiB"
		[ "$(jq .exit <<<"$answered")" = 0 ]
		[ "$(cat during)" -lt $((before + 32000)) ]
		wait_for 30 back
	done
	[ "$(grep -c event=link-down "$LAB/btp/vanthud.log" || true)" = "$downs" ]
	! grep -q event=memory-watermark "$LAB/btp/vanthud.log"
}

@test "who gives way to others is told why, and their number is in the log once" {
	local before after answered
	printf 'x\n' >a.txt
	before=$(wc -l <"$LAB/btp/vanthud.log")
	answered=$(crowd knocks 300)
	[ "$(jq .exit <<<"$answered")" = 0 ]
	[ "$(jq '.said."VT-5010"' <<<"$answered")" -gt 90 ]
	after=$(wc -l <"$LAB/btp/vanthud.log")
	echo "$((after - before)) lines"
	[ $((after - before)) -lt 20 ]
	kill -0 "$PID"
}

# A run folder of the test's own: a daemon that is there makes its sockets anew.
@test "each way of not getting in has its own words" {
	mkdir elsewhere run
	cp "$LAB"/btp/*.key "$LAB"/btp/*.yaml elsewhere/
	sed -i "s,^run:.*,run: $PWD/run,; s,^registry_root:.*,registry_root: $LAB/registry/root.pem,; /^directory:/d" elsewhere/vanthud.yaml
	status() { "$VANTHU" -c elsewhere status "$@"; }
	run -3 status
	[[ $output == *"VT-5001"*"read.sock is not there"* ]]
	/usr/bin/python3 -c 'import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])' run/read.sock
	run -3 status
	[[ $output == *"VT-5001"*"no daemon answers"* && $output != *"is not there"* ]]
	rm run/read.sock
	/usr/bin/python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(0)
t = socket.socket(socket.AF_UNIX); t.connect(sys.argv[1]); print("full", flush=True); time.sleep(300)' run/read.sock >full 3>&- &
	wait_for 20 grep -q full full
	run status --timeout 1
	kill %1
	[[ $output == *"VT-5004"*"takes no connection"* ]]
}

# Last: the disk is slow from here on.
@test "submissions that come faster than they can be written wait in the socket" {
	strace -D -qq -o /dev/null true 3>&- || skip "strace may not trace here"
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	strace -D -f -qq -o slow -e trace=fsync -e inject=fsync:delay_enter=200000 "$ROOT/build/vanthud" -c "$LAB/btp/vanthud.yaml" \
		>/dev/null 2>>"$LAB/btp/vanthud.log" </dev/null 3>&- &
	PID=$!
	echo $PID >"$LAB/btp/vanthud.pid"
	wait_for 20 v btp status -q
	trick hoard
	echo "at most $(awk '/^VmHWM/ { print $2 }' "/proc/$PID/status") KiB"
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/$PID/status")" -lt 150000 ]
}
