# The feed of changes on real daemons: from any number on, over restarts and kills, by every socket, kept as long as is configured.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; printf 'Nội dung\n' >a.txt; }
teardown() { load common; end_lab; }

send() { local who=$1; shift; v "$who" send a.txt --type CV --number auto --subject "Trích yếu" -q "$@" >/dev/null; }
changes() { local who=$1; shift; v "$who" changes "$@" --json; }
kinds() { changes "$@" | jq -r '.data.changes[].kind'; }
# Follows like a program that was written for it: remembers `next`, and asks on, also after a fault. Writes what it has read to FILE.
follow() { # WHO FILE CONDITION…
	local answer next
	next=$(cat "$2.next" 2>/dev/null || echo 0)
	if answer=$(changes "$1" --since "$next" --limit 7 2>/dev/null); then
		jq -c '.data.changes[]' <<<"$answer" >>"$2"
		jq .data.next <<<"$answer" >"$2.next"
	fi
	"${@:3}" "$2"
}
has() { # COUNT KIND FILE
	[ "$(jq -c --arg kind "$2" 'select(.kind == $kind)' "$3" | wc -l)" -ge "$1" ]
}

@test "what is sent, received, accepted and finished is told at both ends, in order" {
	make_lab
	start_lab
	send btp --to thads --wait delivered --timeout 120
	v thads accept 01-CV/ĐU -q
	v thads assign 01-CV/ĐU --to "Lê Thị B" -q
	v thads start 01-CV/ĐU -q
	v thads finish 01-CV/ĐU -q
	[ "$(kinds thads --kind arrived,accepted,assigned,started,finished | paste -sd' ')" = "arrived accepted assigned started finished" ]
	wait_for 20 has_status 06
	changes btp --kind sent,receipt,delivered | jq -e '[.data.changes[].kind] == ["sent", "receipt", "delivered"]'
	changes btp --kind sent | jq -e '.data.changes[0] | .document.number == "01-CV/ĐU" and .from == "btp" and .direction == "out" and .document.to == ["thads"]'
	changes btp --kind status | jq -e '[.data.changes[] | .committee + .code] == ["thads03", "thads04", "thads05", "thads06"]'
	changes thads --kind numbered | jq -e '.data.changes[0].line | .book == "in" and .number == 1'
	# Numbers ascend, each once; what `show` calls the document is what the change names.
	changes btp | jq -e '[.data.changes[].number] as $n | ($n | unique) == $n and .data.first == 1 and .data.last == $n[-1] and .data.next == $n[-1]'
	[ "$(changes btp --kind sent | jq -r '.data.changes[0].id')" = "$(v btp show 01-CV/ĐU --json | jq -r .data.id)" ]
}
has_status() { changes btp --kind status | jq -e --arg code "$1" 'any(.data.changes[]; .code == $code)'; }

@test "who waits is answered by what comes; --follow writes a line an answer" {
	make_lab
	start_lab
	changes btp --since now --wait 5m --kind sent >waited &
	local waiting=$!
	v btp changes --since now --follow --kind sent --json >followed &
	local following=$!
	# Whether both wait already nobody tells: documents are sent until both have been answered.
	wait_for 60 sent_and_answered
	wait $waiting
	kill $following
	wait $following || true
	jq -e '.data.changes[0].kind == "sent"' waited
}
sent_and_answered() { send btp --to thads; jq -se 'any(.[]; .data.changes | length > 0)' followed && [ -s waited ]; }

@test "a follower loses and doubles nothing while the daemon is killed again and again" {
	local n sender
	make_lab
	start_lab
	(
		for n in $(seq 1 30); do
			until v btp send a.txt --to thads --type CV --number "$n-CV/ĐU" --subject "Số $n" --id "01890a5d-ac96-774b-bcce-b30209900$((100 + n))" -q; do
				"$VANTHU" lab start "$LAB" btp -q
			done >/dev/null 2>&1
			((n % 6 != 0)) || { kill9 btp; start_lab btp; }
		done
	) >/dev/null 2>&1 3>&- &
	sender=$!
	wait_for 120 follow btp read has 30 sent
	wait $sender
	# Each number once, ascending; each document once.
	jq -s -e '[.[].number] as $n | ($n | sort | unique) == $n and $n[0] == 1 and $n[-1] == ($n | length)' read
	[ "$(jq -r 'select(.kind == "sent") | .id' read | sort | uniq -c | awk '$1 != 1' | wc -l)" = 0 ]
	[ "$(jq -r 'select(.kind == "sent") | .document.number' read | sort -u | wc -l)" = 30 ]
	wait_for 120 follow btp read has 30 receipt
	[ "$(jq -r 'select(.kind == "receipt") | .id' read | sort -u | wc -l)" = 30 ]
}

@test "who is too late is told so, with where to go on; a reload takes another bound" {
	local first feed
	make_lab
	start_lab
	send btp --to thads --wait delivered --timeout 120
	send btp --to thads --wait delivered --timeout 120
	feed=$(changes btp --limit 1 | jq -r .data.feed)
	printf 'feed:\n  count: 1\n' >>"$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 60 is_swept
	run -6 v btp changes --since 0 --json
	first=$(jq .data.first <<<"$output")
	jq -e --arg feed "$feed" '.error.code == "VT-2093" and .data.missed and .data.changes == [] and .data.next == .data.first - 1 and .data.feed == $feed' <<<"$output"
	changes btp --since $((first - 1)) | jq -e --argjson first "$first" '.data.changes[0].number == $first'
	changes btp | jq -e --argjson first "$first" '.data.changes[0].number == $first'
	run -6 v btp changes --since 999999
	[[ $output == *VT-2094* ]]
	run -6 v btp changes --since "$first" --feed 00000000000000000000000000000000
	[[ $output == *VT-2094* ]]
	v btp changes --since "$first" --feed "$feed" -q >/dev/null
}
is_swept() { [ "$(changes btp --limit 1 | jq .data.first)" -gt 1 ]; }

@test "a store that is put back to an older copy has another feed once a neighbour shows it" {
	local feed
	make_lab
	start_lab
	send btp --to thads --wait delivered --timeout 120
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	cp -r "$LAB/thads/data" older
	start_lab thads
	send btp --to thads --wait delivered --timeout 120
	feed=$(changes thads | jq -r .data.feed)
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	rm -r "$LAB/thads/data"
	mv older "$LAB/thads/data"
	start_lab thads
	wait_for 60 has_other_feed "$feed"
	changes thads --kind store | jq -e 'any(.data.changes[]; .reason == "VT-2034")'
	run -6 v thads changes --since 1 --feed "$feed"
}
has_other_feed() { [ "$(changes thads --limit 1 | jq -r .data.feed)" != "$1" ]; }

@test "a secret entry on paper is told to who may read its book, and to nobody else" {
	make_lab "" 'secret_group: nogroup'
	start_lab
	v btp paper add in --type CV --number 7-CV/TU --date 2026-11-02 --secrecy mat -q >/dev/null
	changes btp --kind paper,numbered | jq -e '[.data.changes[].kind] == ["numbered", "paper"] and .data.changes[0].line.book == "secret-in"'
}
