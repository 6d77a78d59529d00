#!/bin/bash
# Documents down, up and across while daemons are killed with -9 at random; then set algebra: what was accepted must be everywhere it was
# addressed to, once, byte for byte, and counted once in the digital share.   chaos.sh LAB DOCUMENTS LARGEST_BYTES [SEED]
set -u
LAB=$1 DOCUMENTS=$2 LARGEST=$3 RANDOM=${4:-$$}
HERE=$(cd "$(dirname "$0")" && pwd)
VANTHU=$HERE/../../build/vanthu
export LC_ALL=C.UTF-8 LANGUAGE=en
WORK=$LAB/chaos
. "$HERE/count_share.bash"
mkdir -p "$WORK/files" "$WORK/saved"
mapfile -t IDS < <("$VANTHU" lab status "$LAB" --json | jq -r '.data[].committee')
TOP=btp
kills=0

pick() { echo "${IDS[RANDOM % ${#IDS[@]}]}"; }
fail() { echo "chaos: $*" >&2; exit 1; }

# A random daemon dies and comes back; sends on it fail meanwhile and are repeated under the same id.
kill_one() {
	local id pid
	id=$(pick)
	pid=$(cat "$LAB/$id/vanthud.pid")
	kill -9 "$pid" 2>/dev/null && kills=$((kills + 1))
	while kill -0 "$pid" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do :; done
	"$VANTHU" lab start "$LAB" "$id" -q >/dev/null || fail "$id does not start again"
}

send_one() { # NUMBER
	local n=$1 from to size urgency file uuid out tries=0
	from=$(pick)
	case $((RANDOM % 5)) in
	0) from=$TOP to=subtree ;;
	1) to=superior; while [ "$from" = $TOP ]; do from=$(pick); done ;;
	2) from=$TOP to=subordinates ;;
	*) to=$(pick); while [ "$to" = "$from" ]; do to=$(pick); done ;;
	esac
	case $((RANDOM % 10)) in
	0) size=$((LARGEST / 2 + RANDOM * 32768 % (LARGEST / 2 + 1))) ;;
	1 | 2 | 3) size=$((RANDOM * 30 + 40000)) ;;
	*) size=$((RANDOM + 1000)) ;;
	esac
	[ "$size" -le "$LARGEST" ] || size=$LARGEST
	urgency=thuong
	[ $((RANDOM % 4)) != 0 ] || urgency=hoa-toc
	file=$WORK/files/doc-$n.bin
	head -c "$size" /dev/urandom >"$file"
	uuid=$(printf '%012x-7%03x-%04x-%012x' "$(date +%s%3N)" $((RANDOM % 4096)) $((32768 + RANDOM % 16384)) $((RANDOM * 32768 + RANDOM)))
	uuid=${uuid:0:8}-${uuid:8}
	until out=$("$VANTHU" -c "$LAB/$from" send "$file" --to "$to" --type CV --number "$n-CV/X" --subject "Tài liệu $n" --urgency "$urgency" \
		--id "$uuid" --json --timeout 60 2>/dev/null); do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "send $n from $from: $out"
		"$VANTHU" lab start "$LAB" "$from" -q >/dev/null 2>&1 || true
	done
	jq -r --arg n "$n" --arg from "$from" '.data | [$n, $from, .id, (.recipients | join(" "))] | @tsv' <<<"$out" >>"$WORK/accepted.tsv"
}

# A document on paper, registered under one id until it is answered; every fifth is cancelled again.
paper_one() {
	local n=$1 at uuid way=in tries=0
	at=${IDS[n % ${#IDS[@]}]}
	[ $((n % 2)) = 0 ] || way=out
	uuid=$(printf '%012x-7%03x-%04x-%012x' "$(date +%s%3N)" $((n % 4096)) $((32768 + n % 16384)) "$n")
	uuid=${uuid:0:8}-${uuid:8}
	until "$VANTHU" -c "$LAB/$at" paper add $way --type CV --number "$n-CV/P" --subject "Giấy $n" --date "2026-0$((n % 9 + 1))-15" --id "$uuid" -q >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "paper $n at $at"
		"$VANTHU" lab start "$LAB" "$at" -q >/dev/null 2>&1 || true
	done
	[ $((n % 5)) = 0 ] || return 0
	until "$VANTHU" -c "$LAB/$at" paper cancel "$uuid" --reason "nhập nhầm" -q >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "paper cancel $n at $at"
		"$VANTHU" lab start "$LAB" "$at" -q >/dev/null 2>&1 || true
	done
}

: >"$WORK/accepted.tsv"
for ((n = 1; n <= DOCUMENTS; n++)); do
	send_one "$n"
	[ $((n % 3)) != 0 ] || paper_one "$n"
	[ $((RANDOM % 3)) != 0 ] || kill_one
done
"$VANTHU" lab start "$LAB" -q >/dev/null || fail "lab does not start"

# Everything drains.
end=$((SECONDS + 600)) # for what hangs; a busy machine drains too
while IFS=$'\t' read -r n from id recipients; do
	until [ "$("$VANTHU" -c "$LAB/$from" show "$id" --json 2>/dev/null | jq -r .data.state)" = delivered ]; do
		[ "$SECONDS" -lt "$end" ] || fail "document $n ($id) of $from not delivered: $("$VANTHU" -c "$LAB/$from" trace "$id" --plain)"
		read -rt 0.1 <> <(:) || true
	done
done <"$WORK/accepted.tsv"

# Each recipient has it once, byte for byte, with a good signature.
copies=0
while IFS=$'\t' read -r n from id recipients; do
	for to in $recipients; do
		count=$("$VANTHU" -c "$LAB/$to" inbox --json | jq --arg id "$id" '[.data[] | select(.id == $id)] | length')
		[ "$count" = 1 ] || fail "document $n is $count times at $to"
		rm -rf "$WORK/saved/one"
		"$VANTHU" -c "$LAB/$to" save "$id" --to "$WORK/saved/one" -q >/dev/null || fail "save $n at $to"
		cmp -s "$WORK/files/doc-$n.bin" "$WORK/saved/one/doc-$n.bin" || fail "document $n differs at $to"
		[ "$("$VANTHU" -c "$LAB/$to" verify "$id" --json | jq .data.valid)" = true ] || fail "document $n does not verify at $to"
		copies=$((copies + 1))
	done
	[ "$("$VANTHU" -c "$LAB/$from" verify "$id" --json | jq .data.valid)" = true ] || fail "document $n does not verify at $from"
done <"$WORK/accepted.tsv"
expected=$(awk -F'\t' '{n += split($4, a, " ")} END {print n}' "$WORK/accepted.tsv")
held=0
for to in "${IDS[@]}"; do held=$((held + $("$VANTHU" -c "$LAB/$to" inbox --json | jq '.data | length'))); done
[ "$held" = "$expected" ] || fail "$held documents in inboxes, $expected expected"
for at in "${IDS[@]}"; do
	difference=$(count_share "$LAB/$at") || fail "the digital share of $at: $difference"
done
echo "chaos: $DOCUMENTS documents, $copies copies equal and verified, $kills kills, lost 0, doubled 0"
