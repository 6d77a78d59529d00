# The periodic report of real daemons: what it says, what it says to be missing, and on its way to the superior as a document.

setup_file() {
	load common
	make_lab "" "office_group: $(id -gn)"
	# cb-tochuc does not run
	start_lab btp vanphong thads cb-tonghop cb-luutru cb-nghiepvu
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'Nội dung\n' >a.txt
	local who i
	for i in 1 2; do v btp send a.txt --to vanphong,thads --type KH --number "0$i-KH/ĐU" --subject "Kế hoạch $i" --wait delivered --timeout 120 -q >/dev/null; done
	v thads accept --all-valid -q >/dev/null
	v thads paper add in --type CV --number 14-CV/X --subject "Mời họp" --from "Văn phòng" -q >/dev/null
	for who in vanphong thads cb-tonghop cb-luutru cb-nghiepvu; do v "$who" target report -q >/dev/null; done
	wait_for 20 eval 'v btp target export --json | jq -e ".data.committees[0].missing == 1 and .data.committees[0].counted == 7"'
}
teardown_file() {
	load common
	end_lab
}
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	export TMPDIR=$BATS_TEST_TMPDIR
}
teardown() { keep_logs; }

text_of() { /usr/bin/python3 -c 'import html, re, sys; print(re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", open(sys.argv[1], encoding="utf-8").read(), flags=re.S)))))' "$1"; }

@test "it states in sentences what was reached, by whom, and what is missing" {
	LANGUAGE=en v btp report --output en.html -q
	LANGUAGE=vi v btp report --output vi.html -q
	run text_of en.html
	[[ "$output" == *"the 6 committees below it sent 2 official documents and received 5; 0 secret ones are left out. Of 7 that count 6 went digitally: 85.7 %."* ]]
	[[ "$output" == *"it is missed by 4.3 percentage points; 1 document more would"* ]]
	[[ "$output" == *"1 of the 2 committees directly below that have figures reach the line."* ]]
	[[ "$output" == *"Chi bộ Phòng Tổ chức cán bộ : has not reported"* || "$output" == *"Chi bộ Phòng Tổ chức cán bộ: has not reported, and is in no sum."* ]]
	[[ "$output" == *"Of 5 documents received that were to be processed 2 were processed in time"* ]]
	run text_of vi.html
	[[ "$output" == *"Trong kỳ, Đảng ủy Bộ Tư pháp và 6 tổ chức đảng cấp dưới đã ban hành 2 văn bản chính thức, tiếp nhận 5 văn bản"* ]]
	[[ "$output" == *"Mức phải đạt là 90,0 %: chưa đạt"* ]]
	[[ "$output" == *"Chi bộ Phòng Tổ chức cán bộ: chưa báo cáo, không có trong tổng nào."* ]]
	[[ "$output" == *"T/M cấp ủy"* ]]
	[[ "$(<vi.html)" == *"@page{size:A4;"* && "$(<vi.html)" != *http* ]]
}

@test "the plan's other targets stand there by their names, with who has declared" {
	v btp target declare officers 40/52 --as-of 2026-11-01 -q
	v btp report --output goals-en.html --lang en -q
	v btp report --output goals-vi.html --lang vi -q
	run text_of goals-en.html
	[[ "$output" == *"Officers trained"*"40/52"*"76.9 %"*"1/7"*"declared only by: Đảng ủy Bộ Tư pháp"* ]]
	# what nobody has declared stands there too, and is no 0
	[[ "$output" == *"Shared systems in use – – 0/7 –"* ]]
	run text_of goals-vi.html
	[[ "$output" == *"Cán bộ được tập huấn"*"40/52"*"76,9 %"*"chỉ có khai báo của: Đảng ủy Bộ Tư pháp"* ]]
}

@test "with --strict nothing is made while a report is missing, and of what is to come there is none" {
	run -5 v btp report --strict --output strict.html --json
	jq -e '.error.code == "VT-2092"' <<<"$(tail -1 <<<"$output")"
	[ ! -e strict.html ]
	v vanphong report --strict --output whole.html -q
	run -5 v btp report --period 2199 --output ahead.html
	[[ "$output" == *VT-2091* ]]
	[ ! -e ahead.html ]
	run -2 v btp report --json
	run -2 v btp report --number 1-BC/ĐU
	[[ "$output" == *"--number goes with --send-to"* ]]
	run -2 v btp report --period x
	run -5 v thads report --committee vanphong --output foreign.html
	run -6 v vanphong report --output whole.html
}

@test "a dry run sends nothing; sent, it is a report with the page as its file, and its number the next" {
	v vanphong report --send-to superior -n --json 2>/dev/null | jq -e '.data.dry_run and .data.recipients == ["btp"] and .data.number == "01-BC/ĐUVP"'
	v vanphong outbox --json | jq -e '.data | length == 0'
	v vanphong report --send-to superior --output bao-cao.html --signer "Nguyễn Văn A" --competence "T/M ĐẢNG ỦY" --wait delivered --timeout 120 --json >sent.json
	jq -e '.data.state == "delivered" and .data.number == "01-BC/ĐUVP"' sent.json
	v btp inbox --json | jq -e '.data | map(select(.number == "01-BC/ĐUVP")) | length == 1 and .[0].type == "BC"'
	v btp save 01-BC/ĐUVP --to got -q
	cmp bao-cao.html "$(find got -name '*.html')"
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "sent without a file of its own it leaves none, and sent again under its id it is the same document" {
	local id=0193b5c0-0000-7000-8000-0000000000aa i
	for i in 1 2; do v thads report --send-to btp --id $id --number 07-BC/ĐUTHA --subject "Sơ kết năm" --wait delivered --timeout 120 -q >/dev/null 2>&1 || ((i == 2)); done
	v btp inbox --json | jq -e '.data | map(select(.number == "07-BC/ĐUTHA")) | length == 1 and .[0].subject == "Sơ kết năm"'
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "what a committee that has ended declared is in no sum of the page, as on the screen" {
	v cb-luutru target declare machines 3/4 --as-of 2026-11-01 -q
	wait_for 120 eval 'v btp target declared --json | jq -e ".data.targets[] | select(.id == \"machines\") | .all == 4"'
	v btp report --output before.html --lang en -q
	run text_of before.html
	[[ "$output" == *"Machines protected 3/4 75.0 % 1/7 "* ]]
	"$VANTHU" committee retire cb-luutru --registry "$LAB/registry" -q >/dev/null
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 30 eval 'v btp target declared --json | jq -e ".data.targets[] | select(.id == \"machines\") | .declared == 0"'
	v btp report --output ended.html --lang en -q
	run text_of ended.html
	[[ "$output" == *"Machines protected – – 0/6 –"* ]]
	[[ "$output" == *"Officers trained 40/52 76.9 % 1/6 "* ]]
}

@test "who was moved away is none of those directly below, and its earlier figures are in the table" {
	local last=$(($(TZ=UTC-7 date +%Y) - 1))
	v cb-nghiepvu paper add in --type CV --number 15-CV/X --subject "Mời họp" --from "Văn phòng" --date "$last-06-05" -q >/dev/null
	v cb-nghiepvu target report -q >/dev/null
	wait_for 30 eval 'v thads target by committee --period $last --json | jq -e ".data.rows[] | select(.committee == \"cb-nghiepvu\") | .counted == 1"'
	"$VANTHU" -c "$LAB/btp" committee move cb-nghiepvu --superior vanphong --registry "$LAB/registry" -q >/dev/null
	wait_for 60 eval 'v thads target by committee --json | jq -e ".data.rows | all(.part != \"own\" or .committee != \"cb-nghiepvu\")"'
	v thads report --period "$last" --output moved.html --lang en -q
	run text_of moved.html
	[[ "$output" == *"(stands elsewhere now)"* ]]
	[[ "$output" != *"directly below that have figures"* ]]
}

@test "with what is processed in the headline its numbers are not said to be documents" {
	printf 'target: {headline: processed}\n' >>"$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 20 eval '[ "$(v btp target --json | jq -r .data.headline.name)" = processed ]'
	v btp report --output processed.html --lang en -q
	run text_of processed.html
	[[ "$output" =~ "The share over all, with what is processed, is "[0-9.]+" % ("[0-9]+" of "[0-9]+")." ]]
	[[ "$output" != *"went digitally:"* && "$output" != *"documents more would"* ]]
}
