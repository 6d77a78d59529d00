# Tokens of the gateway from the command line: shown once, stored hashed, bounded, revoked; and a lab with gateways.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	printf 'committee: btp\n' >vanthud.yaml
	export VANTHU_CONFIG=$PWD
}
teardown() { end_lab; }

token() { "$VANTHU" token "$@"; }
field() { jq -r ".data.$1" <<<"$output"; }

@test "a token is shown once and stored as its SHA-256 alone, for the owner alone" {
	local secret
	run -0 token add eoffice --scope send,receive --committee thads,cb-tochuc --rate 50/s --json
	secret=$(field token)
	[[ $secret =~ ^vt_[A-Za-z0-9_-]{43}$ ]]
	[ "$(jq -c '.data | [.scopes, .committees, .rate, .state, .expires]' <<<"$output")" = '[["send","receive"],["thads","cb-tochuc"],50,"valid",null]' ]
	[ "$(stat -c %a gateway gateway/tokens gateway/tokens/eoffice | xargs)" = "700 700 600" ]
	! grep -rq "$secret" gateway
	grep -qx "secret: $(printf %s "$secret" | sha256sum | cut -d' ' -f1)" gateway/tokens/eoffice
	run -0 token show eoffice --json
	[ "$(field token)" = null ]
	run -0 token list --json
	[ "$(jq -c '[.data[] | [.name, .state, .used]]' <<<"$output")" = '[["eoffice","valid",null]]' ]
	# Never over another, also not over one that was revoked.
	run -6 token add eoffice --scope read
	run -0 token revoke eoffice
	run -6 token add eoffice --scope read
}

@test "revoking stays as it was the first time, and is in the file when the command ends" {
	local first
	token add a --scope read -q >/dev/null
	run -0 token revoke a --json
	first=$(field revoked)
	[ "$(field state)" = revoked ]
	grep -q '^revoked: ' gateway/tokens/a
	run -0 token revoke a --json
	[ "$(field revoked)" = "$first" ]
	run -4 token revoke nobody --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2001 ]
}

@test "an end is the end of a day in Vietnam, or so long from now, and never in the past" {
	run -0 token add day --scope read --expires 31/12/2199 --json
	[ "$(field expires)" = 2199-12-31T17:00:00.000Z ]
	run -0 token add hours --scope read --expires 12h --json
	[ "$(date -d "$(field created)" +%s)" -le "$(($(date -d "$(field expires)" +%s) - 12 * 3600 + 1))" ]
	local bad
	for bad in 01/01/2020 0d 12 h x 1y -5d 99999999999d; do run -2 token add no --scope read --expires="$bad"; done
	[ ! -e gateway/tokens/no ]
}

@test "what is not understood is refused before anything is written" {
	local code
	refused() { # CODE ARGUMENTS…
		code=$1
		shift
		run ! token "$@" --json
		[ "$(jq -r .error.code <<<"$output")" = "$code" ] || { echo "$*: $output"; false; }
	}
	refused VT-1001 add a
	refused VT-1001 add a --scope all
	refused VT-1001 add a --scope secret
	refused VT-1001 add a --scope read,secret
	refused VT-1001 add a --scope read --rate 5/m
	refused VT-1001 add a --scope read --rate 1000001
	refused VT-1001 add a --scope read --committee subordinates
	refused VT-6066 add ../a --scope read
	refused VT-6066 add A --scope read
	refused VT-6066 show ../../vanthud.yaml
	refused VT-3015 add a --scope read --certificate vanthud.yaml
	refused VT-4006 add a --scope read --certificate none.pem
	refused VT-1001 add a --scope read --certificate vanthud.yaml --common-name x
	[ ! -e gateway/tokens/a ]
	run -0 token add a --scope read -n --json
	[ "$(field token)" = null ]
	[ ! -e gateway/tokens/a ]
}

@test "a client certificate is known by the fingerprint that openssl prints" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=eOffice' -days 2 -keyout key.pem -out cert.pem 2>/dev/null
	run -0 token add own --scope send --certificate cert.pem --json
	[ "$(field certificate)" = "$(openssl x509 -in cert.pem -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)" ]
	[ "$(field token)" = null ]
	run -0 token add named --scope send --common-name 'Phần mềm eOffice' --json
	[ "$(field common_name)" = 'Phần mềm eOffice' ]
	# The whole output of a tool, with text before the certificate.
	openssl x509 -in cert.pem -text >both.pem
	run -0 token add text --scope send --certificate both.pem --json
	[ "$(field certificate)" = "$(sed -n 's/^certificate: //p' gateway/tokens/own)" ]
}

@test "a file that was damaged is shown as that, and the others stay" {
	token add good --scope read -q >/dev/null
	token add bad --scope read -q >/dev/null
	truncate -s 60 gateway/tokens/bad
	run -0 token list --json
	[ "$(jq -c '[.data[] | [.name, .state]]' <<<"$output")" = '[["bad","damaged"],["good","valid"]]' ]
	run -1 token show bad --json
	[ "$(jq -r .error.code <<<"$output")" = VT-6067 ]
}

@test "many commands at once make each token once" {
	local i won=0 pids=()
	for i in {1..8}; do token add one --scope read -q >"out.$i" 2>&1 & pids+=($!); done
	for i in "${pids[@]}"; do if wait "$i"; then won=$((won + 1)); fi; done
	[ "$won" = 1 ]
	[ "$(ls gateway/tokens)" = one ]
}

# A gateway's place in a lab, with its port and its end: programs beside a copy of vanthu, and one that answers HTTP.
stand_in() { # PYTHON
	mkdir -p bin
	cp "$VANTHU" bin/vanthu
	ln -sf "$ROOT/build/vanthud" bin/vanthud
	printf '#!/usr/bin/env python3\n%s\n' "$1" >bin/vanthu-gateway
	chmod +x bin/vanthu-gateway
	VANTHU=$PWD/bin/vanthu
}

lab_with_gateways() {
	printf 'committees:\n  - { id: tren, name: Cấp trên, symbol: CT }\n  - { id: duoi, superior: tren, name: Cấp dưới, symbol: CD }\n' >tree.yaml
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q --json >created
}

SERVER='import http.server, re, sys
port = int(re.search(r"listen: 127.0.0.1:(\d+)", open(sys.argv[2]).read()).group(1))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()'

@test "a lab with gateways: a port and a token each; start, status and stop care for them" {
	stand_in "$SERVER"
	lab_with_gateways
	[ "$(jq -r '[.data | sort_by(.endpoint)[] | .gateway_url] | join(" ")' created)" = "http://127.0.0.1:$((PORT + 2)) http://127.0.0.1:$((PORT + 3))" ]
	[ "$(stat -c %a lab/tren/gateway.token lab/tren/gateway/tokens/lab | xargs)" = "600 600" ]
	grep -qx "secret: $(tr -d '\n' <lab/duoi/gateway.token | sha256sum | cut -d' ' -f1)" lab/duoi/gateway/tokens/lab
	[ "$("$VANTHU" -c lab/tren config show --json | jq -r '.data[] | select(.key == "gateway.listen").value')" = "127.0.0.1:$((PORT + 2))" ]
	[ "$("$VANTHU" -c lab/tren token show lab --json | jq -c '.data | [.scopes, .rate]')" = '[["office","operate","read","send","receive","secret","work"],0]' ]
	start_lab
	states() { "$VANTHU" lab status lab --json | jq -r '[.data[] | .state + "/" + .gateway] | join(" ")'; }
	[ "$(states)" = "running/running running/running" ]
	# Who ended is started again, alone.
	local kept
	kept=$("$VANTHU" lab status lab --json | jq '[.data[0].gateway_pid, .data[0].pid, .data[1].pid]')
	kill "$(cat lab/tren/vanthu-gateway.pid)"
	ended() { [ "$(states)" = "running/running running/stopped" ]; }
	wait_for 20 ended
	start_lab
	[ "$(states)" = "running/running running/running" ]
	[ "$("$VANTHU" lab status lab --json | jq '[.data[0].gateway_pid, .data[0].pid, .data[1].pid]')" = "$kept" ]
	"$VANTHU" lab stop lab -q >/dev/null
	[ "$(states)" = "stopped/stopped stopped/stopped" ]
}

@test "a gateway that ends is named with what it said; a lab without gateways has none" {
	stand_in 'import sys
sys.exit("listen-failed: the port is held")'
	lab_with_gateways
	run -3 "$VANTHU" lab start lab -q --json
	[ "$(jq -r .error.message <<<"$output")" = "duoi: vanthu-gateway has ended: listen-failed: the port is held" ]
	[ "$(jq -r .error.fix <<<"$output")" = "see $PWD/lab/duoi/vanthu-gateway.log" ]
	"$VANTHU" lab stop lab -q >/dev/null
	"$VANTHU" lab create plain --tree tree.yaml --port "$PORT" -q >/dev/null
	[ "$("$VANTHU" lab status plain --json | jq -c '[.data[] | has("gateway")]')" = '[false,false]' ]
	[ ! -e plain/tren/gateway.token ]
	! grep -q gateway plain/tren/vanthud.yaml
}

@test "who is added to a lab with gateways gets one, on a port that nobody has" {
	stand_in "$SERVER"
	lab_with_gateways
	"$VANTHU" lab add lab moi --superior tren --name "Chi bộ mới" --symbol CM -q >/dev/null
	grep -qx "listen: tcp://127.0.0.1:$((PORT + 4))" lab/moi/vanthud.yaml
	grep -qx "  listen: 127.0.0.1:$((PORT + 5))" lab/moi/vanthud.yaml
	[ "$(stat -c %a lab/moi/gateway.token)" = 600 ]
	start_lab
	[ "$("$VANTHU" lab status lab --json | jq -r '[.data[] | .gateway] | unique | join(" ")')" = running ]
}
