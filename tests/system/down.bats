# Why a link is down, as far as this side can know it: the reason stands beside ✗, and all goes on when the cause is gone.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
}
teardown() { end_lab; }

reason() { v "$1" link show "$2" --json | jq -r 'if .data.up then "up" else .data.down_reason.code end'; }
is() { [ "$(reason "$1" "$2")" = "$3" ]; }

@test "nobody listens, another program answers, keys that do not fit: each is told, and none of it lasts longer than its cause" {
	local port other
	cat >tree.yaml <<-'END'
		committees:
		  - {id: top, name: Đảng ủy, symbol: ĐU}
		  - {id: mot, name: Chi bộ một, symbol: CB, superior: top, seal: false}
		  - {id: hai, name: Chi bộ hai, symbol: CB, superior: top, seal: false}
		  - {id: ba, name: Chi bộ ba, symbol: CB, superior: top, seal: false}
		  - {id: bon, name: Chi bộ bốn, symbol: CB, superior: top, seal: false}
	END
	make_lab tree.yaml
	port=$(sed -n 's/^listen: tcp:.*://p' "$LAB/top/vanthud.yaml")
	/usr/bin/python3 -c 'import zmq; print(zmq.curve_keypair()[1].decode())' >"$LAB/hai/link.key" # one that no directory has
	cp "$LAB/bon/link.key" "$LAB/ba/link.key"                                                    # its sibling's
	start_lab mot hai ba
	wait_for 10 is mot top VT-5009
	[[ $(v mot link list) == *"nobody listens there"* ]]
	# It greets as soon as somebody comes: no word of ours. libzmq gives such a connection up for good.
	/usr/bin/python3 -c '
import socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    s.accept()[0].sendall(b"SSH-2.0-OpenSSH_9.2\r\n")' "$port" 3>&- &
	other=$!
	wait_for 20 is mot top VT-5013
	[[ $(v mot status) == *"another program"* ]]
	kill $other
	wait $other || true
	start_lab top
	wait_for 20 is mot top up
	wait_for 20 is hai top VT-3028
	wait_for 20 is ba top VT-3005
	wait_for 20 is top bon VT-3005 # who has its key knows: this side cannot tell whose it was
	is top mot up
}
