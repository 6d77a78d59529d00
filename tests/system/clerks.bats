# Clerks who work at once, at three offices, while daemons are killed with -9 under them: nothing that one was told is lost, doubled or other.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { end_lab; }

@test "two clerks at each office and a killer: books without gap or double, both ends alike" {
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
		  - {id: vp, name: Chi bộ Văn phòng, symbol: CB, superior: cuc, seal: false}
	END
	make_lab tree.yaml
	start_lab
	echo "nội dung" >"$LAB/vb.txt"
	run -0 /usr/bin/python3 "$ROOT/tests/helpers/clerks.py" "$VANTHU" "$LAB" 25 "${CLERKS_SEED:-7}"
	echo "$output"
	[[ $output =~ \ [1-9][0-9]*\ kills,\ 0\ wrong ]]
}
