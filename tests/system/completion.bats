# Completion of the shell: a real bash on a terminal of its own, keys typed into it, a real lab to ask.

setup_file() {
	load common
	make_lab
	start_lab btp thads
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	echo x >x.txt
	doc() {
		local number=()
		[ -z "$1" ] || number=(--number "$1")
		v btp send x.txt --to thads --type KH "${number[@]}" --subject "$2" -q >/dev/null 2>&1
	}
	doc '31-KH/ĐU' "Kế hoạch \$(touch $BATS_FILE_TMPDIR/run-by-mistake) \`x\`"
	# No ending of an id begins with a g: what is typed of these names one document alone.
	doc 'G2 KH/ĐU;ls' "a b'\"c"
	doc "G3-KH'\"/\$HOME" x
	doc '34-KH:x' 'a colon'
	doc '' 'no number'
	doc '35-KH/ĐU' twice
	doc '35-KH/ĐU' twice
}
teardown_file() { load common; stop_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }

# Types each line of keys (\t: Tab) into a real shell; prints the words that the shell would have given to vanthu, a line each.
typed() { # SHELL KEYS…
	local kind=$1
	shift
	cat >setup.sh <<-S
		[ "$kind" = bash ] || { autoload -U compinit; compinit -u -D; }
		PATH='$ROOT/build':\$PATH LAB='$LAB'
		export VANTHU_COMPLETE_MS=60000
		eval "\$(vanthu completion $kind)"
		vanthu() {
			if [ "\$1" = completion ]; then command vanthu "\$@"; return; fi
			printf '<<'; printf '[%s]' "\$@"; printf '>>\n'
		}
	S
	timeout 300 /usr/bin/python3 -B "$ROOT/tests/helpers/keyboard.py" "$kind" '. ./setup.sh' "$@" >typed.txt
}
# Lines of keys and what they become, in turn.
becomes() { # SHELL KEYS WORDS…
	local kind=$1 keys=() wanted=()
	shift
	while [ $# -gt 0 ]; do keys+=("$1") wanted+=("$2"); shift 2; done
	typed "$kind" "${keys[@]}"
	diff <(printf '%s[END]\n' "${wanted[@]}") typed.txt
}
offered() { "$VANTHU" completion words -- "$@" | cut -f1; }

@test "every command is offered, and of each every form and option that its help shows" {
	local c word all help forms options n=0
	all=$(offered "")
	for c in $("$VANTHU" help | sed -n 's/^  \([a-z]\{3,\}\) .*/\1/p'); do
		[[ $'\n'$all$'\n' == *$'\n'$c$'\n'* ]]
		help=$("$VANTHU" help "$c") forms=$'\n'$(offered "$c" "")$'\n' options=$'\n'$(offered "$c" --)$'\n'
		for word in $(sed -n "s/^  vanthu $c \([a-z]\{2,\}\).*/\1/p" <<<"$help"); do
			[[ $forms == *$'\n'$word$'\n'* ]] || { echo "$c $word"; false; }
			n=$((n + 1))
		done
		for word in $(sed -n 's/^  \(--[a-z0-9-]*\).*/\1/p' <<<"$help"); do
			[[ $options == *$'\n'$word$'\n'* ]] || { echo "$c $word"; false; }
			n=$((n + 1))
		done
	done
	[ "$n" -gt 60 ]
}

@test "a form takes its own options only" {
	offered committee renew -- | grep -qx -- --registry
	run ! grep -qx -- --superior <(offered committee renew --)
	offered committee move x --sup | grep -qx -- --superior
}

@test "words of options, with a blank or an equals sign" {
	[ "$(offered send --urgency h)" = hoa-toc ]
	[ "$(offered send --urgency=h)" = hoa-toc ]
	[ "$(offered send --lang v)" = vi ]
	[ "$(offered send --type ky; offered send --type k | tr '\n' ' ')" = "KL KH " ]
	[ "$(offered send --color=n)" = never ]
	[ -z "$(offered send --number '')" ]
}

@test "a command, an option and its value, typed" {
	becomes bash 'vanthu sen\tx --urg\thoa\t' '[send][x][--urgency][hoa-toc]' \
		'vanthu -q queue s\t' '[-q][queue][show]'
}

@test "documents by number: quoted as they need it, found without diacritics, and nothing in them is run" {
	becomes bash 'vanthu -c $LAB/btp show 31-kh/d\t' "[-c][$LAB/btp][show][31-KH/ĐU]" \
		'vanthu -c $LAB/btp save g2\t' "[-c][$LAB/btp][save][G2 KH/ĐU;ls]" \
		'vanthu -c $LAB/btp trace g3\t' "[-c][$LAB/btp][trace][G3-KH'\"/\$HOME]" \
		"vanthu -c \$LAB/btp trace 'g3\\t" "[-c][$LAB/btp][trace][G3-KH'\"/\$HOME]" \
		'vanthu -c $LAB/btp trace "g3\t' "[-c][$LAB/btp][trace][G3-KH'\"/\$HOME]" \
		'vanthu -c $LAB/btp show 34-KH:\t' "[-c][$LAB/btp][show][34-KH:x]"
	[ ! -e "$BATS_FILE_TMPDIR/run-by-mistake" ]
}

@test "what is typed is not run either" {
	becomes bash 'vanthu -c $(touch typed-by-mistake)`touch typed-by-mistake` show \t\025vanthu x' '[x]'
	[ ! -e typed-by-mistake ]
}

@test "a number that names two documents is no name: the endings of their ids are offered, and what is offered is found" {
	local w
	run ! grep -qx '35-KH/ĐU' <(offered -c "$LAB/btp" show '')
	[ "$(offered -c "$LAB/btp" show '' | grep -cE '^[0-9a-f]{8}$')" = 3 ]
	while read -r w; do v btp show "$w" --json >/dev/null; done < <(offered -c "$LAB/btp" show '')
}

@test "committees, groups, neighbours and members of a lab" {
	becomes bash 'vanthu -c $LAB/btp send x --to=thads,van\t' "[-c][$LAB/btp][send][x][--to=thads,vanphong]" \
		'export VANTHU_CONFIG=$LAB/btp; vanthu send x --to thads,subt\t' '[send][x][--to][thads,subtree]'
	[ "$(offered -c "$LAB/btp" link show '' | sort | tr '\n' ' ')" = "thads vanphong " ]
	[ "$(offered -c "$LAB/btp" committee show cb- | wc -l)" = 4 ]
	[ "$(offered lab stop "$LAB" th)" = thads ]
	[ "$(offered -c "$LAB/btp" key revoke thads l)" = link ]
}

@test "files and folders are the shell's" {
	mkdir -p "một thư mục"
	becomes bash 'vanthu send x.t\t' '[send][x.txt]' 'vanthu save 31 --to m\t' '[save][31][--to][một thư mục/]'
}

@test "no daemon, no configuration, no such command: silence" {
	local out
	for w in "show" "committee show" "link ping" "send --to"; do
		out=$("$VANTHU" completion words -- -c "$LAB/vanphong" $w '' 2>&1 | grep -vE '^(superior|subordinates|subtree)	' || true)
		[ -z "$out" ]
		out=$("$VANTHU" completion words -- -c /nowhere $w '' 2>&1 | grep -vE '^(superior|subordinates|subtree)	' || true)
		[ -z "$out" ]
	done
	[ -z "$("$VANTHU" completion words -- nosuch '' 2>&1)" ]
	[ -z "$("$VANTHU" completion words -- lab stop /nowhere '' 2>&1)" ]
	[ -z "$("$VANTHU" completion words -- show $'\xff' 2>&1)" ]
	"$VANTHU" completion words --
}

@test "a key press asks the daemon once, for few lines" {
	strace -D -qq -o /dev/null true 3>&- || skip "strace may not trace here"
	strace -f -qq -o asked -e trace=connect,sendto,recvfrom,fsync,fdatasync "$VANTHU" completion words -- -c "$LAB/btp" show '' >words
	[ -s words ]
	cat asked
	[ "$(grep -c '^[0-9 ]*connect(' asked)" = 1 ]
	[ "$(grep -c '^[0-9 ]*sendto(' asked)" = 1 ]
	# Length and content of each line, and of the end; besides, it looks whether it was sent away at once.
	[ "$(grep '^[0-9 ]*recvfrom(' asked | grep -vc MSG_PEEK)" -le $((2 * $(wc -l <words) + 2)) ]
	! grep -E 'sync\(' asked
}

@test "the scripts in etc/ are those that the program prints" {
	diff "$ROOT/etc/completion/vanthu.bash" <("$VANTHU" completion bash)
	diff "$ROOT/etc/completion/_vanthu" <("$VANTHU" completion zsh)
}

@test "persons of the office, also behind a comma, who signs, and types by the office's table" {
	printf '%s\n' 'Nguyễn Văn An   Bí thư           Thường trực  signs' 'Lê Thị Bình     Chánh Văn phòng  Văn phòng' >persons
	{ cat "$ROOT/etc/doctypes"; echo '2020-01-01  BTx  Bản tin  -  by the office'; } >types
	printf 'tables:\n  persons: %s\n  doctypes: %s\n' "$PWD/persons" "$PWD/types" >>"$LAB/btp/vanthud.yaml"
	kill -HUP "$(pid_of btp)"
	wait_for 30 person_is_offered
	becomes bash 'vanthu -c $LAB/btp assign x --to le\t' "[-c][$LAB/btp][assign][x][--to][Lê Thị Bình]" \
		'vanthu -c $LAB/btp assign x --with=an,le\t' "[-c][$LAB/btp][assign][x][--with=an,Lê Thị Bình]"
	[ "$(offered -c "$LAB/btp" send --signer '')" = "Nguyễn Văn An" ]
	[ "$(offered -c "$LAB/btp" send --type BT)" = BTx ]
}
person_is_offered() { offered -c "$LAB/btp" assign x --to le | grep -qx 'Lê Thị Bình'; }

@test "names of tokens that are not revoked, and scopes, also behind a comma" {
	v btp token add eoffice --scope read -q >/dev/null
	v btp token add e-cu --scope read -q >/dev/null
	v btp token revoke e-cu -q >/dev/null
	[ "$(offered -c "$LAB/btp" token show e)" = eoffice ]
	[ "$(offered -c "$LAB/btp" token add x --scope off)" = office ]
	[ "$(offered -c "$LAB/btp" token add x --scope office,rec)" = office,receive ]
}

@test "zsh" {
	command -v zsh >/dev/null || skip "zsh is not installed; nothing else needs it"
	becomes zsh 'vanthu -c $LAB/btp show g2\t' "[-c][$LAB/btp][show][G2 KH/ĐU;ls]" \
		'vanthu -c $LAB/btp send x --to=thads,van\t' "[-c][$LAB/btp][send][x][--to=thads,vanphong]"
}

@test "entries on paper are offered by number, or by id where the number names several, and cancelled ones are not" {
	v btp paper add in 71-CV/TU "Giấy một" -q >/dev/null
	v btp paper add in 72-CV/TU "Giấy hai" -q >/dev/null
	v btp paper add in 73-CV/TU "Giấy ba" --date 2026-01-02 -q >/dev/null
	v btp paper add in 73-CV/TU "Giấy bốn" --date 2026-01-03 --again -q >/dev/null
	v btp paper cancel 72-CV/TU --reason nhầm -q >/dev/null
	export VANTHU_CONFIG=$LAB/btp VANTHU_COMPLETE_MS=60000
	for form in show change cancel; do
		[ "$(offered paper "$form" 71)" = 71-CV/TU ]
		[ -z "$(offered paper "$form" 72)" ]
		[ -z "$(offered paper "$form" 73)" ]
		[ "$(offered paper "$form" "" | grep -c '^[0-9a-f]\{8\}$')" = 2 ]
	done
}

@test "what figures are cut by is offered, and committees below to ask" {
	export VANTHU_CONFIG=$LAB/btp VANTHU_COMPLETE_MS=60000
	[ "$(offered target by h)" = half ]
	[ "$(offered target by "" | wc -l)" = 7 ]
	[ "$(offered target ask tha)" = thads ]
	[ "$(offered target show --committee tha)" = thads ]
}
