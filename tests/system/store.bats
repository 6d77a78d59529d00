# What people do to the files of a daemon that runs: keys opened to others, lock files deleted, the data folder deleted or moved. Nothing is
# acknowledged that is not there, and the message says what mends it.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	printf 'committees:\n  - {id: btp, name: "A", symbol: "ĐU"}\n  - {id: thads, name: "B", symbol: "ĐUTHA", superior: btp}\n' >tree.yaml
	printf 'x\n' >doc.txt
	make_lab tree.yaml
}
teardown() { end_lab; }

send() { v btp send "${2:-doc.txt}" --to thads --type CV --number "$1-CV/ĐU" --subject "văn bản $1" -q; }
sent() { v btp outbox --json | jq '.data | length'; }
logged() { grep -q "event=$2 " "$LAB/$1/vanthud.log"; }

@test "a private key that others can read or replace: no start, with its name, its mode and the command that mends it" {
	run -0 stat -c %a "$LAB"/{btp,thads}/{sign,link}.key "$LAB/registry/root.key"
	[ "$(sort -u <<<"$output")" = 600 ]
	chmod 640 "$LAB/btp/sign.key"
	run "$VANTHU" lab start "$LAB" btp
	[ "$status" = 9 ]
	[[ $output == *"VT-1021"*"$LAB/btp/sign.key"*0640*"chmod 600 $LAB/btp/sign.key"* ]]
	logged btp key-open
	run "$ROOT/build/vanthud" -c "$LAB/btp" --check-config
	[ "$status" = 9 ]
	[[ $output == *"VT-1021"*"chmod 600 $LAB/btp/sign.key"* ]]
	chmod 600 "$LAB/btp/sign.key"
	cp "$LAB/btp/link.key" "$LAB/btp/link.key.next" # one that waits
	chmod 644 "$LAB/btp/link.key.next"
	run v btp config check
	[ "$status" = 9 ]
	[[ $output == *"VT-1021"*"link.key.next"*"chmod 600"* ]]
	rm "$LAB/btp/link.key.next"
	chmod 707 "$LAB/btp"
	run "$VANTHU" lab start "$LAB" btp
	[ "$status" = 9 ]
	[[ $output == *"VT-1021"*"chmod go-w $LAB/btp"* ]]
	chmod 700 "$LAB/btp"
	chmod 604 "$LAB/registry/root.key"
	run "$VANTHU" committee renew --registry "$LAB/registry"
	[ "$status" = 9 ]
	[[ $output == *"VT-1021"*"chmod 600 $LAB/registry/root.key"* ]]
	run -0 start_lab btp
}

@test "a lab made under a umask of 0 or of 777 starts" {
	local mask
	for mask in 0 777; do
		run bash -c "umask $mask; exec \"$VANTHU\" lab create lab-$mask --tree tree.yaml --port $((PORT + 8)) -q"
		[ "$status" = 0 ]
		run "$VANTHU" lab start "lab-$mask" thads -q
		"$VANTHU" lab stop "lab-$mask" -q >/dev/null
		[ "$status" = 0 ]
	done
}

@test "lock files deleted under a daemon that runs: no second one starts, and nothing that was accepted is lost" {
	start_lab
	send 1
	rm "$LAB/btp/data/store/owner.lock"
	run "$ROOT/build/vanthud" -c "$LAB/btp"
	[ "$status" != 0 ]
	[[ $output == *"VT-4005"* ]]
	rm "$LAB/btp/data/store/lock.mdb"
	# The same data by another name, as another committee's administrator would set it up.
	mkdir second
	ln -s "$LAB/btp/data" second/data
	sed -e "s|^run:.*|run: run|" -e "s|\.\./registry|$LAB/registry|" -e "/^listen/d" "$LAB/btp/vanthud.yaml" >second/vanthud.yaml
	cp "$LAB"/btp/*.key second/
	run "$ROOT/build/vanthud" -c second
	[ "$status" != 0 ]
	[[ $output == *"VT-4005"* ]]
	send 2
	stop_lab
	start_lab
	[ "$(sent)" = 2 ]
}

@test "the data folder deleted under a daemon that runs: nothing more is accepted, and the open store can be saved" {
	local pid fd line
	start_lab
	send 1
	rm -rf "$LAB/btp/data"
	run send 2
	[ "$status" = 1 ]
	[[ $output == *"VT-4009"* ]]
	run v btp status
	[ "$status" = 0 ]
	[[ $output == *"VT-4009"* ]]
	head -c 100000 /dev/urandom >large.bin
	run send 3 large.bin
	[ "$status" = 1 ]
	[[ $output == *"VT-4009"* ]]
	[ "$(sent)" = 1 ] # what was there can still be read
	wait_for 10 logged btp frozen
	pid=$(pid_of btp)
	fd=$(find "/proc/$pid/fd" -lname '*/store/data.mdb (deleted)' -printf '%f\n' | head -1)
	cp "/proc/$pid/fd/$fd" saved.mdb
	stop_lab
	mkdir -p "$LAB/btp/data/store"
	cp saved.mdb "$LAB/btp/data/store/data.mdb"
	start_lab
	[ "$(sent)" = 1 ]
	run -0 send 4
}

@test "the store or the attachments moved away, or replaced by a copy: VT-4009, and after it is put back all is there" {
	start_lab btp
	send 1
	mv "$LAB/btp/data/store" store.away
	cp -a store.away "$LAB/btp/data/store"
	run send 2
	[ "$status" = 1 ]
	[[ $output == *"VT-4009"* ]]
	stop_lab
	rm -rf "$LAB/btp/data/store"
	mv store.away "$LAB/btp/data/store"
	start_lab btp
	[ "$(sent)" = 1 ]
	rm -rf "$LAB/btp/data/files"
	run send 2
	[ "$status" = 1 ]
	[[ $output == *"VT-4009"* ]]
	stop_lab
	start_lab btp
	send 2
	rm -rf "$LAB/btp/data/files/"?? # only those in it: noticed within the second
	wait_for 10 logged btp files-gone
	run send 3
	[ "$status" = 1 ]
	[[ $output == *"VT-4009"* ]]
}
