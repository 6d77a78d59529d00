# A tree that changes while documents flow: a committee is added, another moves, a third gets new keys. Nothing restarts, nothing is lost or doubled.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { load common; end_lab; }

has_version() { [ "$(v "$1" status --json | jq .data.directory.version)" -ge "$2" ]; }
all_have() { # VERSION ID…
	local version=$1 who
	shift
	for who in "$@"; do has_version "$who" "$version" || return 1; done
}
give_to_top() { v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null; }
delivered() { # WHO: how many of its documents are delivered to all
	v "$1" outbox --json | jq '[.data[] | select(.state == "delivered")] | length'
}
all_delivered() { [ "$(delivered "$1")" -ge "$2" ]; }
hops() { v "$1" trace "$2" --json | jq -r '[.data.hops[].committee] | unique | join(",")'; }
old_listener_closed() { grep -q 'listener-closed' "$LAB/$1/vanthud.log"; }
refused_as_stranger() { grep -q 'stranger-refused\|key-not-in-force' "$LAB/$1/vanthud.log"; }

@test "500 documents arrive once each while one is added, one moves and one gets new keys" {
	local count=${CHANGE_DOCUMENTS:-500} i who version before
	make_lab
	start_lab
	before=$(cat "$LAB"/*/vanthud.pid)
	printf 'Nội dung\n' >a.txt
	for ((i = 1; i <= count; i++)); do
		case $((i % 4)) in
		0) v btp send a.txt --to subtree --type CV --number "$i-CV/ĐU" --subject "Văn bản $i" -q >/dev/null ;;
		1) v cb-tochuc send a.txt --to cb-tonghop,btp --type CV --number "$i-CV/CB" --subject "Văn bản $i" -q >/dev/null ;;
		2) v cb-tonghop send a.txt --to cb-nghiepvu,superior --type CV --number "$i-CV/CB" --subject "Văn bản $i" -q >/dev/null ;;
		3) v vanphong send a.txt --to subordinates,thads --type CV --number "$i-CV/ĐUVP" --subject "Văn bản $i" -q >/dev/null ;;
		esac
		if [ $i -eq $((count / 5)) ]; then
			"$VANTHU" lab add "$LAB" cb-moi --superior thads --name "Chi bộ mới" --symbol CB -q >/dev/null
			"$VANTHU" lab start "$LAB" cb-moi -q >/dev/null
		elif [ $i -eq $((2 * count / 5)) ]; then
			"$VANTHU" committee move cb-tonghop --superior thads --registry "$LAB/registry" -q >/dev/null
			give_to_top
		elif [ $i -eq $((3 * count / 5)) ]; then
			reserve_ports
			v thads key new --endpoint "tcp://127.0.0.1:$PORT" -q >/dev/null
			"$VANTHU" key rotate "$LAB/thads/sign.key.request" --registry "$LAB/registry" -q >/dev/null
			give_to_top
		fi
	done
	wait_for 30 all_have 4 btp vanphong thads cb-moi cb-tonghop cb-luutru cb-nghiepvu cb-tochuc
	for who in btp cb-tochuc cb-tonghop vanphong; do
		wait_for 60 all_delivered "$who" $((count / 4))
		[ "$(v "$who" outbox --json | jq '[.data[] | select(.state != "delivered")] | length')" = 0 ]
	done
	# Once each: no id twice in any inbox.
	for who in btp vanphong thads cb-moi cb-tonghop cb-luutru cb-nghiepvu cb-tochuc; do
		[ "$(v "$who" inbox --json | jq '(.data | length) == (.data | unique_by(.id) | length)')" = true ]
	done
	# Nobody was restarted.
	for i in $before; do kill -0 "$i"; done
	# The way before the move and after it.
	[ "$(hops cb-tochuc "$(v cb-tochuc outbox --json | jq -r '.data | min_by(.arrived_at).id')")" = btp,cb-tochuc,cb-tonghop,thads,vanphong ]
	[ "$(hops cb-tochuc "$(v cb-tochuc outbox --json | jq -r '.data | max_by(.arrived_at).id')")" = btp,cb-tochuc,cb-tonghop,thads ]
	# The new keys are in use, and the old port closes when all subordinates have the new one.
	wait_for 20 old_listener_closed thads
	[ "$(v thads key list --json | jq '[.data[] | select(.in_use)] | length')" = 2 ]
	[ "$(v thads key list --json | jq '[.data[] | select(.to == null and .in_use)] | length')" = 2 ]
}

@test "what waits for a committee that is away goes to it by its new way, with its attachment" {
	make_lab
	start_lab
	printf 'Nội dung\n' >a.txt
	random_file big.bin 400000
	v cb-tonghop status -q >/dev/null
	"$VANTHU" lab stop "$LAB" cb-tonghop -q >/dev/null
	v cb-tochuc send a.txt big.bin --to cb-tonghop --type CV --number 1-CV/CB --subject "Theo đường mới" -q >/dev/null
	v vanphong send a.txt big.bin --to subordinates --type CV --number 2-CV/ĐUVP --subject "Theo nhóm" -q >/dev/null
	waits() { [ "$(v vanphong link --json | jq '[.data[] | select(.committee == "cb-tonghop") | .queued] | add')" -ge 2 ]; }
	wait_for 20 waits
	"$VANTHU" committee move cb-tonghop --superior thads --registry "$LAB/registry" -q >/dev/null
	give_to_top
	wait_for 20 all_have 2 btp vanphong thads
	# Started under its old directory it must find its way by itself: its configuration names no file.
	sed -i '/^directory:/d' "$LAB/cb-tonghop/vanthud.yaml"
	"$VANTHU" lab start "$LAB" cb-tonghop -q >/dev/null
	wait_for 30 has_version cb-tonghop 2
	wait_for 30 all_delivered cb-tochuc 1
	wait_for 30 all_delivered vanphong 1
	v cb-tonghop save 1-CV/CB --to saved -q >/dev/null
	cmp big.bin saved/big.bin
	[ "$(v cb-tonghop inbox --json | jq '.data | length')" = 2 ]
	gone() { [ "$(v vanphong link --json | jq '[.data[] | select(.committee == "cb-tonghop")] | length')" = 0 ]; }
	wait_for 20 gone
}

@test "a committee that has ended is refused by name, also for what was under way to it" {
	make_lab
	start_lab
	printf 'Nội dung\n' >a.txt
	"$VANTHU" lab stop "$LAB" cb-luutru -q >/dev/null
	v thads send a.txt --to cb-luutru,cb-tochuc --type CV --number 1-CV/ĐUTHA --subject "Đang đi" -q >/dev/null
	"$VANTHU" committee retire cb-luutru --registry "$LAB/registry" -q >/dev/null
	give_to_top
	wait_for 20 all_have 2 btp vanphong thads
	[[ $(v btp committee list | grep ' yes *$') == cb-luutru* ]]
	# The tree says who is wrong, not who happens to stand below.
	run -2 "$VANTHU" committee move btp --superior cb-tochuc --registry "$LAB/registry" --dry-run --json
	[[ $(jq -r .error.message <<<"$output") == "cb-tochuc "*"below it"* ]]
	run -2 "$VANTHU" committee move thads --superior thads --registry "$LAB/registry" --dry-run --json
	[[ $(jq -r .error.message <<<"$output") == "thads "* ]]
	# And so it is when it is asked for below one that is not there, or has ended, and when one ends that others stand below.
	says() { local wanted=$1; shift; run -2 "$VANTHU" committee "$@" --registry "$LAB/registry" --dry-run --json; [[ $(jq -r .error.message <<<"$output") == $wanted ]]; }
	says "khong-co *no committee*" move thads --superior khong-co
	says "cb-luutru *ended*" move thads --superior cb-luutru
	says "* still stands below*" retire btp
	[[ $(jq -r .error.fix <<<"$output") == *"vanthu committee move ID --superior ID --registry DIR" ]]
	refused() { [ "$(v thads show 1-CV/ĐUTHA --json | jq -r '.data.state')" = refused ]; }
	wait_for 20 refused
	v thads show 1-CV/ĐUTHA --json | jq -e '[.data.receipts[] | select(.committee == "cb-tochuc" and .state == "delivered")] | length == 1'
	run -5 v thads send a.txt --to cb-luutru --type CV --number 2-CV/ĐUTHA --subject "Sau đó" --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2006 ]
}

@test "a revoked committee is cut off at its next message, and comes back with new keys" {
	make_lab
	start_lab
	printf 'Nội dung\n' >a.txt
	v cb-tonghop send a.txt --to superior --type CV --number 1-CV/CB --subject "Trước" --wait delivered --timeout 120 -q >/dev/null
	"$VANTHU" key revoke cb-tonghop all --registry "$LAB/registry" -q >/dev/null
	give_to_top
	wait_for 20 has_version vanphong 2
	wait_for 20 refused_as_stranger vanphong
	v cb-tonghop send a.txt --to superior,btp --type CV --number 2-CV/CB --subject "Sau" -q >/dev/null
	down() { [ "$(v vanphong link --json | jq '.data[] | select(.committee == "cb-tonghop") | .up')" = false ]; }
	wait_for 20 down
	# No clock would mend that, and it is not said to be one.
	v vanphong link show cb-tonghop --json | jq -e '.data.down_reason.code == "VT-3004"'
	[[ $(v vanphong link show cb-tonghop) == *"key revoked"* ]]
	[ "$(v vanphong inbox --json | jq '[.data[] | select(.subject == "Sau")] | length')" = 0 ]
	# New keys, by hand: the directory cannot come to it over a link that is cut.
	reserve_ports
	v cb-tonghop key new --endpoint "tcp://127.0.0.1:$PORT" -q >/dev/null
	"$VANTHU" key rotate "$LAB/cb-tonghop/sign.key.request" --registry "$LAB/registry" -q >/dev/null
	give_to_top
	wait_for 20 has_version vanphong 3
	v cb-tonghop committee import "$LAB/registry/directory.vtd" -q >/dev/null
	up() { [ "$(v vanphong link --json | jq '.data[] | select(.committee == "cb-tonghop") | .up')" = true ]; }
	wait_for 30 up
	v cb-tonghop send a.txt --to superior --type CV --number 3-CV/CB --subject "Lại được" --wait delivered --timeout 120 -q >/dev/null
}

@test "versions only rise, and a directory of another registry or a bent one is refused" {
	make_lab
	start_lab
	cp "$LAB/registry/directory.vtd" v1.vtd
	"$VANTHU" committee renew --registry "$LAB/registry" -q >/dev/null
	give_to_top
	wait_for 20 all_have 2 btp vanphong thads cb-tonghop
	run -5 v btp committee import v1.vtd --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2019 ]
	"$VANTHU" committee renew --registry "$LAB/registry" -q >/dev/null
	cp "$LAB/registry/directory.vtd" bent.vtd
	printf '\xff' | dd of=bent.vtd bs=1 seek=$(($(stat -c %s bent.vtd) / 2)) conv=notrunc status=none
	run v btp committee import bent.vtd --json
	[ "$status" -ne 0 ]
	has_version btp 2
	# Offline, a daemon without neighbours takes it from a file, and gives it on when they come.
	"$VANTHU" lab stop "$LAB" vanphong thads cb-tonghop cb-luutru cb-nghiepvu cb-tochuc -q >/dev/null
	give_to_top
	has_version btp 3
}
