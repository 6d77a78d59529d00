# Statistics of a subtree out of signed reports of real daemons: as JSON, as CSV and as a page to print; one committee below has never reported.

setup_file() {
	load common
	make_lab "" "office_group: $(id -gn)"
	# cb-tochuc does not run
	start_lab btp vanphong thads cb-tonghop cb-luutru cb-nghiepvu
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'Nội dung\n' >a.txt
	work
}
teardown_file() {
	load common
	end_lab
}
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}
teardown() { keep_logs; }

REPORTING=(vanphong thads cb-tonghop cb-luutru cb-nghiepvu)

# Digital ones, some of them processed, and paper in this year, and in the one before.
work() {
	local i who last=$(($(TZ=UTC-7 date +%Y) - 1))
	for i in 1 2 3; do v btp send a.txt --to vanphong,thads --type KH --number "0$i-KH/ĐU" --subject "Kế hoạch $i" --wait delivered --timeout 120 -q >/dev/null; done
	v vanphong send a.txt --to superior,cb-luutru --type BC --number 01-BC/ĐUVP --subject "Báo cáo" --wait delivered --timeout 120 -q >/dev/null
	v thads accept --all-valid -q >/dev/null
	v thads finish 01-KH/ĐU -q >/dev/null
	v thads paper add in --type CV --number 14-CV/X --subject "Mời họp" --from "Văn phòng" -q >/dev/null
	v vanphong paper add out --type CV --number 02-CV/ĐUVP --subject "Giấy" --to "Ban Tổ chức" -q >/dev/null
	v vanphong paper add out --type CV --number 03-CV/ĐUVP --subject "Mật" --to "Ban Tổ chức" --secrecy mat -q >/dev/null
	v cb-luutru paper add in --type CV --number 15-CV/X --subject "Năm trước" --date "$last-12-05" --from "Văn phòng" -q >/dev/null
	for who in "${REPORTING[@]}"; do v "$who" target report -q >/dev/null; done
	wait_for 20 all_here
}
all_here() { v btp target export --json | jq -e '.data.committees[0].missing == 1 and .data.committees[0].counted == 14'; }

@test "rows are the tree with sums, and each sum is that of its rows" {
	v btp target export --json >all.json
	jq -e '.data.committees | map([.row, .committee, .depth]) == [
		["sum", "btp", 0], ["own", "btp", 1],
		["sum", "thads", 1], ["own", "thads", 2], ["unit", "cb-nghiepvu", 2], ["unit", "cb-tochuc", 2],
		["sum", "vanphong", 1], ["own", "vanphong", 2], ["unit", "cb-luutru", 2], ["unit", "cb-tonghop", 2]]' all.json
	/usr/bin/python3 - all.json <<-'END'
		import json, sys
		d = json.load(open(sys.argv[1]))["data"]
		def flat(r):
		    return [r[part][k] for part in ("out", "in", "work") for k in r[part] if k not in ("share", "paperless")] if r["out"] else None
		rows = d["committees"]
		leaves = [flat(r) for r in rows if r["row"] in ("unit", "own") and r["out"]]
		assert len(leaves) == 6, leaves
		whole = [sum(x) for x in zip(*leaves)]
		assert flat(rows[0]) == whole, (rows[0], whole)
		for of in ("months", "types"):
		    assert [sum(x) for x in zip(*map(flat, d[of]))] == whole, of
		assert abs(rows[0]["share"] - rows[0]["digital"] / rows[0]["counted"]) < 1e-4
		below = [r for r in rows if r["depth"] <= 1 and r["row"] != "sum"] + [r for r in rows if r["depth"] == 1 and r["row"] == "sum"]
		assert [sum(x) for x in zip(*map(flat, below))] == whole
	END
}

@test "each committee's figures are those that it has itself, and who never reported has none" {
	local who
	v btp target export --json >all.json
	for who in btp "${REPORTING[@]}"; do
		[ "$(v "$who" target --json | jq -c '[.data.counted, .data.digital]')" = "$(jq -c --arg who "$who" '.data.committees[] | select(.committee == $who and .row != "sum") | [.counted, .digital]' all.json)" ]
	done
	jq -e '.data.committees[] | select(.committee == "cb-tochuc") | .state == "missing" and .out == null and .counted == null and .share == null and .as_of == null' all.json
	jq -e '.data.committees | map(select(.row == "sum") | [.committees, .missing]) == [[7, 1], [3, 1], [3, 0]]' all.json
	jq -e '.data.committees[] | select(.committee == "vanphong" and .row == "own") | .out.secret == 1 and .out.total == 3 and .out.paper == 1 and .out.digital == 1' all.json
	jq -e '.data.committees[] | select(.committee == "thads" and .row == "own") | .work.in_time == 3 and .work.open == 0 and .in.paper == 1' all.json
}

@test "a period is compared with the one before it, and all of time with none" {
	v btp target export --json | jq -e '.data.committees[0] | .share_before == 0 and .change == .share - .share_before or (.change - .share | fabs < 0.0001)'
	v btp target export --period all --json | jq -e '.data.before == null and .data.committees[0].counted == 15 and (.data.months | length > 1)'
	# months of which nobody has said anything are no zeros
	v btp target export --period "2019..$(TZ=UTC-7 date +%Y)" --json 2>/dev/null | jq -e --argjson last "$(($(TZ=UTC-7 date +%Y) - 1))" '.data.months[0].month == "\($last)-01"'
	v btp target export --period 1999 --json | jq -e '.data.committees[0] | .counted == 0 and .share == null and .over_line == null'
}

@test "a subtree alone can be asked for, and what is not below cannot" {
	v btp target export --committee vanphong --json | jq -e '.data.committees | map(.committee) == ["vanphong", "vanphong", "cb-luutru", "cb-tonghop"]'
	run -5 v thads target export --committee vanphong
	[[ "$output" == *VT-2084* ]]
	run -2 v btp target export --output x.csv
	run -2 v btp target export --format csv --json
	run -2 v btp target export --format pdf
	run -2 v btp target export --period x
	[ ! -e x.csv ]
}

@test "CSV is the same in every language, begins with the mark of UTF-8, and has all rows" {
	local language
	for language in en vi; do
		LANGUAGE=$language v btp target export --format csv --output "all-$language.csv" -q
		LANGUAGE=$language v btp target export --format json --output "all-$language.json" -q
	done
	run -6 v btp target export --format csv --output all-en.csv
	/usr/bin/python3 - <<-'END'
		import csv, json
		def rows(name):
		    assert open(name, "rb").read(3) == b"\xef\xbb\xbf"
		    return list(csv.DictReader(open(name, newline="", encoding="utf-8-sig"), strict=True))
		en, vi = rows("all-en.csv"), rows("all-vi.csv")
		drop = lambda r: {k: v for k, v in r.items() if k != "as_of"}
		assert [drop(r) for r in en] == [drop(r) for r in vi]
		d = json.load(open("all-en.json"))
		assert len(en) == sum(len(d[of]) for of in ("committees", "months", "types")), len(en)
		for r, j in zip(en, d["committees"]):
		    assert r["name"] == j["name"] and r["counted"] == ("" if j["counted"] is None else str(j["counted"]))
		    assert r["out.digital"] == ("" if j["out"] is None else str(j["out"]["digital"]))
		    # never above the true share, and less the line what stands beside it
		    if j["counted"]:
		        assert r["share"] == "%d.%04d" % divmod(j["digital"] * 10000 // j["counted"], 10000), (r["share"], j)
		        assert abs(float(r["share"]) - float(r["line"]) - float(r["over_line"])) < 1e-9, r
	END
}

# A reader of pages that shares no code: whole, nothing from elsewhere, each row as wide as its table.
page_of() { # FILE WORD…
	/usr/bin/python3 - "$@" <<-'END'
		import sys, html.parser
		class P(html.parser.HTMLParser):
		    void = {"meta", "col", "br", "rect", "path"}
		    def __init__(self): super().__init__(); self.open, self.tags, self.text, self.ids, self.tables, self.span = [], [], "", [], [], {}
		    def handle_starttag(self, tag, attrs):
		        a = dict(attrs)
		        self.tags.append(tag)
		        if tag not in self.void: self.open.append(tag)
		        if "id" in a: self.ids.append(a["id"])
		        assert not set(a) & {"src", "href", "onload", "xlink:href"}, a
		        if tag == "table": self.tables.append([]); self.hang = []
		        if tag == "tr": self.tables[-1].append(sum(self.hang)); self.hang = []
		        if tag in ("td", "th"):
		            self.tables[-1][-1] += int(a.get("colspan", 1))
		            if int(a.get("rowspan", 1)) > 1: self.hang.append(1)
		    def handle_startendtag(self, tag, attrs): self.tags.append(tag)
		    def handle_endtag(self, tag): assert self.open.pop() == tag, tag
		    def handle_data(self, data): self.text += data
		p = P()
		source = open(sys.argv[1], encoding="utf-8").read()
		p.feed(source)
		assert not p.open, p.open
		assert len(p.ids) == len(set(p.ids)), p.ids
		assert "script" not in p.tags and "http" not in source and "@import" not in source
		assert p.tags.count("svg") == 3, p.tags.count("svg")
		for t in p.tables: assert len(set(t)) == 1, t
		for word in sys.argv[2:]: assert word in p.text, word
	END
}

@test "each share can be made again out of the numbers of its own row, whatever the headline is" {
	local headline
	for headline in exchanged processed; do
		printf 'target: {headline: %s}\n' "$headline" >headline.yaml
		sed '/^target:/d' "$LAB/btp/vanthud.yaml" >plain.yaml
		cat plain.yaml headline.yaml >"$LAB/btp/vanthud.yaml"
		kill -HUP "$(pid_of btp)"
		wait_for 20 eval '[ "$(v btp target --json | jq -r .data.headline.name)" = "$headline" ]'
		rm -f again.csv
		v btp target export --format csv --output again.csv -q
		/usr/bin/python3 - "$headline" <<-'END'
			import csv, sys
			rows = list(csv.DictReader(open("again.csv", newline="", encoding="utf-8-sig"), strict=True))
			def down(of, all_): return "" if all_ == 0 else "%d.%04d" % divmod(of * 10000 // all_, 10000)
			for r in rows:
			    if r["counted"] == "": continue
			    n = lambda k: int(r[k])
			    assert n("counted") == n("out.counted") + n("in.counted") and n("digital") == n("out.digital") + n("in.digital"), r
			    assert n("out.counted") == n("out.total") - n("out.secret") and n("in.counted") == n("in.total") - n("in.secret"), r
			    more = (n("work.processed"), n("work.to_process")) if sys.argv[1] == "processed" else (0, 0)
			    assert (n("share_of"), n("share_all")) == (n("digital") + more[0], n("counted") + more[1]), r
			    assert n("work.processed") == n("work.in_time") + n("work.late"), r
			    assert r["share"] == down(n("share_of"), n("share_all")), r
			    assert r["out.share"] == down(n("out.digital"), n("out.counted")) and r["in.share"] == down(n("in.digital"), n("in.counted")), r
			    assert r["out.paperless"] == down(n("out.digital") - n("out.also_paper"), n("out.counted")), r
			    assert r["work.share"] == down(n("work.processed"), n("work.to_process")), r
			    assert r["share_before"] == down(n("before_of"), n("before_all")), r
		END
	done
	printf 'target: {headline: exchanged}\n' >headline.yaml
	cat plain.yaml headline.yaml >"$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 20 eval '[ "$(v btp target --json | jq -r .data.headline.name)" = exchanged ]'
}

@test "our own share has all counts at its top, as the rows of by have them" {
	v thads target --json | jq -e --argjson by "$(v thads target by committee --json)" '
		.data as $own | $by.data.rows[] | select(.committee == "thads" and .part == "own") | . as $row |
		["counted", "digital", "paper", "pending", "refused", "secret", "also_paper", "slow", "processed", "late", "returned", "recalled"] |
		all(. as $k | ($own[$k] | type) == "number" and $own[$k] == $row[$k])'
	v thads target --json | jq -e '.data.processed == 3 and .data.share == .data.headline.share'
}

@test "the page to print is whole in one file, and says in both languages what is missing" {
	LANGUAGE=en v btp target export --format html --output all-en.html -q
	LANGUAGE=vi v btp target export --format html --output all-vi.html -q
	page_of all-en.html "THỐNG KÊ VĂN BẢN TRÊN MÔI TRƯỜNG SỐ" "Statistics of digital documents" "not reported" "1 of 7 not reported" "Chi bộ Phòng Tổ chức cán bộ" "the line to reach: 90.0 %" "Kế hoạch"
	page_of all-vi.html "THỐNG KÊ VĂN BẢN TRÊN MÔI TRƯỜNG SỐ" "1/7 chưa báo cáo" "mức phải đạt: 90,0 %" "Nguồn số liệu" "tỷ lệ (%)"
	[[ "$(<all-vi.html)" == *"@page{size:A4 landscape"* ]]
	run -6 v btp target export --format html --output all-vi.html
}

@test "the table fits 80 cells in both languages" {
	local language line
	export COLUMNS=80
	for language in en vi; do
		while IFS= read -r line; do ((${#line} <= 80)) || { echo "${#line}: $line"; return 1; }; done < <(LANGUAGE=$language v btp target export)
	done
	v btp target export --plain | grep -q $'^sum\tbtp'
}
