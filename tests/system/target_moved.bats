# A committee that was moved, or has ended, in the figures of those above: what counted under a superior stays there, by name, in a row of its own, and
# rows add up to their sums wherever they are printed.

setup_file() {
	load common
	make_lab "" "office_group: $(id -gn)"
	start_lab
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	echo "văn bản" >vb.txt
	work
}
teardown_file() {
	load common
	end_lab
}
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}
teardown() { keep_logs; }

paper() { v "$1" paper add "$2" --type CV --number "$3" --subject "Giấy" "${@:4}" -q >/dev/null; }
has() { v "$1" target by committee --json | jq -e "[.data.rows[] | select(.committee == \"$2\" and .part != \"whole\") | .counted // 0] | add == $3"; } # AT WHO COUNT
stands() { v "$1" committee list --json | jq -e ".data[] | select(.id == \"$2\") | $3"; }

# Two of cb-nghiepvu under thads, then one under vanphong; cb-luutru ends with one counted.
work() {
	local who
	paper cb-nghiepvu in 1-CV/X
	paper cb-nghiepvu in 2-CV/X
	paper cb-tochuc in 3-CV/X
	paper cb-luutru in 4-CV/X
	for who in cb-nghiepvu cb-tochuc cb-luutru cb-tonghop thads vanphong; do v "$who" target report -q >/dev/null; done
	wait_for 30 has btp cb-nghiepvu 2
	wait_for 30 has vanphong cb-luutru 1
	"$VANTHU" committee move cb-nghiepvu --superior vanphong --registry "$LAB/registry" -q >/dev/null
	"$VANTHU" committee retire cb-luutru --registry "$LAB/registry" -q >/dev/null
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	for who in thads vanphong cb-nghiepvu; do wait_for 60 stands "$who" cb-nghiepvu '.superior == "vanphong"'; done
	wait_for 60 stands cb-nghiepvu cb-luutru .retired
	paper cb-nghiepvu in 5-CV/X
	v cb-nghiepvu target report --timeout 200 -q >/dev/null
	wait_for 60 has vanphong cb-nghiepvu 1
	wait_for 60 has btp cb-nghiepvu 3
}

# Each sum is that of the rows one level below it, as far as rows have numbers.
ADDS_UP='def n: . // 0; . as $r | [range(0; $r | length)] | all(. as $i |
	$r[$i] as $sum | $sum.sum | not or (
		[ $r[$i + 1:] | label $out | foreach .[] as $x (null; $x; if .depth <= $sum.depth then break $out else . end) | select(.depth == $sum.depth + 1) ] as $parts |
		all($sum.keys[]; . as $k | ($sum.row[$k] | n) == ([$parts[] | .row[$k] | n] | add))))'
by_adds() { v "$1" target by committee "${@:2}" --json | jq -e "[.data.rows[] | {depth, sum: (.part == \"whole\"), keys: [\"counted\", \"digital\", \"paper\", \"pending\", \"processed\", \"secret\"], row: .}] | $ADDS_UP"; }
export_adds() { v "$1" target export "${@:2}" --json | jq -e "[.data.committees[] | {depth, sum: (.row == \"sum\"), keys: [\"counted\", \"digital\", \"share_of\", \"share_all\"], row: .}] | $ADDS_UP"; }

text_of() { /usr/bin/python3 -c 'import html, re, sys; print(re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", open(sys.argv[1], encoding="utf-8").read(), flags=re.S)))))' "$1"; }

@test "rows add up to their sums at every level, on the screen and in the export" {
	local who
	for who in btp thads vanphong; do
		by_adds $who
		export_adds $who
	done
	by_adds btp --committee vanphong
	export_adds btp --committee thads
	v btp target by committee --json | jq -e '.data.rows | all(.counted == null or .counted >= 0)'
}

@test "who moved has its name in a row under the old superior, and counts there as it did" {
	v btp target by committee --json >by.json
	jq -e '.data.rows[] | select(.part == "former") | .committee == "cb-nghiepvu" and .name == "Chi bộ Phòng Nghiệp vụ" and .superior == "thads" and .above == ["thads", "btp"] and .counted == 2' by.json
	jq -e '.data.rows[] | select(.committee == "cb-nghiepvu" and .part == "own") | .superior == "vanphong" and .counted == 1' by.json
	jq -e '.data.rows[] | select(.committee == "thads" and .part == "whole") | .counted == 3' by.json
	v thads target export --json | jq -e '.data.committees[] | select(.row == "former") | .name == "Chi bộ Phòng Nghiệp vụ" and .superior == "thads" and .counted == 2'
	run -0 v thads target by committee
	[[ "$output" == *"Chi bộ Phòng Nghiệp vụ, while it"* ]]
	v thads report --output thads.html --lang en -q
	run text_of thads.html
	[[ "$output" == *"Chi bộ Phòng Nghiệp vụ (stands elsewhere now)"* ]]
}

@test "one figure a committee at one superior: what counted there, alone and by committee" {
	[ "$(v thads target --committee cb-nghiepvu --json | jq .data.counted)" = 2 ]
	[ "$(v vanphong target --committee cb-nghiepvu --json | jq .data.counted)" = 1 ]
	[ "$(v btp target --committee cb-nghiepvu --json | jq .data.counted)" = 3 ]
	[ "$(v btp target --committee vanphong --json | jq .data.subtree.counted)" = "$(v vanphong target --json | jq .data.subtree.counted)" ]
	[ "$(v btp target --committee thads --json | jq .data.subtree.counted)" = "$(v thads target --json | jq .data.subtree.counted)" ]
}

@test "who has ended counts, is no gap, and is not ranked" {
	v vanphong target by committee --json | jq -e '.data.rows[] | select(.committee == "cb-luutru") | .name == "Chi bộ Phòng Lưu trữ" and .state == "ended" and .counted == 1'
	v vanphong report --output vanphong.html --lang en -q
	run text_of vanphong.html
	[[ "$output" != *"Phòng Lưu trữ:"* ]]
	[[ "$output" == *"The line is reached by 0 of the 1 committee directly below that has figures."* ]]
}
