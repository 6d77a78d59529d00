# What people do to the files of a daemon that runs: keys opened to others, lock files deleted, the data folder deleted or moved. Nothing is
# acknowledged that is not there, and the message says what mends it.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	printf 'committees:\n  - {id: btp, name: "A", symbol: "ĐU"}\n  - {id: thads, name: "B", symbol: "ĐUTHA", superior: btp}\n' >tree.yaml
	printf 'x\n' >doc.txt
	make_lab tree.yaml
}
teardown() {
	local folder
	end_lab
	[ ! -f moved.pid ] || kill "$(cat moved.pid)" 2>/dev/null || true # its folder is another, so that no lab ends it
	[ ! -f mounts ] || while read -r folder; do umount -l "$folder"; done <mounts
}

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
	known=$(grep -c event=files-gone "$LAB/btp/vanthud.log")
	rm -rf "$LAB/btp/data/files/"?? # only those in it: noticed within the second
	wait_for 10 eval '[ "$(grep -c event=files-gone "$LAB/btp/vanthud.log")" -gt "$known" ]'
	run send 3
	[ "$status" = 1 ]
	[[ $output == *"VT-4009"* ]]
}

# Several clients at once send more than there is room for, to a neighbour that has as little. Whatever it ends with: both daemons go on.
flood() {
	local client clients=()
	for client in 1 2 3; do
		"$ROOT/build/bench/bench" load "$LAB/btp" --to=thads --docs=300 --bytes=28000 >/dev/null 2>&1 3>&- &
		clients+=($!)
	done
	wait "${clients[@]}" || true
	run send 1 inline.bin
	[ "$status" = 1 ]
}
live() { kill -0 "$(pid_of "$1")" && ! grep -q 'event=turn-failed' "$LAB/$1/vanthud.log"; }
settings() { local f; for f in "$LAB"/{btp,thads}/vanthud.yaml; do printf 'store:\n  map: %s\n  reserve: 1M\n' "$1" >>"$f"; done; }
mounted() { [ "$(id -u)" = 0 ] && mkdir -p "$2" && mount -t tmpfs -o "$1,mode=700" tmpfs "$2" 2>/dev/null && echo "$2" >>mounts; }

@test "a burst that fills store.map: VT-4010 names it, no daemon ends, and after it was raised all goes on" {
	head -c 28000 /dev/urandom >inline.bin
	settings 16M
	start_lab
	flood
	[[ $output == *"VT-4010"*"store.map"* ]]
	live btp
	live thads
	run v btp status
	[[ $output == *"VT-4010"* ]]
	[ "$(v btp status --json | jq '.data | .refusing and .disk_free_bytes > 64000000 and .map.bytes == 16777216')" = true ]
	stop_lab
	sed -i 's/map: 16M/map: 64M/' "$LAB"/{btp,thads}/vanthud.yaml
	start_lab
	run -0 v btp send inline.bin --to thads --type CV --number "2-CV/ĐU" --subject "sau" --wait delivered --timeout 60 -q
	[ "$(v btp outbox --json | jq '[.data[] | select(.state != "delivered")] | length')" = 0 ]
}

@test "a neighbour without room takes nothing, and both ends say so beside a link that is up" {
	export COLUMNS=200
	printf 'store:\n  reserve: 1024G\n' >>"$LAB/thads/vanthud.yaml"
	start_lab
	send 1
	wait_for 20 eval 'v btp link list | grep "✓ up.*documents wait: no room"'
	wait_for 20 eval 'v thads link list | grep "✓ up.*not taken from it: no room"'
	run -0 v thads link show btp
	[[ $output == *VT-4001* ]]
	v thads link show btp --json | jq -e '.data.held_for.code == "VT-4001"'
	[ "$(v thads inbox --json | jq '.data | length')" = 0 ]
}

@test "a burst that fills the disk: VT-4001, and no daemon ends" {
	head -c 28000 /dev/urandom >inline.bin
	settings 64G
	mounted size=14m "$LAB/btp/data" || skip "no file system can be mounted here"
	mounted size=14m "$LAB/thads/data"
	start_lab
	flood
	[[ $output == *"VT-4001"* ]]
	live btp
	live thads
	mount -o remount,size=64m "$LAB/btp/data"
	mount -o remount,size=64m "$LAB/thads/data"
	wait_for 20 v btp send inline.bin --to thads --type CV --number "2-CV/ĐU" --subject "sau" --wait delivered --timeout 60 -q
}

@test "an import on a disk that is nearly full: line by line all goes in, all or nothing is refused with what is short" {
	local i
	settings 64G
	mounted size=14m "$LAB/btp/data" || skip "no file system can be mounted here"
	start_lab btp
	{
		echo "hướng;số;ngày;trích yếu;nơi nhận"
		for i in {1..200}; do echo "đi;auto-TB/ĐU;02/01/2026;Thông báo $i;Huyện ủy X"; done
	} >lines.csv
	run -1 --separate-stderr v btp paper import lines.csv --all-or-nothing --json
	jq -e '.data | map(.error) | index("VT-4001") != null and index("VT-4010") == null' <<<"$output"
	v btp register out --json | jq -e '.data == []'
	v btp paper import lines.csv -n --json | jq -e '.data | all(.[]; .state == "checked")'
	v btp paper import lines.csv --json | jq -e '.data | length == 200 and all(.[]; .state == "registered")'
	v btp register out --json | jq -e '.data | map(.number) == [range(1; 201)] and (map(.symbol) | unique | length == 200)'
	v btp paper import lines.csv --json | jq -e '.data | all(.[]; .state == "there")'
	live btp
}

@test "inodes used up: VT-4011 for what needs a file, documents without one go on, and status shows how many are left" {
	local n
	mounted size=64m,nr_inodes=300 "$LAB/btp/data" || skip "no file system can be mounted here"
	settings 64G
	start_lab
	for n in $(seq 40); do
		head -c 40000 /dev/urandom >"large-$n"
		run send "$n" "large-$n"
		[ "$status" = 0 ] || break
	done
	[ "$status" = 1 ]
	[[ $output == *"VT-4011"*"df -i"* ]]
	send 50
	run v btp status
	[[ $output == *"VT-4011"* ]]
	[ "$(v btp status --json | jq '.data | (.refusing | not) and .inodes_free < 40 and .disk_free_bytes > 30000000')" = true ]
	# What comes from a neighbour waits there, its files too.
	v thads send large-1 --to btp --type CV --number "1-CV/ĐUTHA" --subject "đến" -q
	live btp
	mount -o remount,nr_inodes=2000 "$LAB/btp/data"
	wait_for 60 eval '[ "$(v thads outbox --state delivered --json | jq ".data | length")" = 1 ]'
	live btp
}

@test "the run folder deleted under a daemon that runs: its sockets are made anew, and who was connected stays so" {
	local run
	start_lab btp
	run=$(v btp config show --json | jq -r '.data[] | select(.key == "run") | .value')
	rm -rf "$run"
	wait_for 10 v btp status -q
	logged btp socket-made-anew
	[ "$(stat -c %a "$run")" = 755 ]
	[ "$(stat -c %a "$run/office.sock")" = 600 ]
	rm "$run/office.sock" "$run/events.sock"
	wait_for 10 send 1
	wait_for 10 test -S "$run/events.sock"
}

@test "the whole folder moved away under a daemon that runs: it makes nothing in what stands in its place" {
	start_lab btp
	mv "$LAB/btp" "$LAB/away"
	mkdir "$LAB/btp"
	cp "$LAB/away/vanthud.pid" moved.pid
	wait_for 60 grep -q event=folder-moved "$LAB/away/vanthud.log"
	wait_for 60 grep -q event=frozen "$LAB/away/vanthud.log"
	[ -z "$(ls "$LAB/btp")" ]
}

@test "what a daemon makes at its first start is on disk with the folders that name it, before it answers" {
	strace -D -qq -o /dev/null true 3>&- || skip "strace may not trace here"
	strace -D -f -qq -y -o calls -e trace=fsync,listen "$ROOT/build/vanthud" -c "$LAB/btp/vanthud.yaml" >/dev/null 2>>"$LAB/btp/vanthud.log" </dev/null 3>&- &
	echo $! >"$LAB/btp/vanthud.pid"
	wait_for 20 v btp status -q
	stop_lab
	local folder listening
	listening=$(grep -n 'listen(' calls | head -1 | cut -d: -f1)
	for folder in "$LAB/btp" "$LAB/btp/data" "$LAB/btp/data/store" "$LAB/btp/data/files"; do
		head -n "$listening" calls | grep -q "fsync([0-9]*<$folder>) *= 0" || { echo "not synced: $folder"; return 1; }
	done
	strace -f -qq -y -o made -e trace=fsync "$VANTHU" init new --id moi -q >/dev/null 3>&-
	for folder in "$PWD" "$PWD/new" "$PWD/new/link.key" "$PWD/new/sign.key" "$PWD/new/vanthud.yaml"; do
		grep -q "fsync([0-9]*<$folder>) *= 0" made || { echo "not synced: $folder"; return 1; }
	done
}
