# The office's page as people use it, in Debian's Chromium: a clerk's day in both languages and at three sizes, with daemon, session and
# network lost in the middle; what others write is text; nothing that axe finds. One browser at a time.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - { id: tren, name: Đảng ủy Cấp trên, symbol: ĐUT }
		  - { id: duoi, superior: tren, name: "Đảng bộ <b>Ban</b> & Cục Quản lý xử lý vi phạm hành chính và theo dõi thi hành pháp luật", symbol: ĐBD }
	END
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q --json >created
	start_lab
	URL=$(url_of tren)
	printf 'Nội dung kế hoạch\n' >plan.txt
	# 4 × 4 points, and a page of others under the name of a PDF
	base64 -d >picture.png <<<iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR4nGM4YWAARwzEcQDJOA/R0OqzrwAAAABJRU5ErkJggg==
	printf '<script>document.title="XSS"</script>' >page.pdf
	cat >deliver <<-END
		curl -sS -f -m 60 -H "Authorization: Bearer \$(cat $LAB/duoi/gateway.token)" $(url_of duoi)/v1/documents \
			-F "meta=\$(jq -nc --arg s "\$1" '{to: "tren", type: "BC", number: "auto", subject: \$s, urgency: "khan"}');type=application/json" -F file=@$PWD/picture.png
	END
	export LAB URL DIR=$PWD
}
url_of() { jq -r ".data[] | select(.committee == \"$1\").gateway_url" "$BATS_FILE_TMPDIR/created"; }
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { v tren user disable "u$BATS_TEST_NUMBER" -q >/dev/null 2>&1 || true; }

SCENES="$BATS_TEST_DIRNAME/../helpers/page_scenes.py"
has_browser() {
	/usr/bin/python3 -c 'import selenium' 2>/dev/null && command -v chromium chromedriver >/dev/null || skip "no Chromium here (packages chromium, chromium-driver, python3-selenium)"
}
# [ROLE [NAME]]: its first password
account() { v tren user add "${2:-u$BATS_TEST_NUMBER}" --person "Nguyễn Thị Lan" --role "${1:-clerk}" --json | jq -r .data.password; }
scene() { # SCENE ARGUMENT…
	local name=$1
	shift
	mkdir -p "$ROOT/build/check/failed"
	PAGE_SHOT="$ROOT/build/check/failed/page-$BATS_TEST_NUMBER.png" timeout 540 /usr/bin/python3 -B "$SCENES" "$name" "$URL" "$@"
}
deliver() { echo "bash $DIR/deliver \"\$1\""; }
daemon_kill() { echo "kill -9 \$(cat $LAB/tren/vanthud.pid); while kill -0 \$(cat $LAB/tren/vanthud.pid) 2>/dev/null; do read -rt 0.05 <> <(:) || true; done"; }
daemon_start() { echo "'$VANTHU' lab start '$LAB' -q"; }

@test "what the page is made of: vendored files as their sums say, every text in Vietnamese, no more than 400 lines a file" {
	local folder file sum
	for folder in "$ROOT/tools/page/vendor" "$ROOT/tests/helpers/axe"; do
		while IFS='|' read -r _ file _ _ _ sum _; do
			[ "$(sha256sum "$folder/${file// /}" | cut -d' ' -f1)" = "$(tr -d ' `' <<<"$sum")" ]
		done < <(grep -E '\| `[0-9a-f]{64}` \|' "$folder/README.md")
		for file in "$folder"/*.*js; do grep -q "^| $(basename "$file") |" "$folder/README.md"; done
	done
	/usr/bin/python3 -B "$ROOT/tests/helpers/page_words.py" "$ROOT"/tools/page
	! wc -l "$ROOT"/tools/page/*.js | awk '$2 != "total" && $1 > 400' | grep .
}

@test "the first page is small" {
	has_browser
	scene load 122880
}

@test "a clerk's day, in Vietnamese" {
	has_browser
	scene day vi u$BATS_TEST_NUMBER "$(account)" "$DIR" "$(deliver)"
}

@test "a clerk's day, in English, on a telephone" {
	has_browser
	PAGE_SIZE=telephone scene day en u$BATS_TEST_NUMBER "$(account)" "$DIR" "$(deliver)"
}

@test "a clerk's day at 200 %" {
	has_browser
	PAGE_SIZE=zoomed scene day vi u$BATS_TEST_NUMBER "$(account)" "$DIR" "$(deliver)"
}

@test "what was returned by mistake is taken in after all" {
	has_browser
	scene back u$BATS_TEST_NUMBER "$(account)" "$(deliver)"
}

@test "the daemon is killed in the middle: what was not done is said, what was written is kept, and goes once" {
	has_browser
	scene killed u$BATS_TEST_NUMBER "$(account)" "$DIR" "$(deliver)" "$(daemon_kill)" "$(daemon_start)"
	[ "$(v tren outbox --json | jq '[.data[] | select(.subject == "Viết khi mất máy chủ")] | length')" = 1 ]
}

@test "a session that ends while somebody writes takes no word along, and shows none to others" {
	has_browser
	scene ended u$BATS_TEST_NUMBER "$(account)" "$DIR" "kill \$(cat $LAB/tren/vanthu-gateway.pid); while kill -0 \$(cat $LAB/tren/vanthu-gateway.pid) 2>/dev/null; do read -rt 0.05 <> <(:) || true; done; $(daemon_start)"
}

@test "the network is cut, and is there again" {
	has_browser
	scene cut u$BATS_TEST_NUMBER "$(account)"
}

@test "one request has no answer: the page finds out when there is one again" {
	has_browser
	scene unanswered u$BATS_TEST_NUMBER "$(account)"
}

@test "HTML in subject, note, file name and the name of a committee is text, and a false PDF is not opened" {
	has_browser
	curl -sS -f -m 60 -H "Authorization: Bearer $(cat "$LAB/duoi/gateway.token")" "$(url_of duoi)/v1/documents" \
		-F 'meta={"to":"tren","type":"BC","number":"auto","subject":"<img src=x onerror=\"document.title=1\">","note":"<u>ghi chú</u>"};type=application/json' \
		-F "file=@$DIR/page.pdf;filename=\"<script>document.title='XSS'<_script>.pdf\""
	scene hostile u$BATS_TEST_NUMBER "$(account)"
}

@test "one of ours is asked back, and sent anew in its place" {
	has_browser
	scene recalled u$BATS_TEST_NUMBER "$(account)" "$DIR" "'$VANTHU' -c $LAB/duoi recall agree \"\$1\" -q"
}

@test "found as one types, without tone marks" {
	has_browser
	scene search u$BATS_TEST_NUMBER "$(account)" "$(deliver)"
}

@test "each role has its menu, and no view besides" {
	has_browser
	local role menus=
	declare -A views=([clerk]='Văn bản đến|Gửi văn bản|Văn bản đi|Sổ đăng ký|Tỷ lệ điện tử' [leader]='Văn bản đến|Gửi văn bản|Văn bản đi|Sổ đăng ký|Tỷ lệ điện tử'
		[handler]='Văn bản đến' [viewer]='Tỷ lệ điện tử|Vận hành' [operator]='Tỷ lệ điện tử|Vận hành')
	for role in "${!views[@]}"; do menus+="$role|$(account "$role" "$role")|${views[$role]}"$'\n'; done
	scene roles "$menus"
}

@test "axe finds nothing on any view of a clerk, light and dark, and nothing is wider than three windows" {
	has_browser
	bash "$DIR/deliver" 'Một văn bản để xem'
	scene looked_at u$BATS_TEST_NUMBER "$(account)" "arrived send sent books meter password"
}

@test "axe finds nothing on the views of an operator" {
	has_browser
	scene looked_at u$BATS_TEST_NUMBER "$(account operator)" "operation meter"
}
