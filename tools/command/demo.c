/* demo: the main job on seven real daemons, synced to disk as in production, in at most a
 * minute. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/lab/lab.h"

enum {
	OPT_KEEP = 1,
	OPT_PORT,
	LARGE_BYTES = 24 << 20,
	TABLE_BYTES = 3 << 20,
	WAIT_MS = 20000,
	MORE_DIGITAL = 14,
	DEMO_MEMBERS = 7,
	ARENA_BYTES = 128 << 20
};

const struct command_option demo_options[] = {
	{ "keep", OPT_KEEP, N_("DIR"), N_("make the lab in this folder, and leave it running"),
	  VALUE_FOLDER, NULL },
	{ "port", OPT_PORT, N_("N"), N_("first port of the lab (one that is likely free)"),
	  VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* The same tree as etc/demo-tree.yaml, so that an installed program needs no file. */
static const char tree_text[] =
	"committees:\n"
	"  - {id: btp, name: \"Đảng ủy Bộ Tư pháp\", symbol: \"ĐU\", "
	"term: {name: \"2025-2030\", from: 2025-08-08}}\n"
	"  - {id: vanphong, name: \"Đảng bộ Văn phòng Bộ\", symbol: \"ĐUVP\", "
	"superior: btp}\n"
	"  - {id: thads, name: \"Đảng bộ Cục Quản lý Thi hành án dân sự\", symbol: \"ĐUTHA\", "
	"superior: btp}\n"
	"  - {id: cb-tonghop, name: \"Chi bộ Phòng Tổng hợp\", symbol: \"CB\", "
	"superior: vanphong, seal: false}\n"
	"  - {id: cb-luutru, name: \"Chi bộ Phòng Lưu trữ\", symbol: \"CB\", "
	"superior: vanphong, seal: false}\n"
	"  - {id: cb-nghiepvu, name: \"Chi bộ Phòng Nghiệp vụ\", symbol: \"CB\", "
	"superior: thads, seal: false}\n"
	"  - {id: cb-tochuc, name: \"Chi bộ Phòng Tổ chức cán bộ\", symbol: \"CB\", "
	"superior: thads, seal: false}\n";
enum { BELOW_TOP = 6 };
static const char *const members[] = { "vanphong",  "thads",	   "cb-tonghop",
				       "cb-luutru", "cb-nghiepvu", "cb-tochuc" };

/* ---- what is sent ---- */

static const char *const plan_text[] = {
	"KẾ HOẠCH triển khai chuyển đổi số trong các tổ chức đảng",
	"Căn cứ Nghị quyết số 05-NQ/ĐUK, Đảng ủy Bộ Tư pháp ban hành kế hoạch thực hiện như sau.",
	"1. Mục tiêu: 90 % văn bản giữa các cấp ủy được gửi, nhận và xử lý trên môi trường số; 100 "
	"% vào năm 2030.",
	"2. Nhiệm vụ: các đảng ủy, chi bộ trực thuộc tiếp nhận văn bản qua hệ thống, không chờ bản "
	"giấy.",
	"3. Tổ chức thực hiện: báo cáo kết quả về Đảng ủy trước ngày 30 hằng tháng.",
	"T/M ĐẢNG ỦY – BÍ THƯ",
};

static const char *const report_text[] = {
	"BÁO CÁO kết quả thực hiện kế hoạch chuyển đổi số",
	"Chi bộ đã tiếp nhận kế hoạch và triển khai đến toàn thể đảng viên.",
	"T/M CHI BỘ – BÍ THƯ",
};

static enum err write_document(struct arena *a, const char *path, const char *const *paragraphs,
			       unsigned count)
{
	struct blob file;
	enum err e = docx_make(a, paragraphs, count, &file);

	return e == ERR_OK ? fs_write_new(path, file, false) : e;
}

/* Bytes that do not compress, the same each time. */
static enum err write_bytes(struct arena *a, const char *path, size_t len, uint64_t seed)
{
	uint64_t *words = arena_alloc(a, len);

	if (words == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < len / sizeof *words; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		words[i] = seed;
	}
	return fs_write_new(path, (struct blob){ (const uint8_t *)words, len }, false);
}

static enum err write_files(struct demo *s)
{
	struct arena *a = arena_new(ARENA_BYTES);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	snprintf(s->plan, sizeof s->plan, "%s/ke-hoach-31.docx", s->folder);
	snprintf(s->large, sizeof s->large, "%s/phu-luc-ban-do.bin", s->folder);
	snprintf(s->report, sizeof s->report, "%s/bao-cao-02.docx", s->folder);
	snprintf(s->table, sizeof s->table, "%s/bang-so-lieu.bin", s->folder);
	if (e == ERR_OK)
		e = write_document(a, s->plan, plan_text, sizeof plan_text / sizeof plan_text[0]);
	if (e == ERR_OK)
		e = write_document(a, s->report, report_text,
				   sizeof report_text / sizeof report_text[0]);
	if (e == ERR_OK)
		e = write_bytes(a, s->large, LARGE_BYTES, 0x9e3779b97f4a7c15);
	if (e == ERR_OK)
		e = write_bytes(a, s->table, TABLE_BYTES, 0xbf58476d1ce4e5b9);
	arena_destroy(a);
	return e;
}

/* ---- the story ---- */

static bool start(struct demo *s, const char *const *ids, unsigned count)
{
	const struct lab_member *chosen[16];

	for (unsigned i = 0; i < count; i++) {
		chosen[i] = ids == NULL ? &s->lab.members[i] : lab_find(&s->lab, ids[i]);
		if (chosen[i] == NULL ||
		    (process_pid(chosen[i]) == 0 && process_spawn(s->cli, chosen[i]) != ERR_OK))
			return false;
	}
	return process_wait(s->cli, chosen, count, PROCESS_START_MS) == ERR_OK;
}

static bool end(struct demo *s, const char *id, int signal)
{
	return process_end(s->cli, lab_find(&s->lab, id), signal) == ERR_OK;
}

static bool plan_goes_down(struct demo *s, char id[37])
{
	const char *files[] = { s->plan, s->large };
	const char *const how[] = { "--to",	 "subtree",
				    "--type",	 "KH",
				    "--number",	 "31-KH/ĐU",
				    "--subject", "Kế hoạch chuyển đổi số trong các tổ chức đảng",
				    "--urgency", "khan",
				    NULL };

	demo_chapter(
	    s, _("A plan goes down to all six committees below, with an attachment of 24 MiB."));
	if (!demo_send(s, "btp", files, 2, how, id))
		return false;
	demo_say(s, _("accepted: on disk, signed, number 31-KH/ĐU"));
	return demo_receipts(s, "btp", id, BELOW_TOP, WAIT_MS);
}

static bool one_is_cut_off(struct demo *s, char id[37])
{
	static const char *const cut[] = { "cb-luutru" };
	const char *files[] = { s->report };
	const char *const how[] = { "--to",	"subtree",  "--type",	 "TB",
				    "--number", "08-TB/ĐU", "--subject", "Thông báo họp trực tuyến",
				    NULL };

	demo_chapter(
	    s,
	    _("cb-luutru is cut off. A notice goes out all the same: the others have it at once."));
	if (!end(s, "cb-luutru", SIGTERM) || !demo_send(s, "btp", files, 1, how, id) ||
	    !demo_receipts(s, "btp", id, BELOW_TOP - 1, WAIT_MS))
		return false;
	demo_say(s, _("cb-luutru comes back: what waited for it at vanphong drains."));
	return start(s, cut, 1) && demo_receipts(s, "btp", id, BELOW_TOP, WAIT_MS);
}

static bool one_is_killed(struct demo *s, char id[37])
{
	static const char *const killed[] = { "thads" };
	const char *files[] = { s->plan, s->large };
	const char *const how[] = { "--to",	 "cb-nghiepvu,cb-tochuc",
				    "--type",	 "HD",
				    "--number",	 "05-HD/ĐU",
				    "--subject", "Hướng dẫn thực hiện kế hoạch",
				    "--urgency", "hoa-toc",
				    NULL };

	demo_chapter(
	    s, _("An express document passes thads, which is killed with -9 in the middle of it."));
	if (!demo_send(s, "btp", files, 2, how, id) || !end(s, "thads", SIGKILL))
		return false;
	demo_say(s, _("killed while it fetches 24 MiB; started again, it goes on where it was."));
	return start(s, killed, 1) && demo_receipts(s, "btp", id, 2, WAIT_MS);
}

static bool report_comes_up(struct demo *s, char id[37])
{
	const char *files[] = { s->report, s->table };
	const char *const how[] = { "--to",	 "btp,superior",
				    "--type",	 "BC",
				    "--number",	 "02-BC/CB",
				    "--subject", "Báo cáo kết quả thực hiện kế hoạch",
				    NULL };

	demo_chapter(s, _("A report with its table comes up two levels, from cb-tonghop over "
			  "vanphong to btp."));
	return demo_send(s, "cb-tonghop", files, 2, how, id) &&
	       demo_receipts(s, "cb-tonghop", id, 2, WAIT_MS);
}

static void compare_all(struct demo *s, char ids[4][37])
{
	const char *plan[] = { s->plan, s->large }, *notice[] = { s->report },
		   *report[] = { s->report, s->table };
	unsigned good = 0, all = 0;

	demo_chapter(s, _("Every document is saved at every recipient and compared, and every "
			  "signature checked."));
	for (unsigned i = 0; i < BELOW_TOP; i++) {
		good += demo_compare(s, members[i], ids[0], plan, 2);
		good += demo_compare(s, members[i], ids[1], notice, 1);
		all += 2;
	}
	good += demo_compare(s, "cb-nghiepvu", ids[2], plan, 2);
	good += demo_compare(s, "cb-tochuc", ids[2], plan, 2);
	good += demo_compare(s, "vanphong", ids[3], report, 2);
	good += demo_compare(s, "btp", ids[3], report, 2);
	all += 4;
	demo_say(s, _("%u of %u copies are byte for byte what was sent, and verify"), good, all);
}

/* The digital share, before and after: two documents on paper are too many beside the four that
 * went digitally. */
static bool share_falls_and_rises(struct demo *s)
{
	static const struct {
		const char *direction, *type, *number, *subject, *who, *party;
	} papers[] = {
		{ "in", "CV", "12-CV/ĐUK", "Công văn góp ý dự thảo báo cáo", "--from",
		  "Đảng ủy Khối" },
		{ "out", "GM", "15-GM/ĐU", "Giấy mời họp Ban Chấp hành", "--to",
		  "Đảng ủy Chính phủ" },
	};
	const char *files[] = { s->report };
	char id[37], last[37], number[32];

	demo_chapter(s, _("The digital share: two documents still come and go on paper, and are "
			  "registered by hand."));
	demo_share(s, "btp");
	for (size_t i = 0; i < sizeof papers / sizeof papers[0]; i++) {
		const char *const add[] = { "paper",	      "add",	       papers[i].direction,
					    "--type",	      papers[i].type,  "--number",
					    papers[i].number, "--subject",     papers[i].subject,
					    papers[i].who,    papers[i].party, NULL };

		if (!demo_run(s, "btp", add))
			return false;
	}
	demo_share(s, "btp");
	demo_say(s, _("%d more go digitally:"), (int)MORE_DIGITAL);
	for (int i = 0; i < MORE_DIGITAL; i++) {
		const char *const how[] = { "--to",	 "vanphong",	      "--type",
					    "CV",	 "--number",	      number,
					    "--subject", "Công văn trao đổi", NULL };

		snprintf(number, sizeof number, "%d-CV/ĐU", 101 + i);
		if (!demo_send(s, "btp", files, 1, how, i + 1 == MORE_DIGITAL ? last : id))
			return false;
	}
	if (!demo_receipts(s, "btp", last, 1, WAIT_MS))
		return false;
	demo_share(s, "btp");
	return true;
}

static void look_back(struct demo *s, char ids[4][37])
{
	const char *trace[] = { "trace", ids[2], NULL }, *status[] = { "status", NULL },
		   *target[] = { "target", NULL };

	demo_chapter(s, _("What happened, as the signed records of each hop tell it:"));
	demo_show(s, "btp", trace);
	demo_show(s, "btp", status);
	demo_show(s, "btp", target);
}

static void print_next(struct demo *s, bool kept)
{
	printf("\n%s\n", _("Try next:"));
	if (kept) {
		printf("  vanthu -c %s/cb-tochuc inbox\n", s->folder);
		printf("  vanthu -c %s/btp watch\n", s->folder);
		printf("  vanthu lab stop %s\n", s->folder);
		return;
	}
	printf("  vanthu demo --keep /tmp/vanthu-lab\n");
	printf("  vanthu lab create /tmp/my-lab --tree etc/bo-tu-phap-2025.yaml\n");
	printf("  vanthu help send\n");
}

static void play(struct demo *s)
{
	char ids[4][37];

	memset(ids, 0, sizeof ids);
	demo_chapter(s, _("Seven committees of the Ministry's tree start, each with its own "
			  "daemon, keys and store."));
	if (write_files(s) != ERR_OK || !start(s, NULL, s->lab.count)) {
		demo_fail(s, _("the lab did not start: see %s"), s->folder);
		return;
	}
	demo_say(s, _("%u daemons run under %s"), s->lab.count, s->folder);
	if (!plan_goes_down(s, ids[0]) || !one_is_cut_off(s, ids[1]) || !one_is_killed(s, ids[2]) ||
	    !report_comes_up(s, ids[3])) {
		demo_fail(s, _("the story ended early"));
		return;
	}
	compare_all(s, ids);
	if (!share_falls_and_rises(s)) {
		demo_fail(s, _("the story ended early"));
		return;
	}
	look_back(s, ids);
}

/* ---- its end ---- */

static volatile sig_atomic_t stop;

static void note_stop(int signal)
{
	stop = signal;
}

/* Ctrl-C, a closed terminal, `| head`: the daemons are no children of the terminal and would run
 * on. What our caller ignores stays so. */
static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction note = { .sa_handler = note_stop, .sa_flags = SA_RESTART }, before;

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &note, NULL);
	}
}

static void end_daemons(struct demo *s)
{
	/* All are signalled before any is waited for. */
	for (unsigned i = 0; i < s->lab.count; i++) {
		int pid = process_pid(&s->lab.members[i]);

		if (pid != 0)
			kill(pid, SIGTERM);
	}
	for (unsigned i = 0; i < s->lab.count; i++) {
		if (process_end(s->cli, &s->lab.members[i], SIGTERM) != ERR_OK) /* reported */
			(void)!process_end(s->cli, &s->lab.members[i], SIGKILL);
	}
}

static int finish(struct demo *s, bool kept)
{
	bool stopped = demo_stopped(s);

	if (!kept || (s->failed && !stopped))
		end_daemons(s);
	if (!kept && (stopped || !s->failed))
		fs_remove_tree(s->folder);
	if (stopped && kept)
		cli_warn(s->cli, _("the daemons run on; end them with: vanthu lab stop %s"),
			 s->folder);
	if (stopped)
		return 1;
	print_next(s, kept);
	if (s->failed)
		printf("%s %s\n", _("What is left to look at:"), s->folder);
	return s->failed ? 1 : 0;
}

static int demo(struct cli *cli, const char *keep, unsigned port)
{
	struct demo s = { .cli = cli, .began_ms = text_now_ms() };
	struct arena *a = arena_new(ARENA_BYTES);
	struct tree_list tree;
	bool made = false;
	int code;
	enum err e = a == NULL ? ERR_NO_MEMORY : tree_text_load(cli, a, tree_text, &tree);

	if (keep != NULL) {
		snprintf(s.folder, sizeof s.folder, "%s", keep);
	} else {
		snprintf(s.folder, sizeof s.folder, "%s/vanthu-demo-XXXXXX",
			 getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
		made = e == ERR_OK && mkdtemp(s.folder) != NULL;
		e = e == ERR_OK && !made ? ERR_FILE : e;
	}
	if (e == ERR_OK)
		e = lab_create(cli, s.folder, &tree, port);
	if (e == ERR_OK)
		e = lab_open(cli, s.folder, &s.lab);
	arena_destroy(a);
	if (e != ERR_OK) {
		code = cli_fail_file(cli, e, s.folder);
		if (made)
			fs_remove_tree(s.folder);
		return code;
	}
	if (!demo_stopped(&s))
		play(&s);
	code = finish(&s, keep != NULL);
	lab_close(&s.lab);
	return code;
}

int cmd_demo(struct cli *cli, int argc, char **argv)
{
	const char *keep = NULL;
	unsigned long port = 0;
	int c, code;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_KEEP)
			keep = optarg;
		else if (!cli_number(cli, 1, 65536 - DEMO_MEMBERS, &port))
			return err_exit_code(ERR_USAGE);
	}
	cli->quiet = true;
	cli->stop = &stop;
	catch_signals();
	code = demo(cli, keep, (unsigned)port);
	if (stop != 0) {
		/* All is put away: now we end as the signal ends others, so that a shell sees
		 * it. */
		signal(stop, SIG_DFL);
		raise(stop);
	}
	return code;
}
