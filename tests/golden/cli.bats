# What the command line prints, word for word, in text and JSON; what differs from run to run (ids, times, processes) is masked.
# After a change that is meant: GOLDEN_WRITE=1 bats tests/golden/cli.bats, and look at the difference.

setup_file() {
	load ../system/common
	make_lab
	start_lab
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'Kế hoạch\n' >ke-hoach.txt
	printf 'a,b\n1,2\n' >bang.csv
	v btp send ke-hoach.txt bang.csv --to subordinates --type KH --number 31-KH/ĐU --subject "Kế hoạch chuyển đổi số" --urgency khan \
		--date 2026-11-24 --due 2026-12-30 --signer "Nguyễn Văn A" --position "BÍ THƯ" --wait delivered --timeout 120 >/dev/null
}
teardown_file() { load ../system/common; end_lab; }
teardown() { keep_logs; }
setup() {
	load ../system/common
	GOLDEN=$ROOT/tests/golden
	export COLUMNS=80
	cd "$BATS_FILE_TMPDIR" || return 1
}

mask() {
	sed -E -e "s#$LAB#LAB#g" -e 's/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/UUID/g' \
		-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g' -e 's#[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}#DD/MM/YYYY HH:MM:SS#g' -e 's#[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}#DD/MM/YYYY HH:MM#g' \
		-e 's/"(digest|key_id|public_key)":"[0-9a-f]+"/"\1":"HEX"/g' -e 's/^[0-9a-f]{8} /ENDINGID /' \
		-e 's/("(pid|disk_free_bytes|round_trip_us)":)[0-9]+/\1N/g' -e 's/tcp:\/\/127.0.0.1:[0-9]+/tcp:\/\/127.0.0.1:PORT/g' \
		-e 's/[0-9.]+ [GT]iB/N GiB/' -e 's/running +[0-9]+/running PID/' -e 's/[[:space:]]+$//'
}

golden() { # NAME COMMAND…
	local name=$1 got
	shift
	got=$("$@" 2>&1 | mask) || true
	if [ -n "${GOLDEN_WRITE:-}" ]; then printf '%s\n' "$got" >"$GOLDEN/$name.txt"; fi
	diff -u "$GOLDEN/$name.txt" <(printf '%s\n' "$got")
}

@test "help" { golden help "$VANTHU" help; }
@test "help in Vietnamese" { golden help-vi env LANGUAGE=vi "$VANTHU" help; }
@test "help of one command" { golden help-send "$VANTHU" help send; }
@test "a typo gets a suggestion" { golden typo "$VANTHU" stauts; }
@test "a fault as JSON" { golden fault-json "$VANTHU" -c "$LAB/btp" show 99-XX/YY --json; }
@test "a fault as text" { golden fault v btp show 99-XX/YY; }
@test "no daemon" { golden no-daemon "$VANTHU" -c "$LAB/../none" status; }
@test "outbox" { golden outbox v btp outbox; }
@test "outbox as JSON" { golden outbox-json v btp outbox --json; }
@test "inbox" { golden inbox v thads inbox; }
@test "inbox in Vietnamese" { golden inbox-vi env LANGUAGE=vi "$VANTHU" -c "$LAB/thads" inbox; }
@test "inbox as JSON" { golden inbox-json v thads inbox --json; }
@test "inbox of nobody" { golden inbox-empty v cb-tochuc inbox; }
@test "find without diacritics" { golden find v btp find "chuyen doi"; }
@test "show" { golden show v thads show 31-KH/ĐU; }
@test "show as JSON" { golden show-json v thads show 31-KH/ĐU --json; }
@test "save as JSON" { golden save-json v thads save 31-KH/ĐU --to "$LAB/saved" --json; }
@test "verify" { golden verify v thads verify 31-KH/ĐU; }
@test "verify as JSON" { golden verify-json v thads verify 31-KH/ĐU --json; }
@test "trace as JSON, hops without their order" {
	golden trace-json bash -c '"$0" -c "$1" trace 31-KH/ĐU --json | jq -cS ".data.hops |= sort_by(.committee, .event) | .data.recipients |= sort_by(.committee)"' "$VANTHU" "$LAB/btp"
}
@test "queue" { golden queue v btp queue show; }
@test "link list" { golden link-list v cb-tochuc link list; }
@test "committee list" { golden committee-list v btp committee list; }
@test "committee show as JSON" { golden committee-show-json v btp committee show thads --json; }
@test "config show as JSON" { golden config-show-json v btp config show --json; }
@test "lab status in plain columns" { golden lab-status-plain bash -c '"$0" lab status "$1" --plain | cut -f1,2,4' "$VANTHU" "$LAB"; }
@test "send as JSON" { golden send-json v btp send ke-hoach.txt --to thads,vanphong --type TB --number 1-TB/ĐU --subject "thử" --json; }
@test "dry run" { golden dry-run v btp send ke-hoach.txt --to subtree --type TB --number 2-TB/ĐU --subject "thử" -n --json; }

@test "every text has a Vietnamese translation" {
	cd "$BATS_TEST_DIRNAME/../.."
	xgettext -k_ -kN_ -L C --from-code=UTF-8 --no-location -o "$BATS_TEST_TMPDIR/all.pot" tools/*.c routing/*.c daemon/*.c proto/*.c
	sed -i 's/charset=CHARSET/charset=UTF-8/' "$BATS_TEST_TMPDIR/all.pot"
	msgcmp tools/po/vi.po "$BATS_TEST_TMPDIR/all.pot"
}
