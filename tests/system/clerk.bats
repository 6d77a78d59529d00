# What a clerk meets at the command line where things do not go as they should: unanswered requests, slips of the keyboard, long texts.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	make_lab
	start_lab
	export LAB
	printf 'Nội dung\n' >a.txt
	v btp send a.txt --to thads --type CV --number 14-CV/ĐU --subject "Trích yếu" --wait delivered --timeout 120 -q >/dev/null
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}
teardown() {
	[ ! -d "$LAB/btp" ] || kill -CONT "$(pid_of btp)"
	keep_logs
}

# COMMAND… is asked of a daemon that stands still, in text and in JSON; asked again under the ids that it printed, it has happened twice, not four times.
unanswered() {
	local id
	kill -STOP "$(pid_of btp)"
	run -8 v btp "$@" --timeout 0.5
	[[ "$(tr -s ' \n' ' ' <<<"$output")" =~ --id\ ([0-9a-f-]{36}) ]]
	ids=("${BASH_REMATCH[1]}")
	[[ "$(LANGUAGE=vi v btp "$@" --id "${ids[0]}" --timeout 0.5 2>&1 | tr -s ' \n' ' ')" == *"kèm --id ${ids[0]}"* ]]
	run -8 --separate-stderr v btp "$@" --timeout 0.5 --json
	ids+=("$(jq -r .error.id <<<"$output")")
	[[ "$(jq -r .error.fix <<<"$output")" == *"--id ${ids[1]}"* ]]
	run -8 v btp "$@" -n --timeout 0.5 --json
	jq -e '.error | has("id") | not' <<<"$output"
	kill -CONT "$(pid_of btp)"
	for id in "${ids[@]}"; do v btp "$@" --id "$id" --json | jq -e --arg id "$id" '.data.id == $id'; done # whichever of the two comes first
}

@test "what had no answer in time tells its id, and asked again under it happens once" {
	local ids
	unanswered send a.txt --to thads --type CV --number 15-CV/ĐU --subject "Một lần"
	[ "$(v btp outbox --number 15-CV/ĐU --json | jq '.data | length')" = 2 ]
	unanswered paper add out --type CV --number 16-CV/ĐU --subject "Một lần" --again
	[ "$(v btp paper list --json | jq '.data | length')" = 2 ]
}

# The longest that is legal, decomposed as some keyboards make it: ids of 32 characters, names of 200 bytes, symbols of 30, numbers of 60.
long_names() {
	/usr/bin/python3 -B - "$1" <<-'END'
		import sys, unicodedata
		def fill(text, size, form="NFD"):
		    out = ""
		    while len(unicodedata.normalize(form, out + text[len(out) % len(text)]).encode()) <= size:
		        out += text[len(out) % len(text)]
		    return unicodedata.normalize(form, out)
		name, symbol = fill("Chi bộ Vụ Pháp luật dân sự – kinh tế ", 200), fill("ĐUBTP", 30)
		with open(sys.argv[1], "w") as f:
		    f.write("committees:\n")
		    for i in range(3):
		        above = "" if i == 0 else ", superior: %s" % ("vu-phap-luat-dan-su-kinh-te-btp%d" % (i - 1))
		        f.write('  - {id: vu-phap-luat-dan-su-kinh-te-btp%d, name: "%s", symbol: "%s"%s}\n' % (i, name, symbol, above))
		print(fill("15671-CVĐU/VPTWĐỦ.", 60, "NFC"))
		print(fill("Về việc triển khai kế hoạch chuyển đổi số trong các tổ chức đảng ", 190))
	END
}

@test "no table is wider than 80 cells, whatever stands in it, and no time is folded" {
	local number subject top=vu-phap-luat-dan-su-kinh-te-btp0 middle=vu-phap-luat-dan-su-kinh-te-btp1 low=vu-phap-luat-dan-su-kinh-te-btp2 way language
	{ read -r number; read -r subject; } < <(long_names "$BATS_TEST_TMPDIR/tree.yaml")
	make_lab "$BATS_TEST_TMPDIR/tree.yaml"
	start_lab
	v $top send a.txt --to subtree --type CTr --number "$number" --subject "$subject" --urgency thuong-khan --due 30/12/2026 \
		--wait delivered --timeout 120 -q >/dev/null
	v $top send a.txt --to $middle,$low --type CTr --number "2${number#1}" --subject "${subject// /}" -q >/dev/null
	v $top paper add in --type CTr --number "$number" --subject "$subject" --from "$subject" -q >/dev/null
	v $top paper add out --type CTr --number "12-CTr/ĐUBTP-VPĐUBTPCP" --subject "$subject" -q >/dev/null
	v $top paper cancel "$number" --reason "$subject" >/dev/null
	export COLUMNS=80
	for language in en vi; do
		for way in "inbox" "outbox" "find" "show $number" "trace $number" "paper list" "target" "committee list" "committee show $low" "key list" \
			"link list" "link show $middle" "status" "queue show" "config show" "lab status $LAB"; do
			case $way in inbox) set -- -c "$LAB/$low" ;; lab*) set -- ;; *) set -- -c "$LAB/$top" ;; esac
			LANGUAGE=$language "$VANTHU" "$@" $way >"$BATS_TEST_TMPDIR/out" 2>&1
			/usr/bin/python3 -B - "$way" "$BATS_TEST_TMPDIR/out" <<-'END'
				import re, sys, unicodedata
				for line in open(sys.argv[2]).read().splitlines():
				    cells = sum(not unicodedata.combining(c) for c in line)
				    assert cells <= 80, "%s: %d cells: %s" % (sys.argv[1], cells, line)
				    assert not re.match(r"^ +[0-9]{2}:[0-9]{2}", line), "%s: a time alone: %s" % (sys.argv[1], line)
			END
		done
	done
	end_lab
}

@test "one document on paper spelt in two ways is entered once" {
	local number
	v btp paper add in --type BC --number "1-BC/CB" --from "Đảng ủy Khối" --subject "  Báo cáo " --date 02/11/2026 -q >/dev/null
	v btp paper list --json | jq -e '.data[] | select(.number == "1-BC/CB" and .subject == "Báo cáo" and .party == "Đảng ủy Khối")'
	for number in "1-BC/CB " "01-BC/CB" " 1 - bc/cb"; do
		run -6 v btp paper add in --type BC --number "$number" --from "ĐẢNG UỶ khối" --subject "Báo cáo" --date 02/11/2026
		[[ "$output" == *VT-2025* ]]
	done
	v btp paper add in --type BC --number "11-BC/CB" --from "Đảng ủy Khối" --subject "Báo cáo" --date 02/11/2026 -q >/dev/null
}

@test "paper is listed by its date, the newest first, in months of more entries than are sorted at once too" {
	local run dates
	run=$(v vanphong config show --json | jq -r '(.data[] | select(.key == "run") | .value)')
	/usr/bin/python3 -B "$ROOT/tests/helpers/local.py" "$ROOT/build/gen/py" "$run" paper-month 5000
	dates=$(v vanphong paper list --json | jq -r '.data[].date')
	[ "$(wc -l <<<"$dates")" = 5000 ]
	[ "$dates" = "$(sort -r <<<"$dates")" ]
	[ "$(v vanphong paper list --json | jq -r '.data[].id' | sort -u | wc -l)" = 5000 ]
	v vanphong paper list in --period 2024-03 --json | jq -e '.data | (length == 2500) and all(.[]; .direction == "in" and (.date | startswith("2024-03")))'
}

@test "a type without a symbol is entered by its name, with or without diacritics, and sent with such a number" {
	v btp paper add out --type "Giấy đi đường" --number 05/ĐU --subject "Đi công tác" --date 03/11/2026 -q >/dev/null
	v btp paper list --json | jq -e '.data[] | select(.number == "05/ĐU" and .type_name == "Giấy đi đường" and .type == "")'
	v btp send a.txt --to thads --type "thu cong" --number 06/ĐU --subject "Thư" --wait delivered -q >/dev/null
	v thads show 06/ĐU --json | jq -e '.data.type == "" and .data.type_name == "Thư công"'
}

@test "slips in a filter are told: a type is refused, a committee that nobody knows is named beside the empty list" {
	local type
	run -2 v btp outbox --type ZZ
	[[ "$output" == *"KH Kế hoạch"* ]]
	for type in CV "công văn" "Cong van"; do v btp outbox --type "$type" --json | jq -e '.data | length > 0 and all(.[]; .type == "CV")'; done
	v btp outbox --type QĐ --json | jq -e '.data == []'
	run -0 --separate-stderr v btp outbox --to thadss --json
	jq -e '.data == []' <<<"$output"
	[[ "$stderr" == *"thadss is not in the directory: did you mean thads ("* ]]
	LANGUAGE=vi v btp outbox --from khong-co 2>&1 | grep -q "khong-co không có trong danh bạ"
	# Known, with nothing to show.
	run -0 v btp outbox --to cb-tochuc
	[ "$output" = "Nothing to show." ]
	v btp outbox --state "Đã đến" --number 14-CV/ĐU --json | jq -e '.data | length == 1'
	run -2 v btp outbox --state "đã đi"
}

@test "a number is found in small letters, without its zero and with blanks" {
	local number
	for number in 14-cv/đu "014-CV/ĐU" "14 - CV/ĐU"; do
		[ "$(v btp show "$number" --json | jq -r .data.number)" = 14-CV/ĐU ]
		[ "$(v thads inbox --number "$number" --json | jq -r '.data[].number')" = 14-CV/ĐU ]
	done
	run -4 v btp show 14-CV/DU
}

@test "a name of several is told with what tells them apart, and how many more there are" {
	local i id
	for i in 1 2; do v btp send a.txt --to thads --type TB --number 20-TB/ĐU --subject "Lần $i" --date 0$i/11/2026 -q >/dev/null; done
	run v btp show 20-tb/đu
	[ "$status" -ne 0 ]
	[[ "$output" == *VT-1007* ]]
	[[ "$output" =~ [0-9a-f]{8}"  02/11/2026  btp  20-TB/ĐU" ]]
	[[ "$output" =~ [0-9a-f]{8}"  01/11/2026  btp  20-TB/ĐU" ]]
	[[ "$output" != *more* ]]
	id=$(v btp show 20-TB/ĐU --json | jq -r '.error.choices[1].id')
	[ "$(v btp show "$id" --json | jq -r .data.subject)" = "Lần 1" ]
	for i in {1..10}; do v btp paper add in --type CV --number 30-CV/X --from "Nơi $i" --subject "Thử" --date 04/11/2026 -q >/dev/null; done
	run v btp paper cancel 30-CV/X --reason thử
	[ "$(grep -c "04/11/2026  Nơi [0-9]*  30-CV/X" <<<"$output")" = 8 ]
	[[ "$output" == *"… and 2 more"* ]]
	v btp paper cancel 30-CV/X --reason thử --json | jq -e '.error | .choice_count == 10 and (.choices | length == 8) and all(.choices[]; .number == "30-CV/X")'
}

@test "what is not found is looked for in the right list, and an entry on paper is read whole" {
	local reason id
	reason=$(printf 'Nhập nhầm lần %s. ' {1..60})
	run -4 v btp paper cancel 99-CV/X --reason thử
	[[ "$output" == *"vanthu paper list"* ]]
	[[ "$output" != *inbox* ]]
	run -4 v btp paper show 99-CV/X
	[[ "$output" == *"vanthu paper list"* ]]
	run -4 "$VANTHU" lab start "$LAB" nosuch
	[[ "$output" == *"vanthu lab status"* ]]
	id=$(v btp paper add in --type CV --number 40-CV/X --from "Nơi gửi" --subject "Thử" --date 04/11/2026 --json | jq -r .data.id)
	v btp paper cancel 40-CV/X --reason "$reason" -q >/dev/null
	[[ "$(COLUMNS=80 v btp paper show 40-cv/x | tr -s ' \n' ' ')" == *"${reason% }"* ]]
	[ "$(v btp paper show "$id" --json | jq -r '.data[0].reason')" = "${reason% }" ]
	LANGUAGE=vi v btp paper show "$id" | grep -q "^Hủy lúc"
}

@test "programs read committees, not groups and no doubles, wherever a document's recipients stand" {
	local id all groups
	all='["cb-luutru","cb-nghiepvu","cb-tochuc","cb-tonghop","thads","vanphong"]'
	id=$(v btp send a.txt --to subtree,thads --type TB --number 50-TB/ĐU --subject "Toàn cây" --wait delivered --json | jq -r .data.id)
	[ "$(v btp outbox --number 50-TB/ĐU --json | jq -c '.data[0].to | sort')" = "$all" ]
	[ "$(v btp show "$id" --json | jq -c '.data.to | sort')" = "$all" ]
	[ "$(v cb-luutru inbox --number 50-TB/ĐU --json | jq -c '.data[0].to | sort')" = "$all" ]
	[ "$(v cb-luutru show "$id" --json | jq -c '.data.to | sort')" = "$all" ]
	LANGUAGE=vi v btp outbox --number 50-TB/ĐU | grep -q "toàn bộ cấp"
	id=$(v btp send a.txt --to thads,vanphong,thads --type TB --number 51-TB/ĐU --subject "Hai lần" --wait delivered --json | jq -r .data.id)
	[ "$(v btp outbox --number 51-TB/ĐU --json | jq -c '.data[0].to | sort')" = '["thads","vanphong"]' ]
	v thads show "$id" | grep -q "^To .*(thads), .*(vanphong)$"
	id=$(v thads send a.txt --to superior,btp --type TB --number 52-TB/TH --subject "Lên" --json | jq -r .data.id)
	[ "$(v thads outbox --json | jq -c --arg id "$id" '.data[] | select(.id == $id) | .to')" = '["btp"]' ]
}

on_a_terminal() { # ANSWER COMMAND…: what it printed, with its exit status
	local answer=$1
	shift
	run script -qec "$(printf '%q ' "$VANTHU" -c "$LAB/btp/vanthud.yaml" "$@")" /dev/null <<<"$answer"
}
sent() { v btp outbox --json | jq --arg n "$1" '[.data[] | select(.number == $n)] | length'; }

@test "a slip is told with its code, asked about on a terminal, refused by --strict, and a dry run says the same" {
	local each=(a.txt --to thads --subject x) codes
	: >empty.txt
	run --separate-stderr v btp send "${each[@]}" empty.txt --type CV --number 70-BC/XX --due 2020-01-01 --date 2099-01-01 --json -n
	codes=$(jq -c .data.warnings <<<"$output")
	[ "$codes" = '["VT-1012","VT-1008","VT-1010","VT-1013","VT-1015"]' ]
	[[ $stderr == *VT-1012* && $stderr == *VT-1008* && $stderr == *VT-1010* && $stderr == *VT-1013* && $stderr == *VT-1015* ]]
	run -5 v btp send "${each[@]}" empty.txt --type CV --number 70-BC/XX --strict
	[[ $output == *"Error VT-1012"* ]]
	run -5 v btp send "${each[@]}" --type CV --number 70-CV/ĐU --date 2099-01-01 --strict -n
	[[ $output == *"Error VT-1010"* ]]
	[ "$(sent 70-BC/XX)" = 0 ]
	cp a.txt 'số 12: về?.txt'
	cp a.txt con.txt
	run --separate-stderr v btp send 'số 12: về?.txt' con.txt --to thads --subject x --type CV --number 74-CV/ĐU --json -n
	[ "$(jq -c '.data.warnings - ["VT-1014"]' <<<"$output")" = '["VT-1025"]' ]
	[[ $stderr == *"VT-1025"*": số 12: về?.txt, con.txt"* ]]
	run -5 v btp send con.txt --to thads --subject x --type CV --number 74-CV/ĐU --strict
	[[ $output == *"Error VT-1025"* ]]
	on_a_terminal k send "${each[@]}" --type CV --number 70-BC/ĐU --lang vi
	[ "$status" = 1 ]
	[[ $output == *VT-1012*"Vẫn gửi? [c/k]"*"chưa gửi gì"* ]]
	on_a_terminal "" send "${each[@]}" --type CV --number 70-BC/ĐU
	[ "$status" = 1 ]
	[ "$(sent 70-BC/ĐU)" = 0 ]
	on_a_terminal y send "${each[@]}" --type CV --number 70-BC/ĐU
	[ "$status" = 0 ]
	[[ $output == *VT-1012*"Send it all the same?"*Accepted* ]]
	on_a_terminal k send "${each[@]}" --type CV --number 71-BC/ĐU -y
	[ "$status" = 0 ]
	[[ $output == *VT-1012*Accepted* && $output != *"Send it"* ]]
	run -0 v btp send "${each[@]}" --type CV --number 72-BC/ĐU # nobody to ask: it goes, and is told
	[[ $output == *VT-1012* ]]
	on_a_terminal k send "${each[@]}" --type CV --number auto # nothing to ask about
	[ "$status" = 0 ]
	[ "$(sent 70-BC/ĐU) $(sent 71-BC/ĐU) $(sent 72-BC/ĐU)" = "1 1 1" ]
}

@test "a slip on paper is told, asked about and refused likewise" {
	local each=(paper add out --subject x --date "$(date +%F)") codes
	codes=$(v btp "${each[@]}" --type CV --number 80-BC/XX -n --json 2>/dev/null | jq -c .data.warnings)
	[ "$codes" = '["VT-1012","VT-1008"]' ]
	# What comes in has the symbol of whoever wrote it.
	codes=$(v btp paper add in --subject x --type CV --number 80-BC/XX -n --json 2>/dev/null | jq -c .data.warnings)
	[ "$codes" = '["VT-1012"]' ]
	run -5 v btp "${each[@]}" --type CV --number 80-BC/ĐU --strict
	[[ $output == *"Error VT-1012"* ]]
	on_a_terminal k "${each[@]}" --type CV --number 80-BC/ĐU --lang vi
	[ "$status" = 1 ]
	[[ $output == *VT-1012*"Vẫn vào sổ? [c/k]"*"chưa vào sổ gì"* ]]
	run v btp paper show 80-BC/ĐU
	[ "$status" = 4 ]
	on_a_terminal c "${each[@]}" --type CV --number 80-BC/ĐU
	[ "$status" = 0 ]
	v btp paper cancel 80-BC/ĐU --reason "nhập nhầm" -q >/dev/null
}

@test "a number that is used already is told, refused by --strict, and counted; two at once are not both without a word" {
	local before n each=(a.txt --to thads --type TB --subject x)
	before=$(v btp target --json | jq .data.same_number)
	v btp send "${each[@]}" --number 01-TB/ĐU --json | jq -e '.data.warnings == []'
	run --separate-stderr v btp send "${each[@]}" --number "1 - tb/ðu" --json
	jq -e '.data.warnings == ["VT-1011"] and .data.same_number.count == 1' <<<"$output"
	run -6 v btp send "${each[@]}" --number 01-TB/ĐU --strict --json
	[ "$(jq -r .error.code <<<"${lines[0]}")" = VT-1011 ]
	[ "$(v btp target --json | jq .data.same_number)" = $((before + 2)) ]
	[[ "$(v btp target)" == *"$((before + 2)) of those sent share their number"* ]]
	for n in 1 2; do v btp send "${each[@]}" --number 02-TB/ĐU --json >"two.$n" 2>/dev/null & done
	wait
	[ "$(cat two.1 two.2 | jq -s '[.[].data.warnings[]] | length')" = 1 ]
	run --separate-stderr v btp paper add out --type TB --number 01-TB/ĐU --subject x --date "$(date +%F)" --json
	jq -e '.data.warnings == ["VT-1011"] and .data.same_number.count == 2' <<<"$output"
	[ "$(v btp target --json | jq .data.same_number)" = $((before + 5)) ]
	v btp paper cancel 01-TB/ĐU --reason "nhập nhầm" -q >/dev/null
	[ "$(v btp target --json | jq .data.same_number)" = $((before + 4)) ]
}

@test "committees go by their name, lists find members of groups, and counts say what is there" {
	local id=01a2215d-65de-4199-86c7-eeac8bff9def each
	v btp send a.txt "$ROOT/README.md" --to SUBTREE --id "{${id^^}}" --type CV --number 80-CV/ĐU --subject x --wait delivered --timeout 120 -q >/dev/null
	v btp send a.txt --to "dang bo cuc QUAN LY thi hanh an dan su" --type CV --number 81-CV/ĐU --subject x --json | jq -e '.data.recipients == ["thads"]'
	run -2 v btp send a.txt --to "Chi bộ không có" --type CV --number 82-CV/ĐU --subject x
	v btp outbox --to thads --json | jq -e '[.data[].number] | contains(["80-CV/ĐU", "81-CV/ĐU"])'
	v btp outbox --to cb-nghiepvu --json | jq -e '[.data[].number] | contains(["80-CV/ĐU"]) and (contains(["81-CV/ĐU"]) | not)'
	v btp outbox --to "chi bộ phòng nghiệp vụ" --number 80-CV/ĐU --json | jq -e --arg id $id '.data[0].id == $id and .data[0].recipient_count == (.data[0].to | length)'
	v btp outbox --to btp --json | jq -e '.data == []'
	v btp outbox --to THADS --json | jq -e '[.data[].number] | contains(["81-CV/ĐU"])'
	[ "$(v btp link show "ĐẢNG BỘ văn phòng bộ" --json | jq -r .data.committee)" = vanphong ]
	[ "$(v btp committee show CB-TOCHUC --json | jq -r .data.id)" = cb-tochuc ]
	v btp queue list Thads --json | jq -e '.data == []'
	for each in "outbox --to" "link show" "queue aside" "committee show"; do
		run -2 v btp $each "Văn phòng"
		[[ $output == *"VT-1003"*"did you mean vanphong"* ]]
	done
	v thads inbox --from "đảng ủy bộ tư pháp" --number 80-CV/ĐU --json | jq -e '.data[0] | .recipient_count == 6 and (.to | length) == 6 and .attachment_count == 2'
	v thads show $id --json | jq -e '.data | .recipient_count == 6 and (.to | length) == 6 and .attachment_count == (.attachments | length)'
	run -2 v btp send a.txt --to thads --id 00000000-0000-0000-0000-000000000000 --type CV --subject x
}

# The daemon stands still, so the file has been looked at and none of it read: no credit has come.
@test "a file that is written while it is sent is not sent, and nothing of it stays" {
	local sender code=0
	random_file big.bin 3000000
	wait_for 10 eval '[ -z "$(find "$LAB/btp/data/incoming" -name "submit.*")" ]'
	kill -STOP "$(pid_of btp)"
	"$VANTHU" -c "$LAB/btp/vanthud.yaml" send a.txt big.bin --to subordinates --type CV --number 90-CV/ĐU --subject x --timeout 60 >torn.out 2>&1 3>&- &
	sender=$!
	wait_for 20 eval "ls -l /proc/$sender/fd | grep -q big.bin && grep -q '^State:.S' /proc/$sender/status"
	printf 'X' | dd of=big.bin bs=1 seek=2000000 conv=notrunc status=none
	kill -CONT "$(pid_of btp)"
	wait "$sender" || code=$?
	[ "$code" = 6 ]
	grep -q 'VT-1016' torn.out
	[ "$(sent 90-CV/ĐU)" = 0 ]
	wait_for 10 eval '[ -z "$(find "$LAB/btp/data/incoming" -name "submit.*")" ]'
	v btp send a.txt big.bin --to thads --type CV --number 90-CV/ĐU --subject x --json | jq -e '.data.warnings - ["VT-1014"] == []' # when nobody writes
}
