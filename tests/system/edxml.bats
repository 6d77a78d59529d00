# edXML in and out of real daemons: a document that the State's system wrote is sent as ours, once; its statuses are what our office does; and
# what is written here is read as the same. The forms themselves: tests/edxml, tests/unit/tools/edxml.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ Tư pháp, symbol: ĐU, organ_ids: ["A24.11", "000.00.11.A24"]}
		  - {id: cuc, name: Chi bộ Cục Thi hành án, symbol: CB, superior: bo, organ_ids: ["000.00.12.A24"]}
		  - {id: vu, name: Chi bộ Vụ, symbol: CB, superior: bo}
		  - {id: cu, name: Chi bộ Cũ, symbol: CB, superior: bo, organ_ids: [{code: A24.99, until: 31/12/2025}, A24.98]}
	END
	make_lab tree.yaml
	start_lab
	export LAB
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	FORMS=$ROOT/tests/edxml
}
teardown() { keep_logs; }

# One of the forms under a number of the test's own, to a file: FORM NUMBER FILE [sed…]. Its date is today: it counts as what is sent now.
form() {
	local from=$1 number=$2 to=$3
	shift 3
	sed -e "s#\(CodeNumber>\)05<#\1$number<#; s#,05/NQ/ĐU#,$number/NQ/ĐU#" "$@" "$FORMS/$from.edxml" >"$to"
}
# A status of WHO about NUMBER of bo: WHO CODE NUMBER FILE [NOTE]
status_file() {
	sed -e "s#ResponseFor><edXML:OrganId>000.00.12.A24#ResponseFor><edXML:OrganId>000.00.11.A24#; s#From><edXML:OrganId>000.00.11.A24#From><edXML:OrganId>$1#" \
		-e "s#StatusCode>[0-9]*<#StatusCode>$2<#; s#05/NQ/ĐU#$3/NQ/ĐU#g; s#Ghi chú [0-9]*#${5:-Ghi chú}#" "$FORMS/status-accepted.edxml" >"$4"
}
has() { v "$1" show "$2" --json >/dev/null; }
code_is() { v "$1" show "$2" --json | jq -e --arg c "$3" '.data.work.code == $c'; }

@test "check says what a file is, without any daemon" {
	run -0 --separate-stderr "$VANTHU" edxml check "$FORMS/plain.edxml" --json
	jq -e '.data | .kind == "document" and .number == "05-NQ/ĐU" and .date == "2026-11-24" and .type == "Nghị quyết" and .business == "new" and
		.from.organ_id == "000.00.11.A24" and .to[0].organ_id == "000.00.12.A24" and .warnings == [] and
		.parts == [{part: 1, name: "nghi-quyet.pdf", media_type: "application/pdf", content_type: "application/pdf", size_bytes: 89}]' <<<"$output"
	jq -e --arg s "$(sha256sum <"$FORMS/plain.edxml" | cut -d' ' -f1)" '.data.sha256 == $s' <<<"$output"
	run -0 --separate-stderr "$VANTHU" edxml check - --json <"$FORMS/zip-called-pdf.edxml"
	jq -e '.data | .parts[0].size_bytes == 89 and .warnings[0].kind == "packed"' <<<"$output"
	run -0 --separate-stderr "$VANTHU" edxml check "$FORMS/status-refused.edxml" --json
	jq -e '.data | .kind == "status" and .code == "02" and .note == "Ghi chú 02" and .about[0].number == "05/NQ/ĐU"' <<<"$output"
	run -0 --separate-stderr env LANGUAGE=vi "$VANTHU" edxml check "$FORMS/misspelt-names.edxml"
	[[ $output == *"05-NQ/ĐU"* && $stderr == *PromulagationInfo* ]]
}

@test "every refused file has its code, what would mend it, and exit status 5; nothing of it stays" {
	local f want n=0
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
	for f in "$FORMS"/*.edxml; do
		want=$(sed -n 's/^refused: \(VT-[0-9]*\).*/\1/p' "${f%.edxml}.txt" | head -1)
		[ -n "$want" ] || continue
		n=$((n + 1))
		run -5 --separate-stderr "$VANTHU" edxml check "$f" --json
		jq -e --arg c "$want" '.error.code == $c and (.error.fix | length > 0)' <<<"$output" || { echo "$f $output"; false; }
	done
	[ "$n" -ge 20 ]
	[ -z "$(ls -A "$TMPDIR")" ]
	[ ! -e /tmp/x.pdf ]
}

@test "a document of the State's form is sent as ours, once" {
	form plain 11 a.edxml
	run -0 --separate-stderr v bo edxml import a.edxml -n --json
	jq -e '.data | .dry_run and .recipients == ["cuc"]' <<<"$output"
	run ! has bo 11-NQ/ĐU
	run -0 --separate-stderr v bo edxml import a.edxml --wait delivered --timeout 120 --json
	id=$(jq -r .data.id <<<"$output")
	v cuc show "$id" --json | jq -e '.data | .number == "11-NQ/ĐU" and .type == "NQ" and .urgency == "khan" and .issued == "2026-11-24" and
		.subject == "Nghị quyết về chuyển đổi số" and ([.. | strings] | contains(["Nguyễn Văn An", "BÍ THƯ", "T/M ĐẢNG ỦY"]))'
	v cuc save "$id" --to saved -q >/dev/null
	[ "$(head -c 24 saved/nghi-quyet.pdf)" = "%PDF-1.4 made for a test" ]
	run -0 --separate-stderr v bo edxml import a.edxml --json
	jq -e --arg id "$id" '.data | .id == $id and .repeated' <<<"$output"
	# its DocumentId there stays, word for word, whoever names the document to that system
	v cuc show "$id" --json | jq -e '.data.foreign_id == "000.00.11.A24,2026/11/24,11/NQ/ĐU"'
	v cuc edxml export "$id" --status 01 -o back.edxml -q
	"$VANTHU" edxml check back.edxml --json | jq -e '.data.about[0].document_id == "000.00.11.A24,2026/11/24,11/NQ/ĐU"'
	v cuc edxml export "$id" -o again.edxml -q
	"$VANTHU" edxml check again.edxml --json | jq -e '.data.document_id == "000.00.11.A24,2026/11/24,11/NQ/ĐU"'
	run -0 --separate-stderr v bo edxml import again.edxml --json
	jq -e --arg id "$id" '.data | .id == $id and .repeated' <<<"$output"
	v bo outbox --number 11-NQ/ĐU --json | jq -e '.data | length == 1'
}

@test "a file that is packed under another name is sent as what it is" {
	form zip-called-pdf 12 a.edxml
	v bo edxml import a.edxml --wait delivered --timeout 120 -q >/dev/null
	v cuc save 12-NQ/ĐU --to saved -q >/dev/null
	[ "$(head -c 8 saved/nghi-quyet.pdf)" = "%PDF-1.4" ]
}

@test "an organ that nobody has is refused with the nearest, and --to says whom" {
	form plain 13 a.edxml -e 's#000.00.12.A24</edXML:OrganId><edXML:OrganName>Chi#000.00.12.A25</edXML:OrganId><edXML:OrganName>Chi#'
	run -5 --separate-stderr v bo edxml import a.edxml --json
	jq -e '.error | .code == "VT-1068" and (.fix | contains("000.00.12.A24 (cuc)"))' <<<"$output"
	run ! has bo 13-NQ/ĐU
	run -0 --separate-stderr v bo edxml import a.edxml --to vu --json
	jq -e '.data.recipients == ["vu"]' <<<"$output"
	form plain 14 b.edxml -e 's#000.00.12.A24</edXML:OrganId>#VU</edXML:OrganId>#' # an id of ours stands for a code
	run -0 --separate-stderr v bo edxml import b.edxml --json
	jq -e '.data.recipients == ["vu"]' <<<"$output"
}

@test "what another committee issued is not ours to send; what has no file is nothing to send" {
	form plain 15 a.edxml
	run -5 --separate-stderr v cuc edxml import a.edxml --json
	jq -e '.error.code == "VT-1071"' <<<"$output"
	form recall-without-files 15 b.edxml -e 's#BussinessDocType>1#BussinessDocType>0#'
	run -5 --separate-stderr v bo edxml import b.edxml --json
	jq -e '.error.code == "VT-1070"' <<<"$output"
}

@test "each thing that a file says makes it another document, and what is written with each file does not" {
	import_id() { "$VANTHU" edxml check "$1" --json | jq -r .data.import_id; }
	local form what edit
	while IFS='|' read -r what form edit; do
		sed -E "$edit" "$FORMS/$form.edxml" >b.edxml
		! cmp -s "$FORMS/$form.edxml" b.edxml || { echo "nothing edited: $edit"; return 1; }
		if [ "$(import_id "$FORMS/$form.edxml")" = "$(import_id b.edxml)" ]; then [ "$what" = same ]; else [ "$what" = other ]; fi ||
			{ echo "not $what: $form $edit"; return 1; }
	done <<-'END'
		same|plain|s#(Timestamp>)[^<]*#\12026/11/25 08:09:10#g
		same|update-of-receivers|s#(Timestamp>)[^<]*#\12026/11/25 08:09:10#g
		same|replacement|s#(<edXML:TraceHeader><edXML:OrganId>)[^<]*#\1000.00.99.A24#
		same|plain|s#></#>  </#
		other|plain|s#(DocumentId>)[^<]*#\1x#
		other|plain|s#(FullName>)[^<]*#\1Ai khác#
		other|update-of-receivers|s#28\.22\.H17#28.23.H17#
		other|update-of-receivers|s#(ReceiverType>)1#\10#
		other|update-of-receivers|s#(<edXML:Paper>)0#\11#
		other|replacement|s#2026/11/01,04#2026/11/02,05#
		other|replacement|s#28\.22\.H17#28.23.H17#
		other|plain|s#JVBERi0xLjQg#JVBERi0xLjUg#
		other|plain|s#</edXML:MessageHeader>#<x:Hộp xmlns:x="urn:x">7</x:Hộp></edXML:MessageHeader>#
	END
}

@test "a file that its system has written anew is the same document; one that says something else is another" {
	local id
	form plain 91 a.edxml
	id=$(v bo edxml import a.edxml --json | jq -r .data.id)
	sed -E 's#(Timestamp>)[^<]*#\12026/11/25 08:09:10#g; s#></#>\n</#g' a.edxml >b.edxml
	! cmp -s a.edxml b.edxml
	grep -q '2026/11/25 08:09:10' b.edxml
	[ "$(v bo edxml import b.edxml --json | jq -r .data.id)" = "$id" ]
	sed 's#<edXML:Subject>#<edXML:Subject>Khác: #' a.edxml >c.edxml
	! cmp -s a.edxml c.edxml
	[ "$(v bo edxml import c.edxml --json | jq -r .data.id)" != "$id" ]
	[ "$(v bo outbox --number 91-NQ/ĐU --json | jq '.data | length')" = 2 ]
}

@test "statuses are what our office does, and what is repeated changes nothing" {
	form plain 16 a.edxml
	v bo edxml import a.edxml --wait delivered --timeout 120 -q >/dev/null
	status_file 000.00.12.A24 01 16 s.edxml
	v cuc edxml import s.edxml -q
	code_is cuc 16-NQ/ĐU 01
	status_file 000.00.12.A24 03 16 s.edxml
	v cuc edxml import s.edxml -q
	code_is cuc 16-NQ/ĐU 03
	run -0 --separate-stderr v cuc edxml import s.edxml --json
	# Assigned, and not said to whom: to that office.
	status_file 000.00.12.A24 04 16 s.edxml "Chưa rõ"
	/usr/bin/python3 -c 'import re, sys
s = open("s.edxml").read()
open("s.edxml", "w").write(re.sub(r"<(\w+:)?StaffInfo>.*?</(\w+:)?StaffInfo>", "", s, flags=re.S))'
	! grep -q StaffInfo s.edxml
	v cuc edxml import s.edxml -q
	v cuc show 16-NQ/ĐU --json | jq -e '.data.work | .code == "04" and .to != null and .to != "Trần Thị Bình"'
	status_file 000.00.12.A24 04 16 s.edxml "Trình trước thứ sáu"
	v cuc edxml import s.edxml -q
	v cuc show 16-NQ/ĐU --json | jq -e '.data.work | .code == "04" and .to == "Trần Thị Bình" and .note == "Trình trước thứ sáu"'
	status_file 000.00.12.A24 05 16 s.edxml
	v cuc edxml import s.edxml -q
	status_file 000.00.12.A24 06 16 s.edxml
	v cuc edxml import s.edxml -q
	code_is cuc 16-NQ/ĐU 06
	at_bo() { v bo show 16-NQ/ĐU --json | jq -e '.data.receipts[0].code == "06"'; }
	wait_for 60 at_bo
}

@test "a status that nothing is done with, and one about nothing, are refused" {
	status_file 000.00.12.A24 07 16 s.edxml
	run -5 --separate-stderr v cuc edxml import s.edxml --json
	jq -e '.error.code == "VT-1069"' <<<"$output"
	status_file 000.00.12.A24 03 99 s.edxml
	run -4 --separate-stderr v cuc edxml import s.edxml --json
	sed -i 's#ResponseFor>#Khac>#g' s.edxml
	run -5 --separate-stderr v cuc edxml import s.edxml --json
	jq -e '.error.code == "VT-1072"' <<<"$output"
	status_file 000.00.11.A24 03 16 s.edxml
	run -5 --separate-stderr v cuc edxml import s.edxml --json # of another office
	jq -e '.error.code == "VT-1071"' <<<"$output"
}

@test "what goes wrong there is refused with a reason, and returned" {
	form plain 17 a.edxml
	v bo edxml import a.edxml --wait delivered --timeout 120 -q >/dev/null
	status_file 000.00.12.A24 02 17 s.edxml "Gửi nhầm đơn vị"
	v cuc edxml import s.edxml -q
	v cuc show 17-NQ/ĐU --json | jq -e '.data | .work.code == "02" and .statuses[-1].note == "Gửi nhầm đơn vị"'
}

@test "a recall comes as a document of kind 1 or as status 13, and is answered by 15 and 16" {
	local n
	for n in 18 19; do
		form plain $n a$n.edxml
		v bo edxml import a$n.edxml --wait delivered --timeout 120 -q >/dev/null
	done
	form recall-without-files 18 r.edxml -e 's#<edXML:DocumentId>000.00.11.A24,2026/11/01,04/NQ/ĐU#<edXML:DocumentId>000.00.11.A24,2026/11/24,18/NQ/ĐU#'
	v bo edxml import r.edxml -q
	status_file 000.00.11.A24 13 19 s.edxml "Sai nội dung"
	sed -i 's#ResponseFor><edXML:OrganId>000.00.11.A24#ResponseFor><edXML:OrganId>000.00.12.A24#' s.edxml
	v bo edxml import s.edxml -q
	asked() { v cuc show "$1-NQ/ĐU" --json | jq -e '.data.work.recall == "13"'; }
	wait_for 60 asked 18
	wait_for 60 asked 19
	v bo edxml export 19-NQ/ĐU --status 13 -o asked.edxml -q
	"$VANTHU" edxml check asked.edxml --json | jq -e '.data | .code == "13" and .note == "Sai nội dung" and .about[0].organ_id == "000.00.12.A24"'
	status_file 000.00.12.A24 15 18 s.edxml
	v cuc edxml import s.edxml -q
	status_file 000.00.12.A24 16 19 s.edxml "Đã xử lý xong"
	v cuc edxml import s.edxml -q
	answered() { v bo show "$1-NQ/ĐU" --json | jq -e --arg c "$2" '.data.receipts[0].recall == $c'; }
	wait_for 60 answered 18 15
	wait_for 60 answered 19 16
	v cuc edxml export 19-NQ/ĐU --status 16 -o no.edxml -q
	"$VANTHU" edxml check no.edxml --json | jq -e '.data | .code == "16" and .note == "Đã xử lý xong"'
}

@test "what is replaced and updated is found by the id that the State's form has" {
	form plain 20 a.edxml
	v bo edxml import a.edxml -q >/dev/null
	form update-of-receivers 21 u.edxml -e 's#2026/11/01,04/NQ/ĐU#2026/11/24,20/NQ/ĐU#'
	v bo edxml import u.edxml -q >/dev/null
	v bo show 21-NQ/ĐU --json | jq -e --arg id "$(v bo show 20-NQ/ĐU --json | jq -r .data.id)" '.data | .business == "update" and .concerns.id == $id'
	form replacement 22 r.edxml -e 's#2026/11/01,04/NQ/ĐU#2026/11/24,21/NQ/ĐU#'
	v bo edxml import r.edxml -q >/dev/null
	v bo show 22-NQ/ĐU --json | jq -e '.data.business == "replace"'
	form replacement 23 r.edxml -e 's#2026/11/01,04/NQ/ĐU#2026/11/24,77/NQ/ĐU#'
	run -4 --separate-stderr v bo edxml import r.edxml --json
	jq -e '.error.code == "VT-2053"' <<<"$output"
}

@test "what was written here is read as the same document, at both ends, with everything that edXML has no place for" {
	head -c 3000000 /dev/urandom >lon.bin
	printf 'Kế hoạch & <nội dung>\n' >'kế hoạch.txt'
	v bo send 'kế hoạch.txt' lon.bin --to cuc,vu --type QyĐ --number 31-QĐ/ĐU --subject 'Quy định "số" & <chữ>' --urgency hoa-toc --date 2026-11-20 --due 2026-12-30 \
		--signer "Trần Văn B" --position "PHÓ BÍ THƯ" --competence "T/M ĐẢNG ỦY" --term 2025-2030 --note "Ghi chú" --paper-copies 3 \
		--wait delivered --timeout 120 -q >/dev/null
	v bo edxml export 31-QĐ/ĐU -o out.edxml -q
	v cuc edxml export 31-QĐ/ĐU -o in.edxml -q
	v bo edxml export 31-QĐ/ĐU >stdout.edxml
	cmp out.edxml stdout.edxml
	cmp out.edxml in.edxml
	"$VANTHU" edxml check out.edxml --json | jq -e '.data | .number == "31-QĐ/ĐU" and .from.organ_id == "000.00.11.A24" and .document_id == "000.00.11.A24,2026/11/20,31-QĐ/ĐU" and
		[.to[].organ_id] == ["000.00.12.A24", "vu"] and (.parts | map(.name)) == ["kế hoạch.txt", "lon.bin"] and .warnings == []'
	run -6 --separate-stderr v bo edxml export 31-QĐ/ĐU -o out.edxml # nothing is written over
	run -0 --separate-stderr v bo edxml import out.edxml --json
	jq -e --arg id "$(v bo show 31-QĐ/ĐU --json | jq -r .data.id)" '.data | .id == $id and .repeated' <<<"$output"
}

@test "our office's acts are written as statuses" {
	form plain 24 a.edxml
	v bo edxml import a.edxml --wait delivered --timeout 120 -q >/dev/null
	v cuc edxml export 24-NQ/ĐU --status 01 -o one.edxml -q
	"$VANTHU" edxml check one.edxml --json | jq -e '.data | .kind == "status" and .code == "01" and .from.organ_id == "000.00.12.A24" and
		.about == [{organ_id: "000.00.11.A24", number: "24-NQ/ĐU", document_id: "000.00.11.A24,2026/11/24,24/NQ/ĐU", date: "2026-11-24"}]'
	run -6 --separate-stderr v cuc edxml export 24-NQ/ĐU --status 03 --json -o three.edxml
	[ ! -e three.edxml ]
	v cuc accept 24-NQ/ĐU -q >/dev/null
	v cuc edxml export 24-NQ/ĐU --status 03 -o three.edxml -q
	"$VANTHU" edxml check three.edxml --json | jq -e '.data.code == "03"'
	run -0 --separate-stderr v cuc edxml import three.edxml --json # what we said ourselves is done already
}

@test "a code of an organ has days: a document goes to who had it on its day" {
	v bo committee show cu --json | jq -e '.data | .organ_ids == ["A24.99", "A24.98"] and .organs == [{code: "A24.99", from: null, until: "2025-12-31"}]'
	form plain 41 old.edxml -e 's#000.00.12.A24</edXML:OrganId>#A24.99</edXML:OrganId>#; s#PromulgationDate>2026/11/24#PromulgationDate>2025/11/24#'
	form plain 42 new.edxml -e 's#000.00.12.A24</edXML:OrganId>#A24.99</edXML:OrganId>#'
	v bo edxml import old.edxml -n --json | jq -e '.data.recipients == ["cu"]'
	run -5 --separate-stderr v bo edxml import new.edxml -n --json
	jq -e '.error.code == "VT-1068"' <<<"$output"
	v bo committee change vu --organ-id A24.99 --from 01/01/2026 --registry "$LAB/registry" -q >/dev/null
	has_code() { v bo committee show vu --json | jq -e '.data | .organ_ids == ["A24.99"] and .organs == [{code: "A24.99", from: "2026-01-01", until: null}]'; }
	wait_for 60 has_code
	v bo edxml import old.edxml -n --json | jq -e '.data.recipients == ["cu"]'
	v bo edxml import new.edxml -n --json | jq -e '.data.recipients == ["vu"]'
	v bo committee show vu | grep -q "A24.99 (2026-01-01–)"
	v bo edxml import new.edxml -q >/dev/null
	v bo edxml export 42-NQ/ĐU -o out.edxml -q
	"$VANTHU" edxml check out.edxml --json | jq -e '.data.to[0].organ_id == "A24.99"'
	run -2 --separate-stderr v bo committee change vu --organ-id A24.99 --from 2026-02-01 --until 2026-01-01 --registry "$LAB/registry" --json
	jq -e '.error.code == "VT-1005"' <<<"$output"
	v bo committee change vu --organ-id A24.99 --until 2026-06-30 --registry "$LAB/registry" -q >/dev/null
	ended() { v bo committee show vu --json | jq -e '.data.organs == [{code: "A24.99", from: null, until: "2026-06-30"}]'; }
	wait_for 60 ended
}

@test "64 MB in one line of base64 are sent and written, in little memory" {
	head -c 64000000 /dev/urandom >ban-quet.pdf
	{
		sed "s#CodeNumber>05<#CodeNumber>43<#; s#<edXML:ContentTransferEncoded.*##; s#application/pdf#application/pdf#" "$FORMS/plain.edxml" | sed '/<AttachmentEncoded>/q'
		printf '<x:ContentTransferEncoded xmlns:x="urn:x">'
		base64 -w0 ban-quet.pdf
		printf '</x:ContentTransferEncoded></Attachment></AttachmentEncoded></edXML>'
	} >a.edxml
	(ulimit -v 400000 && exec "$VANTHU" -c "$LAB/bo" edxml import a.edxml --wait delivered --timeout 300 -q) >/dev/null
	v cuc save 43-NQ/ĐU --to saved -q >/dev/null
	cmp ban-quet.pdf saved/nghi-quyet.pdf
	(ulimit -v 400000 && exec "$VANTHU" -c "$LAB/cuc" edxml export 43-NQ/ĐU -o out.edxml -q) >/dev/null
	"$VANTHU" edxml check out.edxml --json | jq -e '.data.parts[0].size_bytes == 64000000'
}

@test "what was written here is the same document when it comes back: with a number that was given, a group, a newer one; here and there, twice" {
	local id n
	printf 'Kế hoạch\n' >kh.txt
	id=$(v bo send kh.txt --to subordinates --type KH --number auto --subject 'Kế hoạch năm' --signer "Trần Văn B" --position "BÍ THƯ" \
		--wait delivered --timeout 120 --json | jq -r .data.id)
	n=$(v bo show "$id" --json | jq -r .data.number)
	v bo edxml export "$id" -o out.edxml -q
	for _ in 1 2; do
		run -0 --separate-stderr v bo edxml import out.edxml --json
		jq -e --arg id "$id" --arg n "$n" '.data | .id == $id and .repeated and .number == $n and (.recipients | index("cuc")) and .warnings == []' <<<"$output"
		run -0 --separate-stderr v cuc edxml import out.edxml --json
		jq -e --arg id "$id" '.data | .id == $id and .repeated' <<<"$output"
	done
	run -0 --separate-stderr v bo edxml import out.edxml --wait delivered --timeout 120 --json
	run -0 --separate-stderr v bo edxml import out.edxml -n --json
	jq -e '.data | .dry_run and .repeated' <<<"$output"
	# another content under its id is none
	sed 's#Kế hoạch năm#Kế hoạch tháng#g' out.edxml >other.edxml
	run -6 --separate-stderr v bo edxml import other.edxml --json
	jq -e '.error.code == "VT-2002"' <<<"$output"
	run -5 --separate-stderr v cuc edxml import other.edxml --json
	jq -e '.error.code == "VT-1071"' <<<"$output"
	run -6 --separate-stderr v bo edxml import out.edxml --subject Khác --json
	# a newer one of it
	for what in update replace; do
		v bo send kh.txt --"$what" "$id" --type KH --number auto --subject "Kế hoạch $what" --wait delivered --timeout 120 --json >sent.json
		v bo edxml export "$(jq -r .data.id sent.json)" -o "$what.edxml" -q
		for who in bo cuc bo; do
			run -0 --separate-stderr v "$who" edxml import "$what.edxml" --json
			jq -e --arg id "$(jq -r .data.id sent.json)" '.data | .id == $id and .repeated' <<<"$output"
		done
	done
	v bo outbox --json | jq -e --arg id "$id" '[.data[] | select(.id == $id)] | length == 1'
	# a recall is asked once, however often its status comes back
	v bo recall ask "$id" --to cuc --reason "Gửi nhầm" -q >/dev/null
	v bo edxml export "$id" --status 13 -o asked.edxml -q
	run -0 --separate-stderr v bo edxml import asked.edxml --json
	run -0 --separate-stderr v bo edxml import asked.edxml --json
	asked() { v cuc show "$id" --json | jq -e '.data.work.recall == "13"'; }
	wait_for 60 asked
	v bo show "$id" --json | jq -e '[.data.receipts[] | select(.recall == "13") | .committee] == ["cuc"]'
}

@test "a status names its document by the id that the other system gave it, together with who issued it" {
	local a b
	form plain 51 a.edxml -e 's#<edXML:DocumentId>000.00.11.A24,2026/11/24,51/NQ/ĐU#<edXML:DocumentId>VB-2026/0815#'
	v bo edxml import a.edxml --wait delivered --timeout 120 -q >/dev/null
	about() { # WHOSE CODE FILE ID
		status_file 000.00.12.A24 "$2" 51 "$3"
		sed -i -e "s#ResponseFor><edXML:OrganId>000.00.11.A24#ResponseFor><edXML:OrganId>$1#; s#<edXML:Code>[^<]*#<edXML:Code>#; s#<edXML:DocumentId>[^<]*#<edXML:DocumentId>$4#" "$3"
	}
	about 000.00.11.A24 03 s.edxml VB-2026/0815
	v cuc edxml import s.edxml -q
	code_is cuc 51-NQ/ĐU 03
	about 000.00.11.a24 05 s.edxml VB-2026/0815 # codes have no case
	v cuc edxml import s.edxml -q
	code_is cuc 51-NQ/ĐU 05
	about A24.98 06 s.edxml VB-2026/0815 # of another organ that is known here: no such document
	run -4 --separate-stderr v cuc edxml import s.edxml --json
	about 000.00.11.A24 06 s.edxml VB-2026/08 # word for word
	run -4 --separate-stderr v cuc edxml import s.edxml --json
	about A99.11 06 s.edxml VB-2026/0815 # of one that nobody knows: by the id alone
	v cuc edxml import s.edxml -q
	code_is cuc 51-NQ/ĐU 06
	# two that one system gave the same id
	form plain 52 b.edxml -e 's#<edXML:DocumentId>000.00.11.A24,2026/11/24,52/NQ/ĐU#<edXML:DocumentId>VB-2026/0815#'
	v bo edxml import b.edxml --wait delivered --timeout 120 -q >/dev/null
	about 000.00.11.A24 03 s.edxml VB-2026/0815
	run -2 --separate-stderr v cuc edxml import s.edxml --json
	a=$(v cuc show 51-NQ/ĐU --json | jq -r .data.id) b=$(v cuc show 52-NQ/ĐU --json | jq -r .data.id)
	jq -e --arg a "$a" --arg b "$b" '.error | .code == "VT-1007" and (.. | strings | select(contains($a[-8:])))' <<<"$output" || { echo "$output"; false; }
	code_is cuc 52-NQ/ĐU 01
	# what the issuer asks back, by the same id
	form plain 53 c.edxml -e 's#<edXML:DocumentId>000.00.11.A24,2026/11/24,53/NQ/ĐU#<edXML:DocumentId>VB-2026/0816#'
	v bo edxml import c.edxml --wait delivered --timeout 120 -q >/dev/null
	about 000.00.12.A24 13 s.edxml VB-2026/0816
	sed -i 's#From><edXML:OrganId>000.00.12.A24#From><edXML:OrganId>000.00.11.A24#' s.edxml
	v bo edxml import s.edxml -q
	asked() { v cuc show 53-NQ/ĐU --json | jq -e '.data.work.recall == "13"'; }
	wait_for 60 asked
}

@test "what no field here takes goes with the document, and stands in its place again where another committee writes it" {
	local id header
	form unknown-elements 61 a.edxml -e 's#<edXML:Priority>1</edXML:Priority>#<edXML:Priority>1</edXML:Priority><edXML:TyperNotation>NVA</edXML:TyperNotation><edXML:PageAmount>7</edXML:PageAmount>#' \
		-e 's#</edXML:OtherInfo>#</edXML:OtherInfo><edXML:ResponseFor><edXML:OrganId>000.00.00.G15</edXML:OrganId><edXML:Code>99/BTP-VP</edXML:Code></edXML:ResponseFor><edXML:SteeringType>2</edXML:SteeringType>#' \
		-e 's#</edXML:TraceHeaderList>#</edXML:TraceHeaderList><Signature xmlns="http://www.w3.org/2000/09/xmldsig\#"><SignatureValue>AbC=</SignatureValue></Signature>#'
	mkdir tmp
	TMPDIR=$PWD/tmp v bo edxml import a.edxml --wait delivered --timeout 120 --json >sent.json
	[ -z "$(ls -A tmp)" ]
	id=$(jq -r .data.id sent.json)
	v cuc show "$id" --json | jq -e '.data.edxml_bytes > 500 and .data.edxml_bytes <= 16384'
	v cuc show "$id" | grep -q "From edXML"
	v cuc edxml export "$id" -o out.edxml -q
	v bo edxml export "$id" -o ours.edxml -q
	cmp out.edxml ours.edxml
	# by a parser that shares no code with ours: places, namespaces, escaped texts
	python3 - out.edxml <<-'END'
		import sys, xml.etree.ElementTree as E
		n = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
		h = E.parse(sys.argv[1]).getroot().find(f"{n}edXMLEnvelope/{n}edXMLHeader")
		m = h.find(f"{n}MessageHeader")
		new = m.find(f"{n}Mới")
		assert new.text == "giữ <lại>" and new.get("a") == "1", new
		assert new[0].tag == "{urn:x}y" and new[0].get("{urn:x}z") == "2", new[0]
		assert h.find("{urn:ngoai}Ngoai").text == "1"
		assert h.find("{http://www.w3.org/2000/09/xmldsig#}Signature/{http://www.w3.org/2000/09/xmldsig#}SignatureValue").text == "AbC="
		o = m.find(f"{n}OtherInfo")
		assert o.find(f"{n}TyperNotation").text == "NVA" and o.find(f"{n}PageAmount").text == "7"
		assert m.find(f"{n}SteeringType").text == "2" and m.find(f"{n}PromulgationInfo/{n}Place").text == "Hà Nội"
		assert m.find(f"{n}ResponseFor/{n}Code").text == "99/BTP-VP"
		assert [t.find(f"{n}OrganId").text for t in h.findall(f"{n}TraceHeaderList/{n}TraceHeader")] == ["000.00.11.A24"] * 2
	END
	# it is signed with the document: whoever takes the evidence has it
	v cuc export "$id" --to evidence.vt -q
	"$VANTHU" verify evidence.vt --root "$LAB/registry/root.pem" -q >/dev/null
	grep -aq "urn:ngoai" evidence.vt
	# and read again it is the same document, here and there, and the same bytes when it is sent on as another's
	for who in bo cuc; do
		run -0 --separate-stderr v "$who" edxml import out.edxml --json
		jq -e --arg id "$id" '.data | .id == $id and .repeated' <<<"$output"
	done
	v cuc send out.edxml --edxml out.edxml --to bo --type BC --number 61-BC/CB --subject 'Báo cáo' --wait delivered --timeout 120 -q >/dev/null
	v bo edxml export 61-BC/CB -o back.edxml -q
	for header in 'Mới' 'Ngoai' 'Signature'; do
		cmp <(grep -o "<[^<]*$header .*</[^<]*$header>" out.edxml) <(grep -o "<[^<]*$header .*</[^<]*$header>" back.edxml)
	done
}

@test "foreign elements that are too many, too large or hostile are refused, and sent without them where somebody says so" {
	local big
	big=$(head -c 17000 /dev/zero | tr '\0' u)
	put() { # WHAT NUMBER
		form plain "$2" h.edxml
		python3 - h.edxml "$1" <<-'END'
			import sys
			t = open(sys.argv[1], encoding="utf-8").read()
			open(sys.argv[1], "w", encoding="utf-8").write(t.replace("</edXML:MessageHeader>", sys.argv[2] + "</edXML:MessageHeader>"))
		END
	}
	put "<U xmlns='urn:u'>$big</U>" 62
	run -5 --separate-stderr v bo edxml import h.edxml --json
	jq -e '.error | .code == "VT-2108" and (.fix | contains("--drop-unknown"))' <<<"$output"
	run ! has bo 62-NQ/ĐU
	v bo edxml import h.edxml --drop-unknown -q >/dev/null
	v bo edxml export 62-NQ/ĐU -o out.edxml -q
	run ! grep -q uuuu out.edxml
	put "$(printf '<D>%.0s' {1..40})$(printf '</D>%.0s' {1..40})" 63 # deeper than is kept
	run -5 --separate-stderr v bo edxml import h.edxml --json
	jq -e '.error.code == "VT-2108"' <<<"$output"
	put "$(printf '<D>%.0s' {1..80})$(printf '</D>%.0s' {1..80})" 63 # deeper than is read
	run -5 --separate-stderr v bo edxml import h.edxml --json
	jq -e '.error.code == "VT-1063"' <<<"$output"
	put "<U>&nbsp;</U>" 63
	run -5 --separate-stderr v bo edxml import h.edxml --json
	jq -e '.error.code == "VT-1060"' <<<"$output"
	put "<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>" 63
	run -5 --separate-stderr v bo edxml import h.edxml --json
	jq -e '.error.code == "VT-2108"' <<<"$output"
	run ! has bo 63-NQ/ĐU
	# a field inside a text is none of the document's, however often it is written and read
	form field-inside-a-field 64 f.edxml
	v bo edxml import f.edxml --wait delivered --timeout 120 -q >/dev/null
	v cuc show 64-NQ/ĐU --json | jq -e '.data.due == null'
	v cuc edxml export 64-NQ/ĐU -o again.edxml -q
	"$VANTHU" edxml check again.edxml --json | jq -e '.data.due == null'
	grep -q 2020/01/01 again.edxml
	# of one's own making: what is no edXML is not taken along
	run -5 --separate-stderr v bo send h.edxml --edxml /etc/hostname --to cuc --type BC --subject x --json
	jq -e '.error.code == "VT-1061"' <<<"$output"
}

@test "numbers of types that only the Party has are the operator's, both ways" {
	printf 'Kết luận\n' >kl.txt
	v bo send kl.txt --to cuc --type KL --number 71-KL/ĐU --subject 'Kết luận' -q >/dev/null
	v bo edxml export 71-KL/ĐU -o none.edxml -q
	run ! grep -q '<edXML:Type>' none.edxml
	cp "$LAB/bo/vanthud.yaml" kept.yaml
	printf 'edxml:\n  types: Kết luận=40, Thông tri=41\n' >>"$LAB/bo/vanthud.yaml"
	v bo config check
	v bo edxml export 71-KL/ĐU -o some.edxml -q
	grep -q '<edXML:Type>40</edXML:Type>' some.edxml
	form plain 72 a.edxml -e 's#<edXML:Type>1</edXML:Type><edXML:TypeName>[^<]*</edXML:TypeName>#<edXML:Type>41</edXML:Type>#; s#<edXML:CodeNotation>NQ/ĐU#<edXML:CodeNotation>TT/ĐU#; s#,72/NQ/ĐU#,72/TT/ĐU#'
	v bo edxml import a.edxml -q >/dev/null
	v bo show 72-TT/ĐU --json | jq -e '.data.type == "TT" or .data.type_name == "Thông tri"'
	# a number that the operator gives goes before the symbol, and the name before both
	form plain 73 b.edxml -e 's#<edXML:Type>1</edXML:Type><edXML:TypeName>[^<]*</edXML:TypeName>#<edXML:Type>40</edXML:Type>#; s#<edXML:CodeNotation>NQ/ĐU#<edXML:CodeNotation>KL/ĐU#'
	v bo edxml import b.edxml -n -q >/dev/null
	printf 'edxml:\n  types: Kết luận=40, Thông tri=40\n' >wrong.yaml
	cat kept.yaml wrong.yaml >"$LAB/bo/vanthud.yaml"
	run -9 --separate-stderr v bo config check
	[[ $stderr$output == *edxml.types* ]]
	cp kept.yaml "$LAB/bo/vanthud.yaml"
}

@test "every form that is kept is sent, done or refused with a reason" {
	local f sent=0 refused=0
	for f in "$FORMS"/*.edxml; do
		run --separate-stderr v bo edxml import "$f" -n --json
		if [ "$status" = 0 ]; then
			sent=$((sent + 1))
			jq -e . <<<"$output" >/dev/null || { echo "$f: $output"; false; }
		else
			refused=$((refused + 1))
			((status <= 9)) || { echo "$f: exit $status"; false; }
			jq -e '.error | (.code | test("^VT-[0-9]{4}$")) and (.message | length > 0)' <<<"$output" >/dev/null || { echo "$f: $status $output"; false; }
		fi
		[[ $stderr != *"runtime error"* ]]
	done
	echo "sent $sent, refused $refused"
	((sent >= 60 && refused >= 30))
	# what odd systems write of the same thing
	form organ-codes-with-blanks 81 a.edxml
	v bo edxml import a.edxml -n --json | jq -e '.data.recipients == ["cuc"]'
	form dates-in-words 82 a.edxml
	v bo edxml import a.edxml --wait delivered --timeout 120 -q >/dev/null
	v cuc show 82-NQ/ĐU --json | jq -e '.data.issued == "2026-11-24"'
	form very-long-name-decomposed 83 a.edxml
	v bo edxml import a.edxml --wait delivered --timeout 120 -q >/dev/null
	v cuc show 83-NQ/ĐU --json | jq -e '.data | .subject == "Nghị quyết về chuyển đổi số" and (.attachments[0].name | utf8bytelength <= 255 and endswith(".pdf"))'
}
