# vanthu-gateway with TLS, and who attacks it: what is spoken, handshakes that are none or never end, certificates of clients that are not good,
# files of certificates that are wrong, and that are replaced while it runs.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'committees:\n  - { id: tren, name: Cấp trên, symbol: CT }\n  - { id: duoi, superior: tren, name: Cấp dưới, symbol: CD }\n' >tree.yaml
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q >/dev/null
	make_ca ca
	make_ca other
	make_cert server ca 'subjectAltName=IP:127.0.0.1'
	cp server.pem first.pem && cp server.key first.key
	# The lab's own gateway of `tren` speaks TLS.
	sed -i "s|^gateway:|&\n  certificate: $PWD/server.pem\n  key: $PWD/server.key\n  client_ca: $PWD/clients.pem|" "$LAB/tren/vanthud.yaml"
	cp ca.pem clients.pem
	"$VANTHU" lab start "$LAB" tren -q >/dev/null
	export LAB PORT DIR=$PWD AT="127.0.0.1:$((PORT + 2))"
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() {
	keep_logs
	[ -z "${ALONE:-}" ] || kill -9 "$ALONE" 2>/dev/null || true
}

make_ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -days 2 -keyout "$1.key" -out "$1.pem" 2>/dev/null; }
make_cert() { # NAME CA EXTENSION [openssl x509 OPTION…]
	local name=$1 ca=$2 extension=$3
	shift 3
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout "$name.key" -out "$name.csr" 2>/dev/null
	openssl x509 -req -in "$name.csr" -CA "${DIR:-.}/$ca.pem" -CAkey "${DIR:-.}/$ca.key" -CAcreateserial -days 2 -extfile <(echo "$extension") "$@" -out "$name.pem" 2>/dev/null
}
gateway_pid() { cat "$LAB/tren/vanthu-gateway.pid"; }
attack() { python3 "$ROOT/tests/helpers/tls_attack.py" "$1" "$AT" "$DIR/ca.pem" "$(gateway_pid)"; }
over() { curl -s --max-time 120 --cacert "$DIR/ca.pem" -o body -w '%{http_code}' "$@"; }
with() { # CERTIFICATE [PATH] [OPTION…]
	local name=$1 path=${2:-/v1/status}
	shift $(($# < 2 ? $# : 2))
	over --cert "$name.pem" --key "$name.key" "$@" "https://$AT$path"
}

alone() { # LINES of gateway: — another one beside, of the committee that has none that runs
	rm -rf alone
	mkdir alone
	sed '/^gateway:/,$d' "$LAB/duoi/vanthud.yaml" >alone/vanthud.yaml
	local key
	for key in data run; do ln -sfn "$LAB/duoi/$key" "alone/$key"; done
	for key in sign.key link.key; do ln -sf "$LAB/duoi/$key" "alone/$key"; done
	printf 'gateway:\n  listen: "127.0.0.1:%d"\n' $((PORT + 9)) >>alone/vanthud.yaml
	printf '  %s\n' "$@" >>alone/vanthud.yaml
}
starts() { # sets ALONE; its log in alone.log
	"$ROOT/build/vanthu-gateway" -c alone 2>alone.log & ALONE=$!
	wait_for 20 over "https://127.0.0.1:$((PORT + 9))/healthz" -k
}
ends() {
	kill "$ALONE"
	wait "$ALONE"
	ALONE=
}
refuses() { # CODE WORDS: it does not start, and says so
	run -9 "$ROOT/build/vanthu-gateway" -c alone
	[[ $output = *"$1"*"$2"* ]] || { echo "$output"; false; }
	run -9 "$ROOT/build/vanthu-gateway" -c alone --check-config
	[[ $output = *"$1"*"$2"* ]] || { echo "$output"; false; }
}

@test "versions before TLS 1.2, and ciphers without forward secrecy or authentication, are refused" { attack versions; }

@test "what is no handshake, is cut into pieces, or lies about its length, is refused, and a good one byte by byte is not" { attack records; }

@test "there is no renegotiation, no session is taken up again, and a thousand requests in a row are answered" { attack again; }

@test "3,000 handshakes that stand still keep nobody out, and are ended" { attack stalled; }

@test "a client's certificate is good in its time, of our authority, for a client, with a name that is known, as long as its token is" {
	local one
	"$VANTHU" -c "$LAB/tren" token add eoffice --scope read --common-name eoffice --rate 0 -q >/dev/null
	make_cert eoffice ca 'extendedKeyUsage=clientAuth'
	[ "$(with eoffice)" = 200 ]
	# In turn: another name, no certificate.
	make_cert nobody ca 'extendedKeyUsage=clientAuth'
	[ "$(with nobody)" = 401 ]
	[ "$(over "https://$AT/v1/status")" = 401 ]
	# The name, but over, not yet begun, for servers, of another authority, its own, with a name in which a NUL hides another.
	one() { mkdir "$1" && cd "$1" && shift && "$@" && cd ..; }
	named() { [[ "$(with "$1/eoffice")" =~ ^(401|000)$ ]] || { echo "$1 is let in"; false; }; }
	one over faketime '10 days ago' bash -c "$(declare -f make_cert); make_cert eoffice ca extendedKeyUsage=clientAuth"
	one early faketime '10 days' bash -c "$(declare -f make_cert); make_cert eoffice ca extendedKeyUsage=clientAuth"
	one foreign make_cert eoffice other 'extendedKeyUsage=clientAuth'
	one serving make_cert eoffice ca 'extendedKeyUsage=serverAuth'
	one own make_ca eoffice
	for one in over early foreign serving own; do
		openssl x509 -in "$one/eoffice.pem" -noout -subject | grep -q eoffice
		named "$one"
	done
	# A token that names one certificate takes that one, of whatever authority, in its time; with the committees it is bound to.
	"$VANTHU" -c "$LAB/tren" token add pinned --scope read,receive --certificate foreign/eoffice.pem --committee duoi --rate 0 -q >/dev/null
	"$VANTHU" -c "$LAB/tren" token add late --scope read --certificate over/eoffice.pem --rate 0 -q >/dev/null
	[ "$(with foreign/eoffice /v1/committees)" = 200 ]
	[ "$(with foreign/eoffice /v1/documents?from=tren)" = 403 ]
	[ "$(with foreign/eoffice '/v1/documents?box=in&from=duoi')" = 200 ]
	named over
	# A token beside a certificate: the token counts, and one that is wrong is not made good by it.
	[ "$(with eoffice /v1/status -H "Authorization: Bearer $(cat "$LAB/tren/gateway.token")")" = 200 ]
	[ "$(over --cert eoffice.pem --key eoffice.key -H 'Authorization: Bearer vt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' "https://$AT/v1/status")" = 401 ]
	# Another's certificate with a key that is not its own is shown by nobody.
	[ "$(over --cert eoffice.pem --key nobody.key "https://$AT/v1/status")" = 000 ]
	# Revoked: from the next request on, also of a connection that stands.
	keeps eoffice
	asks 200
	"$VANTHU" -c "$LAB/tren" token revoke eoffice -q
	asks 401
	[ "$(with eoffice)" = 401 ]
	# Let in anew, under another name.
	"$VANTHU" -c "$LAB/tren" token add again --scope read --common-name eoffice --rate 0 -q >/dev/null
	asks 200
	"$VANTHU" -c "$LAB/tren" token revoke again -q
	asks 401
	ends_keeping
}

# A connection that stays, with a client's certificate: its requests go in by one pipe, statuses come out by another.
keeps() { # CERTIFICATE
	mkfifo "in.$1" "out.$1"
	python3 -c '
import http.client, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.load_cert_chain(sys.argv[2] + ".pem", sys.argv[2] + ".key")
host = http.client.HTTPSConnection(sys.argv[3], timeout=120, context=context)
host.connect()
first = host.sock
for line in sys.stdin:
    host.request("GET", "/v1/status")
    answer = host.getresponse()
    answer.read()
    print(answer.status if host.sock is first else "another connection", flush=True)
' "$DIR/ca.pem" "$1" "$AT" <"in.$1" >"out.$1" 3>&- &
	KEPT=$!
	exec 8>"in.$1" 9<"out.$1"
}
asks() { # STATUS
	local status
	echo >&8
	read -r status <&9
	[ "$status" = "$1" ] || { echo "$status, not $1"; false; }
}
ends_keeping() {
	exec 8>&- 9<&-
	wait "$KEPT"
}

@test "certificates are replaced while it runs: SIGHUP, without a connection lost; what cannot be used changes nothing" {
	local serial pid
	pid=$(gateway_pid)
	shown() { openssl s_client -connect "$AT" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
	is_logged() { [ "$(grep -c "event=$1" "$LAB/tren/vanthu-gateway.log")" -ge "$2" ]; }
	replace() { # FILES… from here, then the nth event of this kind
		cp "$1" "$DIR/server.pem"
		cp "$2" "$DIR/server.key"
		kill -HUP "$pid"
		wait_for 20 is_logged "$3" "$4"
	}
	serial=$(shown)
	[ "$("$VANTHU" lab status "$LAB" --json | jq -r '.data[] | select(.committee == "tren").gateway_url')" = "https://$AT" ]
	make_cert eoffice ca 'extendedKeyUsage=clientAuth'
	"$VANTHU" -c "$LAB/tren" token add steady --scope read --common-name eoffice --rate 0 -q >/dev/null
	keeps eoffice
	asks 200
	make_cert server ca 'subjectAltName=IP:127.0.0.1'
	make_cert stray ca 'subjectAltName=IP:127.0.0.1'
	# Not of each other, no certificate, no key, half a file: the first stays.
	replace server.pem stray.key gateway-reload-refused 1
	replace /dev/null server.key gateway-reload-refused 2
	replace server.pem /dev/null gateway-reload-refused 3
	head -c 300 server.pem >half
	replace half server.key gateway-reload-refused 4
	[ "$(shown)" = "$serial" ]
	asks 200
	replace server.pem server.key 'gateway-reload certificates=new' 1
	[ "$(shown)" = "$(openssl x509 -in server.pem -noout -serial)" ]
	[ "$(shown)" != "$serial" ]
	asks 200
	[ "$(with eoffice)" = 200 ]
	replace server.pem server.key 'gateway-reload certificates=same' 1
	# An authority that is not ours any more: its clients are out, also where they are in.
	cp "$DIR/other.pem" "$DIR/clients.pem"
	replace server.pem server.key 'gateway-reload certificates=new' 2
	asks 401
	[ "$(with eoffice)" = 401 ]
	mkdir new
	(cd new && make_cert eoffice other 'extendedKeyUsage=clientAuth')
	[ "$(with new/eoffice)" = 200 ]
	ends_keeping
	cp "$DIR/ca.pem" "$DIR/clients.pem"
	replace "$DIR/first.pem" "$DIR/first.key" 'gateway-reload certificates=new' 3
	[ "$(shown)" = "$serial" ]
	[ "$(gateway_pid)" = "$pid" ]
	kill -0 "$pid"
}

@test "files of certificates that cannot be used are refused at the start with the reason; one whose time is over is told of" {
	local first="certificate: $DIR/first.pem" key="key: $DIR/first.key"
	alone "certificate: $DIR/first.pem"
	refuses VT-6017 'go together'
	alone "$key"
	refuses VT-6017 'go together'
	alone "client_ca: $DIR/ca.pem"
	refuses VT-6017 'go together'
	alone "$first" "key: $DIR/ca.key"
	refuses VT-6017 'is not of'
	(umask 077 && cp "$DIR/first.pem" certificate.key)
	alone "$first" "key: $PWD/certificate.key"
	refuses VT-6017 'no private key'
	alone "certificate: $DIR/first.key" "$key"
	refuses VT-6017 'no certificate'
	alone "$first" "$key" "client_ca: $DIR/first.key"
	refuses VT-6017 'no certificate'
	alone "$first" "key: $DIR"
	refuses VT-6017 ''
	openssl ec -in "$DIR/first.key" -aes256 -passout pass:x -out locked.key 2>/dev/null
	alone "$first" "key: $PWD/locked.key"
	refuses VT-6017 'password'
	cp "$DIR/first.key" open.key
	for mode in 604 644 660 606; do
		chmod "$mode" open.key
		alone "$first" "key: $PWD/open.key"
		refuses VT-6017 chmod
	done
	chmod 640 open.key
	alone "$first" "key: $PWD/open.key"
	run -0 "$ROOT/build/vanthu-gateway" -c alone --check-config
	[ -z "$output" ]
	starts
	grep -q 'event=gateway-certificate-expires days=1$' alone.log
	ends
	faketime '10 days ago' bash -c "$(declare -f make_cert); make_cert past ca subjectAltName=IP:127.0.0.1"
	alone "certificate: $PWD/past.pem" "key: $PWD/past.key"
	starts
	grep -q 'event=gateway-certificate-expired since_days=8$' alone.log
	curl -sk "https://127.0.0.1:$((PORT + 9))/metrics" >metrics
	[ "$(sed -n 's/^vanthu_gateway_certificate_expires_seconds //p' metrics)" = "$(date -d "$(openssl x509 -in past.pem -noout -enddate | cut -d= -f2)" +%s)" ]
	[ "$(over "https://127.0.0.1:$((PORT + 9))/healthz")" = 000 ]
	ends
}
