# Urgent before bulk: a hỏa tốc overtakes a large attachment on the same link, and memory stays small meanwhile.
# URGENT_BYTES is the size of the attachment; the full trial is URGENT_BYTES=1073741824.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'Y'
		committees:
		  - {id: tinh, name: "Tỉnh ủy", symbol: "TU"}
		  - {id: huyen, name: "Huyện ủy", symbol: "HU", superior: tinh}
	Y
	make_lab "$PWD/tree.yaml"
	start_lab
	export LAB BYTES=${URGENT_BYTES:-268435456}
	printf 'Hỏa tốc\n' >hoa-toc.txt
	random_file so-do.bin 200000
	random_file phu-luc.bin "$BYTES"
}
teardown_file() { load common; end_lab; rm -rf "$BATS_FILE_TMPDIR"/{lab,phu-luc.bin}; }
teardown() { keep_logs; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }

# Bytes of the attachment that the receiver has on disk and not yet settled.
fetched_bytes() { find "$LAB/huyen/data/incoming" -name '*.part' -size +"$((BYTES / 2))"c -printf '%b\n' | awk '{ n += $1 } END { print n * 512 + 0 }'; }
moving() { [ "$(fetched_bytes)" -gt 0 ]; }
state_of() { v tinh trace "$1" --json | jq -r .data.state; }

# When something happened, as the signed records have it: only the order counts.
at_ms() { # NUMBER EVENT
	v tinh trace "$1" --json | jq --arg event "$2" '[.data.hops[] | select(.event == $event) | .at
		| (sub("\\.[0-9]+"; "") | fromdate * 1000) + ((capture("\\.(?<ms>[0-9]{3})").ms // "0") | tonumber)] | max'
}

send_urgent() { # NUMBER FILE…
	local number=$1
	shift
	v tinh send "$@" --to huyen --type CV --number "$number" --subject "Hỏa tốc" --urgency hoa-toc --wait delivered --timeout 120 -q >/dev/null
}

# Urgent ones until the large one is whole; `overtook` says how many were delivered before it, by the records.
beside_large() { # NUMBER of the large one
	local number=$1 first=$((n + 1)) i whole=0 large
	v tinh send hoa-toc.txt phu-luc.bin --to huyen --type KH --number "$number" --subject "Kế hoạch" -q >/dev/null
	wait_for 60 moving
	while [ "$whole" = 0 ]; do
		n=$((n + 1))
		# Every second one has a file of its own, which shares the bulk connection.
		if ((n % 2)); then send_urgent "$n-CV/TU" hoa-toc.txt; else send_urgent "$n-CV/TU" hoa-toc.txt so-do.bin; fi
		[ "$(state_of "$number")" = delivered ] && whole=1
		echo "urgent $n: large one $([ $whole = 1 ] && echo whole || echo moving)"
	done
	large=$(at_ms "$number" delivered)
	for ((i = first; i <= n; i++)); do [ "$(at_ms "$i-CV/TU" delivered)" -ge "$large" ] || overtook=$((overtook + 1)); done
}

@test "hỏa tốc documents arrive while a large attachment moves on the same link" {
	local n=0 i overtook=0
	# On a busy machine a command may take longer to start than the large one to arrive: then there was nothing to overtake, and another follows.
	for ((i = 1; i <= 8 && overtook == 0; i++)); do
		printf '%d' "$i" >>phu-luc.bin
		beside_large "$i-KH/TU"
	done
	echo "# $overtook documents of $n overtook $BYTES bytes" >&3
	[ "$overtook" -ge 1 ]
	v huyen save "$((i - 1))-KH/TU" --to saved -q >/dev/null
	cmp phu-luc.bin saved/phu-luc.bin
}

@test "no daemon was larger than 64 MiB at any moment of it" {
	local who kib
	for who in tinh huyen; do
		kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$(pid_of "$who")/status")
		echo "$who: at most $kib KiB resident"
		[ "$kib" -le 65536 ]
	done
}
