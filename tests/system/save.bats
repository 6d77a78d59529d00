# Saving what came: all of it, whatever names the folder takes, once, and single parts.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'Y'
		committees:
		  - {id: tren, name: "Đảng ủy", symbol: "ĐU"}
		  - {id: duoi, name: "Chi bộ", symbol: "CB", superior: tren}
	Y
	make_lab "$PWD/tree.yaml"
	start_lab
	export LAB
	# 253 bytes, twice, in two folders; one that Windows refuses; an ordinary one.
	LONG=$(printf 'ệ%.0s' $(seq 83)).pdf
	export LONG
	mkdir a b
	echo một >"a/$LONG"
	echo hai >"b/$LONG"
	echo ba >'a/số 12: về "chuyển đổi số"?.txt'
	echo bốn >a/phu-luc.txt
	v tren send a/phu-luc.txt "a/$LONG" "b/$LONG" 'a/số 12: về "chuyển đổi số"?.txt' --to duoi --type CV --number 1-CV/ĐU --subject "Tên tệp" \
		--wait delivered --timeout 120 -q
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

@test "of two long names that are the same both keep their ending and kind" {
	v duoi show 1-CV/ĐU --json >shown
	[ "$(jq -r '.data.attachments[] | select(.name | endswith(".pdf")) | .media_type' shown)" = $'application/pdf\napplication/pdf' ]
	[ "$(jq -r '.data.attachments[].name' shown | sort -u | wc -l)" = 4 ]
	[ "$(jq -r '[.data.attachments[].name | utf8bytelength] | max' shown)" -le 255 ]
	[[ $(jq -r '.data.attachments[2].name' shown) == *ệ-2.pdf ]]
}

@test "who saves again into the same folder gets no doubles, and nothing is written over" {
	v duoi save 1-CV/ĐU --to twice -q
	v duoi save 1-CV/ĐU --to twice --json >second
	[ "$(ls twice | wc -l)" = 4 ]
	[ "$(jq '.data.files | length' second)" = 4 ]
	cmp "a/$LONG" "twice/$LONG"
	echo "of somebody else" >twice/phu-luc.txt
	echo "of somebody else" >"twice/$LONG"
	v duoi save 1-CV/ĐU --to twice -q
	[ "$(ls twice | wc -l)" = 6 ]
	[ "$(cat twice/phu-luc.txt)" = "of somebody else" ]
	cmp a/phu-luc.txt twice/phu-luc-2.txt
}

# The kernel answers as the folder would; the names are those that the command asks for.
refusing() { # ERROR NAME… -- COMMAND…
	local error=$1 paths=()
	shift
	while [ "$1" != -- ]; do paths+=(-P "$1"); shift; done
	shift
	strace -D -qq -o /dev/null true 3>&- || skip "strace may not trace here"
	strace -f -qq -o refused -e trace=openat "${paths[@]}" -e "inject=openat:error=$error" "$@"
}

@test "a name that the folder refuses is saved under a portable one, and said so" {
	refusing EINVAL 'số 12: về "chuyển đổi số"?.txt' -- "$VANTHU" -c "$LAB/duoi" save 1-CV/ĐU --to ntfs --json >saved 2>said
	[ -s refused ]
	cmp 'a/số 12: về "chuyển đổi số"?.txt' 'ntfs/số 12_ về _chuyển đổi số__.txt'
	[ "$(ls ntfs | wc -l)" = 4 ]
	[ "$(jq -r '.data.files[3].name' saved)" = 'số 12_ về _chuyển đổi số__.txt' ]
	[ "$(jq -r '.data.files[3].given_name' saved)" = 'số 12: về "chuyển đổi số"?.txt' ]
	grep -q 'is saved as' said
}

@test "a folder that allows 143 bytes gets shorter names with their endings" {
	local cut
	cut=$(printf 'ệ%.0s' $(seq 83))
	refusing ENAMETOOLONG "$LONG" "${cut:0:82}-2.pdf" "${cut:0:83}-2.pdf" -- "$VANTHU" -c "$LAB/duoi" save 1-CV/ĐU --to short -q
	[ "$(ls short | wc -l)" = 4 ]
	[ "$(find short -name '*.pdf' | wc -l)" = 2 ]
	for f in short/*.pdf; do [ "$(basename "$f" | tr -d '\n' | wc -c)" -le 143 ]; done
}

@test "what cannot be saved is missing with its reason, the rest is there, and the exit code says so" {
	refusing EACCES phu-luc.txt -- "$VANTHU" -c "$LAB/duoi" save 1-CV/ĐU --to part --json >saved 2>said || code=$?
	[ "$code" = 7 ]
	[ "$(ls part | wc -l)" = 3 ]
	[ "$(jq -r '.data.missing[] | [.part, .given_name, .code] | @tsv' saved)" = $'1\tphu-luc.txt\tVT-4006' ]
	[ "$(jq '.data.files | length' saved)" = 3 ]
	v duoi save 1-CV/ĐU --part 1 --as "phụ lục.txt" --to part -q
	cmp a/phu-luc.txt "part/phụ lục.txt"
	[ "$(ls part | wc -l)" = 4 ]
}

@test "single parts: into a file, to standard output, and no further than there are" {
	v duoi save 1-CV/ĐU -o - >out 2>err
	cmp a/phu-luc.txt out
	[ ! -s err ]
	v duoi save 1-CV/ĐU --part 3 -o ba.pdf -q
	cmp "b/$LONG" ba.pdf
	run -6 v duoi save 1-CV/ĐU --part 3 -o ba.pdf
	[[ $output == *VT-4007* ]]
	run -4 v duoi save 1-CV/ĐU --part 5 -o -
	run -2 v duoi save 1-CV/ĐU --part 0 -o -
	run -2 v duoi save 1-CV/ĐU --as x --to y
	[ ! -e y ]
	for name in ../x . .. '' ' ' $'a\nb' $'a\u202eb' $'\xff' "$(printf 'x%.0s' $(seq 256))"; do
		run -2 v duoi save 1-CV/ĐU --part 1 --as "$name" --to y
	done
	[ ! -e y ]
	run -2 v duoi save 1-CV/ĐU -o - --json
	run -2 v duoi save 1-CV/ĐU
}

@test "a disk that is full is the one that it is saved to, not the store's" {
	run --separate-stderr bash -c "'$VANTHU' -c '$LAB/duoi' save 1-CV/ĐU -o - >/dev/full"
	[ "$status" = 1 ]
	[[ $stderr == *"VT-4006: phu-luc.txt: no room left on the disk"*"free space, or name another place"* ]]
}

# The kernel ends it when all is written and nothing is synced yet.
@test "who is stopped half way leaves no half file, and saves again without doubles" {
	strace -D -qq -o /dev/null true 3>&- || skip "strace may not trace here"
	mkdir stopped
	run strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:signal=KILL:when=1 "$VANTHU" -c "$LAB/duoi" save 1-CV/ĐU --to stopped
	[ "$status" = 137 ]
	run strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:signal=KILL:when=1 "$VANTHU" -c "$LAB/duoi" save 1-CV/ĐU -o stopped/one
	[ "$status" = 137 ]
	[ -z "$(ls -A stopped)" ]
	strace -f -qq -y -o calls -e trace=fsync "$VANTHU" -c "$LAB/duoi" save 1-CV/ĐU --to stopped -q
	[ "$(ls stopped | wc -l)" = 4 ]
	grep -q "fsync([0-9]*<$PWD/stopped>) *= 0" calls
}

@test "saved under other names, the files still verify" {
	v duoi export 1-CV/ĐU --to evidence.vte -q
	"$VANTHU" verify evidence.vte --root "$LAB/registry/root.pem" --files ntfs
	"$VANTHU" verify evidence.vte --root "$LAB/registry/root.pem" --files short
	echo x >>'ntfs/số 12_ về _chuyển đổi số__.txt'
	run -5 "$VANTHU" verify evidence.vte --root "$LAB/registry/root.pem" --files ntfs
	# The registry's root behind a certificate of something else.
	openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null -subj /CN=other -out other.pem 2>/dev/null
	cat other.pem "$LAB/registry/root.pem" >roots.pem
	"$VANTHU" verify evidence.vte --root roots.pem --files short
	run "$VANTHU" verify evidence.vte --root other.pem --files short
	[ "$status" = 5 ]
}

@test "a line break in a name does not split the line that tells of it" {
	run --separate-stderr v tren send $'không\ncó.txt' --to duoi --type CV --number 2-CV/ĐU --subject x
	[ "$status" != 0 ]
	[[ ${stderr_lines[0]} == *không*có.txt* ]]
}

@test "on a terminal a hint stands behind the table, and stays away when the table goes through another program" {
	# Its input is nobody's: what a test runner has there may be closed, a pipe or a terminal.
	on_terminal() { script -qec "$1" /dev/null </dev/null; }
	on_terminal "'$VANTHU' -c '$LAB/duoi' save 1-CV/ĐU --to hinted --color=never" >whole
	grep -q '^phu-luc.txt' whole
	[[ $(tail -n 1 whole) == "Saved in hinted"* ]]
	on_terminal "'$VANTHU' -c '$LAB/duoi' save 1-CV/ĐU --to hinted --color=never | cat" >piped
	grep -q '^phu-luc.txt' piped
	! grep -q 'Saved in' piped
}
