# A committee that moves to another address, and a store that went back in time, on real daemons of one lab.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	reserve_ports
	"$VANTHU" lab create lab --tree "$ROOT/etc/demo-tree.yaml" --port "$PORT" >/dev/null
	"$VANTHU" lab start lab >/dev/null
	export PORT
}
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	[ ! -e moved.pid ] || kill "$(cat moved.pid)" 2>/dev/null || true
	"$VANTHU" lab stop lab -q >/dev/null 2>&1 || true
}

up() { [ "$("$VANTHU" -c "$1" link list --json | jq "[.data[]|select(.up)]|length")" = "$2" ]; }
alarm() { "$VANTHU" -c "$1" status --json | jq -e --arg code "$2" '.data.alarms|index($code)' >/dev/null; }
until_it() { wait_for 60 "$@"; }
deliver() { # FROM TO NUMBER
	"$VANTHU" -c "$1" send "$ROOT/etc/demo-tree.yaml" --to "$2" --type CV --number "$3" --subject "thử" --wait delivered --timeout 60
}

@test "a committee that moves to another address is found again by its subordinates, and is no alarm" {
	until_it up lab/thads 3
	"$VANTHU" lab stop lab thads >/dev/null
	cp -a lab/thads lab/moved
	sed -i "s,^listen:.*,listen: tcp://127.0.0.1:$((PORT + 19))," lab/moved/vanthud.yaml
	"$VANTHU" committee change thads --endpoint "tcp://127.0.0.1:$((PORT + 19))" --registry lab/registry
	"$ROOT/build/vanthud" -c lab/moved 2>moved.log 3>&- &
	echo $! >moved.pid
	until_it up lab/moved 3
	deliver lab/cb-tochuc thads 1-CV/CB
	deliver lab/moved cb-nghiepvu 1-CV/ĐUTHA
	[ "$("$VANTHU" -c lab/moved status --json | jq -c .data.alarms)" = "[]" ]
	[ "$("$VANTHU" -c lab/btp status --json | jq -c .data.alarms)" = "[]" ]
	! grep event=store moved.log lab/*/vanthud.log
}

@test "a store put back to an older copy alarms both ends and stops the office until an operator says so" {
	until_it up lab/vanphong 3
	"$VANTHU" lab stop lab vanphong >/dev/null
	cp -a lab/vanphong/data before
	"$VANTHU" lab start lab vanphong >/dev/null
	until_it up lab/vanphong 3
	deliver lab/vanphong btp 1-CV/ĐUVP
	"$VANTHU" lab stop lab vanphong >/dev/null
	rm -r lab/vanphong/data
	cp -a before lab/vanphong/data
	"$VANTHU" lab start lab vanphong >/dev/null
	until_it alarm lab/vanphong VT-2034
	until_it alarm lab/btp VT-2035
	run deliver lab/vanphong btp 2-CV/ĐUVP
	[ "$status" -ne 0 ]
	[[ $output == *VT-2034* ]]
	deliver lab/btp vanphong 3-CV/ĐU
	run "$VANTHU" -c lab/vanphong recover resume </dev/null
	[ "$status" -eq 2 ]
	"$VANTHU" -c lab/vanphong recover resume -y
	deliver lab/vanphong btp 2-CV/ĐUVP
	until_it eval '! alarm lab/btp VT-2035'
}
