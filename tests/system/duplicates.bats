# A document that comes in twice, on paper or digital, on real daemons: warned of, never refused but with --strict.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐUB, term: {name: "2025-2030", from: 2025-07-01}}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐUC, superior: bo}
		  - {id: vu, name: Đảng bộ Vụ, symbol: ĐUC, superior: bo}
	END
	make_lab tree.yaml
	start_lab
	export LAB
	echo "nội dung" >vb.txt
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

# FROM NUMBER DATE [OPTION…]: its id.
send() { v "$1" send vb.txt --type "${KIND:-$(cut -d- -f2 <<<"${2%/*}")}" --number "$2" --date "$3" --subject "Văn bản $2" --wait delivered --timeout 60 --json "${@:4}" 2>/dev/null | jq -r .data.id; }
paper() { v cuc paper add in --type "$1" --number "$2" --date "$3" --from "$4" --subject "Văn bản $2" --json "${@:5}"; }
warned() { jq -e '.data | .warnings == ["VT-1011"]' "$1"; }

@test "two ids of one issuer: the second is warned of, in the list and when it is accepted" {
	local one two
	one=$(send bo 05-KH/ĐUB 2026-01-05 --to cuc)
	v cuc accept "$one" --json | jq -e '.data[0] | has("warnings") | not'
	two=$(send bo "5 -KH/ĐUB" 2026-02-01 --to cuc)
	v cuc inbox --json | jq -e --arg o "$one" --arg t "$two" '.data[] | select(.id == $t) | .same_number == {id: $o, number: "05-KH/ĐUB", date: "2026-01-05", paper: false, count: 1}'
	v cuc show "$two" --json | jq -e --arg o "$one" '.data.same_number.id == $o'
	v cuc show "$two" --lang vi | grep -F "05-KH/ĐUB, 05/01/2026, $one"
	v cuc inbox --lang vi | grep -F "trùng số"
	v cuc accept "$two" --json >out.json 2>err.txt
	jq -e --arg o "$one" '.data[0] | .warnings == ["VT-1011"] and .same_number.id == $o and .code == "03"' out.json
	grep -F "VT-1011" err.txt
	grep -F "$one" err.txt
	# Asked again, it is answered the same, and nothing is entered twice.
	v cuc accept "$two" --json 2>/dev/null | jq -e '.data[0] | .repeated and .warnings == ["VT-1011"]'
}

@test "another issuer, term or type is none; QĐ is two types" {
	local id other
	v cuc accept "$(KIND="Quyết định" send bo 6-QĐ/ĐUB 2026-01-05 --to cuc)" -q
	for other in "$(KIND="Quy định" send bo 6-QĐ/ĐUB 2026-01-06 --to cuc)" "$(KIND="Quyết định" send bo 6-QĐ/ĐUB 2025-06-30 --to cuc)" "$(KIND="Quyết định" send vu 6-QĐ/ĐUB 2026-01-05 --to cuc)"; do
		v cuc accept "$other" --json | jq -e '.data[0] | has("warnings") | not'
	done
	id=$(KIND="quyết định" send bo 06-qđ/ĐUB 2026-03-01 --to cuc)
	v cuc accept "$id" --json 2>/dev/null | jq -e '.data[0].same_number.count == 1'
}

@test "what was returned is no reason to warn of what comes in its place" {
	local one two
	one=$(send bo 7-KH/ĐUB 2026-01-05 --to cuc)
	v cuc accept "$one" -q
	v cuc return "$one" --reason "Thiếu phụ lục" -q
	two=$(send bo 7-KH/ĐUB 2026-01-06 --to cuc)
	v cuc accept "$two" --json | jq -e '.data[0] | has("warnings") | not'
	# Taken after all, it is the second one.
	v cuc accept "$one" --json 2>/dev/null | jq -e --arg t "$two" '.data[0].same_number.id == $t'
}

@test "paper after digital, by id, name or symbol of the issuer" {
	local one n=0
	one=$(send bo 8-KH/ĐUB 2026-01-05 --to cuc)
	paper KH 8-KH/ĐUB 2026-01-07 "Đảng uỷ Bộ" -n >out.json # nothing is in the register yet
	jq -e '.data.warnings == []' out.json
	v cuc accept "$one" -q
	for from in bo "Đảng uỷ  bộ" ĐUB; do
		n=$((n + 1))
		paper KH 08-kh/ĐUB 2026-01-07 "$from" -n >out.json 2>err.txt
		warned out.json
		jq -e --arg o "$one" '.data.same_number | .id == $o and (.paper | not)' out.json
	done
	paper KH 8-KH/ĐUB 2026-01-07 "Đảng bộ Vụ" -n | jq -e '.data.warnings == []'
	paper BC 8-KH/ĐUB 2026-01-07 bo -n 2>/dev/null | jq -e '.data.warnings | index("VT-1011") == null'
	paper KH 8-KH/ĐUB 2025-06-01 bo -n | jq -e '.data.warnings == []'
	run paper KH 8-KH/ĐUB 2026-01-07 bo --strict
	[ "$status" = 6 ]
	jq -e '.error.code == "VT-1011"' <<<"$output"
	v cuc paper list --json | jq -e '[.data[]|select(.number == "8-KH/ĐUB")] == []'
	paper KH 8-KH/ĐUB 2026-01-07 bo 2>err.txt | jq -e '.data.number == "8-KH/ĐUB"'
	grep -F "$one" err.txt
}

@test "digital after paper, until the entry is corrected or cancelled" {
	local paper one
	paper=$(paper KH 9-KH/ĐUB 2026-01-07 "Đảng ủy Bộ" | jq -r .data.id)
	one=$(send bo 9-KH/ĐUB 2026-01-05 --to cuc)
	v cuc show "$one" --json | jq -e --arg p "$paper" '.data.same_number | .id == $p and .paper and .date == "2026-01-07"'
	v cuc show "$one" --lang vi | grep -F "bản giấy"
	v cuc paper change "$paper" --number 90-KH/ĐUB --reason "Ghi nhầm" -q
	v cuc show "$one" --json | jq -e '.data.same_number == null'
	v cuc paper change "$paper" --number 9-KH/ĐUB --reason "Đúng ra là 9" --json 2>/dev/null >out.json
	v cuc accept "$one" --json 2>/dev/null | jq -e '.data[0].warnings == ["VT-1011"]'
	v cuc paper cancel "$paper" --reason "Trùng bản điện tử" -q
	v cuc show "$one" --json | jq -e '.data.same_number == null'
}

@test "paper after paper" {
	paper KH 10-KH/ĐUB 2026-01-07 "Đảng ủy Bộ" -q
	paper KH 10-KH/ĐUB 2026-01-09 "Đảng uỷ Bộ" -n >out.json 2>/dev/null
	warned out.json
	jq -e '.data.same_number.paper and .data.alike.date == "2026-01-07"' out.json
	paper KH 10-KH/ĐUB 2026-01-09 "Đảng bộ Vụ" -n 2>/dev/null | jq -e '.data.warnings == []'
}

@test "an id that repeats" {
	local id=0192f0c0-0000-7000-8000-00000000d0d0
	send bo 11-KH/ĐUB 2026-01-05 --to cuc --id $id >/dev/null
	# From another issuer it is another document; here it is told of.
	send vu 12-KH/ĐUC 2026-01-05 --to cuc --id $id >/dev/null
	v cuc accept 12-KH/ĐUC --json >out.json 2>err.txt
	jq -e '.data[0].warnings == ["VT-1049"]' out.json
	grep -F "VT-1049" err.txt
	# Nothing is sent from here under an id that came here, nor under one of our own again.
	run -6 --separate-stderr v cuc send vb.txt --to bo --type BC --number 1-BC/ĐUC --subject x --id $id -n --json
	jq -e '.error.code == "VT-2002"' <<<"$output"
	run v bo send vb.txt --to cuc --type BC --number 77-BC/ĐUB --subject x --id $id --json
	jq -e '.error.code == "VT-2002"' <<<"$output"
}

@test "many at once: each warning says of which it is" {
	local one two
	one=$(send bo 13-KH/ĐUB 2026-01-05 --to cuc)
	two=$(send bo 13-KH/ĐUB 2026-01-06 --to cuc)
	v cuc accept --all-valid --json >out.json 2>err.txt
	jq -e --arg o "$one" --arg t "$two" '.data | map(select(.id == $o or .id == $t)) | (.[0] | has("warnings") | not) and .[1].same_number.id == $o' out.json
	grep -F "$two: VT-1011" err.txt
}

@test "an id of a document that came is no id for one of ours, sent or on paper, nor one that passed" {
	local came passed own command
	came=$(send bo 61-CV/ĐUB 2026-01-05 --to cuc)
	passed=$(send cuc 61-CV/ĐUC 2026-01-05 --to vu)
	conflict() { # WHO WORDS…
		run -6 --separate-stderr v "$@" --json
		jq -e '.error.code == "VT-2002"' <<<"$output"
	}
	for command in "send vb.txt --to bo --type CV --number auto --subject x" "paper add in --type CV --number 62-CV/X --subject x"; do
		conflict cuc $command --id "$came"
		conflict cuc $command --id "$came" --dry-run
	done
	conflict bo paper add in --type CV --number 62-CV/X --subject x --id "$passed"
	conflict bo send vb.txt --to vu --type CV --number auto --subject x --id "$passed"
	[ "$(v cuc outbox --json | jq --arg id "$came" '[.data[] | select(.id == $id)] | length')" = 0 ]
	v cuc show "$came" --json | jq -e '.data.from == "bo"'
	# The same once more of one's own is the same, and others may use that id: both are there.
	own=$(send cuc 63-CV/ĐUC 2026-01-05 --to bo)
	[ "$(send cuc 63-CV/ĐUC 2026-01-05 --to bo --id "$own")" = "$own" ]
	conflict cuc send vb.txt --to bo --type CV --number 64-CV/ĐUC --subject other --id "$own"
}
