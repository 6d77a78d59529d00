# What neighbours and strangers can make a daemon hold: each attack by a committee with right keys (build/tests/badpeer), against the daemon of "top";
# the honest neighbour "h" keeps its link and gets its documents, and what was held is given back. Bounds of memory are upper ones, in KiB: with pages
# of the store and of files in them.

setup_file() {
	load common
	{
		printf 'committees:\n  - {id: top, name: A, symbol: ĐU}\n'
		printf '  - {id: %s, name: B, symbol: CB, superior: top}\n' a1 a2 a3 a4 a5 a6 h
	} >"$BATS_FILE_TMPDIR/tree.yaml"
	make_lab "$BATS_FILE_TMPDIR/tree.yaml"
	export LAB
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	"$VANTHU" lab stop "$LAB" top -q >/dev/null || true # small again, and nobody is cut off any more
	printf 'x\n' >doc.txt
	start_lab top h
	PID=$(pid_of top)
	KEY=$(v top key list --json | jq -r '.data[] | select(.use == "link") | .public_key')
	ENDPOINT=$(sed -n 's/^listen: //p' "$LAB/top/vanthud.yaml")
	wait_for 20 up h
	LINES=$(wc -l <"$LAB/top/vanthud.log")
	BEFORE=$(kib VmRSS) ANON=$(kib RssAnon)
}
teardown() { release; keep_logs; }

kib() { awk -v what="$1:" '$1 == what { print $2 }' "/proc/$PID/status"; }
up() { [ "$(v top link show "$1" --json | jq .data.up)" = true ]; }
logged() { wait_for 10 eval "tail -n +$((LINES + 1)) $LAB/top/vanthud.log | grep -qE '$1'"; }
attack() { # COMMITTEE TRICK ARG…: until release; what it says is in COMMITTEE.txt
	local who=$1
	[ -p hold ] || { mkfifo hold; exec {HOLD}<>hold; }
	timeout 600 "$ROOT/build/tests/badpeer" "$2" "$ENDPOINT" "$KEY" "$LAB/$who" "${@:3}" <hold >"$who.txt" 2>/dev/null {HOLD}>&- 3>&- &
	ATTACKERS+=($!)
}
said() { wait_for 60 grep -q "$2" "$1.txt"; }
release() { # no writer is left, so their input ends
	[ -z "${HOLD:-}" ] || exec {HOLD}>&-
	HOLD=''
	[ ${#ATTACKERS[@]} = 0 ] || wait "${ATTACKERS[@]}" || true
	ATTACKERS=()
}
still() { # it holds no more than some answers ago
	local before
	before=$(kib VmHWM)
	for _ in $(seq 10); do v top status >/dev/null; done
	[ "$(kib VmHWM)" = "$before" ]
}
unharmed() { # MIB: no more than that was held; the honest neighbour never went, and gets documents
	(($(kib VmHWM) - BEFORE < $1 * 1024)) || { echo "held $(($(kib VmHWM) - BEFORE)) KiB" >&2; return 1; }
	! tail -n +$((LINES + 1)) "$LAB/top/vanthud.log" | grep -q 'event=link-down committee=h'
	v top send doc.txt --to h --type CV --number "$RANDOM-CV/ĐU" --subject "vẫn chạy" --wait delivered --timeout 120 >/dev/null
	[ "$(pid_of top)" = "$PID" ] && kill -0 "$PID"
}
alarmed() { v top status --json | jq -e '.data.alarms | index("VT-5008")'; }
given_back() { wait_for 20 eval "[ \$(awk '/^RssAnon/ { print \$2 }' /proc/$PID/status) -lt $((ANON + 6144)) ]"; }

@test "a message of very many tiny parts, on two connections: its sender is told why and cut off, and it is given back" {
	attack a1 parts 300000 1 bulk
	said a1 sent
	grep -q '^bye VT-5004$' a1.txt
	logged 'event=link-cut-off committee=a1 error=VT-5004'
	unharmed 32
	release
	given_back
}

@test "forty thousand Hellos and as many questions for one: cut off, few lines, given back" {
	attack a1 hellos 40000
	attack a2 hellos 20000 wanted
	said a1 sent
	said a2 sent
	logged 'event=link-cut-off committee=a1 error=VT-5004'
	logged 'event=link-cut-off committee=a2 error=VT-5004'
	unharmed 32
	release
	given_back
	(($(tail -n +$((LINES + 1)) "$LAB/top/vanthud.log" | wc -l) < 150))
}

@test "two hundred and fifty requests whose answers nobody reads, and all credit: what is in flight is bounded, and given back" {
	random_file big.bin 140000000
	random_file inline.bin 30000
	v top send doc.txt big.bin --to a1,a2 --type CV --number 1-CV/ĐU --subject "nhiều" -q >/dev/null
	seq 2 60 | xargs -P 4 -I{} "$VANTHU" -c "$LAB/top" send inline.bin --to a2 --type CV --number {}-CV/ĐU --subject "nhiều" -q >/dev/null
	BEFORE=$(kib VmHWM)
	attack a1 fetches 250
	attack a2 all-credit
	said a1 sent
	said a2 silent
	wait_for 20 still
	unharmed 32
	release
	given_back
}

@test "six at once, each in its own way, and silent connections besides: bounded together, and given back" {
	attack a1 parts 4000 80000 bulk
	attack a2 parts 4000 80000
	attack a3 parts 300000 1
	attack a4 parts 20000 1000 bulk
	attack a5 hellos 40000
	attack a6 mute 300
	for one in a1 a2 a3 a4 a5; do said $one sent; done
	said a6 silent
	unharmed 96
	release
	given_back
}

@test "descriptors used up by who says nothing: a word in log and status, no core that spins, and it is over when they go" {
	local fd open=() ticks began
	"$VANTHU" lab stop "$LAB" top -q >/dev/null
	(ulimit -n 60; start_lab top)
	PID=$(pid_of top)
	wait_for 20 up h
	for _ in $(seq 100); do
		{ exec {fd}<>"/dev/tcp/127.0.0.1/${ENDPOINT##*:}"; } 2>/dev/null && open+=("$fd")
	done
	logged 'event=descriptors-short error=VT-5008'
	wait_for 10 alarmed
	# The time of the processor that it took, beside what passed: a core that spins takes all of it.
	ticks=$(awk '{ print $14 + $15 }' "/proc/$PID/stat") began=$(awk '{ print int($1 * 100) }' /proc/uptime)
	for _ in $(seq 20); do v top status >/dev/null; done
	(((($(awk '{ print $14 + $15 }' "/proc/$PID/stat") - ticks)) * 10 < ($(awk '{ print int($1 * 100) }' /proc/uptime) - began) * 6))
	up h
	for fd in "${open[@]}"; do exec {fd}>&-; done
	wait_for 30 eval '! alarmed'
	v top send doc.txt --to h --type CV --number 7-CV/ĐU --subject "lại đủ" --wait delivered --timeout 120 >/dev/null
}
