# Documents on paper out of a table: each line is reported, the same file again changes nothing, and all or nothing is all or nothing
# over a crash and beside other clients.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	make_lab
	start_lab
	export LAB
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}
teardown() { keep_logs; }

proved() { v btp target recount --json | jq -e '.data | (.differences | length == 0) and (.damaged // [] | length == 0)'; }
states() { jq -c '.data | map([.line, .state])' <<<"$output"; }
# HEAD LINES: so many lines that go out with numbers of their own
many() {
	local i
	echo "$1"
	for ((i = 1; i <= $2; i++)); do echo "đi;$i-${3:-TB}/ĐU;02/01/2026;Thông báo số $i;Huyện ủy X"; done
}

@test "a table of a spreadsheet is registered line by line, and again it changes nothing" {
	printf '\xef\xbb\xbfHướng;Số;Loại;Ngày;Trích yếu;Nơi gửi;Độ mật\r\nđến;12-CV/X;CV;24/11/2025;"Mời họp; ""gấp""\r\nlần hai";Huyện uỷ X;\r\n\r\nđi;auto-KH/ĐU;;2026-01-02;Kế hoạch;Chi bộ 1;thường\r\nđến;13-BC/X;;03/01/2026;bỏ;bỏ;mật\r\n' >one.csv
	run -0 --separate-stderr v btp paper import one.csv --json
	[ "$(states)" = '[[2,"registered"],[5,"registered"],[6,"registered"]]' ]
	jq -e '.data[1].number == "01-KH/ĐU" and .data[1].id != null' <<<"$output"
	v btp paper show 12-CV/X --json | jq -e '.data[0] | .subject == "Mời họp; \"gấp\"  lần hai" or (.subject | contains("\"gấp\"") and contains("lần hai"))'
	v btp paper show 13-BC/X --json | jq -e '.data[0] | .subject == null and .secrecy == "mat"'
	run -0 --separate-stderr v btp paper import one.csv --json
	[ "$(states)" = '[[2,"there"],[5,"there"],[6,"there"]]' ]
	jq -e '.data[1].number == "01-KH/ĐU"' <<<"$output"
	# as another program saves it
	sed 's/\r$//; 1s/^\xef\xbb\xbf//' one.csv | v btp paper import - --json | jq -e '.data | all(.state == "there")'
	{ printf '\xff\xfe'; sed '1s/^\xef\xbb\xbf//' one.csv | tr ';' '\t' | sed 's/họp\t/họp;/' | iconv -t UTF-16LE; } >two.csv
	run -0 --separate-stderr v btp paper import two.csv --json
	[ "$(states)" = '[[2,"there"],[5,"there"],[6,"there"]]' ]
	proved
}

@test "what is wrong stands in its line with code, reason and fix; the others are registered" {
	cat >bad.csv <<-EOF
		direction,number,date,subject,party,note
		in,21-CV/Y,31/02/2026,a,b,
		in,22-CV/Y,,a,b,
		sideways,23-CV/Y,02/01/2026,a,b,
		in,24a,02/01/2026,a,b,
		in,25-CV/Y,02/01/2199,a,b,
		in,26-CV/Y,02/01/2026,,b,
		in,auto-CV/Y,02/01/2026,a,b,
		in,28-CV/Y,02/01/2026,good,b,
		in,28-CV/Y,02/01/2026,good,b,Nguyễn Văn A
		in,28-CV/Y,02/01/2026,another subject,b,
		in,29-CV/Y,02/01/2026,a,b,c,d
	EOF
	run -7 --separate-stderr v btp paper import bad.csv --json
	jq -e '.data | map(.error) == ["VT-1005", "VT-1005", "VT-1001", "VT-1047", "VT-1010", "VT-1001", "VT-1001", null, null, "VT-2025", "VT-1044"]
		and map(.state)[7:9] == ["registered", "same"] and .[8].same_as == 9 and all(.[] | select(.error != null); .message != null and .fix != null)' <<<"$output"
	# a line is named by its number also where a cell before that is wrong; what helps is said of a table
	jq -e '.data | .[2].number == "23-CV/Y" and (.[4].fix | contains("leave it out") | not) and (.[3].fix | contains("--type") | not)' <<<"$output"
	run -7 --separate-stderr v btp paper import bad.csv
	[[ $output == *VT-2025* && $output == *"already there"* ]]
	v btp paper list in --json | jq -e '.data | map(select(.number == "28-CV/Y")) | length == 1'
	proved
}

@test "who signed it is kept, of a secret one not" {
	printf 'direction,number,date,subject,party,người ký,Chức vụ,thẩm quyền,độ mật\nin,61-CV/S,02/01/2026,a,b,Nguyễn Văn A,BÍ THƯ,T/M ĐẢNG ỦY,\nin,62-CV/S,02/01/2026,a,b,Nguyễn Văn A,BÍ THƯ,X/Y,\nin,63-CV/S,02/01/2026,,,Nguyễn Văn A,,,mật\n' >s.csv
	run -7 --separate-stderr v btp paper import s.csv --json
	jq -e '.data | map(.state) == ["registered", "refused", "registered"] and (.[1] | .error == "VT-1001" and (.message | contains("X/Y")))' <<<"$output"
	v btp paper show 61-CV/S --json | jq -e '.data[0].signer | .name == "Nguyễn Văn A" and .position == "BÍ THƯ" and .competence == "T/M ĐẢNG ỦY"'
	v btp paper show 63-CV/S --json | jq -e '.data[0].signer == null'
	# one that stands there signed by another is no line of the same; one that does not say is
	printf 'direction,number,date,subject,party,signer\nin,61-CV/S,02/01/2026,a,b,Trần Thị B\nin,61-CV/S,02/01/2026,a,b,\n' >t.csv
	run -7 --separate-stderr v btp paper import t.csv --json
	jq -e '.data | .[0].error == "VT-2025" and .[1].state == "there"' <<<"$output"
	proved
}

@test "the day on a document that came in is kept beside that of its coming, and stands in the register" {
	printf 'hướng,số,ngày đến,ngày văn bản,trích yếu,nơi gửi\nđến,71/KH-S,05/01/2026,31/12/2025,a,b\nđến,72/KH-S,05/01/2026,06/01/2026,a,b\nđi,73-TB/S,05/01/2026,05/01/2026,a,b\nđến,74-TB/S,05/01/2026,,a,b\n' >d.csv
	run -7 --separate-stderr v btp paper import d.csv --json
	jq -e '.data | map(.error // .state) == ["registered", "VT-2059", "VT-1001", "registered"]' <<<"$output"
	run -7 --separate-stderr v btp paper import d.csv --json
	jq -e '.data | map(.error // .state) == ["there", "VT-2059", "VT-1001", "there"]' <<<"$output"
	v btp paper show 71/KH-S --json | jq -e '.data[0] | .issued == "2025-12-31" and .date == "2026-01-05"'
	v btp register in --format csv --period all | grep -F '05/01/2026,' | grep -F '71/KH-S,31/12/2025,'
	# The number is of 2025, so this is another document.
	v btp paper add in 71/KH-S "khác" --from b --date 2026-01-07 --json 2>/dev/null | jq -e '.data | .warnings == [] and .alike == null'
	v btp paper change 74-TB/S --issued 04/01/2026 --reason "ghi thiếu" -q
	v btp paper show 74-TB/S --json | jq -e '.data[0] | .issued == "2026-01-04" and .earlier[0].issued == null'
	v btp register in --format csv --period all | grep -F '74-TB/S, 04/01/2026, 05/01/2026'
	run -5 v btp paper add in 75-TB/S "a" --from b --date 2026-01-07 --issued 2026-01-08
	run -2 v btp paper add out 76-TB/S "a" --to b --issued 2026-01-08
	proved
}

@test "a note goes into the column of notes, of a secret one not, and is no part of which document it is" {
	printf 'stt;direction;number;date;subject;party;Ghi chú;độ mật\n1;in;71-CV/S;02/01/2026;a;b;"hai bản,\nmột mờ";\n2;out;72-CV/S;02/01/2026;;;kín;mật\n' >n.csv
	v btp paper import n.csv --json | jq -e '.data | map(.state) == ["registered", "registered"]'
	v btp paper show 71-CV/S --json | jq -e '.data[0].note == "hai bản, một mờ"'
	v btp paper show 71-CV/S --lang vi | grep -E "^Ghi chú +hai bản, một mờ$"
	v btp paper show 72-CV/S --json | jq -e '.data[0].note == null'
	v btp register in --json | jq -e '[.data[] | select(.symbol == "71-CV/S").note] == ["hai bản, một mờ"]'
	v btp register in --format csv --lang vi | grep -F "71-CV/S" | grep -F "hai bản, một mờ"
	sed -i 's/một mờ/cả hai rõ/' n.csv
	v btp paper import n.csv --json | jq -e '.data | map(.state) == ["there", "there"]'
	v btp paper show 71-CV/S --json | jq -e '.data[0].note == "hai bản, một mờ"'
	# by hand, and under the same id another note is another entry
	id=$(v btp paper add in 73-CV/S "Giấy" --from b --date 2026-01-02 --note "bản sao" --json | jq -r .data.id)
	v btp paper add in 73-CV/S "Giấy" --from b --date 2026-01-02 --note "bản sao" --id "$id" -q
	run -6 v btp paper add in 73-CV/S "Giấy" --from b --date 2026-01-02 --note "khác" --id "$id"
	[[ $output == *VT-2002* ]]
	run -2 v btp paper add in 74-CV/S "Giấy" --from b --date 2026-01-02 --note "$(printf 'x%.0s' {1..2001})"
	[[ $output == *VT-1009*note* ]]
	proved
}

@test "a file that is no table is refused as a whole, with what helps" {
	printf 'direction,number,date\nin,"1-CV/Z,02/01/2026\n' >q.csv
	run -2 --separate-stderr v btp paper import q.csv
	[[ $stderr == *VT-1044* && $stderr == *"line 2"* ]]
	printf 'direction,number,date,weight\n' >c.csv
	run -2 --separate-stderr v btp paper import c.csv
	[[ $stderr == *VT-1045*weight* || $stderr == *weight*VT-1045* || ( $stderr == *VT-1045* && $stderr == *weight* ) ]]
	printf 'direction,number\nin,1-CV/Z\n' >c.csv
	run -2 --separate-stderr v btp paper import c.csv
	[[ $stderr == *VT-1045* && $stderr == *date* ]]
	printf 'direction,number,date,subject\nin,1-CV/Z,02/01/2026,\xc4\n' >u.csv
	run -2 --separate-stderr v btp paper import u.csv
	[[ $stderr == *VT-1044* && $stderr == *"line 2"* ]]
	printf 'd\0i\0r\0' >n.csv
	run -2 v btp paper import n.csv
	: >e.csv
	run -2 v btp paper import e.csv
	run -2 --separate-stderr v btp paper import e.csv --template
	run -1 v btp paper import nothere.csv
	v btp paper import --template >t.csv
	printf 'đến;31-CV/Z;CV;02/01/2026;Mẫu;X;\n' >>t.csv
	v btp paper import t.csv -n --json | jq -e '.data[0] | .state == "checked" and .dry_run'
	LANGUAGE=vi v btp paper import --template | grep -q 'trích yếu'
	{ LANGUAGE=vi v btp paper import --template; printf 'đến;31-CV/Z;CV;02/01/2026;Mẫu;X;\n'; } | v btp paper import - -n --json | jq -e '.data[0].state == "checked"'
}

@test "all or nothing: one bad line and nothing is registered, none and all are, in one commit" {
	many "hướng;số;ngày;trích yếu;nơi nhận" 300 >all.csv
	{ cat all.csv; echo "đi;1-TB/ĐU;02/01/2026;Khác;Y"; echo "đi;auto-TB/ĐU;02/01/2026;Tự động;Y"; } >bad.csv
	# found by the daemon alone: the same document with another subject
	sed -i 's/;Khác;Y/;Khác;Huyện ủy X/' bad.csv
	run -6 --separate-stderr v btp paper import bad.csv --all-or-nothing --json
	jq -e '.data | map(.state) | (map(select(. == "left")) | length) == 301 and (map(select(. == "refused")) | length) == 1' <<<"$output"
	v btp paper list out --json | jq -e '.data | map(select(.number | endswith("-TB/ĐU"))) | length == 0'
	v btp register out --json | jq -e '.data | map(select((.symbol // "") | endswith("-TB/ĐU"))) | length == 0'
	proved
	grep -v 'Khác' bad.csv >good.csv
	v btp paper import good.csv --all-or-nothing -n --json | jq -e '.data | all(.state == "checked") and .[300].number == "301-TB/ĐU"'
	v btp paper import good.csv --all-or-nothing --json | jq -e '.data | all(.state == "registered") and .[300].number == "301-TB/ĐU"'
	v btp register out --json | jq -e '.data | map(.number) == [range(1; length + 1)]'
	v btp paper import good.csv --all-or-nothing --json | jq -e '.data | all(.state == "there")'
	many "hướng;số;ngày;trích yếu;nơi nhận" 1001 BC >more.csv
	run -2 --separate-stderr v btp paper import more.csv --all-or-nothing
	[[ $stderr == *VT-1046* ]]
	proved
}

# Killed at any moment: all lines or none.
@test "all or nothing over a kill, beside another clerk" {
	local i n
	for i in {1..6}; do
		many "hướng;số;ngày;trích yếu;nơi nhận" 400 "NQ" | sed "s/Thông báo/Lần $i/; s/-NQ\/ĐU/-NQ\/K$i/" >"kill.$i.csv"
		v btp paper import "kill.$i.csv" --all-or-nothing -q >/dev/null 2>&1 &
		v btp paper add out auto-CT/ĐU "Bên cạnh $i" -q >/dev/null 2>&1 || true
		kill9 btp
		wait || true
		start_lab
		n=$(v btp paper list out --json | jq "[.data[] | select(.number | endswith(\"-NQ/K$i\"))] | length")
		[ "$n" -eq 0 ] || [ "$n" -eq 400 ]
		proved
		v btp paper import "kill.$i.csv" --all-or-nothing --json | jq -e 'all(.data[]; .state == "there" or .state == "registered")'
		[ "$(v btp paper list out --json | jq "[.data[] | select(.number | endswith(\"-NQ/K$i\"))] | length")" -eq 400 ]
	done
	v btp register out --json | jq -e '.data | map(.number) == [range(1; length + 1)]'
	proved
}

@test "two clerks import the same file at once: each line is registered once" {
	many "hướng;số;ngày;trích yếu;nơi nhận" 900 CV | sed 's/đi;[0-9]*-CV/đi;auto-CV/' >twice.csv
	v btp paper import twice.csv --json >a.json &
	v btp paper import twice.csv --json >b.json
	wait
	jq -se '.[0].data + .[1].data | (map(select(.state == "registered")) | length) == 900 and (map(.number) | unique | length) == 900' a.json b.json
	v btp paper list out --json | jq -e '.data | map(select(.number | endswith("-CV/ĐU"))) | (map(.number) | unique | length) == 900'
	proved
}

@test "twenty thousand lines, and the daemon answers meanwhile" {
	many "hướng;số;ngày;trích yếu;nơi nhận" 20000 GM >large.csv
	v btp paper import large.csv --json >large.json 2>pace &
	v btp status -q >/dev/null
	wait $!
	jq -e '.data | length == 20000 and all(.state == "registered")' large.json
	grep "lines a second" pace >&3 || true
	v btp paper import large.csv --json 2>/dev/null | jq -e '.data | all(.state == "there")'
	proved
}

# The date is put right in the directory, the other way round, and a new term comes.
@test "a term whose date is corrected goes on with its numbers, a new one begins anew" {
	term() {
		"$VANTHU" committee change btp "$@" --registry "$LAB/registry" -q >/dev/null
		v btp committee import "$LAB/registry/directory.vtd" -q >/dev/null
	}
	next() { v btp paper add out "auto-QC/ĐU" "Quy chế $1" --date "$1" --json | jq -r .data.number; }
	[ "$(next 10/08/2025)" = 01-QC/ĐU ]
	v btp paper add out 02-QC/ĐU "Trước ngày trong danh bạ" --date 05/08/2025 -q
	term --term-from 12/08/2025
	[ "$(next 13/08/2025)" = 02-QC/ĐU ]
	[ "$(next 10/08/2025)" = 03-QC/ĐU ]
	term --term-from 01/08/2025
	wait_for 20 v btp paper add out "auto-QC/ĐU" "Quy chế giữa" --date 05/08/2025 -n
	[ "$(next 05/08/2025)" = 04-QC/ĐU ]
	run -0 --separate-stderr v btp paper add out 02-QC/ĐU "Nữa" --date 06/08/2025 -n
	[[ $stderr == *VT-1011* ]]
	kill9 btp
	start_lab
	[ "$(next 14/08/2025)" = 05-QC/ĐU ]
	term --term 2030-2035 --term-from 01/01/2026
	[ "$(next 02/01/2026)" = 01-QC/ĐU ]
	run -2 v btp paper add out auto-QC/ĐU "Của nhiệm kỳ trước" --date 14/08/2025
	proved
}
