# What docs/CLERK.md and docs/CLERK.vi.md say a clerk does: their console blocks, in order, each page on a lab of its own; and what helps on the way.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	unset VANTHU_CONFIG
}
teardown() {
	load common
	"$VANTHU" lab stop lab -q >/dev/null 2>&1 || true
	[ ! -e lab ] || LAB=$PWD/lab keep_logs
}

blocks() { # PAGE
	reserve_ports
	cp "$ROOT/etc/demo-tree.yaml" .
	PATH=$ROOT/build:$PATH /usr/bin/python3 -B "$ROOT/tests/helpers/console.py" "$ROOT/docs/$1" "$PORT"
}

@test "every console block of the clerk's page does what the page says" { blocks CLERK.md; }
@test "every console block of the Vietnamese page does what that page says, in Vietnamese" { VANTHU_LANG=vi blocks CLERK.vi.md; }

@test "a clerk's day ends the help, and fits a terminal of 24 lines with the prompt" {
	local lang day
	for lang in en vi; do
		"$VANTHU" --lang $lang help >help
		day=$(sed -n "/^A clerk's day:\|^Việc hằng ngày/,\$p" help)
		[ "$(wc -l <<<"$day")" -le 23 ]
		for word in inbox show accept return assign finish send trace recall paper due find register target; do grep -q "vanthu $word" <<<"$day"; done
	done
}

two_offices() {
	printf 'committees:\n  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}\n  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}\n' >tree.yaml
	make_lab tree.yaml
	start_lab
	echo "nội dung" >vb.txt
	for n in 1 2; do v bo send vb.txt --to cuc --type CV --number $n-CV/ĐU --subject "Việc $n" --wait delivered --timeout 60 -q >/dev/null; done
}

@test "what the status of a document forbids is answered with the command that helps" {
	two_offices
	forbidden() { # FIX COMMAND…
		local fix=$1
		shift
		run -6 v cuc "$@"
		[[ "$(tr -s ' \n' ' ' <<<"$output")" == *VT-2018*"$fix"* ]]
	}
	forbidden "vanthu accept 1-CV/ĐU" assign 1-CV/ĐU --to An
	v cuc return 1-CV/ĐU --reason x -q
	forbidden "vanthu accept 1-CV/ĐU" start 1-CV/ĐU
	v cuc accept 1-CV/ĐU -q
	v cuc assign 1-CV/ĐU --to An -q
	forbidden "vanthu finish 1-CV/ĐU --note" return 1-CV/ĐU --reason x
	v cuc finish 1-CV/ĐU -q
	forbidden "vanthu start 1-CV/ĐU" assign 1-CV/ĐU --to An
	forbidden "vanthu show 1-CV/ĐU" return 1-CV/ĐU --reason x
	end_lab
}

@test "what is no document of the act is said to be what it is, and who gave back is told in the list of those sent" {
	two_offices
	v cuc accept 1-CV/ĐU -q
	v cuc paper add in 9-CV/TU "Hỏi" --from "Tỉnh ủy" >paper
	grep -q "^Arrival no\. *2$" paper
	run -5 v cuc assign 9-CV/TU --to An
	[[ $output == *VT-1040*"vanthu paper show 9-CV/TU"* ]]
	run v bo accept 2-CV/ĐU
	[[ $output == *VT-1032*"vanthu show 2-CV/ĐU"* ]]
	run v cuc recall ask 1-CV/ĐU --reason x
	[[ $output == *VT-2051*"vanthu return 1-CV/ĐU"* ]]
	run v cuc register void out 14 --type CV --reason x
	[[ $output == *VT-1009*14-CV* ]]
	v cuc return 2-CV/ĐU --reason x -q
	given_back() { [[ "$(v bo outbox 2>&1)" == *"2-CV/ĐU: given back by 1."* ]]; }
	wait_for 60 given_back
	v bo recall ask 1-CV/ĐU --reason Sai -q
	run -6 v bo send vb.txt --replace 1-CV/ĐU --type CV --number auto --subject Mới
	[[ $output == *VT-2050*"without --replace"* ]]
	run -0 v bo send vb.txt --to cuc --type CV --number auto --subject Mới
	[[ $output == *"Đảng bộ Cục (cuc)"* ]]
	end_lab
}

@test "each list of a clerk ends with what can be done next, and a recall is the first of it" {
	two_offices
	run -0 v cuc inbox
	[[ "$output" == *"vanthu accept --all-valid"* ]]
	run -0 v cuc accept 1-CV/ĐU
	[[ "$output" =~ "vanthu assign "[0-9a-f]{8}" --to NAME" ]]
	run -0 v cuc assign 1-CV/ĐU --to An
	[[ "$output" =~ "vanthu finish "[0-9a-f]{8}.*"--reply-to "[0-9a-f]{8} ]]
	run -0 v cuc accept --all-valid
	run -0 v cuc accept --all-valid
	[ "$output" = "Nothing waits to be taken in." ]
	[ "$(v cuc accept --all-valid --json | jq -c .data)" = "[]" ]
	v bo recall ask 2-CV/ĐU --reason "Sai" -q
	asked() { [[ "$(v cuc inbox 2>&1)" =~ "vanthu recall agree "[0-9a-f]{8} ]]; }
	wait_for 60 asked
	end_lab
}

@test "the books have their Vietnamese names, and a page to print does not run over the terminal" {
	two_offices
	v cuc accept --all-valid -q >/dev/null
	[ "$(v cuc register đến --json)" = "$(v cuc register in --json)" ]
	[ "$(v cuc register "theo dõi" --json)" = "$(v cuc register followup --json)" ]
	v bo register đi --json | jq -e '.data | length == 2'
	run -2 v cuc register đâu
	run script -qec "'$VANTHU' -c '$LAB/cuc' register in --format html" /dev/null
	[[ "$output" == *VT-1001*--output* && "$output" != *"<html"* ]]
	v cuc register in --format html | grep -q '</html>'
	v cuc register in --period 2026-Q4 --format html | grep -q '<p>From 10/2026 to 12/2026</p>'
	v cuc --lang vi register in --period 2026-11 --format html | grep -q '<p>Tháng 11/2026</p>'
	end_lab
}
