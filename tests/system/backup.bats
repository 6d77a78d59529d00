# Backups made while a daemon works, cut off, damaged, verified and restored: whatever happens, nothing half-made is taken for whole, and what
# was acknowledged before a backup began is in it.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() {
	load common
	[ ! -e load.pid ] || kill "$(cat load.pid)" 2>/dev/null || true
	[ ! -e other.pid ] || kill "$(cat other.pid)" 2>/dev/null || true
	end_lab
	[ ! -f mounts ] || while read -r folder; do umount -l "$folder"; done <mounts
}

# A disk of its own, so that contents are copied and not linked. 1: none can be had here.
mounted() { # OPTIONS FOLDER
	[ "$(id -u)" = 0 ] && mkdir -p "$2" && mount -t tmpfs -o "$1,mode=700" tmpfs "$2" 2>/dev/null && echo "$2" >>mounts
}

# Sends one document with an attachment of its own; its id and the digest of the attachment go into `acked` when it is accepted.
send_one() { # N BYTES
	local id
	random_file "a-$1.bin" "$2"
	printf 'Văn bản %s\n' "$1" >"d-$1.txt"
	id=$(v btp send "d-$1.txt" "a-$1.bin" --to thads --type CV --number "$1-CV/ĐU" --subject "Số $1" --json | jq -r .data.id)
	[ -n "$id" ] && echo "$id $(sha256sum <"a-$1.bin" | cut -d' ' -f1)" >>acked
}

# Documents all the time, until the file `enough` is there.
load_begins() {
	(n=1000
	while [ ! -e enough ]; do send_one $((n++)) 70000 || true; done) >load.log 2>&1 3>&- &
	echo $! >load.pid
}
load_ends() { touch enough; wait "$(cat load.pid)" 2>/dev/null || true; rm -f load.pid enough; }

new_of() { jq -r .data.new_contents; }
whole() { "$VANTHU" backup list "$1" --json | jq '[.data[] | select(.state == "whole")] | length'; }
# Of backups and of contents: nothing else may be in a folder of backups.
nothing_half_made() { # DIR
	local name
	for name in "$1"/2*; do [ -s "$name/manifest" ] && [ -s "$name/data.mdb" ] || return 1; done
	"$VANTHU" backup verify "$1" >/dev/null
}

# Starts it again with a disk that takes its time: what happens while a backup is made then does.
on_a_slow_disk() { # ID
	"$VANTHU" lab stop "$LAB" "$1" -q >/dev/null
	SLOW_SYNC_US=200000 LD_PRELOAD="$ROOT/build/tests/slow_sync.so" start_lab "$1"
}
# The store is copied, and its contents are being.
at_contents() { wait_for 60 test -e "$1/.making/manifest"; } # DIR

# A second machine: the configuration of the committee elsewhere, with the data of the backup.
restored_elsewhere() { # ID DIR [options]
	local id=$1 dir=$2
	shift 2
	mkdir -p other
	cp -a "$LAB/$id" "$LAB/registry" other/
	rm -rf "other/$id/data" "other/$id/run" "other/$id/vanthud.pid"
	"$VANTHU" -c "other/$id" backup restore "$dir" "$@"
}
start_other() { # ID
	"$ROOT/build/vanthud" -c "$PWD/other/$1/vanthud.yaml" >>"other/$1/vanthud.log" 2>&1 3>&- &
	echo $! >other.pid
	wait_for 20 "$VANTHU" -c "other/$1" status
}

@test "a backup under load has all that was acknowledged before it began, verifies, and a daemon starts on it" {
	local id digest n
	make_lab
	start_lab
	for n in 1 2 3 4 5; do send_one $n 100000; done
	load_begins
	wait_for 20 test "$(wc -l <acked)" -ge 5
	cp acked before
	v btp backup create bk --json >made
	[ "$(jq .data.missing made)" = 0 ]
	[ "$(jq .data.contents made)" -ge 5 ]
	# and again, while they go on coming
	wait_for 60 eval '[ "$(wc -l <acked)" -gt "$(wc -l <before)" ]'
	cp acked before
	v btp backup create bk --json >made
	load_ends
	"$VANTHU" backup verify bk --json | jq -e '.data | .valid and .records > 50 and .faults == []'
	stop_lab
	restored_elsewhere btp bk
	grep -q '^vanthu-restored 1$' other/btp/data/restored
	grep -q "^backup $(jq -r .data.name made)\$" other/btp/data/restored
	start_other btp
	"$VANTHU" -c other/btp outbox --json | jq -r '.data[].id' >there
	while read -r id digest; do
		grep -qx "$id" there
		rm -rf saved
		mkdir saved
		"$VANTHU" -c other/btp save "$id" --to saved >/dev/null
		[ "$(sha256sum saved/*/*.bin saved/*.bin 2>/dev/null | cut -d' ' -f1)" = "$digest" ]
	done <before
	"$VANTHU" -c other/btp target recount --json | jq -e .data.equal
}

@test "the second backup copies only what is new, on another disk and on the same one" {
	local dir
	make_lab
	start_lab btp thads
	send_one 1 300000
	send_one 2 300000
	mounted size=64m disk || mkdir disk
	for dir in disk/bk bk; do
		[ "$(v btp backup create $dir --json | new_of)" = 2 ]
		[ "$(v btp backup create $dir --json | new_of)" = 0 ]
		[ "$(find $dir/files -type f | wc -l)" = 2 ]
	done
	# on the same disk they are the same blocks
	[ "$(find bk/files -type f -links +1 | wc -l)" = 2 ]
	send_one 3 300000
	[ "$(v btp backup create disk/bk -n --json | new_of)" = 1 ]
	[ "$(v btp backup create disk/bk --json | new_of)" = 1 ]
	[ "$(whole disk/bk)" = 3 ]
	# the oldest go, and contents stay that others need
	v btp backup create disk/bk --keep 2 --json | jq -e '.data.removed == 2'
	[ "$(whole disk/bk)" = 2 ]
	[ "$(find disk/bk/files -type f | wc -l)" = 3 ]
	"$VANTHU" backup verify disk/bk
	# and what none needs goes
	echo lost >"disk/bk/files/ab/ab$(printf '0%.0s' {1..62})"
	"$VANTHU" backup prune disk/bk --keep 1 --json | jq -e '.data | .removed == 1 and .contents == 1'
	"$VANTHU" backup verify disk/bk
}

@test "killed in the middle, nothing is taken for whole, and the next one goes on" {
	local n who
	make_lab
	start_lab btp thads
	mounted size=100m disk || mkdir disk
	for n in 1 2 3 4 5 6 7 8; do send_one $n 100000; done
	for n in 1 2 3; do
		on_a_slow_disk btp
		(v btp backup create disk/bk >/dev/null 2>&1 || true) 3>&- &
		if [ $n = 1 ]; then wait_for 60 test -e disk/bk/.making; else wait_for 60 eval '[ "$(find disk/bk/files -name "[0-9a-f]*" -type f | wc -l)" -ge $n ]'; fi
		kill_daemon btp
		wait
		[ "$(find disk/bk -maxdepth 1 -name '2*' | wc -l)" = 0 ]
		run -4 "$VANTHU" backup verify disk/bk
		start_lab btp
	done
	v btp backup create disk/bk --json >made
	[ "$(jq .data.contents made)" = 8 ]
	[ "$(new_of <made)" -lt 8 ] # some were there
	nothing_half_made disk/bk
	[ ! -e disk/bk/.making ] && [ ! -e disk/bk/files/.part ]
	[ "$(find disk/bk/files -type f | wc -l)" = 8 ]
	# who asked goes away: it ends, and is none
	on_a_slow_disk btp
	for n in 9 10 11; do send_one $n 100000; done
	"$VANTHU" -c "$LAB/btp" backup create disk/bk >/dev/null 2>&1 3>&- &
	who=$!
	wait_for 60 test -e disk/bk/.making
	kill -9 $who
	wait_for 60 grep -q 'event=backup-failed .*VT-5007' "$LAB/btp/vanthud.log"
	[ "$(whole disk/bk)" = 1 ]
	[ ! -e disk/bk/.making ]
}

@test "a disk that is full is said, leaves nothing half-made, and is gone on with when there is room" {
	local n
	make_lab
	start_lab btp thads
	mounted size=3m disk || skip "no file system can be mounted here"
	for n in 1 2 3 4 5 6 7 8; do send_one $n 600000; done
	run -1 v btp backup create disk/bk
	[[ $output = *VT-4034* ]]
	[ "$(whole disk/bk)" = 0 ]
	[ ! -e disk/bk/.making ]
	run -4 "$VANTHU" backup verify disk/bk
	run -2 v btp check backup
	[[ $output = *VT-4034* ]]
	v btp status 2>&1 | grep -q VT-4034
	v btp check room # the store itself is not short of anything
	mount -o remount,size=32m disk
	v btp backup create disk/bk --json >made
	[ "$(jq .data.contents made)" = 8 ]
	[ "$(new_of <made)" -lt 8 ] # some were there
	nothing_half_made disk/bk
	v btp check backup
}

@test "content that becomes superfluous while a backup runs is in it, and goes after it" {
	local n who
	make_lab "$ROOT/etc/demo-tree.yaml" $'recall:\n  content: drop'
	start_lab btp thads
	for n in 1 2 3 4 5 6 7 8 9; do send_one $n 100000; done
	wait_for 60 eval '[ "$(v thads inbox --all --json | jq ".data | length")" = 9 ]'
	mounted size=200m disk || mkdir disk
	for n in 1 2 3 4 5 6 7 8 9; do v btp recall ask "$n-CV/ĐU" --reason "sai" -q >/dev/null; done
	wait_for 60 eval '[ "$(v thads inbox --all --json | jq "[.data[] | select(.work.recall == \"13\")] | length")" = 9 ]'
	# what was settled within five minutes is not dropped by the process that settled it
	on_a_slow_disk thads
	v thads backup create disk/bk --json >made 2>made.err 3>&- &
	who=$!
	at_contents disk/bk
	v thads recall agree 9-CV/ĐU -q >/dev/null
	[ -e disk/bk/.making ]
	v thads recall agree 1-CV/ĐU 2-CV/ĐU 3-CV/ĐU 4-CV/ĐU 5-CV/ĐU 6-CV/ĐU 7-CV/ĐU 8-CV/ĐU -q >/dev/null
	wait $who
	[ "$(jq .data.missing made)" = 0 ]
	[ "$(jq .data.contents made)" = 9 ]
	"$VANTHU" backup verify disk/bk
	wait_for 60 eval '[ "$(find "$LAB/thads/data/files" -type f | wc -l)" = 0 ]'
}

flip() { # FILE OFFSET
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "a flipped bit in the store, in a content and in the manifest is found, and nothing of it is restored" {
	local content good
	make_lab
	start_lab btp thads
	send_one 1 200000
	send_one 2 200000
	v btp backup create first >/dev/null
	stop_lab
	cp -r first bk # no second names of the files of the daemon
	good=$("$VANTHU" backup verify bk --json | jq .data.records)
	[ "$good" -gt 50 ]

	flip bk/2*/data.mdb 50000
	run -1 "$VANTHU" backup verify bk --json
	jq -e '.data | (.valid | not) and .faults[0].kind == "store"' <<<"$output"
	run -1 restored_elsewhere btp bk
	[[ $output = *VT-4035* ]]
	[ ! -e other/btp/data ] && [ ! -e other/btp/data.restoring ]
	flip bk/2*/data.mdb 50000

	content=$(find bk/files -type f | head -n 1)
	flip "$content" 100000
	run -1 "$VANTHU" backup verify bk --json
	jq -e --arg name "$(basename "$content")" '.data.faults == [{kind: "content", what: $name, fault: "a content is damaged"}]' <<<"$output"
	run -1 restored_elsewhere btp bk
	[ ! -e other/btp/data ]
	run -7 restored_elsewhere btp bk --no-verify
	[ -e other/btp/data/store/data.mdb ]
	[ ! -e "other/btp/data/${content#bk/}" ] # never served
	rm "$content"
	run -1 "$VANTHU" backup verify bk --json
	jq -e '.data.faults[0].kind == "absent"' <<<"$output"

	flip bk/2*/manifest 40
	run -1 "$VANTHU" backup verify bk --json
	jq -e '.data.faults[0].kind == "manifest"' <<<"$output"
	"$VANTHU" backup list bk | grep -q damaged
}

@test "a data folder that is a file system of its own is filled, and what a try that was cut off left is no data" {
	make_lab
	start_lab btp thads
	send_one 1 200000
	v btp backup create bk >/dev/null
	stop_lab
	mkdir -p other/btp
	mounted size=64m other/btp/data || skip "no file system can be mounted here"
	mkdir -p other/btp/data/.restoring/files other/btp/data/lost+found
	cp -a "$LAB/btp/"*.key "$LAB/btp/vanthud.yaml" other/btp/
	cp -a "$LAB/registry" other/
	"$VANTHU" -c other/btp backup restore bk
	[ ! -e other/btp/data/.restoring ]
	[ "$(stat -c %a other/btp/data/store)" = 700 ]
	start_other btp
	"$VANTHU" -c other/btp outbox --json | jq -e '.data | length == 1'
	kill "$(cat other.pid)"
	wait "$(cat other.pid)" || true
	run -6 "$VANTHU" -c other/btp backup restore bk
	[[ $output = *VT-4037* ]]
}

@test "a content that was lost before is named, and all the rest is backed up" {
	local content
	make_lab
	start_lab btp thads
	send_one 1 200000
	send_one 2 200000
	content=$(find "$LAB/btp/data/files" -type f | head -n 1)
	mv "$content" away
	run -7 v btp backup create bk --json
	jq -e '.data.missing == 1 and .data.contents == 1' <<<"$(head -n 1 <<<"$output")"
	grep -q "^missing $(basename "$content")\$" bk/2*/manifest
	"$VANTHU" backup verify bk --json | jq -e '.data.valid and .data.missing == 1'
	mv away "$content"
	[ "$(v btp backup create bk --json | jq .data.missing)" = 0 ]
}

@test "a folder of another committee, with other things, a link, and one that cannot be written to are refused" {
	make_lab
	start_lab btp thads
	v btp backup create bk >/dev/null
	run -6 v thads backup create bk
	[[ $output = *VT-4032*btp* ]]
	mkdir things && touch things/x
	run -6 v btp backup create things
	[[ $output = *VT-4031* ]]
	[ "$(ls -A things)" = x ]
	run -6 v btp backup create "$LAB/btp/data/bk"
	[[ $output = *VT-4031* ]]
	[ ! -e "$LAB/btp/data/bk" ]
	ln -s bk link
	run -1 v btp backup create link
	[[ $output = *VT-4033*link* ]]
	run -1 v btp backup create none/at/all
	[[ $output = *VT-4033* ]]
	run -4 "$VANTHU" backup list nowhere
	[[ $output = *VT-4036* ]]
	run -4 "$VANTHU" backup verify bk --backup 2020-01-01T000000.000Z
	# over data never, and not while the daemon runs
	run -1 v btp backup restore bk
	[[ $output = *VT-4005* ]]
	stop_lab
	run -6 v btp backup restore bk
	[[ $output = *VT-4037* ]]
	rm -r "$LAB/thads/data"
	run -6 v thads backup restore bk
	[[ $output = *VT-4032* ]]
	[ ! -e "$LAB/thads/data" ]
}

@test "one at a time, and who is refused does not disturb the other" {
	local n who
	make_lab
	start_lab btp thads
	mounted size=100m disk || mkdir disk
	for n in 1 2 3 4; do send_one $n 100000; done
	on_a_slow_disk btp
	v btp backup create disk/one >one 2>&1 3>&- &
	who=$!
	wait_for 60 test -e disk/one/.making
	run -6 v btp backup create disk/two
	[[ $output = *VT-4030* ]]
	[ ! -e disk/two ]
	# nor may anybody remove something there meanwhile
	run -6 "$VANTHU" backup prune disk/one --keep 1
	[[ $output = *VT-4030* ]]
	wait $who
	"$VANTHU" backup verify disk/one
	# the folder itself is locked against another daemon of the same committee
	exec 8<disk/one/vanthu-backups
	flock -x 8
	run -6 v btp backup create disk/one
	[[ $output = *VT-4030* ]]
	exec 8<&-
	v btp backup create disk/one
}

@test "check backup: never, fresh, too old, failed; part of all only once one was asked for" {
	make_lab "$ROOT/etc/demo-tree.yaml" $'backup:\n  max_age: 1s'
	start_lab btp thads
	run -1 v btp check backup
	[[ $output = *"there is no backup yet"* ]]
	[ "$(v btp check --json | jq '[.data.checks[] | select(.check == "backup")] | length')" = 0 ]
	v btp status --json | jq -e '.data.backup == null'
	v btp backup create bk >/dev/null
	v btp status --json | jq -e --arg bk "$PWD/bk" '.data.backup | .folder == $bk and .code == null and .bytes > 0 and .made_at != null'
	# critical at twice the age: some seconds
	wait_for 20 eval 'v btp check backup >said; [ $? = 2 ]'
	[ "$(v btp check --json | jq '[.data.checks[] | select(.check == "backup")] | length')" = 1 ]
	sed -i 's/max_age: 1s/max_age: 26h/' "$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 20 v btp check backup
	run v btp backup create /proc/nothing
	[ "$status" = 1 ]
	run -1 v btp check backup
	[[ $output = *VT-4033* ]]
	# it is remembered
	kill_daemon btp
	start_lab btp
	run -1 v btp check backup
	[[ $output = *VT-4033* ]]
	v btp backup create bk >/dev/null
	v btp check backup
}
