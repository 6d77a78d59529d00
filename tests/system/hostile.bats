# Whoever can reach a port or a socket, without a key or with bad manners, changes nothing and stops nothing.

setup_file() { load common; make_lab; start_lab; export LAB; }
teardown_file() { load common; end_lab; }
teardown() { keep_logs; }
setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
port_of() { sed -n 's/^listen: tcp:\/\/127.0.0.1://p' "$LAB/$1/vanthud.yaml"; }

alive() { # every daemon answers, is the same process, and documents still pass
	printf 'x\n' >doc.txt
	[ "$(cat "$LAB"/*/vanthud.pid)" = "$1" ]
	v btp send doc.txt --to subtree --type CV --number "$2-CV/ĐU" --subject "vẫn chạy" --wait delivered --timeout 120 >/dev/null
}

@test "random bytes at every port" {
	local pids id i
	pids=$(cat "$LAB"/*/vanthud.pid)
	for id in btp vanphong thads cb-tonghop; do
		for i in 1 2 3 4 5 6; do
			(exec 3<>"/dev/tcp/127.0.0.1/$(port_of $id)"; head -c $((i * 777)) /dev/urandom >&3) 2>/dev/null || true
		done
	done
	alive "$pids" 1
}

@test "half-open connections are many and hold up nobody" {
	local pids i fd open=()
	pids=$(cat "$LAB"/*/vanthud.pid)
	for i in $(seq 200); do
		exec {fd}<>"/dev/tcp/127.0.0.1/$(port_of btp)"
		open+=("$fd")
		# A quarter of them begin a greeting and never end it.
		[ $((i % 4)) != 0 ] || printf '\377\0\0\0\0\0\0\0\1\177' >&"$fd"
	done
	alive "$pids" 2
	for fd in "${open[@]}"; do exec {fd}>&-; done
}

@test "a stranger with a key of its own is refused" {
	local pids
	pids=$(cat "$LAB"/*/vanthud.pid)
	# Another lab's committee of the same name dials our port: right protocol, wrong key.
	reserve_ports
	"$VANTHU" lab create other --tree "$ROOT/etc/demo-tree.yaml" --port "$PORT" -q >/dev/null
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	cp "$LAB/registry/root.pem" other/registry/root.pem
	cp "$LAB/registry/directory.vtd" other/registry/directory.vtd
	"$VANTHU" lab start other thads -q >/dev/null
	wait_for 10 grep -q stranger-refused "$LAB/btp/vanthud.log"
	[ "$("$VANTHU" -c "$LAB/btp" link show thads --json | jq .data.up)" = false ]
	"$VANTHU" lab stop other -q >/dev/null
	start_lab thads
	alive "$(cat "$LAB"/*/vanthud.pid)" 3
}

@test "a neighbour with a right key and bad manners is cut off, and nobody else notices" {
	local pids key
	wait_for 10 eval "[ \"\$(\"$VANTHU\" -c $LAB/btp link show vanphong --json | jq .data.up)\" = true ]"
	key=$(v btp key list --json | jq -r '.data[] | select(.use == "link") | .public_key')
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	timeout 120 "$ROOT/build/tests/badneighbour" "tcp://127.0.0.1:$(port_of btp)" "$key" "$LAB/thads/link.key"
	wait_for 10 grep -q 'event=link-cut-off.*committee=thads' "$LAB/btp/vanthud.log"
	[ "$(v btp link show vanphong --json | jq .data.up)" = true ]
	start_lab thads
	alive "$(cat "$LAB"/*/vanthud.pid)" 5
}

@test "garbage on the local sockets is answered or cut off, and the daemon goes on" {
	local pids socket run
	pids=$(cat "$LAB"/*/vanthud.pid)
	run=$(sed -n 's/^run: //p' "$LAB/btp/vanthud.yaml")
	[[ $run == /* ]] || run=$LAB/btp/$run
	for socket in office operate read; do
		head -c 5000 /dev/urandom | timeout 2 "$ROOT/build/tests/unixcat" "$run/$socket.sock" >/dev/null || true
		printf '\377\377\377\377' | timeout 2 "$ROOT/build/tests/unixcat" "$run/$socket.sock" >/dev/null || true
		printf '\0\0\0\4\1\2' | timeout 2 "$ROOT/build/tests/unixcat" "$run/$socket.sock" >/dev/null || true
	done
	alive "$pids" 4
}

@test "a daemon does not start twice on one store, and not on another committee's" {
	run ! "$ROOT/build/vanthud" -c "$LAB/btp"
	cp -r "$LAB/cb-luutru" copy
	stop_lab
	rm -rf "$LAB/cb-luutru/data"
	cp -r "$LAB/btp/data" "$LAB/cb-luutru/data"
	run ! timeout 60 "$ROOT/build/vanthud" -c "$LAB/cb-luutru"
	[[ $output == *store-of-another-committee* ]]
	rm -rf "$LAB/cb-luutru/data"
	cp -r copy/data "$LAB/cb-luutru/data"
	start_lab
}
