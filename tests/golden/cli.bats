# What the command line prints, word for word, in text and JSON; what differs from run to run (ids, times, processes) is masked.
# After a change that is meant: GOLDEN_WRITE=1 bats tests/golden/cli.bats, and look at the difference.

setup_file() {
	load ../system/common
	# Of a length that is always the same: paths are folded in tables.
	GOLDEN_HOME=$(mktemp -d /tmp/vXXXXXX)
	export GOLDEN_HOME
	BATS_FILE_TMPDIR=$GOLDEN_HOME make_lab
	printf 'Khối pháp luật   thads, cb-tonghop\nCũ   thads, khong-co\n' >"$LAB/lists"
	printf 'tables:\n  lists: %s\n' "$LAB/lists" >>"$LAB/vanphong/vanthud.yaml"
	start_lab
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'Kế hoạch\n' >ke-hoach.txt
	printf 'a,b\n1,2\n' >bang.csv
	printf 'hướng;số;ngày;trích yếu;nơi gửi\nđến;12-CV/ĐUVP;20/05/2025;Mời họp;Văn phòng\nđến;71-CV/ĐUVP;31/02/2025;Mời;Văn phòng\nđi;auto-KH/BTP;20/05/2025;Kế hoạch;\n' >giay.csv
	v btp send ke-hoach.txt bang.csv --to subordinates --type KH --number 31-KH/ĐU --subject "Kế hoạch chuyển đổi số" --urgency khan \
		--date 2026-11-24 --due 2026-12-30 --signer "Nguyễn Văn A" --position "BÍ THƯ" --wait delivered --timeout 120 >/dev/null
}
teardown_file() {
	load ../system/common
	end_lab
	rm -rf "$GOLDEN_HOME"
}
teardown() { keep_logs; }
setup() {
	load ../system/common
	GOLDEN=$ROOT/tests/golden
	export COLUMNS=80
	cd "$BATS_FILE_TMPDIR" || return 1
}

# What differs from run to run. Widths stay as they are, so that columns stay straight.
MASK=(
	-e "s#$LAB#LAB#g" -e "s#${GOLDEN_HOME:-/nowhere}#HOME#g"
	-e 's/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/UUID/g'
	-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g' -e 's#[0-9]{2}/[0-9]{2}/[0-9]{4}#DD/MM/YYYY#g'
	-e 's/\b[0-9]{2}:[0-9]{2}:[0-9]{2}\b/HH:MM:SS/g' -e 's/\b[0-9]{2}:[0-9]{2}\b/HH:MM/g'
	-e 's/"(digest|key_id|public_key)":"[0-9a-f]+"/"\1":"HEX"/g' -e 's/^[0-9a-f]{8} /ENDINGID /'
	-e 's/("(pid|disk_free_bytes|inodes_free|used_bytes|round_trip_us)":)[0-9]+/\1N/g' -e 's#tcp://127.0.0.1:[0-9]+#tcp://127.0.0.1:PORT#g'
	-e 's#^( +)([0-9.]*[0-9])?:[0-9]+ +#\1\2:PORT #'
	-e 's/[0-9]+([.,][0-9])? [KGT]iB/N GiB/' -e 's/(running|đang chạy) +[0-9]+/\1 PID/' -e 's/(µs\) +)[0-9]+/\1N/'
	-e 's/\bvt_[A-Za-z0-9_-]{43}/TOKEN/' -e 's/[0-9a-f]{40,}/HEX/' -e 's/^( +)[0-9a-f]{10,}$/\1HEX/' -e 's/(show|save|trace) [0-9a-f]{8}\b/\1 ENDINGID/g' -e 's/[[:space:]]+$//'
)
mask() { sed -E "${MASK[@]}"; }

golden() { # FOLDER/NAME COMMAND…
	local name=$1 got
	shift
	got=$("$@" 2>&1 | mask) || true
	if [ -n "${GOLDEN_WRITE:-}" ]; then printf '%s\n' "$got" >"$GOLDEN/$name.txt"; fi
	diff -u "$GOLDEN/$name.txt" <(printf '%s\n' "$got")
}

@test "a fault as JSON" { golden json/fault "$VANTHU" -c "$LAB/btp" show 99-XX/YY --json; }
@test "outbox as JSON" { golden json/outbox v btp outbox --json; }
@test "inbox as JSON" { golden json/inbox v thads inbox --json; }
@test "show as JSON" { golden json/show v thads show 31-KH/ĐU --json; }
@test "save as JSON" { golden json/save v thads save 31-KH/ĐU --to "$LAB/saved" --json; }
@test "verify as JSON" { golden json/verify v thads verify 31-KH/ĐU --json; }
@test "trace as JSON, hops without their order" {
	golden json/trace bash -c '"$0" -c "$1" trace 31-KH/ĐU --json | jq -cS ".data.hops |= sort_by(.committee, .event) | .data.recipients |= sort_by(.committee)"' "$VANTHU" "$LAB/btp"
}
@test "committee show as JSON" { golden json/committee-show v btp committee show thads --json; }
@test "config show as JSON" { golden json/config-show v btp config show --json; }
@test "lab status in plain columns" { golden en/lab-status-plain bash -c '"$0" lab status "$1" --plain | cut -f1,2,4' "$VANTHU" "$LAB"; }
@test "send as JSON" { golden json/send v btp send ke-hoach.txt --to thads,vanphong --type TB --number 1-TB/ĐU --subject "thử" --json; }
@test "dry run" { golden json/dry-run v btp send ke-hoach.txt --to subtree --type TB --number 2-TB/ĐU --subject "thử" -n --json; }

# Only words of ours in these files: what their language is does not depend on the test's.
files_of_the_table() {
	mkdir -p "$LAB/../bad" "$LAB/../bad-yaml"
	printf 'committee: Not An Id\nnonsense: 1\nstore:\n  map: 12X\nlisten: [a]\nlinks:\n  x: 1\n' >"$LAB/../bad/vanthud.yaml"
	printf 'committee: "btp\n' >"$LAB/../bad-yaml/vanthud.yaml"
	printf 'committees:\n  - {id: a, name: A, symbol: A}\n  - {id: B C, name: B, colour: red}\n  - {id: c, name: C, symbol: C, term: {from: 2026-13-01}}\n  - {id: d, name: "a\\x07", symbol: D}\n' >bad-tree.yaml
	printf 'committees:\n  - {id: tren, name: "Đảng ủy", symbol: ĐU}\n  - {id: duoi, name: "Chi bộ", symbol: CB, superior: tren}\n' >one.yaml
	v cb-luutru paper add in --type CV --number 12-CV/ĐUVP --subject "Mời họp" --date 20/05/2025 --from "Văn phòng" -q >/dev/null
	v cb-luutru paper add out --type BC --number 02-BC/CB --subject "Báo cáo tháng 5" --date 31/05/2025 -q >/dev/null
	v thads export 31-KH/ĐU --to "$LAB/evidence" -q >/dev/null
	"$VANTHU" init "$LAB/../other" --registry -q >/dev/null
}

@test "every command and the usual faults, in both languages, within 80 cells" {
	local name out="$BATS_TEST_TMPDIR/out"
	mkdir -p "$out/en" "$out/vi"
	files_of_the_table
	LAB=$LAB VANTHU=$VANTHU "$GOLDEN/run-table" "$out"
	# Paths of this run and whole ids may stand out: cutting them would hide what to type next.
	! grep -vhE "$LAB|[0-9a-f]{8}-[0-9a-f]{4}-" "$out"/*/*.txt | grep -E '.{81}'
	sed -E -i "${MASK[@]}" "$out"/*/*.txt
	[ -z "${GOLDEN_WRITE:-}" ] || cp -r "$out"/. "$GOLDEN/"
	for name in "$out"/*/*.txt; do cat "$GOLDEN/${name#"$out"/}"; done >"$BATS_TEST_TMPDIR/expected"
	diff -u "$BATS_TEST_TMPDIR/expected" <(cat "$out"/*/*.txt)
}

@test "no command is without a row in the table" {
	local word n=0
	for word in $("$VANTHU" completion words -- '' | cut -f1); do
		awk -v word="$word" '!/^#/ && $3 == word { found = 1 } END { exit !found }' "$GOLDEN/table" || { echo "tests/golden/table has no row for $word"; false; }
		n=$((n + 1))
	done
	[ "$n" -gt 20 ]
}

@test "programs read the same in both languages, but for an error's message and its fix" {
	local args en vi
	for args in "btp outbox" "thads show 31-KH/ĐU" "btp trace 31-KH/ĐU" "thads verify 31-KH/ĐU" "btp send"; do
		set -- $args
		en=$(LANGUAGE=en v "$@" --json | jq -cS 'del(.error.message, .error.fix)')
		vi=$(LANGUAGE=vi v "$@" --json | jq -cS 'del(.error.message, .error.fix)')
		[ -n "$en" ] && [ "$en" = "$vi" ]
		diff <(LANGUAGE=en v "$@" --plain 2>/dev/null) <(LANGUAGE=vi v "$@" --plain 2>/dev/null)
	done
	LANGUAGE=vi v btp show nothing-here --json | jq -e '.error.message | test("không tìm thấy")'
}

@test "the language is that of --lang, VANTHU_LANG, LANGUAGE, LC_ALL, LC_MESSAGES, LANG, in this order, from anywhere and without a locale" {
	local from
	speaks() { # WORD SETTING…: in an environment that has nothing else, as bytes of UTF-8
		local word=$1
		shift
		for from in / "$ROOT/build"; do
			(cd "$from" && env -i "$@" "$VANTHU" version | grep -qa "^$word ")
		done
		env -i "$@" "$ROOT/build/vanthud" --help | grep -qa "$([ "$word" = Version ] && echo Usage || echo "Cách dùng")"
	}
	speaks Version A=
	speaks Version LANG=fr_FR.UTF-8
	speaks "Phiên bản" LANG=vi_VN.UTF-8
	speaks "Phiên bản" LANG=en_US.UTF-8 LC_MESSAGES=vi_VN
	speaks Version LC_MESSAGES=vi_VN LC_ALL=C
	speaks "Phiên bản" LC_ALL=C LANGUAGE=fr:vi:en
	speaks "Phiên bản" LC_ALL=POSIX VANTHU_LANG=vi
	speaks "Phiên bản" LANG=en_US.UTF-8 VANTHU_LANG=VI
	speaks Version LANG=vi_VN.UTF-8 LANGUAGE=vi VANTHU_LANG=en
	env -i LC_ALL=C VANTHU_LANG=en "$VANTHU" version --lang vi | grep -qa "^Phiên bản "
	env -i LC_ALL=C "$VANTHU" --lang vi stauts 2>&1 | grep -qa "không có lệnh"
	[ "$(env -i "$VANTHU" --lang vi)" = "$(env -i "$VANTHU" help --lang=vi)" ]
}

@test "an installed program finds its catalogue, wherever it was put" {
	mkdir -p "$BATS_TEST_TMPDIR/usr/bin" "$BATS_TEST_TMPDIR/usr/share"
	cp "$VANTHU" "$BATS_TEST_TMPDIR/usr/bin/"
	cp -r "$ROOT/build/locale" "$BATS_TEST_TMPDIR/usr/share/"
	(cd / && env -i LANG=vi_VN.UTF-8 "$BATS_TEST_TMPDIR/usr/bin/vanthu" version | grep -qa "^Phiên bản ")
}

@test "the catalogue has every text, each in its own words, and nothing else" {
	local faults
	faults=$("$GOLDEN/catalogue" "$ROOT/tools/po/vi.po")
	echo "$faults"
	[ -z "$faults" ]
}

@test "a catalogue with a text missing, fuzzy, obsolete, copied, left over or with another format is found out" {
	local po="$ROOT/tools/po/vi.po" bad="$BATS_TEST_TMPDIR/bad.po"
	spoil() { # SED-SCRIPT WHAT-IS-SAID
		sed "$1" "$po" >"$bad"
		[ -z "${2:-}" ] || "$GOLDEN/catalogue" "$bad" "$BATS_TEST_TMPDIR/all.pot" | grep -q "$2"
	}
	spoil '/^msgid "Subject"$/,/^$/d' "is used but not defined"
	spoil 's/^msgid "Subject"$/#, fuzzy\n&/' "fuzzy: Subject"
	spoil 's/^msgid "Subject"$/#~ &/; s/^msgstr "Trích yếu"$/#~ &/' 'obsolete: "Subject"'
	spoil 's/^msgstr "Trích yếu"$/msgstr "Subject"/' 'a copy: "Subject"'
	spoil '$s/$/\n\nmsgid "no such text"\nmsgstr "không có"/' "used nowhere: no such text"
	spoil 's/^msgstr "không hiểu: %s"$/msgstr "không hiểu: %d"/' "format specifications"
}
