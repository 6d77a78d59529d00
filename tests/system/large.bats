# A directory of thousands: checked beside the turns, put into force in pieces, handed on as changes, while documents pass and a daemon is killed
# in the middle. The size is what no single turn could write (routing/base/limits.h, DIRECTORY_STAGE_ROWS).

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { load common; end_lab; }

begun() { v "$1" status --json | jq -e '.data.directory | .version == 2 or .installing != null' >/dev/null; }
in_force() { [ "$(v "$1" status --json | jq .data.directory.version)" = 2 ]; }
delivered() { [ "$(v tinh outbox --json | jq '[.data[] | select(.state == "delivered")] | length')" = "$1" ]; }
same() { v "$1" committee export --to "$1.vtd" -q >/dev/null && cmp "$1.vtd" new/directory.vtd; }

@test "3,500 committees join at once while documents pass; killed in the middle, and still the same at each" {
	local sent=0 importing who
	{
		echo 'committees:'
		echo '  - {id: tinh, name: A, symbol: A}'
		echo '  - {id: huyen, name: B, symbol: B, superior: tinh}'
		echo '  - {id: xa, name: C, symbol: C, superior: huyen}'
	} >t.yaml
	make_lab t.yaml
	start_lab
	sed -i '/^directory:/d' "$LAB"/*/vanthud.yaml
	cp -r "$LAB/registry" new
	"$ROOT/build/tests/enlarge" new 3500 huyen
	v tinh committee import new/directory.vtd -q >/dev/null & importing=$!
	while kill -0 "$importing" 2>/dev/null || ((sent < 20)); do
		sent=$((sent + 1))
		v tinh send t.yaml --to huyen,xa --type CV --number "$sent-CV/A" --subject "Văn bản $sent" -q >/dev/null
	done
	wait "$importing"
	wait_for 60 begun huyen
	kill9 huyen
	start_lab huyen
	for who in tinh huyen xa; do wait_for 60 in_force "$who"; done
	for who in tinh huyen xa; do same "$who"; done
	wait_for 60 delivered "$sent"
	[ "$(v xa inbox --json | jq '(.data | length), (.data | unique_by(.id) | length)' | sort -u)" = "$sent" ]
	[ "$(v huyen committee list --json | jq '.data | length')" = 3503 ]
}
