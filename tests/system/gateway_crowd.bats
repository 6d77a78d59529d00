# vanthu-gateway when one program asks for more than its share: long polls, streams, downloads that nobody reads, ranges without number.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'committees:\n  - { id: tren, name: Cấp trên, symbol: CT }\n  - { id: duoi, superior: tren, name: Cấp dưới, symbol: CD }\n' >tree.yaml
	LAB=$PWD/lab
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree tree.yaml --port "$PORT" --gateway -q >/dev/null
	"$VANTHU" lab start "$LAB" tren -q >/dev/null
	random_file large.bin 8000000
	v tren send large.bin --to duoi --type KH --number 1-KH/CT --subject 'Tệp lớn' --date 2026-11-02 -q >/dev/null
	# One for each test: what the one before held may not be given back yet.
	for each in polls streams readers ranges; do v tren token add "$each" --scope office --rate 0 --json | jq -r .data.token >"$each"; done
	v tren token add other --scope office --rate 0 --json | jq -r .data.token >other
	export LAB DIR=$PWD AT="127.0.0.1:$((PORT + 2))"
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }

crowd() { python3 "$ROOT/tests/helpers/http_crowd.py" "$1" "$AT" "$DIR/$1" "$DIR/other" "$(cat "$LAB/tren/vanthu-gateway.pid")" "$DIR/large.bin"; }

@test "600 long polls of one token: it has its share, and another is served" { crowd polls; }

@test "600 streams of one token: it has its share, and another's follows" { crowd streams; }

@test "downloads that nobody reads keep no other from reading, and are ended" { crowd readers; }

@test "ranges without number, out of order and out of bounds are one answer of no more than the file" { crowd ranges; }
