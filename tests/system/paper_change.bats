# Corrections of entries on paper, and numbers that nothing was issued under, over real daemons.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	make_lab
	start_lab
	export LAB
	printf 'Nội dung\n' >a.txt
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}
teardown() { keep_logs; }

proved() { v btp target recount --json | jq -e '.data | (.differences | length == 0) and (.damaged // [] | length == 0)'; }

@test "one line registers, the type comes from the number and the day is today" {
	v btp paper add in 15-KH/ĐU "Kế hoạch kiểm tra" --from "Huyện ủy X" --json |
		jq -e --arg today "$(TZ=UTC-7 date +%F)" '.data.number == "15-KH/ĐU" and .data.date == $today'
	v btp paper show 15-KH/ĐU --json | jq -e '.data[0] | .type == "KH" and .subject == "Kế hoạch kiểm tra" and .party == "Huyện ủy X"'
	run -2 v btp paper add in 15-QĐ/ĐU "Hai loại"
	[[ $output == *QyĐ* ]]
	run -2 --separate-stderr v btp paper add in 15a "Không rõ loại"
	[[ $stderr == *VT-1047* ]]
	run -2 v btp paper add in 15-KH/ĐU "Trích yếu" --subject "Khác"
}

@test "a correction goes behind the line, which stays; lists show what is right now; counters equal a recount" {
	v btp paper add in 21-BC/X "Báo cáo sai" --from "Huyện uỷ Y" --date 30/04/2026 -q
	v btp paper change 21-BC/X --subject "Báo cáo đúng" --date 02/03/2026 --reason "gõ nhầm" --json | jq -e '.data.state == "corrected"'
	v btp paper change 21-BC/X --subject "Báo cáo đúng" --json | jq -e '.data.repeated'
	v btp paper change 21-BC/X --number 22-BC/X --from "Huyện ủy Z" -q
	v btp paper show 22-BC/X --json | jq -e '.data | length == 1 and (.[0] | .date == "2026-03-02" and .subject == "Báo cáo đúng"
		and (.earlier | map(.date) == ["2026-03-02", "2026-04-30"]) and (.earlier[1].subject == "Báo cáo sai"))'
	v btp paper list --period 2026-03 --json | jq -e '.data | map(.number) == ["22-BC/X"]'
	v btp paper list --period 2026-04 --json | jq -e '.data == []'
	v btp register in --json | jq -e '.data | map(select(.symbol == "21-BC/X")) | length == 1 and (.[0] | .subject == "Báo cáo sai"
		and (.additions | length == 2) and .additions[0].note == "gõ nhầm" and .additions[0].corrected.subject == "Báo cáo đúng"
		and .additions[1].corrected.symbol == "22-BC/X")'
	v btp register in --format csv | grep -q "22-BC/X.*Huyện ủy Z"
	v btp register in --format html | grep -q "Báo cáo đúng"
	proved
	kill9 btp
	start_lab
	proved
	v btp paper cancel 22-BC/X --reason "nhập nhầm" -q
	run -6 --separate-stderr v btp paper change 22-BC/X --subject "Lại"
	[[ $stderr == *VT-2070* ]]
	run -4 v btp paper change 22-BC/KHÔNG --subject "Lại"
	run -2 v btp paper change 22-BC/X
	proved
}

@test "a number is not corrected into one that stands without a word" {
	v btp paper add out 01-TB/ĐU "Một" -q
	v btp paper add out 02-TB/ĐU "Hai" --date 02/01/2026 -q
	run -0 --separate-stderr v btp paper change 02-TB/ĐU --number 01-TB/ĐU -n --json
	jq -e '.data.warnings | length > 0' <<<"$output"
	[[ $stderr == *VT-1011* ]]
	run v btp paper change 02-TB/ĐU --number 01-TB/ĐU --strict
	[ "$status" -ne 0 ]
	run -6 --separate-stderr v btp paper change 02-TB/ĐU --number 01-TB/ĐU --date "$(TZ=UTC-7 date +%F)"
	[[ $stderr == *VT-2025* ]]
	v btp paper change 02-TB/ĐU --number 05-TB/ĐU -q
	[ "$(v btp paper add out auto-TB/ĐU "Sáu" --json | jq -r .data.number)" = 06-TB/ĐU ]
	run -6 v btp register void out 05-TB/ĐU --reason "không ban hành"
}

@test "a void line fills a gap or takes the next number, and never one that is used" {
	v btp paper add out 01-CT/ĐU "Một" -q
	v btp paper add out 04-CT/ĐU "Bốn" -q
	v btp register void out 02-CT/ĐU --reason "không ban hành" --json | jq -e '.data.number == "02-CT/ĐU"'
	run -6 --separate-stderr v btp register void out 02-CT/ĐU --reason "không ban hành"
	[[ $stderr == *VT-2072* ]]
	for _ in 1 2; do
		[ "$(v btp register void out auto-CTr/ĐU --type CTr --reason "hỏng" --id 019ab697-e800-7000-8000-0000000000f1 --json | jq -r .data.number)" = 01-CTr/ĐU ]
	done
	run -6 v btp register void out auto-BB/ĐU --type BB --reason "hỏng" --id 019ab697-e800-7000-8000-0000000000f1
	run -2 v btp register void out auto-CTr/ĐU --type CTr --reason "hỏng" --id x
	run -6 v btp register void out 04-CT/ĐU --reason x
	[ "$(v btp register void out auto-CT/ĐU --reason "hỏng" --json | jq -r .data.number)" = 05-CT/ĐU ]
	[ "$(v btp paper add out auto-CT/ĐU "Sáu" --json | jq -r .data.number)" = 06-CT/ĐU ]
	v btp register out --json | jq -e '.data | map(select(.symbol == "02-CT/ĐU")) | length == 1 and .[0].kind == "void" and .[0].note == "không ban hành"'
	v btp paper show 06-CT/ĐU -q
	v btp paper cancel 06-CT/ĐU --reason x -q
	run -6 v btp register void out 06-CT/ĐU --reason x
	run -2 v btp register void out 07-CT/ĐU
	run -2 v btp register void out
	run --separate-stderr v btp send a.txt --to thads --type CT --number 02-CT/ĐU --subject "Lại" --strict
	[ "$status" -ne 0 ]
	[[ $stderr == *VT-1011* ]]
	proved
}

@test "an arrival number is void when it is the next" {
	local next
	next=$(($(v thads register in --json | jq '.data | length') + 1))
	v thads register void in "$next" --reason "ghi nhầm" --json | jq -e --arg n "$next" '.data.number == $n'
	v thads register void in "$next" --reason "ghi nhầm" --json | jq -e '.data.repeated'
	run -6 --separate-stderr v thads register void in "$next" --reason "khác"
	[[ $stderr == *VT-2072* ]]
	run -6 --separate-stderr v thads register void in "$((next + 5))" --reason x
	[[ $stderr == *VT-2073* ]]
	v thads paper add in 3-KH/Y "Sau đó" -q
	v thads register in --json | jq -e --argjson n "$next" '.data | map(.number) == [range(1; $n + 2)] and .[$n - 1].kind == "void"'
}

@test "clerks at the same instant, on paper, digital and void, get a number each" {
	local i pids=()
	for i in {1..4}; do
		v btp paper add out auto-NQ/ĐU "Giấy $i" --json | jq -r .data.number >"p.$i" &
		pids+=($!)
		v btp send a.txt --to thads --type NQ --number auto --subject "Số $i" --json | jq -r .data.number >"d.$i" &
		pids+=($!)
		v btp register void out auto-NQ/ĐU --reason "hỏng $i" --json | jq -r .data.number >"v.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(cat [pdv].[1-4] | sort)" = "$(printf '%02d-NQ/ĐU\n' {1..12})" ]
}
