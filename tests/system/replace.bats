# Updates and replacements on real daemons: who has the older one gets the newer and is asked, and both
# ends say the same of both.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
		  - {id: vp, name: Chi bộ Văn phòng, symbol: CB, superior: cuc, seal: false}
	END
	make_lab tree.yaml
	start_lab
	export LAB
	echo "nội dung" >vb.txt
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

# Of WHO, with further options of send.
send() { v "$1" send vb.txt --type KH --number "$2" --subject "Văn bản $2" -q "${@:3}" --wait delivered --timeout 60; }
sheet() { v "$1" show "$2" --json; }
# By which newer ones: "replace 2-KH/ĐU 13"; the answer is that of the own office.
newer() { sheet "$1" "$2" | jq -r '[.data.concerned_by[]|"\(.business) \(.number) \(.answer // "-")"]|join("; ")'; }
has_newer() { [ "$(newer "$1" "$2")" = "$3" ]; }
work() { sheet "$1" "$2" | jq -r '.data.work|"\(.code) \(.recall // "-") \(.asks // "-")"'; }
stands() { [ "$(work "$1" "$2")" = "$3" ]; }
# What the issuer knows of the answer of one recipient to a newer one.
answer() { sheet "$1" "$2" | jq -r --arg r "$3" '.data.receipts[]|select(.committee==$r)|"\(.request // "-") \(.request_note // "-")"'; }
answered() { [ "$(answer "$1" "$2" "$3")" = "$4" ]; }

@test "a replacement goes to all who have the older one, and asks each of them" {
	send bo 1-KH/ĐU --to subtree >/dev/null
	v cuc accept 1-KH/ĐU -q >/dev/null
	send bo 2-KH/ĐU --replace 1-KH/ĐU --json | jq -e '.data.recipients == ["cuc","vp"] and .data.business == "replace" and (.data.concerns|length) == 36'
	wait_for 60 has_newer cuc 1-KH/ĐU "replace 2-KH/ĐU 13"
	has_newer bo 1-KH/ĐU "replace 2-KH/ĐU -"
	sheet cuc 2-KH/ĐU | jq -e '.data.business == "replace" and .data.concerns.number == "1-KH/ĐU"'
	stands cuc 1-KH/ĐU "03 13 replace"
	answered bo 2-KH/ĐU cuc "13 -"
	[[ $(COLUMNS=300 v cuc inbox --lang en) == *"(replaces 1-KH/ĐU)"* ]]
	[[ $(v cuc show 1-KH/ĐU --lang en 2>&1) == *"asks to replace it. Agree: vanthu recall agree 1-KH/ĐU"* ]]
	[[ $(COLUMNS=300 v cuc show 1-KH/ĐU --lang vi) == *"bị thay thế bởi 2-KH/ĐU"* ]]
}

@test "agreed: the older one is finished or returned, and no work on it begins; the registers say it" {
	local act
	v cuc recall agree 1-KH/ĐU --note "đã thay" --json | jq -e '.data[0].recall == "15"'
	v cuc recall agree 1-KH/ĐU --note "đã thay" --json | jq -e '.data[0].repeated'
	for act in "assign --to A" start; do
		# shellcheck disable=SC2086
		run v cuc $act 1-KH/ĐU --json
		[ "$status" = 6 ]
		[[ $output == *VT-2054* ]]
	done
	v cuc finish 1-KH/ĐU -q >/dev/null
	wait_for 60 answered bo 2-KH/ĐU cuc "15 đã thay"
	sheet cuc 1-KH/ĐU | jq -e '.data.work.replaced_by == .data.concerned_by[0].id'
	sheet bo 1-KH/ĐU | jq -e '[.data.receipts[]|.recall] == [null, null]'
	v bo register out --json | jq -e '[.data[].additions[]|"\(.code // "-") \(.office // "-") \(.business) \(.newer)"] == ["- - replace 2-KH/ĐU","15 cuc replace 2-KH/ĐU"]'
	v bo register out --json | jq -e '[.data[]|select(.symbol=="2-KH/ĐU")|"\(.business) \(.concerns)"] == ["replace 1-KH/ĐU"]'
	v cuc register in --json | jq -e '[.data[].additions[]|"\(.code) \(.business) \(.newer)"] == ["15 replace 2-KH/ĐU"]'
	[[ $(COLUMNS=300 v bo register out --lang vi) == *"bị thay thế bởi 2-KH/ĐU"* ]]
}

@test "declined, by the id of the newer one; the older stays as it was" {
	run v vp recall decline 2-KH/ĐU
	[ "$status" = 2 ]
	v vp recall decline 2-KH/ĐU --reason "đang làm" --json | jq -e '.data[0].recall == "16"'
	wait_for 60 answered bo 2-KH/ĐU vp "16 đang làm"
	v vp accept 1-KH/ĐU -q >/dev/null
	stands vp 1-KH/ĐU "03 16 replace"
	[ "$(v vp register in --json | jq '[.data[].additions[]]|length')" = 0 ] # it was not in the book yet
	[[ $(COLUMNS=400 v bo register out --lang vi 2>/dev/null) == *"không đồng ý thay thế: 2-KH/ĐU – Chi bộ Văn phòng – đang làm"* ]]
	run v vp recall agree 2-KH/ĐU --json # answered already
	[ "$status" = 6 ]
	[[ $output == *VT-2052* ]]
}

@test "what is replaced already, another's, unknown or asked back is not replaced" {
	run v bo send vb.txt --replace 1-KH/ĐU --type KH --number 3-KH/ĐU --subject x --json
	[ "$status" = 6 ]
	[[ $output == *VT-2054* && $output == *2-KH/ĐU* ]]
	run v cuc send vb.txt --update 1-KH/ĐU --type KH --number 3-KH/ĐU --subject x --json
	[ "$status" = 5 ]
	[[ $output == *VT-2051* ]]
	run v bo send vb.txt --update 99-KH/ĐU --type KH --number 3-KH/ĐU --subject x --json
	[ "$status" = 4 ]
	[[ $output == *VT-2053* ]]
	run v bo send vb.txt --update 1-KH/ĐU --replace 2-KH/ĐU --type KH --number 3-KH/ĐU --subject x
	[ "$status" = 2 ]
	send bo 4-KH/ĐU --to cuc >/dev/null
	v bo recall ask 4-KH/ĐU --reason "nhầm" -q >/dev/null
	run v bo send vb.txt --replace 4-KH/ĐU --type KH --number 5-KH/ĐU --subject x --json
	[ "$status" = 6 ]
	[[ $output == *VT-2050* ]]
	v bo outbox --json | jq -e '[.data[].number] | (index("3-KH/ĐU") // index("5-KH/ĐU")) == null'
}

@test "a replacement of a replacement, an update, and the thread of them all" {
	send bo 6-KH/ĐU --replace 2-KH/ĐU >/dev/null
	send bo 7-KH/ĐU --update 6-KH/ĐU --to cuc >/dev/null 2>err.txt # not to vp, which has the older
	grep -q VT-1031 err.txt
	wait_for 60 has_newer cuc 6-KH/ĐU "update 7-KH/ĐU 13"
	v cuc recall agree 6-KH/ĐU -q >/dev/null
	wait_for 60 answered bo 7-KH/ĐU cuc "15 -"
	v cuc accept 6-KH/ĐU -q >/dev/null # updated, it is worked on as before
	v cuc show 1-KH/ĐU --thread --json | jq -e '[.data[]|"\(.depth) \(.relation) \(.number)"] == ["0 begins 1-KH/ĐU","1 replaces 2-KH/ĐU","2 replaces 6-KH/ĐU","3 updates 7-KH/ĐU"]'
	v bo show 7-KH/ĐU --thread --json | jq -e '.data|length == 4'
}

@test "who never had the older one sees which it is, and is asked nothing" {
	send bo 8-KH/ĐU --to cuc >/dev/null
	send bo 9-KH/ĐU --replace 8-KH/ĐU --to cuc,vp >/dev/null
	sheet vp 9-KH/ĐU | jq -e '.data.concerns.from == "bo" and .data.concerns.number == null and .data.business == "replace"'
	run v vp recall agree 9-KH/ĐU --json
	[ "$status" = 6 ]
	[[ $output == *VT-2052* ]]
	v vp accept 9-KH/ĐU -q >/dev/null
	answered bo 9-KH/ĐU vp "13 -"
}

@test "another type than that of what it replaces is warned of, and refused with --strict" {
	send bo 10-KH/ĐU --to cuc >/dev/null
	run v bo send vb.txt --replace 10-KH/ĐU --type TB --number 1-TB/ĐU --subject x --strict --json
	[ "$status" = 5 ]
	[[ $output == *VT-1030* ]]
	v bo send vb.txt --update 10-KH/ĐU --type CV --number 1-CV/ĐU --subject "đính chính" --strict -q >/dev/null
}

@test "an ask, an answer and the newer document survive kills" {
	send bo 11-KH/ĐU --to vp >/dev/null
	v bo send vb.txt --replace 11-KH/ĐU --type KH --number 12-KH/ĐU --subject "thay" -q >/dev/null
	kill_daemon bo
	start_lab
	wait_for 60 has_newer vp 11-KH/ĐU "replace 12-KH/ĐU 13"
	v vp recall agree 12-KH/ĐU -q >/dev/null
	kill_daemon vp
	start_lab
	wait_for 60 answered bo 12-KH/ĐU vp "15 -"
	run v vp accept 11-KH/ĐU --json
	[ "$status" = 6 ]
	[[ $output == *VT-2054* ]]
	[ "$(v vp inbox --json | jq '[.data[]|select(.number=="11-KH/ĐU")]|length')" = 1 ]
	v vp show 11-KH/ĐU --json | jq -e '.data.section == "done"'
}
