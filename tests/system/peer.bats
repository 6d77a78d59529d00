# A committee in another language, written from docs/PROTOCOL.md: tests/helpers/peer.py stands in for one daemon of a lab. Each test is a new
# run of it, and so a new store.

setup_file() {
	load common
	make_lab
	start_lab btp vanphong cb-luutru thads
	export LAB
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	printf 'Báo cáo\n' >a.txt
}
teardown() {
	[ -z "${PEER_FD:-}" ] || { echo >&"$PEER_FD"; } 2>/dev/null || true
	[ -z "${FAKED:-}" ] || kill "$FAKED" 2>/dev/null || true
	keep_logs
}

peer() { /usr/bin/python3 -B "$ROOT/tests/helpers/peer.py" "$ROOT/build/gen/py" "$@"; }
said() { grep -q "$1" peer.log; }
said_times() { [ "$(grep -c "$2" peer.log)" = "$1" ]; }

# FILE… are sent by it to btp. Its stdin stays open: a line ends it.
start_peer() {
	mkfifo ends
	peer "$LAB/registry" "$LAB/cb-tonghop" state take "$@" <ends >peer.log 2>&1 3>&- &
	PEER=$!
	exec {PEER_FD}>ends
	wait_for 10 said '^up'
}
end_peer() {
	echo >&"$PEER_FD"
	wait "$PEER"
	exec {PEER_FD}>&-
	PEER_FD=
	[ -z "$(v vanphong status --json | jq -r '.data.alarms[]')" ] # a new store each time, and no alarm of one
}
is_delivered() { v "$1" show "$2" --json | jq -e '.data.state == "delivered"'; } # ID NUMBER
arrived() { [ "$(v "$1" inbox --json | jq --arg n "$2" '[.data[] | select(.number == $n)] | length')" = 1 ]; }
link_is() { v vanphong link show cb-tonghop --json | jq -e ".data | $1"; }

peer_takes() { # NUMBER, further arguments of the peer
	local number=$1
	random_file big.bin 100001
	start_peer "${@:2}"
	v btp send a.txt big.bin --to cb-tonghop,cb-luutru --type KH --number "$number" --subject "Cho ngôn ngữ khác" --wait delivered --timeout 120 -q >/dev/null
	said "^document .* $number"
	cmp big.bin "state/$(sha256sum big.bin | cut -d' ' -f1)"
	[ "$(v btp trace "$number" --json | jq -r '[.data.hops[].committee] | unique | join(",")')" = btp,cb-luutru,cb-tonghop,vanphong ]
	end_peer
}

@test "a peer in Python takes a document with an attachment, and its receipt counts" { peer_takes 31-KH/ĐU; }
@test "a peer in Python takes two chunks in a message" { peer_takes 32-KH/ĐU --at-once 2; }

@test "a peer in Python sends a document with an attachment, and gets the receipt" {
	random_file big.bin 300001
	start_peer --send a.txt big.bin --to btp --number 7-BC/CB
	wait_for 20 arrived btp 7-BC/CB
	v btp save 7-BC/CB --to saved -q >/dev/null
	cmp a.txt saved/a.txt
	cmp big.bin saved/big.bin
	[ "$(v btp verify 7-BC/CB --json | jq -r '.data | "\(.valid) \(.signed_by)"')" = "true cb-tonghop" ]
	wait_for 20 said '^receipt .* btp'
	link_is '.clock.ahead_ms | fabs < 60000'
	end_peer
}

@test "texts that nobody sees, from a peer: each is refused by the office that it is for, and none is there" {
	local before
	before=$(v btp inbox --json | jq '.data | length')
	start_peer --send a.txt --to btp --number 8-BC/CB --subject "Báo cáo" --subject 'a\u0007b' --subject 'x\u202efdp' --subject 'a\u200bb'
	wait_for 20 arrived btp 8-BC/CB
	wait_for 20 said_times 3 '^refusal .* btp VT-1009'
	[ "$(v btp inbox --json | jq '.data | length')" = $((before + 1)) ]
	end_peer
}

@test "a peer whose clock was ahead is asked about its document and its receipt, and what it answers settles both" {
	start_peer --ahead 25200 --send a.txt --to btp --number 9-BC/CB --subject "Báo cáo" --subject Sau
	wait_for 20 arrived btp 1-9-BC/CB
	v btp send a.txt --to cb-tonghop --type CV --number 1-CV/ĐU --subject "Công văn" --wait delivered --timeout 120 -q >/dev/null
	wait_for 20 arrived btp 9-BC/CB
	said '^doubted .* btp kind 1'
	said '^doubted .* btp kind 2'
	wait_for 20 said_times 2 '^receipt .* btp'
	v btp status --json | jq -e '.data.set_aside == 0'
	[ "$(grep -c 'event=set-aside .*committee=cb-tonghop error=VT-3014' "$LAB/btp/vanthud.log")" = 2 ]
	end_peer
}

@test "a peer whose chain is wrong at one place for ever is told that this place is rejected, and its lane goes on" {
	start_peer --spoil --send a.txt --to btp --number 10-BC/CB --subject "Báo cáo" --subject Sau
	wait_for 20 arrived btp 1-10-BC/CB
	said '^rejected 3 1 VT-3016'
	said_times 1 '^rejected'
	wait_for 20 said '^refusal .* vanphong VT-3016'
	link_is '.rejected == 1'
	! arrived btp 10-BC/CB
	end_peer
}

@test "a peer sets aside what a daemon signed 7 hours ahead, asks, and believes the correction" {
	FAKETIME_LIB=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || true
	[ -n "$FAKETIME_LIB" ] || skip "no libfaketime here (package faketime)"
	"$VANTHU" lab stop "$LAB" -q vanphong cb-luutru thads btp >/dev/null # alone, so that it knows no better
	FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME=+7h LD_PRELOAD=$FAKETIME_LIB "$ROOT/build/vanthud" -c "$LAB/btp" >faked.log 2>&1 3>&- &
	FAKED=$!
	wait_for 20 v btp status
	v btp send a.txt --to cb-tonghop --type CV --number 2-CV/ĐU --subject "Công văn" -q >/dev/null
	kill "$FAKED"
	wait "$FAKED" || true
	FAKED=
	start_lab btp vanphong cb-luutru thads
	start_peer
	wait_for 30 said '^aside .* btp'
	wait_for 30 said '^believed .* btp'
	said '^document .* 2-CV/ĐU'
	wait_for 20 is_delivered btp 2-CV/ĐU
	! grep -q 'event=set-aside .*origin=btp' "$LAB/vanphong/vanthud.log" # it only passes on
	end_peer
}

@test "a daemon that stops says Bye, and the peer is there again when it is" {
	start_peer
	"$VANTHU" lab stop "$LAB" -q vanphong >/dev/null
	wait_for 20 said '^bye VT-0 0'
	start_lab vanphong
	wait_for 20 said_times 2 '^up'
	v btp send a.txt --to cb-tonghop --type CV --number 3-CV/ĐU --subject "Công văn" --wait delivered --timeout 120 -q >/dev/null
	end_peer
}

@test "a visit of a peer with an old directory: it gets the changes, checks them, and hears nothing else" {
	cp -r "$LAB/registry" old
	v btp committee change cb-luutru --name "Chi bộ Lưu trữ mới" --registry "$LAB/registry" -q >/dev/null
	run -0 peer old "$LAB/cb-tonghop" state visit btp
	[ "$output" = $'host 2\ndirectory 2' ]
	run -0 peer "$LAB/registry" "$LAB/cb-tonghop" state visit btp
	[ "$output" = 'host 2' ]
}

@test "a local client in Python reads the inbox" {
	local run
	v thads send a.txt --to superior --type BC --number 9-BC/ĐUTHA --subject "Báo cáo" --wait delivered --timeout 120 -q >/dev/null
	run=$(v btp config show --json | jq -r '(.data[] | select(.key == "run") | .value)')
	run -0 peer - - - inbox "$run/office.sock"
	[[ $output == *" thads 9-BC/ĐUTHA delivered"* ]]
}
