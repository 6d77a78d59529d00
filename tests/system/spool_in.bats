# The spool folder's in/ with real daemons: each document and each receipt is put there once, whatever is killed when and whoever takes it away.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >tree.yaml <<-'Y'
		committees:
		  - {id: tren, name: "Đảng ủy", symbol: "ĐU"}
		  - {id: duoi, name: "Chi bộ", symbol: "CB", superior: tren}
	Y
	make_lab "$PWD/tree.yaml" $'gateway:\n  spool: spool\n  spool_poll: 200ms'
	start_lab
}
teardown() {
	load common
	end_spool
	end_lab
}

# As the gateway of COMMITTEE runs it.
start_spool() { # COMMITTEE
	"$ROOT/build/tests/spool_run" "$VANTHU" "$LAB/$1/vanthud.yaml" >>spool.log 2>&1 3>&- &
	SPOOL=$!
	wait_for 20 test -d "$LAB/$1/spool/in/receipts"
}
end_spool() { # SIGNAL
	[ -n "${SPOOL:-}" ] || return 0
	kill -"${1:-TERM}" "$SPOOL" 2>/dev/null || true
	wait "$SPOOL" 2>/dev/null || true
	SPOOL=
}
has_documents() { [ -n "$(documents)" ]; }
documents() { ls "$LAB/duoi/spool/in" 2>/dev/null | grep -v '^receipts$' || true; }
send() { # N FILE…
	local n=$1
	shift
	v tren send "$@" --to duoi --type CV --number auto --subject "Đơn $n" --wait delivered --timeout 120 -q
}

@test "what comes lies there as a folder, with its files under names that all systems take" {
	mkdir a b
	echo một >a/CON.txt
	echo hai >a/Phu-luc.txt
	echo ba >b/phu-luc.txt
	start_spool duoi
	send 1 a/CON.txt a/Phu-luc.txt b/phu-luc.txt
	wait_for 20 has_documents
	cd "$LAB"/duoi/spool/in/2*-01-CV_ĐU-*
	[ "$(ls | wc -l)" = 4 ]
	[ "$(cat _CON.txt Phu-luc.txt phu-luc-2.txt)" = $'một\nhai\nba' ]
	[ "$(jq -r .data.subject document.json)" = "Đơn 1" ]
	[ "$(jq -r '.files[0].sha256' document.json)" = "$(sha256sum <_CON.txt | cut -d' ' -f1)" ]
}

@test "who sent gets the receipts as files" {
	echo x >x.txt
	start_spool tren
	send 1 x.txt
	wait_for 20 has_note '"kind":"receipt"' tren
}

has_note() { grep -q -- "$1" "$LAB/$2"/spool/in/receipts/*.json; } # TEXT COMMITTEE
taken() { ls taken | wc -l; }
take_some() {
	local each
	for each in $(documents); do
		[ ! -e "taken/$each" ] || { echo "$each comes again" >>again; continue; }
		mv "$LAB/duoi/spool/in/$each" "taken/$each"
	done
}
at_least() { take_some && (($(taken) >= $1)); }

@test "the spool is killed at random while documents come and are taken away: each comes once" {
	local n want
	RANDOM=11
	mkdir taken
	echo x >x.txt
	for n in $(seq 30); do send "$n" x.txt; done
	n=0
	while (($(taken) < 30)); do
		((n++ < 100)) || break
		start_spool duoi
		want=$(($(taken) + 1 + RANDOM % 4))
		wait_for 60 at_least $((want < 30 ? want : 30))
		end_spool KILL
		take_some
	done
	[ ! -e again ]
	[ "$(cat taken/*/document.json | jq -r .data.subject | sort -u | wc -l)" = 30 ]
	# The cursor is of another store: it catches up with the inbox, and puts nothing twice.
	sed -i 's/"feed":"[0-9a-f]*"/"feed":"00000000000000000000000000000000"/' "$LAB/duoi/gateway/spool/cursor"
	start_spool duoi
	wait_for 60 has_note VT-6046 duoi
	send last x.txt
	wait_for 60 at_least 31
	[ "$(taken)" = 31 ]
	[ ! -e again ]
}

damage_part() { # of the newest document at duoi: one byte of its file, which the daemon keeps apart
	local file
	file=$(find "$LAB/duoi/data" -path '*files*' -type f -size +60k | head -1)
	[ -n "$file" ]
	printf X | dd of="$file" bs=1 seek=100 conv=notrunc status=none
	echo "$file"
}

@test "a document whose file is damaged comes when it is mended, and others do not wait for it" {
	local file
	random_file large.bin 100000
	echo x >x.txt
	send 1 large.bin
	file=$(damage_part)
	send 2 x.txt
	start_spool duoi
	wait_for 20 has_documents
	wait_for 20 eval '[ "$(v duoi spool status --json | jq .data.stuck)" = 1 ]'
	[ "$(documents | wc -l)" = 1 ]
	! has_note '"kind":"arrived"' duoi
	head -c 101 large.bin | tail -c 1 | dd of="$file" bs=1 seek=100 conv=notrunc status=none
	v duoi spool retry --all -q
	wait_for 60 eval '[ "$(documents | wc -l)" = 2 ]'
	cmp large.bin "$LAB"/duoi/spool/in/2*-01-CV_ĐU-*/large.bin
	wait_for 20 eval '[ "$(v duoi spool status --json | jq .data.stuck)" = 0 ]'
}
