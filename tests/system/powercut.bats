# What a power cut may leave of a daemon's disk, and calls that fail, as far as a check has time for it: `make crash` and `make sweep` try more.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	reserve_ports
	# In memory: what a disk does is worked out, and 256 folders of each image need none.
	CRASH_DIR=$(mktemp -d -p /dev/shm vt-crash.XXXX 2>/dev/null) || CRASH_DIR=$BATS_TEST_TMPDIR
	export CRASH_DIR
}
teardown() { rm -rf "$CRASH_DIR"; }

crash() { timeout 600 "$ROOT/tests/crash/crash" run --rounds 1 --jobs 1 --port "$PORT" "$@"; }
sweep() { timeout 900 "$ROOT/tests/crash/sweep" --jobs 1 --port "$PORT" "$@"; }
ends_well() { # COMMAND…
	run "$@"
	echo "$output"
	[ "$status" = 0 ]
	grep -E '^# [0-9]+ (images|attempts)' <<<"$output" >&3 || true
}

@test "disks after a power cut: each starts a daemon that has all it acknowledged, once and unaltered" { ends_well crash --images 250; }

@test "canary: were syncs nothing, disks after a power cut would lack what was acknowledged" {
	ends_well crash --images 30 --no-syncs --expect "lost:"
}

@test "canary: a daemon that acknowledges early is caught on its disk after a power cut" {
	ends_well crash --images 120 --program "$ROOT/build/canary-early-ack/vanthud" --expect "lost:"
}

@test "a write, sync, open or change of names that fails, once or for good, loses nothing that was acknowledged" {
	ends_well sweep --attempts 1 --kinds write,sync,open,name --only "first start,submit with attachments,office work,backup,receive attachments,vanthu save"
}
