# Nothing leaves before its commit, shown on the daemon that is shipped: strace watches its system calls, holds its syncs back, or makes
# them fail. CURVE hides what a frame says, so the neighbour is asked what has arrived. The canary, a daemon that acts before it commits,
# must fail each of these checks, or they would prove nothing.
#
# LMDB's commit is: pages, fdatasync, then the meta page on a descriptor with O_DSYNC. Both must have returned.

# How long a sync is held back: long against what a command takes here and now, or a canary's early answer would come too late to be caught.
hold_long_enough() {
	local began
	began=$(now_us)
	for _ in 1 2 3 4 5; do "$VANTHU" lab status "$LAB" >/dev/null; done
	HOLD_US=$(($(now_us) - began))
	HOLD_US=$((HOLD_US > 1000000 ? HOLD_US : 1000000))
}

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	strace -D -qq -o /dev/null true 3>&- || skip "strace may not trace here"
	CANARY="$ROOT/build/canary-early-ack/vanthud"
	SHIPPED="$ROOT/build/vanthud"
	printf 'committees:\n  - {id: btp, name: "A", symbol: "ĐU"}\n  - {id: thads, name: "B", symbol: "ĐUTHA", superior: btp}\n' >tree.yaml
	make_lab tree.yaml
	printf 'x\n' >doc.txt
}
teardown() { end_lab; }

now_us() { echo "${EPOCHREALTIME/./}"; }

# Starts DAEMON for ID under strace. With -D the daemon keeps its own pid, so that the lab knows it as its own.
traced() { # DAEMON ID OPTION…
	local daemon=$1 id=$2 pid
	shift 2
	strace -D -f -qq "$@" "$daemon" -c "$LAB/$id/vanthud.yaml" >/dev/null 2>>"$LAB/$id/vanthud.log" </dev/null 3>&- &
	pid=$!
	echo $pid >"$LAB/$id/vanthud.pid"
	wait_for 20 eval "ended $pid || \"$VANTHU\" -c $LAB/$id status -q"
	! ended $pid
}
held() { hold_long_enough; traced "$1" "$2" -o held -e trace=fdatasync -e inject=fdatasync:delay_enter=$HOLD_US; }

# Runs DAEMON for ID, and once it has greeted its NEIGHBOUR every sync of it fails; each is held back first, so that what leaves too early
# has the time to. Attached only then, because how many syncs a start takes is nobody's promise.
failing() { # DAEMON ID NEIGHBOUR
	local pid
	"$1" -c "$LAB/$2/vanthud.yaml" >/dev/null 2>>"$LAB/$2/vanthud.log" </dev/null 3>&- &
	pid=$!
	echo $pid >"$LAB/$2/vanthud.pid"
	wait_for 20 "$VANTHU" -c "$LAB/$2" status -q
	quiet "$2" "$3"
	strace -f -qq -o failing -e trace=fdatasync -e inject=fdatasync:error=EIO:delay_enter=600000 -p $pid 2>>"$LAB/$2/strace.log" 3>&- &
	wait_for 20 attached $pid
}
attached() { ! grep -q '^TracerPid:.0$' /proc/"$1"/task/*/status; }

# All that was under way between the two is done: a ping is answered in its turn, after what came before it.
quiet() { wait_for 20 "$VANTHU" -c "$LAB/$1" link ping "$2" -q; }
queued() { "$VANTHU" -c "$LAB/btp" link show thads --json | jq .data.queued; }
delivered() { "$VANTHU" -c "$LAB/btp" outbox --state delivered --json | jq '.data | length'; }
send() { "$VANTHU" -c "$LAB/btp" send doc.txt --to thads --type CV --number "$1-CV/ĐU" --subject "thứ tự $1" -q >/dev/null; }

# ---- the checks: each says what left before its sync, and fails ----

reply_follows_sync() { # DAEMON: by the order of its calls, whichever thread commits
	local i
	start_lab thads
	traced "$1" btp -yy -o calls -e trace=recvfrom,sendto,fdatasync,pwrite64
	quiet btp thads
	for i in $(seq 20); do send "$i"; done
	# A call has a line, or two where another thread's came between. A thread stands still while its call is written down, so what another
	# does because of it comes after. A commit counts for what was asked for before its sync began; the write after a sync is its meta page.
	awk '
		{ thread = $1; sub(/^[0-9]+ +/, ""); begins = !/^<\.\.\./; ends = !/<unfinished/ }
		begins { began[thread] = NR; sent_after[thread] = committed }
		!begins { sub(/^<[^>]*>/, ""); $0 = first[thread] $0 }
		!ends { sub(/ *<unfinished.*/, ""); first[thread] = $0; next }
		/^fdatasync\(.*data\.mdb>.* = 0/ { synced = began[thread] }
		/^pwrite64\(.*data\.mdb>.* = [0-9]+/ { if (synced) committed = synced; synced = 0 }
		/office\.sock/ { match($0, /\([0-9]+/); fd = substr($0, RSTART + 1, RLENGTH - 1) }
		/^recvfrom\(.*office\.sock.* = [1-9]/ { asked[fd] = NR }
		/^sendto\(.*office\.sock.* = [1-9]/ {
			answers++
			if (answers % 2 == 1) next # the types of documents: each send asks for them first
			if (!(asked[fd] < sent_after[thread])) { print "a reply left before its sync: line " NR; bad = 1 }
		}
		END { print answers " answers"; exit bad || answers != 40 }
	' calls
}

held_sync_holds_reply() { # DAEMON
	local began i
	start_lab thads
	held "$1" btp
	for i in 1 2; do
		quiet btp thads
		began=$(now_us)
		send $i
		if [ $(($(now_us) - began)) -lt $HOLD_US ]; then echo "a reply left before its sync returned"; return 1; fi
	done
}

# Turns overlap then: each answer waits for a commit that began after its own submission.
held_sync_holds_each_of_many() { # DAEMON
	local i began
	rm -f took.*
	start_lab thads
	held "$1" btp
	quiet btp thads
	for i in $(seq 8); do
		(
			began=$(now_us)
			send $i
			echo $(($(now_us) - began)) >took.$i
		) 3>&- &
		[ $((i % 3)) != 0 ] || quiet btp thads # some of them while a commit is under way
	done
	wait_for 60 eval '[ "$(ls took.* 2>/dev/null | wc -l)" = 8 ]'
	for i in $(seq 8); do
		wait_for 5 test -s took.$i
		if [ "$(cat took.$i)" -lt $HOLD_US ]; then echo "a reply left before its sync returned"; return 1; fi
	done
	[ "$(v btp outbox --json | jq '.data | length')" = 8 ]
}

held_sync_holds_acknowledgement() { # DAEMON: the document's, and its receipt
	local began i
	start_lab btp
	held "$1" thads
	for i in 1 2; do
		quiet thads btp
		began=$(now_us)
		send $i
		wait_for 15 eval '[ "$(queued)" = 0 ]'
		if [ $(($(now_us) - began)) -lt $HOLD_US ]; then echo "an acknowledgement left before its sync returned"; return 1; fi
		wait_for 15 eval "[ \"\$(delivered)\" = $i ]"
		if [ $(($(now_us) - began)) -lt $HOLD_US ]; then echo "a receipt left before its sync returned"; return 1; fi
	done
}

failed_sync_gives_no_reply() { # DAEMON
	local accepted=0 kept
	start_lab thads
	failing "$1" btp thads
	if send 1; then accepted=1; fi
	wait_for 20 ended "$(pid_of btp)"
	grep -q 'event=turn-failed' "$LAB/btp/vanthud.log"
	start_lab btp
	kept=$(v btp outbox --json | jq '.data | length')
	echo "accepted $accepted, kept $kept"
	[ "$kept" = 0 ] || return 2
	if [ $accepted != 0 ]; then echo "a reply left before its sync, which failed"; return 1; fi
}

failed_sync_gives_no_acknowledgement() { # DAEMON
	local acknowledged receipts kept
	start_lab btp
	failing "$1" thads btp
	send 1
	wait_for 20 ended "$(pid_of thads)"
	grep -q 'event=turn-failed' "$LAB/thads/vanthud.log"
	acknowledged=$((1 - $(queued))) receipts=$(delivered)
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	start_lab thads
	kept=$(v thads inbox --json | jq '.data | length')
	echo "acknowledged $acknowledged, receipts $receipts, kept $kept"
	[ "$kept" = 0 ] || return 2
	if [ $acknowledged != 0 ] || [ "$receipts" != 0 ]; then echo "an acknowledgement left before its sync, which failed"; return 1; fi
	start_lab btp
	wait_for 20 eval '[ "$(delivered)" = 1 ]'
}

caught() { # CHECK: the canary fails it, for the right reason
	local round
	# A commit of the daemon's own may come just before a submission's: then nothing was asked for in it, and it is tried again.
	for round in 1 2 3; do
		run "$1" "$CANARY"
		echo "$output"
		[ "$status" = 0 ] || break
		stop_lab
		rm -rf "$LAB"
		make_lab tree.yaml
	done
	[ "$status" = 1 ]
	[[ $output == *"left before its sync"* ]]
}

@test "each of 20 submissions is answered after the fdatasync and the meta page of its commit" { reply_follows_sync "$SHIPPED"; }

@test "while a sync is held back the submitter gets no answer" { held_sync_holds_reply "$SHIPPED"; }

@test "while syncs are held back none of eight submitters gets an answer before its own" { held_sync_holds_each_of_many "$SHIPPED"; }

@test "while a sync is held back the neighbour gets no acknowledgement and no receipt" { held_sync_holds_acknowledgement "$SHIPPED"; }

@test "a sync that fails ends the daemon, and what it would have answered was never said" { failed_sync_gives_no_reply "$SHIPPED"; }

@test "a sync that fails at the recipient: no acknowledgement, no receipt, and all arrives after a restart" {
	failed_sync_gives_no_acknowledgement "$SHIPPED"
}

@test "canary: a daemon that answers early is caught in the order of its calls" { caught reply_follows_sync; }

@test "canary: a daemon that answers early is caught by a sync held back" { caught held_sync_holds_reply; }

@test "canary: a daemon that answers early is caught when turns overlap" { caught held_sync_holds_each_of_many; }

@test "canary: a daemon that acknowledges early is caught by a sync held back" { caught held_sync_holds_acknowledgement; }

@test "canary: a daemon that answers early is caught by a sync that fails" { caught failed_sync_gives_no_reply; }

@test "canary: a daemon that acknowledges early is caught by a sync that fails" { caught failed_sync_gives_no_acknowledgement; }
