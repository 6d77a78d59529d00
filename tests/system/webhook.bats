# Webhooks against a real HTTP server that behaves badly: nothing is lost, the order stays, and what is given up is shown. The feed is a folder of
# changes (tests/helpers/webhook_run.c); its clock runs a thousand times faster where pauses are to pass.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir feed sink
	echo feed-one >feed/id
	echo 200 >sink/script
	: >sink/log
	: >feed/changes
	configure
}
teardown() {
	local pid
	for pid in "${RUN:-}" "${SINK:-}" "${OTHER:-}"; do
		[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	done
}

configure() { # [KEY: VALUE…]
	{
		printf 'committee: btp\ngateway:\n  webhook_allow: 127.0.0.1\n'
		[ $# = 0 ] || printf '  %s\n' "$@"
	} >vanthud.yaml
}
w() { "$VANTHU" -c vanthud.yaml webhook "$@"; }
start_sink() { # [CERTIFICATE KEY]
	/usr/bin/python3 -B "$ROOT/tests/helpers/webhook_sink.py" sink "$@" 3>&- &
	SINK=$!
	disown "$SINK"
	wait_for 20 test -s sink/port
	PORT_OF_SINK=$(cat sink/port)
	URL=http://127.0.0.1:$PORT_OF_SINK
}
begun_or_ended() { grep -q ready run.log || ended "$RUN"; }
start_sender() { # [FEED [SPEED]]
	# its number is there before it sends anything: the receiver may kill it by the first event
	(echo "$BASHPID" >run.pid && exec "$ROOT/build/tests/webhook_run" vanthud.yaml "${1:-feed}" "${2:-1}") >>run.log 3>&- &
	RUN=$!
	disown "$RUN"
	wait_for 20 begun_or_ended
}
stop_sender() {
	kill "$RUN"
	wait_for 20 ended "$RUN"
	grep -q stopped run.log
	: >run.log
}
change() { # FROM TO [KIND [MORE]]
	local n
	for ((n = $1; n <= $2; n++)); do
		printf '{"number":%d,"kind":"%s","id":"doc-%d","at":"2026-11-29T08:00:00.000Z"%s}\n' "$n" "${3:-arrived}" "$n" "${4:-}"
	done >>feed/changes
}
got() { jq -r '.body | fromjson | .data.number' sink/log; } # numbers, as they came
got_count() { [ "$(wc -l <sink/log)" -ge "$1" ]; }
state_is() { [ "$(w show "$1" --json | jq -r .data.state)" = "$2" ]; }
field() { w show "$1" --json | jq -r ".data.$2"; }

@test "changes come in order, each once, signed by either key, and are filtered" {
	start_sink
	w add all "$URL/all" --since 0 --json >all.json
	w add some "$URL/some" --since 0 --ed25519 --kind arrived,status --type CV --committee thads --direction in --json >some.json
	jq -e '.data.secret | test("^whsec_[A-Za-z0-9+/]{43}=$")' all.json
	jq -e '.data.secret == null and (.data.public_key | test("^whpk_"))' some.json
	change 1 3
	change 4 4 arrived ',"from":"thads","direction":"in","document":{"type":"CV"}'
	change 5 5 arrived ',"from":"thads","direction":"in","document":{"type":"KH"}'
	change 6 6 arrived ',"from":"vanphong","direction":"in","document":{"type":"CV"}'
	change 7 7 status ',"committee":"thads","direction":"out","document":{"type":"CV"}'
	change 8 8 status ',"committee":"thads","direction":"in","document":{"type":"CV"}'
	change 9 9 link_up ',"committee":"thads"'
	start_sender
	wait_for 30 got_count 11
	change 10 10 # what comes later comes, too
	wait_for 30 got_count 12
	[ "$(jq -r 'select(.path == "/all") | .body | fromjson | .data.number' sink/log | xargs)" = "1 2 3 4 5 6 7 8 9 10" ]
	[ "$(jq -r 'select(.path == "/some") | .body | fromjson | .data.number' sink/log | xargs)" = "4 8" ]
	[ "$(jq -r '.headers["webhook-id"]' sink/log | sort | uniq -d)" = "" ]
	jq -e '.headers["content-type"] == "application/json" and (.headers["webhook-timestamp"] | test("^[0-9]{10}$"))' sink/log
	jq -e 'select(.path == "/all") | (.body | fromjson | .type == .data.kind and .timestamp == .data.at)' sink/log
	/usr/bin/python3 -B - all.json some.json sink/log <<-'END'
		import base64, hashlib, hmac, json, sys
		from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
		secret = base64.b64decode(json.load(open(sys.argv[1]))["data"]["secret"][6:])
		public = Ed25519PublicKey.from_public_bytes(base64.b64decode(json.load(open(sys.argv[2]))["data"]["public_key"][5:]))
		for line in open(sys.argv[3]):
		    r = json.loads(line)
		    h = r["headers"]
		    signed = (h["webhook-id"] + "." + h["webhook-timestamp"] + "." + r["body"]).encode()
		    version, value = h["webhook-signature"].split(",")
		    if r["path"] == "/all":
		        assert version == "v1" and hmac.compare_digest(base64.b64decode(value), hmac.new(secret, signed, hashlib.sha256).digest())
		    else:
		        assert version == "v1a"
		        public.verify(base64.b64decode(value), signed)
	END
	is_written() { [ "$(field all done)" = 10 ]; }
	wait_for 20 is_written
	[ "$(field all delivered)" = 10 ] && [ "$(field some delivered)" = 2 ]
	# Started again, it sends nothing twice.
	stop_sender
	start_sender
	change 11 11
	wait_for 30 got_count 13
	[ "$(jq -r 'select(.path == "/all") | .body | fromjson | .data.number' sink/log | tail -n 2 | xargs)" = "10 11" ]
}

@test "whatever the receiver does, the event is sent again under its id until it is taken, and the next one waits" {
	local n
	printf '%s\n' 500 drop 404 reset "redirect http://127.0.0.1:1/" "503 date+90" 302 401 "429 7" endless 200 "long 65536" "long 1000000" 204 >sink/script
	configure "webhook_give_up: 365d"
	start_sink
	w add bad "$URL/" --since 0 -q >/dev/null
	change 1 4
	start_sender feed 4000
	wait_for 60 got_count 14
	is_done() { [ "$(field bad done)" = 4 ]; }
	wait_for 20 is_done
	[ "$(got | xargs)" = "1 1 1 1 1 1 1 1 1 1 1 2 3 4" ]
	[ "$(jq -r '.headers["webhook-id"]' sink/log | uniq | wc -l)" = 4 ]
	# The time of the attempt is signed, and is not that of the attempt before.
	[ "$(jq -r 'select(.did != "long") | .headers["webhook-timestamp"]' sink/log | sort -u | wc -l)" -ge 10 ]
	# Pauses: never before the step's shortest, or what was asked for. (A connection that was used before and is closed without an answer is
	# tried once more at once.)
	n=$(jq -rs 'map(.headers["webhook-timestamp"] | tonumber) | [.[1] - .[0], .[4] - .[3], .[6] - .[5], .[9] - .[8]] | map(tostring) | join(" ")' sink/log)
	read -r first fourth date after <<<"$n"
	((first >= 3 && fourth >= 90 && date >= 80 && after >= 6))
	w show bad --json | jq -e '.data.answers | length == 5 and .[0].status == 204 and .[0].number == 4'
}

@test "one that is slow or gone keeps no other one waiting, and 410 ends it at once, which is shown" {
	printf '%s\n' 410 hang 200 >sink/script
	start_sink
	w add gone "$URL/gone" --since 0 -q >/dev/null
	change 1 1
	start_sender
	wait_for 30 state_is gone given_up
	[ "$(field gone reason)" = VT-6023 ]
	w list --json | jq -e '.data[0].state == "given_up" and .data[0].reason == "VT-6023" and .data[0].since != null'
	w show gone | grep -q 'VT-6023'
	grep -q 'event=webhook-given-up name=gone .*reason=VT-6023' run.log
	w add slow "$URL/slow" --since 0 -q >/dev/null
	wait_for 30 got_count 2
	w add quick "$URL/quick" --since 0 -q >/dev/null
	change 2 3
	wait_for 30 got_count 5
	[ "$(jq -r .path sink/log | xargs)" = "/gone /slow /quick /quick /quick" ]
	# It goes on where it was, without a gap.
	w resume gone -q >/dev/null
	wait_for 30 got_count 8
	[ "$(jq -r 'select(.path == "/gone") | .body | fromjson | .data.number' sink/log | xargs)" = "1 1 2 3" ]
	wait_for 20 state_is gone active
}

@test "who takes nothing for webhook_give_up is given up, and goes on by resume" {
	configure "webhook_give_up: 2h"
	echo 500 >sink/script
	start_sink
	w add silent "$URL/" --since 0 -q >/dev/null
	change 1 2
	start_sender feed 1000
	wait_for 60 state_is silent given_up
	[ "$(field silent reason)" = VT-6022 ]
	got_count 2
	echo 200 >sink/script
	: >sink/log
	w resume silent -q >/dev/null
	wait_for 30 got_count 2
	[ "$(got | xargs)" = "1 2" ]
}

@test "pause, resume, replay, remove and test take effect in a sender that runs" {
	start_sink
	run -4 w test nobody
	run -2 w add "Tên Sai" "$URL/"
	w add one "$URL/" --since 0 -q >/dev/null
	run -3 w test one --json
	jq -e '.error.code == "VT-6031"' <<<"$output"
	start_sender
	change 1 2
	wait_for 30 got_count 2
	w pause one -q >/dev/null
	state_is one paused
	w test one --json | jq -e '.data.status == 200' # also while it is paused
	change 3 4
	wait_for 30 got_count 3
	[ "$(tail -n 1 sink/log | jq -r '.body | fromjson | .type')" = test ]
	w resume one -q >/dev/null
	wait_for 30 got_count 5
	w replay one --since 2 -q >/dev/null
	wait_for 30 got_count 7
	[ "$(jq -r '.body | fromjson | .data.number // "test"' sink/log | xargs)" = "1 2 test 3 4 3 4" ]
	# The same event has the same id, however often.
	[ "$(jq -r '.headers["webhook-id"]' sink/log | sort -u | wc -l)" = 5 ]
	echo 503 >sink/script
	run -5 w test one
	[[ $output = *503* ]]
	w remove one -q >/dev/null
	[ "$(w list --json | jq '.data | length')" = 0 ]
	w add two "$URL/two" --since 0 -q >/dev/null
	is_alone() { [ "$(ls gateway/webhooks/*.json | wc -l)" = 1 ] && [ "$(ls gateway/webhooks/cursors | wc -l)" = 1 ]; }
	wait_for 30 is_alone
	run -6 w add two "$URL/two"
	run -4 w show one
}

@test "without --since it begins by the number of the daemon, never by the clock, and without a daemon not at all" {
	run -3 w add late http://127.0.0.1:1/ --json
	jq -e '.error.code == "VT-5001" and (.error.fix | test("--since"))' <<<"$output"
	[ "$(w list --json | jq '.data | length')" = 0 ]
	w add late http://127.0.0.1:1/ --since oldest -q >/dev/null
}

@test "one of an earlier version, that began by the clock, gets all from its first event on, whatever the clock does" {
	start_sink
	change 1 100
	w add late "$URL/" --since 0 -q >/dev/null
	jq '.from = "created"' gateway/webhooks/*.json >made
	cat made >"$(ls gateway/webhooks/*.json)"
	printf '{"number":101,"kind":"arrived","id":"x","at":"2099-01-01T00:00:00.000Z"}\n' >>feed/changes
	start_sender
	wait_for 30 got_count 1
	change 102 103 # of a time before it was made
	wait_for 30 got_count 3
	[ "$(got | xargs)" = "101 102 103" ]
}

@test "too late for the feed, or another feed: given up with the reason, and replay goes on from the oldest" {
	start_sink
	w add reader "$URL/" --since 0 -q >/dev/null
	change 1 3
	start_sender
	wait_for 30 got_count 3
	is_done() { [ "$(field reader done)" = "$1" ]; }
	wait_for 20 is_done 3
	stop_sender
	: >feed/changes
	change 10 12
	echo 10 >feed/first
	start_sender
	wait_for 30 state_is reader given_up
	[ "$(field reader reason)" = VT-6024 ]
	run -1 w resume reader
	[[ $output = *"vanthu webhook replay NAME --since oldest"* ]]
	w replay reader --since oldest -q >/dev/null
	wait_for 30 got_count 6
	[ "$(got | xargs)" = "1 2 3 10 11 12" ]
	wait_for 20 is_done 12
	stop_sender
	echo feed-two >feed/id
	rm feed/first
	change 13 13
	start_sender
	wait_for 30 state_is reader given_up
	[ "$(field reader reason)" = VT-6025 ]
	[ "$(got | tail -n 1)" = 12 ]
}

@test "killed between an answer and its cursor: that event again under its id, the order kept, nothing lost" {
	local kills=0
	printf 'kill run.pid\n%.0s' 1 2 3 4 5 6 >sink/script
	echo 200 >>sink/script
	start_sink
	w add one "$URL/" --since 0 -q >/dev/null
	change 1 8
	is_last() { [ "$(got | tail -n 1)" = 8 ]; }
	is_last_or_ended() { is_last || ended "$RUN"; }
	# The next event may come before the signal does: then two lines of the script are for one process.
	until is_last; do
		start_sender
		wait_for 30 is_last_or_ended
		: >run.log
		! ended "$RUN" || kills=$((kills + 1))
	done
	echo "$kills kills"
	[ "$kills" -ge 2 ]
	[ "$(got | uniq | xargs)" = "1 2 3 4 5 6 7 8" ]
	[ "$(jq -r '.headers["webhook-id"]' sink/log | uniq | wc -l)" = 8 ]
}

@test "killed again and again at any moment, with a receiver that fails at times: in order, nothing lost" {
	local n
	printf '%s\n' 200 200 500 200 drop 200 200 503 200 200 200 429 200 >pattern
	for n in 1 2 3 4 5 6; do cat pattern; done >sink/script
	configure "webhook_give_up: 365d"
	start_sink
	w add a "$URL/a" --since 0 -q >/dev/null
	w add b "$URL/b" --since 0 --ed25519 -q >/dev/null
	change 1 60
	for n in 1 2 3 4 5 6 7 8 9 10; do
		start_sender feed 1000
		wait_for 60 got_count $((8 * n))
		kill -KILL "$RUN"
		wait_for 20 ended "$RUN"
		: >run.log
	done
	start_sender feed 1000
	numbers_of() { jq -r --arg path "$1" 'select(.path == $path) | .body | fromjson | .data.number' sink/log; }
	both_done() { [ "$(numbers_of /a | tail -n 1)" = 60 ] && [ "$(numbers_of /b | tail -n 1)" = 60 ]; }
	wait_for 120 both_done
	[ "$(numbers_of /a | uniq | xargs)" = "$(seq 60 | xargs)" ]
	[ "$(numbers_of /b | uniq | xargs)" = "$(seq 60 | xargs)" ]
}

@test "two senders never serve one folder" {
	start_sender
	run -1 timeout 60 "$ROOT/build/tests/webhook_run" vanthud.yaml feed
	[ "$output" = VT-6029 ]
}

@test "TLS is verified: a certificate of another authority, or for another host, gets no event" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca 2>/dev/null
	issue() { # NAME ALTERNATIVE
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
		openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out "$1.pem" -extfile <(printf 'subjectAltName=%s\n' "$2") 2>/dev/null
	}
	issue right IP:127.0.0.1
	issue wrong DNS:elsewhere.example
	configure "webhook_ca: ca.pem"
	start_sink right.pem right.key
	w add tls "https://127.0.0.1:$PORT_OF_SINK/" --since 0 -q >/dev/null
	change 1 1
	start_sender
	wait_for 30 got_count 1
	stop_sender
	# Without the authority.
	configure
	change 2 2
	start_sender
	wait_for 30 state_is tls failing
	[ "$(field tls 'answers[0].status')" = null ]
	[[ $(field tls 'answers[0].error') = *certificate* ]]
	stop_sender
	kill -KILL "$SINK"
	rm sink/port
	configure "webhook_ca: ca.pem"
	start_sink wrong.pem wrong.key
	w add other "https://127.0.0.1:$PORT_OF_SINK/" --since 0 -q >/dev/null
	start_sender
	wait_for 30 state_is other failing
	[ "$(wc -l <sink/log)" = 1 ]
}

@test "no event goes to an address that is not allowed, whatever its name says" {
	start_sink
	printf 'committee: btp\n' >vanthud.yaml
	run -5 w add a "https://127.0.0.1:$PORT_OF_SINK/"
	[[ $output = *webhook_allow* ]]
	run -5 w add a "http://localhost:$PORT_OF_SINK/"
	run -2 w add a "https://user@hooks.example/"
	# A name is judged when it is connected to.
	w add name "https://localhost:$PORT_OF_SINK/" --since 0 -q >/dev/null
	# What was allowed once is not for ever.
	configure
	w add plain "$URL/" --since 0 -q >/dev/null
	printf 'committee: btp\n' >vanthud.yaml
	change 1 1
	start_sender
	wait_for 30 state_is name failing
	wait_for 30 state_is plain failing
	[[ $(field name 'answers[0].error') = *"must not be sent to this address"* ]]
	[[ $(field plain 'answers[0].error') = *"must not be sent to this address"* ]]
	[ ! -s sink/log ]
}

@test "a proxy of the environment is not asked" {
	start_sink
	w add one "$URL/" --since 0 -q >/dev/null
	change 1 1
	export http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1
	start_sender
	wait_for 30 got_count 1
}

@test "the command line's answers are followed, and its refusals waited out" {
	start_sink
	w add one "$URL/" --since 4 -q >/dev/null
	cat >vanthu <<-'END'
		#!/bin/bash
		# What `vanthu --json changes` says, by a script.
		printf '%s ' "$@" >>asked
		echo >>asked
		since=$(grep -o -- '--since=[0-9]*' <<<"$*" | tail -c +9)
		case $since in
		4) [ -e seen ] || { : >seen; echo '{"v":1,"error":{"code":"VT-5001","message":"","fix":""}}'; exit 3; }
			echo '{"v":1,"data":{"changes":[{"number":6,"kind":"arrived","id":"x","at":"2026-11-29T08:00:00.000Z"}],"next":9,"first":1,"feed":"ab","missed":false}}' ;;
		*) [[ $* != *--wait=0s* ]] || { echo '{"v":1,"data":{"changes":[],"next":9,"first":1,"feed":"ab","missed":false}}'; exit; }
			exec tail -f /dev/null ;;
		esac
	END
	chmod +x vanthu
	start_sender "$PWD/vanthu"
	wait_for 60 got_count 1
	[ "$(got)" = 6 ]
	has_asked() { grep -q -- "-c $PWD/vanthud.yaml --json --no-secret changes --since=9 --wait=30s --limit=64" asked; }
	wait_for 30 has_asked
	# It ends although an answer is awaited.
	stop_sender
}

@test "a file that is damaged is shown and harms no other" {
	start_sink
	w add good "$URL/" --since 0 -q >/dev/null
	echo '{"v":9}' >gateway/webhooks/0123456789abcdef.json
	change 1 1
	start_sender
	wait_for 30 got_count 1
	w list --json | jq -e '[.data[] | [.name, .state, .reason]] == [["0123456789abcdef", "damaged", "VT-6028"], ["good", "active", null]]'
	grep -q 'event=webhook-damaged' run.log
	w remove 0123456789abcdef -q >/dev/null
	[ "$(w list --json | jq '.data | length')" = 1 ]
}

@test "folders and files are nobody else's, and no secret is shown twice" {
	(umask 000 && w add one https://hooks.example/x --since 0 -q >/dev/null)
	[ "$(stat -c %a gateway gateway/webhooks gateway/webhooks/cursors | xargs)" = "700 700 700" ]
	[ "$(stat -c %a gateway/webhooks/*.json)" = 600 ]
	run ! grep -q whsec_ <(w show one --json; w list --json; w show one; w pause one --json)
	w add two https://hooks.example/x -n --json | jq -e '.data.name == "two" and .data.secret == null'
	[ "$(w list --json | jq '.data | length')" = 1 ]
}

@test "the receiver of the documentation takes each event once, by either key, and nothing that is forged" {
	local key
	receiver() { # NAME PORT
		/usr/bin/python3 -B "$ROOT/docs/examples/webhook_receiver.py" --key-file "$1.key" --listen "127.0.0.1:$2" --seen "$1.seen" >>"$1.out" 3>&- &
		eval "RECEIVER_$1=$!"
		disown $!
	}
	listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }
	lines_of() { [ "$(wc -l <"$1.out")" -ge "$2" ]; }
	reserve_ports
	w add secret "http://127.0.0.1:$PORT/" --since 0 --json | jq -r .data.secret >secret.key
	w add pair "http://127.0.0.1:$((PORT + 1))/" --since 0 --ed25519 --json | jq -r .data.public_key >pair.key
	receiver secret "$PORT"
	receiver pair $((PORT + 1))
	SINK=$RECEIVER_secret OTHER=$RECEIVER_pair
	wait_for 20 listens "$PORT"
	wait_for 20 listens $((PORT + 1))
	change 1 5
	start_sender
	wait_for 30 lines_of secret 5
	wait_for 30 lines_of pair 5
	# It is killed, started again, and the same events come again.
	kill -KILL "$SINK"
	wait_for 20 ended "$SINK"
	w replay secret --since 0 -q >/dev/null
	change 6 6
	receiver secret "$PORT"
	SINK=$RECEIVER_secret
	wait_for 60 lines_of secret 6
	wait_for 30 lines_of pair 6
	for key in secret pair; do [ "$(jq -r .data.number $key.out | xargs)" = "1 2 3 4 5 6" ]; done
	/usr/bin/python3 -B - "$PORT" $((PORT + 1)) secret.key <<-'END'
		import base64, hashlib, hmac, sys, time, urllib.error, urllib.request
		secret = base64.b64decode(open(sys.argv[3]).read().strip()[6:])
		def post(port, body, at, signature, event="msg_forged"):
		    request = urllib.request.Request("http://127.0.0.1:%s/" % port, body, {"webhook-id": event, "webhook-timestamp": str(at), "webhook-signature": signature})
		    try:
		        return urllib.request.urlopen(request).status
		    except urllib.error.HTTPError as e:
		        return e.code
		def sign(body, at, event="msg_forged"):
		    return "v1," + base64.b64encode(hmac.new(secret, b"%s.%d.%s" % (event.encode(), at, body), hashlib.sha256).digest()).decode()
		now, body = int(time.time()), b'{"data":{"number":7}}'
		for port in sys.argv[1:3]:
		    assert post(port, body, now, "") == 401
		    assert post(port, body, now, "v1," + "A" * 43 + "=") == 401
		    assert post(port, body, now, "v1a," + "A" * 86 + "==") == 401
		assert post(sys.argv[1], body, now - 301, sign(body, now - 301)) == 401
		assert post(sys.argv[1], body, now, sign(b"{}", now)) == 401
		assert post(sys.argv[1], body, now, "v1a,AAAA v1,! " + sign(body, now)) == 204
		assert post(sys.argv[2], body, now, sign(body, now)) == 401
	END
	[ "$(wc -l <secret.out)" = 7 ] && [ "$(wc -l <pair.out)" = 6 ]
}
