# What docs/OPERATION.md and docs/OPERATION.vi.md say is done: their console blocks, in order, each page on a lab of its own.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() {
	load common
	"$VANTHU" lab stop lab -q >/dev/null 2>&1 || true
	local f
	for f in btp.pid vanphong.pid old.pid; do [ ! -e $f ] || kill "$(cat $f)" 2>/dev/null || true; done
}

blocks() { # PAGE
	reserve_ports
	cp "$ROOT/etc/demo-tree.yaml" .
	PATH=$ROOT/build:$PATH /usr/bin/python3 -B "$ROOT/tests/helpers/console.py" "$ROOT/docs/$1" "$PORT"
}

@test "every console block of the operator's page does what the page says" { blocks OPERATION.md; }
@test "every console block of the Vietnamese page does what that page says, in Vietnamese" { VANTHU_LANG=vi blocks OPERATION.vi.md; }
