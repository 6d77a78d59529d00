# vanthu-gateway under attack: each attack of tests/helpers/http_attack.py is refused with its status, a good request is served right after it,
# the process stays small, and nothing of what was refused or cut off stays anywhere.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'committees:\n  - { id: tren, name: Cấp trên, symbol: CT }\n  - { id: duoi, superior: tren, name: Cấp dưới, symbol: CD }\n' >tree.yaml
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q >/dev/null
	start_lab
	export LAB URL="http://127.0.0.1:$((PORT + 2))"
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }

attack() { # GROUP
	local pid
	pid=$(cat "$LAB/tren/vanthu-gateway.pid")
	python3 "$ROOT/tests/helpers/http_attack.py" "$1" "$URL" "$LAB/tren/gateway.token" "$pid"
	# It is the same process, nothing was sent, and nothing lies about.
	[ "$(cat "$LAB/tren/vanthu-gateway.pid")" = "$pid" ]
	kill -0 "$pid"
	[ "$(v tren outbox --json | jq -c .data)" = '[]' ]
	wait_for 20 nothing_left
}
nothing_left() { [ -z "$(find "$LAB/tren/gateway/incoming" "$LAB/tren/data/incoming" -type f -print -quit 2>/dev/null)" ]; }

@test "requests that two programs would frame differently are refused, and nothing behind them is served" { attack frames; }

@test "heads: versions, hosts, origins, forms, sizes, targets, methods, traversal" { attack heads; }

@test "bodies: JSON and forms as no client writes them, and names that would be lines, paths or commands" { attack bodies; }

@test "bodies where none belongs, pages of elsewhere, other names of this machine, odd queries, wrong tokens, a thousand requests in a row" { attack more; }

@test "forms in forms, of 100,000 parts, with boundaries and heads that two programs would read differently" { attack forms; }

@test "600 connections that say nothing keep nobody out" { attack crowd; }

@test "heads that never end, and come byte by byte, are ended" { attack slow; }

@test "uploads that are cut off leave nothing, at the gateway and at the daemon" { attack cut; }

@test "the log of changes has lines of JSON alone, whatever was sent" {
	[ -s "$LAB/tren/gateway/audit.log" ]
	jq -ce 'select(.at == null)' "$LAB/tren/gateway/audit.log" >bad || true
	[ ! -s bad ]
	[ "$(jq -c .token "$LAB/tren/gateway/audit.log" | sort -u)" = '"lab"' ]
}
