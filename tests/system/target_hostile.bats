# A committee whose reports of figures lie, signed with its own key (build/tests/badpeer plays it): each lie is counted beside the others of its
# signer and flagged with what is in question, and no figure of it is summed. Real daemons report on over kills, a full disk and new keys.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	echo "văn bản" >vb.txt
}
teardown() { end_lab; }

link_key() { v "$1" key list --json | jq -r '.data[] | select(.use == "link") | .public_key'; }
begin() { # the daemon of btp, whose figures are told; thads never runs
	make_lab
	start_lab btp
	KEY=$(link_key btp)
	TO=$(sed -n 's/^listen: //p' "$LAB/btp/vanthud.yaml")
}
as() { local who=$1 trick=$2; shift 2; timeout 600 "$ROOT/build/tests/badpeer" "$trick" "$TO" "$KEY" "$LAB/$who" "$@" </dev/null; }
says() { # WAY…: reports of thads
	run -0 as thads reports btp "$@"
	[ "$output" = said ]
}
of() { v btp target by committee --json | jq -c --arg who "$1" ".data.rows[] | select(.committee == \$who and .depth == 1) | $2"; } # WHO JQ
report() { of thads .report | jq -c "$1"; }
has() { [ "$(report "$1")" = "$2" ]; }
counts() { [ "$(v btp target --json | jq .data.subtree.counted)" = "$1" ]; }
whole() { v btp target by committee --json | jq -c ".data.reports.$1"; }

@test "reports that are old, early, of years that are over or more than can be are counted by their reason, and none is summed" {
	begin
	says good
	wait_for 20 has .state '"reported"'
	counts 7
	has '[.refused, .again]' '[0,null]'
	says good again # its own link brings its own once more
	wait_for 20 has '[.refused, .refused_code]' '[1,"VT-2080"]'
	says good older
	wait_for 20 has '[.refused, .refused_code]' '[2,"VT-2080"]'
	says long-over
	wait_for 20 has '[.refused, .refused_code]' '[3,"VT-2081"]'
	says early
	wait_for 20 has '[.refused, .refused_code]' '[4,"VT-2081"]'
	says impossible
	wait_for 20 has '[.refused, .refused_code]' '[5,"VT-2082"]'
	says too-many
	wait_for 20 has '[.refused, .refused_code]' '[6,"VT-2082"]'
	says over-declared
	wait_for 20 has '[.refused, .refused_code]' '[7,"VT-2083"]'
	# what was taken before stands, and nothing else
	counts 7
	has .state '"reported"'
	[ "$(whole refused)" = '["thads"]' ]
	run -0 v btp target
	[[ "$output" == *"reports not taken: thads"* ]]
	run -1 v btp check target
	[[ "$output" == *"report refused: thads"* ]]
	# and all of it after a start
	kill_daemon btp
	start_lab btp
	has '[.refused, .refused_code]' '[7,"VT-2083"]'
	counts 7
	says good
	wait_for 20 eval '! v btp check target | grep -q "report refused"'
	counts 7
}

@test "a relay that shows old reports again is told by its name, and its subordinate has no fault of it" {
	below() { v btp target by committee --json | jq -c ".data.rows[] | select(.committee == \"cb-nghiepvu\") | .report | $1"; }
	below_has() { [ "$(below "$1")" = "$2" ]; }
	begin
	run -0 as thads reports-passed-on "$LAB/cb-nghiepvu" btp good again again older
	[ "$output" = said ]
	wait_for 20 below_has '[.refused, .again.count, .again.through, .state]' '[0,3,"thads","reported"]'
	counts 7
	[ "$(whole refused)" = '[]' ]
	# what can not be is its signer's, once
	run -0 as thads reports-passed-on "$LAB/cb-nghiepvu" btp impossible again
	wait_for 20 below_has '[.refused, .refused_code, .again.count]' '[1,"VT-2082",4]'
	counts 7
	grep -q 'event=refused committee=thads error=VT-2105' "$LAB/btp/vanthud.log"
	run -0 v btp target why --committee cb-nghiepvu
	[[ "$output" == *"came again through thads (4 in all)"* ]]
}

@test "a report in another's name is nobody's: it is counted at the link, and its committee is missing still" {
	local before
	begin
	before=$(v btp link show thads --json | jq .data.violations)
	run -0 as thads report-of-another btp cb-nghiepvu
	wait_for 20 eval '[ "$(v btp link show thads --json | jq .data.violations)" -gt '"$before"' ]'
	v btp target by committee --json | jq -e '.data.rows[] | select(.committee == "cb-nghiepvu") | .state == "missing" and .counted == null and .report.refused == 0'
	has '[.state, .refused]' '["missing",0]'
	[ "$(whole reported)" = 0 ]
	grep -qE 'event=refused committee=thads error=VT-30' "$LAB/btp/vanthud.log"
}

@test "documents that a report makes up or leaves out are named, with the number of what is ours" {
	begin
	v btp send vb.txt --to thads --type CV --number 1-CV/ĐU --subject "Số liệu" -q >/dev/null
	v btp export 1-CV/ĐU --to proof -q >/dev/null
	run -0 as thads receipt "$PWD/proof"
	wait_for 20 eval '[ "$(v btp show 1-CV/ĐU --json | jq -r .data.state)" = delivered ]'
	says made-up
	wait_for 20 has .unfit 2
	[ "$(whole unfit)" = '["thads"]' ]
	v btp target why --committee thads --json >why.json
	jq -e '.data.unfit == 2 and (.data.documents | length) == 2' why.json
	jq -e '[.data.documents[] | .number] | index("1-CV/ĐU") != null' why.json
	jq -e '[.data.documents[] | .id | gsub("-"; "")] | index("abababababababababababababababab") != null' why.json
	# what is in question is flagged; its figures are its own, and stand
	counts 8
}

@test "a type that a report names anew stands by itself, and figures of where its committee never stood are in no sum" {
	begin
	v btp paper add in --type KH --number 9-KH/X --subject "Giấy" -q >/dev/null
	says renamed
	wait_for 20 has .state '"reported"'
	v btp target by type --subtree --json | jq -e '.data.rows | map({(.type): [.type_name, .counted]}) | add |
		.KH == ["Kế hoạch", 1] and .FQKLAJIY == ["Công văn giả", 7]'
	# one that joins later was in no first directory
	"$VANTHU" lab add "$LAB" cb-moi --superior btp --name "Chi bộ mới" --symbol CB -q >/dev/null
	run -0 as cb-moi reports btp never-there
	wait_for 20 eval '[ "$(of cb-moi .state)" = "\"reported\"" ]'
	counts 8
	[ "$(whole 'misplaced | map([.committee, .name, .why, .documents])')" = '[["cb-moi","Chi bộ mới","never",7]]' ]
	[ "$(whole 'misplaced[0].month')" = "\"$(TZ=Asia/Ho_Chi_Minh date +%Y-%m)\"" ]
	run -0 v btp target
	[[ "$output" == *"in no sum: cb-moi"* ]]
	run v btp check target
	[[ "$output" == *"where it did not stand: cb-moi"* ]]
}

# ---- real ones ----

ours() { v "$1" target --json | jq -c '.data | [.counted, .digital, .paper, .pending]'; }
theirs() { v btp target by committee --json | jq -c --arg who "$1" '.data.rows[] | select(.committee == $who and .part == "own") | [.counted, .digital, .paper, .pending]'; }
fits() { [ "$(ours "$1")" = "$(theirs "$1")" ]; }
paper() { v "$1" paper add in --type CV --number "$2" --subject "Giấy" -q >/dev/null; }

@test "kills while reports are on their way lose and double no figure at any level" {
	local i who
	make_lab
	start_lab btp thads cb-nghiepvu
	local order=(btp thads cb-nghiepvu)
	for i in 1 2 3 4 5 6; do
		paper cb-nghiepvu "$i-CV/A"
		paper thads "$i-CV/B"
		# one asks in vain when its daemon goes first
		for who in thads cb-nghiepvu; do timeout 100 "$VANTHU" -c "$LAB/$who" target report -q >/dev/null 2>&1 3>&- & done
		for who in 0 1 2; do kill_daemon "${order[(who + i) % 3]}"; done
		wait
		start_lab btp thads cb-nghiepvu
	done
	for who in thads cb-nghiepvu; do v "$who" target report -q >/dev/null; done
	wait_for 60 fits thads
	wait_for 60 fits cb-nghiepvu
	[ "$(theirs cb-nghiepvu)" = '[6,0,6,0]' ]
	[ "$(theirs thads)" = '[6,0,6,0]' ]
	v btp target by committee --json | jq -e '.data.rows | all(.report.refused == null or .report.refused == 0)'
	[ "$(v btp target recount --json | jq '.data.differences')" = '[]' ]
}

@test "reports go on under a new key, and what the old one signed stands" {
	make_lab
	start_lab btp thads
	paper thads 1-CV/B
	v thads target report -q >/dev/null
	wait_for 20 fits thads
	v thads key new --sign -q >/dev/null
	"$VANTHU" key rotate "$LAB/thads/sign.key.request" --registry "$LAB/registry" --overlap 1 -q >/dev/null
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 60 eval '[ "$(v thads status --json | jq .data.directory.version)" = 2 ]'
	paper thads 2-CV/B
	v thads target report -q >/dev/null
	wait_for 60 fits thads
	[ "$(theirs thads)" = '[2,0,2,0]' ]
	has '[.refused, .unfit, .state]' '[0,0,"reported"]'
}

full_disk() {
	cd "$1" || return 1
	mkdir -p "$LAB/btp/data"
	mount -t tmpfs -o size=40m tmpfs "$LAB/btp/data" || return 77
	start_lab btp thads
	paper thads 1-CV/B || return 1
	v thads target report -q >/dev/null || return 1
	wait_for 20 fits thads || return 1
	head -c 60000000 /dev/zero >"$LAB/btp/data/filler" 2>/dev/null
	paper thads 2-CV/B || return 1
	v thads target report -q >/dev/null || return 1
	# it says that it is full, and what it had stays what it was
	wait_for 20 grep -q 'event=room submissions=0' "$LAB/btp/vanthud.log" || return 1
	[ "$(theirs thads)" = '[1,0,1,0]' ] || [ "$(theirs thads)" = '[2,0,2,0]' ] || return 1
	rm "$LAB/btp/data/filler"
	wait_for 60 eval 'v thads target report -q; fits thads' || return 1
	[ "$(theirs thads)" = '[2,0,2,0]' ] || return 1
	v btp target by committee --json | jq -e '.data.reports.refused == []' >/dev/null || return 1
	stop_lab
}

@test "a full disk above holds up reports, and they are there when there is room" {
	unshare -m true 2>/dev/null || skip "no mount namespace here"
	make_lab "$ROOT/etc/demo-tree.yaml" "store: {reserve: 12M, map: 256M}"
	export LAB VANTHU ROOT
	export -f full_disk start_lab stop_lab v wait_for paper ours theirs fits
	run unshare -m bash -c 'full_disk "$1"' _ "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" != 77 ] || skip "no tmpfs here"
	[ "$status" = 0 ]
}
