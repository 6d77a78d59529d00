# vanthu-gateway as programs use it: every row of its table, documents in and out, repeats, rights, following, and what it says when something
# is missing. Attacks are in gateway_attack.bats.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	printf '%s\n' 'committees:' '  - { id: tren, name: Cấp trên, symbol: CT }' '  - { id: duoi, superior: tren, name: Cấp dưới, symbol: CD }' \
		'  - { id: kia, superior: tren, name: Bên kia, symbol: BK }' >tree.yaml
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q --json >created
	start_lab
	local scope
	mkdir tokens
	for scope in office operate read send receive work; do v tren token add "$scope" --scope "$scope" --rate 0 --json | jq -r .data.token >"tokens/$scope"; done
	v tren token add cleared --scope office,secret --rate 0 --json | jq -r .data.token >tokens/cleared
	v tren token add bound --scope office --committee kia --rate 0 --json | jq -r .data.token >tokens/bound
	head -c 3000000 /dev/urandom >large.bin
	printf 'nội dung' >small.txt
	URL=$(url_of tren)
	export LAB URL DIR=$PWD
}
url_of() { jq -r ".data[] | select(.committee == \"$1\").gateway_url" "$BATS_FILE_TMPDIR/created"; }
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() {
	[ -z "${FOLLOWER:-}" ] || kill "$FOLLOWER" 2>/dev/null || true
	v tren token revoke "t$BATS_TEST_NUMBER" -q >/dev/null 2>&1 || true
	[ -z "${ALONE:-}" ] || kill "$ALONE" 2>/dev/null || true
}

# ask TOKEN-NAME METHOD PATH [CURL-OPTIONS…]: the status to $status, the head to `head`, the body to `body`.
ask() {
	local token=$1 method=$2 path=$3 how=(-X "$2")
	shift 3
	: >body
	[ "$method" != HEAD ] || how=(-I)
	status=$(curl -s --max-time 300 -D head -o body -w '%{http_code}' "${how[@]}" -H "Authorization: Bearer $(cat "$DIR/tokens/$token")" "$@" "$URL$path")
}
wants() { [ "$status" = "$1" ] || { echo "$status, not $1: $(head -c 600 body)"; return 1; }; }
has() { grep -qi "^$1"$'\r$' head || { cat head; return 1; }; }
say() { # META [FILES…]: sends as $AS (office)
	local meta=$1 f files=()
	shift
	for f in "${@:-$DIR/small.txt}"; do files+=(-F "file=@$f"); done
	ask "${AS:-office}" POST "${TO:-/v1/documents}" -F "meta=$meta;type=application/json" "${files[@]}" "${MORE[@]}"
}
MORE=()
meta() { jq -nc --arg to "$1" --arg subject "$2" '{to: $to, type: "KH", subject: $subject} + ($ARGS.named.more // {})' --argjson more "${3:-{\}}"; }
id() { jq -r .data.id body; }
sent_count() { v tren outbox --json | jq '.data | length'; }
delivered() { [ "$(v tren show "$1" --json | jq -r .data.state)" = delivered ]; }

@test "every row of the table is there, needs a token and the right scope, and takes its fields and no others" {
	python3 "$ROOT/tests/helpers/http_table.py" "$ROOT/build/vanthu-gateway" "$VANTHU" "$URL" "$DIR/tokens"
	[ "$(sent_count)" = 0 ]
}

@test "a document goes, is there, and comes out again, whole and in ranges" {
	local id tag
	say "$(meta duoi 'Một kế hoạch')" "$DIR/large.bin" "$DIR/small.txt"
	wants 201
	id=$(id)
	has "Location: /v1/documents/$id"
	wait_for 20 delivered "$id"
	ask office GET "/v1/documents/$id/parts/1"
	wants 200
	cmp body "$DIR/large.bin"
	tag="\"$(sha256sum <"$DIR/large.bin" | cut -d' ' -f1)\""
	has "ETag: $tag"
	has "Repr-Digest: sha-256=:$(openssl dgst -sha256 -binary "$DIR/large.bin" | base64):"
	has 'Content-Disposition: attachment; filename="large.bin"; filename\*=UTF-8'"''large.bin"
	has 'X-Content-Type-Options: nosniff'
	ask office GET "/v1/documents/$id/parts/1" -r 1000000-1999999
	wants 206
	has 'Content-Range: bytes 1000000-1999999/3000000'
	cmp body <(tail -c +1000001 "$DIR/large.bin" | head -c 1000000)
	ask office GET "/v1/documents/$id/parts/1" -r -5
	cmp body <(tail -c 5 "$DIR/large.bin")
	ask office GET "/v1/documents/$id/parts/1" -r 3000000-
	wants 416
	has 'Content-Range: bytes \*/3000000'
	[ "$(jq -r .code body)" = VT-6012 ]
	# An old part is not put together with a new one.
	ask office GET "/v1/documents/$id/parts/1" -r 0-9 -H 'If-Range: "other"'
	wants 200
	ask office GET "/v1/documents/$id/parts/1" -r 0-9 -H "If-Range: $tag"
	wants 206
	ask office GET "/v1/documents/$id/parts/1" -H "If-None-Match: \"x\", W/$tag"
	wants 304
	[ ! -s body ]
	ask office HEAD "/v1/documents/$id/parts/1" -r 0-9
	wants 200
	has 'Content-Length: 3000000'
	ask office GET "/v1/documents/$id/parts/2"
	[ "$(cat body)" = 'nội dung' ]
	local bad
	for bad in 0 3 x 1x -1 99999999999999999999; do
		ask office GET "/v1/documents/$id/parts/$bad"
		wants 404
	done
	ask office GET "/v1/documents/$id/evidence"
	wants 200
	"$VANTHU" verify body --root "$LAB/registry/root.pem" -q
	ask office GET "/v1/documents/$id/trace"
	wants 200
	ask office GET "/v1/documents/$id/receipts"
	[ "$(jq -r '.data[].committee' body)" = duoi ]
}

@test "a repeat is the same document, on another day too; another content under its key is not" {
	local id before=$BATS_TEST_NUMBER
	before=$(sent_count)
	MORE=(-H 'Idempotency-Key: đơn 1')
	say "$(meta duoi 'Thử khóa' "{\"date\":\"$(date -d '2 days ago' +%F)\"}")"
	wants 201
	id=$(id)
	# It says no date: that of today would be another.
	say "$(meta duoi 'Thử khóa')"
	wants 200
	[ "$(jq -c '[.data.id, .data.repeated]' body)" = "[\"$id\",true]" ]
	say "$(meta duoi 'Khác')"
	wants 409
	[ "$(jq -r .code body)" = VT-2002 ]
	say "$(meta duoi 'Thử khóa')" "$DIR/large.bin"
	wants 409
	# The key is the token's own.
	AS=send say "$(meta duoi 'Thử khóa')"
	wants 201
	[ "$(id)" != "$id" ]
	# With a signer it goes by way of the command line: the same.
	MORE=(-H 'Idempotency-Key: k2')
	say "$(meta duoi 'Có người ký' "{\"signer\":\"Lê Văn A\",\"position\":\"Bí thư\",\"competence\":\"T/M ĐẢNG ỦY\",\"date\":\"$(date -d '2 days ago' +%F)\"}")"
	wants 201
	id=$(id)
	say "$(meta duoi 'Có người ký' '{"signer":"Lê Văn A","position":"Bí thư","competence":"T/M ĐẢNG ỦY"}')"
	[ "$(id)" = "$id" ]
	[ "$(sent_count)" = $((before + 3)) ]
}

@test "a trial sends nothing, by a field or a word of the query, of an act too" {
	local before
	before=$(sent_count)
	say "$(meta duoi 'Thử' '{"dry_run":true}')"
	wants 200
	[ "$(jq -c .data.dry_run body)" = true ]
	TO='/v1/documents?dry_run=1' say "$(meta duoi 'Thử')"
	wants 200
	[ "$(jq -c .data.dry_run body)" = true ]
	[ "$(sent_count)" = "$before" ]
	v duoi send "$DIR/small.txt" --to tren --type CV --subject 'Đến' -q >/dev/null
	wait_for 20 eval '[ "$("$VANTHU" -c "$LAB/tren" inbox --new --json | jq ".data | length")" = 1 ]'
	ask office POST '/v1/documents/accept-all-valid?dry_run=1' -H 'Content-Type: application/json'
	wants 200
	[ "$(v tren inbox --new --json | jq '.data | length')" = 1 ]
	ask office POST '/v1/documents/accept-all-valid' -H 'Content-Type: application/json'
	wants 200
	[ "$(v tren inbox --new --json | jq '.data | length')" = 0 ]
}

@test "a token sees what it is for: its committees, what it sent, what came, and nothing else" {
	local theirs ours own came path
	say "$(meta duoi 'Cho bên dưới')"
	theirs=$(id)
	say "$(meta kia 'Cho bên kia')"
	ours=$(id)
	AS=send say "$(meta duoi 'Của mình')"
	wants 201
	own=$(id)
	came=$(v tren inbox --json | jq -r '.data[0].id')
	for path in '' /parts/1 /receipts /trace /verification /evidence; do
		ask bound GET "/v1/documents/$theirs$path"; wants 404
		ask bound GET "/v1/documents/$ours$path"; wants 200
		ask send GET "/v1/documents/$theirs$path"; wants 404
		ask send GET "/v1/documents/$own$path"; wants 200
		ask receive GET "/v1/documents/$theirs$path"; wants 404
		ask receive GET "/v1/documents/$came$path"; wants 200
		ask read GET "/v1/documents/$theirs$path"; wants 403
		ask operate GET "/v1/documents/$theirs$path"; wants 403
	done
	AS=bound say "$(meta duoi 'Không được')"
	wants 403
	[ "$(jq -r .code body)" = VT-6065 ]
	AS=bound say "$(meta subordinates 'Không được')"
	wants 403
	AS=bound say "$(meta kia 'Được')"
	wants 201
	ask bound GET /v1/documents?box=out; wants 403
	ask bound GET '/v1/documents?box=out&to=duoi'; wants 403
	ask bound GET '/v1/documents?box=out&to=kia'; wants 200
	! grep -q "$theirs" body
	ask receive GET /v1/documents?box=out; wants 403
	ask receive GET /v1/documents; wants 200
	ask send GET /v1/documents?box=out; wants 403
	ask bound POST "/v1/documents/$theirs/recall" -H 'Content-Type: application/json' -d '{"reason":"x"}'; wants 404
	ask send POST "/v1/documents/$theirs/recall" -H 'Content-Type: application/json' -d '{"reason":"x"}'; wants 404
	# Books and lists of work are of all committees.
	for path in /v1/registers/in /v1/due /v1/paper /v1/status /v1/target/why /v1/persons; do
		ask bound GET "$path"; wants 403
		[ "$(jq -r .code body)" = VT-6065 ]
	done
	ask bound POST /v1/documents/accept-all-valid -H 'Content-Type: application/json'; wants 403
	ask bound GET /v1/committees; wants 200
	# Sending is not the way round: it changes, finishes and answers no other documents.
	AS=send say "$(meta duoi 'Thay' "{\"replace\":\"$theirs\"}")"; wants 404
	AS=send say "$(meta duoi 'Sửa' "{\"update\":\"$ours\"}")"; wants 404
	AS=send say "$(meta duoi 'Sửa' "{\"update\":\"$own\"}")"; wants 201
	AS=send say "$(meta tren 'Xong' "{\"reply_to\":\"$came\",\"finish\":true}")"; wants 403
	AS=bound say "$(meta kia 'Trả lời' "{\"reply_to\":\"$came\"}")"; wants 404
	ask bound GET /v1/changes
	wants 200
	grep -q "$ours" body
	! grep -q "$theirs" body
	ask send GET /v1/changes
	grep -q "$own" body
	! grep -q "$theirs" body
	ask read GET /v1/changes
	wants 200
	! grep -q 'Cho bên dưới' body
}

@test "who may read or operate follows what happens as those sockets tell it, without content" {
	local id own paper token next subject='Chỉ văn phòng được đọc'
	ask office GET '/v1/changes'
	next=$(jq .data.next body)
	say "$(meta duoi "$subject")"
	id=$(id)
	AS=send say "$(meta duoi 'Của chính chương trình')"
	own=$(id)
	wait_for 60 delivered "$id"
	paper=$(v tren paper add in --type CV --number 11-CV/Y --subject 'Trên giấy' --json | jq -r .data.id)
	v tren token add "t$BATS_TEST_NUMBER" --scope read,send --rate 0 --json | jq -r .data.token >"$DIR/tokens/both"
	for token in read operate both; do
		ask "$token" GET "/v1/changes?since=$next"
		wants 200
		jq -e --arg id "$id" --arg paper "$paper" '[.data.changes[] | select(.id == $id) | .kind] | contains(["sent", "receipt"])' body
		jq -e --arg paper "$paper" 'any(.data.changes[]; .id == $paper and .kind == "paper") and all(.data.changes[]; .document == null)' body
		! grep -q "$subject\|Trên giấy\|chính chương trình" body
		curl -sN -H "Authorization: Bearer $(cat "$DIR/tokens/$token")" -H "Last-Event-ID: $next" "$URL/v1/events" >"events.$token" & FOLLOWER=$!
		told() { grep -q "^data:.*$paper" "events.$token"; }
		wait_for 20 told
		kill "$FOLLOWER"
		! grep -q "$subject\|Trên giấy" "events.$token"
		grep -q "^data:.*$own" "events.$token"
		# It can do nothing for that.
		[ "$token" = both ] || { AS=$token say "$(meta duoi 'Không được')"; wants 403; }
	done
	# Who may hand in besides has the content of what it handed in, and of nothing else.
	AS=both say "$(meta duoi 'Của chương trình này')"
	wants 201
	own=$(id)
	ask both GET "/v1/changes?since=$next"
	jq -e --arg id "$own" 'any(.data.changes[]; .id == $id and .document.subject != null) and all(.data.changes[]; .id == $id or .document == null)' body
	ask office GET "/v1/changes?since=$next"
	jq -e --arg id "$id" 'any(.data.changes[]; .id == $id and .document.subject == $subject)' --arg subject "$subject" body
}

@test "nothing of a secret document is in any answer, but for a token of that scope" {
	local id next second last token waiter
	id=$(v tren paper add in --type CV --number 77-CV/Y --secrecy mat --json | jq -r .data.id)
	python3 "$ROOT/tests/helpers/http_secret.py" "$ROOT/build/vanthu-gateway" "$URL" "$DIR/tokens" "$id" 77-CV/Y
	# A token that has it sees the book; what came in another way is refused for both.
	ask cleared GET '/v1/registers/in?secret=1'
	jq -e --arg id "$id" '.data[0].id == $id' body
	for token in office cleared; do
		AS=$token say "$(meta duoi 'Mật' '{"secrecy":"mat"}')"
		wants 403
		[ "$(jq -r .code body)" = VT-2003 ]
	done
	# Nor is it told of one by a stream, or by an answer that was waited for.
	ask office GET '/v1/changes'
	next=$(jq .data.next body)
	curl -sN -H "Authorization: Bearer $(cat "$DIR/tokens/office")" -H "Last-Event-ID: $next" "$URL/v1/events" >events & FOLLOWER=$!
	wait_for 20 grep -q '^retry:' events
	mkdir waiter
	(cd waiter && ask office GET "/v1/changes?since=$next&wait=60&kind=paper,sent" && wants 200) & waiter=$!
	ask cleared POST /v1/paper -H 'Content-Type: application/json' -d '{"direction":"in","type":"CV","number":"78-CV/Y","secrecy":"mat"}'
	wants 200
	second=$(jq -r .data.id body)
	say "$(meta duoi 'Sau văn bản mật')"
	last=$(id)
	wait_for 20 grep -q "^data:.*$last" events
	wait "$waiter"
	[ "$(jq -r '.data.changes[].id' waiter/body)" = "$last" ]
	! grep -q "$second\|secret" events
	ask cleared GET "/v1/changes?since=$next"
	jq -e --arg id "$second" 'any(.data.changes[]; .id == $id and .kind == "paper") and any(.data.changes[]; .line.book == "secret-in")' body
}

@test "who waits for changes is answered when there is one" {
	local next waiter
	ask office GET '/v1/changes'
	next=$(jq .data.next body)
	mkdir waiter
	(cd waiter && ask office GET "/v1/changes?since=$next&wait=60" && wants 200) & waiter=$!
	say "$(meta duoi 'Có gì mới')"
	wants 201
	wait "$waiter"
	[ "$(jq -r .data.changes[0].id waiter/body)" = "$(id)" ]
	[ "$(jq .data.next waiter/body)" -gt "$next" ]
	ask office GET '/v1/changes?since=99999999'
	wants 410
	ask office GET '/v1/changes?wait=61'
	wants 400
}

@test "a stream of events goes on behind the last one, and ends with its token" {
	local next id number
	v tren token add "t$BATS_TEST_NUMBER" --scope office --rate 0 --json | jq -r .data.token >"$DIR/tokens/stream"
	ask office GET '/v1/changes'
	next=$(jq .data.next body)
	curl -sN -H "Authorization: Bearer $(cat "$DIR/tokens/stream")" -H "Last-Event-ID: $next" "$URL/v1/events" >events & FOLLOWER=$!
	wait_for 20 grep -q '^retry:' events
	say "$(meta duoi 'Theo dõi')"
	id=$(id)
	wait_for 20 grep -q "^data:.*$id" events
	number=$(sed -n 's/^id: //p' events | head -1)
	[ "$number" -gt "$next" ]
	v tren token revoke "t$BATS_TEST_NUMBER" -q >/dev/null
	wait_for 30 ended "$FOLLOWER"
	ask stream GET /v1/events
	wants 401
}

@test "too many requests, a body too large, a full disk and a daemon that is away are said as what they are" {
	local i id
	v tren token add "t$BATS_TEST_NUMBER" --scope office --rate 1 --json | jq -r .data.token >"$DIR/tokens/slow"
	for i in {1..50}; do
		ask slow GET /v1/documents/x/parts/1
		[ "$status" != 429 ] || break
	done
	wants 429
	has 'Retry-After: [1-9][0-9]*'
	[ "$(jq -r .code body)" = VT-6063 ]
	# kia takes 1 MiB; later it keeps more free than there is.
	printf 'attachment: { max: 1M }\n' >>"$LAB/kia/vanthud.yaml"
	"$VANTHU" lab stop "$LAB" kia -q >/dev/null
	URL=$(url_of kia)
	cp "$LAB/kia/gateway.token" "$DIR/tokens/kia"
	"$ROOT/build/vanthu-gateway" -c "$LAB/kia" 2>gateway.log & ALONE=$!
	wait_for 20 curl -s "$URL/healthz"
	ask kia GET /readyz
	wants 503
	has 'Retry-After: [1-9][0-9]*'
	AS=kia say "$(meta tren 'Không đi')"
	wants 503
	ask kia GET /v1/status
	wants 503
	ask kia GET /healthz
	wants 200
	kill "$ALONE"
	wait "$ALONE"
	ALONE=
	start_lab kia
	ask kia GET /readyz
	wants 200
	AS=kia say "$(meta tren 'Quá lớn')" "$DIR/large.bin"
	wants 413
	[ "$(jq -r .code body)" = VT-2009 ]
	"$VANTHU" lab stop "$LAB" kia -q >/dev/null
	sed -i '/^attachment/d' "$LAB/kia/vanthud.yaml"
	printf 'store: { reserve: 1024T }\n' >>"$LAB/kia/vanthud.yaml"
	start_lab kia
	AS=kia say "$(meta tren 'Đầy đĩa')" "$DIR/large.bin"
	wants 507
	has 'Retry-After: [1-9][0-9]*'
	[ "$(v kia outbox --json | jq '.data | length')" = 0 ]
	"$VANTHU" lab stop "$LAB" kia -q >/dev/null
	sed -i '/^store/d' "$LAB/kia/vanthud.yaml"
	start_lab kia
}

@test "errors speak the language that is asked for" {
	ask office GET /v1/documents/khong-co
	wants 404
	has 'Content-Language: en'
	[ "$(jq -r '.type, .code, .status' body | xargs)" = "urn:vanthu:VT-2001 VT-2001 404" ]
	local en
	en=$(jq -r .title body)
	ask office GET /v1/documents/khong-co -H 'Accept-Language: fr, vi-VN;q=0.9, en;q=0.1'
	has 'Content-Language: vi'
	[ "$(jq -r .title body)" != "$en" ]
	jq -e '.title | test("[ạảãàáâậầấăắằẵờớợởỡôốồộơưứừựđĐ]")' body
	has 'Content-Type: application/problem+json'
}

@test "each change is a line of the log, with the token's name, and no secret is in it" {
	local id
	say "$(meta duoi 'Ghi lại')"
	id=$(id)
	jq -e --arg id "$id" 'select(.document == $id and .token == "office" and .method == "POST" and .status == 201)' "$LAB/tren/gateway/audit.log" >/dev/null
	! grep -qF "$(cat "$DIR/tokens/office")" -r "$LAB/tren/gateway"
	ask office GET "/v1/documents/$id"
	[ "$(jq -c --arg id "$id" 'select(.document == $id)' "$LAB/tren/gateway/audit.log" | wc -l)" -le 2 ]
}

# One alone, with other keys than the lab's: its address to URL.
alone() { # LINES of gateway:
	mkdir -p alone
	sed '/^gateway:/,$d' "$LAB/duoi/vanthud.yaml" >alone/vanthud.yaml
	local key
	for key in data run; do ln -sfn "$LAB/duoi/$key" "alone/$key"; done
	for key in sign.key link.key; do ln -sf "$LAB/duoi/$key" "alone/$key"; done
	printf 'gateway:\n  listen: "%s"\n' "$1" >>alone/vanthud.yaml
	shift
	[ $# = 0 ] || printf '  %s\n' "$@" >>alone/vanthud.yaml
}

@test "beyond this machine it does not start without TLS" {
	local at
	for at in "0.0.0.0:$((PORT + 9))" "[::]:$((PORT + 9))"; do
		alone "$at"
		run ! "$ROOT/build/vanthu-gateway" -c alone
		[[ $output = *VT-6015* ]] || { echo "$output"; false; }
		# Whoever checks the file before hears the same.
		run ! "$ROOT/build/vanthu-gateway" -c alone --check-config
		[[ $output = *VT-6015* ]]
		run ! "$ROOT/build/vanthud" -c alone --check-config
		[[ $output = *VT-6015* ]]
		run ! "$VANTHU" -c alone config check --json
		jq -e '.error.code == "VT-6015"' <<<"$output"
	done
	alone "127.0.0.1:$((PORT + 9))" "certificate: none.pem" "key: none.pem"
	run ! "$ROOT/build/vanthu-gateway" -c alone
	[[ $output = *VT-6017* ]]
	# A certificate without its key is seen without a look into it.
	alone "127.0.0.1:$((PORT + 9))" "certificate: none.pem"
	run ! "$VANTHU" -c alone config check --json
	jq -e '.error.code == "VT-6017"' <<<"$output"
}

@test "TLS with a certificate of one's own CA; a client's certificate takes a token's place" {
	local name at="127.0.0.1:$((PORT + 10))"
	make_ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -days 2 -keyout "$1.key" -out "$1.pem" 2>/dev/null; }
	make_cert() { # NAME CA EXTENSION
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
		openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 -extfile <(echo "$3") -out "$1.pem" 2>/dev/null
	}
	make_ca ca
	make_ca other
	make_cert server ca 'subjectAltName=IP:127.0.0.1'
	make_cert eoffice ca 'extendedKeyUsage=clientAuth'
	mkdir forged
	make_cert stranger other 'extendedKeyUsage=clientAuth'
	alone "$at" "certificate: $PWD/server.pem" "key: $PWD/server.key" "client_ca: $PWD/ca.pem"
	"$VANTHU" -c alone token add program --scope read --rate 0 --json | jq -r .data.token >secret
	"$VANTHU" -c alone token add cert --scope read --common-name eoffice --rate 0 -q >/dev/null
	"$ROOT/build/vanthu-gateway" -c alone 2>gateway.log & ALONE=$!
	over() { curl -s --max-time 120 --cacert ca.pem -o body -w '%{http_code}' "$@"; }
	up() { [ "$(over "https://$at/healthz")" = 200 ]; }
	wait_for 20 up
	[ "$(over "https://$at/v1/status")" = 401 ]
	[ "$(over "https://$at/metrics")" = 200 ] # still this machine alone
	[ "$(over -H "Authorization: Bearer $(cat secret)" "https://$at/v1/status")" = 200 ]
	[ "$(over --cert eoffice.pem --key eoffice.key "https://$at/v1/status")" = 200 ]
	[[ "$(over --cert stranger.pem --key stranger.key "https://$at/v1/status")" =~ ^(401|000)$ ]]
	# A name that somebody else certified is nobody's.
	(cd forged && cp ../other.* . && make_cert eoffice other 'extendedKeyUsage=clientAuth')
	[[ "$(over --cert forged/eoffice.pem --key forged/eoffice.key "https://$at/v1/status")" =~ ^(401|000)$ ]]
	[ "$(over --tls-max 1.1 "https://$at/healthz")" = 000 ]
	run curl -s --max-time 60 -o plain -w '%{http_code}' "http://$at/healthz"
	[ "$output" = 000 ]
	kill "$ALONE"
	wait "$ALONE"
	# Beyond this machine figures are for who has a token, of whatever scope; whether it lives is for everybody.
	alone "0.0.0.0:${at##*:}" "certificate: $PWD/server.pem" "key: $PWD/server.key" "hosts: 127.0.0.1"
	"$VANTHU" -c alone token add scraper --scope send --rate 0 --json | jq -r .data.token >scraper
	"$ROOT/build/vanthu-gateway" -c alone 2>gateway.log & ALONE=$!
	wait_for 20 up
	[ "$(over "https://$at/metrics")" = 401 ]
	[ "$(over -H "Authorization: Bearer $(cat scraper)" "https://$at/metrics")" = 200 ]
	[ "$(over "https://$at/v1/openapi.json")" = 200 ]
	[[ "$(over "https://$at/readyz")" =~ ^(200|503)$ ]]
	kill "$ALONE"
	wait "$ALONE"
	ALONE=
}

@test "killed at any moment of uploads: repeated under its key each document is there once" {
	local i pid k round=0 before
	URL=$(url_of duoi)
	cp "$LAB/duoi/gateway.token" "$DIR/tokens/duoi"
	before=$(v duoi outbox --json | jq '.data | length')
	head -c 40000000 /dev/zero >huge.bin
	# Each until it is acknowledged; every third by way of the folder.
	upload() { # N
		local more='{}' n=$1 file=$DIR/large.bin
		((n % 3)) || more='{"signer":"Lê Văn A","position":"Bí thư","competence":"T/M ĐẢNG ỦY"}'
		((n % 4)) || file=huge.bin
		mkdir "u$n"
		until [[ "$(curl -s --max-time 300 -o "u$n/body" -w '%{http_code}' -H "Authorization: Bearer $(cat "$DIR/tokens/duoi")" -H "Idempotency-Key: lần $n" \
			-F "meta=$(meta tren "Số $n" "$more");type=application/json" -F "file=@$file" "$URL/v1/documents")" =~ ^20 ]]; do
			read -rt 0.1 <> <(:) || true
		done
	}
	local uploads=()
	for i in {1..12}; do upload "$i" & uploads+=($!); done
	# As long as any is under way it is killed, and started again.
	running() { local p; for p in "${uploads[@]}"; do ! kill -0 "$p" 2>/dev/null || return 0; done; return 1; }
	while running && ((round < 12)); do
		round=$((round + 1))
		pid=$(cat "$LAB/duoi/vanthu-gateway.pid")
		for ((k = 0; k < RANDOM % 8; k++)); do curl -s -o /dev/null "$URL/metrics" || true; done
		kill -9 "$pid"
		wait_for 20 ended "$pid"
		start_lab duoi
	done
	((round > 0))
	for i in "${uploads[@]}"; do wait "$i"; done
	[ "$(v duoi outbox --json | jq '[.data[].subject] | (length, (unique | length))' | xargs)" = "$((before + 12)) $((before + 12))" ]
	for i in {1..12}; do [ "$(v duoi show "$(jq -r .data.id "u$i/body")" --json | jq -r .data.subject)" = "Số $i" ]; done
	# What an ended process had begun is swept at the start, and the daemon forgets it.
	pid=$(cat "$LAB/duoi/vanthu-gateway.pid")
	kill -9 "$pid"
	wait_for 20 ended "$pid"
	mkdir -p "$LAB/duoi/gateway/incoming/left"
	touch "$LAB/duoi/gateway/incoming/left/file"
	start_lab duoi
	[ ! -e "$LAB/duoi/gateway/incoming/left" ]
	wait_for 20 eval '[ -z "$(find "$LAB/duoi/data/incoming" -type f -name "submit.*" -print -quit)" ]'
}
