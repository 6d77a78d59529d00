# Labs for the benchmark: each in a folder of its own that is removed afterwards, on loopback ports below the ephemeral range, stopped by
# the pids that the lab itself knows. Nothing here waits for a guess.
export LC_ALL=C.UTF-8 LANGUAGE=en NO_COLOR=1
unset VANTHU_CONFIG
VANTHU="$ROOT/build/vanthu" PROGRAM="$ROOT/build/bench/bench"
PORT_FIRST=22000 PORT_LAST=32000
SETTLE_LOOKS=${SETTLE_LOOKS:-24} REPEATS=${REPEATS:-7}
port_next=$((PORT_FIRST + (BASHPID * 128) % 8000))
labs=()

# A range of ports that nobody listens on now.
free_ports() { # COUNT
	local n=$1 port i
	for ((port = port_next; port + n < PORT_LAST; port += n)); do
		for ((i = 0; i < n; i++)); do
			if (exec 3<>"/dev/tcp/127.0.0.1/$((port + i))") 2>/dev/null; then continue 2; fi
		done
		port_next=$((port + n)) PORT=$port
		return
	done
	port_next=$PORT_FIRST
	echo "bench: no free ports" >&2
	return 1
}

tree() { # SUBORDINATES
	local i
	printf 'committees:\n  - {id: tinh, name: "Tỉnh ủy", symbol: "TU"}\n'
	for ((i = 1; i <= $1; i++)); do printf '  - {id: huyen-%d, name: "Huyện ủy %d", symbol: "HU%d", superior: tinh}\n' "$i" "$i" "$i"; done
}

# The production configuration, as `lab create` writes it; all started, all links up. Sets LAB.
new_lab() { # SUBORDINATES
	LAB=$(mktemp -d "$WORK/lab.XXXX")
	tree "$1" >"$LAB.yaml"
	free_ports $(($1 + 1))
	"$VANTHU" lab create "$LAB/l" --tree "$LAB.yaml" --port "$PORT" -q >/dev/null
	LAB=$LAB/l
	labs+=("$LAB")
	"$VANTHU" lab start "$LAB" -q >/dev/null
	wait_for 60 links_up "$1"
}
# Files go at the very end: ext4 without a journal looks at every inode that was freed in the last minutes when it makes a new one, so that each
# measure would pay for the tidying after the one before. What they hold goes at once.
end_lab() {
	"$VANTHU" lab stop "$LAB" -q >/dev/null
	find "$(dirname "$LAB")" -type f -size +64k -exec truncate -s 0 {} +
}
end_all() {
	local l
	[ -z "${beside:-}" ] || kill "$beside" || true
	for l in "${labs[@]}"; do [ ! -d "$l" ] || "$VANTHU" lab stop "$l" -q >/dev/null 2>&1 || true; done
	rm -rf "$WORK"
}

v() { local who=$1; shift; "$VANTHU" -c "$LAB/$who" "$@"; }
links_up() { [ "$(v tinh link list --json | jq '[.data[] | select(.up)] | length')" = "$1" ]; }
pid_of() { cat "$LAB/$1/vanthud.pid"; }
load() { "$PROGRAM" load "$LAB/tinh" "$@"; }
figures() { "$PROGRAM" figures "$LAB/$1"; }

wait_for() { # SECONDS CONDITION…
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= end)); then echo "bench: not in time: $*" >&2; return 1; fi
		read -rt 0.05 <> <(:) || true
	done
}

now_ms() { local us=${EPOCHREALTIME/./}; echo $((us / 1000)); }
took_ms() { # COMMAND…: how long it takes, in ms with three digits
	local began=${EPOCHREALTIME/./}
	"$@" >/dev/null
	awk -v us=$((${EPOCHREALTIME/./} - began)) 'BEGIN { printf "%.3f\n", us / 1000 }'
}
# Of the numbers on stdin, a line each.
percentile() { sort -n | awk -v p="$1" '{ a[NR] = $1 } END { if (NR) { i = int(p * NR); if (i < p * NR) i++; print a[i < 1 ? 1 : i] } }'; }
median() { percentile 0.5; }

# Resident bytes of the larger of the daemons named, when the load is over: memory that is being given back settles within the few seconds
# after which the daemon looks at itself.
settled_rss() { # COMMITTEE…
	local who most last=0 n look
	for ((look = 0; look < SETTLE_LOOKS; look++)); do
		most=0
		for who in "$@"; do
			n=$(figures "$who" | jq .resident_bytes)
			((n > most)) && most=$n
		done
		last=$most
		read -rt 0.25 <> <(:) || true
	done
	echo "$last"
}
