# What the manuals, the example and the documents say is what the program does: they come from its tables, or are checked against them.

setup() {
	load ../system/common
	cd "$ROOT" || return 1
	MAN="build/man/vanthu.1 build/man/vanthud.8 build/man/vanthu-gateway.8 build/man/vanthud.yaml.5 build/man/vi/vanthu.1 build/man/vi/vanthud.8 build/man/vi/vanthu-gateway.8 build/man/vi/vanthud.yaml.5"
}
plain() { mandoc -T utf8 -O width=80 "$1" | sed 's/.\x08//g'; }

@test "manual pages have no fault and fit 80 columns" {
	local m
	for m in $MAN; do
		mandoc -T lint -W warning "$m"
		[ "$(plain "$m" | wc -L)" -le 80 ]
		run ! grep -n '@[a-z]*@' "$m"
	done
}

@test "vanthu(1) has every command, form, option and error, in both languages" {
	local page text word n=0 words=()
	for word in $("$VANTHU" completion words -- '' | cut -f1); do
		words+=("vanthu $word" $("$VANTHU" completion words -- "$word" -- | cut -f1))
	done
	for word in $(sed -n 's/^\tERR_[A-Z_0-9]* = \([0-9]*\),.*/\1/p' routing/base/err.h | grep -v '^0$'); do words+=("VT-$word ("); done
	for page in build/man/vanthu.1 build/man/vi/vanthu.1; do
		text=$(plain "$page")
		for word in "${words[@]}"; do
			[[ $text == *"$word"* ]] || { echo "$page: $word"; false; }
			n=$((n + 1))
		done
	done
	[ "$n" -gt 300 ]
}

@test "vanthud.yaml(5) has every key with its default" {
	plain build/man/vanthud.yaml.5 >"$BATS_TEST_TMPDIR/page"
	printf 'committee: a\n' >"$BATS_TEST_TMPDIR/vanthud.yaml"
	"$VANTHU" -c "$BATS_TEST_TMPDIR/vanthud.yaml" config show --json | jq -r '.data[] | "\(.key) (\(.type)\(if .default == "" then "" else "; default \(.default)" end)"' >"$BATS_TEST_TMPDIR/keys"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/keys")" -gt 20 ]
	while read -r line; do grep -qF "${line/committee (text/committee (text; must be given}" "$BATS_TEST_TMPDIR/page" || { echo "$line"; false; }; done <"$BATS_TEST_TMPDIR/keys"
}

@test "vanthud(8) and vanthu-gateway(8) have every option of their program, in both languages" {
	local page o n=0
	for page in build/man/vanthud.8 build/man/vi/vanthud.8 build/man/vanthu-gateway.8 build/man/vi/vanthu-gateway.8; do
		plain "$page" >"$BATS_TEST_TMPDIR/page"
		o=${page##*/}
		for o in $("build/${o%.8}" --help | grep -oE -- '--[a-z-]+'); do
			grep -q -- "$o" "$BATS_TEST_TMPDIR/page"
			n=$((n + 1))
		done
	done
	[ "$n" -ge 18 ]
}

@test "etc/vanthud.yaml is the example that the table makes, valid, and valid with every key" {
	diff etc/vanthud.yaml <("$VANTHU" config example)
	build/vanthud -c etc/vanthud.yaml --check-config
	sed -E 's/^# ( *[a-z_]+:( [^:]*)?)$/\1/' etc/vanthud.yaml >"$BATS_TEST_TMPDIR/all.yaml"
	build/vanthud -c "$BATS_TEST_TMPDIR/all.yaml" --check-config
	[ "$(grep -cE '^ *[a-z_]+:' "$BATS_TEST_TMPDIR/all.yaml")" -gt 30 ]
	# The keys behind # have their defaults there.
	diff <("$VANTHU" -c etc/vanthud.yaml config show --json | jq -c '.data[] | [.key, (.value | sub(".*/etc/"; ""))]') \
		<("$VANTHU" -c "$BATS_TEST_TMPDIR/all.yaml" config show --json | jq -c '.data[] | select(.key | startswith("links.") | not) | [.key, (.value | sub(".*/[a-z]*.yaml$"; "") | sub(".*test/[0-9]*/"; ""))]')
}

@test "documents, manuals and errors name commands and options that there are" {
	sed -n 's/\\-/-/g; s/^\(vanthu .*\)/`\1`/p' docs/man/*.in docs/man/vi/*.in >"$BATS_TEST_TMPDIR/man.md"
	grep -hoE 'vanthu [a-z][^"\\;,()%]*' routing/base/err.c tools/cli/*.c tools/command/*.c | sed 's/ *[.:] *$//; s/.*/`&`/' | grep -v 'vanthu registry' >"$BATS_TEST_TMPDIR/texts.md"
	/usr/bin/python3 -B tests/helpers/doc_commands.py "$VANTHU" build/vanthud README.md README.vi.md CHANGELOG.md CONTRIBUTING.md docs/*.md \
		"$BATS_TEST_TMPDIR/man.md" "$BATS_TEST_TMPDIR/texts.md"
}

@test "a document that names a command that there is not is found" {
	printf 'See `vanthu stauts`.\n' >"$BATS_TEST_TMPDIR/a.md"
	printf '```\nvanthu link pang thads\n```\n' >"$BATS_TEST_TMPDIR/b.md"
	printf '```\nvanthu -c x send a \\\n  --tos b\n```\n' >"$BATS_TEST_TMPDIR/c.md"
	for f in a b c; do run -1 /usr/bin/python3 -B tests/helpers/doc_commands.py "$VANTHU" build/vanthud "$BATS_TEST_TMPDIR/$f.md"; done
}

@test "docs/ARCHITECTURE.md has every family of records with its key" {
	local family n=0 table
	table=$(sed -n '/^## Record layout/,/^## /p' docs/ARCHITECTURE.md)
	for family in $(sed -nE '/^enum family/,/^}/s/^\tFAMILY_([A-Z]+)(,| = 1).*/\1/p' routing/state/record.h); do
		grep -qE "^\| ([A-Z]+, )*$family(, [A-Z]+)* \| [^|]+ \|" <<<"$table" || { echo "not in the table: $family"; false; }
		n=$((n + 1))
	done
	[ "$n" -ge 25 ]
}

@test "each document and its translation have the same sections, commands, options and links" {
	local vi en n=0
	for en in docs/man/*.in; do [ -e "docs/man/vi/${en##*/}" ]; done
	for vi in *.vi.md docs/*.vi.md docs/man/vi/*.in; do
		en=${vi/.vi.md/.md} en=${en/man\/vi/man}
		/usr/bin/python3 -B tests/helpers/doc_pairs.py "$en" "$vi"
		n=$((n + 1))
	done
	[ "$n" -ge 7 ]
}

@test "a translation that lags behind its document is found, and a link that leads nowhere" {
	local page=docs/OPERATION.vi.md man=docs/man/vi/vanthud.8.in n=0
	differs() { # DOCUMENT TRANSLATION SED-COMMAND
		local copy="$BATS_TEST_TMPDIR/${2##*/}"
		cp docs/*.md "$2" "$BATS_TEST_TMPDIR/"
		/usr/bin/python3 -B tests/helpers/doc_pairs.py "$1" "$copy"
		sed "$3" "$2" >"$copy"
		run -1 cmp -s "$2" "$copy"
		run -1 /usr/bin/python3 -B tests/helpers/doc_pairs.py "$1" "$copy"
		n=$((n + 1))
	}
	differs docs/OPERATION.md $page '0,/^## /{/^## /d}'
	differs docs/OPERATION.md $page 's/ link ping thads --timeout 3/ link ping thads/'
	differs docs/OPERATION.md $page '/^\$ vanthu -c lab.btp queue show/d'
	differs docs/OPERATION.md $page 's/`event=stranger-refused`/`event=stranger`/'
	differs docs/OPERATION.md $page 's/store.reserve/store.map/'
	differs docs/OPERATION.md $page 's/#đĩa-đầy/#đĩa-hỏng/'
	differs docs/OPERATION.md $page 's/OPERATION.md/NOWHERE.md/'
	differs docs/man/vanthud.8.in $man '/check.-config/d'
	differs docs/man/vanthud.8.in $man '0,/^\.TP/{/^\.TP/d}'
	differs docs/man/vanthud.8.in $man 's/VT.-4005/VT\\-4004/'
	[ "$n" = 10 ]
}

@test "help of every command fits 80 columns and leaves no option without its meaning" {
	local c lang
	for lang in en vi; do
		for c in '' $("$VANTHU" completion words -- '' | cut -f1); do
			"$VANTHU" --lang $lang help $c >"$BATS_TEST_TMPDIR/help"
			[ "$(wc -L <"$BATS_TEST_TMPDIR/help")" -le 80 ]
			[ $lang = en ] || continue
			"$VANTHU" completion words -- $c -- >"$BATS_TEST_TMPDIR/options"
			[ "$(wc -l <"$BATS_TEST_TMPDIR/options")" -ge 10 ]
			[ -z "$(awk -F'\t' 'length($2) < 4' "$BATS_TEST_TMPDIR/options")" ]
		done
	done
}
