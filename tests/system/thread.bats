# The thread of a matter on real daemons: answers tied to what they answer, finished with it, and shown from any end.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
	END
	make_lab tree.yaml
	start_lab
	export LAB
	echo "nội dung" >vb.txt
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

send() { v "$1" send vb.txt --type "$(cut -d- -f2 <<<"${2%/*}")" --number "$2" --subject "Văn bản $2" --wait delivered --timeout 60 --json "${@:3}"; }
id() { v "$1" show "$2" --json | jq -r .data.id; }
# Depth, relation, number and whether it was asked about, a line each.
thread() { v "$1" show "$2" --thread --json | jq -r '.data[]|"\(.depth) \(.relation) \(.number // "-") \(.asked)"'; }
has_thread() { [ "$(thread "$1" "$2")" = "$3" ]; }

@test "an answer goes to who issued what it answers, and finishes it" {
	send bo 1-KH/ĐU --to cuc >/dev/null
	run v cuc send vb.txt --reply-to 1-KH/ĐU --finish --type BC --number 1-BC/ĐU --subject "Báo cáo" --json
	[ "$status" = 6 ]
	jq -e '.error.code == "VT-2018"' <<<"$output"
	v cuc find 1-BC/ĐU --json | jq -e '.data == []' # nothing was sent
	v cuc send vb.txt --reply-to 1-KH/ĐU --type BC --number 1-BC/ĐU --subject "Báo cáo" -n --json | jq -e '.data.warnings == ["VT-1033"]'
	v cuc accept 1-KH/ĐU -q >/dev/null
	send cuc 1-BC/ĐU --reply-to 1-KH/ĐU --finish -n | jq -e '.data | .would_finish and (.finished | not)' # a dry run says what would be
	run v cuc send vb.txt --to bo --reply-to 1-KH/ĐU --finish --type BC --number 1-BC/ĐU --subject "Báo cáo" -n
	[[ $output == *"would be finished"* ]]
	send cuc 1-BC/ĐU --reply-to 1-KH/ĐU --finish >out.json
	jq -e --arg id "$(id cuc 1-KH/ĐU)" '.data | .finished and .reply_to == $id and .recipients == ["bo"] and .warnings == []' out.json
	v cuc show 1-KH/ĐU --json | jq -e --arg a "$(id cuc 1-BC/ĐU)" '.data.work | .code == "06" and .answer == $a'
}

@test "repeated under the same id, nothing happens twice" {
	local again=0192f0c0-0000-7000-8000-00000000abcd
	send bo 2-KH/ĐU --to cuc >/dev/null
	v cuc accept 2-KH/ĐU -q >/dev/null
	for _ in 1 2; do
		v cuc send vb.txt --reply-to 2-KH/ĐU --finish --type BC --number 2-BC/ĐU --subject "Báo cáo" --id $again --date 2026-01-01 --json >out.json
		jq -e .data.finished out.json
	done
	jq -e .data.repeated out.json
	v cuc show 2-KH/ĐU --json | jq -e '[.data.statuses[].code] == ["03","06"]'
	# It goes on after all: what was its answer answers it no more.
	v cuc start 2-KH/ĐU -q >/dev/null
	v cuc show 2-KH/ĐU --json | jq -e '.data.work | .code == "05" and .answer == null and .finished_at == null'
	v cuc register followup --json | jq -e '[.data[]|select(.symbol == "2-KH/ĐU" or .number == 2)|.answer_symbol // ""] | all(. == "" or . == null)'
}

@test "one that is not here is refused, and so is what is wrong" {
	run v cuc send vb.txt --reply-to 99-KH/ĐU --type BC --number 9-BC/ĐU --subject x --json
	[ "$status" = 4 ]
	jq -e '.error.code == "VT-2055"' <<<"$output"
	run v cuc send vb.txt --to bo --finish --type BC --number 9-BC/ĐU --subject x
	[ "$status" = 2 ]
	run v bo send vb.txt --reply-to 1-KH/ĐU --type BC --number 9-BC/ĐU --subject x --json # its own: to whom?
	jq -e '.error.code == "VT-2004"' <<<"$output"
	run v cuc send vb.txt --to bo --competence "ĐẢNG ỦY" --type BC --number 9-BC/ĐU --subject x
	[ "$status" = 2 ]
	run v cuc show 99-KH/ĐU --thread
	[ "$status" = 4 ]
}

@test "the thread is the same from each of its documents, at both ends" {
	local want
	send bo 3-KH/ĐU --to cuc >/dev/null
	v cuc accept 3-KH/ĐU -q >/dev/null
	send cuc 3-BC/ĐU --reply-to 3-KH/ĐU --no-finish >/dev/null
	send bo 4-CV/ĐU --reply-to 3-BC/ĐU >/dev/null
	send cuc 5-CV/ĐU --reply-to 4-CV/ĐU >/dev/null
	send cuc 6-BC/ĐU --reply-to "$(id cuc 3-KH/ĐU | tail -c 9)" --finish >/dev/null
	send cuc 7-BC/ĐU --to bo >/dev/null
	want=$(printf '%s\n' "0 begins 3-KH/ĐU false" "1 answers 3-BC/ĐU false" "2 answers 4-CV/ĐU true" "3 answers 5-CV/ĐU false" "1 answers 6-BC/ĐU false")
	wait_for 60 has_thread bo 4-CV/ĐU "$want"
	wait_for 60 has_thread cuc 4-CV/ĐU "$want"
	for one in 3-KH/ĐU 3-BC/ĐU 5-CV/ĐU 6-BC/ĐU; do
		[ "$(thread cuc $one | cut -d' ' -f1-3)" = "$(cut -d' ' -f1-3 <<<"$want")" ]
	done
	[ "$(thread cuc 7-BC/ĐU)" = "0 begins 7-BC/ĐU true" ]
	v cuc show 4-CV/ĐU --thread --lang vi >tree.txt
	grep -F "└─── 4-CV/ĐU *" tree.txt
}

@test "an answer that only the status names is in the thread, from both of its ends" {
	send bo 8-KH/ĐU --to cuc >/dev/null
	v cuc accept 8-KH/ĐU -q >/dev/null
	send cuc 8-BC/ĐU --to bo >/dev/null
	v cuc finish 8-KH/ĐU --answer 8-BC/ĐU -q >/dev/null
	for who in cuc bo; do
		wait_for 60 has_thread $who 8-BC/ĐU "$(printf '%s\n' "0 begins 8-KH/ĐU false" "1 finishes 8-BC/ĐU true")"
	done
}

@test "in whose place it was signed is shown; K/T for a committee is warned of" {
	send cuc 9-BC/ĐU --to bo --competence "T/M ĐẢNG ỦY" --position "BÍ THƯ" --signer "Nguyễn Văn A" >/dev/null
	wait_for 60 v bo show 9-BC/ĐU --json >/dev/null
	v bo show 9-BC/ĐU --json | jq -e '.data | .signer.competence == "T/M ĐẢNG ỦY" and .signer_text == "T/M ĐẢNG ỦY, BÍ THƯ Nguyễn Văn A"'
	v cuc send vb.txt --to bo --type BC --number 10-BC/ĐU --subject x --competence "k/t Đảng uỷ" -n --json | jq -e '.data.warnings == ["VT-1034"]'
	run v cuc send vb.txt --to bo --type BC --number 10-BC/ĐU --subject x --competence "K/T ĐẢNG ỦY" --strict --json
	[ "$status" = 5 ]
}

@test "an answer on paper is in the thread, finishes by hand, and the register says who signed it" {
	local id
	send bo 20-KH/ĐU --to cuc >/dev/null
	v cuc paper add out 20-BC/ĐU "Báo cáo giấy" --to bo --reply-to 20-KH/ĐU --date 2026-02-03 -n --json 2>/dev/null | jq -e '.data.warnings | index("VT-1033") != null'
	v cuc accept 20-KH/ĐU -q >/dev/null
	run v cuc paper add out 20-BC/ĐU "Báo cáo giấy" --to bo --reply-to 98-KH/ĐU --json
	[ "$status" = 4 ]
	jq -e '.error.code == "VT-2055"' <<<"$output"
	run v cuc paper add out 20-BC/ĐU "Báo cáo giấy" --competence "ĐẢNG ỦY"
	[ "$status" = 2 ]
	v cuc paper add out 20-BC/ĐU "Báo cáo giấy" --to bo --reply-to 20-KH/ĐU --date 2026-02-03 --competence "T/M ĐẢNG ỦY" --position "BÍ THƯ" --signer "Trần Thị B" --lang vi 2>err.txt >out.txt
	grep -F "vanthu finish 20-KH/ĐU --answer 20-BC/ĐU" err.txt out.txt
	v cuc paper show 20-BC/ĐU --json | jq -e '.data[0] | .signer == {name: "Trần Thị B", position: "BÍ THƯ", competence: "T/M ĐẢNG ỦY"} and .answers.number == "20-KH/ĐU"'
	v cuc paper show 20-BC/ĐU --lang vi | grep -F "T/M ĐẢNG ỦY, BÍ THƯ Trần Thị B"
	for one in 20-KH/ĐU 20-BC/ĐU; do
		[ "$(thread cuc $one | cut -d' ' -f1-3)" = "$(printf '%s\n' "0 begins 20-KH/ĐU" "1 answers 20-BC/ĐU")" ]
	done
	COLUMNS=200 v cuc show 20-BC/ĐU --thread | grep "20-BC/ĐU.*Đảng bộ Cục"
	v cuc show 20-BC/ĐU --thread --json | jq -e '.data[1] | .paper and .asked and .here and (.incomplete | not)'
	v cuc finish 20-KH/ĐU --answer 20-BC/ĐU -q
	# the issuer knows it by the status alone
	wait_for 60 has_thread bo 20-KH/ĐU "$(printf '%s\n' "0 begins 20-KH/ĐU true" "1 finishes - false")"
	COLUMNS=200 v bo show 20-KH/ĐU --thread | grep "not here.*Đảng bộ Cục"
	v cuc show 20-KH/ĐU --json | jq -e '.data.answered_by.number == "20-BC/ĐU"'
	v cuc register followup --json | jq -e '[.data[]|select(.symbol == "20-KH/ĐU")|.answer] == ["20-BC/ĐU"]'
	v cuc register out --json | jq -e '.data[] | select(.symbol == "20-BC/ĐU") | .signer == "Trần Thị B" and .competence == "T/M ĐẢNG ỦY"'
	v cuc register out --format csv | grep -F "T/M ĐẢNG ỦY, BÍ THƯ Trần Thị B"
	v cuc register out --format html | grep -F "T/M ĐẢNG ỦY, BÍ THƯ Trần Thị B"
	# Cancelled, it answers nothing any more; the status still says it was finished with it.
	id=$(v cuc paper add out 21-BC/ĐU "Khác" --to bo --reply-to 20-KH/ĐU --date 2026-02-03 --json | jq -r .data.id)
	[ "$(thread cuc 20-KH/ĐU | wc -l)" = 3 ]
	v cuc paper cancel "$id" --reason "Nhầm" -q
	[ "$(thread cuc 20-KH/ĐU | wc -l)" = 2 ]
}

@test "what came on paper can answer one of ours" {
	send cuc 30-CV/ĐU --to bo >/dev/null
	v cuc paper add in 9-CV/BTC "Trả lời" --from "Ban Tổ chức" --reply-to 30-CV/ĐU --date 2026-02-03 -q
	[ "$(thread cuc 30-CV/ĐU | cut -d' ' -f1-3)" = "$(printf '%s\n' "0 begins 30-CV/ĐU" "1 answers 9-CV/BTC")" ]
	v cuc paper change 9-CV/BTC --subject "Trả lời công văn 30" --reason "Rõ hơn" -q
	[ "$(thread cuc 9-CV/BTC | wc -l)" = 2 ]
	v cuc show 30-CV/ĐU --thread --lang vi | grep -F "9-CV/BTC"
}

@test "in whose place a document was signed stands in the register, as it is signed" {
	v cuc register out --json | jq -e '.data[] | select(.symbol == "9-BC/ĐU") | .competence == "T/M ĐẢNG ỦY" and .position == "BÍ THƯ"'
	v cuc register out --format csv | grep -F "T/M ĐẢNG ỦY, BÍ THƯ Nguyễn Văn A"
}

@test "on a terminal it asks whether the work is finished, and goes by the answer" {
	local number answer
	for answer in n c; do
		number=4$([ $answer = n ] && echo 0 || echo 1)-KH/ĐU
		send bo "$number" --to cuc >/dev/null
		v cuc accept "$number" -q >/dev/null
		run script -qec "$(printf '%q ' "$VANTHU" -c "$LAB/cuc" send vb.txt --reply-to "$number" --type BC --number auto --subject "Báo cáo" --lang vi)" /dev/null <<<"$answer"
		[ "$status" = 0 ]
		grep -F "$number" <<<"$output"
		grep -F "[c/k]" <<<"$output"
	done
	v cuc show 40-KH/ĐU --json | jq -e '.data.work.code == "03" and .data.work.answer == null'
	v cuc show 41-KH/ĐU --json | jq -e '.data.work.code == "06" and .data.work.answer != null'
}
