# Daemons killed with -9 while documents pass.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { end_lab; }

@test "documents down, up and across while daemons are killed at random: none lost, none doubled" {
	make_lab
	start_lab
	run -0 "$ROOT/tests/system/chaos.sh" "$LAB" 40 4000000 20261124
	echo "$output"
	[[ $output == *"lost 0, doubled 0"* ]]
}

@test "kill -9 of the relay during a stream of documents loses nothing" {
	make_lab
	start_lab
	local i
	printf 'x\n' >doc.txt
	for i in $(seq 1 60); do
		v btp send doc.txt --to cb-tochuc,cb-nghiepvu --type CV --number "$i-CV/ĐU" --subject "dòng $i" -q >/dev/null
		if [ $((i % 15)) = 0 ]; then kill9 thads; start_lab thads; fi
	done
	wait_for 30 eval "[ \"\$(\"$VANTHU\" -c $LAB/cb-tochuc inbox --json | jq '.data | length')\" = 60 ]"
	wait_for 30 eval "[ \"\$(\"$VANTHU\" -c $LAB/cb-nghiepvu inbox --json | jq '.data | length')\" = 60 ]"
	wait_for 30 eval "[ \"\$(\"$VANTHU\" -c $LAB/btp outbox --state delivered --json | jq '.data | length')\" = 60 ]"
}

# The transfer is resumed, not begun again: what was on disk is not asked for a second time.
resume_after() { # WHO is killed
	# A small window: slow enough to be killed in the middle of it.
	make_lab "$ROOT/etc/demo-tree.yaml" $'log_level: debug\nlink: {bulk_window: 64K}'
	start_lab
	random_file large.bin 300000000
	v btp send large.bin --to thads --type CV --number 9-CV/ĐU --subject "lớn" -q >/dev/null
	wait_for 20 eval "[ \$(stat -c %b $LAB/thads/data/incoming/*.part 2>/dev/null || echo 0) -gt 40000 ]"
	kill9 "$1"
	[ "$(v thads inbox --json 2>/dev/null | jq '.data | length')" = 0 ] || [ "$1" = thads ]
	local before
	before=$(stat -c %b "$LAB"/thads/data/incoming/*.part)
	[ "$before" -gt 40000 ]
	start_lab
	wait_for 60 eval "[ \"\$(\"$VANTHU\" -c $LAB/btp show 9-CV/ĐU --json | jq -r .data.state)\" = delivered ]"
	v thads save 9-CV/ĐU --to saved -q >/dev/null
	cmp large.bin saved/large.bin
}

@test "an attachment of 300 MB is resumed after a crash of the receiver" { resume_after thads; }

@test "an attachment of 300 MB is resumed after a crash of the sender" { resume_after btp; }

log_of() { cat "$LAB/$1/vanthud.log"; }

# The sender does not hash all that it sends: the receiver does. It says so, the sender looks, and nobody is cut off for a bad disk.
@test "content damaged on the sender's disk is not taken, is named there, and arrives once the disk is mended" {
	make_lab
	start_lab
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	random_file large.bin 300001
	v btp send large.bin --to thads --type CV --number 11-CV/ĐU --subject "hỏng đĩa" -q >/dev/null
	local stored
	stored=$(find "$LAB/btp/data/files" -name "$(sha256sum large.bin | cut -d' ' -f1)")
	printf 'damage' | dd of="$stored" bs=1 seek=100000 conv=notrunc status=none
	start_lab thads
	wait_for 30 eval "grep -q 'event=fetch-failed committee=btp .*VT-3009' $LAB/thads/vanthud.log"
	wait_for 30 eval "grep -q 'event=file-damaged .*committee=thads' $LAB/btp/vanthud.log"
	wait_for 30 eval "grep -q 'event=fetch-failed committee=btp .*VT-4003' $LAB/thads/vanthud.log"
	! log_of thads | grep -q 'event=link-cut-off'
	[ "$(v thads inbox --json | jq '.data | length')" = 0 ]
	cp large.bin "$stored"
	wait_for 30 eval "[ \"\$(\"$VANTHU\" -c $LAB/btp show 11-CV/ĐU --json | jq -r .data.state)\" = delivered ]"
	v thads save 11-CV/ĐU --to saved -q >/dev/null
	cmp large.bin saved/large.bin
}

@test "a daemon stops when told, and says why" {
	make_lab
	start_lab
	local pid
	pid=$(pid_of btp)
	kill -TERM "$pid"
	wait_for 3 ended "$pid"
	grep -q 'event=stopping' "$LAB/btp/vanthud.log"
}

# Runs in a mount namespace of its own: the recipient's disk is small, and full.
full_disk() {
	cd "$1" || return 1
	mkdir -p "$LAB/cb-tochuc/data"
	mount -t tmpfs -o size=60m tmpfs "$LAB/cb-tochuc/data" || return 77
	start_lab
	local i
	for i in $(seq 8); do
		random_file "doc$i.bin" 9000000
		v btp send "doc$i.bin" --to cb-tochuc --type CV --number "$i-CV/ĐU" --subject "đầy $i" -q >/dev/null || return 1
	done
	# It stops taking attachments before the disk is full, and goes on running.
	wait_for 20 grep -q 'event=room submissions=0' "$LAB/cb-tochuc/vanthud.log" || return 1
	[ "$(df --output=avail "$LAB/cb-tochuc/data" | tail -1)" -gt 8000 ] || return 1
	[ "$(v btp outbox --state delivered --json | jq '.data | length')" -lt 8 ] || return 1
	mount -o remount,size=400m "$LAB/cb-tochuc/data"
	wait_for 40 eval "[ \"\$(\"$VANTHU\" -c $LAB/btp outbox --state delivered --json | jq '.data | length')\" = 8 ]" || return 1
	for i in $(seq 8); do
		v cb-tochuc save "$i-CV/ĐU" --to out -q >/dev/null || return 1
		cmp "doc$i.bin" "out/doc$i.bin" || return 1
	done
	stop_lab
}

@test "a full disk at the recipient loses nothing, leaves the reserve, and drains when there is room" {
	unshare -m true 2>/dev/null || skip "no mount namespace here"
	make_lab "$ROOT/etc/demo-tree.yaml" "store: {reserve: 12M, map: 256M}"
	export LAB VANTHU ROOT
	export -f full_disk start_lab stop_lab v random_file wait_for
	run unshare -m bash -c 'full_disk "$1"' _ "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" != 77 ] || skip "no tmpfs here"
	[ "$status" = 0 ]
}
