# Committees that move to other addresses, and a store that went back in time, on real daemons. Each move has a lab of its own, made before the first
# test: mostly they wait for the same patience to end, and so they wait together. The new machine is 127.0.0.2; nothing is said to anybody by hand but
# what is said here, and no daemon but the top finds a directory in its configuration.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	reserve_ports
	local name port begun=()
	port=$PORT
	reserve_ports
	for name in lab keyed levels superior sibling top hidden; do
		"move_$name" $name $port >$name.out 2>&1 3>&- &
		begun+=($!)
		port=$((port + 5))
		case $name in
		lab) port=$((port + 2)) ;;
		levels) port=$PORT ;;
		esac
	done
	for name in "${begun[@]}"; do wait "$name" || { cat ./*.out; return 1; }; done
}
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	local name
	[ ! -e moved.pid ] || kill "$(cat moved.pid)" 2>/dev/null || true
	for name in lab keyed levels superior sibling top hidden; do
		LAB=$BATS_FILE_TMPDIR/$name
		end_lab
	done
}

up() { [ "$("$VANTHU" -c "$1" link list --json | jq "[.data[]|select(.up)]|length")" = "$2" ]; }
alarm() { "$VANTHU" -c "$1" status --json | jq -e --arg code "$2" '.data.alarms|index($code)' >/dev/null; }
said() { [ "$(grep -c "event=$2" "$1/vanthud.log")" -ge "$3" ]; } # its log: asking seven labs at once would take all of a small machine
until_it() { wait_for 60 "$@"; }
deliver() { # FROM TO NUMBER
	"$VANTHU" -c "$1" send "$ROOT/etc/demo-tree.yaml" --to "$2" --type CV --number "$3" --subject "thử" --wait delivered --timeout 60
}
both_ways() { # LAB ONE OTHER
	deliver "$1/$2" "$3" 8-CV/CB
	deliver "$1/$3" "$2" 9-CV/CB
}

# A lab of t, m below it, and what the lines say.
begin() { # NAME PORT [LINE…]
	local line
	{
		printf 'committees:\n'
		for line in 't, symbol: ĐU' 'm, symbol: CB, superior: t' "${@:3}"; do printf '  - {name: A, id: %s}\n' "$line"; done
	} >"$1.yaml"
	"$VANTHU" lab create "$1" --tree "$1.yaml" --port "$2" -q
}
# Links up once; after that nobody but the top finds a directory by itself.
settle() { # NAME [ID LINKS]…
	local name=$1
	"$VANTHU" lab start "$name" -q
	shift
	while [ $# -gt 0 ]; do
		until_it said "$name/$1" link-up "$2"
		shift 2
	done
	sed -i '/^directory:/d' "$name"/[!tr]*/vanthud.yaml
}
leave() { # NAME ID…: what is started again stands elsewhere
	local id
	"$VANTHU" lab stop "$@" -q
	for id in "${@:2}"; do sed -i '/^listen:/s/127.0.0.1/127.0.0.2/' "$1/$id"/vanthud.yaml; done
}
address() { sed -n "s/^listen: //p" "$1/$2/vanthud.yaml"; }
change() { "$VANTHU" "${@:3}" committee change "$2" --endpoint "$(address "$1" "$2")" --registry "$1/registry"; }
# One without an address of its own: nobody can visit it.
without_address() { # NAME ID
	"$VANTHU" init "$1/$2" --id "$2" --superior m --name A --symbol CB -q
	"$VANTHU" committee add "$1/$2/$2.request" --registry "$1/registry" -q
	cp "$1/registry/root.pem" "$1/$2/"
	echo 'directory: ../registry/directory.vtd' >>"$1/$2/vanthud.yaml"
}

@test "a store put back to an older copy alarms both ends and stops the office until an operator says so" {
	until_it up lab/vanphong 3
	"$VANTHU" lab stop lab vanphong >/dev/null
	cp -a lab/vanphong/data before
	"$VANTHU" lab start lab vanphong >/dev/null
	until_it up lab/vanphong 3
	deliver lab/vanphong btp 1-CV/ĐUVP
	# one of its neighbours stays away: it would be all right by itself otherwise (reconcile.bats)
	"$VANTHU" lab stop lab vanphong cb-tonghop >/dev/null
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
	# Emptied: nothing of what was acknowledged is there, and LMDB takes a file of no bytes for a new store.
	"$VANTHU" lab stop lab vanphong >/dev/null
	: >lab/vanphong/data/store/data.mdb
	"$VANTHU" lab start lab vanphong >/dev/null
	until_it alarm lab/vanphong VT-2034
	until_it alarm lab/btp VT-2035
	run deliver lab/vanphong btp 4-CV/ĐUVP
	[ "$status" -ne 0 ]
	[[ $output == *VT-2034* ]]
	"$VANTHU" -c lab/vanphong recover resume -y
	deliver lab/vanphong btp 4-CV/ĐUVP
	until_it eval '! alarm lab/btp VT-2035'
	"$VANTHU" lab start lab cb-tonghop >/dev/null
	until_it up lab/vanphong 3
}

move_lab() {
	"$VANTHU" lab create lab --tree "$ROOT/etc/demo-tree.yaml" --port "$2" >/dev/null
	"$VANTHU" lab start lab >/dev/null
	until_it said lab/thads link-up 3
	"$VANTHU" lab stop lab thads >/dev/null
	cp -a lab/thads lab/moved
	sed -i "s,^listen:.*,listen: tcp://127.0.0.1:$(($2 + 23))," lab/moved/vanthud.yaml
	"$VANTHU" committee change thads --endpoint "tcp://127.0.0.1:$(($2 + 23))" --registry lab/registry
	"$ROOT/build/vanthud" -c lab/moved >moved.log 2>&1 3>&- &
	echo $! >moved.pid
}

@test "a committee that moves to another address is found again by its subordinates, and is no alarm" {
	until_it up lab/moved 3
	deliver lab/cb-tochuc thads 1-CV/CB
	deliver lab/moved cb-nghiepvu 1-CV/ĐUTHA
	[ "$("$VANTHU" -c lab/moved status --json | jq -c .data.alarms)" = "[]" ]
	[ "$("$VANTHU" -c lab/btp status --json | jq -c .data.alarms)" = "[]" ]
	! grep -E 'event=store .*thads' moved.log lab/*/vanthud.log
}

move_levels() {
	begin "$@" 'x, symbol: CB, superior: m' 'y, symbol: CB, superior: x'
	settle "$1" x 2 m 2
	leave "$1" m x
	change "$1" m
	change "$1" x -c "$1/t"
	"$VANTHU" lab start "$1" m x -q
}

@test "a committee and its subordinate moved at once" {
	until_it up levels/m 2
	until_it up levels/x 2
	both_ways levels y t
}

move_superior() {
	begin "$@" 'l, symbol: CB, superior: m' 's, symbol: CB, superior: t'
	settle "$1" l 1 t 2
	"$VANTHU" lab stop "$1" l m -q
	"$VANTHU" -c "$1/t" committee move l --superior s --registry "$1/registry"
	"$VANTHU" lab start "$1" l -q
}

@test "another superior given while it was down, and the old one is not there to tell it" {
	until_it up superior/s 2
	both_ways superior l t
	"$VANTHU" lab start superior m -q
	until_it up superior/t 2
	both_ways superior m l
}

move_top() {
	begin "$@" 'l, symbol: CB, superior: m' 's, symbol: CB, superior: t'
	settle "$1" m 2 t 2
	leave "$1" t
	change "$1" t
	sed -i '/^directory:/d' "$1/t/vanthud.yaml"
	"$VANTHU" lab start "$1" t -q
	"$VANTHU" -c "$1/t" committee import "$1/registry/directory.vtd"
}

@test "the top moved, and has the directory at its new address: it looks for its subordinates" {
	until_it up top/t 2
	both_ways top l t
}

# As OPERATION says: the directory first, while the old machine runs.
move_hidden() {
	begin "$@"
	without_address "$1" n
	sed -i 's/^superior: .*//' "$1/n/vanthud.yaml"
	settle "$1" m 2 t 1
	sed -i '/^directory:/d' "$1"/*/vanthud.yaml
	sed -i '/^listen:/s/127.0.0.1/127.0.0.2/' "$1/m/vanthud.yaml"
	change "$1" m -c "$1/t"
	until_it said "$1/n" 'directory-installed version=3' 1
	"$VANTHU" lab stop "$1" m -q
	"$VANTHU" lab start "$1" m -q
}

@test "the directory handed on first, while the old machine runs: also who has no address goes along" {
	until_it up hidden/m 2
	both_ways hidden n t
}

move_keyed() {
	begin "$@" 'l, symbol: CB, superior: m' 's, symbol: CB, superior: t'
	settle "$1" m 2 t 2
	leave "$1" m
	sed -i "s,^listen:.*,listen: tcp://127.0.0.2:$(($2 + 4))," "$1/m/vanthud.yaml" # of the old key, which ends
	"$VANTHU" -c "$1/m" key new --link --endpoint "tcp://127.0.0.2:$(($2 + 1))"
	"$VANTHU" -c "$1/t" key rotate "$1/m/sign.key.request" --overlap 0 --registry "$1/registry"
	"$VANTHU" lab start "$1" m -q
}

@test "link key and address changed at once, and no overlap: all find it, and it finds them" {
	until_it up keyed/m 2
	both_ways keyed l s
}

move_sibling() {
	begin "$@" 'l, symbol: CB, superior: m'
	without_address "$1" n
	settle "$1" m 3 t 1
	"$VANTHU" lab stop "$1" t -q
	leave "$1" m
	change "$1" m
	"$VANTHU" lab start "$1" m -q
	"$VANTHU" -c "$1/l" committee import "$1/registry/directory.vtd"
}

@test "a sibling is the only one that can tell, while the superior's superior is down" {
	until_it up sibling/m 2
	both_ways sibling n l
	"$VANTHU" lab start sibling t -q
	until_it up sibling/m 3
	both_ways sibling t n
}
