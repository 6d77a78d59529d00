# The spool folder's out/ with a real daemon: what programs of others write is sent once, whatever is killed when.

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
	OUT="$LAB/tren/spool/out"
	# The stand-in finds the catalogue where an installed program does.
	[ -e "$ROOT/build/tests/locale" ] || ln -sfn ../locale "$ROOT/build/tests/locale"
}
teardown() {
	load common
	end_spool
	end_lab
}

# The spool of one committee, as the gateway runs it.
start_spool() {
	"$ROOT/build/tests/spool_run" "$VANTHU" "$LAB/tren/vanthud.yaml" >>spool.log 2>&1 3>&- &
	SPOOL=$!
	wait_for 20 test -d "$LAB/tren/spool/in/receipts"
}
end_spool() { # SIGNAL
	[ -n "${SPOOL:-}" ] || return 0
	kill -"${1:-TERM}" "$SPOOL" 2>/dev/null || true
	wait "$SPOOL" 2>/dev/null || true
	SPOOL=
}
order() { # NAME: with a file of its own
	echo "content of $1" >"$OUT/$1.txt"
	printf 'to: duoi\ntype: CV\nnumber: auto\nsubject: "Đơn %s"\nfiles: [%s.txt]\n' "$1" "$1" >"$OUT/.$1"
	mv "$OUT/.$1" "$OUT/$1.yaml"
}

@test "an order is sent, answered beside it and moved away, and arrives" {
	start_spool
	order mot
	touch "$OUT/mot.ready"
	wait_for 20 test -e "$OUT/mot.accepted.json"
	ID=$(jq -r .data.id "$OUT/mot.accepted.json")
	[ "$(jq -r .data.number "$OUT/mot.accepted.json")" = 01-CV/ĐU ]
	[ "$(jq -r '.data.files[0].sha256' "$OUT/mot.accepted.json")" = "$(sha256sum <<<"content of mot" | cut -d' ' -f1)" ]
	wait_for 20 test -e "$OUT/done/mot/mot.yaml" -a -e "$OUT/done/mot/mot.txt" -a -e "$OUT/done/mot/mot.ready"
	wait_for 20 v duoi show "$ID"
	[ "$(v duoi show "$ID" --json | jq -r .data.subject)" = "Đơn mot" ]
	# Stable at two looks is enough, too.
	order hai
	wait_for 20 test -e "$OUT/hai.accepted.json"
	# Once more the same: the same document.
	order hai
	wait_for 20 test -e "$OUT/done/hai-2/hai.yaml"
	[ "$(jq -r .data.repetition "$OUT/hai.accepted.json")" = true ]
	[ "$(v tren outbox --json | jq '.data | length')" = 2 ]
}

@test "an order under the id of a document that came is refused as one under a used id" {
	local id
	echo x >x.txt
	id=$(v duoi send x.txt --to tren --type CV --number 01-CV/CB --subject "Đến" --wait delivered --timeout 60 --json | jq -r .data.id)
	start_spool
	order muon
	wait_for 20 test -e "$OUT/muon.accepted.json"
	echo y >"$OUT/trung.txt"
	printf 'to: duoi\ntype: CV\nnumber: auto\nsubject: "Trùng mã"\nid: %s\nfiles: [trung.txt]\n' "$id" >"$OUT/.trung"
	mv "$OUT/.trung" "$OUT/trung.yaml"
	wait_for 30 test -e "$OUT/trung.refused.json"
	[ "$(jq -r .error.code "$OUT/trung.refused.json")" = VT-2002 ]
	[ "$(v tren outbox --json | jq '.data | length')" = 1 ]
}

@test "what is wrong is refused in both languages, with what mends it" {
	start_spool
	echo x >"$OUT/a.txt"
	printf 'to: khong-co\ntype: CV\nsubject: x\nfiles: [a.txt]\n' >"$OUT/who.yaml"
	printf 'to: duoi\ntyp: CV\nsubject: x\nfiles: [a.txt]\n' >"$OUT/key.yaml"
	printf 'to: duoi\ntype: CV\nsubject: x\nfiles: [../../sign.key]\n' >"$OUT/path.yaml"
	wait_for 20 test -e "$OUT/who.refused.json" -a -e "$OUT/key.refused.json" -a -e "$OUT/path.refused.json"
	[ "$(jq -r .error.code "$OUT/who.refused.json")" = VT-2005 ]
	[ "$(jq -r .error.message "$OUT/who.refused.json")" = "không có trong danh bạ: khong-co" ]
	[ "$(jq -r .error.message_en "$OUT/who.refused.json")" = "not in the directory: khong-co" ]
	[ "$(jq -r '.error | "\(.code) \(.line) \(.field)"' "$OUT/key.refused.json")" = "VT-6041 2 typ" ]
	[ "$(jq -r '.error | "\(.code) \(.line)"' "$OUT/path.refused.json")" = "VT-6042 4" ]
	# What the spool itself refuses, too, whatever language its process speaks.
	[[ "$(jq -r .error.message_en "$OUT/key.refused.json")" = "no such key: typ;"* ]]
	[[ "$(jq -r .error.message "$OUT/key.refused.json")" = "không có mục này: typ;"* ]]
	[ "$(jq -r .error.fix "$OUT/path.refused.json")" != "$(jq -r .error.fix_en "$OUT/path.refused.json")" ]
	[ "$(v tren outbox --json | jq '.data | length')" = 0 ]
}

@test "while no daemon runs an order waits, and goes when one does" {
	stop_lab
	start_spool
	order mot
	wait_for 20 test -e "$OUT/mot.waiting.json"
	[ "$(jq -r .error.code "$OUT/mot.waiting.json")" = VT-5001 ]
	[ -e "$OUT/mot.yaml" ]
	start_lab
	wait_for 60 test -e "$OUT/mot.accepted.json"
	wait_for 20 test ! -e "$OUT/mot.yaml"
	[ ! -e "$OUT/mot.waiting.json" ]
}

@test "an order takes every option of send but --wait and --edxml" {
	start_spool
	echo x >"$OUT/a.txt"
	# Without values, as a form that was left empty: each key is known, and what is wanted is missing.
	{
		"$VANTHU" help send | grep -oE '^  --[a-z-]+' | tr -d ' ' | sed 's/^--//; /^wait$/d; /^edxml$/d; s/$/:/'
		echo 'files: [a.txt]'
	} >"$OUT/all.yaml"
	[ "$(wc -l <"$OUT/all.yaml")" -ge 24 ]
	wait_for 20 test -e "$OUT/all.refused.json"
	[ "$(jq -r .error.code "$OUT/all.refused.json")" = VT-1001 ]
	printf 'wait: delivered\nfiles: [a.txt]\n' >"$OUT/wait.yaml"
	wait_for 20 test -e "$OUT/wait.refused.json"
	[ "$(jq -r .error.code "$OUT/wait.refused.json")" = VT-6041 ]
}

@test "what stands still is listed, and tried again when it is mended" {
	start_spool
	mkdir -p "$OUT/case-7"
	echo x >"$OUT/case-7/a.txt"
	printf 'to: duoi\ntype: CV\nnumber: 7-CV/ĐU\nsubject: x\nsigner: "Không ai"\nfiles: [case-7/a.txt]\n' >"$OUT/bad.yaml"
	sed -i 's/to: duoi/to: khong-co/' "$OUT/bad.yaml"
	touch "$OUT/bad.ready"
	printf 'to: duoi\ntype: CV\nsubject: x\nfiles: [comes-later.txt]\n' >"$OUT/later.yaml"
	wait_for 20 test -e "$OUT/bad.refused.json" -a -e "$OUT/later.waiting.json"
	wait_for 20 test -e "$OUT/refused/bad/case-7/a.txt"
	v tren spool status --json >said
	[ "$(jq -r '.data | "\(.refused) \(.waiting) \(.stuck)"' said)" = "1 1 0" ]
	[ "$(jq -r '.data.items[] | select(.state == "refused") | "\(.name) \(.code)"' said)" = "bad VT-2005" ]
	[ "$(jq -r '.data.items[] | select(.state == "waiting") | "\(.name) \(.code)"' said)" = "later VT-6043" ]
	[ "$(jq -r '.data.active_at' said)" != null ]
	v tren spool status | grep -q 'bad'
	run -4 v tren spool retry none
	# In the way: nothing is moved.
	echo other >"$OUT/case-7/a.txt"
	run -6 v tren spool retry bad
	[ -e "$OUT/refused/bad/bad.yaml" ]
	rm "$OUT/case-7/a.txt"
	sed -i 's/khong-co/duoi/' "$OUT/refused/bad/bad.yaml"
	[ "$(v tren spool retry bad --json -n | jq -r .data.state)" = again ]
	[ -e "$OUT/refused/bad/bad.yaml" ]
	v tren spool retry --all -q
	wait_for 20 test -e "$OUT/bad.accepted.json"
	[ ! -e "$OUT/refused/bad" ]
	[ ! -e "$OUT/bad.refused.json" ]
	wait_for 20 test -e "$OUT/done/bad/case-7/a.txt"
	wait_for 20 eval '[ "$(v tren spool status --json | jq .data.refused)" = 0 ]'
	[ "$(v tren outbox --json | jq '.data | length')" = 1 ]
}

accepted() { local all=("$OUT"/*.accepted.json); [ -e "${all[0]}" ] && echo ${#all[@]} || echo 0; }
all_moved() { ! ls "$OUT" | grep -v 'accepted.json$' | grep -qvE '^(done|refused)$'; }
at_least() { (($(accepted) >= $1)); }

@test "spool and daemon are killed at random: fifty orders, each sent once" {
	local n want round=0
	RANDOM=7
	mkdir -p "$OUT"
	for n in $(seq -w 50); do
		order "$n"
		((10#$n % 2)) || touch "$OUT/$n.ready"
	done
	while (($(accepted) < 50 && round++ < 200)); do
		start_spool
		want=$(($(accepted) + 1 + RANDOM % 9))
		wait_for 60 at_least $((want < 50 ? want : 50))
		end_spool KILL
		if ((RANDOM % 4 == 0)); then
			kill_daemon tren
			start_lab
		fi
	done
	start_spool
	wait_for 60 all_moved
	[ "$(accepted)" = 50 ]
	v tren outbox --json >sent
	[ "$(jq '.data | length' sent)" = 50 ]
	[ "$(jq -r '.data[].subject' sent | sort -u | wc -l)" = 50 ]
	[ "$(jq -r '.data[].id' sent | sort)" = "$(cat "$OUT"/*.accepted.json | jq -r .data.id | sort)" ]
	[ "$(ls "$OUT"/done | wc -l)" = 50 ]
}

# Files of orders that were moved half when all state was lost may stay; an order does not.
no_order() { ! ls "$OUT" | grep -q 'yaml$'; }

@test "the spool is killed at random and what it keeps is deleted in between: each order goes once" {
	local n want round=0
	RANDOM=23
	mkdir -p "$OUT"
	for n in $(seq -w 30); do
		order "$n"
		((10#$n % 2)) || touch "$OUT/$n.ready"
	done
	while (($(accepted) < 30 && round++ < 200)); do
		start_spool
		want=$(($(accepted) + 1 + RANDOM % 5))
		wait_for 60 at_least $((want < 30 ? want : 30))
		end_spool KILL
		((RANDOM % 2)) || rm -rf "$LAB/tren/gateway/spool"
		if ((RANDOM % 5 == 0)); then
			kill_daemon tren
			start_lab
		fi
	done
	rm -rf "$LAB/tren/gateway/spool"
	start_spool
	wait_for 60 no_order
	v tren outbox --json >sent
	[ "$(jq '.data | length' sent)" = 30 ]
	[ "$(jq -r '.data[].subject' sent | sort -u | wc -l)" = 30 ]
	[ "$(jq -r '.data[].id' sent | sort)" = "$(cat "$OUT"/*.accepted.json | jq -r .data.id | sort)" ]
	# Another gateway, which knows nothing, and the same orders again.
	end_spool
	rm -rf "$LAB/tren/gateway/spool" "$OUT"/*.accepted.json "$OUT"/*.txt "$OUT"/*.ready
	for n in 01 02 03; do order "$n"; done
	start_spool
	wait_for 60 at_least 3
	[ "$(jq -r '.data.warnings[].code' "$OUT/02.accepted.json")" = VT-6095 ]
	[ "$(v tren outbox --json | jq '.data | length')" = 30 ]
}
