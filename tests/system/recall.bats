# Recalls on real daemons: asked by the issuer, answered by each recipient, the same at both ends.

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

send() { v "$1" send vb.txt --to "$2" --type KH --number "$3" --subject "Văn bản $3" -q "${@:4}" >/dev/null; }
delivered() { send "$@" --wait delivered --timeout 60; }
# What the issuer knows of one recipient: outcome and what was said with it.
outcome() { v "$1" show "$2" --json | jq -r --arg r "$3" '.data.receipts[]|select(.committee==$r)|"\(.recall // "-") \(.recall_note // "-")"'; }
knows() { [ "$(outcome "$1" "$2" "$3")" = "$4" ]; }
own() { v "$1" show "$2" --json | jq -r '.data.work|"\(.recall // "-") \(.recall_reason // "-")"'; }
has() { [ "$(own "$1" "$2")" = "$3" ]; }

@test "asked of a group: one agrees, one declines, each with its words, and both ends say the same" {
	delivered bo subtree 1-KH/ĐU
	v cuc accept 1-KH/ĐU -q >/dev/null
	run v cuc recall agree 1-KH/ĐU --json # nobody asks
	[ "$status" = 6 ]
	[[ $output == *VT-2052* ]]
	v bo recall ask 1-KH/ĐU --reason "gửi nhầm" -n --json | jq -e '.data[0].asked == 2 and .data[0].dry_run'
	knows bo 1-KH/ĐU cuc "- -"
	v bo recall ask 1-KH/ĐU --reason "gửi nhầm" --json | jq -e '.data[0] | .asked == 2 and .recall == "13" and (.repeated | not)'
	v bo recall ask 1-KH/ĐU --reason "gửi nhầm" --json | jq -e '.data[0].repeated' # nobody twice
	knows bo 1-KH/ĐU cuc "13 -"
	wait_for 60 has cuc 1-KH/ĐU "13 gửi nhầm"
	wait_for 60 has vp 1-KH/ĐU "13 gửi nhầm"
	run v vp recall decline 1-KH/ĐU
	[ "$status" = 2 ]
	v vp recall decline 1-KH/ĐU --reason "đã thi hành" -q >/dev/null
	v cuc recall agree 1-KH/ĐU --note "đã hủy" -q >/dev/null
	wait_for 60 knows bo 1-KH/ĐU cuc "15 đã hủy"
	wait_for 60 knows bo 1-KH/ĐU vp "16 đã thi hành"
	has cuc 1-KH/ĐU "15 gửi nhầm"
	has vp 1-KH/ĐU "16 gửi nhầm"
	v bo trace 1-KH/ĐU --json | jq -e '[.data.recipients[]|.recall] | sort == ["15","16"]'
}

@test "frozen: with who agreed for every act, with the issuer for a resend; the registers say it" {
	local act
	for act in "accept" "return --reason x" "assign --to A" "start" "finish" "recall decline --reason x"; do
		# shellcheck disable=SC2086
		run v cuc $act 1-KH/ĐU --json
		[ "$status" = 6 ]
		[[ $output == *VT-2050* ]]
	done
	run v bo resend 1-KH/ĐU --to cuc --json
	[ "$status" = 6 ]
	[[ $output == *VT-2050* ]]
	v bo register out --json | jq -e '[.data[].additions[]|select(.code=="13").note] == ["gửi nhầm"]'
	v cuc register in --json | jq -e '[.data[].additions[]|select(.code=="15")|"\(.note) \(.office)"] == ["đã hủy null"]'
}

@test "both books have both answers, and each side reads what it did and what was done to it" {
	v bo register out --json | jq -e '[.data[]|select(.symbol=="1-KH/ĐU").additions[]|"\(.code) \(.office // "-") \(.note)"] | .[0] == "13 - gửi nhầm" and (.[1:]|sort) == ["15 cuc đã hủy","16 vp đã thi hành"]'
	v bo register out --json | jq -e '[.data[].additions[]|select(.office=="vp").office_name] == ["Chi bộ Văn phòng"]'
	v vp accept 1-KH/ĐU -q >/dev/null # taken in now: what was answered before stands in its history
	COLUMNS=400 v bo register out --lang vi >book.txt 2>/dev/null
	grep -q "đã đề nghị thu hồi – gửi nhầm" book.txt
	run ! grep -q "bị đề nghị" book.txt
	grep -q "không đồng ý thu hồi – Chi bộ Văn phòng – đã thi hành" book.txt
	grep -q "đồng ý thu hồi – Đảng bộ Cục – đã hủy" book.txt
	delivered bo cuc 7-KH/ĐU
	v cuc accept 7-KH/ĐU -q >/dev/null
	[[ $(COLUMNS=200 v bo recall ask 7-KH/ĐU --reason "sai" --lang vi 2>/dev/null) == *"đã đề nghị thu hồi"* ]]
	[[ $(COLUMNS=300 v bo show 7-KH/ĐU --lang vi 2>/dev/null) != *"bị đề nghị"* ]]
	[[ $(COLUMNS=300 v bo trace 7-KH/ĐU --lang vi 2>/dev/null) == *"đã đề nghị thu hồi"* ]]
	wait_for 60 has cuc 7-KH/ĐU "13 sai"
	[[ $(COLUMNS=300 v cuc inbox --lang vi 2>/dev/null) == *"bị đề nghị thu hồi"* ]]
	[[ $(COLUMNS=300 v cuc show 7-KH/ĐU --lang vi 2>/dev/null) == *"bị đề nghị thu hồi"* ]]
	v cuc recall decline 7-KH/ĐU --reason "đang làm" -q >/dev/null
	v cuc register in --json | jq -e '[.data[]|select(.symbol=="7-KH/ĐU").additions[]|"\(.code) \(.note)"] == ["16 đang làm"]'
	wait_for 60 knows bo 7-KH/ĐU cuc "16 đang làm"
	v bo register out --json | jq -e '[.data[]|select(.symbol=="7-KH/ĐU").additions[].code] == ["13","16"]'
	kill_daemon bo
	start_lab
	v bo register out --json | jq -e '[.data[]|select(.symbol=="7-KH/ĐU").additions[]|select(.code=="16").office] == ["cuc"]'
}

@test "declined and asked once more, of that one alone" {
	v bo recall ask 1-KH/ĐU --to vp --reason "lần hai" --json | jq -e '.data[0].asked == 1'
	knows bo 1-KH/ĐU vp "13 -"
	wait_for 60 has vp 1-KH/ĐU "13 lần hai"
	v vp recall agree 1-KH/ĐU -q >/dev/null
	wait_for 60 knows bo 1-KH/ĐU vp "15 -"
	run v bo recall ask 1-KH/ĐU --reason "lần ba" --json
	[ "$status" = 6 ]
	[[ $output == *VT-2050* ]]
}

@test "what is another's, unknown, or went elsewhere is refused" {
	run v cuc recall ask 1-KH/ĐU --reason x --json
	[ "$status" = 5 ]
	[[ $output == *VT-2051* ]]
	id=$(v cuc show 1-KH/ĐU --json | jq -r .data.id)
	run v cuc recall ask "$id" --reason x --json
	[ "$status" != 0 ]
	[[ $output == *VT-2051* ]]
	run v bo recall ask 99-KH/ĐU --reason x
	[ "$status" = 4 ]
	delivered bo cuc 2-KH/ĐU
	run v bo recall ask 2-KH/ĐU --to vp --reason x --json
	[ "$status" != 0 ]
	[[ $output == *VT-2040* ]]
	run v bo recall ask 2-KH/ĐU
	[ "$status" = 2 ]
	run v bo recall
	[ "$status" = 2 ]
}

@test "a recipient that is off, and daemons killed between: asked when it has the document" {
	"$VANTHU" lab stop "$LAB" vp -q >/dev/null
	send bo vp 3-KH/ĐU
	v bo recall ask 3-KH/ĐU --reason "thu hồi" -q >/dev/null
	kill_daemon bo
	start_lab
	knows bo 3-KH/ĐU vp "13 -"
	start_lab
	wait_for 60 has vp 3-KH/ĐU "13 thu hồi"
	v vp recall agree 3-KH/ĐU -q >/dev/null
	kill_daemon vp
	start_lab
	wait_for 60 knows bo 3-KH/ĐU vp "15 -"
}

@test "recall.content: drop: the content goes with the agreement, what is known of it stays, also after a kill" {
	head -c 100000 /dev/urandom >lon.bin
	printf 'recall:\n  content: drop\n' >>"$LAB/vp/vanthud.yaml"
	kill -HUP "$(pid_of vp)"
	wait_for 20 grep -q event=reloaded "$LAB/vp/vanthud.log"
	v bo send vb.txt lon.bin --to vp,cuc --type KH --number 4-KH/ĐU --subject "Văn bản 4" -q --wait delivered --timeout 60 >/dev/null
	v bo recall ask 4-KH/ĐU --reason "sai" -q >/dev/null
	wait_for 60 has vp 4-KH/ĐU "13 sai"
	wait_for 60 has cuc 4-KH/ĐU "13 sai"
	v vp accept 4-KH/ĐU -q >/dev/null
	v cuc recall agree 4-KH/ĐU -q >/dev/null
	v vp recall agree 4-KH/ĐU -q >/dev/null
	is_dropped() { v vp show 4-KH/ĐU --json | jq -e '.data.content_dropped' >/dev/null; }
	wait_for 60 is_dropped
	run v vp save 4-KH/ĐU --to here --json
	[ "$status" = 5 ]
	[[ $output == *VT-2056* ]]
	run v vp verify 4-KH/ĐU --json
	[[ $output == *VT-2056* ]]
	v vp trace 4-KH/ĐU --json | jq -e '.data.hops | length > 0' # its records are all here
	kill_daemon vp
	start_lab
	v vp show 4-KH/ĐU --json | jq -e '.data | .subject == "Văn bản 4" and (.attachments|map(.name)) == ["vb.txt","lon.bin"] and .work.recall == "15"'
	v vp register in --json | jq -e '[.data[]|select(.symbol=="4-KH/ĐU")]|length == 1'
	COLUMNS=160 v vp inbox --all --lang en 2>/dev/null | grep -E "4-KH/ĐU +.*agreed to give back" # not as accepted, which it was before
	v vp show 4-KH/ĐU --lang en 2>&1 | grep -q "given back"
	v cuc save 4-KH/ĐU --to there -q # keeps it, as configured
	v bo save 4-KH/ĐU --to own -q    # and so does the issuer
	cmp own/lon.bin lon.bin
	wait_for 60 knows bo 4-KH/ĐU vp "15 -"
	run v vp send vb.txt --reply-to 4-KH/ĐU --to bo --type BC --number 1-BC/CB --subject x --strict --json
	[ "$status" = 5 ]
	[[ $output == *VT-1033* ]]
}

stored() { # WHO FILE: where its content lies
	local sum
	sum=$(sha256sum "$2" | cut -c 1-64)
	echo "$LAB/$1/data/files/${sum:0:2}/$sum"
}
asked_back() { # NUMBER
	v bo recall ask "$1" --reason "sai" -q >/dev/null
	wait_for 60 has vp "$1" "13 sai"
	v vp recall agree "$1" -q >/dev/null
	is_gone() { v vp show "$1" --json | jq -e '.data.content_dropped' >/dev/null; }
	wait_for 60 is_gone "$1"
}

@test "a kill between the agreement and the removal of the file: it goes after the start, and one that another document has stays" {
	head -c 90000 /dev/urandom >rieng.bin
	head -c 80000 /dev/urandom >chung.bin
	v bo send vb.txt rieng.bin chung.bin --to vp --type KH --number 5-KH/ĐU --subject "Văn bản 5" -q --wait delivered --timeout 60 >/dev/null
	v bo send vb.txt chung.bin --to vp --type KH --number 6-KH/ĐU --subject "Văn bản 6" -q --wait delivered --timeout 60 >/dev/null
	asked_back 5-KH/ĐU
	# files that were written in the last five minutes wait: so this is between commit and removal
	[ -f "$(stored vp rieng.bin)" ]
	kill_daemon vp
	start_lab
	wait_for 60 test ! -e "$(stored vp rieng.bin)"
	[ ! -e "$(stored vp rieng.bin).leaves" ]
	[ -f "$(stored vp chung.bin)" ]
	v vp save 6-KH/ĐU --to con -q
	cmp con/chung.bin chung.bin
	[ -f "$(stored bo rieng.bin)" ]
	asked_back 6-KH/ĐU
	[ ! -e "$(stored vp chung.bin)" ] || kill_daemon vp
	start_lab
	wait_for 60 test ! -e "$(stored vp chung.bin)"
	v bo save 6-KH/ĐU --to goc -q
	cmp goc/chung.bin chung.bin
}
