# What the system tests share: a lab of their own on ports of their own, and waiting for conditions. Nothing here sleeps for a guess, and
# every limit is there to end what hangs, not to measure: a machine that is busy must not fail a test.
bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
VANTHU="$ROOT/build/vanthu"
export LANGUAGE=en LC_ALL=C.UTF-8 NO_COLOR=1
unset VANTHU_CONFIG VANTHU_LANG

# PORT gets the first of 24 ports that nobody else has while this shell lives. Outside the range of outgoing connections: there any
# connection, even a daemon's own while it dials, may hold one; and below where `lab create` and `demo` look for ports by themselves, so that
# files of tests may run side by side. A lock for each block keeps runs apart.
reserve_ports() {
	local low from=4100 until=10000 blocks first i n port
	read -r low _ </proc/sys/net/ipv4/ip_local_port_range
	((low >= until)) || ((low - from < 1600)) || until=$low
	blocks=$(((until - from) / 24)) first=$((BASHPID % blocks))
	mkdir -p "/tmp/vanthu-ports-$UID"
	for ((i = 0; i < blocks; i++)); do
		port=$((from + (first + i) % blocks * 24))
		exec {PORT_LOCK}>"/tmp/vanthu-ports-$UID/$port"
		if flock -n "$PORT_LOCK"; then
			for ((n = 0; n < 24; n++)); do
				! (exec 3<>"/dev/tcp/127.0.0.1/$((port + n))") 2>/dev/null || break
			done
			if ((n == 24)); then PORT=$port; return 0; fi
		fi
		exec {PORT_LOCK}>&-
	done
	echo "no block of ports is free" >&2
	return 1
}

make_lab() { # TREE [extra lines of configuration]
	LAB="${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/lab"
	reserve_ports
	"$VANTHU" lab create "$LAB" --tree "${1:-$ROOT/etc/demo-tree.yaml}" --port "$PORT" -q >/dev/null
	if [ -n "${2:-}" ]; then
		local f
		for f in "$LAB"/*/vanthud.yaml; do printf '%s\n' "$2" >>"$f"; done
	fi
}

start_lab() { "$VANTHU" lab start "$LAB" -q "$@" >/dev/null; }
stop_lab() { [ -z "${LAB:-}" ] || [ ! -d "$LAB" ] || "$VANTHU" lab stop "$LAB" -q >/dev/null 2>&1 || true; }

# For teardown and teardown_file.
end_lab() {
	keep_logs
	stop_lab
}

# After a failure the logs of the test's labs stay in build/check/failed/, and their ends go into the record of the run.
keep_logs() {
	local log kept
	if [ -n "${BATS_TEST_NUMBER:-}" ]; then
		[ -z "${BATS_TEST_COMPLETED:-}${BATS_TEST_SKIPPED:-}" ] || return 0
	else
		[ -z "${BATS_SETUP_FILE_COMPLETED:-}" ] || return 0
	fi
	kept="$ROOT/build/check/failed/$(basename "$BATS_TEST_FILENAME" .bats)-${BATS_TEST_NUMBER:-setup}"
	for log in "${LAB:-/none}"/*/vanthud.log "${BATS_TEST_TMPDIR:-/none}"/*.log "${BATS_TEST_TMPDIR:-/none}"/other/*/vanthud.log; do
		[ -s "$log" ] || continue
		mkdir -p "$kept"
		cp "$log" "$kept/$(basename "$(dirname "$log")")-$(basename "$log")"
		echo "$log:"
		grep -vE '^level=(info|debug) ' "$log" | tail -n 4
		tail -n 3 "$log"
	done
	[ ! -d "$kept" ] || echo "all of it: $kept"
	return 0
}
v() { local who=$1; shift; "$VANTHU" -c "$LAB/$who" "$@"; }
pid_of() { cat "$LAB/$1/vanthud.pid"; }

# until CONDITION… holds. N seconds are ample on an idle machine; only after many times that it hangs, and fails with what it waited for.
wait_for() {
	local limit=$((5 * $1)) end pause=0.05 tries=0
	shift
	end=$((SECONDS + limit))
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= end)); then echo "not within $limit s: $*" >&2; return 1; fi
		read -rt $pause <> <(:) || true
		((++tries < 4)) || pause=0.2 # each look costs processes, which others could use
	done
}

# Nobody has it any more, or only its parent's wait does.
# By SIGKILL, and gone: what is started meanwhile would take it for one that runs.
kill_daemon() { # ID
	local pid
	pid=$(pid_of "$1")
	kill -KILL "$pid"
	wait_for 20 ended "$pid"
}
ended() { # PID
	local state
	state=$(grep '^State:' "/proc/$1/status" 2>/dev/null) || return 0
	[[ $state = *Z* ]]
}

kill9() { # ID: and waits until the kernel has taken it
	local pid
	pid=$(pid_of "$1")
	kill -9 "$pid" 2>/dev/null || return 0
	wait_for 5 ended "$pid"
}

random_file() { head -c "$2" /dev/urandom >"$1"; } # PATH SIZE
