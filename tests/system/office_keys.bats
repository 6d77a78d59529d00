# Keys that change while the office's word is under way: what a revoked key had signed is refused, and comes again by a resend; a recall that
# waits is answered by the new key.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
		  - {id: chi, name: Chi bộ, symbol: CB, superior: cuc}
	END
	make_lab tree.yaml
	start_lab
	echo "nội dung" >vb.txt
	v bo send vb.txt --to cuc --type CV --number auto --subject "Thử" --wait delivered --timeout 60 -q >/dev/null
}
teardown() { end_lab; }

signs_with() { v "${1:-cuc}" key list --json | jq -r '.data[] | select(.use == "sign" and .in_use).key_id'; }
new_key() { # COMMITTEE, or cuc
	local before who=${1:-cuc}
	before=$(signs_with "$who")
	v "$who" key new --sign -q >/dev/null
	"$VANTHU" key rotate "$LAB/$who/sign.key.request" --registry "$LAB/registry" --overlap 1 -q >/dev/null
	v "$who" committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 20 eval "[ \"\$(signs_with $who)\" != $before ]"
}
heard() { v bo show 01-CV/ĐU --json | jq -c '[.data.statuses[] | select(.committee == "cuc") | [.n, .code]]'; }
hears() { [ "$(heard)" = "$1" ]; }

@test "a status whose key was revoked on its way: refused, and with a resend it comes again, once" {
	local old
	old=$(signs_with)
	"$VANTHU" lab stop "$LAB" bo -q >/dev/null
	v cuc accept 01-CV/ĐU -q >/dev/null
	new_key
	"$VANTHU" key revoke cuc "${old:0:12}" --registry "$LAB/registry" -q -y >/dev/null
	start_lab bo
	v bo committee import "$LAB/registry/directory.vtd" -q >/dev/null || true # it reads the file itself when it starts
	wait_for 60 grep -q 'event=refused .*committee=cuc error=VT-3004' "$LAB/bo/vanthud.log"
	v cuc start 01-CV/ĐU -q >/dev/null
	wait_for 60 hears '[[2,"05"]]'
	v bo resend 01-CV/ĐU --to cuc -q >/dev/null
	wait_for 60 hears '[[1,"03"],[2,"05"]]'
	v bo show 01-CV/ĐU --json | jq -e '.data.receipts[0] | .code == "05" and .arrival == 1'
	diff <(v cuc show 01-CV/ĐU --json | jq .data.statuses) <(v bo show 01-CV/ĐU --json | jq .data.statuses)
	v cuc register in --json | jq -e '.data | length == 1'
}

@test "a recall that waits is answered by the key that came meanwhile" {
	v bo recall ask 01-CV/ĐU --reason "thu hồi" -q >/dev/null
	asked() { v cuc show 01-CV/ĐU --json | jq -e '.data.work.recall == "13"'; }
	wait_for 60 asked
	new_key
	v cuc recall agree 01-CV/ĐU --note "đồng ý" -q >/dev/null
	wait_for 60 hears '[[1,"15"]]'
	v bo show 01-CV/ĐU --json | jq -e '.data.receipts[0].recall == "15"'
}

@test "a receipt whose key was revoked on its way: refused, and with a resend it comes anew, and counts once" {
	local old
	old=$(signs_with chi)
	"$VANTHU" lab stop "$LAB" chi -q >/dev/null
	v bo send vb.txt --to chi --type CV --number auto --subject "Cho chi bộ" -q >/dev/null
	has_relayed() { v cuc queue list --json | jq -e '.data | length == 1' >/dev/null; }
	wait_for 60 has_relayed
	"$VANTHU" lab stop "$LAB" bo -q >/dev/null
	start_lab chi
	arrived() { v chi inbox --json | jq -e '.data | length == 1'; }
	wait_for 60 arrived
	new_key chi
	"$VANTHU" key revoke chi "${old:0:12}" --registry "$LAB/registry" -q -y >/dev/null
	v chi committee import "$LAB/registry/directory.vtd" -q >/dev/null
	start_lab bo
	v bo committee import "$LAB/registry/directory.vtd" -q >/dev/null || true
	wait_for 60 grep -q 'event=refused .*error=VT-3004' "$LAB/bo/vanthud.log"
	v bo outbox --json | jq -e '.data[] | select(.number == "02-CV/ĐU") | .delivered == 0'
	for _ in 1 2; do # once more is nothing new
		v cuc resend 02-CV/ĐU --to chi -q >/dev/null
		counted() { v bo show 02-CV/ĐU --json | jq -e '.data.receipts | length == 1 and .[0].state == "delivered"'; }
		wait_for 60 counted
	done
	v bo outbox --json | jq -e '.data[] | select(.number == "02-CV/ĐU") | .delivered == 1'
}
