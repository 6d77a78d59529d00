# Sources of the tests: tests/unit/test_NAME.c each a program, tests/sim/NAME.c together one, so are tests/vectors/NAME.c.
UNIT := again arena body bulk bulk_spoilt calendar certificate clocks config control_list control_crowd control_check control_many control_queue control_share core counter damage \
	decide_directory decide_document decide_link decide_paper decide_publish decide_texts decide_tick descriptors digest directory endpoint \
	err evidence file_name files files_chunk files_fault fold gate guard hand_on head id inbox install installer keyring layout log merkle opener passed period plan policy \
	ports prescan publish record record_codec recount seal sequencer stand store store_damage store_layout stream target text tree visible visit \
	wire workers
UNIT += key_file store_owner store_room
UNIT += hello
UNIT += changed_file numbers resend
UNIT_SUPPORT := bulk_pair desk fixture paper
SIM := check check_authenticity check_convergence check_directory check_duplicates check_entitlement check_loss check_order check_receipts check_target \
	clerks faults hostile keys main member network prng registry setback visits workload world
UNIT += aside doubt reject
UNIT_SUPPORT += shelf
SIM += clocks
BENCH_SOURCES := conn documents figures limits limits_curve load main
VECTORS := envelopes examples hashes local main members out peer
TEST_HELPERS := badneighbour badpeer bitflip damage enlarge unixcat unixrecv
