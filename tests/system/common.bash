# What the system tests share: a lab of their own on ports of their own, and waiting for conditions. Nothing here sleeps for a guess.
bats_require_minimum_version 1.5.0
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
VANTHU="$ROOT/build/vanthu"
export LANGUAGE=en LC_ALL=C.UTF-8 NO_COLOR=1
unset VANTHU_CONFIG

# A free range of ports for a lab of n committees.
free_port() {
	local n=${1:-8} port i
	for port in $(seq $((20000 + (BASHPID % 400) * 100)) 16 64000); do
		for ((i = 0; i < n; i++)); do
			if (exec 3<>"/dev/tcp/127.0.0.1/$((port + i))") 2>/dev/null; then continue 2; fi
		done
		echo "$port"
		return
	done
	return 1
}

make_lab() { # TREE [extra lines of configuration]
	LAB="${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/lab"
	"$VANTHU" lab create "$LAB" --tree "${1:-$ROOT/etc/demo-tree.yaml}" --port "$(free_port)" -q >/dev/null
	if [ -n "${2:-}" ]; then
		local f
		for f in "$LAB"/*/vanthud.yaml; do printf '%s\n' "$2" >>"$f"; done
	fi
}

start_lab() { "$VANTHU" lab start "$LAB" -q "$@" >/dev/null; }
stop_lab() { [ -z "${LAB:-}" ] || [ ! -d "$LAB" ] || "$VANTHU" lab stop "$LAB" -q >/dev/null 2>&1 || true; }
v() { local who=$1; shift; "$VANTHU" -c "$LAB/$who" "$@"; }
pid_of() { cat "$LAB/$1/vanthud.pid"; }

# until CONDITION… holds, at most N seconds: fails with what it waited for.
wait_for() {
	local limit=$1 end
	shift
	end=$((SECONDS + limit))
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= end)); then echo "not within $limit s: $*" >&2; return 1; fi
		read -rt 0.05 <> <(:) || true
	done
}

kill9() { # ID: and waits until the kernel has taken it
	local pid
	pid=$(pid_of "$1")
	kill -9 "$pid" 2>/dev/null || return 0
	wait_for 5 eval "! kill -0 $pid 2>/dev/null || grep -q '^State:.Z' /proc/$pid/status"
}

random_file() { head -c "$2" /dev/urandom >"$1"; } # PATH SIZE
