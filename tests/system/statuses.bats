# Statuses from who may not give them, with texts that nobody sees, once more and without end: each lie is counted against its signer and changes
# nothing, and what others say of a document stays to be read. The liar is cuc, played by build/tests/badpeer; the daemon under test is bo's.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
		  - {id: vp, name: Chi bộ Văn phòng, symbol: CB, superior: bo, seal: false}
	END
	make_lab tree.yaml
	start_lab bo vp
	echo "nội dung" >vb.txt
	PORT=$(sed -n 's/^listen: tcp:\/\/127.0.0.1://p' "$LAB/bo/vanthud.yaml")
	KEY=$("$VANTHU" -c "$LAB/bo" key list --json | jq -r '.data[] | select(.use == "link") | .public_key')
	export LAB PORT KEY
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

bad() { run -0 timeout 600 "$ROOT/build/tests/badpeer" "$1" "tcp://127.0.0.1:$PORT" "$KEY" "$LAB/cuc" "${@:2}" </dev/null; }
violations() { v bo link show cuc --json | jq .data.violations; }
# NUMBER TO: sends it, and writes its proof into NUMBER.vte.
sent() {
	v bo send vb.txt --to "$2" --type CV --number "$1-CV/ĐU" --subject "Văn bản $1" -q >/dev/null
	v bo export "$1-CV/ĐU" --to "$1.vte" -q >/dev/null
}
said_by() { v bo show "$2-CV/ĐU" --json | jq -c --arg o "$1" '[.data.statuses[] | select(.committee == $o) | [.n, .code]]'; }

@test "of a document for another, and one that is the issuer's to give: counted, nothing kept" {
	local before
	sent 1 vp
	sent 2 cuc,vp
	before=$(violations)
	bad statuses 1.vte 1 1 "" "" 5 06
	bad statuses 2.vte 1 1 "" "" 5 13
	wait_for 20 eval "[ \"\$(violations)\" = $((before + 2)) ]"
	grep -q 'event=refused .*committee=cuc error=VT-2013' "$LAB/bo/vanthud.log"
	grep -q 'event=refused .*committee=cuc error=VT-2014' "$LAB/bo/vanthud.log"
	[ "$(said_by cuc 1)$(said_by cuc 2)" = '[][]' ]
}

@test "a text that nobody sees as it is, a day that is none, a time in no year: counted, nothing kept" {
	local before
	before=$(violations)
	bad statuses 2.vte 1 1 $'\e]0;x\a\e[2J' "" 5 06
	bad statuses 2.vte 1 1 $'gi\u202etxt.exe' "" 5 06
	bad statuses 2.vte 1 1 "" $'\e[31m' 5 06
	bad statuses 2.vte 1 1 "" 2027-02-30 5 06
	bad statuses 2.vte 1 1 "" "" 9223372036854775807 06
	bad statuses 2.vte 1 1 "" "" -1 06
	wait_for 20 eval "[ \"\$(violations)\" = $((before + 6)) ]"
	[ "$(said_by cuc 2)" = '[]' ]
	bad statuses 2.vte 1 1 "đã xong" 2027-02-28 5 06
	wait_for 20 eval "[ '[[1,\"06\"]]' = \"\$(said_by cuc 2)\" ]"
}

@test "the very same status again, numbered or not, is one status" {
	sent 3 cuc
	bad status-again 3.vte 5
	[ "$(said_by cuc 3)" = '[[1,"05"]]' ]
	bad statuses 3.vte 1 1 "other bytes under the number of the first" "" 5 06
	[ "$(said_by cuc 3)" = '[[1,"05"]]' ]
}

@test "more than an office may say of one document: the rest is counted, and others' are still shown" {
	sent 4 cuc,vp
	wait_for 60 eval "v vp accept 4-CV/ĐU -q"
	v vp assign 4-CV/ĐU --to An -q >/dev/null
	bad statuses 4.vte 1 997 long "" 5 15 16 06 05
	bad statuses 4.vte 999 4 "" "" 5 06 # 999, 1000, and two too many
	wait_for 20 eval "grep -q 'event=refused .*committee=cuc error=VT-5004' $LAB/bo/vanthud.log"
	wait_for 60 eval "[ '[[1,\"03\"],[2,\"04\"]]' = \"\$(said_by vp 4)\" ]"
	v bo show 4-CV/ĐU --json | jq -e '.data | .status_count == 1001 and (.statuses | length) < 100'
	run v bo show 4-CV/ĐU
	[[ $output == *"of 1001; the last of each office is above"* ]]
	v bo outbox --json | jq -e '.data | length == 4'
}
