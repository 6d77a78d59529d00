# A lab: its ports, and what it says when a daemon does not start.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { end_lab; }

@test "a port that another program holds is named, with the folder of the log" {
	make_lab
	start_lab btp
	"$VANTHU" lab create other --tree "$ROOT/etc/demo-tree.yaml" --port "$PORT" -q >/dev/null
	run -3 "$VANTHU" lab start other btp -q --json
	[[ $(jq -r .error.message <<<"$output") == "btp: vanthud has ended: listen-failed endpoint=tcp://127.0.0.1:$PORT error="*"Address already in use"* ]]
	[ "$(jq -r .error.fix <<<"$output")" = "see $PWD/other/btp/vanthud.log" ]
	# A fault of before is not reported as one of now.
	stop_lab
	echo 'signing_key: none.key' | cat <(grep -v '^signing_key' other/btp/vanthud.yaml) - >changed
	cp changed other/btp/vanthud.yaml
	run -3 "$VANTHU" lab start other btp -q --json
	[[ $(jq -r .error.message <<<"$output") == "btp: vanthud has ended: "*none.key* ]]
}

@test "why a daemon did not start is what stopped it: a key that is none, a signal; not what stood in the log before" {
	says() { run -3 "$VANTHU" lab start "$LAB" btp -q --json; [[ $(jq -r .error.message <<<"$output") == "btp: vanthud has ended: "$1 ]]; }
	make_lab
	cp "$LAB/btp/sign.key" kept.key
	echo none >"$LAB/btp/sign.key"
	says "signing-key-invalid path=*/sign.key error=VT-3015"
	rm "$LAB/btp/sign.key"
	says "signing-key-invalid path=*/sign.key error=VT-4006 errno=2"
	cp kept.key "$LAB/btp/sign.key"
	start_lab btp
	stop_lab
	truncate -s $((2 * $(getconf PAGESIZE))) "$LAB/btp/data/store/data.mdb" # pages that are not there
	says "store-page-damaged *"
	rm "$LAB/btp/sign.key"
	mkfifo -m 600 "$LAB/btp/sign.key" # where it waits until a signal comes
	rm -f "$LAB/btp/vanthud.pid"
	{ wait_for 60 waits_for_key && kill -SEGV "$(cat "$LAB/btp/vanthud.pid")"; } 3>&- &
	says "signal 11 (SIGSEGV) ended it"
}
waits_for_key() { grep -q . "$LAB/btp/vanthud.pid" && readlink "/proc/$(cat "$LAB/btp/vanthud.pid")/exe" | grep -q vanthud; }

@test "a configuration that is not valid is named with its line" {
	make_lab
	echo 'bogus: 1' >>"$LAB/thads/vanthud.yaml"
	run -9 "$VANTHU" lab start "$LAB" thads -q --json
	[[ $(jq -r .error.message <<<"$output") == "$LAB/thads/vanthud.yaml:"*": bogus: no such key"* ]]
}

@test "without --port a lab gets free ports outside the range of outgoing connections, and so does who is added" {
	local low high ports
	read -r low high </proc/sys/net/ipv4/ip_local_port_range
	((low >= 12000 || high < 64000)) || skip "outgoing connections have all ports here"
	LAB=$PWD/lab
	"$VANTHU" lab create "$LAB" --tree "$ROOT/etc/demo-tree.yaml" -q >/dev/null
	start_lab
	"$VANTHU" lab add "$LAB" cb-moi --superior thads --name "Chi bộ mới" --symbol CB -q >/dev/null
	start_lab
	ports=$(sed -n 's/^listen: tcp:\/\/127.0.0.1://p' "$LAB"/*/vanthud.yaml | sort -un)
	[ "$(wc -l <<<"$ports")" = 8 ]
	for port in $ports; do ((port < low || port > high)); done
	# Another lab made in the same folder's name finds those taken.
	mv "$LAB" moved
	"$VANTHU" lab create "$LAB" --tree "$ROOT/etc/demo-tree.yaml" -q >/dev/null
	[ -z "$(comm -12 <(sort <<<"$ports") <(sed -n 's/^listen: tcp:\/\/127.0.0.1://p' "$LAB"/*/vanthud.yaml | sort))" ]
	rm -rf "$LAB"
	mv moved "$LAB"
	run -2 "$VANTHU" lab create x --tree "$ROOT/etc/demo-tree.yaml" --port 0
	run -2 "$VANTHU" lab create x --tree "$ROOT/etc/demo-tree.yaml" --port 65530
}

@test "a committee that cannot be added leaves nothing behind, and one killed half way is finished by the next try" {
	local tree="$BATS_TEST_TMPDIR/tree.yaml" ref n
	printf 'committees:\n  - {id: tren, name: "Đảng ủy", symbol: ĐU}\n  - {id: duoi, name: "Chi bộ", symbol: CB, superior: tren}\n' >"$tree"
	make_lab "$tree"
	ref=$(sha256sum <"$LAB/registry/directory.vtd")
	add() { "$VANTHU" lab add "$LAB" cb-moi --superior "$1" --name "Chi bộ mới" --symbol CB -q; }
	run add nosuch
	[ "$status" = 2 ]
	[[ $output = *VT-1006* && $output != *"tree file"* && $output = *"vanthu committee list"* ]]
	[ ! -e "$LAB/cb-moi" ] && [ ! -e "$LAB/.cb-moi.new" ]
	[ "$(sha256sum <"$LAB/registry/directory.vtd")" = "$ref" ]
	# The first rename puts the new directory in its place, the second the folder. Killed at either, nothing can be started that should not.
	for n in 1 2; do
		! strace -f -qq -o /dev/null -e trace=rename -e "inject=rename:error=EIO:signal=KILL:when=$n" \
			"$VANTHU" lab add "$LAB" cb-moi --superior tren --name "Chi bộ mới" --symbol CB -q >/dev/null 2>&1
		[ -d "$LAB/.cb-moi.new" ]
		! "$VANTHU" lab status "$LAB" | grep -q cb-moi
	done
	add tren >/dev/null
	[ -d "$LAB/cb-moi" ] && [ ! -e "$LAB/.cb-moi.new" ]
	run add tren
	[ "$status" = 6 ]
	start_lab
	v cb-moi status >/dev/null
}

@test "a day of a tree file is one of the calendar, and goes into the directory as it must stand there" {
	tree() { printf 'committees:\n  - {id: mot, name: A, symbol: ĐU, term: {name: "2025-2030", from: %s}}\n' "$1" >tree.yaml; }
	tree 29/02/2025
	run -2 "$VANTHU" lab create none --tree tree.yaml
	[[ $output == *"tree.yaml:2:"*"29/02/2025: not a date"* ]]
	tree 01/07/2025
	make_lab "$PWD/tree.yaml"
	start_lab
	v mot committee show mot --json | jq -e '.data.term_from == "2025-07-01"'
}
