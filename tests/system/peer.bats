# A committee in another language, written from docs/PROTOCOL.md: tests/helpers/peer.py takes the place of one daemon of a lab.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() {
	load common
	[ -z "${PEER_FD:-}" ] || { echo >&"$PEER_FD"; } 2>/dev/null || true
	end_lab
}

peer() { /usr/bin/python3 -B "$ROOT/tests/helpers/peer.py" "$ROOT/build/gen/py" "$@"; }
said() { grep -q "$1" peer.log; }

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
}
delivered() { [ "$(v "$1" show "$2" --json | jq -r .data.state)" = delivered ]; }
arrived() { [ "$(v "$1" inbox --json | jq --arg n "$2" '[.data[] | select(.number == $n)] | length')" = 1 ]; }

peer_takes() { # what the peer is told besides
	make_lab
	start_lab
	"$VANTHU" lab stop "$LAB" cb-tonghop -q >/dev/null
	printf 'Kế hoạch\n' >a.txt
	random_file big.bin 100001
	start_peer "$@"
	v btp send a.txt big.bin --to cb-tonghop,cb-luutru --type KH --number 31-KH/ĐU --subject "Cho ngôn ngữ khác" --wait delivered --timeout 120 -q >/dev/null
	said '^document .* 31-KH/ĐU'
	cmp big.bin "state/$(sha256sum big.bin | cut -d' ' -f1)"
	[ "$(v btp trace 31-KH/ĐU --json | jq -r '[.data.hops[].committee] | unique | join(",")')" = btp,cb-luutru,cb-tonghop,vanphong ]
	end_peer
}

@test "a peer in Python takes a document with an attachment, and its receipt counts" { peer_takes; }
@test "a peer in Python takes two chunks in a message" { peer_takes --at-once 2; }

@test "a peer in Python sends a document with an attachment, and gets the receipt" {
	make_lab
	start_lab
	"$VANTHU" lab stop "$LAB" cb-tonghop -q >/dev/null
	printf 'Báo cáo\n' >a.txt
	random_file big.bin 300001
	start_peer --send a.txt big.bin --to btp --number 7-BC/CB
	wait_for 20 arrived btp 7-BC/CB
	v btp save 7-BC/CB --to saved -q >/dev/null
	cmp a.txt saved/a.txt
	cmp big.bin saved/big.bin
	[ "$(v btp verify 7-BC/CB --json | jq -r '.data | "\(.valid) \(.signed_by)"')" = "true cb-tonghop" ]
	wait_for 20 said '^receipt .* btp'
	end_peer
}

@test "texts that nobody sees, from a peer: each is refused by the office that it is for, and none is there" {
	make_lab
	start_lab
	"$VANTHU" lab stop "$LAB" cb-tonghop -q >/dev/null
	printf 'Báo cáo\n' >a.txt
	start_peer --send a.txt --to btp --number 8-BC/CB --subject "Báo cáo" --subject 'a\u0007b' --subject 'x\u202efdp' --subject 'a\u200bb'
	wait_for 20 arrived btp 8-BC/CB
	wait_for 20 eval '[ "$(grep -c "^refusal .* btp VT-1009" peer.log)" = 3 ]'
	[ "$(v btp inbox --json | jq '.data | length')" = 1 ]
	end_peer
}

@test "a local client in Python reads the inbox" {
	make_lab
	start_lab
	printf 'Báo cáo\n' >a.txt
	v thads send a.txt --to superior --type BC --number 9-BC/ĐUTHA --subject "Báo cáo" --wait delivered --timeout 120 -q >/dev/null
	local run
	run=$(v btp config show --json | jq -r '(.data[] | select(.key == "run") | .value)')
	run -0 peer - - - inbox "$run/office.sock"
	[[ $output == *" thads 9-BC/ĐUTHA delivered" ]]
}
