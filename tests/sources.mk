# Sources of the tests, sorted, one a line. tests/unit/FOLDER/test_NAME.c each a program; tests/sim/, tests/vectors/code/ and
# tests/bench/ each together one.
UNIT := \
	daemon/base/test_log \
	daemon/base/test_workers \
	daemon/bulk/test_bulk \
	daemon/bulk/test_spoilt \
	daemon/config/test_config \
	daemon/control/test_check \
	daemon/control/test_crowd \
	daemon/control/test_documents \
	daemon/control/test_many \
	daemon/control/test_queue \
	daemon/control/test_registers \
	daemon/control/test_requests \
	daemon/control/test_share \
	daemon/control/test_target \
	daemon/directory/test_installer \
	daemon/files/test_changed \
	daemon/files/test_chunks \
	daemon/files/test_fault \
	daemon/files/test_files \
	daemon/files/test_garbage \
	daemon/keys/test_key_file \
	daemon/keys/test_keyring \
	daemon/links/test_gate \
	daemon/links/test_publish_opener \
	daemon/links/test_sequencer \
	daemon/store/test_damage \
	daemon/store/test_layout \
	daemon/store/test_owner \
	daemon/store/test_room \
	daemon/store/test_store \
	daemon/test_inbox \
	daemon/test_turn \
	proto/test_body \
	proto/test_certificate \
	proto/test_descriptors \
	proto/test_digest \
	proto/test_directory \
	proto/test_head \
	proto/test_merkle \
	proto/test_prescan \
	proto/test_record_codec \
	proto/test_seal \
	proto/test_wire \
	routing/base/test_arena \
	routing/base/test_calendar \
	routing/base/test_committee_id \
	routing/base/test_endpoint \
	routing/base/test_err \
	routing/base/test_visible \
	routing/decide/test_acknowledge \
	routing/decide/test_damage \
	routing/decide/test_directory \
	routing/decide/test_document \
	routing/decide/test_message \
	routing/decide/test_office \
	routing/decide/test_paper \
	routing/decide/test_publish \
	routing/decide/test_resend \
	routing/decide/test_texts \
	routing/decide/test_tick \
	routing/directory/test_install \
	routing/documents/test_duplicate \
	routing/documents/test_duplicate_hand_on \
	routing/documents/test_given \
	routing/documents/test_lifecycle \
	routing/documents/test_numbers \
	routing/documents/test_recipients \
	routing/documents/test_rows \
	routing/links/test_aside \
	routing/links/test_doubt \
	routing/links/test_guard \
	routing/links/test_hello \
	routing/links/test_passed \
	routing/links/test_reject \
	routing/links/test_stand \
	routing/links/test_visit \
	routing/rules/test_competence \
	routing/rules/test_doctype_table \
	routing/rules/test_lines \
	routing/rules/test_numbering \
	routing/rules/test_office_status \
	routing/rules/test_policy \
	routing/rules/test_series \
	routing/rules/test_spelling \
	routing/rules/test_working_days \
	routing/state/test_clocks \
	routing/state/test_plan \
	routing/state/test_record \
	routing/state/test_stream \
	routing/state/test_tree \
	routing/target/test_counter \
	routing/target/test_recount \
	routing/target/test_target \
	routing/test_core \
	tools/base/test_file_name \
	tools/base/test_text \
	tools/cli/test_usage \
	tools/client/test_evidence \
	tools/client/test_vanthu \
	tools/input/test_period \
	tools/lab/test_ports \
	tools/output/test_csv \
	tools/output/test_page \
	tools/output/test_table_layout
# What they stand on.
UNIT_SUPPORT := \
	support/bulk_pair \
	support/desk \
	support/fixture \
	support/paper \
	support/shelf \
	support/table_text
SIM := \
	check \
	check_authenticity \
	check_convergence \
	check_directory \
	check_duplicates \
	check_entitlement \
	check_loss \
	check_office \
	check_order \
	check_receipts \
	check_target \
	clerks \
	clocks \
	faults \
	hostile \
	keys \
	main \
	member \
	network \
	offices \
	prng \
	registry \
	setback \
	visits \
	workload \
	world
BENCH_SOURCES := \
	conn \
	documents \
	figures \
	limits \
	limits_curve \
	load \
	main
VECTORS := \
	envelopes \
	examples \
	hashes \
	local \
	main \
	members \
	out \
	peer
# Programs of their own that system tests run.
TEST_HELPERS := \
	badneighbour \
	badpeer \
	bitflip \
	damage \
	enlarge \
	unixcat \
	unixrecv
