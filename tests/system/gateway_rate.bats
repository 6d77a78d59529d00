# A token's rate bounds how fast it asks, not how often.

setup() { load common; }
teardown() { end_lab; }

@test "a token that asked too fast is told so, and served again when it waits" {
	local token port
	printf 'committees:\n  - {id: btp, name: "A", symbol: "ĐU"}\n' >"$BATS_TEST_TMPDIR/tree.yaml"
	LAB=$BATS_TEST_TMPDIR/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree "$BATS_TEST_TMPDIR/tree.yaml" --port "$PORT" --gateway -q >/dev/null
	start_lab
	token=$("$VANTHU" -c "$LAB/btp" token add few --scope read --rate 1/s --json | jq -r .data.token)
	port=$(sed -n 's/^  listen: 127.0.0.1:\([0-9]*\)$/\1/p' "$LAB/btp/vanthud.yaml" | tail -n 1)
	ask() { curl -s -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $token" "http://127.0.0.1:$port/v1/committees#[1-$1]"; }
	refused() { ask 20 | grep -qx 429; }
	served() { [ "$(ask 1)" = 200 ]; }
	for _ in 1 2 3; do
		wait_for 10 refused
		wait_for 10 served
	done
}
