# Accounts and sessions of the office's page: who gets in, what each role may do, and how it ends.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'committees:\n  - { id: tren, name: Cấp trên, symbol: CT }\n  - { id: duoi, superior: tren, name: Cấp dưới, symbol: CD }\n' >tree.yaml
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q >/dev/null
	"$VANTHU" lab start "$LAB" -q >/dev/null
	printf 'x\n' >doc.txt
	v duoi send doc.txt --to tren --type CV --number 1-CV/CD --subject 'Cần làm' --wait delivered --timeout 120 -q >/dev/null
	export LAB DIR=$PWD URL="http://127.0.0.1:$((PORT + 2))" OWN='mưa rơi trên phố Huế'
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { keep_logs; }

# A new account, and its first password in $FIRST. NAME ROLE [OPTION…]
account() { FIRST=$(v tren user add "$1" --person "Người ${1^}" --role "$2" "${@:3}" --json | tee account.json | jq -r .data.password); }
# METHOD PATH [CURL-OPTION…]: the status; its answer in `body`, its head in `head`; with the cookies of $JAR.
JAR=jar
ask() {
	local method=$1 path=$2
	shift 2
	curl -s --max-time 300 -X "$method" -b "$JAR" -c "$JAR" -D head -o body -w '%{http_code}' "$@" "$URL$path"
}
json() { jq -cn "$@" '$ARGS.named'; }
sign_in() { # NAME PASSWORD [CODE]
	ask POST /v1/session -H 'Content-Type: application/json' -d "$(json --arg name "$1" --arg password "$2" ${3:+--arg code "$3"})"
	if jq -e .data.proof body >/dev/null; then jq -r .data.proof body >proof; fi
}
change() { ask POST "$1" -H 'Content-Type: application/json' -H "X-Vanthu-Proof: $(cat proof)" -d "${2:-{\}}"; } # PATH [JSON]
code() { jq -r .code body; }
own_password() { # what a first sign-in needs
	[ "$(change /v1/session/password "$(json --arg password "$FIRST" --arg new "$OWN")")" = 200 ]
	jq -r .data.proof body >proof
}
ready() { account "$@"; [ "$(sign_in "$1" "$FIRST")" = 200 ]; own_password; } # NAME ROLE

@test "a first password lets nobody do anything but choose another; then a session does what its role may, in the person's name" {
	account lan clerk
	[ "$(ask GET /v1/documents)" = 401 ]
	[ "$(sign_in lan "$FIRST")" = 200 ]
	grep -qi '^set-cookie: vanthu-session=[A-Za-z0-9_-]*; Path=/; HttpOnly; SameSite=Strict' head
	[ "$(jq -r '.data | "\(.name) \(.person) \(.roles[0]) \(.password_to_change) \(.committee)"' body)" = "lan Người Lan clerk true tren" ]
	[ "$(ask GET /v1/documents)" = 403 ]
	[ "$(code)" = VT-6107 ]
	[ "$(change /v1/documents/1-CV%2FCD/accept)" = 403 ]
	before=$(cat "$JAR")
	for weak in short lan aaaaaaaaaaaaaaaa "$FIRST"; do
		[ "$(change /v1/session/password "$(json --arg password "$FIRST" --arg new "$weak")")" = 422 ]
		[ "$(code)" = VT-6102 ]
	done
	[ "$(change /v1/session/password "$(json --arg password "not this one" --arg new "$OWN")")" = 401 ]
	own_password
	# Another secret: one that somebody had fixed, or has seen, is nothing any more.
	echo "$before" >stale
	[ "$(JAR=stale ask GET /v1/session)" = 401 ]
	[ "$(ask GET /v1/documents)" = 200 ]
	[ "$(jq -r '.data[0].number' body)" = 1-CV/CD ]
	[ "$(change /v1/documents/1-CV%2FCD/accept '{"as":"Người khác"}')" = 200 ]
	v tren show 1-CV/CD --json | jq -e '[.. | .person? // empty] | index("Người Lan") and (index("Người khác") | not)'
	grep -q '"token":"@lan".*"path":"/v1/documents/1-CV%2FCD/accept"' "$LAB/tren/gateway/audit.log"
	run -1 grep -q "$FIRST\|$OWN" "$LAB"/tren/gateway/audit.log* "$LAB"/tren/*.log
	[ "$(change /v1/session/end)" = 200 ]
	[ "$(ask GET /v1/documents)" = 401 ]
	[ "$(sign_in lan "$OWN")" = 200 ]
}

@test "a wrong password, no such account and a disabled one are answered alike; who guesses is held up, and nobody else" {
	ready hoa clerk
	account cu clerk
	v tren user disable cu -q >/dev/null
	[ "$(JAR=none sign_in hoa "not this one")" = 401 ]; cp body wrong
	[ "$(JAR=none sign_in cu "$FIRST")" = 401 ]; cmp body wrong
	[ "$(JAR=none sign_in nobody "$FIRST")" = 401 ]; cmp body wrong
	[ "$(JAR=none sign_in '../hoa' "$FIRST")" = 401 ]; cmp body wrong
	run -1 grep -qi '^set-cookie' head
	for _ in $(seq 9); do [ "$(JAR=none sign_in hoa "not this one")" = 401 ]; done
	[ "$(JAR=none sign_in hoa "$OWN")" = 429 ]
	[ "$(code)" = VT-6104 ]
	grep -qi '^retry-after: [1-9]' head
	# At a browser that has been here before the right one is right.
	[ "$(change /v1/session/end)" = 200 ]
	[ "$(sign_in hoa "$OWN")" = 200 ]
}

@test "a change without the proof of its page is refused, and one that another site asks for" {
	ready binh clerk
	json='Content-Type: application/json'
	accept=/v1/documents/1-CV%2FCD/return
	for proof in "" "$(tr A-Za-z B-ZAb-za <proof)"; do
		[ "$(ask POST $accept -H "$json" ${proof:+-H "X-Vanthu-Proof: $proof"} -d '{"reason":"x"}')" = 403 ]
		[ "$(code)" = VT-6106 ]
	done
	[ "$(ask POST $accept -H "$json" -H "X-Vanthu-Proof: $(cat proof)" -H 'Origin: https://elsewhere.example' -d '{"reason":"x"}')" = 403 ]
	[ "$(code)" = VT-6003 ]
	[ "$(ask POST $accept -H "$json" -H "X-Vanthu-Proof: $(cat proof)" -H 'Sec-Fetch-Site: cross-site' -d '{"reason":"x"}')" = 403 ]
	# what a form of another site can send: no JSON
	[ "$(ask POST $accept -H "X-Vanthu-Proof: $(cat proof)" -d 'reason=x')" = 415 ]
	[ "$(v tren show 1-CV/CD --json | jq -r .data.work.status)" != returned ]
	# A proof alone, or a cookie that was made up, is nobody.
	[ "$(JAR=none ask GET /v1/documents -H "X-Vanthu-Proof: $(cat proof)")" = 401 ]
	[ "$(JAR=none ask GET /v1/documents -b 'vanthu-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')" = 401 ]
	[ "$(code)" = VT-6105 ]
}

@test "the second factor: a code is wanted, taken once, and of this minute" {
	account kim clerk --second-factor
	secret=$(jq -r .data.secret account.json)
	[[ $(jq -r .data.uri account.json) == "otpauth://totp/tren:kim?secret=$secret&issuer=tren" ]]
	totp() { python3 "$ROOT/tests/helpers/totp.py" "$secret" "$1"; }
	[ "$(sign_in kim "$FIRST")" = 401 ]
	[ "$(sign_in kim "$FIRST" 000000)" = 401 ] || [ "$(totp 0)" = 000000 ]
	[ "$(sign_in kim "$FIRST" "$(totp -10)")" = 401 ]
	one=$(totp 0)
	[ "$(sign_in kim "not this one" "$one")" = 401 ]
	[ "$(sign_in kim "$FIRST" "$one")" = 200 ]
	[ "$(JAR=other sign_in kim "$FIRST" "$one")" = 401 ]
	[ "$(jq -r '.data[] | select(.name == "kim") | .second_factor' <(v tren user list --json))" = true ]
	v tren user reset kim --no-second-factor --json | jq -r .data.password >again
	[ "$(JAR=other sign_in kim "$(cat again)")" = 200 ]
}

@test "roles: a handler works on what arrived and takes nothing in, an operator sees links and no content, a viewer figures" {
	local name
	for name in handler operator viewer leader; do JAR=$name ready "role-$name" "$name"; cp proof "proof.$name"; done
	as() { JAR=$1 ask GET "$2"; }
	does() { cp "proof.$1" proof; JAR=$1 change "$2" "${3:-}"; }
	[ "$(as handler /v1/documents)" = 200 ]
	[ "$(as handler /v1/documents/1-CV%2FCD)" = 200 ]
	[ "$(does handler /v1/documents/1-CV%2FCD/return '{"reason":"x"}')" = 403 ]
	[ "$(does handler /v1/documents/1-CV%2FCD/start)" = 200 ]
	[ "$(as handler /v1/registers/in)" = 403 ]
	[ "$(as operator /v1/links)" = 200 ]
	[ "$(as operator /v1/documents)" = 403 ]
	[ "$(as operator /v1/documents/1-CV%2FCD)" = 403 ]
	[ "$(does operator /v1/links/duoi/ping)" = 200 ]
	[ "$(as viewer /v1/target)" = 200 ]
	[ "$(does viewer /v1/links/duoi/ping)" = 403 ]
	[ "$(as leader /v1/documents/1-CV%2FCD)" = 200 ]
	[ "$(does leader /v1/documents/1-CV%2FCD/finish '{"note":"xong"}')" = 200 ]
}

@test "who is disabled is out at once, also of a stream that stands; a session outlives nothing of the gateway" {
	ready minh clerk
	curl -sN -b "$JAR" "$URL/v1/events" >events & FOLLOWER=$!
	wait_for 20 grep -q '^retry' events
	v tren user disable minh -q >/dev/null
	[ "$(ask GET /v1/documents)" = 401 ]
	[ "$(ask GET /v1/session)" = 401 ]
	wait_for 20 eval "! kill -0 $FOLLOWER"
	v tren user enable minh -q >/dev/null
	[ "$(ask GET /v1/documents)" = 401 ]
	[ "$(sign_in minh "$OWN")" = 200 ]
	# By the command line another password: all are signed out.
	v tren user reset minh -q >/dev/null
	[ "$(ask GET /v1/documents)" = 401 ]
}

@test "the page: nothing but its own files, each whole in every coding, kept by its digest; what is none is not there" {
	local file
	[ "$(ask GET /)" = 303 ]
	grep -qi '^location: /office/' head
	[ "$(ask GET /office/)" = 200 ]
	cp body page.html
	for line in "content-security-policy: default-src 'none'; script-src 'self'" 'x-content-type-options: nosniff' 'referrer-policy: no-referrer' 'x-frame-options: DENY' \
		'cross-origin-opener-policy: same-origin' 'cache-control: no-cache'; do grep -qi "^$line" head; done
	run -1 grep -qi "unsafe-\|http:\|https:" head
	grep -o '/office/[a-z]*\.[0-9a-f]*\.[a-z]*' page.html >files
	[ -s files ]
	while read -r file; do
		[ "$(ask GET "$file")" = 200 ]
		grep -qi '^cache-control: public, max-age=31536000, immutable' head
		[ "${file#*.}" = "$(sha256sum body | cut -c1-12).${file##*.}" ]
		cp body plain
		for coding in gzip br; do
			[ "$(ask GET "$file" -H "Accept-Encoding: $coding" --compressed)" = 200 ]
			grep -qi "^content-encoding: $coding" head
			cmp body plain
		done
		[ "$(ask GET "$file" -H 'Accept-Encoding: gzip;q=0, br;q=0.0')" = 200 ]
		cmp body plain
	done <files
	for file in /office/nothing /office/app.js /office/..%2f..%2fetc%2fpasswd /office/%00 /office/a/b; do [[ $(ask GET "$file") == 40[04] ]]; done
	# no inline script or style, and nothing from elsewhere
	run -1 grep -Ei '<script>|<style|style=|[ "]on[a-z]+=|https?://' page.html
}
