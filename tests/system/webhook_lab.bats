# Webhooks of a daemon at work: what its office does and what comes to it reaches a subscriber, also when the sender and the daemon are killed.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir sink
	echo 200 >sink/script
	: >sink/log
	printf 'Nội dung\n' >a.txt
}
teardown() {
	local pid
	load common
	for pid in "${RUN:-}" "${SINK:-}"; do
		[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	done
	end_lab
}
start_sender() {
	: >run.log
	"$ROOT/build/tests/webhook_run" "$LAB/thads/vanthud.yaml" "$VANTHU" >>run.log 3>&- &
	RUN=$!
	disown "$RUN"
	wait_for 20 grep -q ready run.log
}
send() { v btp send a.txt --to thads --type CV --number "$1-CV/ĐU" --subject "Thử $1" --wait delivered --timeout 120 -q >/dev/null; }
got() { jq -r --arg path "$1" 'select(.path == $path) | .body | fromjson | .data | "\(.kind) \(.document.number // "")"' sink/log; }

@test "a subscriber hears of each document once or more, in order, whoever is killed" {
	local n
	make_lab "" "gateway: {webhook_allow: 127.0.0.1}"
	start_lab
	send 1 # before there is a subscription
	/usr/bin/python3 -B "$ROOT/tests/helpers/webhook_sink.py" sink 3>&- &
	SINK=$!
	disown "$SINK"
	wait_for 20 test -s sink/port
	v thads webhook add arrived "http://127.0.0.1:$(cat sink/port)/arrived" --kind arrived --type CV --committee btp --direction in -q >/dev/null
	v thads webhook add office "http://127.0.0.1:$(cat sink/port)/office" --kind accepted,numbered -q >/dev/null
	# Behind the end there is nothing: it would wait for numbers that have not been given.
	run -2 v thads webhook add far https://hooks.example/ --since 4711 --json
	jq -e '.error.code == "VT-1001" and (.error.fix | test("the newest is [0-9]+"))' <<<"$output"
	run -2 v thads webhook replay office --since 4711
	[ "$(v thads webhook list --json | jq '.data | length')" = 2 ]
	v thads webhook replay office --since "$(v thads changes --since now --json | jq .data.last)" -q >/dev/null
	start_sender
	for n in 2 3 4; do
		send $n
		has() { got /arrived | grep -q "arrived $n-CV/ĐU"; }
		wait_for 60 has
	done
	# The sender is killed, and later the daemon, too: what came meanwhile follows.
	kill -KILL "$RUN"
	wait_for 20 ended "$RUN"
	send 5
	[ "$(v thads webhook show arrived --json | jq .data.behind)" = 1 ]
	kill9 thads
	start_lab
	start_sender
	send 6
	# Of a secret document no subscriber hears anything, though the sender runs as the daemon's user.
	v thads paper add in --type CV --number 77-CV/Y --secrecy mat -q >/dev/null
	v thads changes --since 0 --json | jq -e 'any(.data.changes[]; .line.book == "secret-in")'
	v thads accept 6-CV/ĐU -q >/dev/null
	is_last() { got /arrived | grep -q 6-CV && got /office | grep -q accepted; }
	wait_for 60 is_last
	[ "$(got /arrived | uniq | xargs)" = "$(printf 'arrived %d-CV/ĐU ' 2 3 4 5 6 | xargs)" ]
	[ "$(got /office | sort -u | cut -d' ' -f1 | xargs)" = "accepted numbered" ]
	! grep -q 'secret-in\|77-CV' sink/log
}
