# A clerk's list: what is late, new and in hand; pages; what a search finds; names and numbers where ids were.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	make_lab
	start_lab
	export LAB
	printf 'Nội dung\n' >ke-hoach-so.txt
	fill >/dev/null
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	export COLUMNS=80
}
teardown() { keep_logs; }

# btp sends to thads: 1 is late, 2 and 3 are new, 4 is in hand, 5 is finished with an answer, 6 returned.
fill() {
	local n due
	for n in 1 2 3 4 5 6; do
		due=()
		[ $n != 1 ] || due=(--date 01/11/2025 --due 02/11/2025)
		v btp send ke-hoach-so.txt --to thads --type CV --number $n-CV/ĐU --subject "Việc số $n" "${due[@]}" --wait delivered --timeout 120 -q
	done
	for n in 4 5; do v thads accept $n-CV/ĐU -q; done
	v thads assign 4-CV/ĐU --to "Nguyễn Thị Hoà" --with "Tổ Công nghệ" -q
	v thads send ke-hoach-so.txt --to btp --type BC --number 7-BC/THADS --subject "Trả lời việc số 5" --reply-to 5-CV/ĐU --wait delivered --timeout 120 -q
	v thads finish 5-CV/ĐU --answer 7-BC/THADS -q
	v thads return 6-CV/ĐU --reason "gửi nhầm" -q
	v thads paper add in --type CV --number 88-CV/TU --subject "Mời họp chuyển đổi số" --from "Tỉnh ủy Hòa Bình" --date 03/11/2025 -q
}

numbers() { grep -oE '\b[0-9]+-(CV|BC)/[A-ZĐ]+' <<<"$output" | tr '\n' ' '; }

@test "what is late stands first, then what is new, then what is in hand, each the newest first" {
	run --separate-stderr v thads inbox
	[ "$(numbers)" = "1-CV/ĐU 3-CV/ĐU 2-CV/ĐU 4-CV/ĐU " ]
	[ "$(grep -E '^[A-Z][a-z ]+ \([0-9]+\)$' <<<"$output" | tr '\n' ' ')" = "Overdue (1) New (2) In hand (1) " ]
	[[ "$stderr" == *"2 handled: vanthu inbox --all"* ]]
	run --separate-stderr v thads inbox --all
	[ "$(numbers)" = "1-CV/ĐU 3-CV/ĐU 2-CV/ĐU 4-CV/ĐU 6-CV/ĐU 5-CV/ĐU " ]
	[[ "$output" == *"Handled (2)"*returned*finished* ]]
	[[ "$stderr" != *handled* ]]
	[[ "$(LANGUAGE=vi v thads inbox 2>/dev/null)" == *"Quá hạn (1)"*"Mới đến (2)"*"Đang xử lý (1)"* ]]
}

@test "programs get everything that came, the newest first, with the section of each" {
	[ "$(v thads inbox --json | jq -c '[.data[] | [.number, .section]]')" = '[["6-CV/ĐU","done"],["5-CV/ĐU","done"],["4-CV/ĐU","work"],["3-CV/ĐU","new"],["2-CV/ĐU","new"],["1-CV/ĐU","overdue"]]' ]
	[ "$(v thads inbox --plain | wc -l)" = 6 ]
	[ "$(v thads inbox --plain | cut -f3 | head -1)" = 6-CV/ĐU ]
	[ "$(v thads inbox --limit 2 --json | jq -c '[.data[].number]')" = '["6-CV/ĐU","5-CV/ĐU"]' ]
	[ "$(v thads inbox --limit 2 --page 2 --json | jq -c '[.data[].number]')" = '["4-CV/ĐU","3-CV/ĐU"]' ]
	[ "$(v thads inbox --new --limit 1 --json | jq -c '[.data[].number]')" = '["3-CV/ĐU"]' ]
	v thads inbox --number 4-CV/ĐU --json | jq -e '.data[0] | .from_name == "Đảng ủy Bộ Tư pháp" and .deadline == null and .to_names == ["Đảng bộ Cục Quản lý Thi hành án dân sự"]'
}

@test "only what is late, new, or somebody's" {
	run v thads inbox --overdue
	[ "$(numbers)" = "1-CV/ĐU " ]
	run v thads inbox --new --overdue
	[ "$(numbers)" = "1-CV/ĐU 3-CV/ĐU 2-CV/ĐU " ]
	for name in "nguyen thi hoa" "Nguyễn Thị Hòa" "to cong nghe"; do
		run v thads inbox --person "$name"
		[ "$(numbers)" = "4-CV/ĐU " ]
	done
	VANTHU_PERSON="Nguyễn Thị Hoà" run v thads inbox --mine
	[ "$(numbers)" = "4-CV/ĐU " ]
	VANTHU_PERSON=ai run -0 v thads inbox --mine
	[ "$(numbers)" = "" ]
	[[ "$output" == *"Nothing to show."* ]]
	run -2 v thads inbox --person " "
	[[ "$output" == *"give a name"* ]]
}

@test "a page at a time, and where the next one is" {
	run --separate-stderr v thads inbox --limit 3
	[ "$(numbers)" = "1-CV/ĐU 3-CV/ĐU 2-CV/ĐU " ]
	[[ "$output" == *"New (2)"* ]]
	[[ "$stderr" == *"1 to 3 of 4. The next: vanthu inbox --page 2"* ]]
	run --separate-stderr v thads inbox --limit 3 --page 2
	[ "$(numbers)" = "4-CV/ĐU " ]
	[[ "$stderr" != *"The next"* ]]
	run v thads inbox --limit 3 --page 3
	[[ "$output" == *"There are not so many pages."* ]]
	run -2 v thads inbox --page 0
	# words are matched here, so they are counted here
	run --separate-stderr v thads inbox viec --limit 1 --page 2
	[ "$(numbers)" = "3-CV/ĐU " ]
	[[ "$stderr" == *"2 to 2 of 4"*"Handled ones are not shown"* ]]
}

@test "a page fits the terminal" {
	local n
	# more than a screen of 12 lines has room for
	script -qec "stty rows 16 cols 80; $VANTHU -c $LAB/thads inbox --all" /dev/null </dev/null >out
	n=$(tr -d '\r' <out | wc -l)
	[ "$n" -le 16 ]
	grep -q "The next: vanthu inbox --page 2" out
}

@test "an answer is shown by the number that it answers, and what it was answered with" {
	[[ "$(v btp inbox | tr -s ' \n' ' ')" == *"(answers 5-CV/ĐU)"* ]]
	[[ "$(COLUMNS=120 LANGUAGE=vi v btp inbox | tr -s ' \n' ' ')" == *"(trả lời 5-CV/ĐU)"* ]]
	[[ "$(v thads outbox | tr -s ' \n' ' ')" == *"(answers 5-CV/ĐU)"* ]]
	v btp show 7-BC/THADS | grep -q "^Answers *5-CV/ĐU – Việc số 5$"
	v thads show 5-CV/ĐU | grep -q "^Answered by *7-BC/THADS – Trả lời việc số 5$"
	v btp show 7-BC/THADS --json | jq -e '.data.answers | .number == "5-CV/ĐU" and .from == "btp" and (.id | length == 36)'
	v thads inbox --number 5-CV/ĐU --json | jq -e '.data[0].answered_by.number == "7-BC/THADS"'
	v thads show 4-CV/ĐU --json | jq -e '.data | .answers == null and .answered_by == null'
}

@test "several that are looked at only take the numbers that they would be given" {
	v thads accept 2-CV/ĐU 3-CV/ĐU -n --json | jq -e '.data | map(.number) == ["2-CV/ĐU", "3-CV/ĐU"] and .[1].arrival == .[0].arrival + 1'
	[[ "$(v thads accept 2-CV/ĐU -n 2>/dev/null)" == *"Number"*"2-CV/ĐU"* ]]
	[ "$(v thads accept 2-CV/ĐU 3-CV/ĐU -n --plain 2>/dev/null | cut -f10 | tr '\n' ' ')" = "2-CV/ĐU 3-CV/ĐU " ]
}

@test "find: words in any order and place, spelt in any way, on paper and in names of files too" {
	local words
	for words in "so chuyen hop" "CHUYỂN SỐ" "tinh uy hoà bình" "88-cv/tu mời" "088-CV/TU"; do
		[ "$(v thads find $words --json | jq -c '[.data[] | [.kind, .number]]')" = '[["paper","88-CV/TU"]]' ]
	done
	[ "$(v thads find "viec 5" --json | jq -c '[.data[] | [.kind, .number]]')" = '[["out","7-BC/THADS"],["in","5-CV/ĐU"]]' ]
	[ "$(v thads find ke-hoach-so.txt --json | jq '.data | length')" = 7 ]
	[ "$(v thads find bo tu phap --json | jq '.data | length')" = 7 ]
	# its own name is in all of them, and says nothing
	[ "$(v thads find "Thi hành án dân sự" --json | jq -c .data)" = "[]" ]
	[ "$(v thads find thads --json | jq -c '[.data[].number]')" = '["7-BC/THADS"]' ]
	[ "$(v btp find "thi hanh an" --json | jq '.data | length')" = 7 ]
	[ "$(v thads find "báo cáo" --json | jq -r '.data[].number')" = 7-BC/THADS ]
	[ "$(v thads find "nguyen hoa" --json | jq -r '.data[].number')" = 4-CV/ĐU ]
	[ "$(v thads find khong co gi --json | jq -c .data)" = "[]" ]
	[ "$(v thads find --from "Đảng ủy Bộ Tư pháp" --json | jq '.data | length')" = 6 ]
	[ "$(v thads find --since 01/01/2026 mời --json | jq -c .data)" = "[]" ]
	# the newest first, whatever it is on
	[ "$(v thads find --json | jq -r '.data[-1].number')" = 88-CV/TU ]
	[[ "$(LANGUAGE=vi v thads find moi hop)" == *"← đến"*88-CV/TU*"bản giấy"* ]]
	run --separate-stderr v thads find --limit 2
	[ "$(numbers)" = "7-BC/THADS 5-CV/ĐU 6-CV/ĐU " ] # the second is what the first answers
	[[ "$stderr" == *"The newest 2, and there are more"* ]]
	run --separate-stderr v thads find việc --limit 2
	[[ "$stderr" == *"The newest 2 of 7"* ]]
}

@test "names of committees stand where a clerk reads, ids where programs do" {
	local screen
	export COLUMNS=200
	for screen in "inbox" "show 3-CV/ĐU" "find 3-CV/ĐU"; do
		[[ "$(v thads $screen | tr -s ' \n' ' ')" == *"Đảng ủy Bộ Tư pháp"* ]]
	done
	for screen in outbox "show 3-CV/ĐU" "trace 3-CV/ĐU"; do
		[[ "$(v btp $screen | tr -s ' \n' ' ')" == *"Đảng bộ Cục Quản lý Thi hành án dân"* ]]
	done
	[ "$(v btp outbox --number 3-CV/ĐU --plain | cut -f2)" = thads ]
	v btp trace 3-CV/ĐU --json | jq -e '.data.recipients[0] | .committee == "thads" and .name == "Đảng bộ Cục Quản lý Thi hành án dân sự"'
}

@test "a document that somebody asks back wants an answer; all handled is said" {
	run --separate-stderr v cb-tochuc inbox
	[[ "$stderr" == *"Nothing to show."* ]]
	v btp send ke-hoach-so.txt --to vanphong --type CV --number 20-CV/ĐU --subject "Một việc" --wait delivered --timeout 120 -q
	v vanphong accept 20-CV/ĐU -q
	v vanphong finish 20-CV/ĐU -q
	run --separate-stderr v vanphong inbox
	[[ "$stderr" == *"Nothing to do: all is handled."* ]]
	[[ "$stderr" == *"1 handled"* ]]
	# Some of it is no work to do: that says nothing of the rest.
	v btp send ke-hoach-so.txt --to vanphong --type CV --number 21-CV/ĐU --subject "Việc khác" --wait delivered --timeout 120 -q
	for some in --overdue "--from btp --number 20-CV/ĐU"; do
		run --separate-stderr v vanphong inbox $some
		[[ "$stderr" == *"Nothing to show."* && "$stderr" == *"1 handled"* ]]
	done
}
