# A bit of a stored record is wrong, in a store whose daemon is down: it starts, says so, makes the record again from what else it has or gets it from
# a neighbour, and is what it was before.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	make_lab
	printf 'x\n' >doc.txt
	head -c 300000 /dev/urandom >big.bin
	start_lab
	v btp send doc.txt --to thads,vanphong --type CV --number 1-CV/ĐU --subject "một" --due 2099-01-05 -q --wait delivered --timeout 120 >/dev/null
	v btp send doc.txt --to thads --type CV --number 2-CV/ĐU --subject "hai" -q --wait delivered --timeout 120 >/dev/null
	v btp send big.bin --to thads,vanphong --type KH --number 3-KH/ĐU --subject "ba" -q --wait delivered --timeout 120 >/dev/null
	v thads send big.bin --to superior --type BC --number 4-BC/TH --subject "bốn" -q --wait delivered --timeout 120 >/dev/null
	v cb-nghiepvu send doc.txt --to btp --type BC --number 5-BC/NV --subject "năm" -q --wait delivered --timeout 120 >/dev/null # thads hands it on
	v thads accept --all-valid -q >/dev/null
	v thads finish 2-CV/ĐU -q >/dev/null
	v btp accept --all-valid -q >/dev/null
	v btp recall ask 1-CV/ĐU --reason "nhầm" -q >/dev/null
	wait_for 60 eval 'v btp outbox --json | jq -e "[.data[] | select(.number == \"2-CV/ĐU\")][0].id as \$id | \$id" >/dev/null'
	wait_for 60 eval 'v thads inbox --json | jq -e ".data | length == 3" >/dev/null'
	quiet
}
teardown() { end_lab; }

# What was under way between them is done.
quiet() {
	local who
	for who in thads vanphong; do wait_for 60 v btp link ping $who -q; done
	wait_for 60 eval '[ "$(v btp link list --json | jq "[.data[].queued] | add")" = 0 ]'
	wait_for 60 eval '[ "$(v thads link list --json | jq "[.data[].queued] | add")" = 0 ]'
}
# All that a clerk and a program see. When the last receipt of a document was taken is known to the second only, once its state is made again.
seen() { # WHO
	local what id
	for what in inbox outbox "register in" "register out" due "due --sent"; do
		echo "== $what"
		v "$1" $what --json | jq -cS '.data | walk(if type == "object" then del(.delivered_at, .closed_at) else . end)'
	done
	for id in $(v "$1" inbox --json | jq -r '.data[].id') $(v "$1" outbox --json | jq -r '.data[].id'); do
		v "$1" show "$id" --json | jq -cS '.data | walk(if type == "object" then del(.delivered_at, .closed_at) else . end)'
		v "$1" verify "$id" --json | jq -cS '.data | {valid, signed_by}'
	done
}
is_whole() { [ "$(v "$1" status --json | jq -r '.data.damaged')" = 0 ]; }
# One record of each of these families at once, by its number in routing/state/record.h and its place from the last.
spoil_each() { # WHO WHERE FAMILY:NTH…
	local who=$1 where=$2 what
	shift 2
	for what in "$@"; do
		"$ROOT/build/tests/damage" "$LAB/$who/data/store" "${what%:*}" "${what#*:}" "$where" >/dev/null || { echo "no $what"; return 1; }
	done
}
heals() { # WHO WHERE FAMILY:NTH…
	local who=$1
	seen "$who" >before
	"$VANTHU" lab stop "$LAB" "$who" -q >/dev/null
	spoil_each "$@"
	start_lab "$who"
	wait_for 120 is_whole "$who"
	quiet
	seen "$who" >after
	diff before after
	v "$who" status --json | jq -e '.data.alarms == []'
	[ "$(v "$who" target recount --json | jq .data.equal)" = true ]
	v "$who" log verify -q
	[ "$(find "$LAB/$who/data/quarantine" -type f | wc -l)" = $(($# - 2)) ] # a copy of each stays
	# and all of that is on the disk: nothing is found at the next start, by the sums either
	"$VANTHU" lab stop "$LAB" "$who" -q >/dev/null
	: >"$LAB/$who/vanthud.log"
	start_lab "$who"
	v "$who" status --json | jq -e '.data.damaged == 0 and .data.store.missing == 0 and .data.store.missing_in == []'
	! grep -E 'record-damaged|records-missing' "$LAB/$who/vanthud.log"
}

@test "what others of its records say as well: keys alone, indexes, states, the work, routes, lines of the registers" {
	heals thads bit 2:0 4:1 7:0 13:0 14:0 16:0 18:1 22:0 25:0 26:0 28:0 30:0
}

@test "the same of who issued, in the checksums themselves" {
	heals btp head 2:1 4:0 7:1 13:0 18:0 22:1 28:1 31:0
}

@test "what neighbours have: a document, signed bytes, a receipt, statuses" {
	heals thads bit 3:1 5:0 8:0 27:0
}

@test "the same of who issued, in the checksums themselves; its own come back from who received them" {
	heals btp head 3:2 5:1 8:1 27:0
}

@test "a neighbour that is away is asked when it is back; until then nothing of it is served and all else goes on" {
	"$VANTHU" lab stop "$LAB" thads btp -q >/dev/null
	spoil_each thads bit 5:0
	start_lab thads
	v thads status --json | jq -e '.data.damaged == 1 and (.data.alarms | index("VT-4003") != null)'
	v thads quarantine list --json | jq -e '.data[0].family == "envelope"'
	v thads send doc.txt --to cb-nghiepvu --type CV --number 9-CV/TH --subject "việc khác" -q --wait delivered --timeout 120 >/dev/null
	start_lab btp
	wait_for 120 is_whole thads
	v thads status --json | jq -e '.data.alarms == []'
	v thads verify "$(v thads inbox --json | jq -r '.data[0].id')" -q
}

@test "a row of a lane is made again, and what waited behind it goes" {
	local i
	"$VANTHU" lab stop "$LAB" vanphong -q >/dev/null
	for i in 1 2 3 4; do v btp send doc.txt --to vanphong --type CV --number "1$i-CV/ĐU" --subject "chờ $i" -q >/dev/null; done
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	spoil_each btp bit 9:1
	start_lab btp vanphong
	wait_for 120 eval 'v vanphong inbox --json | jq -e "[.data[].number | select(startswith(\"1\") and (length > 7))] | length == 4"'
	is_whole btp
}

@test "signed bytes that nobody has hold up no lane: what is behind them goes, and whom they were for is refused by name" {
	local i since
	"$VANTHU" lab stop "$LAB" vanphong -q >/dev/null
	for i in 1 2 3 4; do v btp send doc.txt --to vanphong --type CV --number "1$i-CV/ĐU" --subject "chờ $i" -q >/dev/null; done
	since=$(v btp changes --json | jq '.data.last')
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	spoil_each btp bit 5:2
	start_lab btp
	v btp status --json | jq -e '.data.damaged == 1 and (.data.alarms | index("VT-4003") != null)'
	start_lab vanphong
	wait_for 120 eval 'v vanphong inbox --json | jq -e "[.data[].number | select(startswith(\"1\") and (length > 7))] == [\"14-CV/ĐU\", \"13-CV/ĐU\", \"11-CV/ĐU\"]"'
	wait_for 60 is_whole btp
	quiet
	v btp status --json | jq -e '.data.alarms == [] and .data.store.missing_in == []'
	v btp outbox --json >outbox.json
	jq -e '.data[] | select(.number == "12-CV/ĐU") | .state == "refused"' outbox.json
	jq -e '[.data[] | select(.number == "11-CV/ĐU" or .number == "13-CV/ĐU" or .number == "14-CV/ĐU") | .state] == ["delivered", "delivered", "delivered"]' outbox.json
	v btp trace 12-CV/ĐU --json | jq -e '[.data.recipients[] | [.state, .reason]] == [["refused", "VT-4044"]]'
	v btp show 12-CV/ĐU --json | jq -e '[.data.receipts[] | [.state, .reason]] == [["refused", "VT-4044"]]'
	v btp changes --since "$since" --json | jq -e '[.data.changes[] | select(.kind == "refused") | .reason] == ["VT-4044"]'
	run v btp verify 12-CV/ĐU
	[ "$status" != 0 ]
	[[ $output == *VT-4044* ]]
	[ "$(v btp target recount --json | jq .data.equal)" = true ]
	v btp log verify -q
	v btp quarantine list --json | jq -e '.data | length == 1 and .[0].family == "envelope"'
	# it is sent again, under its number
	v btp send doc.txt --to vanphong --type CV --number 12-CV/ĐU --subject "gửi lại" -q --wait delivered --timeout 120 >/dev/null
	# and all of that is on the disk
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	: >"$LAB/btp/vanthud.log"
	start_lab btp
	v btp status --json | jq -e '.data.damaged == 0 and .data.alarms == []'
	! grep -E 'record-damaged|records-missing|lane-stands' "$LAB/btp/vanthud.log"
}

@test "what a relay has still to hand on it gets from who gave it; when that one has lost it too, the lane goes on and the issuer hears of it" {
	local n
	for n in 2 3; do
		"$VANTHU" lab stop "$LAB" cb-nghiepvu -q >/dev/null
		v btp send doc.txt --to cb-nghiepvu --type CV --number "${n}1-CV/ĐU" --subject "qua $n" -q >/dev/null
		v btp send doc.txt --to cb-nghiepvu --type CV --number "${n}2-CV/ĐU" --subject "sau $n" -q >/dev/null
		wait_for 60 eval 'v thads link list --json | jq -e "[.data[] | select(.committee == \"cb-nghiepvu\")][0].queued == 2"'
		"$VANTHU" lab stop "$LAB" thads -q >/dev/null
		spoil_each thads bit 5:1 # of those that pass through, the last but one
		if [ $n = 3 ]; then
			"$VANTHU" lab stop "$LAB" btp -q >/dev/null
			spoil_each btp bit 5:1
			start_lab btp
		fi
		start_lab thads cb-nghiepvu
		wait_for 300 eval "v cb-nghiepvu inbox --json | jq -e '[.data[].number] | index(\"${n}2-CV/ĐU\") != null'"
		wait_for 60 is_whole thads
		v thads status --json | jq -e '.data.alarms == []'
	done
	v cb-nghiepvu inbox --json | jq -e '[.data[].number] | index("21-CV/ĐU") != null and index("31-CV/ĐU") == null'
	wait_for 60 eval 'v btp trace 31-CV/ĐU --json | jq -e "[.data.recipients[] | [.state, .reason]] == [[\"refused\", \"VT-4044\"]]"'
	v btp trace 21-CV/ĐU --json | jq -e '.data.state == "delivered"'
	# nobody can give it back to its issuer, whose lanes do not need it: that stays an alarm
	v btp status --json | jq -e '.data.damaged == 1 and (.data.alarms | index("VT-4003") != null)'
}

@test "the directory's entries, its own and its neighbours' too: from the file of the configuration, or from the one kept beside the store" {
	local n
	wait_for 60 test -s "$LAB/btp/data/directory.vtd"
	"$VANTHU" lab stop "$LAB" -q >/dev/null
	cp -a "$LAB/btp/data" whole
	for ((n = 0; n < 7; n++)); do
		[ $n != 4 ] || mv "$LAB/registry/directory.vtd" away.vtd
		rm -rf "$LAB/btp/data"
		cp -a whole "$LAB/btp/data"
		spoil_each btp bit 15:$n
		start_lab btp
		v btp status --json >status.json
		jq -e '.data.damaged == 0 and .data.store.missing_in == []' status.json
		jq -e '.data.alarms | index("VT-4003") == null' status.json
		"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	done
	[ "$(grep -c 'event=entry-mended' "$LAB/btp/vanthud.log")" = 7 ]
	# neither is there, or what lies there is not what the registry signed: it names the record, and what to do
	for n in rm spoil; do
		rm -rf "$LAB/btp/data"
		cp -a whole "$LAB/btp/data"
		if [ $n = rm ]; then rm "$LAB/btp/data/directory.vtd"; else printf X | dd of="$LAB/btp/data/directory.vtd" bs=1 seek=900 conv=notrunc status=none; fi
		spoil_each btp bit 15:6 # of seven by their ids: its own
		run timeout 60 "$ROOT/build/vanthud" -c "$LAB/btp/vanthud.yaml"
		[ "$status" = 1 ]
		[[ $output == *"needed-record-damaged"*"family=committee"* ]]
	done
}

# The names of copies that lie there, one a line.
copies() { v "$1" quarantine list --json | jq -r '.data[].name'; }

@test "the last number of a series is made again from the register; a change that cannot be read is left out of the feed, and who follows hears of it" {
	local n
	heals btp bit 29:0 37:1
	[ "$(v btp send doc.txt --to thads --type CV --number auto --subject "tiếp" --json | jq -r .data.number)" = "03-CV/ĐU" ]
	n=$(copies btp | sed -n 's/^feed-//p')
	n=$((16#$n))
	run v btp changes --since $((n - 1)) --limit 1
	[[ $output == *VT-2093* ]]
}

@test "what nobody else has stays damaged until an operator accepts that it is lost: then it is no alarm, shown as that, and in the log" {
	local at name before
	v btp paper add out 9-CV/ĐU "bản giấy" --to UBND --type CV -q >/dev/null
	v btp paper add out 10-CV/ĐU "bản giấy nữa" --to UBND --type CV -q >/dev/null
	v btp paper cancel "$(v btp paper list --json | jq -r '.data[] | select(.number == "9-CV/ĐU") | .id')" --reason "nhầm" -q >/dev/null
	at=$(v btp register in --json | jq '[.data[] | 1 + (.additions | length)] | add')
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	# the second entry; the addition to the line of the first lies before its line, and that before the incoming ones; an act; a line of the history
	spoil_each btp bit 21:0 28:$((at + 1)) 19:2 39:4
	start_lab btp
	v btp status --json | jq -e '.data.damaged == 4 and .data.accepted == 0 and (.data.alarms | index("VT-4003") != null)'
	v btp quarantine list --json | jq -e '[.data[] | [.family, .stand, .hope]] == [["act", "damaged", "nobody"], ["history", "damaged", "nobody"], ["line", "damaged", "nobody"], ["paper", "damaged", "nobody"]]'
	v btp register out --json | jq -e '[.data[].additions[] | select(.kind == "damaged")] | length == 1'
	run v btp log verify
	[ "$status" -eq 5 ]
	# not without a yes, not what reads right, not what is not there
	name=$(copies btp | grep ^paper)
	run v btp quarantine accept "$name"
	[ "$status" -eq 2 ]
	[[ $output == *"An entry on paper"* ]]
	run v btp quarantine accept "$name" -n
	[ "$status" -eq 0 ]
	run v btp quarantine accept paper -y
	[ "$status" -ne 0 ]
	v btp status --json | jq -e '.data.damaged == 4'
	for name in $(copies btp); do v btp quarantine accept "$name" --reason "đĩa hỏng" -y; done
	wait_for 60 is_whole btp
	v btp status --json | jq -e '.data.alarms == [] and .data.accepted == 4'
	v btp check damage
	v btp quarantine list --json | jq -e 'all(.data[]; .stand == "loss-accepted" and .accepted.reason == "đĩa hỏng")'
	v btp register out --json | jq -e '[.data[].additions[] | select(.kind == "damaged" and .accepted_at != null)] | length == 1'
	v btp register out --json | jq -e '[.data[] | select(.accepted_at != null)] | length == 1'
	# the log says who and why, names what cannot be read, and is good for what follows
	v btp log verify
	v btp log verify --json | jq -e '.data | .whole == false and .fault_count == 0 and .accepted_count >= 1 and any(.accepted[]; .what == "history" and .goes_on == .line + 1)'
	v btp log show --limit 50 --json | jq -e '[.data.lines[].entries[] | select(.what == "accepted" and .subject == "đĩa hỏng")] | length == 4'
	v btp log show --limit 50 --json | jq -e '[.data.lines[].entries[] | select(.verb == "quarantine-accept")] | length == 4'
	# nor is it one for a start, for a backup, and for who looks at the data
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	v btp doctor --store --json | jq -e '.data.sound and .data.accepted == 4'
	: >"$LAB/btp/vanthud.log"
	start_lab btp
	v btp status --json | jq -e '.data.damaged == 0 and .data.accepted == 4 and .data.alarms == [] and .data.store.missing_in == []'
	! grep -E 'records-damaged|records-missing' "$LAB/btp/vanthud.log"
	v btp backup create "$PWD/backup" -q >/dev/null
	v btp backup verify "$PWD/backup"
	# the copies stay until somebody deletes one, which is an act, too
	[ "$(copies btp | wc -l)" = 4 ]
	name=$(copies btp | head -n 1)
	v btp quarantine drop "$name"
	[ "$(copies btp | wc -l)" = 3 ]
	v btp log show --limit 50 --json | jq -e --arg n "$name" '[.data.lines[].entries[] | select(.verb == "quarantine-drop" and .subject == $n)] | length == 1'
}

@test "what a neighbour may still have is accepted only by who says that he knows, and comes again all the same when it is sent once more" {
	local name
	"$VANTHU" lab stop "$LAB" thads btp -q >/dev/null
	spoil_each thads bit 5:2 # of three that came in, before one of its own and one that it hands on
	start_lab thads
	name=$(copies thads)
	run v thads quarantine accept "$name"
	[ "$status" -eq 2 ]
	[[ $output == *"Neighbours may still have it"* ]]
	v thads quarantine accept "$name" -y
	wait_for 60 is_whole thads
	v thads status --json | jq -e '.data.alarms == []'
	run v thads verify 3-KH/ĐU
	[ "$status" -ne 0 ]
	start_lab btp
	wait_for 60 v btp link ping thads -q
	v btp resend 3-KH/ĐU --to thads -q
	wait_for 60 v thads verify 3-KH/ĐU -q
	v thads quarantine list --json | jq -e '.data[0].stand == "whole"'
}
