# The books of the office in real daemons: sent, received and what became of it, on paper and digital, as JSON, for a spreadsheet and to print.

setup_file() {
	load common
	# Other users must get to the sockets.
	REGISTER_HOME=$(mktemp -d /tmp/vXXXXXX)
	export REGISTER_HOME
	chmod 755 "$REGISTER_HOME"
	BATS_FILE_TMPDIR=$REGISTER_HOME make_lab "" $'office_group: users\nsecret_group: games'
	start_lab
	export LAB
	cd "$REGISTER_HOME" || return 1
	printf 'Nội dung\n' >a.txt
	work
}
teardown_file() {
	load common
	end_lab
	rm -rf "$REGISTER_HOME"
}
setup() {
	load common
	cd "$REGISTER_HOME" || return 1
}
teardown() { keep_logs; }

# btp sends three and one on paper; thads accepts them, with one on paper between, returns one and gives one to a person.
work() {
	local i
	for i in 1 2 3; do
		v btp send a.txt --to thads --type CV --number "0$i-CV/ĐU" --subject "Về việc thử <b>số $i</b> & \"kiểm tra\"" --signer "Nguyễn Văn A" \
			--date 2026-11-2$i --due 2099-12-31 --wait delivered --timeout 120 -q >/dev/null
	done
	v btp paper add out --type BC --number 09-BC/ĐU --subject "=1+1" --to "Ban Tổ chức;=2+2;＝3" -q >/dev/null
	v btp paper cancel 09-BC/ĐU --reason "nhập nhầm" -q >/dev/null
	v thads accept 01-CV/ĐU --as "Lê Thị Văn Thư" -q >/dev/null
	v thads paper add in --type CV --number 14-CV/X --subject "Mời họp" --from "Văn phòng" -q >/dev/null
	v thads accept --all-valid -q >/dev/null
	v thads return 03-CV/ĐU --reason "gửi nhầm nơi nhận" --as "Lê Thị Văn Thư" -q >/dev/null
	v thads assign 01-CV/ĐU --to "Phòng Tổng hợp" --with "Phòng Tài vụ" --due 2099-12-30 --as "Trần B" -q >/dev/null
	v thads send a.txt --to btp --type CV --number 07-CV/CB --subject "Trả lời" --wait delivered --timeout 120 -q >/dev/null
	v thads finish 01-CV/ĐU --answer 07-CV/CB -q >/dev/null
	v thads paper add in --type CV --number 15-CV/X --secrecy mat -q >/dev/null
}

@test "the numbers of each book have no gap, on paper or not, and additions stand with their line" {
	v thads register in --json | jq -e '.data | map(.number) == [1, 2, 3, 4] and map(.form) == ["digital", "paper", "digital", "digital"]'
	v thads register in --json | jq -e '.data[3] | .symbol == "03-CV/ĐU" and (.additions | length == 1) and .additions[0].code == "02" and .additions[0].note == "gửi nhầm nơi nhận"'
	v thads register in --json | jq -e '.data[0] | .from == "btp" and (.from_name | length > 0) and .assigned_by == "Trần B" and .work.arrival == 1 and .answer == "07-CV/CB"'
	v btp register out --json | jq -e '.data | map(.number) == [1, 2, 3, 4] and all(.[:3][]; .copies == 1 and .delivered == 1 and .delivered_at != null and .signer == "Nguyễn Văn A")'
	v btp register out --json | jq -e '.data[3] | .form == "paper" and .to == ["Ban Tổ chức;=2+2;＝3"] and .additions[0].kind == "void" and .additions[0].note == "nhập nhầm"'
	v thads register followup --json | jq -e '.data[0] | .work.code == "06" and .work.to == "Phòng Tổng hợp" and .due == "2099-12-30"'
	# Both days, of which the earlier one counts: the document names one, the leader set the other.
	v thads register followup --json | jq -e '.data[0] | .document_due == "2099-12-31" and .work.due == "2099-12-30"'
	v thads register in --json | jq -e '.data[2] | .document_due == "2099-12-31" and .due == "2099-12-31" and .work.due == null'
}

@test "a period shows what was entered in it, and the last year is not this one" {
	v thads register in --period all --json | jq -e '.data | length == 4'
	v thads register in --period "$(TZ=UTC-7 date +%Y-%m)" --json | jq -e '.data | length == 4'
	v thads register in --period 1999 --json | jq -e '.data == []'
	run -2 v thads register in --period x
	run -2 v thads register
	run -2 v thads register other
	run -2 v thads register in --output x.html
	run -2 v thads register in --format csv --json
}

# A reader of CSV that shares no code: FILE COLUMNS LINES.
csv_of() { /usr/bin/python3 -c 'import csv, sys; r = list(csv.reader(open(sys.argv[1], newline=""), strict=True)); assert all(len(x) == int(sys.argv[2]) for x in r), r; assert len(r) == int(sys.argv[3]), r; print("\n".join("|".join(x).replace("\n", " ") for x in r))' "$@"; }

@test "as CSV each book has the columns of the decree, and no cell is a formula" {
	v btp register out --format csv >out.csv
	run csv_of out.csv 10 6
	[[ "$output" == *"Công văn: Về việc thử <b>số 1</b> & \"kiểm tra\""* ]]
	[[ "$output" == *"Báo cáo: =1+1"* ]]
	[[ "$output" == *"|Ban Tổ chức;'=2+2;'＝3|"* ]]
	LANGUAGE=vi v thads register in --format csv --output in.csv -q
	run csv_of in.csv 10 6
	[[ "${lines[0]}" == "Ngày đến|Số đến|Tác giả|Số, ký hiệu văn bản|Ngày tháng văn bản|Tên loại và trích yếu nội dung văn bản|Đơn vị hoặc người nhận|Ngày chuyển|Ký nhận|Ghi chú" ]]
	v thads register followup --format csv >followup.csv
	run csv_of followup.csv 7 6
	[[ "${lines[1]}" == 1\|*"01-CV/ĐU"*"|Phòng Tổng hợp, Phòng Tài vụ|30/12/2099|"*"|07-CV/CB|"* ]]
	run -6 v thads register in --format csv --output in.csv
}

@test "the page to print is whole, escaped, and in both languages has the titles of the decree" {
	local language
	for language in en vi; do
		LANGUAGE=$language v btp register out --format html --output "out-$language.html" -q
		/usr/bin/python3 - "out-$language.html" <<-'END'
			import sys, html.parser
			class P(html.parser.HTMLParser):
			    void = {"meta", "col", "br"}
			    def __init__(self): super().__init__(); self.open, self.tags, self.text, self.rows = [], [], "", []
			    def handle_starttag(self, tag, attrs):
			        self.tags.append(tag)
			        if tag not in self.void: self.open.append(tag)
			        if tag == "tr": self.rows.append(0)
			        if tag in ("td", "th"): self.rows[-1] += int(dict(attrs).get("colspan", 1))
			    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
			    def handle_data(self, data): self.text += data
			p = P(); p.feed(open(sys.argv[1], encoding="utf-8").read())
			assert not p.open, p.open
			assert p.rows == [10] * 8, p.rows # the last one is to sign
			assert "b" not in p.tags or p.tags.count("b") == 2, p.tags
			assert "script" not in p.tags and "SỔ ĐĂNG KÝ VĂN BẢN ĐI" in p.text and "Người ký" in p.text
			assert 'Về việc thử <b>số 1</b> & "kiểm tra"' in p.text
			assert ("Register of documents sent" in p.text) == ("-en" in sys.argv[1])
		END
		[[ "$(<"out-$language.html")" == *"@page{size:A4 landscape"* ]]
	done
	LANGUAGE=vi v thads register followup --format html | grep -q "SỔ THEO DÕI GIẢI QUYẾT VĂN BẢN ĐẾN"
}

@test "a table of each book fits 80 cells in both languages" {
	local book language line
	export COLUMNS=80
	for language in en vi; do
		for book in out in followup; do
			while IFS= read -r line; do ((${#line} <= 80)) || { echo "${#line}: $line"; return 1; }; done < <(LANGUAGE=$language v thads register $book)
		done
	done
}

as() { # UID GID COMMAND…
	local uid=$1 gid=$2
	shift 2
	setpriv --reuid "$uid" --regid "$gid" --clear-groups --inh-caps=-all "$@"
}

@test "the book of secret documents is for root and its group alone, and others do not count it" {
	local users games
	[ "$(id -u)" = 0 ] || skip "other users are root's to play"
	users=$(getent group users | cut -d: -f3) games=$(getent group games | cut -d: -f3)
	v thads register in --secret --json | jq -e '.data | length == 1 and .[0].number == 1 and .[0].secrecy == "mat" and .[0].subject == null'
	v thads register in --json | jq -e 'all(.data[]; .secrecy == "thuong")'
	chmod 755 "$LAB" "$LAB/thads" "$LAB/thads/run"
	chmod 644 "$LAB/thads/vanthud.yaml"
	as 12345 "$users" "$VANTHU" -c "$LAB/thads" register in --json | jq -e '.data | length == 4'
	run -5 --separate-stderr as 12345 "$users" "$VANTHU" -c "$LAB/thads" register in --secret --json
	jq -e '.error.code == "VT-2017"' <<<"$output"
	run -5 as 12345 "$users" "$VANTHU" -c "$LAB/thads" register followup --secret
	setpriv --reuid 12345 --regid "$users" --groups "$games" --inh-caps=-all "$VANTHU" -c "$LAB/thads" register in --secret --json | jq -e '.data | length == 1'
}

@test "of a secret document who is not in the group sees nowhere that it exists" {
	local users games number=77-CV/Y id command
	[ "$(id -u)" = 0 ] || skip "other users are root's to play"
	users=$(getent group users | cut -d: -f3) games=$(getent group games | cut -d: -f3)
	chmod 755 "$LAB" "$LAB/vanphong" "$LAB/vanphong/run"
	chmod 644 "$LAB/vanphong/vanthud.yaml"
	clerk() { setpriv --reuid 12345 --regid "$users" --clear-groups --inh-caps=-all "$VANTHU" -c "$LAB/vanphong" "$@"; }
	cleared() { setpriv --reuid 12345 --regid "$users" --groups "$games" --inh-caps=-all "$VANTHU" -c "$LAB/vanphong" "$@"; }
	# Who has it may register it, and sees no more of the book than before.
	id=$(clerk paper add in --type CV --number "$number" --secrecy mat --json | jq -r .data.id)
	for command in "paper list" "find $number" "find"; do
		clerk $command --json | jq -e '.data == []'
		cleared $command --json | jq -e '.data | length == 1'
	done
	for command in "paper show" "show --thread" "paper cancel --reason x -y" "paper change --date 2026-01-02 --reason x"; do
		for name in "$number" "$id"; do run -4 clerk $command "$name"; done
	done
	run -5 --separate-stderr clerk register void in auto --secret --reason x --json
	jq -e '.error.code == "VT-2017"' <<<"$output"
	# Nor does a program that works for others see it, as the daemon's user or as who is in the group; and it registers none.
	blind() { "$VANTHU" -c "$LAB/vanphong" --no-secret "$@"; }
	for command in "paper list" "find $number" "find"; do
		blind $command --json | jq -e '.data == []'
		cleared --no-secret $command --json | jq -e '.data == []'
	done
	for command in "paper show" "show --thread" "paper cancel --reason x -y" "paper change --date 2026-01-02 --reason x"; do run -4 blind $command "$id"; done
	for command in "register in --secret" "register void in auto --secret --reason x" "paper add in --type CV --number 78-CV/Y --secrecy mat"; do
		run -5 --separate-stderr blind $command --json
		jq -e '.error.code == "VT-2106"' <<<"$output"
	done
	printf 'direction,number,date,subject,secrecy\nin,78-CV/Y,02/01/2026,,mật\nin,79-CV/Y,02/01/2026,a,\n' >mixed.csv
	run -7 --separate-stderr blind paper import mixed.csv --json
	jq -e '.data | .[0].error == "VT-2106" and .[1].error == null' <<<"$output"
	cleared paper show "$number" --json | jq -e ".data[0].secrecy == \"mat\""
	cleared register void in auto --secret --reason x -q
	cleared register in --secret --json | jq -e '.data | length == 2'
	# Its number is free in the other book.
	clerk paper add in --type CV --number "$number" --subject "Thường" -q
}
