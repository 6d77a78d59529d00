# Why the share is too low, on a real lab: each document that the counters count against it is named, once, with the reason and the command that
# mends it; what would be if; what a committee below reports; one line for monitoring.

setup() {
	load common
	make_lab "" 'target: {exclude: GM}'
	cd "$BATS_TEST_TMPDIR" || return 1
	echo văn bản >vb.txt
	TODAY=$(TZ=Asia/Ho_Chi_Minh date +%F)
}
teardown() { end_lab; }

send() { v "$1" send vb.txt --to "$2" --type CV --number "$3" --subject "Văn bản $3" -q "${@:4}"; }
paper() { v "$1" paper add "$2" --type CV --number "$3" --subject "Giấy $3" --date "$4" -q "${@:5}" >/dev/null; }
why() { v "$1" target why --json "${@:2}"; }
# What is against the share by the counters of a period, and as many as are named.
counted() { why "$@" | jq '.data.counters | add'; }
named() { why "$@" | jq '.data | (.documents | map(.id) | unique | length), (.documents | length), .not_digital.named' | sort -u; }
agrees() { # WHO [option…]
	local a b
	a=$(counted "$@")
	b=$(named "$@")
	[ "$a" = "$b" ] || { echo "$*: the counters say $a, named are $b" >&2; return 1; }
}
reasons() { why "$@" | jq -r '.data.documents[] | [.number, (.reasons | map(.reason) | join("+"))] | join(" ")'; }

# Between vanphong, btp above it, and two below; cb-luutru takes no more than 100 KiB, cb-tonghop is not there.
everything() {
	local id
	printf 'attachment: {max: 100K}\n' >>"$LAB/cb-luutru/vanthud.yaml"
	start_lab btp vanphong cb-luutru
	head -c 200000 /dev/urandom >big.bin
	send vanphong btp 1-CV/X --wait delivered
	send vanphong btp,cb-tonghop 2-CV/X --wait accepted
	v vanphong send vb.txt big.bin --to cb-luutru --type CV --number 3-CV/X --subject "Văn bản lớn" -q
	for id in 11 12 13 14 15; do send btp vanphong "$id-CV/X" --wait delivered; done
	v vanphong accept 12-CV/X -q
	v vanphong accept 13-CV/X -q
	v vanphong assign 13-CV/X --to "Lê Thị Bình" --due "$(TZ=Asia/Ho_Chi_Minh date -d '+40 days' +%F)" -q
	v vanphong accept 14-CV/X -q
	v vanphong finish 14-CV/X -q
	v vanphong return 15-CV/X --reason "gửi nhầm" -q
	paper vanphong in 21-CV/ĐUK "$TODAY" --from "Đảng ủy Khối"
	paper vanphong out 22-CV/X 2025-12-31 --to "Ủy ban"
	paper vanphong in 23-CV/ĐUK 2026-01-31 --from "Đảng ủy Khối"
	v vanphong paper add in --type GM --number 24-GM/ĐUK --subject "Giấy mời" --date "$TODAY" -q >/dev/null
	v vanphong paper add in --type NQ --number 5-NQ/TU --date "$TODAY" --secrecy tuyet-mat -q >/dev/null
	wait_for 20 eval '[ "$(v vanphong show 3-CV/X --json | jq -r .data.state)" = refused ]'
}

@test "each document that the counters count is named once, with its reason and what mends it" {
	local month
	everything
	for month in all 2025 2025-12 2026-01 "${TODAY%%-*}" "${TODAY%-*}" 2025-12..2026-01; do agrees vanphong --period "$month"; done
	[ "$(named vanphong --period all)" = 7 ]
	reasons vanphong --period all | sort >said
	diff -u said - <<-'END'
		11-CV/X new
		13-CV/X in-hand
		2-CV/X link-down
		21-CV/ĐUK paper
		22-CV/X paper
		23-CV/ĐUK paper
		3-CV/X refused
	END
	why vanphong --period all >all.json
	jq -e '.data | .not_digital == {named: 7, paper_out: 1, paper_in: 2, pending: 2, unprocessed: 2, excluded: 1, secret: 1, damaged: 0, partial: false}' all.json
	jq -e '.data | .returned == 1 and .more == false and .recalled == 0' all.json
	# newest first
	jq -e '.data.documents | map(.date) == (map(.date) | sort | reverse)' all.json
	jq -e '.data.documents[] | select(.number == "3-CV/X") | .reasons[0] | .code == "VT-2009" and .committees == ["cb-luutru"]' all.json
	jq -e '.data.documents[] | select(.number == "2-CV/X") | .reasons[0] | .hop == "cb-tonghop" and .committees == ["cb-tonghop"] and .mend == "vanthu link show cb-tonghop"' all.json
	jq -e '.data.documents[] | select(.number == "13-CV/X") | .reasons[0].person == "Lê Thị Bình"' all.json
	# nothing of a secret one, or of a type that is left out
	! grep -q '5-NQ/TU\|24-GM' all.json
	# what is told to people: ids as they are typed, and every command is one that there is
	run -0 v vanphong target why --period all
	[[ "$output" == *"Not digital: 3 on paper (2 came, 1 went out), 2 pending. Not processed: 2."* ]]
	[[ "$output" == *"Left out: 1 secret."* && "$output" == *"Left out: 1 of a type that target.exclude names."* ]]
	[[ "$output" != *"by nobody"* ]]
	run -0 v vanphong target why --period all --all
	[[ "$output" == *"To be processed by nobody: 1 returned, 0 recalled"* ]]
	run -0 v vanphong target why --period all --plain
	[ "${#lines[@]}" -ge 7 ]
}

@test "every command that is said to mend is one that runs, and mending takes the document away" {
	local mend
	everything
	mend=$(why vanphong --period all --reason new | jq -r '.data.documents[0].mend')
	eval "${mend/vanthu/v vanphong} -q"
	mend=$(why vanphong --period all --reason in-hand | jq -r '.data.documents[] | select(.number == "13-CV/X").mend')
	eval "${mend/vanthu/v vanphong} -q"
	[ -z "$(reasons vanphong --period all --reason in-hand)" ]
	while read -r mend; do eval "${mend/vanthu/v vanphong}" >/dev/null; done < <(why vanphong --period all | jq -r '.data.documents[].mend')
	agrees vanphong --period all
	# the one whose link was down is receipted when it is up again
	start_lab cb-tonghop
	wait_for 30 eval '[ -z "$(reasons vanphong --period all --reason link-down)$(reasons vanphong --period all --reason waiting)" ]'
	agrees vanphong --period all
}

@test "one reason or direction, a page at a time, and what cannot be" {
	local i
	start_lab btp
	for ((i = 1; i <= 45; i++)); do paper btp in "$i-CV/ĐUK" "$(date -d "2026-01-01 + $i days" +%F)"; done
	agrees btp --period 2026
	[ "$(v btp target why --period 2026 --page 2 --json | jq -c '.data | [.documents[0].number, (.documents | length), .more]')" = '["25-CV/ĐUK",20,true]' ]
	[ "$(v btp target why --period 2026 --page 3 --json | jq -c '.data | [.documents[-1].number, (.documents | length), .more]')" = '["1-CV/ĐUK",5,false]' ]
	run -0 v btp target why --period 2026
	[[ "$output" == *"The next: vanthu target why --page 2"* ]]
	run -4 --separate-stderr v btp target why --period 2026 --page 9
	[[ "$stderr" == *"VT-1050"*"there is no page 9: the list has 3 pages"* ]]
	run -4 --separate-stderr v btp target why --period 2026 --direction out --page 2 --json
	[ "$(jq -r .error.code <<<"$output")" = VT-1050 ]
	[ "$(why btp --period 2026 --direction out | jq -c '[.data.documents, .data.not_digital.named]')" = '[[],0]' ]
	[ "$(why btp --period 2026 --reason new | jq -c '.data.documents')" = '[]' ]
	run -2 v btp target why --reason nothing
	run -2 v btp target why --page 0
	run -2 v btp target why --digital 3
	run -2 v btp target why --committee thads --reason new
	run -2 v btp target simulate --processed most
}

@test "what would be if, to the document" {
	start_lab btp vanphong
	for i in 1 2 3; do send vanphong btp "$i-CV/X" --wait delivered >/dev/null; done
	paper vanphong in 21-CV/ĐUK "$TODAY" --from "Đảng ủy Khối"
	paper vanphong out 22-CV/X "$TODAY" --to "Ủy ban"
	send vanphong cb-luutru 4-CV/X >/dev/null
	[ "$(v vanphong target simulate --json | jq -c '.data | [.before.of, .before.all, .after.share, .after.missing]')" = "[3,6,0.5,3]" ]
	[ "$(v vanphong target simulate --receipted all --without-paper-from "đảng ủy khối" --json | jq -c '.data | [.without_in, .after.of, .after.all, .after.missing]')" = "[1,5,6,1]" ]
	[ "$(v vanphong target simulate --without-paper-from "Công văn" --json | jq -c '.data | [.without_in, .without_out]')" = "[1,1]" ]
	# periods as people write them, here and in why
	[ "$(v vanphong target simulate --period 2026-02 | head -n 1)" = 02/2026 ]
	[[ "$(v vanphong target why --period 2025-12..2026-01 | head -n 1)" == "12/2025–01/2026: "* ]]
	[ "$(v vanphong target simulate --digital 27 --json | jq -c '.data | [.after.of, .after.all, .after.reached, .after.bears]')" = "[30,33,true,0]" ]
	run -0 v vanphong target simulate --digital 47
	[[ "$output" == *"would be reached, and would bear 2 more documents on paper"* ]]
	run -0 v vanphong target simulate --paper 2
	[[ "$output" == *"would not be reached: 5 documents are missing"* ]]
	run v vanphong target simulate --receipted 2
	[ "$status" -ne 0 ]
	[[ "$output" == *VT-2089* ]]
	run v vanphong target simulate --without-paper-from nobody
	[[ "$output" == *VT-2089*nobody* ]]
	# nothing was changed
	[ "$(v vanphong target --json | jq -c '.data | [.digital, .counted]')" = "[3,6]" ]
}

@test "one line for monitoring: below the line is critical, near it and reports that are not there a warning" {
	start_lab btp vanphong
	# nothing below vanphong reports, nothing is counted
	run -1 v vanphong check target
	[[ "$output" == "VANTHU WARNING - target: nothing counted yet"*"no report: cb-luutru cb-tonghop"*" | share=0.00% line=90.00% counted=0 reports_missing=2 reports_late=0 reports_unfit=0 reports_refused=0" ]]
	send vanphong btp 1-CV/X --wait delivered
	run -1 v vanphong check target --json
	[ "$(jq -c '.data | [.level, .exit, .checks[0].check]' <<<"$output")" = '["warning",1,"target"]' ]
	paper vanphong in 21-CV/ĐUK "$TODAY"
	run -2 v vanphong check target
	[[ "$output" == "VANTHU CRITICAL - target: VT-2090 "*"50.0"*" | share=50.00% "* ]]
	# a share is no fault of the daemon's
	run v vanphong check all
	[[ "$output" != *target* && "$output" != *share=* ]]
	start_lab cb-luutru
	# where nobody is below, the share alone counts
	run -0 v cb-luutru check target
	send cb-luutru vanphong 1-CV/Y --wait delivered
	run -0 v cb-luutru check target --within 10
	run -1 v cb-luutru check target --within 11
	run -0 v cb-luutru check target --period 2020
	run -3 v cb-luutru check target --within many
	run -3 v cb-luutru check clock --within 3
}

@test "a committee below: its report that is not there, and what to do" {
	start_lab btp vanphong thads
	run -0 v btp target why --committee cb-luutru
	[[ "$output" == *"no report was ever taken"*"vanthu target ask cb-luutru"* ]]
	[ "$(v btp target why --committee cb-luutru --json | jq -c '.data | [.committee, .report, .unfit, .documents, .mend]')" = '["cb-luutru","missing",0,[],"vanthu target ask cb-luutru"]' ]
	# by its name; and one that is not below
	[ "$(v btp target why --committee "Chi bộ Phòng Lưu trữ" --json | jq -r .data.committee)" = cb-luutru ]
	run v vanphong target why --committee thads
	[[ "$output" == *VT-2084* ]]
}
