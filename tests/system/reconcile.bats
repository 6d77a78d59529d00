# A store that is put back to an older copy, or emptied, gets back what its neighbours hold of it, on real daemons: what it sent and received, receipts,
# what its office said and was said to it, and no number twice.

setup() { load common; }
teardown() { end_lab; }

said_behind() { grep -q 'event=store.*VT-2034' "$LAB/thads/vanthud.log"; }
is_settled() { v thads recover status --json | jq -e '.data.store.code == null and (.data.neighbours | length) == 0' >/dev/null; }
linked() { [ "$(v thads link list --json | jq '[.data[] | select(.up)] | length')" = 3 ]; }
# What a clerk sees: who sent what to whom, where it stands, and its arrival number.
seen() {
	v thads inbox --json | jq -S '[.data[] | {id, from, number, state, code}] | sort_by(.id)'
	v thads outbox --json | jq -S '[.data[] | {id, to, number, state}] | sort_by(.id)'
	v thads register in --json | jq -S '[.data[] | select(.id != null) | {id, line: .number}] | sort_by(.id)'
}
send_from() { v "$1" send "$2" --to "$3" --type CV --number "$4" --subject "Công văn thử" --json | jq -r .data.id; }
delivered() { v "$1" show "$2" --json | jq -e '.data.state == "delivered"' >/dev/null; }
share() { v thads target --json | jq '.data.share'; }
all_delivered() { v thads outbox --json | jq -e 'all(.data[]; .state == "delivered")' >/dev/null; }
same_as() { seen >now.txt && diff "$1" now.txt >&2; }

# Documents both ways, near and far, small and with an attachment of its own file; some of them accepted.
work() { # FIRST-NUMBER
	local n=$1 id
	send_from thads big.bin superior "$n-CV/ĐUTHA" >>ids
	send_from thads small.txt vanphong "$((n + 1))-CV/ĐUTHA" >>ids
	send_from thads small.txt subordinates "$((n + 2))-CV/ĐUTHA" >>ids
	id=$(send_from btp big.bin thads "$n-CV/ĐU")
	wait_for 60 v thads accept "$id" -q
	id=$(send_from vanphong small.txt thads "$n-CV/ĐUVP")
	wait_for 60 v thads accept "$id" -q
	id=$(send_from btp small.txt thads "$((n + 1))-CV/ĐU")
	wait_for 60 v thads show "$id" -q
	wait_for 60 all_delivered
}

@test "a store put back gets back what its neighbours hold, both ways, and gives no number twice" {
	cd "$BATS_TEST_TMPDIR"
	head -c 300000 /dev/urandom >big.bin
	echo "Nội dung" >small.txt
	make_lab
	start_lab
	wait_for 60 linked
	work 101
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	cp -a "$LAB/thads/data/store" copy
	start_lab thads
	wait_for 60 linked
	work 201
	seen >before.txt
	[ "$(jq -s '.[0] | length' before.txt)" = 6 ]
	[ "$(share)" = 1 ]
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	rm -r "$LAB/thads/data/store"
	cp -a copy "$LAB/thads/data/store"
	start_lab thads
	wait_for 60 said_behind
	wait_for 120 is_settled
	wait_for 60 all_delivered
	wait_for 60 same_as before.txt
	[ "$(share)" = 1 ]
	v thads target recount --json | jq -e '.data.differences | length == 0'
	# every content is whole
	while read -r id; do v thads verify "$id" -q; done <ids
	# the next number is the next: nothing was lost that nobody knew of, or it is void
	id=$(send_from btp small.txt thads 301-CV/ĐU)
	wait_for 60 v thads accept "$id" -q
	last=$(jq -s '[.[2][].line] | max' before.txt)
	now=$(v thads register in --json | jq --arg id "$id" '.data[] | select(.id == $id) | .number')
	((now > last))
}

@test "an emptied store gets back all that its neighbours hold" {
	cd "$BATS_TEST_TMPDIR"
	head -c 300000 /dev/urandom >big.bin
	echo "Nội dung" >small.txt
	make_lab
	start_lab
	wait_for 60 linked
	work 101
	seen >before.txt
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	rm -r "$LAB/thads/data"
	start_lab thads
	wait_for 60 said_behind
	wait_for 120 is_settled
	wait_for 60 all_delivered
	wait_for 60 same_as before.txt
	while read -r id; do v thads verify "$id" -q; done <ids
}


has_alarm() { v "$1" status --json | jq -e --arg code "$2" '.data.alarms | index($code)' >/dev/null; }
found_out() { has_alarm btp VT-2037 && { has_alarm thads VT-2036 || has_alarm twin VT-2036; }; }

# The copy has started as often as the first one: neither can know it by itself.
@test "a machine that was copied and runs beside the first is found out, and takes nothing new" {
	cd "$BATS_TEST_TMPDIR"
	make_lab
	start_lab
	wait_for 60 linked
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	cp -a "$LAB/thads" "$LAB/twin"
	sed -i '/^listen:/s/127.0.0.1/127.0.0.2/' "$LAB/twin/vanthud.yaml"
	start_lab thads
	wait_for 60 linked
	"$ROOT/build/vanthud" -c "$LAB/twin/vanthud.yaml" >"$LAB/twin/vanthud.log" 2>&1 3>&- &
	local twin=$! who=thads
	wait_for 120 found_out || { kill $twin; false; }
	has_alarm thads VT-2036 || who=twin
	run v $who send "$ROOT/etc/demo-tree.yaml" --to btp --type CV --number 1-CV/CB --subject "thử"
	kill $twin
	wait $twin || true
	[ "$status" -ne 0 ]
	[[ "$output" == *VT-2036* ]]
}

stays_away() { # ID: as both say
	v thads recover status --json | jq -e --arg id "$1" '[.data.recovery.neighbours[] | select(.state == "away") | .committee] == [$id]' >/dev/null
}

@test "recover status says who holds it up, and what came; the neighbour's says what it gave" {
	cd "$BATS_TEST_TMPDIR"
	head -c 300000 /dev/urandom >big.bin
	echo "Nội dung" >small.txt
	make_lab
	start_lab
	wait_for 60 linked
	v thads recover status --json | jq -e '.data.recovery == null and .data.giving == []'
	work 101
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	"$VANTHU" lab stop "$LAB" cb-tochuc -q >/dev/null
	rm -r "$LAB/thads/data"
	start_lab thads
	wait_for 60 said_behind
	wait_for 60 stays_away cb-tochuc
	wait_for 60 eval 'v thads recover status --json | jq -e "[.data.recovery.neighbours[] | select(.state == \"given\") | .committee] | length == 2"'
	v thads recover status --json >away.json
	# which nobody waits for any more has no day since when
	jq -e '.data.recovery | .stage == "neighbours" and .came >= 5 and .returned >= 3 and .gone == 0 and
		all(.neighbours[]; (.holds_up_since == null) == (.state == "given"))' away.json
	v thads status --json | jq -e '.data.recovery.stage == "neighbours"'
	run v thads status
	[[ $output == *"Getting back"*"2 of 3 neighbours"* ]]
	run v thads recover status
	[[ $output == *"cb-tochuc"*"stays away"* ]]
	[[ $output == *"vanthu recover resume"* ]]
	v btp recover status --json | jq -e '[.data.giving[] | select(.committee == "thads" and .state == "given" and .published >= 4)] | length == 1'
	start_lab cb-tochuc
	wait_for 120 is_settled
	v thads recover status --json | jq -e '.data.recovery | .stage == null and .ended_at != null and (.neighbours | length) == 0'
	[ "$(v thads status | grep -c "Getting back")" = 0 ]
}


let_go() { ! v "$1" resend "$2" --to thads -n -q; }

@test "what a neighbour knows and nobody has whole is listed by name" {
	cd "$BATS_TEST_TMPDIR"
	head -c 300000 /dev/urandom >big.bin
	echo "Nội dung" >small.txt
	make_lab
	printf 'relay:\n  retention: 1s\n' >>"$LAB/btp/vanthud.yaml"
	start_lab
	wait_for 60 linked
	id=$(send_from vanphong big.bin thads 7-CV/ĐUVP)
	kept=$(send_from btp small.txt thads 8-CV/ĐU)
	wait_for 60 delivered vanphong "$id"
	wait_for 60 delivered btp "$kept"
	# the relay lets the content go
	wait_for 60 let_go btp "$id"
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	rm -r "$LAB/thads/data"
	start_lab thads
	wait_for 60 said_behind
	wait_for 120 is_settled
	v thads show "$kept" -q
	v thads recover list --json >list.json
	jq -e --arg id "$id" '.data.documents | length == 1 and .[0].id == $id and .[0].number == "7-CV/ĐUVP" and .[0].from == "vanphong" and
		.[0].role == "for-us" and .[0].told_by == "btp"' list.json
	v thads recover status --json | jq -e '.data.recovery | .gone == 1 and .listed == 1'
	run v thads recover list
	[[ $output == *"7-CV/ĐUVP"*"vanphong"*"for us"* ]]
	run v thads recover status
	[[ $output == *"vanthu recover list"* ]]
	run v btp recover list
	[[ $output == *"No neighbour knows"* ]]
}

listen_at() { # PORT: the new link key has a port of its own
	sed -i "s#^listen: .*#listen: tcp://127.0.0.1:$1#" "$LAB/thads/vanthud.yaml"
}

@test "a machine that burned with its keys: new ones by the registry, and what its neighbours hold comes back" {
	cd "$BATS_TEST_TMPDIR"
	head -c 300000 /dev/urandom >big.bin
	echo "Nội dung" >small.txt
	make_lab
	start_lab
	wait_for 60 linked
	work 101
	seen >before.txt
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	rm -r "$LAB"/thads/data "$LAB"/thads/{sign,link}.key
	"$VANTHU" init new --id thads -q --listen "tcp://127.0.0.1:$((PORT + 20))" --endpoint "tcp://127.0.0.1:$((PORT + 20))" >/dev/null
	v btp key rotate new/thads.request --overlap 0 --registry "$LAB/registry" -q >/dev/null
	cp new/{sign,link}.key "$LAB/thads/"
	listen_at $((PORT + 20))
	start_lab thads
	wait_for 60 said_behind
	wait_for 120 is_settled
	wait_for 60 all_delivered
	wait_for 60 same_as before.txt
	while read -r id; do v thads verify "$id" -q; done <ids
	id=$(send_from thads small.txt superior 301-CV/ĐUTHA)
	wait_for 60 delivered thads "$id"
}
