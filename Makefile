# vanthu.  `make help` says what there is.  All output goes to build/.
# Nothing here runs pkg-config while the file is parsed: on a bare machine the packages come first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

DESTDIR ?=
PREFIX ?= /usr
SEED ?= 1
SECONDS_OF_TROUBLE ?= 600
CC := gcc
# Short lines, of make itself; V=1 shows whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,$(info $()  $(1)	$(2)))
CLANG := clang
B := build

# ---- sources: explicit, so that a file that is not listed is not shipped ----
include routing/sources.mk
include proto/sources.mk
include daemon/sources.mk
include tools/sources.mk
include tests/sources.mk
include tests/fuzz/inputs.mk

LIB := $(ROUTING:%=routing/%) $(PROTO:%=proto/%)
GEN := $(PROTO_DEFS:%=$(B)/gen/proto/%.pb-c)

# ---- flags ----
WARN := -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wpointer-arith \
	-Wwrite-strings -Wvla -Wformat=2 -Wnull-dereference -Werror
# gcc guesses lengths from array sizes: cutting off is what snprintf is used for here, and where it matters the length is checked. clang does not know
# this warning, and is told not to mind (`make CC=clang`).
WARN_GCC := -Wno-unknown-warning-option -Wno-format-truncation
COMMON := -std=c11 -D_GNU_SOURCE -I. -I$(B)/gen -MMD -MP -pthread '-DVANTHU_LOCALE_DIR="$(PREFIX)/share/locale"'
# The programs and the shared library are made of the same objects: nothing is visible outside the library but what vanthu.h names, and what is
# hidden is called as directly as in a program of its own.
HARDEN := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIC -fvisibility=hidden
RELEASE := $(COMMON) -O2 -g $(HARDEN)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Lines and functions are what a report names: what else -g tells costs a fifth of the compiler's time.
ASAN := $(COMMON) -O1 -g1 $(SANITIZE)
LINK := -pthread -pie -Wl,-z,relro,-z,now -Wl,--as-needed
# Written once the packages are there; read by recipes only.
FLAGS = $$(cat $(B)/cflags)
LIBS = $$(cat $(B)/libs)
PKGS := libzmq lmdb libprotobuf-c libcrypto yaml-0.1 libsystemd jansson smartcols libmicrohttpd gnutls libsodium libcurl libxml-2.0 libzip

.PHONY: all library man api bench chaos clerk coverage figures nightly survive setback versions crash sweep demo check sim exhaust fuzz year vectors install clean help packages lint locale
all: $(B)/vanthud $(B)/vanthu $(B)/vanthu-gateway library locale man

help:
	@echo 'make            build build/vanthud, build/vanthu, the manual pages in build/man and libvanthu in build/lib'
	@echo 'make demo       install what is missing, build, and watch seven committees at work'
	@echo 'make bench      measure this machine and a lab on it; PEERS=FILE beside others, BENCH=smoke, full, gateway or reads'
	@echo 'make clerk      how long each command of a clerk takes after a year of 20,000 documents'
	@echo 'make figures    a year of 20,000 documents in 31 daemons: every figure counted again from the books'
	@echo 'make setback        a store put back to older copies for ten minutes under traffic: nothing lost, nothing doubled, no number twice'
	@echo 'make versions       daemons of older revisions beside this one in one tree, and exchanged for it; REVISIONS="COMMIT…"'
	@echo 'make crash SEED=n  some 5,000 disks after power cuts, each started and asked for all that was acknowledged; IMAGES=n'
	@echo 'make sweep SEED=n  writes, syncs, memory, sockets … fail one after the other, once and for good, in daemon and commands; ATTEMPTS=n'
	@echo 'make survive SEED=n  gateways, daemons and programs killed for ten minutes: nothing lost, nothing doubled'
	@echo 'make check      install what is missing, build, run all tests'
	@echo 'make sim SEED=n replay one seed of the simulator'
	@echo 'make exhaust    every sequence of four operations among three committees; SEQUENCE=n replays one'
	@echo 'make fuzz TARGET=edxml look for inputs that break it, for FUZZ_SECONDS (60)'
	@echo 'make year SEED=n a year of 20,000 documents in a tree of 31 committees, played and checked'
	@echo 'make api        write docs/openapi.json and docs/api/index.html anew, from the table of the gateway'
	@echo 'make vectors    write tests/vectors anew: worked examples of every format'
	@echo 'make install    into $$(DESTDIR)$$(PREFIX), by default /usr'
	@echo 'make chaos       seven daemons in network namespaces; 500 times kill -9, links cut and spoilt: nothing lost (KILLS, SEED)'
	@echo 'make nightly HOURS=8  what takes hours: valgrind, threads, growth, seeds, fuzzing, chaos and the rest'
	@echo 'make coverage   which statements the tests reach, and whether that is enough'
	@echo 'make clean      remove build/'

# ---- packages ----
LISTS ?= etc/packages
packages:
	@missing=; for p in $$(grep -hv '^#' $(LISTS)); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q '^install ok' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
		run=; [ "$$(id -u)" = 0 ] || run='sudo -n'; \
		if [ -z "$$run" ] || sudo -n true 2>/dev/null; then \
			echo "installing $$(wc -w <<<"$$missing") packages:$$missing"; \
			log=$$(mktemp); \
			{ $$run apt-get update -q && DEBIAN_FRONTEND=noninteractive $$run apt-get install -q -y --no-install-recommends $$missing; } \
				>"$$log" 2>&1 </dev/null || { tail -n 40 "$$log" >&2; echo "the packages could not be installed; all that apt-get said: $$log" >&2; exit 1; }; \
			rm -f "$$log"; \
		else \
			echo 'These packages are missing. Install them, then run the same make again:' >&2; \
			echo "  sudo apt-get install -y --no-install-recommends$$missing" >&2; exit 1; \
		fi; \
	fi

$(B)/cflags: etc/packages
	@mkdir -p $(@D)
	@command -v pkg-config >/dev/null && pkg-config --exists $(PKGS) || { echo 'packages are missing: run  make packages' >&2; exit 1; }
	@pkg-config --libs $(PKGS) | sed 's/$$/ -lunistring/' > $(B)/libs
	@pkg-config --cflags $(PKGS) > $@

# ---- generated code ----
$(B)/gen/proto/%.pb-c.c $(B)/gen/proto/%.pb-c.h &: proto/%.proto $(B)/cflags
	@mkdir -p $(B)/gen
	$(Q)protoc --c_out=$(B)/gen -I. $<
$(B)/gen/proto/control.pb-c.h: $(B)/gen/proto/envelope.pb-c.h

# Files that a program has in itself, as C strings.
$(B)/gen/tools/completion_bash.inc: etc/completion/vanthu.bash
$(B)/gen/tools/completion_zsh.inc: etc/completion/_vanthu
$(B)/gen/tools/gateway/schemas.inc: tools/gateway/schemas.json
$(B)/gen/tools/%.inc:
	@mkdir -p $(@D)
	$(Q)sed 's/[\\"]/\\&/g; s/\t/\\t/g; s/.*/"&\\n"/' $< > $@
$(B)/gen/daemon/%.inc: etc/%
	@mkdir -p $(@D)
	$(Q)sed 's/[\\"]/\\&/g; s/\t/\\t/g; s/.*/"&\\n"/' $< > $@
# The office's page: its files with their digests in their names, compressed.
$(B)/gen/tools/gateway/page_files.inc: tools/page/pack $(wildcard tools/page/* tools/page/vendor/*)
	@mkdir -p $(@D)
	$(Q)tools/page/pack tools/page $(B)/page
	$(Q)cp $(B)/page/page_files.inc $@
INC := $(B)/gen/tools/gateway/page_files.inc $(B)/gen/tools/gateway/schemas.inc $(B)/gen/tools/completion_bash.inc $(B)/gen/tools/completion_zsh.inc $(B)/gen/daemon/holidays.inc $(B)/gen/daemon/doctypes.inc $(B)/gen/daemon/targets.inc $(B)/gen/daemon/retention.inc

# ---- objects: obj (release), asan (tests), steps (tests that count), three canaries ----
define objects
$(B)/$(1)/%.o: private SHELL := /bin/sh
$(B)/$(1)/%.o: private .SHELLFLAGS := -c
$(B)/$(1)/gen/%.o: $(B)/gen/%.c | $$$$(@D)/.
	$$(Q)$(2) -w $(3) -c -o $$@ $$<
$(B)/$(1)/%.o: %.c $(B)/cflags | $(GEN:%=%.h) $(INC) $$$$(@D)/.
	$$(call say,$(1),$$<)
	$$(Q)$(2) @$(B)/cflags $(WARN) $(3) -c -o $$@ $$<
endef
# A folder is made once, and where the shell is the plain one make starts the compiler without it: two thousand files, four processes less each.
.SECONDEXPANSION:
$(B)/%/.:
	@mkdir -p $@
$(eval $(call objects,obj,$(CC),$(WARN_GCC) $(RELEASE)))
$(eval $(call objects,asan,$(CC),$(WARN_GCC) $(ASAN)))
# Each basic block reports itself: tests count steps where they would otherwise measure time.
$(eval $(call objects,steps,$(CC),$(WARN_GCC) $(ASAN) -fsanitize-coverage=trace-pc))
$(eval $(call objects,canary-no-verify,$(CC),$(WARN_GCC) $(COMMON) -O1 -g -DVANTHU_CANARY_NO_VERIFY))
$(eval $(call objects,canary-early-ack,$(CC),$(WARN_GCC) $(COMMON) -O1 -g -DVANTHU_CANARY_EARLY_ACK))
$(eval $(call objects,canary-misses-flight,$(CC),$(WARN_GCC) $(COMMON) -O1 -g -DVANTHU_CANARY_MISSES_FLIGHT))

obj_of = $(patsubst %,$(B)/$(1)/%.o,$(2))
gen_of = $(patsubst %,$(B)/$(1)/gen/proto/%.pb-c.o,$(PROTO_DEFS))

# ---- programs: each links what it uses of the archives of the folders ----
CLIENT := $(filter base/% client/%,$(TOOLS))
define archive
$(B)/$(1):
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)ar rcs $$@ $$^
$(B)/$(1): $(2)
endef
$(eval $(call archive,obj/librouting.a,$(call obj_of,obj,$(ROUTING:%=routing/%))))
$(eval $(call archive,obj/libproto.a,$(call obj_of,obj,$(PROTO:%=proto/%)) $(call gen_of,obj)))
$(eval $(call archive,obj/libdaemon.a,$(call obj_of,obj,$(DAEMON:%=daemon/%))))
$(eval $(call archive,obj/libvanthu.a,$(call obj_of,obj,$(CLIENT:%=tools/%))))
# What the command line and the gateway share besides.
SHARED := $(filter account/% axis/% run/% token/% edxml/% output/changes_json output/reply_json spool/% webhook/%,$(TOOLS))
$(eval $(call archive,obj/libtools.a,$(call obj_of,obj,$(SHARED:%=tools/%))))

$(B)/vanthud: $(call obj_of,obj,daemon/main) $(addprefix $(B)/obj/,libdaemon.a libproto.a librouting.a)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/vanthu: $(call obj_of,obj,$(addprefix tools/,$(filter-out $(CLIENT) $(SHARED),$(TOOLS)))) \
		$(addprefix $(B)/obj/,libtools.a libvanthu.a libdaemon.a libproto.a librouting.a)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)

# It sends webhooks all day: libcurl is there from its start, and not looked for behind its sandbox (tools/base/curl_calls.h).
$(B)/vanthu-gateway: $(call obj_of,obj,$(GATEWAY:%=tools/%)) $(addprefix $(B)/obj/,libtools.a libvanthu.a libdaemon.a libproto.a librouting.a)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS) -Wl,--no-as-needed -lcurl

# ---- libvanthu for other programs: tools/client/vanthu.h and no other symbol. ----
# Both forms are made of one object, in which all that vanthu.h does not name is local: whoever links the archive may have functions of
# the same names. It is cut out of these by the linker, as far as the functions of vanthu.h need them.
library: $(B)/lib/libvanthu.so.1 $(B)/lib/libvanthu.a
LIBRARY_PKGS := libprotobuf-c libcrypto yaml-0.1
LIBRARY := $(filter client/vanthu%,$(TOOLS))
$(eval $(call archive,obj/libparts.a,$(call obj_of,obj,$(addprefix tools/,$(filter-out $(LIBRARY),$(CLIENT))) \
	$(addprefix daemon/,$(filter base/folder base/log_level config/%,$(DAEMON))) $(PROTO:%=proto/%) \
	$(addprefix routing/,$(filter base/% rules/% target/%,$(ROUTING)))) $(call gen_of,obj)))
$(B)/lib/vanthu.o: $(call obj_of,obj,$(LIBRARY:%=tools/%)) $(B)/obj/libparts.a
	@mkdir -p $(@D)
	$(Q)ld -r -o $@ $^
	$(Q)objcopy --localize-hidden $@
$(B)/lib/libvanthu.a: $(B)/lib/vanthu.o
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,archive,$@)
	$(Q)ar rcs $@ $^
$(B)/lib/libvanthu.so.1: $(B)/lib/vanthu.o tools/client/vanthu.map
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) -shared -pthread -Wl,-soname,libvanthu.so.1 -Wl,--version-script=tools/client/vanthu.map -Wl,-z,relro,-z,now,-z,defs,-z,nodelete \
		-Wl,--as-needed -o $@ $< $(LIBS)

# ---- texts in other languages ----
locale: $(B)/locale/vi/LC_MESSAGES/vanthu.mo
$(B)/locale/%/LC_MESSAGES/vanthu.mo: tools/po/%.po $(B)/cflags
	@mkdir -p $(@D)
	$(Q)msgfmt --check-format -o $@ $<

# ---- manual pages: docs/man/ with the parts that tables make, a line @part@ each ----
MAN := vanthu.1 vanthud.8 vanthu-gateway.8 vanthud.yaml.5 vi/vanthu.1 vi/vanthud.8 vi/vanthu-gateway.8 vi/vanthud.yaml.5
man: $(MAN:%=$(B)/man/%)
$(B)/man/%: docs/man/%.in $(B)/vanthu $(B)/locale/vi/LC_MESSAGES/vanthu.mo
	@mkdir -p $(@D)
	$(call say,man,$@)
	$(Q)LC_ALL=C.UTF-8 LANGUAGE=$(if $(filter vi/%,$*),vi,en) awk -v vanthu=$(B)/vanthu ' \
		BEGIN { "sed -n \"s/.*VANTHU_VERSION .\\(.*\\).$$/\\1/p\" daemon/base/version.h" | getline version } \
		/^@[a-z]+@$$/ { gsub(/@/, ""); fflush(); if (system(vanthu " help --man " $$0) != 0) exit 1; next } \
		{ gsub(/@version@/, version); print }' $< > $@

# ---- the gateway's interface: description and reference page, made from its table ----
api: $(B)/vanthu-gateway
	$(Q)$(B)/vanthu-gateway --openapi > docs/openapi.json
	$(Q)python3 -B docs/api/page.py docs/openapi.json > docs/api/index.html

# ---- tests ----
ASAN_LIB := $(call obj_of,asan,$(LIB) $(DAEMON:%=daemon/%) $(DAEMON_TEST:%=daemon/%) $(TOOLS_TEST:%=tools/%) $(GATEWAY_TEST:%=tools/%)) $(call gen_of,asan)
$(B)/asan/libtest.a: $(ASAN_LIB)
	@rm -f $@
	$(Q)ar rcs $@ $^
# What a test stands on is an archive too: a test that needs nothing of it is a small program, quickly linked and quickly started.
, := ,
PLAN_POOL := -Wl,--wrap=plan_new,--wrap=plan_destroy
$(eval $(call archive,asan/libsupport.a,$(UNIT_SUPPORT:%=$(B)/asan/tests/unit/%.o)))
$(B)/unit/%: $(B)/asan/tests/unit/%.o $(B)/asan/libsupport.a $(B)/asan/libtest.a
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(SANITIZE) -pthread -Wl,--as-needed $(PLAN_POOL) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LIBS)

# In some of them each allocation (tests/unit/support/no_memory.c), each step of a digest, and each call of the store, fails once.
ALLOCATORS := $(patsubst %,-Wl$(,)--wrap=%,malloc calloc realloc arena_alloc arena_raw arena_array arena_blob EVP_MD_CTX_new i2d_X509)
DIGESTS := $(patsubst %,-Wl$(,)--wrap=%,EVP_MD_fetch EVP_DigestInit_ex2 EVP_DigestUpdate EVP_DigestFinal_ex)
STORE_CALLS := $(patsubst %,-Wl$(,)--wrap=%,$(addprefix mdb_,env_create env_set_maxdbs env_open txn_begin txn_renew txn_commit dbi_open get put del cursor_open cursor_get) \
	fallocate statvfs fsync calloc)
$(B)/unit/daemon/store/test_fails $(B)/coverage/unit/daemon/store/test_fails: PLAN_POOL += $(STORE_CALLS)
$(B)/unit/proto/test_no_memory $(B)/coverage/unit/proto/test_no_memory: PLAN_POOL += $(ALLOCATORS) $(DIGESTS)
$(B)/unit/daemon/test_no_memory $(B)/coverage/unit/daemon/test_no_memory: PLAN_POOL += $(ALLOCATORS)

# ---- the daemon under ThreadSanitizer: make nightly ----
$(eval $(call objects,tsan,$(CC),$(WARN_GCC) $(COMMON) -O1 -g -fsanitize=thread))
$(B)/tsan/vanthud: $(call obj_of,tsan,$(LIB) $(DAEMON:%=daemon/%) daemon/main) $(call gen_of,tsan)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) -fsanitize=thread -pthread -o $@ $^ $(LIBS)

# ---- fuzz targets: with libFuzzer by hand, with their kept inputs and mutated ones in `make check` ----
$(eval $(call objects,fuzz,$(CLANG),$(COMMON) -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all))
FUZZ_LIB := $(call obj_of,fuzz,$(LIB) $(DAEMON:%=daemon/%) $(DAEMON_TEST:%=daemon/%) $(TOOLS_TEST:%=tools/%) $(GATEWAY_TEST:%=tools/%)) $(call gen_of,fuzz)
$(B)/fuzz/libtest.a: $(FUZZ_LIB)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(B)/fuzz/fuzz-%: $(B)/fuzz/tests/fuzz/fuzz_%.o $(B)/fuzz/libtest.a
	$(call say,link,$@)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -pthread -o $@ $^ $(LIBS)
# Of each target: its name, how many mutated inputs, and its kept ones.
$(B)/fuzz/targets: tests/sources.mk tests/fuzz/inputs.mk Makefile
	@mkdir -p $(@D)
	@printf '%s\n' $(foreach t,$(FUZZ),'$(t) $(COUNT_$(t)) $(FUZZ_$(t))') > $@
# The same in the release: many times as fast.
$(B)/fuzz/fast-%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/kept.o $(B)/obj/libfuzzed.a
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(eval $(call archive,obj/libfuzzed.a,$(call obj_of,obj,$(LIB) $(DAEMON:%=daemon/%) $(DAEMON_TEST:%=daemon/%) $(TOOLS_TEST:%=tools/%) $(GATEWAY_TEST:%=tools/%)) $(call gen_of,obj)))
$(B)/fuzz/kept-%: $(B)/asan/tests/fuzz/fuzz_%.o $(B)/asan/tests/fuzz/kept.o $(B)/asan/libtest.a
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(SANITIZE) -pthread -o $@ $^ $(LIBS)

# What takes its steps: the rest comes from the archive, where these have no counterpart left to be looked for.
STEPS := $(patsubst %,daemon/%,$(filter control/%,$(DAEMON)) store/memory) \
	$(addprefix routing/,base/committee_id state/plan documents/rows state/record documents/route state/tree) proto/record_decode
$(B)/unit/daemon/control/test_many: $(call obj_of,steps,$(STEPS))
$(B)/unit/tools/token/test_book: $(call obj_of,steps,tools/token/book)

# ---- coverage: which statements the unit tests, the fuzz replay and some seeds reach (tests/coverage/run) ----
# gcc's counters and gcov: both come with the compiler that builds the release, and a count of theirs is by line of the source as it stands.
# Without optimisation each statement keeps its own count; counted atomically, for threads share them.
COVER := $(COMMON) -O0 -g1 --coverage -fprofile-update=atomic -Wno-maybe-uninitialized
$(eval $(call objects,coverage,$(CC),$(WARN_GCC) $(COVER)))
COVER_LIB := $(call obj_of,coverage,$(LIB) $(DAEMON:%=daemon/%) $(DAEMON_TEST:%=daemon/%) $(TOOLS_TEST:%=tools/%) $(GATEWAY_TEST:%=tools/%)) $(call gen_of,coverage)
$(eval $(call archive,coverage/libtest.a,$(COVER_LIB)))
$(eval $(call archive,coverage/libsupport.a,$(call obj_of,coverage,$(UNIT_SUPPORT:%=tests/unit/%))))
$(B)/coverage/unit/%: $(B)/coverage/tests/unit/%.o $(B)/coverage/libsupport.a $(B)/coverage/libtest.a
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) --coverage -Wl,-u,__gcov_dump -pthread -Wl,--as-needed $(PLAN_POOL) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LIBS)
$(B)/coverage/fuzz/kept-%: $(B)/coverage/tests/fuzz/fuzz_%.o $(B)/coverage/tests/fuzz/kept.o $(B)/coverage/libtest.a
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) --coverage -pthread -o $@ $^ $(LIBS)

SIM_PARTS := $(LIB) daemon/links/publish_opener daemon/outbox daemon/repair daemon/turn daemon/flight daemon/inbox daemon/store/memory $(patsubst %,daemon/%,$(filter store/%,$(DAEMON))) daemon/base/folder daemon/files/memory daemon/files/files daemon/files/garbage \
	daemon/bulk/bulk daemon/bulk/fetch daemon/bulk/serve daemon/bulk/transfer daemon/base/clock daemon/base/log daemon/base/log_level daemon/base/log_repeat daemon/directory/download daemon/directory/installer daemon/directory/spool $(SIM:%=tests/sim/%)
$(B)/asan/sim: $(call obj_of,asan,$(SIM_PARTS) tests/unit/support/plan_pool) $(call gen_of,asan)
	$(call say,link,$@)
	$(Q)$(CC) $(SANITIZE) -pthread -Wl,--as-needed $(PLAN_POOL) -o $@ $^ $(LIBS)
# The same without sanitizers: a year of 20,000 documents.
$(B)/sim/sim: $(call obj_of,obj,$(SIM_PARTS)) $(call gen_of,obj)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/coverage/sim: $(call obj_of,coverage,$(SIM_PARTS) tests/unit/support/plan_pool) $(call gen_of,coverage)
	$(call say,link,$@)
	$(Q)$(CC) --coverage -pthread -Wl,--as-needed $(PLAN_POOL) -o $@ $^ $(LIBS)
VECTORS_PARTS := $(LIB) $(VECTORS:%=tests/vectors/code/%)
$(B)/asan/vectors: $(call obj_of,asan,$(VECTORS_PARTS)) $(call gen_of,asan)
	$(call say,link,$@)
	$(Q)$(CC) $(SANITIZE) -pthread -o $@ $^ $(LIBS)
# The same formats for check.py, which shares no code with the rest.
PY_GEN := $(PROTO_DEFS:%=$(B)/gen/py/proto/%_pb2.py)
$(B)/gen/py/proto/%_pb2.py: proto/%.proto $(B)/cflags
	@mkdir -p $(B)/gen/py
	$(Q)protoc --python_out=$(B)/gen/py -I. $<

# A canary is the release with the few files that it spoils compiled anew.
CANARY_SOURCES := $(basename $(shell grep -rl --include='*.c' '^#if.*VANTHU_CANARY_' routing proto daemon))
canary_of = $(foreach p,$(2),$(B)/$(if $(filter $(p),$(CANARY_SOURCES)),$(1),obj)/$(p).o)
define canary
$(B)/$(1)/sim: $(call canary_of,$(1),$(SIM_PARTS)) $(call gen_of,obj)
	$$(call say,link,$$@)
	$$(Q)$(CC) $(LINK) -o $$@ $$^ $$(LIBS)
endef
$(eval $(call canary,canary-no-verify))
$(eval $(call canary,canary-early-ack))
$(eval $(call canary,canary-misses-flight))
# The whole daemon that acknowledges early: tests/system/order.bats must catch it at work.
$(B)/canary-early-ack/vanthud: $(call canary_of,canary-early-ack,$(LIB) $(DAEMON:%=daemon/%) daemon/main) $(call gen_of,obj)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)

# ---- lint: what the other compiler warns of ----
# clang spends more on its own start than on a file here, and nobody needs its code: a process for each folder (three levels of tests/unit, else two)
# reads all files of it, one after the other, as far as warnings go. `-###` says what the compiler proper is told. What it says it has read is the
# stamp's list of prerequisites, and each source must be in it.
LINTED := $(LIB) $(DAEMON:%=daemon/%) daemon/main $(DAEMON_TEST:%=daemon/%) $(TOOLS:%=tools/%) $(GATEWAY:%=tools/%) $(SIM:%=tests/sim/%) $(VECTORS:%=tests/vectors/code/%) $(BENCH_SOURCES:%=tests/bench/%) $(UNIT_SUPPORT:%=tests/unit/%) $(UNIT:%=tests/unit/%) $(CRASH:%=tests/crash/%) tests/fuzz/kept $(FUZZ:%=tests/fuzz/fuzz_%)
lint_folder = $(subst $(eval ) ,/,$(wordlist 1,$(if $(filter tests/unit/%,$(1)),3,2),$(subst /, ,$(patsubst %/,%,$(dir $(1))))))
LINT_FOLDERS := $(sort $(foreach f,$(LINTED),$(call lint_folder,$(f))))
define linted
lint: $(B)/lint/$(1).ok
$(B)/lint/$(1).ok: $(2) $(B)/lint/flags | $(GEN:%=%.h) $(INC) $$$$(@D)/.
	$$(call say,clang,$(1))
	$$(Q)$(CLANG) @$(B)/lint/flags -dependency-file - -MT $$@ $(2) | tr -s ' :\\' '\n' | sort -u | grep -vx $$@ > $(B)/lint/$(1).read
	@! printf '%s\n' $(2) | grep -vxFf $(B)/lint/$(1).read
	@sed 's|.*|$$@: &\n&:|' $(B)/lint/$(1).read > $(B)/lint/$(1).d
	@touch $$@
endef
$(foreach d,$(LINT_FOLDERS),$(eval $(call linted,$(d),$(foreach f,$(LINTED),$(if $(filter $(d),$(call lint_folder,$(f))),$(f).c)))))
$(B)/lint/flags: $(B)/cflags
	@mkdir -p $(@D)
	@touch $(B)/lint/none.c
	$(Q)$(CLANG) '-###' -fsyntax-only @$(B)/cflags $(WARN) $(filter-out -MMD -MP,$(COMMON)) -O1 $(HARDEN) -x c $(B)/lint/none.c 2>&1 | \
		sed -n 's/^ *"[^"]*" \("-cc1" .*\) "-main-file-name" "none.c"\( .*\) "[^"]*"$$/\1\2/p' > $@
	@[ -s $@ ]

$(B)/tests/%: tests/helpers/%.c
	@mkdir -p $(@D)
	$(call say,helper,$<)
	$(Q)$(CC) $(WARN) $(RELEASE) $(LINK) -o $@ $< -lzmq

$(B)/tests/slow_sync.so: tests/helpers/slow_sync.c
	@mkdir -p $(@D)
	$(call say,helper,$<)
	$(Q)$(CC) $(WARN) -D_GNU_SOURCE -O2 -fPIC -shared -o $@ $<

$(B)/tests/crash.so: $(CRASH:%=tests/crash/%.c) $(wildcard tests/crash/*.h) $(B)/cflags
	@mkdir -p $(@D)
	$(call say,helper,$@)
	$(Q)$(CC) $(WARN) $(WARN_GCC) -std=c11 -D_GNU_SOURCE -I. -pthread -O2 -g -fPIC -shared -o $@ $(filter %.c,$^)

$(B)/tests/damage: tests/helpers/damage.c
	@mkdir -p $(@D)
	$(call say,helper,$<)
	$(Q)$(CC) $(WARN) -I. $(RELEASE) $(LINK) -o $@ $< -llmdb

$(B)/tests/bitflip: $(call obj_of,obj,tests/helpers/bitflip tools/client/evidence tools/base/file_name tools/base/files tools/base/text daemon/base/folder $(LIB)) $(call gen_of,obj)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/tests/enlarge: $(call obj_of,obj,tests/helpers/enlarge tools/registry/registry tools/base/files tools/base/text daemon/base/socket_group daemon/base/folder daemon/keys/key_file $(LIB)) $(call gen_of,obj)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/tests/places: $(call obj_of,obj,tests/helpers/places tools/registry/registry tools/registry/change tools/base/files tools/base/text daemon/base/socket_group daemon/base/folder daemon/keys/key_file $(LIB)) $(call gen_of,obj)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/tests/spool_run: $(call obj_of,obj,tests/helpers/spool_run) $(addprefix $(B)/obj/,libtools.a libvanthu.a libdaemon.a libproto.a librouting.a)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
$(B)/tests/stream: $(call obj_of,obj,tests/helpers/stream) $(addprefix $(B)/obj/,libvanthu.a libdaemon.a libproto.a librouting.a)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)
BADPEER := badpeer badpeer_bounds badpeer_frames badpeer_office badpeer_publish badpeer_report peer
$(B)/tests/badpeer: $(call obj_of,obj,$(BADPEER:%=tests/helpers/%) tools/base/files daemon/base/folder $(LIB)) $(call gen_of,obj)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)

$(B)/tests/webhook_run: $(call obj_of,obj,tests/helpers/webhook_run) $(addprefix $(B)/obj/,libtools.a libvanthu.a libdaemon.a libproto.a librouting.a)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ $(LIBS)

BENCH_PARTS := $(BENCH_SOURCES:%=tests/bench/%) tools/client/uuid $(LIB)
$(B)/bench/bench: $(call obj_of,obj,$(BENCH_PARTS)) $(call gen_of,obj)
	@mkdir -p $(@D)
	$(call say,link,$@)
	$(Q)$(CC) $(LINK) -o $@ $^ -lssl $(LIBS)

TESTED := all lint $(B)/bench/bench $(B)/tests/slow_sync.so $(B)/tests/crash.so $(TEST_HELPERS:%=$(B)/tests/%) $(UNIT:%=$(B)/unit/%) $(FUZZ:%=$(B)/fuzz/kept-%) $(FUZZ:%=$(B)/fuzz/fast-%) $(B)/fuzz/targets $(B)/asan/sim $(B)/asan/vectors $(PY_GEN) $(B)/sim/sim \
	$(B)/canary-no-verify/sim $(B)/canary-early-ack/sim $(B)/canary-misses-flight/sim $(B)/canary-early-ack/vanthud
.PHONY: test-programs
test-programs: $(TESTED)

check: packages
	@$(MAKE) --no-print-directory -j2 test-programs
	@tests/run

vectors: packages
	@$(MAKE) --no-print-directory -j2 $(B)/asan/vectors
	$(B)/asan/vectors tests/vectors/data

sim: packages
	@$(MAKE) --no-print-directory -j2 $(B)/asan/sim
	@$(B)/asan/sim $(SEED)

exhaust: packages
	@$(MAKE) --no-print-directory -j2 $(B)/sim/sim
	@time $(B)/sim/sim --exhaust $(SEQUENCE)

# A crash leaves its input in build/fuzz: mended, it is kept in one of the folders of FUZZ_NAME (tests/fuzz/inputs.mk). libclang-rt-14-dev has the runtime.
TARGET ?= edxml
FUZZ_SECONDS ?= 60
fuzz: packages
	@$(MAKE) --no-print-directory -j2 $(B)/fuzz/fuzz-$(TARGET) $(B)/fuzz/fast-$(TARGET)
	@mkdir -p $(B)/fuzz/found-$(TARGET) $(B)/fuzz/seeds-$(TARGET)
	@$(B)/fuzz/fast-$(TARGET) write $(B)/fuzz/seeds-$(TARGET) $(FUZZ_$(TARGET))
	$(B)/fuzz/fuzz-$(TARGET) -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=20 -artifact_prefix=$(B)/fuzz/ $(B)/fuzz/found-$(TARGET) $(B)/fuzz/seeds-$(TARGET)

# Statements that the tests reach, and the goals: tests/coverage/run. Two programs that count the steps of their own build are not among them.
COVERED := $(filter-out daemon/control/test_many tools/token/test_book,$(UNIT))
coverage: packages
	@$(MAKE) --no-print-directory -j2 $(COVERED:%=$(B)/coverage/unit/%) $(FUZZ:%=$(B)/coverage/fuzz/kept-%) $(B)/fuzz/targets $(B)/coverage/sim
	@tests/coverage/run

# Virtual time; how long it took is printed, and nothing depends on it.
year: packages
	@$(MAKE) --no-print-directory -j2 $(B)/sim/sim
	@time $(B)/sim/sim --year $(SEED) 20000 plants

# What is measured, and against what: docs/BENCHMARKS.md. BENCH=smoke|full, PEERS=FILE.
bench: packages
	@$(MAKE) --no-print-directory -j2 all $(B)/bench/bench
	@BENCH='$(BENCH)' PEERS='$(PEERS)' tests/bench/run

# Each command of a clerk after a year: docs/BENCHMARKS.md.
clerk: packages
	@$(MAKE) --no-print-directory -j2 all $(B)/sim/sim
	@tests/bench/clerk

# The year of `make year` in the stores of a lab that reports, and a recount of its books: tests/year/figures.
figures: packages
	@$(MAKE) --no-print-directory -j2 all $(B)/sim/sim $(B)/tests/places $(PY_GEN)
	@timeout 900 tests/year/figures

# A store is put back to older copies, after kill -9, while documents come and go: tests/bench/setback.
setback: packages
	@$(MAKE) --no-print-directory -j2 all
	@tests/bench/setback $(SECONDS_OF_TROUBLE)

# Older revisions beside this build in one tree: tests/bench/versions, by the list in tests/bench/revisions.
REVISIONS ?=
versions: packages
	@$(MAKE) --no-print-directory -j2 all
	@tests/bench/versions --seed $(SEED) $(REVISIONS)

# Power cuts at each moment of a recorded lab: tests/crash/crash.
IMAGES ?= 7000
crash: packages
	@$(MAKE) --no-print-directory -j2 all $(B)/tests/crash.so $(PY_GEN)
	@tests/crash/crash run --images $(IMAGES) --rounds 3 --seed $(SEED)

# The n-th call of a kind fails, once and for good: tests/crash/sweep.
ATTEMPTS ?= 12
sweep: packages
	@$(MAKE) --no-print-directory -j2 all $(B)/tests/crash.so $(PY_GEN)
	@tests/crash/sweep --attempts $(ATTEMPTS) --seed $(SEED)

# Seven daemons in network namespaces, and everything fails: tests/bench/chaos.
KILLS ?= 500
chaos: packages
	@$(MAKE) --no-print-directory -j2 all
	@tests/bench/chaos --kills $(KILLS) --seed $(SEED)

# What takes hours: tests/nightly/run. PART='growth chaos': only these.
HOURS ?= 8
PART ?=
nightly: packages
	@$(MAKE) --no-print-directory -j2 all $(B)/sim/sim $(B)/bench/bench
	@tests/nightly/run $(HOURS) $(PART)

# Programs, gateways and daemons are killed for ten minutes: tests/bench/survive.
survive: packages
	@$(MAKE) --no-print-directory -j2 all
	@tests/bench/survive $(SECONDS_OF_TROUBLE) $(SEED)

# Who tries it out wants to see the committees, not the compiler.
demo: packages
	@mkdir -p $(B); echo 'building; what the compiler says is in $(B)/demo.log'
	@$(MAKE) --no-print-directory -j2 all >$(B)/demo.log 2>&1 || { tail -n 40 $(B)/demo.log >&2; exit 1; }
	@$(B)/vanthu demo

# Modes are said each time: they must not depend on the umask of who installs. DESTDIR may hold blanks.
R = $(DESTDIR)$(PREFIX)
SHARE = $(R)/share
install: all
	install -d -m 755 "$(R)/bin" "$(R)/sbin" "$(R)/lib/systemd/system" "$(SHARE)/doc/vanthu" "$(SHARE)/vanthu" "$(SHARE)/locale/vi/LC_MESSAGES" \
		"$(SHARE)/bash-completion/completions" "$(SHARE)/zsh/vendor-completions" \
		"$(R)/include" "$(R)/lib/pkgconfig" "$(SHARE)/doc/vanthu/examples/portal" "$(SHARE)/doc/vanthu/api"
	install -m 755 $(B)/vanthu "$(R)/bin/vanthu"
	install -m 755 $(B)/vanthud "$(R)/sbin/vanthud"
	install -m 755 $(B)/vanthu-gateway "$(R)/bin/vanthu-gateway"
	sed 's|@sbindir@|$(PREFIX)/sbin|' etc/vanthud@.service | install -m 644 /dev/stdin "$(R)/lib/systemd/system/vanthud@.service"
	sed 's|@bindir@|$(PREFIX)/bin|' etc/vanthu-gateway@.service | install -m 644 /dev/stdin "$(R)/lib/systemd/system/vanthu-gateway@.service"
	sed 's|@bindir@|$(PREFIX)/bin|' etc/vanthu-remind@.service | install -m 644 /dev/stdin "$(R)/lib/systemd/system/vanthu-remind@.service"
	install -m 644 etc/vanthu-remind@.timer "$(R)/lib/systemd/system/vanthu-remind@.timer"
	sed 's|@bindir@|$(PREFIX)/bin|' etc/vanthu-backup@.service | install -m 644 /dev/stdin "$(R)/lib/systemd/system/vanthu-backup@.service"
	install -m 644 etc/vanthu-backup@.timer "$(R)/lib/systemd/system/vanthu-backup@.timer"
	install -m 644 tools/client/vanthu.h "$(R)/include/vanthu.h"
	install -m 644 $(B)/lib/libvanthu.a $(B)/lib/libvanthu.so.1 "$(R)/lib/"
	ln -sf libvanthu.so.1 "$(R)/lib/libvanthu.so"
	sed "s|@prefix@|$(PREFIX)|; s|@packages@|$(LIBRARY_PKGS)|; s|@version@|$$(sed -n 's/^#define VANTHU_VERSION "\(.*\)"/\1/p' daemon/base/version.h)|" \
		etc/vanthu.pc | install -m 644 /dev/stdin "$(R)/lib/pkgconfig/vanthu.pc"
	install -m 644 etc/*.yaml etc/doctypes etc/holidays etc/lists etc/persons etc/retention etc/targets "$(SHARE)/vanthu/"
	for m in $(MAN); do \
		d="$(SHARE)/man/$$(dirname $$m)/man$${m##*.}"; install -d -m 755 "$$d"; install -m 644 "$(B)/man/$$m" "$$d/$${m##*/}"; \
	done
	install -m 644 etc/completion/vanthu.bash "$(SHARE)/bash-completion/completions/vanthu"
	install -m 644 etc/completion/_vanthu "$(SHARE)/zsh/vendor-completions/_vanthu"
	install -m 644 $(B)/locale/vi/LC_MESSAGES/vanthu.mo "$(SHARE)/locale/vi/LC_MESSAGES/"
	install -m 644 README.md README.vi.md LICENSE CHANGELOG.md docs/ARCHITECTURE.md docs/HACKING.md docs/OPERATION.md docs/OPERATION.vi.md \
		docs/PROTOCOL.md docs/LIBRARY.md docs/INTEGRATION.md docs/INTEGRATION.vi.md docs/openapi.json "$(SHARE)/doc/vanthu/"
	install -m 644 docs/api/index.html "$(SHARE)/doc/vanthu/api/"
	install -m 644 docs/examples/*.c docs/examples/*.java docs/examples/*.cs docs/examples/*.py "$(SHARE)/doc/vanthu/examples/"
	install -m 755 docs/examples/portal/portal.py "$(SHARE)/doc/vanthu/examples/portal/"

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
