# A document's evidence, made by a real lab over two hops, believed as it is and in no other form.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-END
		committees:
		  - {id: btp, name: "Đảng ủy Bộ", symbol: "ĐU"}
		  - {id: thads, name: "Đảng bộ Cục", symbol: "ĐUTHA", superior: btp}
		  - {id: cb, name: "Chi bộ", symbol: "CB", superior: thads, seal: false}
	END
	make_lab tree.yaml
	start_lab
	printf 'Kế hoạch\n' >ke-hoach.txt
	random_file phu-luc.bin 150000
	v btp send ke-hoach.txt phu-luc.bin --to cb --type TB --number 4-TB/ĐU --subject "chứng cứ" --wait delivered --timeout 120 >/dev/null
	v btp export 4-TB/ĐU --to origin.vte >/dev/null
	v cb export 4-TB/ĐU --to recipient.vte >/dev/null
	v cb save 4-TB/ĐU --to files -q >/dev/null
	stop_lab
	ROOT_PEM="$LAB/registry/root.pem"
	export LAB ROOT_PEM
}
teardown_file() { load common; end_lab; }
teardown() { keep_logs; }
setup() {
	load common
	cp -r "$BATS_FILE_TMPDIR"/{files,origin.vte,recipient.vte} "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR" || return 1
}

refused() { # WHY in the reason, then what verify gets: exit 5, valid false, a reason that says what and where
	local why=$1
	shift
	run -5 "$VANTHU" verify "$@" --json
	[ "$(jq .data.valid <<<"$output")" = false ]
	[[ $(jq -r .data.reason <<<"$output") =~ ^VT-[0-9]{4}\ .+:\ .*$why ]]
}

@test "evidence of origin and recipient is believed without daemon or network" {
	local f
	for f in origin recipient; do
		run -0 "$VANTHU" verify $f.vte --root "$ROOT_PEM" --files files --json
		[ "$(jq -r '.data | [.valid, .signed_by, .reason] | @tsv' <<<"$output")" = $'true\tbtp\t' ]
	done
}

@test "each single bit, truncation, appended byte, doubled, exchanged or renamed part is refused with a reason" {
	local f
	for f in origin recipient; do
		run -0 timeout 900 "$ROOT/build/tests/bitflip" $f.vte "$ROOT_PEM"
		[[ $output == *", 0 believed"* ]]
		echo "# $(grep -oE '[0-9]+ bits' <<<"$output") of the $f's evidence flipped one by one, $(grep -oE '[0-9]+ changes' <<<"$output" |
			awk '{ n += $1 } END { print n }') changes in all, none believed" >&3
	done
}

@test "the command refuses what the library refuses" {
	local at size
	size=$(stat -c %s origin.vte)
	for at in $(seq 0 97 $((size - 1))); do
		cp origin.vte changed.vte
		printf "\\x$(printf %02x $((0x$(od -An -tx1 -j "$at" -N1 origin.vte | tr -d ' ') ^ 1)))" |
			dd of=changed.vte bs=1 seek="$at" conv=notrunc status=none
		refused "" changed.vte --root "$ROOT_PEM"
		head -c "$at" origin.vte >changed.vte
		refused "" changed.vte --root "$ROOT_PEM"
	done
	cp origin.vte changed.vte
	printf '\0' >>changed.vte
	refused "the file" changed.vte --root "$ROOT_PEM"
	cat origin.vte origin.vte >changed.vte
	refused "the file" changed.vte --root "$ROOT_PEM"
}

@test "another registry's root is refused" {
	"$VANTHU" lab create other --tree "$BATS_FILE_TMPDIR/tree.yaml" -q >/dev/null # it is never started
	refused "the directory" origin.vte --root other/registry/root.pem
	run -5 "$VANTHU" verify origin.vte --root origin.vte
}

@test "an attachment or the document itself that was changed, cut or lost is refused by its name" {
	local f
	for f in phu-luc.bin ke-hoach.txt; do
		printf '!' | dd of=files/$f bs=1 seek=5 conv=notrunc status=none
		refused "$f" origin.vte --root "$ROOT_PEM" --files files
		cp "$BATS_FILE_TMPDIR/files/$f" files/
		printf '!' >>files/$f
		refused "$f" origin.vte --root "$ROOT_PEM" --files files
		truncate -s 4 files/$f
		refused "$f" origin.vte --root "$ROOT_PEM" --files files
		rm files/$f
		refused "$f" origin.vte --root "$ROOT_PEM" --files files
		cp "$BATS_FILE_TMPDIR/files/$f" files/
	done
	run -0 "$VANTHU" verify origin.vte --root "$ROOT_PEM" --files files
	mv files/phu-luc.bin x
	mv files/ke-hoach.txt files/phu-luc.bin
	mv x files/ke-hoach.txt
	refused "ke-hoach.txt" origin.vte --root "$ROOT_PEM" --files files
}

@test "evidence is exported the same each time" {
	start_lab btp
	v btp export 4-TB/ĐU --to again.vte >/dev/null
	cmp origin.vte again.vte
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
}
