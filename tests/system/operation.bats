# What docs/OPERATION.md says is done: its console blocks, in order, on a lab of their own.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() {
	load common
	"$VANTHU" lab stop lab -q >/dev/null 2>&1 || true
	local f
	for f in btp.pid vanphong.pid; do [ ! -e $f ] || kill "$(cat $f)" 2>/dev/null || true; done
}

@test "every console block of the operator's page does what the page says" {
	reserve_ports
	cp "$ROOT/etc/demo-tree.yaml" .
	PATH=$ROOT/build:$PATH run -0 /usr/bin/python3 -B "$ROOT/tests/helpers/console.py" "$ROOT/docs/OPERATION.md" "$PORT"
}
