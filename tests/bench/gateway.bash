# The gateway beside the office socket and the command line: the same documents, in turns, in one lab. Sourced by tests/bench/run.
#   BENCH_FIRST=1   daemons, gateways and this go before all else on the machine (root)

PARALLEL=(1 4 16 64)
beside= # the pid of the second gateway

# One committee with two gateways, with TLS and without, over one daemon; and one below it. Sets LAB, TLS_PORT, PLAIN_PORT.
new_gateway_lab() {
	local config
	LAB=$(mktemp -d "$WORK/lab.XXXX")
	tree 1 >"$LAB.yaml"
	free_ports 5
	"$VANTHU" lab create "$LAB/l" --tree "$LAB.yaml" --port "$PORT" --gateway -q >/dev/null
	LAB=$LAB/l
	labs+=("$LAB")
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$LAB/tls.key" -out "$LAB/tls.pem" -days 2 \
		-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	config=$LAB/tinh/vanthud.yaml
	TLS_PORT=$(sed -n 's/^  listen: 127.0.0.1:\([0-9]*\)$/\1/p' "$config" | tail -n 1)
	PLAIN_PORT=$((PORT + 4))
	# A folder of its own, with the same token: two gateways in one folder would send each webhook twice.
	sed "s/^  listen: 127.0.0.1:$TLS_PORT\$/  listen: 127.0.0.1:$PLAIN_PORT\n  folder: plain/" "$config" >"$LAB/tinh/plain.yaml"
	cp -a "$LAB/tinh/gateway" "$LAB/tinh/plain"
	sed -i "s|^  listen: 127.0.0.1:$TLS_PORT\$|&\n  certificate: $LAB/tls.pem\n  key: $LAB/tls.key|" "$config"
	"$VANTHU" lab start "$LAB" -q >/dev/null
	wait_for 60 links_up 1
	"$ROOT/build/vanthu-gateway" -c "$LAB/tinh/plain.yaml" >"$LAB/plain.log" 2>&1 &
	beside=$!
	wait_for 60 curl -sf "http://127.0.0.1:$PLAIN_PORT/readyz"
	TLS_PID=$(cat "$LAB/tinh/vanthu-gateway.pid")
	[ -z "${BENCH_FIRST:-}" ] || go_first
}
end_gateway_lab() {
	kill "$beside"
	wait "$beside" || true
	beside=
	end_lab
}
go_first() {
	local pid
	chrt --fifo --pid 10 $$
	for pid in "$beside" "$TLS_PID" "$(pid_of tinh)" "$(pid_of huyen-1)"; do chrt --all-tasks --fifo --pid 10 "$pid"; done
}

memory_of() { awk -v what="$2:" '$1 == what { print $2 * 1024 }' "/proc/$1/status"; }
rest() { "$PROGRAM" rest "$LAB/tinh" --to=huyen-1 --token="$LAB/tinh/gateway.token" "$@"; }

# One round over the gateway, one over the socket; each has to be delivered before the next begins.
gateway_round() { # CONNECTIONS DOCS
	local n=$1 docs=$2 gateway daemon socket
	((n > 1)) || docs=$(((docs + 3) / 4))
	gateway=$(us_of "$TLS_PID") daemon=$(us_of "$(pid_of tinh)")
	RESULT=$(rest --port="$TLS_PORT" --certificates="$LAB/tls.pem" --docs="$docs" --bytes=2048 --connections="$n")
	[ "$(field .accepted)" = "$docs" ] && [ "$(field .delivered)" = "$docs" ]
	note "round_rest_$n" "$(field .accepted_per_s)"
	note "round_rest_p99_ms_$n" "$(field .accept_ms.p99)"
	note "round_rest_gateway_us_$n" $((($(us_of "$TLS_PID") - gateway) / docs))
	note "round_rest_daemon_us_$n" $((($(us_of "$(pid_of tinh)") - daemon) / docs))
	gateway=$(field .accepted_per_s) daemon=$(us_of "$(pid_of tinh)")
	RESULT=$(load --to=huyen-1 --docs="$docs" --bytes=2048 --in-flight="$n")
	[ "$(field .accepted)" = "$docs" ] && [ "$(field .delivered)" = "$docs" ]
	socket=$(field '.docs / .accepted_s')
	note "round_socket_$n" "$socket"
	note "round_socket_daemon_us_$n" $((($(us_of "$(pid_of tinh)") - daemon) / docs))
	note "round_rest_of_socket_$n" "$(jq -n "$gateway / $socket")"
}

# ---- a large file, up and down ----

# Another file each time: equal ones are stored once.
another_file() { head -c 16 /dev/urandom | dd of="$WORK/large" conv=notrunc status=none; }
by_cli() { ID=$(v tinh send "$WORK/large" --to huyen-1 --type KH --number auto --subject "Phụ lục" --timeout 600 --json | jq -r .data.id); }
authorized() { curl -sf -H "Authorization: Bearer $(cat "$LAB/tinh/gateway.token")" --cacert "$LAB/tls.pem" "$@"; }
by_rest() { # URL
	ID=$(authorized -H Expect: -F 'meta={"to":"huyen-1","type":"KH","number":"auto","subject":"Phụ lục"};type=application/json' \
		-F "file=@$WORK/large" "$1/v1/documents" | jq -r .data.id)
}
cli_down() { v tinh save "$ID" --output "$WORK/saved" -q; }
rest_down() { authorized -o "$WORK/saved" "$1/v1/documents/$ID/parts/1"; }

up_and_down() { # NAME UP DOWN [URL]: MB a second of each
	local name=$1 up=$2 down=$3 began bytes
	shift 3
	bytes=$(stat -c %s "$WORK/large")
	another_file
	began=$(now_ms)
	$up "$@"
	note "round_up_$name" "$(jq -n "$bytes / 1000 / ($(now_ms) - $began + 1)")"
	rm -f "$WORK/saved"
	began=$(now_ms)
	$down "$@" >/dev/null
	note "round_down_$name" "$(jq -n "$bytes / 1000 / ($(now_ms) - $began + 1)")"
	cmp "$WORK/large" "$WORK/saved"
	rm -f "$WORK/saved"
}
gateway_large() { # BYTES ROUNDS
	local r
	# Nobody takes it: what the link does meanwhile is measured elsewhere.
	"$VANTHU" lab stop "$LAB" huyen-1 -q >/dev/null
	head -c "$1" /dev/urandom >"$WORK/large"
	for ((r = 0; r < $2; r++)); do
		up_and_down cli by_cli cli_down
		up_and_down tls by_rest rest_down "https://127.0.0.1:$TLS_PORT"
		up_and_down plain by_rest rest_down "http://127.0.0.1:$PLAIN_PORT"
	done
	rm -f "$WORK/large"
	note gateway_large_bytes "$1"
}

gateway() { # ROUNDS DOCS BYTES
	local r n
	new_gateway_lab
	note gateway_idle_rss_bytes "$(memory_of "$TLS_PID" VmRSS)"
	for ((r = 0; r < $1; r++)); do
		for n in "${PARALLEL[@]}"; do gateway_round "$n" "$2"; done
	done
	gateway_large "$3" "$1"
	note gateway_peak_rss_bytes "$(memory_of "$TLS_PID" VmHWM)"
	end_gateway_lab
	medians
}
