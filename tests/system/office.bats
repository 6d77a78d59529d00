# The records office on real daemons: what a clerk does with what has arrived, and what the issuer sees of it.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
		  - {id: vp, name: Chi bộ Văn phòng, symbol: CB, superior: cuc, seal: false}
	END
	make_lab tree.yaml
	start_lab
	export LAB
	echo "nội dung" >vb.txt
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

send() { v "$1" send vb.txt --to "$2" --type "$(cut -d- -f2 <<<"${3%/*}")" --number "$3" --subject "Văn bản $3" --wait delivered --timeout 60 -q "${@:4}" >/dev/null; }
# What the issuer has heard of a recipient: code, arrival number.
heard() { # ISSUER NUMBER RECIPIENT
	v "$1" show "$2" --json | jq -r --arg r "$3" '.data.receipts[]|select(.committee==$r)|"\(.code // "-") \(.arrival // "-")"'
}
hears() { [ "$(heard "$1" "$2" "$3")" = "$4" ]; }
own() { v "$1" show "$2" --json | jq -r '.data.work|"\(.code) \(.arrival // "-")"'; }

@test "all that has arrived is accepted at once, the oldest first, and each issuer hears the number" {
	send bo cuc,vp 1-KH/ĐU
	send bo cuc 2-KH/ĐU
	send vp cuc 1-BC/CB
	v cuc accept --all-valid -n --json | jq -e '[.data[]|.dry_run]|all and length == 3'
	hears bo 1-KH/ĐU cuc "- -"
	v cuc accept --all-valid --json | jq -e '[.data[].arrival] == [1,2,3]'
	wait_for 60 hears bo 1-KH/ĐU cuc "03 1"
	wait_for 60 hears bo 2-KH/ĐU cuc "03 2"
	wait_for 60 hears vp 1-BC/CB cuc "03 3"
	hears bo 1-KH/ĐU vp "- -"
	v cuc accept --all-valid --json | jq -e '.data == []'
	v cuc accept 2-KH/ĐU --json | jq -e '.data[0] | .repeated and .arrival == 2'
}

@test "assigned, begun, answered and finished: both ends have the same history, signed" {
	local id answer
	v cuc assign 1-KH/ĐU --to "Nguyễn Văn An" --with "Ban Tổ chức, Lê Thị B" --due 31/12/2099 --note "tham mưu trả lời" --as "Trần C" -q >/dev/null
	due_is() { v cuc show 1-KH/ĐU --json | jq -e --arg due "$1" '.data.work.due == $due' >/dev/null; }
	v cuc assign 1-KH/ĐU --to "Lê Thị B" -q >/dev/null # to another: the deadline stays
	due_is 2099-12-31
	v cuc show 1-KH/ĐU --json | jq -e '.data.work.to == "Lê Thị B" and .data.statuses[-1].due == "2099-12-31"'
	v cuc assign 1-KH/ĐU --to "Lê Thị B" --due none -q >/dev/null
	v cuc show 1-KH/ĐU --json | jq -e '.data.work.due == null or .data.work.due == ""'
	v cuc assign 1-KH/ĐU --to "Nguyễn Văn An" --with "Ban Tổ chức, Lê Thị B" --due 31/12/2099 --note "tham mưu trả lời" --as "Trần C" -q >/dev/null
	v cuc start 1-KH/ĐU -q >/dev/null
	send cuc bo 1-BC/ĐU
	v cuc finish 1-KH/ĐU --answer 1-BC/ĐU --note "đã báo cáo" -q >/dev/null
	wait_for 60 hears bo 1-KH/ĐU cuc "06 1"
	answer=$(v cuc show 1-BC/ĐU --json | jq -r .data.id)
	v cuc show 1-KH/ĐU --json | jq -e --arg a "$answer" '.data.work | .to == "Nguyễn Văn An" and .with == ["Ban Tổ chức","Lê Thị B"] and .due == "2099-12-31" and .answer == $a'
	diff <(v cuc show 1-KH/ĐU --json | jq '.data.statuses') <(v bo show 1-KH/ĐU --json | jq '[.data.statuses[]|select(.committee=="cuc")]')
	v bo show 1-KH/ĐU --json | jq -e '[.data.statuses[]|select(.committee=="cuc").code] == ["03","04","04","04","04","05","06"]'
	id=$(v cuc show 1-KH/ĐU --json | jq -r .data.id)
	v cuc start "$id" -q >/dev/null # after all it goes on
	wait_for 60 hears bo 1-KH/ĐU cuc "05 1"
}

@test "returned with a reason that the issuer reads; by mistake, and accepted after all under its number" {
	run v vp return 1-KH/ĐU
	[ "$status" = 2 ]
	v vp return 1-KH/ĐU --reason "gửi nhầm đơn vị" -q >/dev/null
	wait_for 60 hears bo 1-KH/ĐU vp "02 -"
	v bo show 1-KH/ĐU --json | jq -e '[.data.statuses[]|select(.committee=="vp").note] == ["gửi nhầm đơn vị"]'
	run v vp assign 1-KH/ĐU --to A --json
	[ "$status" = 6 ]
	v vp accept 1-KH/ĐU -q >/dev/null
	wait_for 60 hears bo 1-KH/ĐU vp "03 1"
	v vp return 1-KH/ĐU --reason "sai thẩm quyền" -q >/dev/null
	v vp accept 1-KH/ĐU --json | jq -e '.data[0].arrival == 1'
}

@test "many at a time: what cannot be done is said in its row, the others are done, and the exit code says so" {
	send bo cuc 3-KH/ĐU
	run --separate-stderr bash -c "printf '3-KH/ĐU\n\n99-KH/ĐU\n2-KH/ĐU\r\n' | '$VANTHU' -c '$LAB/cuc' finish - --json"
	[ "$status" = 7 ]
	jq -e '.data | .[0].error == "VT-2018" and .[0].code == "01" and .[1].error == "VT-2001" and .[2].code == "06"' <<<"$output"
	run v cuc finish 3-KH/ĐU
	[ "$status" = 6 ]
	[[ $output == *"3-KH/ĐU is: arrived, not accepted yet"* ]]
	run v cuc finish 3-KH/ĐU 99-KH/ĐU
	[ "$status" = 6 ]
	run v bo accept 3-KH/ĐU
	[ "$status" != 0 ]
	[[ $output == *VT-1032*"vanthu show 3-KH/ĐU"*"vanthu recall ask 3-KH/ĐU"* ]]
}

@test "an answer that was lost with the daemon is had by asking again: one number, one line, one status" {
	local pid
	send bo cuc 4-KH/ĐU
	v cuc accept 4-KH/ĐU -q >/dev/null
	pid=$(pid_of cuc)
	kill -9 "$pid"
	wait_for 60 eval "! kill -0 $pid 2>/dev/null"
	start_lab cuc
	v cuc accept 4-KH/ĐU --json | jq -e '.data[0] | .repeated and .arrival == 4'
	v cuc accept 3-KH/ĐU --json | jq -e '.data[0].arrival == 5'
	wait_for 60 hears bo 4-KH/ĐU cuc "03 4"
	v cuc show 4-KH/ĐU --json | jq -e '.data.statuses | length == 1'
}

@test "two clerks at the same instant get two numbers" {
	local n one
	for n in 5 6 7 8; do send bo cuc "$n-KH/ĐU"; done
	for n in 5 6 7 8; do v cuc accept "$n-KH/ĐU" --json >"got-$n" & done
	wait
	one=$(jq '.data[0].arrival' got-5 got-6 got-7 got-8 | sort -n | tr '\n' ' ')
	[ "$one" = "6 7 8 9 " ]
}

@test "names come from standard input too, and one that is none stands in the report as it was typed" {
	run -4 --separate-stderr v vp accept - <<<$'71-QĐ/ĐU\n\nxyz'
	[[ "$output" == *"71-QĐ/ĐU VT-2001"* && "$output" == *"xyz "*VT-2001* ]]
	v vp help accept | grep -F -- "-: those that standard input names"
	run -1 grep -F "standard input" <(v vp help show)
}
