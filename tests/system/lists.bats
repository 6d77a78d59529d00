# Distribution lists on real daemons: of the office and of the signed directory; whom they mean is fixed when a document is sent.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; printf 'Nội dung\n' >a.txt; }
teardown() { load common; end_lab; }

registry() { "$VANTHU" committee "$@" --registry "$LAB/registry" -q >/dev/null; }
has_version() { [ "$(v "$1" status --json | jq .data.directory.version)" -ge "$2" ]; }
send() { local who=$1; shift; v "$who" send a.txt --type CV --subject "Trích yếu" "$@" --json; }
refused() { # CODE TEXT: what the last command was refused with
	jq -e --arg code "$1" '.error.code == $code' <<<"$output" || return 1
	[[ $(jq -r '.error.message + .error.fix' <<<"$output") == *"$2"* ]]
}
with_office_lists() { # WHO: the office of WHO has a file of lists
	cat >lists
	printf 'tables:\n  lists: %s\n' "$PWD/lists" >>"$LAB/$1/vanthud.yaml"
}
reload() { kill -HUP "$(pid_of "$1")"; }
names() { v "$1" lists --json | jq -r '.data[].name'; }

@test "a list of the office: sent to by name, fixed when it is sent, printed by its name" {
	local id=01890a5d-ac96-774b-bcce-b302099a8057
	make_lab
	with_office_lists btp <<-'END'
		Khối tư pháp   thads, vanphong
		Khối tư pháp   btp # the sender itself
		Các chi bộ     cb-tonghop
	END
	start_lab
	v btp lists --json | jq -e '[.data[] | [.name, .source, .count, .faults]] == [["Khối tư pháp", "office", 3, 0], ["Các chi bộ", "office", 1, 0]]'
	v btp lists "khoi tu phap" --json | jq -e '[.data[].id] == ["thads", "vanphong", "btp"]'
	# Without tone marks, with hyphens; the sender is left out; nobody twice.
	send btp --to "@khoi-tu-phap" -n | jq -e '.data.recipients == ["thads", "vanphong"] and .data.lists == ["Khối tư pháp"]'
	send btp --to "cb-tonghop,@Khối tư pháp,thads,@Các-chi-bộ" --number 01-CV/ĐU --id "$id" --wait delivered --timeout 120 |
		jq -e '.data.recipients == ["cb-tonghop", "thads", "vanphong"]'
	v btp show 01-CV/ĐU --json | jq -e '.data.to == ["cb-tonghop", "thads", "vanphong"] and .data.lists == ["Khối tư pháp", "Các chi bộ"] and .data.listed == 1'
	v btp show 01-CV/ĐU | grep -q "Lists *Khối tư pháp, Các chi bộ"
	v btp outbox | grep -q "Khối tư pháp"
	v btp register out --format csv | grep -q "Cục Quản lý Thi hành án dân sự; Khối tư pháp; Các chi bộ"
	v btp find "khoi tu phap" --json | jq -e '.data | length == 1'
	# The recipients have no list of that name, and see whom it was for.
	v thads show 01-CV/ĐU --json | jq -e '.data.to == ["cb-tonghop", "thads", "vanphong"] and .data.lists == null'
	# The list changes: what was sent stays, and the same submission again gets the first answer.
	printf 'Khối tư pháp   cb-luutru\n' >lists
	reload btp
	is_new() { v btp lists --json | jq -e '.data | length == 1'; }
	wait_for 30 is_new
	send btp --to "cb-tonghop,@Khối tư pháp,thads,@Các-chi-bộ" --number 01-CV/ĐU --id "$id" |
		jq -e '.data.repeated and .data.recipients == ["cb-tonghop", "thads", "vanphong"] and .data.lists == ["Khối tư pháp", "Các chi bộ"]'
	run -6 send btp --to "@Khối tư pháp" --number 01-CV/ĐU --id "$id"
	refused VT-2002 ""
	v btp show 01-CV/ĐU --json | jq -e '.data.lists == ["Khối tư pháp", "Các chi bộ"]'
	send btp --to "@Khối tư pháp" -n | jq -e '.data.recipients == ["cb-luutru"]'
}

@test "what is wrong with a list is refused with its code, and nothing is sent" {
	make_lab
	with_office_lists btp <<-'END'
		Tổ một     thads
		Tổ mốt     vanphong
		Chỉ ta     btp
		Cũ         thads, nobody-here
	END
	start_lab
	run -5 send btp --to "@Tổ ba"
	refused VT-2061 "vanthu lists"
	run -5 send btp --to "@to mot"
	refused VT-2062 "tone marks"
	send btp --to "@Tổ-mốt" -n | jq -e '.data.recipients == ["vanphong"]'
	run -5 send btp --to "@Chỉ ta"
	refused VT-2063 "Chỉ ta"
	run -5 send btp --to "vanphong,@Cũ"
	refused VT-2064 "nobody-here (Cũ)"
	v btp lists "cũ" --json | jq -e '[.data[] | select(.fault) | .id] == ["nobody-here"]'
	run -5 v btp lists "không có" --json
	refused VT-2061 ""
	[ "$(v btp outbox --json | jq '.data | length')" = 0 ]
	# A committee that ends.
	registry retire cb-luutru
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 30 has_version btp 2
	printf 'Tổ hai   thads, cb-luutru\n' >lists
	reload btp
	is_new() { [ "$(names btp)" = "Tổ hai" ]; }
	wait_for 30 is_new
	run -5 send btp --to "@tổ hai"
	refused VT-2065 "cb-luutru (Tổ hai)"
	# A file with a fault is named by its line, and the one before stays in force.
	printf 'Tổ hai   thads\nTổ ba\n' >lists
	run -9 v btp config check
	[[ $output == *"lists:2: VT-2063"* ]]
	reload btp
	wait_for 30 grep -q "lists:2: VT-2063" "$LAB/btp/vanthud.log"
	[ "$(names btp)" = "Tổ hai" ]
}

@test "a list of the directory is signed, and spreads; one of the same name in an office is refused" {
	make_lab
	with_office_lists vanphong <<-'END'
		Khối đảng   cb-tonghop
	END
	start_lab
	printf '# của Đảng ủy Bộ\nKhối pháp luật   thads, cb-tonghop\nKhối đảng   vanphong\n' >signed
	registry lists signed
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 30 has_version vanphong 2
	v vanphong lists --json | jq -e '[.data[] | [.name, .source]] == [["Khối đảng", "office"], ["Khối pháp luật", "directory"], ["Khối đảng", "directory"]]'
	run -5 send vanphong --to "@Khối đảng"
	refused VT-2062 "rename"
	send vanphong --to "superior,@khối pháp luật" --number 01-CV/ĐUVP --wait delivered --timeout 120 | jq -e '.data.recipients == ["btp", "thads", "cb-tonghop"]'
	# The registry signs no list with somebody who is not there, nor a line that is none.
	printf 'Khối   thads, nobody-here\n' >signed
	run -5 "$VANTHU" committee lists signed --registry "$LAB/registry" --json
	refused VT-2064 "nobody-here (Khối)"
	printf 'Khối   thads\nKhối   thads\n' >signed
	run "$VANTHU" committee lists signed --registry "$LAB/registry" --json
	[[ $output == *"signed:2"* ]]
	# Other changes keep the lists.
	registry change thads --name "Đảng ủy khác"
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 30 has_version btp 3
	[ "$(names btp)" = "$(printf 'Khối pháp luật\nKhối đảng')" ]
	: >signed
	registry lists signed
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 30 has_version btp 4
	[ -z "$(names btp)" ]
}

@test "a recall is asked of those of a list that the document went to" {
	make_lab
	with_office_lists btp <<-'END'
		Khối một   thads, cb-tonghop
		Khối hai   cb-luutru
	END
	start_lab
	send btp --to vanphong,thads,cb-tonghop --number 02-CV/ĐU --wait delivered --timeout 120 >/dev/null
	run -5 v btp recall ask 02-CV/ĐU --reason "Nhầm" --to "@khoi hai" --json
	refused VT-2040 "Khối hai"
	run -5 v btp recall ask 02-CV/ĐU --reason "Nhầm" --to "@khoi ba" --json
	refused VT-2061 "khoi ba"
	v btp recall ask 02-CV/ĐU --reason "Nhầm" --to "@khoi mot" --json | jq -e '.data[0].asked == 2'
	v btp show 02-CV/ĐU --json | jq -e '[.data.receipts[] | select(.recall == "13") | .committee] | sort == ["cb-tonghop", "thads"]'
}
