# Figures up the tree on a lab of three levels: reports go up, sums at each level are those of their parts, and what has not come is told and never
# taken for zero.

setup() {
	load common
	make_lab
	cd "$BATS_TEST_TMPDIR" || return 1
	echo "văn bản" >vb.txt
}
teardown() {
	[ -z "${FAKED:-}" ] || kill "$FAKED" 2>/dev/null || true
	end_lab
}

ALL=(btp thads vanphong cb-nghiepvu cb-tochuc cb-luutru cb-tonghop)
send() { v "$1" send vb.txt --to "$2" --type "${4:-CV}" --number "$3" --subject "Số liệu" --wait delivered --timeout 120 -q >/dev/null; }
paper() { v "$1" paper add "$2" --type "${4:-CV}" --number "$3" --subject "Giấy" -q >/dev/null; }
tree_is() { v "$1" target by committee --json | jq -e ".data | $2" >/dev/null; } # WHO JQ
state_of() { v "$1" target by committee --json | jq -r ".data.rows[] | select(.committee == \"$2\" and .part == \"own\") | .state"; }
is_state() { [ "$(state_of "$1" "$2")" = "$3" ]; } # AT WHO STATE

# Each sum is what stands one level below it; what is not known counts nothing.
ADDS_UP='def n: . // 0; .rows as $r | [range(0; $r | length)] | all(. as $i |
	$r[$i] as $sum | $sum.part != "whole" or (
		[ $r[$i + 1:] | label $out | foreach .[] as $x (null; $x; if .depth <= $sum.depth then break $out else . end) | select(.depth == $sum.depth + 1) ] as $parts |
		all(("counted", "digital", "paper", "pending", "processed", "secret"); . as $k | ($sum[$k] | n) == ([$parts[] | .[$k] | n] | add))))'

@test "reports go up the tree, and each level has the sums of its parts" {
	local who
	start_lab
	send btp subordinates 1-CV/ĐU
	send thads subordinates 1-CV/ĐUTHA
	send cb-tochuc superior 1-BC/CB BC
	send vanphong btp 1-BC/ĐUVP BC
	paper btp in 9-CV/TU
	paper cb-luutru out 3-CV/CB
	paper cb-luutru in 4-CV/VP
	for who in "${ALL[@]:1}"; do v "$who" target report -q >/dev/null; done
	wait_for 30 tree_is btp '.reports.reported == 6 and .reports.missing == []'
	tree_is btp "$ADDS_UP"
	tree_is thads "$ADDS_UP"
	tree_is vanphong "$ADDS_UP"
	# a superior holds of each what that has itself
	for who in "${ALL[@]}"; do
		[ "$(v "$who" target --json | jq -c '.data | [.counted, .digital, .paper, .pending, .measures]')" = \
			"$(v btp target by committee --json | jq -c ".data.rows[] | select(.committee == \"$who\" and .part == \"own\") | [.counted, .digital, .paper, .pending, .measures]")" ]
	done
	# and of a subtree what its own superior says of it
	[ "$(v btp target --committee thads --json | jq -c '.data | [.counted, .subtree.counted, .subtree.digital, .subtree.share]')" = \
		"$(v thads target --json | jq -c '.data | [.counted, .subtree.counted, .subtree.digital, .subtree.share]')" ]
	# all cuts of it are one sum
	for who in type month quarter half year direction; do
		v btp target by "$who" --subtree --json | jq -e --argjson all "$(v btp target --json | jq .data.subtree.counted)" \
			'.data | ([.rows[].counted] | add) == $all and .sum.counted == $all' >/dev/null
	done
	run -0 v btp target
	[[ "$output" == *"6 of 6 have reported"* ]]
	[ "$(COLUMNS=80 v btp target | wc -l)" -le 24 ]
	[ "$(COLUMNS=80 v btp target --lang vi | wc -l)" -le 24 ]
}

@test "who has not reported is told at every level and is no zero, and comes when it is asked" {
	start_lab btp thads vanphong cb-nghiepvu
	send btp thads 1-CV/ĐU
	paper cb-nghiepvu in 5-CV/X
	v thads target report -q >/dev/null
	v cb-nghiepvu target report -q >/dev/null
	wait_for 30 is_state btp cb-nghiepvu reported
	# the daemon of this one does not run
	is_state btp cb-tochuc missing
	is_state thads cb-tochuc missing
	tree_is btp '.rows[] | select(.committee == "cb-tochuc") | .counted == null and .share == null'
	tree_is btp '.rows[] | select(.committee == "vanphong" and .part == "whole") | .counted == null and .missing_below == 2'
	tree_is btp '.rows[] | select(.committee == "thads" and .part == "whole") | .counted == 2 and .missing_below == 1'
	tree_is btp "$ADDS_UP"
	run -0 v btp target by committee
	[[ "$output" == *"not reported yet"* ]]
	run -0 v btp target --committee cb-tochuc
	[[ "$output" == *"not reported yet"* ]]
	[[ "$output" != *"nothing counted"* ]]
	v btp target --committee cb-tochuc --json | jq -e '.data | .counted == null and .share == null and .report.state == "missing"'
	v btp target --committee cb-tochuc --json | jq -e '.data | [.processed, .late, .also_paper, .slow, .returned, .recalled, .excluded] | all(. == null)'
	# a report says two years, and what lies before them nobody has said: a longer period is not whole
	run -0 --separate-stderr v btp target by committee --period "2020..$(TZ=UTC-7 date +%Y)"
	[[ "$stderr" == *"not whole: the figures of 2 committees begin within the period (by 01/$(($(TZ=UTC-7 date +%Y) - 1)))"* ]]
	run -0 --separate-stderr v btp target by committee
	[[ "$stderr" != *"not whole"* ]]
	v btp target by committee --period 2020 --json | jq -e '.data | .reports.reported == 0 and
		(.rows | all(.committee == "btp" or (.state == "missing" and .counted == null)))'
	v btp target --committee thads --period 2020 --json | jq -e '.data | .counted == null and .report.state == "missing"'
	# only those that owe one are asked; who does not run gets the question when it does
	[ "$(v btp target ask --missing --json | jq -c '[.data[].committee] | sort')" = '["cb-luutru","cb-tochuc","cb-tonghop","vanphong"]' ]
	wait_for 30 is_state btp vanphong reported
	is_state btp cb-tochuc missing
	start_lab cb-tochuc
	wait_for 60 is_state btp cb-tochuc reported
	run -0 v btp target ask "Đảng bộ Cục Quản lý Thi hành án dân sự"
	# who has not answered is asked no more for a while, and it says when it will be; who has may be asked
	run -6 --separate-stderr v btp target ask cb-luutru --json
	[ "$(jq -r .error.code <<<"$output")" = VT-1051 ]
	run -6 --separate-stderr v btp target ask cb-luutru cb-tonghop
	[[ "$stderr" =~ "2 committees were asked a short time ago and have not answered yet; the first may be asked again at "[0-9/]+" "[0-9:]+ ]]
	run -0 --separate-stderr v btp target ask cb-luutru vanphong --json
	jq -e '.data | map([.committee, .asked, .again == null]) == [["cb-luutru", false, false], ["vanphong", true, true]]' <<<"$output"
	# not of those above, beside or unknown
	for who in btp vanphong nobody; do
		run -5 --separate-stderr v thads target ask "$who" --json
		[ "$(jq -r .error.code <<<"$output")" = VT-2084 ]
	done
	run -5 --separate-stderr v thads target --committee vanphong --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2084 ]
}

@test "a report of before last night is late, and its figures count until the next" {
	local lib later
	lib=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || true
	[ -n "$lib" ] || skip "no libfaketime here (package faketime)"
	start_lab btp thads
	paper thads in 5-CV/X
	v thads target report -q >/dev/null
	wait_for 30 is_state btp thads reported
	stop_lab
	FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME="+40d" LD_PRELOAD=$lib "$ROOT/build/vanthud" -c "$LAB/btp" >"$LAB/btp-faked.log" 2>&1 3>&- &
	FAKED=$!
	# the year may be another then
	wait_for 30 eval 'v btp target by committee --period all --json | jq -e ".data.reports | .late == [\"thads\"] and .reported == 0"'
	v btp target --period all --json | jq -e '.data.subtree.counted == 1'
	run -0 v btp target --period all
	[[ "$output" == *"late: thads"* ]]
	[ "$(v btp target ask --missing -n --json | jq -c '[.data[] | select(.committee == "thads") | .asked]')" = '[false]' ]
	# of a month that has begun since it has said nothing
	later=$(TZ=UTC-7 date -d '+40 days' +%Y-%m)
	v btp target by committee --period "$later" --json | jq -e '.data.rows | all(.committee == "btp" or (.state == "missing" and .counted == null))'
}

@test "types that are left out are counted apart, and the headline is made of what the office says" {
	start_lab btp thads
	send thads btp 1-GM/ĐUTHA GM
	send thads btp 1-BC/ĐUTHA BC
	paper btp in 2-CV/X
	v thads target report -q >/dev/null
	wait_for 30 is_state btp thads reported
	[ "$(v btp target --json | jq -c '.data | [.counted, .digital, .share, .excluded]')" = "[3,2,0.666666666666667,0]" ]
	printf 'target: {exclude: "GM", headline: processed}\n' >>"$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 20 eval '[ "$(v btp target --json | jq -c ".data | [.counted, .excluded, .headline.name]")" = "[2,1,\"processed\"]" ]'
	# D2 is 1 of 2 and D3 0 of 2
	[ "$(v btp target --json | jq -c '.data | [.digital, .headline.of, .headline.all, .share]')" = "[1,1,4,0.25]" ]
	[ "$(v btp target --json | jq -c '.data | [.subtree.counted, .subtree.excluded]')" = "[3,2]" ]
	v btp target by type --json | jq -e '.data | (.rows[] | select(.type == "GM") | .excluded and .counted == 1) and .sum.counted == 2'
	run -0 v btp target
	[[ "$output" == *"D1, D2 and D3 together"* ]]
	[[ "$output" == *"1 of types that target.exclude names"* ]]
	[ "$(v btp status --json | jq -c '.data.target | [.share, .headline.name]')" = '[0.25,"processed"]' ]
	v btp accept 1-BC/ĐUTHA -q >/dev/null
	[ "$(v btp target --json | jq -c '.data | [.headline.of, .headline.all, .measures.D3.of]')" = "[2,4,1]" ]
}

@test "a term is that of the directory, and without one the months are asked for" {
	start_lab btp
	paper btp in 2-CV/X
	[ "$(v btp target --period term --json | jq -c '.data | [.counted, .from]')" = '[1,"2025-08"]' ]
	# as many months before it are of two terms: nothing is compared
	v btp target export --period term --json | jq -e '.data | .before == null and (.committees | all(.change == null))'
	v btp target export --period "2025-08..$(TZ=UTC-7 date +%Y-%m)" --json | jq -e '.data.before != null'
	v btp report --period term --output term.html --lang en -q 2>/dev/null
	grep -F "What was reached in the term before is not kept here" term.html
	run -2 v btp check target --period term --json
	jq -e '.data.checks[0].check == "target"' <<<"$output"
	stop_lab
	printf 'committees:\n  - {id: tren, name: "Đảng ủy", symbol: ĐU}\n' >one.yaml
	reserve_ports
	"$VANTHU" lab create other --tree one.yaml --port "$PORT" -q >/dev/null
	LAB=$PWD/other
	start_lab
	run -5 --separate-stderr v tren target --period term --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2085 ]
}
