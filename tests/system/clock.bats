# Clocks that are wrong, as an operator and a monitoring system see them, and that all goes on by itself when they are right. Real daemons under
# libfaketime: the wall clock is another, the monotonic one is true.

setup() {
	load common
	export COLUMNS=200
	cd "$BATS_TEST_TMPDIR" || return 1
	FAKETIME_LIB=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || true
	[ -n "$FAKETIME_LIB" ] || skip "no libfaketime here (package faketime)"
	cat >tree.yaml <<-'END'
		committees:
		  - {id: top, name: Tỉnh ủy, symbol: TU}
		  - {id: mot, name: Đảng ủy một, symbol: ĐUM, superior: top}
		  - {id: hai, name: Đảng ủy hai, symbol: ĐUH, superior: top}
	END
	make_lab tree.yaml
}
teardown() {
	[ -z "${FAKED:-}" ] || kill "$FAKED" 2>/dev/null || true
	[ -z "${WATCHER:-}" ] || kill "$WATCHER" 2>/dev/null || true
	end_lab
}

# Starts one daemon by another clock.
start_at() { # ID TIME, as libfaketime takes it
	FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME="$2" LD_PRELOAD=$FAKETIME_LIB "$ROOT/build/vanthud" -c "$LAB/$1" >"$LAB/$1-faked.log" 2>&1 3>&- &
	FAKED=$!
}
stop_faked() {
	kill "$FAKED"
	wait "$FAKED" || true
	FAKED=
}
link_is() { # ID NEIGHBOUR JQ
	v "$1" link show "$2" --json | jq -e ".data | $3"
}
status_is() { v "$1" status --json | jq -e ".data | $2"; } # ID JQ
send_one() { v "$1" send tree.yaml --to "$2" --type CV --number "$3" --subject "Đồng hồ" "${@:4}"; }

@test "a clock 7 minutes ahead is seen at both ends, signs nothing, and all goes on when it is right" {
	start_lab top hai
	wait_for 20 link_is top hai .up
	"$VANTHU" -c "$LAB/top" watch --json >events.json 2>/dev/null 3>&- &
	WATCHER=$!
	# It hears what happens once it has subscribed: until then something happens.
	wait_for 60 eval 'send_one top hai "$((++SENT))-TB/TU" >/dev/null; [ -s events.json ]'
	start_at mot +7m
	# At both ends, and who is wrong knows that it is.
	wait_for 20 link_is mot top '.clock.ahead_ms < -415000 and .clock.ahead_ms > -425000'
	wait_for 20 link_is top mot '.clock.ahead_ms > 415000 and .clock.ahead_ms < 425000'
	wait_for 20 status_is mot '.clock.refusing == "VT-3020" and (.alarms | index("VT-3020") != null)'
	status_is top '.clock.refusing == null' # one of two does not stop its superior
	wait_for 20 grep -q 'event=clock committee=mot ahead_ms=4[12][0-9]* error=VT-3022' "$LAB/top/vanthud.log"
	wait_for 20 grep -q 'event=clock committee=mot ahead_ms=-4[12][0-9]* error=VT-3020' "$LAB/mot-faked.log"
	wait_for 20 grep -q '"event":"clock"' events.json
	v top link list | grep -E 'mot .*(7 min 0 s|6 min 59 s) ahead'
	v top link show mot | grep -E 'Its clock +(7 min|6 min 59)'
	v mot status 2>&1 | grep -E 'Signs nothing +.*ahead'
	! v top link list | grep -E 'hai .*(ahead|behind)'

	run -2 v mot check clock
	[[ $output == "VANTHU CRITICAL - clock: "* ]]
	run -2 v top check
	[[ $output == *"clock: the clock of mot: "*ahead* ]]
	run -2 v top check --json
	[ "$(jq -r '.data.level' <<<"$output")" = critical ]
	run -0 v hai check clock
	[[ $output == "VANTHU OK - clock: compared with 1 neighbour | clock="* ]]

	# Nothing is signed: neither a submission, nor the receipt of what comes, which waits where it is.
	run -5 send_one mot top 1-CV/ĐUM
	[[ $output == *VT-3020*"7 min"*ahead* ]] || [[ $output == *VT-3020*"6 min 59 s ahead"* ]]
	[[ $output == *timedatectl* ]]
	run -5 send_one mot top 1-CV/ĐUM --dry-run
	[[ $output == *VT-3020* ]]
	send_one top mot,hai 1-CV/TU >/dev/null
	wait_for 20 eval "v top trace 1-CV/TU --json | jq -e '[.data.recipients[] | select(.state == \"delivered\") | .committee] == [\"hai\"]'"
	wait_for 20 link_is top mot '.waits_for.code == "VT-3022" and .queued == 1'
	v top link show mot | grep 'documents wait'
	v mot inbox --json | jq -e '.data == []'

	stop_faked
	start_lab mot
	wait_for 30 eval "v top show 1-CV/TU --json | jq -e '.data.state == \"delivered\"'"
	send_one mot top 1-CV/ĐUM --wait delivered --timeout 120 >/dev/null
	run -0 v mot check clock
	wait_for 30 grep -q 'event=clock committee=mot ahead_ms=-*[0-9]* error=VT-0' "$LAB/top/vanthud.log"
	[ "$(grep -c 'event=clock committee=mot' "$LAB/top/vanthud.log")" = 2 ] # not with each ping
}

@test "a clock at 2020 refuses to sign and is seen at both ends, and all is well when it is right" {
	start_at mot '@2020-01-01 08:00:00'
	wait_for 20 status_is mot '.clock.refusing == "VT-3021" and .clock.key.known'
	v mot status 2>&1 | grep -E 'Signs nothing +the signing key is valid from .*; this clock says 01/01/2020'
	run -2 v mot check key
	[[ $output == "VANTHU CRITICAL - key: the signing key is valid from "* ]]
	run -5 send_one mot top 1-CV/ĐUM
	[[ $output == *VT-3021*"valid from"*"01/01/2020"* ]]
	run -5 send_one mot top 1-CV/ĐUM --dry-run
	run -5 send_one mot top 1-CV/ĐUM --json
	[ "$(jq -r .error.code <<<"$output")" = VT-3021 ]
	v mot outbox --json | jq -e '.data == []'
	# Its link stands all the same, so that the operator of its superior learns it too.
	start_lab top hai
	wait_for 20 link_is top mot '.up and .clock.ahead_ms < -86400000000'
	wait_for 20 link_is mot top '.up and .clock.ahead_ms > 86400000000'
	send_one top mot 1-CV/TU >/dev/null
	wait_for 20 link_is top mot '.waits_for.code == "VT-3022" and .queued == 1'
	status_is mot '.clock.refusing == "VT-3020"'
	stop_faked
	start_lab mot
	send_one mot top 1-CV/ĐUM --wait delivered --timeout 120 >/dev/null
	wait_for 30 eval "v top show 1-CV/TU --json | jq -e '.data.state == \"delivered\"'"
	run -0 v mot check
	run -3 v top check no-such-check
}

@test "keys that a registry signed 7 hours ahead cut nobody off, and those that begin too late begin with its next version" {
	ahead() { FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME=+7h LD_PRELOAD=$FAKETIME_LIB "$VANTHU" "$@" -q >/dev/null; }
	start_lab top mot hai
	wait_for 20 link_is top mot .up
	v top key new --endpoint "tcp://127.0.0.1:$((PORT + 8))" -q >/dev/null
	ahead -c "$LAB/top" key rotate "$LAB/top/sign.key.request" --registry "$LAB/registry"
	wait_for 20 grep -q 'directory-installed version=2' "$LAB/mot/vanthud.log"
	"$VANTHU" lab stop "$LAB" -q mot hai >/dev/null
	start_lab mot hai
	send_one mot hai 1-CV/ĐUM --wait delivered --timeout 120 >/dev/null
	send_one top mot 1-CV/TU --wait delivered --timeout 120 >/dev/null

	ahead lab add "$LAB" moi --superior top --name Mới --symbol M
	run v top committee import "$LAB/registry/directory.vtd" -q # or it has been handed over
	wait_for 20 grep -q 'directory-installed version=3' "$LAB/top/vanthud.log"
	start_lab moi
	wait_for 20 link_is moi top .up
	run -5 send_one moi top 1-CV/M
	[[ $output == *VT-3021*"committee renew"* ]]
	v top committee renew --registry "$LAB/registry" -q >/dev/null
	wait_for 20 status_is moi '.clock.refusing == null'
	send_one moi top 1-CV/M --wait delivered --timeout 120 >/dev/null
	# A key that is taken back by such a clock is taken back at once when that is said again.
	ahead -c "$LAB/top" key revoke hai all --registry "$LAB/registry"
	link_is top hai .up
	v top key revoke hai all --registry "$LAB/registry" -q >/dev/null
	wait_for 20 link_is top hai '(.up | not) and .down_reason.code == "VT-3004"'
}
