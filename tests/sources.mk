# Sources of the tests: tests/unit/test_NAME.c each a program, tests/sim/NAME.c together one.
UNIT := arena body certificate core decide_document decide_link decide_publish descriptors digest directory endpoint err head id merkle \
	prescan record record_codec seal store stream wire
UNIT_SUPPORT := fixture
SIM :=
