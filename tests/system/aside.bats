# What was signed by a clock that was ahead holds nothing up: it is set aside, seen, and settled by its signer's word. Real daemons under libfaketime:
# the wall clock is another, the monotonic one is true.

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
	end_lab
}

# One document, signed seven hours ahead by who stands alone and so knows no better.
sign_ahead() { # ID TO NUMBER
	FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME=+7h LD_PRELOAD=$FAKETIME_LIB "$ROOT/build/vanthud" -c "$LAB/$1" >"$LAB/$1-faked.log" 2>&1 3>&- &
	FAKED=$!
	wait_for 20 v "$1" status
	send_one "$1" "$2" "$3"
	kill "$FAKED"
	wait "$FAKED" || true
	FAKED=
}
send_one() { v "$1" send tree.yaml --to "$2" --type CV --number "$3" --subject "Đồng hồ" "${@:4}"; }
status_is() { v "$1" status --json | jq -e ".data | $2"; } # ID JQ
link_is() { v "$1" link show "$2" --json | jq -e ".data | $3"; } # ID NEIGHBOUR JQ
is_delivered() { v "$1" show "$2" --json | jq -e '.data.state == "delivered"'; } # ID NUMBER

@test "a document signed 7 hours ahead holds nothing up, and its signer's word settles it when the clock is right" {
	sign_ahead top mot 1-CV/TU
	start_lab top mot
	send_one top mot 2-CV/TU --wait delivered --timeout 120
	wait_for 30 is_delivered top 1-CV/TU
	grep -q 'event=set-aside .*error=VT-3014' "$LAB/mot/vanthud.log"
	grep -q 'event=settled .*error=VT-0' "$LAB/mot/vanthud.log"
	grep -q 'event=doubted .*committee=mot' "$LAB/top/vanthud.log"
	status_is mot '.set_aside == 0 and (.alarms | index("VT-2030") == null)'
	v mot queue aside --json | jq -e '.data == []'
}

@test "what lies aside while its signer is away is shown, stays over a restart, and the relay on its way passes it on" {
	sign_ahead mot hai 1-CV/ĐUM
	start_lab top mot
	wait_for 30 link_is top hai '.queued == 1' # it is on its way, and its signer leaves
	"$VANTHU" lab stop "$LAB" -q mot >/dev/null
	start_lab hai
	wait_for 30 status_is hai '.set_aside == 1 and (.alarms | index("VT-2030") != null)'
	send_one top hai 1-CV/TU --wait delivered --timeout 120
	link_is hai top '.set_aside == 1 and .rejected == 0'
	v hai link show top | grep -E 'Set aside +1'
	run -0 v hai queue aside
	[[ $output == *top*document*mot*VT-3014* ]]
	run -1 v hai check
	[[ $output == "VANTHU WARNING - aside: 1 set aside, the oldest for "*"; signed by: mot |"*" set_aside=1 "* ]]
	run -0 v hai check room # reported once
	"$VANTHU" lab stop "$LAB" -q hai >/dev/null
	start_lab hai
	wait_for 20 v hai status
	status_is hai '.set_aside == 1'
	start_lab mot
	wait_for 60 is_delivered mot 1-CV/ĐUM
	wait_for 20 status_is hai '.set_aside == 0'
	run -0 v hai check aside
	[[ $output == "VANTHU OK - aside: nothing set aside | set_aside=0 set_aside_oldest=0s" ]]
	run -1 v mot check aside
	[[ $output == *VT-2031* ]]
	! grep -q 'event=set-aside' "$LAB/top/vanthud.log"
	grep -q 'event=doubted .*committee=hai' "$LAB/mot/vanthud.log"
}
