# The gateway as an axis: systems with a client of an axis built in connect to it as to one. What is for them waits until they have it, what they
# send is done once, whoever is killed when; and vanthu's own client in another network of committees is such a system.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ Tư pháp, symbol: ĐU, organ_ids: ["000.00.11.A24"]}
		  - {id: cuc, name: Chi bộ Cục Thi hành án, symbol: CB, superior: bo, organ_ids: ["000.00.12.A24"]}
	END
	LAB="$BATS_FILE_TMPDIR/lab"
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q >/dev/null
	printf 'attachment:\n  max: 1M\n' >>"$LAB/bo/vanthud.yaml"
	start_lab
	URL=$(gateway_url "$LAB" bo)
	mkdir secrets
	export LAB URL SECRETS=$BATS_FILE_TMPDIR/secrets PORT
}
teardown_file() {
	load common
	end_lab
}
setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	FORMS=$ROOT/tests/edxml OTHER='' ASKS=
	# Each test has systems of its own, and numbers that no other has.
	N=$((BATS_TEST_NUMBER * 100))
}
teardown() {
	[ -z "$ASKS" ] || kill "$ASKS" 2>/dev/null || true
	keep_logs
	[ -z "$OTHER" ] || "$VANTHU" lab stop "$OTHER" -q >/dev/null 2>&1 || true
}

gateway_url() { "$VANTHU" lab status "$1" --json | jq -r ".data[] | select(.committee == \"$2\").gateway_url"; }
system() { # NAME SCOPE OPTION…
	v bo token add "$1" --scope "$2" --rate 0 "${@:3}" --json | jq -r .data.token >"$SECRETS/$1"
}
# As a system: NAME PATH CURL-OPTION…; the answer in `answer`, its status in CODE.
ask() {
	CODE=$(curl -sS -m 120 -o answer -w '%{http_code}' -H "SystemId: $1" -H "SecretKey: $(cat "$SECRETS/$1")" "$URL/axis$2" "${@:3}")
}
says() { jq -e "$1" answer >/dev/null; }
post() { # NAME FILE TYPE KEY CURL-OPTION…
	ask "$1" /v1/sendEdoc -F messageType="$3" -F from=x -F to=y -F senderDocId="$4" \
		-F contentSha256="$(sha256sum <"$2" | cut -d' ' -f1)" -F "file=@$2;filename=m.edxml;type=application/xml" "${@:5}"
}
tell() { # NAME ID STATUS REASON
	ask "$1" /v1/updateStatus -H 'Content-Type: application/json' -d "$(jq -n --arg i "$2" --arg s "$3" --arg r "${4:-}" '{docId: $i, status: $s, reason: $r}')"
}
list() { ask "$1" "/v1/receivedEdocs?status=${2:-INITIAL}&limit=100"; }
# What waits fits a filter.
waits() { list "$1" && jq -e "[.edocs[] | select($2)] | length ${3:->= 1}" answer; }
fetch() { # NAME ID FILE
	curl -sS -m 120 -f -o "$3" -H "SystemId: $1" -H "SecretKey: $(cat "$SECRETS/$1")" "$URL/axis/v1/edocs/$2"
}
first() { jq -r "[.edocs[] | select($1)][0].id" answer; }
form() { # NUMBER FILE: a document of bo for cuc
	sed -e "s#\(CodeNumber>\)05<#\1$1<#; s#,05/NQ/ĐU#,$1/NQ/ĐU#" "$FORMS/plain.edxml" >"$2"
}
status_file() { # CODE NUMBER FILE: of bo, of a document of cuc
	sed -e "s#StatusCode>[0-9]*<#StatusCode>$1<#; s#05/NQ/ĐU#$2/CV/CB#g" "$FORMS/status-accepted.edxml" >"$3"
}
from_cuc() { # NUMBER: a document of cuc for bo
	printf 'x %s\n' "$1" >doc.txt
	v cuc send doc.txt --to bo --type CV --number "$1-CV/CB" --subject "Số $1" --json | jq -r .data.id
}
arrived() { v "$1" show "$2" --json; }
kill_gateway() {
	local pid
	pid=$(cat "$LAB/$1/vanthu-gateway.pid")
	kill -9 "$pid" 2>/dev/null || return 0
	wait_for 20 ended "$pid"
}
up() { # until its gateway answers, whatever was killed
	start_lab
	wait_for 30 curl -fsS -m 10 "$URL/readyz"
}

@test "a document that a system sends goes out once, and what becomes of it waits for the system" {
	system eo office
	form $((N + 1)) a.edxml
	post eo a.edxml edoc key-1
	[ "$CODE" = 200 ]
	says '.errorCode == 0 and (.docId | length == 32) and .repeated == null'
	id=$(jq -r .documentId answer) doc=$(jq -r .docId answer)
	wait_for 60 arrived cuc "$id"
	# The system was killed before it had the answer: the same, and nothing new.
	post eo a.edxml edoc key-1
	says ".errorCode == 0 and .docId == \"$doc\" and .documentId == \"$id\" and .repeated"
	ask eo /v1/sendEdoc -F "file=@a.edxml"
	says ".docId == \"$doc\" and .repeated"
	v cuc inbox --json | jq -e "[.data[] | select(.number == \"$((N + 1))-NQ/ĐU\")] | length == 1"
	ask eo "/v1/sentEdocs?senderDocId=key-1"
	says ".errorCode == 0 and (.edocs | length == 1) and .edocs[0].id == \"$doc\" and .edocs[0].senderDocId == \"key-1\""
	ask eo "/v1/sentEdocs?senderDocId=key-2"
	says '.errorCode == 0 and .edocs == []'
	# 01, then 03, each until it is told done
	wait_for 60 waits eo ".messageType == \"status\" and .documentId == \"$id\"" '== 1'
	m=$(first '.messageType == "status"')
	fetch eo "$m" s.edxml
	[ "$(sha256sum <s.edxml | cut -d' ' -f1)" = "$(jq -r .edocs[0].contentSha256 answer)" ]
	[ "$(stat -c %s s.edxml)" = "$(jq -r .edocs[0].contentLength answer)" ]
	"$VANTHU" edxml check s.edxml --json | jq -e ".data | .code == \"01\" and .from.organ_id == \"000.00.12.A24\" and .about[0].document_id == \"000.00.11.A24,2026/11/24,$((N + 1))/NQ/ĐU\""
	tell eo "$m" done
	says '.errorCode == 0'
	tell eo "$m" done
	says '.errorCode == 0'
	list eo
	says '.edocs == [] and .next == null'
	v cuc accept "$id" -q >/dev/null
	wait_for 60 waits eo ".documentId == \"$id\"" '== 1'
	fetch eo "$(first true)" s.edxml
	"$VANTHU" edxml check s.edxml --json | jq -e '.data.code == "03"'
	grep -q '"token":"eo".*"path":"/axis/v1/sendEdoc"' "$LAB/bo/gateway/audit.log"
}

@test "a document that arrives waits for the system, and what the system says of it is done" {
	system eo2 office
	id=$(from_cuc $((N + 1)))
	wait_for 60 waits eo2 ".messageType == \"edoc\" and .documentId == \"$id\"" '== 1'
	says '.edocs[0].from == "000.00.12.A24" and .edocs[0].to == "000.00.11.A24"'
	m=$(first true)
	fetch eo2 "$m" d.edxml
	"$VANTHU" edxml check d.edxml --json | jq -e ".data | .number == \"$((N + 1))-CV/CB\" and (.parts | length == 1)"
	fetch eo2 "$m" d2.edxml
	cmp d.edxml d2.edxml
	tell eo2 "$m" done
	said() { v cuc show "$id" --json | jq -e "[.data.receipts[].code] == [\"$1\"]"; }
	for code in 03 05 06; do
		status_file $code $((N + 1)) s.edxml
		post eo2 s.edxml status "s-$code"
		[ "$CODE" = 200 ]
		says ".errorCode == 0 and .documentId == \"$id\""
		wait_for 60 said $code
		post eo2 s.edxml status "s-$code"
		says '.repeated'
	done
	list eo2
	says '.edocs == []' # it has not sent that document, and is told nothing of what it said itself
	# recalled by its issuer: 13, and the answer 15
	id=$(from_cuc $((N + 2)))
	wait_for 60 waits eo2 ".documentId == \"$id\"" '== 1'
	tell eo2 "$(first true)" done
	v cuc recall ask "$id" --reason 'Gửi nhầm đơn vị' -q >/dev/null
	wait_for 60 waits eo2 ".messageType == \"status\" and .documentId == \"$id\"" '== 1'
	fetch eo2 "$(first true)" s.edxml
	"$VANTHU" edxml check s.edxml --json | jq -e '.data | .code == "13" and .note == "Gửi nhầm đơn vị"'
	tell eo2 "$(first true)" done
	status_file 15 $((N + 2)) s.edxml
	post eo2 s.edxml status s-15
	says '.errorCode == 0'
	agreed() { v cuc show "$id" --json | jq -e '[.data.receipts[].recall] == ["15"]'; }
	wait_for 60 agreed
}

@test "who is not known, or may not, is told so with the code 15" {
	system eo3 office
	echo wrong >"$SECRETS/nobody"
	ask nobody /v1/receivedEdocs
	[ "$CODE" = 401 ] && says '.errorCode == 15 and .code == "VT-6060" and (.errorDesc | startswith("VT-6060 "))'
	# another's name beside a good secret; none; the secret where no axis is asked
	cp "$SECRETS/eo3" "$SECRETS/other"
	ask other /v1/receivedEdocs
	[ "$CODE" = 401 ] && says '.errorCode == 15'
	CODE=$(curl -sS -o answer -w '%{http_code}' -H "SecretKey: $(cat "$SECRETS/eo3")" "$URL/axis/v1/receivedEdocs")
	[ "$CODE" = 401 ]
	CODE=$(curl -sS -o answer -w '%{http_code}' -H 'SystemId: eo3' -H "SecretKey: $(cat "$SECRETS/eo3")" "$URL/v1/documents")
	[ "$CODE" = 401 ] && says '.errorCode == null'
	CODE=$(curl -sS -o answer -w '%{http_code}' -H 'SystemId: eo3' -H 'SecretKey: x' -H "SecretKey: $(cat "$SECRETS/eo3")" "$URL/axis/v1/receivedEdocs")
	[ "$CODE" = 400 ]
	# by a bearer token too
	CODE=$(curl -sS -o answer -w '%{http_code}' -H "Authorization: Bearer $(cat "$SECRETS/eo3")" "$URL/axis/v1/receivedEdocs")
	[ "$CODE" = 200 ] && says '.errorCode == 0'
	system reads read
	form $((N + 1)) a.edxml
	for path in /v1/receivedEdocs /v1/sentEdocs?senderDocId=x /v1/edocs/x; do
		ask reads "$path"
		[ "$CODE" = 403 ] && says '.errorCode == 15 and .code == "VT-6064"'
	done
	post reads a.edxml edoc k
	[ "$CODE" = 403 ]
	v bo token revoke eo3 -q >/dev/null
	ask eo3 /v1/receivedEdocs
	[ "$CODE" = 401 ] && says '.errorCode == 15'
	run ! v cuc show "$((N + 1))-NQ/ĐU" --json
}

@test "a token gets and does over the axis what its scope is for" {
	system sends send
	system takes receive
	system bound office --committee cuc
	form $((N + 1)) a.edxml
	post sends a.edxml edoc k1
	says '.errorCode == 0'
	id=$(jq -r .documentId answer)
	came=$(from_cuc $((N + 2)))
	wait_for 60 waits sends ".documentId == \"$id\"" '== 1'
	wait_for 60 waits takes ".documentId == \"$came\"" '== 1'
	waits sends '.messageType == "edoc"' '== 0'
	waits takes '.messageType == "status"' '== 0'
	# What waits for another is nobody's.
	m=$(first true)
	ask sends "/v1/edocs/$m"
	[ "$CODE" = 404 ]
	tell sends "$m" done
	[ "$CODE" = 422 ] && says '.code == "VT-2001"'
	# To accept is for who receives, to work on it for the office, to send not for who receives.
	for code in 03 05; do
		status_file $code $((N + 2)) s.edxml
		post sends s.edxml status "s-$code"
		[ "$CODE" = 403 ] && says '.code == "VT-6064"'
	done
	post takes s.edxml status s5
	[ "$CODE" = 403 ]
	form $((N + 3)) b.edxml
	post takes b.edxml edoc k2
	[ "$CODE" = 403 ]
	status_file 03 $((N + 2)) s.edxml
	post takes s.edxml status s3
	says '.errorCode == 0'
	form $((N + 4)) c.edxml
	post bound c.edxml edoc k4
	[ "$CODE" = 403 ] && says '.code == "VT-6065"'
	wait_for 60 waits bound '.messageType == "edoc"'
}

@test "what cannot be taken is refused with its reason, and is no message" {
	system eo5 office
	for f in "$FORMS"/hostile-*.edxml "$FORMS"/empty.edxml "$FORMS"/cut-off.edxml; do
		"$VANTHU" edxml check "$f" --json >check.json 2>/dev/null && continue
		code=$(jq -r .error.code check.json)
		post eo5 "$f" edoc "h-$(basename "$f")"
		[ "$CODE" = 422 ] || [ "$CODE" = 413 ] || { echo "$f $CODE"; cat answer; return 1; }
		says ".errorCode == 10 and .code == \"$code\" and (.errorDesc | startswith(\"$code \"))" || { echo "$f"; cat answer; return 1; }
		! grep -qF "$LAB" answer
	done
	form $((N + 1)) a.edxml
	ask eo5 /v1/sendEdoc -F contentSha256="$(printf x | sha256sum | cut -d' ' -f1)" -F file=@a.edxml
	[ "$CODE" = 422 ] && says '.code == "VT-6091" and .field == "contentSha256"'
	post eo5 a.edxml status k
	[ "$CODE" = 422 ] && says '.code == "VT-6091" and .field == "messageType"'
	ask eo5 /v1/sendEdoc -F messageType=edoc
	[ "$CODE" = 400 ] && says '.code == "VT-6013" and .errorCode == 10'
	ask eo5 /v1/sendEdoc -F messageType=letter -F file=@a.edxml
	[ "$CODE" = 400 ] && says '.field == "messageType"'
	ask eo5 /v1/sendEdoc -F file=@a.edxml -F file=@a.edxml
	[ "$CODE" = 400 ]
	ask eo5 /v1/sendEdoc -H 'Content-Type: application/json' -d '{}'
	[ "$CODE" = 415 ]
	head -c 40000000 /dev/zero >large.edxml
	post eo5 large.edxml edoc large
	[ "$CODE" = 413 ] && says '.code == "VT-2009" and .errorCode == 10'
	# for nobody; from another committee; of a document that is not here
	sed 's#<edXML:OrganId>000.00.12.A24</edXML:OrganId>#<edXML:OrganId>000.00.77.Z24</edXML:OrganId>#' a.edxml >b.edxml
	post eo5 b.edxml edoc k1
	[ "$CODE" = 422 ] && says '.code == "VT-1068" and (.errorDesc | test("^VT-1068 the code .*Z24$"))' 
	status_file 03 9999 s.edxml
	post eo5 s.edxml status k2
	[ "$CODE" = 422 ] && says '.code == "VT-2001" and .errorCode == 10'
	run ! v bo show "$((N + 1))-NQ/ĐU" --json
	# What was refused may come again when it can be taken, under the same key; and then nothing else may.
	post eo5 a.edxml edoc k1
	says '.errorCode == 0 and .repeated == null'
	form $((N + 2)) c.edxml
	post eo5 c.edxml edoc k1
	[ "$CODE" = 409 ] && says '.code == "VT-6092" and .field == "senderDocId"'
	post eo5 c.edxml edoc k3 -F extra=1
	says '.errorCode == 0'
	form $((N + 3)) d.edxml
	ask eo5 '/v1/sendEdoc?dry_run=1' -F file=@d.edxml
	says '.errorCode == 0 and .dry_run'
	run ! v bo show "$((N + 3))-NQ/ĐU" --json
	ask eo5 /v1/nothing
	[ "$CODE" = 404 ] && says '.errorCode == 10'
}

@test "what was told fail stands among the failed with its reason, can be fetched, and be done after all" {
	system eo6 office
	id=$(from_cuc $((N + 1)))
	wait_for 60 waits eo6 ".documentId == \"$id\"" '== 1'
	m=$(first true)
	tell eo6 "$m" fail 'Sai thể thức: thiếu số'
	says '.errorCode == 0'
	list eo6
	says '.edocs == []'
	list eo6 FAIL
	says ".edocs | length == 1 and .[0].id == \"$m\" and .[0].status == \"FAIL\" and .[0].statusDesc == \"Sai thể thức: thiếu số\""
	v bo axis systems --json | jq -e '.data[] | select(.name == "eo6") | .waiting == 0 and .failed == 1'
	v bo axis system eo6 --json | jq -e ".data | .failures | length == 1 and .[0].id == \"$m\" and .[0].document == \"$id\" and .[0].reason == \"Sai thể thức: thiếu số\""
	tell eo6 "$m" fail 'vẫn thế'
	says '.errorCode == 0'
	list eo6 FAIL
	says '.edocs[0].statusDesc == "vẫn thế"'
	# the operator lets it come again
	v bo axis retry eo6 -q >/dev/null
	waits eo6 ".id == \"$m\"" '== 1'
	tell eo6 "$m" fail 'lại'
	fetch eo6 "$m" d.edxml
	tell eo6 "$m" done
	says '.errorCode == 0'
	tell eo6 "$m" fail 'muộn'
	[ "$CODE" = 409 ] && says '.code == "VT-6093"'
	for s in INITIAL FAIL; do
		list eo6 $s
		says '.edocs == []'
	done
	for bad in ../../state 0000000000000001-zz "${m/-/_}" "${m%?}0"; do
		[ "$bad" != "$m" ] || continue
		tell eo6 "$bad" done
		[ "$CODE" = 422 ] || { echo "$bad $CODE"; return 1; }
	done
	ask eo6 /v1/edocs/..%2F..%2Fstate
	[ "$CODE" = 404 ]
}

@test "two systems have each their own; one that comes later gets what comes later; pages stay as they are" {
	system ea office
	system eb office
	for i in 1 2 3 4 5; do ids[i]=$(from_cuc $((N + i))); done
	for s in ea eb; do wait_for 60 waits $s '.messageType == "edoc"' '== 5'; done
	[ "$(jq -r '[.edocs[].createdTime] == ([.edocs[].createdTime] | sort)' answer)" = true ]
	for i in 1 2 3 4 5; do tell ea "$(list ea; first true)" done; done
	list ea
	says '.edocs == []'
	waits eb true '== 5'
	cp answer all
	system ec office
	ids[6]=$(from_cuc $((N + 6)))
	wait_for 60 waits ec true '== 1'
	says ".edocs[0].documentId == \"${ids[6]}\""
	wait_for 60 waits ea true '== 1'
	# two a page, with an arrival and an acknowledgement between
	ask eb '/v1/receivedEdocs?limit=2'
	says '.edocs | length == 2'
	jq -r '.edocs[].id' answer >seen
	next=$(jq -r .next answer)
	tell eb "$(head -1 seen)" done
	ids[7]=$(from_cuc $((N + 7)))
	wait_for 60 waits eb '.messageType == "edoc"' '== 6'
	while [ "$next" != null ]; do
		ask eb "/v1/receivedEdocs?limit=2&after=$next"
		jq -r '.edocs[].id' answer >>seen
		next=$(jq -r .next answer)
	done
	[ "$(wc -l <seen)" = 7 ] && [ "$(sort -u seen | wc -l)" = 7 ]
	jq -r '.edocs[].id' all >five
	[ "$(head -5 seen)" = "$(cat five)" ]
	for bad in 'limit=0' 'limit=101' 'after=x' 'status=DONE' 'colour=red'; do
		ask eb "/v1/receivedEdocs?$bad"
		[ "$CODE" = 400 ]
	done
}

@test "a system whose folder is not to be had waits without a place, not for ever, and nobody waits with it" {
	local n held making asks=()
	system holds office
	system free office
	list holds
	says '.errorCode == 0'
	exec {held}>>"$LAB/bo/gateway/axis-server/holds/.lock"
	flock "$held"
	for n in 1 2 3 4 5 6 7 8 9 10; do
		curl -sS -m 120 -D "head-$n" -o "said-$n" -H 'SystemId: holds' -H "SecretKey: $(cat "$SECRETS/holds")" "$URL/axis/v1/receivedEdocs" 3>&- {held}>&- &
		asks+=($!)
	done
	# more than there are places
	id=$(from_cuc $((N + 1)))
	wait_for 60 waits free ".documentId == \"$id\"" '== 1'
	fetch free "$(first true)" d.edxml
	wait "${asks[@]}"
	for n in 1 2 3 4 5 6 7 8 9 10; do
		jq -e '.code == "VT-5004" and .errorCode == 10' "said-$n"
		grep -qi '^Retry-After: ' "head-$n"
	done
	ask holds /v1/updateStatus -H 'Content-Type: application/json' -d '{"docId": "x", "status": "done"}'
	[ "$CODE" = 503 ] && says '.code == "VT-5004"'
	exec {held}>&-
	# Nor is it locked while a file is made: that of who makes one is another lock.
	making=$LAB/bo/gateway/axis-server/free/work
	exec {held}>>"$making/.lock"
	flock "$held"
	list free
	says '.edocs | length == 1'
	tell free "$(first true)" done
	says '.errorCode == 0'
	exec {held}>&-
	wait_for 60 waits holds ".documentId == \"$id\"" '== 1'
}

@test "a file is made once, kept until it is told, and handed out whatever the daemon does" {
	local work
	system eq office
	id=$(from_cuc $((N + 1)))
	wait_for 60 waits eq ".documentId == \"$id\"" '== 1'
	cp answer first
	m=$(first true) work=$LAB/bo/gateway/axis-server/eq/work
	[ "$(ls "$work")" = "$m.edxml" ]
	[ "$(sha256sum <"$work/$m.edxml" | cut -d' ' -f1)" = "$(jq -r .edocs[0].contentSha256 answer)" ]
	[ "$(stat -c %s "$work/$m.edxml")" = "$(jq -r .edocs[0].contentLength answer)" ]
	kill9 bo
	list eq
	[ "$CODE" = 200 ] && [ "$(jq -c .edocs answer)" = "$(jq -c .edocs first)" ]
	fetch eq "$m" d.edxml
	cmp d.edxml "$work/$m.edxml"
	# Gone (others took its room): made again, the same.
	rm "$work/$m.edxml"
	ask eq "/v1/edocs/$m"
	[ "$CODE" = 503 ]
	up
	fetch eq "$m" e.edxml
	cmp d.edxml e.edxml
	# Cut short: not what was listed, and not handed out.
	echo x >"$work/$m.edxml"
	fetch eq "$m" e.edxml
	cmp d.edxml e.edxml
	tell eq "$m" done
	says '.errorCode == 0'
	[ -z "$(ls "$work")" ]
}

@test "what could not be made in time, or while another is made, does not hold up what is behind it" {
	local out held making first second
	system el office
	list el
	out=$LAB/bo/gateway/axis-server/el/out
	first=$(from_cuc $((N + 1)))
	making=$LAB/bo/gateway/axis-server/el/work
	exec {held}>>"$making/.lock"
	flock "$held"
	entered() { list el; [ "$(ls "$out" | wc -l)" = 1 ] && [ "$CODE" = 503 ]; }
	wait_for 60 entered
	says '.code == "VT-5004"'
	exec {held}>&-
	# As one that took too long the last time stands on the disk.
	m=$(basename "$out"/*.json .json)
	jq '. + {late: 1}' "$out/$m.json" >late && cat late >"$out/$m.json"
	second=$(from_cuc $((N + 2)))
	wait_for 60 waits el ".documentId == \"$second\"" '== 1'
	says '.edocs | length == 1'
	tell el "$(first true)" done
	# It has its place, and its turn when there is nothing else.
	list el
	says ".edocs | length == 1 and .[0].documentId == \"$first\" and .[0].id == \"$m\""
	jq -e '.late == null' "$out/$m.json"
	fetch el "$m" d.edxml
}

@test "what was listed and is not here any more stands among the failed, by us, and in the words of who asks" {
	local in made
	system eg office
	id=$(from_cuc $((N + 1)))
	wait_for 60 waits eg ".documentId == \"$id\"" '== 1'
	m=$(first true) in=$LAB/bo/gateway/axis-server/eg
	# Its file made room for others, and the document is one that nobody here has.
	made=$in/work
	rm "$made/$m.edxml"
	jq '.document = "0193a8f0-0000-7000-8000-00000000dead"' "$in/out/$m.json" >gone && cat gone >"$in/out/$m.json"
	ask eg "/v1/edocs/$m" -H 'Accept-Language: en'
	[ "$CODE" != 200 ] && says '.code == "VT-2001" and .detail == null and .title == "no such item"' || { cat answer; return 1; }
	list eg
	says '.edocs == []'
	list eg FAIL
	says ".edocs | length == 1 and .[0].id == \"$m\" and (.[0].statusDesc | startswith(\"VT-2001 \"))"
	v bo axis system eg --json | jq -e '.data.failures | length == 1 and .[0].by == "us"'
	v bo axis system eg | grep -q 'this side'
	tell eg "$m" fail 'không có'
	v bo axis system eg --json | jq -e '.data.failures | length == 1 and .[0].by == "system" and .[0].reason == "không có"'
	tell eg "$m" done
	says '.errorCode == 0'
}

@test "a gateway that was killed leaves nothing in the folders, and nobody who writes on" {
	local to made
	system el2 office
	id=$(from_cuc $((N + 1)))
	wait_for 60 waits el2 ".documentId == \"$id\"" '== 1'
	to=$LAB/bo/gateway/axis-server/el2
	m=$(first true)
	kill_gateway bo
	made=$to/work
	head -c 100000 /dev/zero >"$made/0123456789abcdef.edxml"
	echo '{' | tee "$to/out/$m.json.new" "$to/failed/$m.json.new" "$to/done/x.json.new" >"$to/state.json.new"
	up
	[ -z "$(ls "$made")" ]
	[ -z "$(find "$to" -name '*.new')" ]
	waits el2 ".id == \"$m\"" '== 1'
	fetch el2 "$m" d.edxml
	tell el2 "$m" done
	says '.errorCode == 0'
}

until_sent() { # NUMBER
	local tries=0
	until [ "$(jq -r .errorCode "last-$1" 2>/dev/null)" = 0 ]; do
		((++tries < 200)) || return 0
		curl -s -m 60 --retry 20 --retry-connrefused --retry-max-time 60 -o "last-$1" -H 'SystemId: ek' -H "SecretKey: $(cat "$SECRETS/ek")" "$URL/axis/v1/sendEdoc" \
			-F messageType=edoc -F senderDocId="d$1" -F file=@"$1.edxml" || rm -f "last-$1"
	done
	echo yes >"sent-$1"
}

@test "through kills of gateway and daemons at any step: all of it, once, in order" {
	local i n
	system ek office
	for i in 1 2 3 4 5 6; do
		n=$((N + i))
		form $n $n.edxml
		# It is sent until there is an answer, as a system does; who is killed meanwhile differs.
		until_sent "$n" 3>&- &
		ASKS=$! # wait_for has children of its own
		from_cuc $((N + 10 + i)) >>came || from_cuc $((N + 10 + i)) >>came
		case $i in
		1 | 4) kill_gateway bo ;;
		2 | 5) kill9 bo ;;
		3) kill9 cuc && kill_gateway bo ;;
		esac
		up
		wait "$ASKS"
		[ "$(cat "sent-$n")" = yes ] || { cat "last-$n"; return 1; }
	done
	# Each is taken, fetched and told; now and then the gateway goes before the answer is known.
	: >had
	all() { [ "$(grep -c edoc had)" = 6 ] && [ "$(grep -c '^0000[0-9a-f-]* status' had)" = 6 ]; }
	round() {
		local id type
		list ek || return 1
		jq -r '.edocs[] | "\(.id) \(.messageType)"' answer >now || return 1
		while read -r id type; do
			fetch ek "$id" m.edxml || return 1
			"$VANTHU" edxml check m.edxml -q >/dev/null || return 1
			case $(($(wc -l <had) % 4)) in
			1) (tell ek "$id" done; true) 3>&- & ASKS=$!; kill_gateway bo; wait "$ASKS"; up ;;
			3) kill9 bo; up ;;
			esac
			grep -q "^$id " had || echo "$id $type $(sha256sum <m.edxml)" >>had
			tell ek "$id" done || return 1
		done <now
		all
	}
	wait_for 120 round
	list ek
	says '.edocs == []'
	[ "$(cut -d' ' -f3 had | sort -u | wc -l)" = 12 ]
	[ "$(cut -d' ' -f1 had)" = "$(cut -d' ' -f1 had | sort -u)" ]
	for i in 1 2 3 4 5 6; do
		v cuc inbox --json | jq -e "[.data[] | select(.number == \"$((N + i))-NQ/ĐU\")] | length == 1"
		ask ek "/v1/sentEdocs?senderDocId=d$((N + i))"
		says '.edocs | length == 1' 
	done
}

@test "vanthu's own client of an axis, in another network, is a system of this gateway: both ways, with statuses" {
	system mang2 office
	cat >tree2.yaml <<-'END'
		committees:
		  - {id: x, name: Cơ quan hai, symbol: CB, organ_ids: ["000.00.12.A24"]}
		  - {id: y, name: Cơ quan ba, symbol: ĐU, superior: x, organ_ids: ["000.00.11.A24"]}
	END
	OTHER=$BATS_TEST_TMPDIR/other
	reserve_ports
	"$VANTHU" lab create "$OTHER" --tree tree2.yaml --port "$PORT" --gateway -q >/dev/null
	"$VANTHU" lab start "$OTHER" -q >/dev/null
	w() { local who=$1; shift; "$VANTHU" -c "$OTHER/$who" "$@"; }
	install -m 600 "$SECRETS/mang2" secret
	w x axis add bo --address "$URL/axis" --system mang2 --secret-file secret --poll 1s -q >/dev/null
	# there: cuc to bo; here, the same organs: x to y
	id=$(from_cuc $((N + 1)))
	came() { w "$1" inbox --json | jq -e ".data[] | select(.number == \"$2\")"; }
	wait_for 120 came y "$((N + 1))-CV/CB"
	w y accept "$((N + 1))-CV/CB" -q >/dev/null
	said() { v cuc show "$id" --json | jq -e '[.data.receipts[].code] == ["03"]'; }
	wait_for 120 said
	# and back: y to x is bo's to cuc
	printf 'y\n' >y.txt
	w y send y.txt --to x --type CV --number "$((N + 2))-CV/ĐU" --subject 'Trả lời' -q >/dev/null
	back() { came_there "$((N + 2))-CV/ĐU"; }
	came_there() { v cuc inbox --json | jq -e ".data[] | select(.number == \"$1\")"; }
	wait_for 120 back
	v cuc accept "$((N + 2))-CV/ĐU" -q >/dev/null
	taken() { w y show "$((N + 2))-CV/ĐU" --json | jq -e '[.data.receipts[].code] == ["03"]'; }
	wait_for 120 taken
	quiet() { w x axis show bo --json | jq -e '.data | .state == "active" and .waiting == 0 and .failed == 0 and .refused == 0'; }
	wait_for 60 quiet
	done_all() { list mang2 && says '.edocs == []'; }
	wait_for 60 done_all
	list mang2 FAIL
	says '.edocs == []'
}

# Of an exported file what names it, who it is from and its parts, and nothing else.
strip() { # FILE OUT
	python3 - "$1" "$2" <<-'END'
		import sys, xml.etree.ElementTree as E
		tree = E.parse(sys.argv[1])
		kept = {'From', 'Extension', 'TraceHeaderList'}
		for header in (e for e in tree.iter() if e.tag.endswith('}MessageHeader')):
		    for e in list(header):
		        if e.tag.split('}')[-1] not in kept:
		            header.remove(e)
		tree.write(sys.argv[2], encoding='utf-8', xml_declaration=True)
	END
}
rest_status() { # NAME PATH CURL-OPTION…
	curl -sS -m 120 -o rest -w '%{http_code}' -H "Authorization: Bearer $(cat "$SECRETS/$1")" "$URL/v1/documents/$2" "${@:3}"
}

@test "no file makes another's document a token's own, however little it says or how much" {
	system few send
	system all office
	printf 'mật\n' >doc.txt
	id=$(v bo send doc.txt --to cuc --type CV --number "$((N + 1))-CV/ĐU" --subject 'Của văn phòng' --json | jq -r .data.id)
	v bo edxml export "$id" -o whole.edxml -q
	strip whole.edxml stripped.edxml
	"$VANTHU" edxml check stripped.edxml --json | jq -e ".data | .origin == \"bo\" and .origin_id == \"$id\" and .to == [] and .subject == null and (.parts | length == 1)"
	[ "$(rest_status few "$id")" = 404 ]
	for f in stripped whole; do
		post few $f.edxml edoc "f-$f"
		[ "$CODE" = 409 ] && says '.code == "VT-2002" and .field == "file"'
		[ "$(rest_status few "$id")" = 404 ]
		[ "$(rest_status few "$id/recall" -X POST -H 'Content-Type: application/json' -d '{"reason": "x"}')" = 404 ]
		ask few "/v1/sentEdocs?senderDocId=f-$f"
		says '.edocs == []'
	done
	# What arrived is not told of either; nor may it be, where it would have the id of this file.
	came=$(from_cuc $((N + 2)))
	wait_for 60 arrived bo "$came"
	v bo edxml export "$came" -o came.edxml -q
	strip came.edxml came-stripped.edxml
	post few came-stripped.edxml edoc came
	[ "$CODE" = 409 ] && says '.code == "VT-2002"'
	form $((N + 3)) office.edxml
	office=$(v bo edxml import office.edxml --json | jq -r .data.id)
	post few office.edxml edoc office
	[ "$CODE" = 409 ] && says '.code == "VT-2002"'
	[ "$(rest_status few "$office")" = 404 ]
	# An id that a key of another token will have is not to be had before it.
	sed "s#$id#0193a8f0-0000-8000-8000-000000000001#" whole.edxml >key.edxml
	! cmp -s whole.edxml key.edxml
	post few key.edxml edoc key
	[ "$CODE" = 409 ] && says '.code == "VT-2002"'
	# Who may see all of them gets it as before, and then what becomes of it.
	post all whole.edxml edoc whole
	[ "$CODE" = 200 ] && says ".documentId == \"$id\""
	v cuc accept "$id" -q >/dev/null
	wait_for 60 waits all ".messageType == \"status\" and .documentId == \"$id\""
	waits few true '== 0'
	# Its own comes back to it.
	form $((N + 4)) own.edxml
	post few own.edxml edoc own
	says '.errorCode == 0'
	own=$(jq -r .documentId answer)
	v bo edxml export "$own" -o own2.edxml -q
	post few own2.edxml edoc own2
	[ "$CODE" = 200 ] && says ".documentId == \"$own\""
	[ "$(rest_status few "$own")" = 200 ]
}

@test "a document is noted as the token's own before it is sent" {
	system early send
	# One that vanthu wrote keeps its id, wherever its store was lost.
	printf 'sớm\n' >doc.txt
	id=$(v bo send doc.txt --to cuc --type CV --number "$((N + 1))-CV/ĐU" --subject 'Sớm' --json | jq -r .data.id)
	v bo edxml export "$id" -o whole.edxml -q
	own=0193a8f0-0000-7000-8000-$(printf %012d "$N")
	sed "s#$id#$own#g" whole.edxml >a.edxml
	noted() { xxd -p "$LAB/bo/gateway/sent/early" | tr -d '\n' | grep -q "${own//-/}"; }
	# Nobody answers behind the gateway any more when it is killed: the document is there, or not, and noted in any case.
	(post early a.edxml edoc k1 || true) 3>&- & ASKS=$!
	wait_for 60 noted
	kill_gateway bo
	wait "$ASKS"
	up
	post early a.edxml edoc k1
	[ "$CODE" = 200 ] && says ".documentId == \"$own\""
	v cuc show "$own" --json >/dev/null || wait_for 60 arrived cuc "$own"
	wait_for 60 waits early ".messageType == \"status\" and .documentId == \"$own\""
	[ "$(rest_status early "$own")" = 200 ]
}

@test "a dry run says what would be said, and leaves nothing behind" {
	system dry office
	local dir=$LAB/bo/gateway/axis-server/dry
	state() { find "$dir" "$LAB/bo/gateway/sent" -type f ! -name '.lock*' -exec sha256sum {} + | sort; }
	both() { # STATUS CODE FILE KEY: dry, then not, the same is said
		for way in '?dry_run=1' ''; do
			ask dry "/v1/sendEdoc$way" -F "file=@$3" -F senderDocId="$4"
			[ "$CODE" = "$1" ] && says ".code == \"$2\"" || { cat answer; return 1; }
			jq 'del(.instance, .request_id)' answer >"said${way:+-dry}"
		done
		diff said-dry said
	}
	form $((N + 1)) a.edxml
	sed 's#<edXML:OrganId>000.00.12.A24</edXML:OrganId>#<edXML:OrganId>000.00.77.Z24</edXML:OrganId>#' a.edxml >organ.edxml
	both 422 VT-1068 organ.edxml k1
	status_file 03 9999 s.edxml
	both 422 VT-2001 s.edxml k2
	ask dry '/v1/sendEdoc?dry_run=1' -F file=@a.edxml -F senderDocId=k3
	says '.errorCode == 0 and .dry_run and (.documentId | length == 36)'
	id=$(jq -r .documentId answer)
	run ! v bo show "$id" --json
	ask dry '/v1/sentEdocs?senderDocId=k3'
	says '.edocs == []'
	post dry a.edxml edoc k3
	says ".errorCode == 0 and .repeated == null and .documentId == \"$id\""
	# The same file again under a key that nobody had: only looked at, the key stays free.
	state >before
	ask dry '/v1/sendEdoc?dry_run=1' -F file=@a.edxml -F senderDocId=k4
	says '.errorCode == 0 and .repeated and .dry_run'
	state | diff before -
	form $((N + 2)) b.edxml
	post dry b.edxml edoc k4
	[ "$CODE" = 200 ] && says '.repeated == null'
	# A status too is only looked at.
	came=$(from_cuc $((N + 3)))
	wait_for 60 arrived bo "$came"
	status_file 03 $((N + 3)) s.edxml
	state >before
	ask dry '/v1/sendEdoc?dry_run=1' -F file=@s.edxml -F senderDocId=k5
	[ "$CODE" = 200 ] && says '.errorCode == 0 and .dry_run'
	state | diff before -
	v bo inbox --new --json | jq -e "any(.data[]; .id == \"$came\")"
}

@test "who finds a system's messages in other hands is told to come again" {
	system held office
	form $((N + 1)) a.edxml
	ask held '/v1/sendEdoc?dry_run=1' -F file=@a.edxml
	says '.errorCode == 0'
	exec {held}<"$LAB/bo/gateway/axis-server/held/.lock-in"
	flock "$held"
	post held a.edxml edoc k1 -D head
	exec {held}<&-
	[ "$CODE" = 503 ] && says '.code == "VT-5004" and .errorCode == 10'
	grep -qi '^retry-after: [1-9]' head
	post held a.edxml edoc k1
	[ "$CODE" = 200 ] && says '.repeated == null'
}

@test "who may only send changes and asks back what it sent itself, over the axis as by REST" {
	system mine send
	system yours send
	business() { # KIND OLDER FILE OUT: what the file is to an older document, by the name that this has in other systems
		sed -e "s#BussinessDocType>0<#BussinessDocType>$1<#; s#<edXML:BussinessDocReason>#<edXML:DocumentId>$2</edXML:DocumentId>&#" "$3" >"$4"
	}
	form $((N + 1)) a.edxml
	post mine a.edxml edoc a
	says '.errorCode == 0'
	id=$(jq -r .documentId answer)
	form $((N + 2)) b.edxml
	post yours b.edxml edoc b
	says '.errorCode == 0'
	other=$(jq -r .documentId answer)
	v bo send b.edxml --to cuc --type CV --number "$((N + 3))-CV/ĐU" --subject 'Của văn phòng' -q >/dev/null
	wait_for 60 arrived cuc "$id"
	wait_for 60 arrived cuc "$other"
	# another's, by its foreign id, by its id, by its number; and one that is not here: the same is said of all
	n=10
	for of in "000.00.11.A24,2026/11/24,$((N + 2))/NQ/ĐU" "$other" "000.00.11.A24,2026/11/24,$((N + 3))/CV/ĐU" "000.00.11.A24,2026/11/24,9999/NQ/ĐU"; do
		for kind in 1 2 3; do
			form $((N + n)) c.edxml
			business "$kind" "$of" c.edxml d.edxml
			for way in '?dry_run=1' ''; do
				ask mine "/v1/sendEdoc$way" -F file=@d.edxml
				[ "$CODE" = 422 ] && says '.code == "VT-2001" and .field == "file"' || { echo "$of $kind"; cat answer; return 1; }
			done
			run ! v bo show "$((N + n))-NQ/ĐU" --json
			n=$((n + 1))
		done
	done
	status_file 13 $((N + 2)) s.edxml
	sed -i "s#$((N + 2))/CV/CB#$((N + 2))/NQ/ĐU#g; s#>000.00.12.A24,#>000.00.11.A24,#" s.edxml
	post mine s.edxml status s
	[ "$CODE" = 422 ] && says '.code == "VT-2001"'
	# its own
	form $((N + 4)) c.edxml
	business 2 "000.00.11.A24,2026/11/24,$((N + 1))/NQ/ĐU" c.edxml update.edxml
	ask mine '/v1/sendEdoc?dry_run=1' -F file=@update.edxml
	[ "$CODE" = 200 ] && says '.dry_run'
	post mine update.edxml edoc update
	[ "$CODE" = 200 ] || { cat answer; return 1; }
	update=$(jq -r .documentId answer)
	v bo show "$update" --json | jq -e --arg id "$id" '[.. | strings] | index($id) != null'
	[ "$(rest_status mine "$update")" = 200 ]
	business 1 "000.00.11.A24,2026/11/24,$((N + 4))/NQ/ĐU" c.edxml recall.edxml
	post mine recall.edxml edoc recall
	[ "$CODE" = 200 ] || { cat answer; return 1; }
	says ".documentId == \"$update\""
	status_file 13 $((N + 1)) s.edxml
	sed -i "s#$((N + 1))/CV/CB#$((N + 1))/NQ/ĐU#g; s#>000.00.12.A24,#>000.00.11.A24,#" s.edxml
	post mine s.edxml status s13
	[ "$CODE" = 200 ] && says ".documentId == \"$id\""
}

@test "edxml import --older says which document a file changes, whatever the file says" {
	form $((N + 1)) a.edxml
	id=$(v bo edxml import a.edxml --json | jq -r .data.id)
	run -2 --separate-stderr v bo edxml import a.edxml --older "$id" --json
	jq -e '.error.code == "VT-6001" or (.error.message | contains("--older"))' <<<"$output"
	form $((N + 2)) b.edxml
	sed -e "s#BussinessDocType>0<#BussinessDocType>2<#; s#<edXML:BussinessDocReason>#<edXML:DocumentId>nobody has this</edXML:DocumentId>&#" b.edxml >update.edxml
	run ! v bo edxml import update.edxml
	new=$(v bo edxml import update.edxml --older "$((N + 1))-NQ/ĐU" --json | jq -r .data.id)
	v bo show "$new" --json | jq -e --arg id "$id" '[.. | strings] | index($id) != null'
	sed -e "s#BussinessDocType>2<#BussinessDocType>1<#" update.edxml >recall.edxml
	v bo edxml import recall.edxml --older "$((N + 2))-NQ/ĐU" --json | jq -e --arg id "$new" '[.. | strings] | index($id) != null'
	status_file 13 $((N + 9)) s.edxml
	v bo edxml import s.edxml --older "$((N + 1))-NQ/ĐU" --json | jq -e --arg id "$id" '[.. | strings] | index($id) != null'
}
