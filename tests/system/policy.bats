# Who may issue what: the table in the signed directory, where a document is submitted.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; printf 'Nội dung\n' >a.txt; }
teardown() { load common; end_lab; }

registry() { "$VANTHU" committee "$@" --registry "$LAB/registry" -q >/dev/null; }
has_version() { [ "$(v "$1" status --json | jq .data.directory.version)" -ge "$2" ]; }
give() { # VERSION: to all three that the tests look at
	local who
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	for who in btp vanphong cb-tonghop; do wait_for 30 has_version "$who" "$1"; done
}
send() { local who=$1; shift; v "$who" send a.txt --subject "Trích yếu" "$@" --json; }

@test "a level brings the base-level table, and a document against it is refused with its rule" {
	local text
	make_lab
	start_lab
	[ "$(v btp policy --json | jq '.data | length')" = 0 ]
	send cb-tonghop --to btp --type CT --number 01-CT/CB -n | jq -e '.data.competence_why == "no-level"'
	send cb-tonghop --to btp --type CT --number 01-CT/CB >/dev/null
	registry change cb-tonghop --level chi-bo
	registry change vanphong --level base
	give 3
	v cb-tonghop committee show vanphong --json | jq -e '.data.level == "base"'
	v cb-tonghop policy --json | jq -e '[.data[] | select(.level == "chi-bo" and .symbol == "CT")] == [{level: "chi-bo", direction: null, secrecy: null,
		symbol: "CT", type: "Chỉ thị", judgement: "may-not", rule: "399-QĐ/TW Art. 11, 13"}]'
	run -5 send cb-tonghop --to btp --type CT --number 02-CT/CB
	text=$(jq -r .error.message <<<"$output")
	jq -e '.error.code == "VT-2060"' <<<"$output"
	[[ $text == *"399-QĐ/TW Art. 11, 13"* ]]
	run -5 send cb-tonghop --to btp --type CT --number auto --dry-run
	send cb-tonghop --to btp --type NQ --number auto --dry-run | jq -e '.data.competence == "may" and .data.rule == "399-QĐ/TW Art. 11, 13" and
		.data.number == "01-NQ/CB" and .data.recipients == ["btp"]'
	send cb-tonghop --to btp --type TC --number 01-TC/CB --dry-run | jq -e '.data.competence == "unknown" and .data.rule == null and .data.competence_why == "no-row"'
	# The standing board has rows of its own.
	run -5 send vanphong --to btp --type HD --number 01-HD/ĐUVP
	send vanphong --to btp --type HD --number 01-HD/ĐUVP --competence "T/M BAN THƯỜNG VỤ" >/dev/null
	run -5 send vanphong --to btp --type QC --number 01-QC/ĐUVP --competence "T/M Ban thường vụ"
	# Who has no level is not judged.
	send btp --to vanphong --type CT --number 01-CT/ĐU >/dev/null
}

@test "a table of one's own is signed, by direction and secrecy; what is wrong with it is named" {
	make_lab
	start_lab
	registry change vanphong --level base
	printf 'base/up  CV  Công văn  may-not  Quy chế 5\nbase  CV  Công văn  may  Quy chế 6\n' >table
	registry policy table
	give 3
	run -5 send vanphong --to btp,cb-tonghop --type CV --number 01-CV/ĐUVP
	[[ $(jq -r .error.message <<<"$output") == *"Quy chế 5"* ]]
	run -5 send vanphong --to superior --type CV --number 01-CV/ĐUVP
	send vanphong --to subordinates,thads --type CV --number 01-CV/ĐUVP --wait delivered --timeout 120 >/dev/null
	send vanphong --to thads --type CV --number 02-CV/ĐUVP --dry-run | jq -e '.data.rule == "Quy chế 6"'
	printf 'base/up  CV  Công văn  may-not  Quy chế 5\nbase/sideways  CV  Công văn  may  x\n' >table
	run -2 "$VANTHU" committee policy table --registry "$LAB/registry" --json
	[[ $(jq -r .error.message <<<"$output") == *"table:2"* ]]
	run "$VANTHU" committee change vanphong --level base-standing --registry "$LAB/registry"
	[ "$status" -ne 0 ]
	: >table
	registry policy table
	give 4
	send vanphong --to btp --type CV --number 03-CV/ĐUVP -n | jq -e '.data.competence_why == "no-table"'
	send vanphong --to btp --type CV --number 03-CV/ĐUVP >/dev/null
	[ "$(v btp policy --json | jq '.data | length')" = 0 ]
}

@test "a document that was issued under the table before is not refused under the new one" {
	make_lab
	start_lab
	registry change vanphong --level base
	give 2
	kill9 btp
	send vanphong --to btp,thads --type CV --number 01-CV/ĐUVP >/dev/null
	printf 'base  CV  Công văn  may-not  Quy chế 7\n' >table
	registry policy table
	start_lab # its daemon takes the newer directory first
	wait_for 30 has_version thads 3
	all_there() { v vanphong show 01-CV/ĐUVP --json | jq -e '.data.state == "delivered"'; }
	wait_for 60 all_there
	wait_for 30 has_version vanphong 3
	run -5 send vanphong --to btp --type CV --number 02-CV/ĐUVP
}

@test "a submitter that goes by no table is refused by who judges, and sees the rule" {
	local lib id=01890a5d-ac96-774b-bcce-b302099a8057 all
	lib=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || skip "no libfaketime here (package faketime)"
	LD_PRELOAD=$lib FAKETIME=-9d make_lab
	start_lab
	kill9 vanphong
	cp "$LAB/registry/directory.vtd" v1.vtd
	LD_PRELOAD=$lib FAKETIME=-8d registry change vanphong --level chi-bo
	v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	wait_for 30 has_version thads 2
	kill9 btp
	cp v1.vtd "$LAB/registry/directory.vtd" # its daemon starts with the one before, and signs by it
	start_lab vanphong
	has_version vanphong 1
	send vanphong --to btp,thads --type CT --number 01-CT/ĐUVP --id "$id" >/dev/null
	start_lab
	was_refused() { v vanphong show "$id" --json | jq -e '.data.state == "refused"'; }
	wait_for 60 was_refused
	all=$(v vanphong show "$id" --json)
	jq -e '[.data.receipts[] | [.state, .reason, .rule]] | unique == [["refused", "VT-2060", "399-QĐ/TW Art. 11, 13"]]' <<<"$all"
	v vanphong show "$id" | grep -q "399-QĐ/TW"
	v vanphong trace "$id" --json | jq -e '[.data.recipients[].rule] | unique == ["399-QĐ/TW Art. 11, 13"]'
	run -5 send vanphong --to btp,thads --type CT --number 01-CT/ĐUVP --id "$id" --wait delivered
	[[ $(jq -r .error.message <<<"$output") == *"VT-2060"* ]]
	[ "$(v btp inbox --all --json | jq '.data | length')" = 0 ]
}
