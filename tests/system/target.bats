# The digital share on a real lab: what is counted, where, the line, and what an office and an operator see of it.

setup() {
	load common
	load count_share
	make_lab
}
teardown() { end_lab; }

share() { v "$1" target --json | jq -c '.data | [.counted, .digital, .paper, .pending, .refused, .secret]'; }
paper() { v "$1" paper add "$2" --type CV --number "$3" --subject "Giấy" --date "$4" -q "${@:5}"; }

@test "paper pulls the share under the line, digital documents lift it over" {
	local i today
	start_lab
	cd "$BATS_TEST_TMPDIR"
	echo văn bản >vb.txt
	today=$(TZ=Asia/Ho_Chi_Minh date +%F)
	[ "$(v btp target --json | jq .data.share)" = null ]
	v btp send vb.txt --to thads --type CV --number 1-CV/ĐU --subject một --wait delivered -q
	[ "$(v btp target --json | jq -c '[.data.share, .data.line, .data.reached]')" = "[1,0.9,true]" ]
	paper btp in 1-CV/ĐUK "$today"
	[ "$(v btp target --json | jq -c '[.data.share, .data.reached]')" = "[0.5,false]" ]
	for ((i = 2; i <= 9; i++)); do v btp send vb.txt --to thads --type CV --number "$i-CV/ĐU" --subject "$i" --wait delivered -q; done
	[ "$(v btp target --json | jq -c '[.data.share, .data.reached]')" = "[0.9,true]" ]
	[ "$(share btp)" = "[10,9,1,0,0,0]" ]
	[ "$(share thads)" = "[9,9,0,0,0,0]" ]
	[ "$(v btp status --json | jq -c '[.data.target.counted, .data.target.share]')" = "[10,0.9]" ]
	count_share "$LAB/btp"
	count_share "$LAB/thads"
	run -0 v btp target
	[[ "$output" == *"90.0 % ✓ reaches the line of 90.0 %"* ]]
	[[ "$output" == *"Definition"* ]]
}

@test "copies on paper besides are the document's own word, at both ends" {
	start_lab
	cd "$BATS_TEST_TMPDIR"
	printf x >k.txt
	v btp send k.txt --to thads --type CV --number auto --subject "kèm bản giấy" --paper-copies 2 --wait delivered -q
	id=$(v btp outbox --json | jq -r '.data[0].id')
	v btp show "$id" --json | jq -e '.data.paper_copies == 2'
	v thads show "$id" --json | jq -e '.data.paper_copies == 2'
	v thads show "$id" --lang vi | grep -E "^Số bản giấy kèm +2$"
	for wrong in -1 x 100001 2x ""; do
		run -2 v btp send k.txt --to thads --type CV --number auto --subject "kèm bản giấy" --paper-copies "$wrong"
	done
}

@test "what is not delivered to all is pending, and the share survives kill -9 at both ends" {
	start_lab btp vanphong
	cd "$BATS_TEST_TMPDIR"
	echo văn bản >vb.txt
	v btp send vb.txt --to vanphong,thads --type CV --number 1-CV/ĐU --subject một -q
	wait_for 10 eval '[ "$(v vanphong inbox --json | jq ".data | length")" = 1 ]'
	[ "$(share btp)" = "[1,0,0,1,0,0]" ]
	kill9 btp
	kill9 vanphong
	start_lab
	wait_for 20 eval '[ "$(share btp)" = "[1,1,0,0,0,0]" ]'
	count_share "$LAB/btp"
	count_share "$LAB/vanphong"
	count_share "$LAB/thads"
}

@test "paper counts in the month of its date, secrets not at all, and each entry once" {
	local uuid=0193b5c0-0000-7000-8000-000000000001
	start_lab btp
	paper btp in 1-CV/TU 2026-01-31
	paper btp in 2-CV/TU 2026-02-01
	paper btp out 3-CV/ĐU 2025-12-31
	v btp paper add in --type NQ --number 5-NQ/TU --subject "không được lưu" --date 2026-02-02 --secrecy tuyet-mat -q
	[ "$(v btp target --period 2026-01 --json | jq -c '[.data.period, .data.counted, .data.paper]')" = '["2026-01",1,1]' ]
	[ "$(v btp target --period 2026-02 --json | jq -c '[.data.counted, .data.secret]')" = "[1,1]" ]
	[ "$(v btp target --period 2025 --json | jq .data.counted)" = 1 ]
	[ "$(v btp target --period all --json | jq -c '[.data.period, .data.counted]')" = '["2025-12..2026-02",3]' ]
	[ "$(v btp paper list --json | jq -c '[.data[] | select(.secrecy == "tuyet-mat") | .subject, .state]')" = '[null,"secret"]' ]
	! grep -rqa "không được lưu" "$LAB/btp/data"
	# Once: the same id, and the same document under another.
	paper btp in 9-CV/TU 2026-03-01 --id $uuid
	paper btp in 9-CV/TU 2026-03-01 --id $uuid
	run -6 paper btp in 9-CV/TU 2026-03-01
	run -6 v btp paper add in --type CV --number 9-CV/TU --subject Khác --date 2026-03-01 --id $uuid
	[ "$(v btp target --period 2026-03 --json | jq .data.paper)" = 1 ]
	# With another date: taken, since it may be right, and warned of, since it seldom is.
	run -0 --separate-stderr paper btp in 9-CV/TU 2026-03-02 --json --id 0193b5c0-0000-7000-8000-000000000002
	jq -e '.data.alike | .date == "2026-03-01" and .id == "'$uuid'"' <<<"$output"
	[[ "$stderr" == *"9-CV/TU is registered with the date 01/03/2026 already"*"paper cancel"* ]]
	v btp paper cancel 00000002 --reason "nhập hai lần" -q
	v btp paper cancel 9-CV/TU --reason "nhập nhầm" -q
	# Who repeats it now must not believe that it counts.
	run -6 --separate-stderr paper btp in 9-CV/TU 2026-03-01 --id $uuid --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2026 ]
	[ "$(v btp target --period 2026-03 --json | jq .data.paper)" = 0 ]
	[ "$(v btp paper list --json | jq -c '[.data[] | select(.state == "cancelled") | .number, .reason]')" = '["9-CV/TU","nhập hai lần","9-CV/TU","nhập nhầm"]' ]
	count_share "$LAB/btp"
	kill9 btp
	start_lab btp
	count_share "$LAB/btp"
}

# Flips a bit in the value under a key, wherever it lies in a stopped committee's store. The key as LMDB has it, in hexadecimal, and how many
# bytes of any kind follow.
spoil() { # COMMITTEE KEY [BYTES]
	/usr/bin/python3 -B - "$LAB/$1/data" "$2" "${3:-0}" <<-'END'
		import glob, re, struct, sys
		where, key, rest = sys.argv[1], bytes.fromhex(sys.argv[2]), int(sys.argv[3])
		key = re.escape(struct.pack("<H", len(key) + rest) + key) + b".{%d}" % rest
		spoilt = 0
		for name in glob.glob(where + "/**/data.mdb", recursive=True):
		    with open(name, "r+b") as f:
		        bytes = f.read()
		        for at in re.finditer(key, bytes, re.S):
		            f.seek(at.end() + 5)
		            f.write(struct.pack("B", bytes[at.end() + 5] ^ 1))
		            spoilt += 1
		sys.exit(spoilt == 0)
	END
}
# Of a month and direction (1 in, 2 out), whatever the place and type.
spoil_counter() { spoil "$1" "$(printf '14%04x%02x' $(($2 * 12 + $3 - 1)) "$4")" 12; } # COMMITTEE YEAR MONTH DIRECTION
# Of the n-th document that a committee has sent.
spoil_state() { spoil "$1" "$(printf '6f%016x04' "$2")"; } # COMMITTEE N

@test "a record that cannot be read is told by the recount, which then proves nothing and loses nothing" {
	local n
	start_lab btp thads
	cd "$BATS_TEST_TMPDIR"
	echo văn bản >vb.txt
	for n in 1 2 3; do v btp send vb.txt --to thads --type CV --number "$n-CV/ĐU" --subject "$n" --wait delivered -q; done
	v btp target recount --json | jq -e '.data | .equal and .damaged == 0 and .damaged_records == []'
	stop_lab
	spoil_state btp 2
	start_lab btp thads
	run -1 --separate-stderr v btp target recount --json
	jq -e '.data | .equal == false and .damaged == 1 and .damaged_records == ["state-6f0000000000000002"] and .documents == 2' <<<"$output"
	run -1 v btp target recount
	[[ "$output" == *"Counters true        no"* && "$output" == *"VT-4003: 1 record cannot be read"* && "$output" == *"recount-damaged"* ]]
	grep -q 'event=recount-damaged record=state-6f0000000000000002' "$LAB/btp/vanthud.log"
	ls "$LAB/btp/data/quarantine/" | grep -q '^state-6f0000000000000002'
	# The counters still know of it: a repair does not take it away.
	run -1 --separate-stderr v btp target recount --repair --json
	jq -e '.error.code == "VT-4042"' <<<"$output"
	[ "$(share btp)" = "[3,3,0,0,0,0]" ]
}

@test "a damaged counter is rebuilt from the records, whoever asks or not" {
	start_lab btp
	paper btp in 1-CV/TU 2026-01-31
	paper btp in 2-CV/TU 2026-02-01
	stop_lab
	spoil_counter btp 2026 1 1
	start_lab btp
	wait_for 20 grep -q 'event=target-rebuilt counters=1 ' "$LAB/btp/vanthud.log"
	wait_for 20 eval '[ "$(v btp target --period all --json | jq -c "[.data.paper, .data.recounting]")" = "[2,null]" ]'
	count_share "$LAB/btp"
	# It stays so.
	stop_lab
	start_lab btp
	count_share "$LAB/btp"
}

@test "what is no entry is refused before anything is written" {
	local tomorrow
	start_lab btp
	tomorrow=$(TZ=Asia/Ho_Chi_Minh date -d '+1 day' +%F)
	run -2 v btp paper add in --type CV --number 1-CV/X --subject s --date "$tomorrow"
	run -2 v btp paper add in --type CV --number 1-CV/X --subject s --date 2026-02-30
	run -2 v btp paper add in --type XYZ --number 1-CV/X --subject s
	run -2 v btp paper add in --type QĐ --number 1-QĐ/X --subject s
	run -2 v btp paper add --type CV --number 1-CV/X --subject s
	run -2 v btp paper add in --type CV
	[[ "$output" == *"--number"* && "$output" == *"--subject"* ]]
	run -2 v btp paper cancel 1-CV/X
	run -4 v btp paper cancel 1-CV/X --reason x
	run -2 v btp target --period 2026-13
	v btp paper add in --type CV --number 1-CV/X --subject s -n -q
	[ "$(v btp paper list --json | jq '.data | length')" = 0 ]
	[ "$(share btp)" = "[0,0,0,0,0,0]" ]
}

@test "the line is the configuration's, taken by SIGHUP, and a wrong one is told with its place" {
	printf 'target: {line: "2020=50%%, 2099=100%%"}\n' >>"$LAB/btp/vanthud.yaml"
	start_lab btp
	paper btp in 1-CV/TU 2026-01-31
	[ "$(v btp target --period 2026 --json | jq .data.line)" = 0.5 ]
	# of what has not begun there is no figure, whatever is asked for
	for form in "target" "target by month" "target by committee" "target export" "target why" "target simulate --paper 1" "check target"; do
		run --separate-stderr v btp $form --period 2099
		((status != 0))
		[[ "$output$stderr" == *VT-2091* ]]
	done
	[ "$(v btp target --period 2020..2099 --json | jq .data.line)" = 0.5 ]
	sed -i 's/2020=50%/2020=0%/' "$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 10 eval '[ "$(v btp target --period 2026 --json | jq -c "[.data.line, .data.reached]")" = "[0,true]" ]'
	# As many digits as the line has: what is below it never reads like it.
	sed -i 's/2020=0%/2020=0.02%/' "$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 10 eval '[[ "$(v btp target --period 2026)" == *"0.00 % ✗ below the line of 0.02 %"* ]]'
	sed -i 's/2020=0.02%/2020=101%/' "$LAB/btp/vanthud.yaml"
	run -9 v btp config check
	[[ "$output" == *"vanthud.yaml:"*"target.line"* ]]
}

@test "live events tell the share as it changes" {
	start_lab btp
	v btp watch --json --count 2 >"$BATS_TEST_TMPDIR/events" &
	local watcher=$!
	# A subscription takes a moment; what came before it is lost by design, so go on until it has heard.
	local n=0
	until ! kill -0 $watcher 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 500 ]
		paper btp in "$n-CV/TU" 2026-01-31
	done
	wait $watcher
	jq -se 'map(.data) | any(.event == "target" and .target.paper > 0 and .target.share == 0 and .target.reached == false)
		and any(.event == "paper" and (.number | endswith("-CV/TU")))' "$BATS_TEST_TMPDIR/events"
}
