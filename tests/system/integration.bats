# What docs/INTEGRATION.md promises to programs of others: its own words run, the description of the interface is whole and true, and
# the example clients lose and double nothing when they, gateways and daemons are killed on the way.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; BACKGROUND=(); }
teardown() {
	local pid
	load common
	for pid in "${BACKGROUND[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
	end_lab
}

EXAMPLES=$(cd "$BATS_TEST_DIRNAME/../../docs/examples" && pwd)
CHECK="$BATS_TEST_DIRNAME/../helpers/openapi.py"
OPENAPI="$BATS_TEST_DIRNAME/../../docs/openapi.json"

gateways() { # [LINE of configuration for tren]: two committees, each with a gateway
	printf 'committees:\n  - { id: tren, name: Cấp trên, symbol: ĐU }\n  - { id: duoi, superior: tren, name: Cấp dưới, symbol: CB }\n' >tree.yaml
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q >/dev/null
	[ -z "${1:-}" ] || printf '%s\n' "$1" >>"$LAB/tren/vanthud.yaml"
	start_lab
	TREN=("$(address tren)" "$LAB/tren/gateway.token") DUOI=("$(address duoi)" "$LAB/duoi/gateway.token")
	printf 'Nội dung\n' >a.txt
	random_file b.bin 20000
}
address() { "$VANTHU" lab status "$LAB" --json | jq -r ".data[] | select(.committee == \"$1\").gateway_url"; }
ask() { # WHO PATH CURL-OPTION…
	local who=$1 path=$2
	shift 2
	curl -sS -m 120 -H "Authorization: Bearer $(cat "$LAB/$who/gateway.token")" "$(address "$who")$path" "$@"
}
fits() { ask "${@:2}" | /usr/bin/python3 -B "$CHECK" answer "$OPENAPI" "$1"; } # OPERATION WHO PATH…
send() { # WHO JSON CURL-OPTION…
	local who=$1 meta=$2
	shift 2
	ask "$who" /v1/documents -F "meta=$meta;type=application/json" -F file=@a.txt "$@"
}
background() { # COMMAND…, a program and no function: PID is its process
	"$@" 3>&- &
	PID=$!
	BACKGROUND+=("$PID")
}
kill_gateway() { # ID
	local pid
	pid=$(cat "$LAB/$1/vanthu-gateway.pid")
	kill -9 "$pid"
	wait_for 20 ended "$pid"
}
end() { # PID…: by SIGKILL
	kill -9 "$@" 2>/dev/null || true
	wait "$@" 2>/dev/null || true
}
# What the daemon's feed has, as NUMBER KIND ID.
feed() { v "$1" changes --since 0 --json | jq -r '.data.changes[] | "\(.number) \(.kind) \(.id)"'; }
inbox() { v duoi inbox --all --json | jq -r '.data | sort_by(.arrival)[] | "\(.arrival) \(.id)"'; }

CLIENT=(/usr/bin/python3 -B "$EXAMPLES/vanthu_client.py")
PORTAL=(/usr/bin/python3 -B "$EXAMPLES/portal/portal.py")
python() { "${CLIENT[@]}" "$@"; }
noted() { python x x "$1" show; } # STATE

first_steps() { # PAGE: its blocks of shell, in order, as one program
	local page=$ROOT/docs/$1
	awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' "$page" | sed "s|--gateway\$|--gateway --port $PORT|" >steps
	[ "$(grep -c . steps)" -gt 25 ]
	mkdir -p bin
	ln -sf "$VANTHU" bin/vanthu
	LAB=$PWD/lab PATH=$PWD/bin:$PATH run -0 timeout 600 bash -euo pipefail steps
	[[ $output == *'"repeated":true'* || $output == *true* ]]
	[[ $output == *'duoi 03'* ]]
	[[ $output == *'Chi bộ Cấp dưới: delivered, arrival number 1'* ]]
	[[ $output == *'arrived' ]] || [[ $output == *$'\narrived\n'* ]]
}

@test "the ten minutes of the English page run as they are written" {
	reserve_ports
	LAB=$PWD/lab
	first_steps INTEGRATION.md
}

@test "the ten minutes of the Vietnamese page run as they are written" {
	reserve_ports
	LAB=$PWD/lab
	first_steps INTEGRATION.vi.md
}

@test "openapi.json is what the gateway says of itself, whole OpenAPI 3.1, and the reference page is made from it" {
	"$ROOT/build/vanthu-gateway" --openapi | cmp - "$OPENAPI"
	/usr/bin/python3 -B "$CHECK" check "$OPENAPI"
	/usr/bin/python3 -B "$ROOT/docs/api/page.py" "$OPENAPI" | cmp - "$ROOT/docs/api/index.html"
	! grep -qE '(src|href)="(https?:)?//|<script|@import|url\(' "$ROOT/docs/api/index.html"
	# The check finds what is wrong.
	jq '.paths["/v1/documents/{id}"].get.parameters |= .[1:]' "$OPENAPI" >other.json
	run -1 /usr/bin/python3 -B "$CHECK" check other.json
	jq 'del(.components.schemas.Receipt)' "$OPENAPI" >other.json
	run -1 /usr/bin/python3 -B "$CHECK" check other.json
	jq '.paths["/v1/due"].get.operationId = "listDocuments"' "$OPENAPI" >other.json
	run -1 /usr/bin/python3 -B "$CHECK" check other.json
}

@test "the table of errors is that of the program, in both languages" {
	local page
	for page in INTEGRATION.md INTEGRATION.vi.md; do /usr/bin/python3 -B "$CHECK" errors "$ROOT/docs/$page" "$ROOT"; done
	sed 's/| 404 | VT-2001,/| 404 |/' "$ROOT/docs/INTEGRATION.md" >other.md
	run -1 /usr/bin/python3 -B "$CHECK" errors other.md "$ROOT"
	sed 's/| 503 \(.*\)| again |/| 503 \1| never |/' "$ROOT/docs/INTEGRATION.md" >other.md
	run -1 /usr/bin/python3 -B "$CHECK" errors other.md "$ROOT"
}

@test "answers are as openapi.json describes them" {
	local id
	gateways
	send tren '{"to":"duoi","type":"KH","number":"auto","subject":"Kế hoạch","due":"2099-12-31"}' -H 'Idempotency-Key: 1' >sent.json
	/usr/bin/python3 -B "$CHECK" answer "$OPENAPI" sendDocument <sent.json
	id=$(jq -r .data.id sent.json)
	fits listChanges duoi "/v1/changes?since=0&wait=60&kind=arrived"
	fits acceptDocument duoi "/v1/documents/$id/accept" -X POST
	fits assignDocument duoi "/v1/documents/$id/assign" --json '{"to":"Lê Thị B","due":"2099-12-01"}'
	fits startDocument duoi "/v1/documents/$id/start" -X POST
	fits finishDocument duoi "/v1/documents/$id/finish" -X POST
	has_finished() { ask tren "/v1/documents/$id/receipts" | jq -e '.data[0].code == "06"'; }
	wait_for 20 has_finished
	fits showDocument tren "/v1/documents/$id"
	fits showDocument duoi "/v1/documents/$id"
	fits listReceipts tren "/v1/documents/$id/receipts"
	fits traceDocument tren "/v1/documents/$id/trace"
	fits verifyDocument duoi "/v1/documents/$id/verification"
	fits listDocuments tren "/v1/documents?box=out"
	fits listDocuments duoi "/v1/documents?box=in"
	fits listChanges tren "/v1/changes?since=0"
	fits listCommittees tren /v1/committees
	fits readiness tren /readyz
	# The check finds what does not fit.
	ask tren "/v1/documents/$id" | jq '.data.attachments[0].size_bytes = "9"' >other.json
	run -1 /usr/bin/python3 -B "$CHECK" answer "$OPENAPI" showDocument <other.json
}

@test "a list is read to its end by cursors, each document once" {
	local n next='' seen=()
	gateways
	for n in 1 2 3 4 5; do send tren '{"to":"duoi","type":"CV","number":"auto","subject":"Công văn"}' >/dev/null; done
	while :; do
		ask tren "/v1/documents?box=out&limit=2${next:+&cursor=$next}" >page.json
		mapfile -t -O "${#seen[@]}" seen < <(jq -r '.data[].number' page.json)
		next=$(jq -r '.next // ""' page.json)
		[ -n "$next" ] || break
	done
	[ "${seen[*]}" = "05-CV/ĐU 04-CV/ĐU 03-CV/ĐU 02-CV/ĐU 01-CV/ĐU" ]
}

@test "Python: killed again and again, with gateways and daemons: nothing lost, nothing twice, in order" {
	local n round sender receiver
	gateways
	for n in $(seq 12); do
		python x x s.db queue "case-$n" "{\"to\":\"duoi\",\"type\":\"CV\",\"number\":\"auto\",\"subject\":\"Vụ $n\"}" a.txt b.bin
		python x x s.db queue "case-$n" '{"to":"duoi","type":"CV","subject":"twice"}' a.txt
	done
	taken() { [ "$(noted r.db | jq '.documents | length')" -ge "$1" ]; }
	for round in 1 2 3 4 5; do
		background "${CLIENT[@]}" "${TREN[@]}" s.db run && sender=$PID
		background "${CLIENT[@]}" "${DUOI[@]}" r.db run --accept --save got && receiver=$PID
		wait_for 120 taken $((2 * round))
		case $round in
		1) kill_gateway tren ;;
		2) kill9 duoi ;;
		3) kill_gateway duoi ;;
		4) kill9 tren ;;
		esac
		end "$sender" "$receiver"
		start_lab
	done
	background "${CLIENT[@]}" "${TREN[@]}" s.db run
	background "${CLIENT[@]}" "${DUOI[@]}" r.db run --accept --save got && receiver=$PID
	wait_for 120 taken 12
	followed() { [ "$(noted r.db | jq -r '.changes[] | map(tostring) | join(" ")')" = "$(feed duoi)" ]; }
	wait_for 60 followed
	end "$receiver"
	[ "$(noted s.db | jq -c '[.outbox[] | .[2]] | unique')" = '[null]' ]
	noted s.db | jq -r '.outbox[][1]' >sent
	[ "$(sort -u sent | wc -l)" = 12 ]
	noted r.db | jq -r '.documents[][0]' | cmp - sent
	inbox | cut -d' ' -f1 | cmp - <(seq 12)
	inbox | cut -d' ' -f2 | cmp - sent
	while read -r n; do cmp "got/$n/1" a.txt && cmp "got/$n/2" b.bin; done <sent
}

@test "Python: a feed that was missed, or is another, is made up for from the lists" {
	gateways
	printf 'feed: {count: 1000}\n' >>"$LAB/duoi/vanthud.yaml"
	send tren '{"to":"duoi","type":"CV","number":"auto","subject":"Một"}' >/dev/null
	wait_for 60 eval '[ "$(v duoi inbox --json | jq ".data | length")" = 1 ]'
	python "${DUOI[@]}" r.db run --once
	/usr/bin/python3 -c 'import sqlite3; db = sqlite3.connect("r.db"); db.execute("UPDATE cursor SET feed = ?, since = 99999", ("0" * 32,)); db.execute("DELETE FROM documents"); db.commit()'
	python "${DUOI[@]}" r.db run --once
	[ "$(noted r.db | jq -c '[(.documents | length), (.cursor[0] != "00000000000000000000000000000000")]')" = '[1,true]' ]
}

# A client with `send KEY META FILE…` and `follow --accept`, killed between sending and noting, and while it follows.
lives_through_kills() { # COMMAND…
	local n round id again order
	local client=("$@")
	gateways
	count() { v tren outbox --json | jq '.data | length'; }
	for n in 1 2 3; do
		order=("${client[@]}" "${TREN[@]}" s send "case-$n" "{\"to\":\"duoi\",\"type\":\"CV\",\"number\":\"auto\",\"subject\":\"Vụ \\\"$n\\\"\",\"date\":\"2026-11-02\"}" a.txt b.bin)
		background "${order[@]}" >/dev/null
		over() { [ "$(count)" -ge "$n" ] || ended "$PID"; }
		wait_for 120 over
		end "$PID"
		id=$("${order[@]}")
		again=$("${order[@]}")
		[ "$id" = "$again" ]
		[ "$(count)" = "$n" ]
	done
	[ "$(v tren outbox --json | jq -r '.data[0].subject')" = 'Vụ "3"' ]
	run -1 "${client[@]}" "${TREN[@]}" s send x '{"to":"nobody","type":"CV","number":"auto","subject":"x"}' a.txt
	[[ $output == *VT-2005* ]]
	: >out
	lines() { [ "$(wc -l <out)" -ge "$1" ]; }
	for round in 1 2; do
		background "${client[@]}" "${DUOI[@]}" r follow --accept >>out
		wait_for 120 lines $((2 * round))
		end "$PID"
		case $round in 1) kill_gateway duoi ;; 2) kill9 duoi ;; esac
		start_lab
	done
	background "${client[@]}" "${DUOI[@]}" r follow --accept >>out
	followed() { [ "$(sort -nu out)" = "$(feed duoi | sort -nu)" ] && [ "$(inbox | cut -d' ' -f1 | paste -sd' ')" = "1 2 3" ]; }
	wait_for 120 followed
	end "$PID"
	# What stands there twice is what was being dealt with when it was killed.
	[ "$(sort out | uniq -d | wc -l)" -le 2 ]
}

@test "Java: killed between sending and noting, and while it follows: nothing lost, nothing twice" {
	command -v java >/dev/null || skip "openjdk-17-jdk-headless is not installed"
	lives_through_kills java -XX:TieredStopAtLevel=1 -Xmx128m "$EXAMPLES/VanthuClient.java"
}

@test "C#: killed between sending and noting, and while it follows: nothing lost, nothing twice" {
	command -v mcs >/dev/null || skip "mono-mcs and its libraries for HTTP and JSON are not installed"
	mcs -warnaserror -out:client.exe -r:System.Net.Http -r:System.Runtime.Serialization -r:System.Xml -r:System.Xml.Linq "$EXAMPLES/VanthuClient.cs"
	lives_through_kills mono client.exe
}

@test "C with libvanthu: killed while it takes, each document has one folder, whole" {
	local n round
	gateways
	make -s -C "$ROOT" install PREFIX="$PWD/root" >/dev/null
	PKG_CONFIG_PATH="$PWD/root/lib/pkgconfig" pkg-config --cflags --libs vanthu >flags
	gcc -std=c11 -Wall -Wextra -Wpedantic -Werror "$EXAMPLES/follow.c" $(cat flags) -o follow
	export LD_LIBRARY_PATH="$PWD/root/lib"
	mkdir taken
	for n in $(seq 8); do send tren '{"to":"duoi","type":"CV","number":"auto","subject":"Công văn"}' -F file=@b.bin >/dev/null; done
	wait_for 60 eval '[ "$(v duoi inbox --json | jq ".data | length")" = 8 ]'
	whole() { [ "$(ls taken | wc -l)" -ge "$1" ]; }
	for round in 1 2 3; do
		background ./follow "$LAB/duoi" taken
		wait_for 60 whole $((2 * round))
		end "$PID"
		[ "$round" != 2 ] || { kill9 duoi && start_lab; }
	done
	./follow "$LAB/duoi" taken 1 >/dev/null
	[ "$(ls taken | sort)" = "$(v duoi inbox --json | jq -r '.data[].id' | sort)" ]
	for n in taken/*; do cmp "$n/a.txt" a.txt && cmp "$n/b.bin" b.bin; done
	[ -z "$(./follow "$LAB/duoi" taken 1)" ]
}

portal() { "${PORTAL[@]}" "${TREN[@]}" p.db www "$@"; }
shown() { jq -r '.documents[].subject' www/documents.json; }

@test "portal: what its issuer publishes stands on the page, escaped, until it is asked back" {
	local id
	gateways 'publish: {allow: yes}'
	id=$(send tren '{"to":"duoi","type":"KH","number":"auto","subject":"<script>alert(1)</script> & \"mở\"","publish":true}' \
		-F 'file=@b.bin;filename="x<img src=x>.html"' | jq -r .data.id)
	send tren '{"to":"duoi","type":"CV","number":"auto","subject":"không công khai"}' >/dev/null
	portal --once --title 'Văn bản & <b>' --address 'https://a.vn/"x'
	[ "$(shown)" = '<script>alert(1)</script> & "mở"' ]
	! grep -qiE '<script|<img|<b>' www/index.html www/feed.atom
	grep -q '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;mở&quot;' www/index.html
	grep -q '<html lang="vi">' www/index.html
	grep -q 'size: A4' www/index.html
	/usr/bin/python3 -c 'import html.parser, sys, xml.dom.minidom
xml.dom.minidom.parse("www/feed.atom")
open_ = []
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "br"):
            open_.append(tag)
    def handle_endtag(self, tag):
        assert open_.pop() == tag, tag
P().feed(open("www/index.html").read())
assert open_ == []'
	cmp "www/files/$id/1.txt" a.txt
	cmp "www/files/$id/2.bin" b.bin
	wait_for 60 eval '[ "$(v duoi show "$id" --json | jq .data.published)" = true ]'
	v duoi show "$id" | grep -q '^Public  *everybody may read it$'
	# The same again, and everything anew, is the same page.
	jq -S . www/documents.json >before
	portal --once
	rm -r p.db* www
	portal --once
	jq -S . www/documents.json | cmp - before
	v tren recall ask "$id" --reason "nhầm" -q >/dev/null
	portal --once
	[ -z "$(shown)" ]
	[ ! -e "www/files/$id" ]
	grep -q 'Chưa có văn bản nào' www/index.html
}

@test "portal: killed while it follows, it shows all that is published and nothing else" {
	local n round
	gateways 'publish: {allow: yes}'
	pages() { [ "$(shown 2>/dev/null | wc -l)" -ge "$1" ]; }
	for round in 1 2 3; do
		background "${PORTAL[@]}" "${TREN[@]}" p.db www
		for n in 1 2 3; do
			send tren "{\"to\":\"duoi\",\"type\":\"CV\",\"number\":\"auto\",\"subject\":\"mở $round.$n\",\"publish\":true}" >/dev/null
			send tren "{\"to\":\"duoi\",\"type\":\"CV\",\"number\":\"auto\",\"subject\":\"kín $round.$n\"}" >/dev/null
		done
		wait_for 60 pages $((3 * round - 2))
		end "$PID"
	done
	portal --once
	[ "$(shown | sort | paste -sd,)" = "mở 1.1,mở 1.2,mở 1.3,mở 2.1,mở 2.2,mở 2.3,mở 3.1,mở 3.2,mở 3.3" ]
}

@test "who may not publish is refused, over HTTP and on the command line, and nothing is sent" {
	gateways
	send tren '{"to":"duoi","type":"CV","number":"auto","subject":"x","publish":true}' -o answer.json -w '%{http_code}' >status
	[ "$(cat status) $(jq -r .code answer.json)" = "403 VT-2110" ]
	run -5 v tren send a.txt --to duoi --type CV --number auto --subject x --publish --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2110 ]
	[ "$(v tren outbox --json | jq '.data | length')" = 0 ]
	# The operator allows it, without a restart.
	printf 'publish: {allow: yes}\n' >>"$LAB/tren/vanthud.yaml"
	kill -HUP "$(pid_of tren)"
	allowed() { v tren send a.txt --to duoi --type CV --number auto --subject x --publish -q; }
	wait_for 20 allowed
	[ "$(v tren outbox --json | jq -c '[.data[].published]')" = '[true]' ]
}
