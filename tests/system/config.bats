# The configuration: all faults at once, with their places.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { end_lab; }

@test "all faults of a file are told at once, with line and column" {
	cat >bad.yaml <<-'Y'
		committee: Bad_Id
		listen: udp://1.2.3.4:5
		link:
		  credit_messages: many
		  credit_byte: 8M
		store: {map: 1K}
	Y
	run -9 "$ROOT/build/vanthud" -c bad.yaml --check-config
	[ "${#lines[@]}" = 5 ]
	[[ ${lines[0]} == *"bad.yaml:1:12: committee:"* ]]
	[[ ${lines[1]} == *":2:9: listen:"* ]]
	[[ ${lines[2]} == *":4:20: link.credit_messages:"* ]]
	[[ ${lines[3]} == *":5:"*"link.credit_byte: no such key"* ]]
	[[ ${lines[4]} == *":6:14: store.map:"* ]]
	run -9 "$VANTHU" -c bad.yaml config check --json
	[ "$(jq -r .error.code <<<"${lines[-1]}")" = VT-1002 ]
	# Each command names the file, also where a folder was given.
	mkdir folder
	printf 'committee: a\n# \xff\n' >folder/vanthud.yaml
	run -9 "$VANTHU" -c folder status
	[[ ${lines[0]} == *"folder/vanthud.yaml:2:3: not UTF-8"* ]]
}

@test "duplicate keys, aliases, tags and depth are refused" {
	printf 'committee: a\ncommittee: b\n' >a.yaml
	printf 'committee: &x a\ndata: *x\n' >b.yaml
	printf 'committee: !!str a\n' >c.yaml
	printf 'a: %s' "$(printf '[%.0s' $(seq 30))" >d.yaml
	printf 'committee: a\n---\ncommittee: b\n' >e.yaml
	local f
	for f in a b c d e; do run -9 "$ROOT/build/vanthud" -c $f.yaml --check-config; done
}

@test "SIGHUP takes what can be changed and names what cannot" {
	make_lab
	start_lab btp
	printf 'log_level: debug\nworkers: {files: 7}\n' >>"$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 5 grep -q 'event=reloaded.*needs_restart=workers.files' "$LAB/btp/vanthud.log"
	printf 'nonsense: 1\n' >>"$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 5 grep -q 'event=reload-refused' "$LAB/btp/vanthud.log"
	v btp status >/dev/null 2>&1 || kill -0 "$(pid_of btp)"
}

@test "a link's own windows are checked, shown, taken by SIGHUP, and documents still pass" {
	cat >bad.yaml <<-'Y'
		committee: btp
		links:
		  thads:
		    bulk_window: 1K
		    bulk_windows: 1M
		  Nobody!: {credit_messages: 1}
	Y
	run -9 "$ROOT/build/vanthud" -c bad.yaml --check-config
	[ "${#lines[@]}" = 3 ]
	[[ ${lines[0]} == *"bad.yaml:4:18: links.thads.bulk_window:"*"64K to"* ]]
	[[ ${lines[1]} == *":5:"*"links.thads.bulk_windows: no such key"* ]]
	[[ ${lines[2]} == *":6:"*"is not a committee id"* ]]
	make_lab
	start_lab btp thads
	printf 'links:\n  btp: {credit_messages: 1, credit_bytes: 64K, bulk_window: 64K}\n  nobody: {bulk_window: 1M}\n' >>"$LAB/thads/vanthud.yaml"
	kill -HUP "$(pid_of thads)"
	wait_for 5 grep -q 'event=reloaded.*needs_restart=none' "$LAB/thads/vanthud.log"
	grep -q 'event=link-not-known key=links.nobody' "$LAB/thads/vanthud.log"
	run -0 v thads config show --json
	[ "$(jq -r '.data[] | select(.key | startswith("links.btp.")) | [.key, .value, .default] | @tsv' <<<"$output")" = \
		$'links.btp.credit_messages\t1\t4096\nlinks.btp.credit_bytes\t64K\t8M\nlinks.btp.bulk_window\t64K\t2M' ]
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	start_lab thads
	random_file a.bin 3000000
	local i
	for i in 1 2 3 4 5; do
		v btp send a.bin --to thads --type TB --number "$i-TB/ĐU" --subject x -q >/dev/null
	done
	run -0 v btp send a.bin --to thads --type TB --number "6-TB/ĐU" --subject x --wait delivered --timeout 120
	wait_for 20 eval "[ \"\$(\"$VANTHU\" -c $LAB/thads inbox --json | jq '.data | length')\" = 6 ]"
	! grep -E 'event=(link-cut-off|fetch-failed)' "$LAB"/*/vanthud.log
}

@test "readiness and watchdog are told to the service manager" {
	make_lab
	"$ROOT/build/tests/unixrecv" notify.sock 100 >heard 3>&- & local listener=$!
	wait_for 5 test -S notify.sock
	NOTIFY_SOCKET=$PWD/notify.sock "$ROOT/build/vanthud" -c "$LAB/btp" 2>log 3>&- & local daemon=$!
	wait_for 10 grep -q READY=1 heard
	wait_for 10 grep -q WATCHDOG=1 heard
	kill $daemon
	wait $daemon
	grep -q STOPPING=1 heard
	kill $listener
	wait $listener || true
}

@test "init, registry and import make a committee by hand" {
	"$VANTHU" init reg --registry -q >/dev/null
	reserve_ports
	"$VANTHU" init top --id top --listen "tcp://127.0.0.1:$PORT" --name "Đảng ủy" --symbol ĐU --endpoint "tcp://127.0.0.1:$PORT" -q >/dev/null
	"$VANTHU" init sub --id sub --name "Chi bộ" --symbol CB --superior top -q >/dev/null
	"$VANTHU" committee add top/top.request --registry reg -q >/dev/null
	"$VANTHU" committee add sub/sub.request --registry reg -q >/dev/null
	run -6 "$VANTHU" committee add sub/sub.request --registry reg
	cp reg/root.pem top/ && cp reg/root.pem sub/
	"$ROOT/build/vanthud" -c top 2>top.log 3>&- & local a=$!
	"$ROOT/build/vanthud" -c sub 2>sub.log 3>&- & local b=$!
	wait_for 5 "$VANTHU" -c top status
	wait_for 5 "$VANTHU" -c sub status
	"$VANTHU" -c top committee import reg/directory.vtd -q >/dev/null
	"$VANTHU" -c sub committee import reg/directory.vtd -q >/dev/null
	run -5 "$VANTHU" -c sub committee import reg/directory.vtd
	printf 'x\n' >doc.txt
	run -0 "$VANTHU" -c top send doc.txt --to subordinates --type CV --number 1-CV/ĐU --subject x --wait delivered --timeout 120
	"$VANTHU" -c sub committee export --to exported.vtd >/dev/null
	cmp exported.vtd reg/directory.vtd
	kill $a $b
	wait $a $b || true
}

@test "SIGHUP puts another reserve into force: the disk counts as full, and no more" {
	make_lab
	start_lab vanphong
	echo x >x.txt
	cp "$LAB/vanphong/vanthud.yaml" was.yaml
	printf 'store: {reserve: 1024G}\n' >>"$LAB/vanphong/vanthud.yaml"
	kill -HUP "$(pid_of vanphong)"
	wait_for 5 grep -q 'event=room submissions=0 documents=0 facts=0' "$LAB/vanphong/vanthud.log" # looked at each second
	[ "$(v vanphong status --json | jq -c '[.data.refusing, .data.alarms]')" = '[true,["VT-4001"]]' ]
	run -1 v vanphong send x.txt --to superior --type BC --number 1-BC/ĐUVP --subject x --json
	[ "$(jq -r .error.code <<<"${lines[-1]}")" = VT-4001 ]
	cp was.yaml "$LAB/vanphong/vanthud.yaml"
	kill -HUP "$(pid_of vanphong)"
	wait_for 5 grep -q 'event=room submissions=1 documents=1 facts=1' "$LAB/vanphong/vanthud.log"
	v vanphong send x.txt --to superior --type BC --number 1-BC/ĐUVP --subject x
}
