# Installing: what a machine without the packages shows, what lies where with which mode, and what systemd reads.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "installed under a careful umask and into a folder with a blank in its name, everybody can read it" {
	(umask 077; make -s -C "$ROOT" install DESTDIR="$PWD/a root" >/dev/null)
	[ -x "a root/usr/sbin/vanthud" ]
	find "a root/usr" \( -type d ! -perm 755 -o -type f ! -perm 644 ! -perm 755 \) -print >odd
	cat odd
	[ ! -s odd ]
	[ "$(stat -c %a "a root/usr/lib/systemd/system/vanthud@.service")" = 644 ]
	[ -s "a root/usr/share/man/vi/man5/vanthud.yaml.5" ]
	"a root/usr/bin/vanthu" version
	grep -q '^ExecStart=/usr/sbin/vanthud ' "a root/usr/lib/systemd/system/vanthud@.service"
	grep -q '^ExecStart=/usr/bin/vanthu-gateway -c ' "a root/usr/lib/systemd/system/vanthu-gateway@.service"
	grep -q '^ExecStart=/usr/bin/vanthu .* remind --all-late --auto' "a root/usr/lib/systemd/system/vanthu-remind@.service"
	grep -q '^OnCalendar=' "a root/usr/lib/systemd/system/vanthu-remind@.timer"
	grep -q '^ExecStart=/usr/bin/vanthu .* backup create /var/backups/vanthu/%i ' "a root/usr/lib/systemd/system/vanthu-backup@.service"
	grep -q '^RandomizedDelaySec=' "a root/usr/lib/systemd/system/vanthu-backup@.timer"
	grep -q '^ReadWritePaths=-/var/backups/vanthu$' "a root/usr/lib/systemd/system/vanthud@.service"
}

@test "systemd starts it again however often and long it fails" {
	local unit
	for unit in "$ROOT/etc/vanthud@.service" "$ROOT/etc/vanthu-gateway@.service"; do
		awk '/^\[/ { section = $0 } section == "[Unit]" && $0 == "StartLimitIntervalSec=0" { n++ } END { exit n != 1 }' "$unit"
		grep -q '^Restart=always$' "$unit"
	done
}

@test "the other compiler builds it too" {
	make -s -C "$ROOT" CC=clang B="$PWD/build" "$PWD/build/obj/routing/base/err.o" "$PWD/build/obj/routing/state/stream.o" "$PWD/build/asan/routing/base/err.o"
}

# A machine on which nothing is installed: its apt-get says as much as the real one.
bare_machine() { # EXIT of apt-get install
	mkdir -p bin
	printf '#!/bin/sh\nexit 1\n' >bin/dpkg-query
	printf '#!/bin/sh\necho "$@" >>"%s/asked"\nseq 300\n[ "$1" != install ] || exit %s\n' "$PWD" "$1" >bin/apt-get
	printf '#!/bin/sh\nshift\nexec "$@"\n' >bin/sudo # only asked where the tests do not run as root
	chmod +x bin/*
}

@test "missing packages are installed with one line of progress" {
	bare_machine 0
	run -0 env PATH="$PWD/bin:$PATH" make -s -C "$ROOT" packages
	[ "${#lines[@]}" = 1 ]
	[[ $output == "installing "*" packages: "*libzmq3-dev* ]]
	grep -q '^install .*libzmq3-dev' asked
}

@test "packages that cannot be installed: the end of what apt-get said, where the rest is, and failure" {
	bare_machine 100
	run env PATH="$PWD/bin:$PATH" make -s -C "$ROOT" packages
	[ "$status" -ne 0 ]
	[[ $output == *$'\n300\n'*"all that apt-get said: "* ]]
	[ "${#lines[@]}" -lt 60 ]
	rm -f "$(sed -n 's/.*all that apt-get said: //p' <<<"$output")"
}
