/* See demo_story.h. */
#include "tools/lab/demo_story.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/lab/lab.h"
#include "tools/output/output.h"

enum {
	LARGE_BYTES = 24 << 20,
	ARENA_BYTES = 128 << 20,
	BELOW_TOP = DEMO_MEMBERS - 1,
	MORE_MOST = 40, /* documents until the line is reached, at most */
	DUE_DAYS = 14,
	AGREE_MS = 20000,
	POLL_MS = 40,
	BEAT_MS = 900,	   /* between two steps */
	NEXT_CELLS = 50,   /* of a command in the summary */
	CHAPTER_MS = 4500, /* at the end of a chapter */
};

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
	if (e == ERR_OK)
		e = write_document(a, s->plan, plan_text, sizeof plan_text / sizeof plan_text[0]);
	if (e == ERR_OK)
		e = write_document(a, s->report, report_text,
				   sizeof report_text / sizeof report_text[0]);
	if (e == ERR_OK)
		e = write_bytes(a, s->large, LARGE_BYTES, 0x9e3779b97f4a7c15);
	arena_destroy(a);
	return e;
}

/* ---- 1: they start ---- */

static bool start(struct demo *s, const char *id)
{
	const struct lab_member *m = lab_find(&s->lab, id);
	int64_t began_ms = text_now_ms();
	char took[32];

	if (m == NULL ||
	    (process_pid(m, PROCESS_DAEMON) == 0 &&
	     process_spawn(s->cli, m, PROCESS_DAEMON) != ERR_OK) ||
	    process_wait(s->cli, &m, 1, PROCESS_START_MS) != ERR_OK) {
		demo_fail(s, _("%s did not start: see %s"), id, s->folder);
		return false;
	}
	output_decimal((double)(text_now_ms() - began_ms) / 1000, 1, " s", took, sizeof took);
	demo_tree_state(s, id, "running", id);
	return true;
}

static bool all_start(struct demo *s)
{
	demo_chapter(s, _("Seven committees of the Ministry's tree start"));
	demo_say(s, TONE_NONE,
		 _("Each has its own daemon, keys and store, synced to disk as in production."));
	demo_command(s, "btp", "vanthu lab start %s", s->folder);
	demo_tree_draw(s, NULL, "stopped");
	for (unsigned i = 0; i < s->lab.count && !demo_stopped(s); i++) {
		const struct lab_member *m = &s->lab.members[i];

		if (process_pid(m, PROCESS_DAEMON) == 0 &&
		    process_spawn(s->cli, m, PROCESS_DAEMON) != ERR_OK) {
			demo_fail(s, _("%s did not start: see %s"), m->id, s->folder);
			return false;
		}
	}
	for (unsigned i = 0; i < DEMO_MEMBERS && !demo_stopped(s); i++) {
		if (!start(s, s->members[i].id))
			return false;
	}
	demo_say(s, TONE_GOOD, _("✓ %u daemons run under %s"), s->lab.count, s->folder);
	screen_pause(&s->screen, CHAPTER_MS, true);
	return !demo_stopped(s);
}

/* ---- 2: down the tree ---- */

static bool plan_goes_down(struct demo *s, struct demo_document *plan)
{
	const char *files[] = { s->plan, s->large };
	const char *const how[] = { "--to",	 "subtree",
				    "--type",	 "KH",
				    "--number",	 "auto",
				    "--subject", "Kế hoạch chuyển đổi số trong các tổ chức đảng",
				    "--urgency", "khan",
				    NULL };

	demo_chapter(s, _("A directive goes down the tree, with an attachment of 24 MiB"));
	demo_command(
		s, "btp",
		"vanthu send ke-hoach.docx phu-luc.bin --to subtree --type KH --number auto …");
	demo_tree_draw(s, NULL, "waiting");
	demo_tree_state(s, "btp", "out", "");
	screen_pause(&s->screen, BEAT_MS, false);
	if (demo_stopped(s) || !demo_send(s, "btp", files, 2, how, plan))
		return false;
	snprintf(s->plan_number, sizeof s->plan_number, "%s", plan->number);
	demo_say(s, TONE_NONE, _("Accepted: on disk, signed, number %s."), plan->number);
	if (!demo_receipts(s, "btp", plan, BELOW_TOP, true, &s->plan_s))
		return false;
	demo_say(s, TONE_GOOD, _("✓ %u of %u signed receipts are back at btp"), (unsigned)BELOW_TOP,
		 (unsigned)BELOW_TOP);
	screen_pause(&s->screen, CHAPTER_MS, true);
	return true;
}

/* ---- 3: a power cut ---- */

/* What arrived is what was sent: of all committees, whatever happened to them. */
static bool compare_all(struct demo *s, const struct demo_document *plan,
			const struct demo_document *guide)
{
	const char *files[] = { s->plan, s->large };
	unsigned all = 0;

	for (unsigned i = 1; i < DEMO_MEMBERS; i++, all++)
		s->copies += demo_compare(s, s->members[i].id, plan->id, files, 2);
	s->copies += demo_compare(s, "cb-nghiepvu", guide->id, files, 2);
	s->copies += demo_compare(s, "cb-tochuc", guide->id, files, 2);
	all += 2;
	if (s->copies == all)
		demo_say(
			s, TONE_GOOD,
			_("✓ nothing is lost: %u of %u copies are byte for byte what was sent, and "
			  "every signature verifies"),
			s->copies, all);
	return s->copies == all;
}

/* How many recipients have it, as the sender knows now. */
static unsigned delivered_now(struct demo *s, const struct demo_document *d)
{
	const char *args[] = { "show", d->id, NULL };
	json_t *data = demo_ask(s, "btp", args), *r;
	unsigned count = 0;
	size_t i;

	json_array_foreach(json_object_get(data, "receipts"), i, r) count +=
		strcmp(json_string_value(json_object_get(r, "state")), "delivered") == 0;
	json_decref(data);
	return count;
}

static bool one_is_killed(struct demo *s, const struct demo_document *plan)
{
	static const char *const below[] = { "cb-nghiepvu", "cb-tochuc", NULL };
	const char *files[] = { s->plan, s->large };
	const char *const how[] = { "--to",	 "cb-nghiepvu,cb-tochuc",
				    "--type",	 "HD",
				    "--number",	 "auto",
				    "--subject", "Hướng dẫn thực hiện kế hoạch",
				    "--urgency", "hoa-toc",
				    NULL };
	struct demo_document guide;
	int64_t restart_ms;

	demo_chapter(s, _("A power cut in the middle: the daemon of thads is killed"));
	demo_command(s, "btp",
		     "vanthu send huong-dan.docx … --to cb-nghiepvu,cb-tochuc --urgency "
		     "hoa-toc");
	demo_tree_draw(s, below, "waiting");
	if (demo_stopped(s) || !demo_send(s, "btp", files, 2, how, &guide))
		return false;
	if (process_end(s->cli, lab_find(&s->lab, "thads"), PROCESS_DAEMON, SIGKILL) != ERR_OK) {
		demo_fail(s, _("%s could not be stopped"), "thads");
		return false;
	}
	demo_tree_state(s, "thads", "stopped", "kill -9");
	demo_say(s, TONE_BAD, _("✗ killed with kill -9 on the way of %s: %u of 2 below have it."),
		 guide.number, delivered_now(s, &guide));
	screen_pause(&s->screen, 2 * BEAT_MS, false);
	demo_command(s, "thads", "vanthu lab start %s thads", s->folder);
	restart_ms = text_now_ms();
	if (demo_stopped(s) || !start(s, "thads") ||
	    !demo_receipts(s, "btp", &guide, 2, true, &s->killed_s) ||
	    !compare_all(s, plan, &guide))
		return false;
	s->killed_s -= (double)(restart_ms - guide.sent_ms) / 1000;
	screen_pause(&s->screen, CHAPTER_MS, true);
	return true;
}

/* ---- 4: a clerk's day ---- */

enum { DESK = 3 };
struct desk {
	struct demo_document documents[DESK]; /* the plan, a request, one that is not theirs */
	char codes[DESK][2][8];		      /* as drawn: at thads, at btp */
	unsigned places[DESK];
};

static void part_status(struct demo *s, struct screen_line *l, const char *code, int cells)
{
	/* nothing from its office yet: the daemon's receipt */
	json_t *value = json_string(code[0] == '\0' ? "delivered" : code);
	bool waits = code[0] == '\0' || strcmp(code, "01") == 0;
	char word[96];

	output_format(s->cli, value, code[0] == '\0' ? FORMAT_STATE : FORMAT_OFFICE, false, word,
		      sizeof word);
	json_decref(value);
	screen_part(l,
		    waits		      ? TONE_WAITING
		    : strcmp(code, "02") == 0 ? TONE_BAD
		    : strcmp(code, "06") == 0 ? TONE_GOOD
					      : TONE_TYPED,
		    cells, "%s", word);
	screen_part(l, TONE_NONE, 0, " ");
}

static void draw_desk_line(struct demo *s, struct desk *d, unsigned i, bool add)
{
	struct screen_line l = { .count = 0 };
	int cells = (s->screen.width_cells - 18) / 2;

	screen_part(&l, TONE_NONE, 14, "  %s", d->documents[i].number);
	for (unsigned side = 0; side < 2; side++)
		part_status(s, &l, d->codes[i][side], cells > 30 ? 30 : cells);
	if (add)
		d->places[i] = screen_add(&s->screen, &l, false);
	else
		screen_set(&s->screen, d->places[i], &l);
}

/* The code of a document's status: at the office itself, or of its receipt at the issuer. */
static void ask_code(struct demo *s, const char *member, const char *id, char out[8])
{
	const char *args[] = { "show", id, NULL };
	json_t *data = demo_ask(s, member, args), *r;
	const char *code =
		json_string_value(json_object_get(json_object_get(data, "work"), "code"));
	size_t i;

	json_array_foreach(json_object_get(data, "receipts"), i, r)
	{
		if (strcmp(member, "btp") == 0 &&
		    strcmp(json_string_value(json_object_get(r, "committee")), "thads") == 0)
			code = json_string_value(json_object_get(r, "code"));
	}
	memset(out, 0, 8); /* compared as a whole */
	snprintf(out, 8, "%s", code == NULL ? "" : code);
	json_decref(data);
}

static void draw_desk(struct demo *s, struct desk *d)
{
	struct screen_line l = { .count = 0 };
	int cells = (s->screen.width_cells - 18) / 2;

	cells = cells > 30 ? 30 : cells;
	screen_part(&l, TONE_TITLE, 14, "  %s", _("Number"));
	screen_part(&l, TONE_TITLE, cells + 1, _("At %s"), "thads");
	screen_part(&l, TONE_TITLE, cells, _("As %s sees it"), "btp");
	screen_add(&s->screen, &l, false);
	for (unsigned i = 0; i < DESK; i++) {
		ask_code(s, "thads", d->documents[i].id, d->codes[i][0]);
		ask_code(s, "btp", d->documents[i].id, d->codes[i][1]);
		draw_desk_line(s, d, i, true);
	}
}

/* Until both ends show the same status of each document that has one; lines change as they do. */
static bool both_ends_agree(struct demo *s, struct desk *d)
{
	int64_t until_ms = text_now_ms() + AGREE_MS;
	unsigned same = 0;

	while (same < DESK && !demo_stopped(s) && text_now_ms() < until_ms) {
		same = 0;
		for (unsigned i = 0; i < DESK; i++) {
			char codes[2][8];

			ask_code(s, "thads", d->documents[i].id, codes[0]);
			ask_code(s, "btp", d->documents[i].id, codes[1]);
			if (memcmp(codes, d->codes[i], sizeof codes) != 0 && !demo_stopped(s)) {
				memcpy(d->codes[i], codes, sizeof codes);
				draw_desk_line(s, d, i, false);
			}
			same += codes[0][0] == '\0' || strcmp(codes[0], "01") == 0 ||
				strcmp(codes[0], codes[1]) == 0;
		}
		if (same < DESK)
			poll(NULL, 0, POLL_MS);
	}
	if (same < DESK)
		demo_fail(s, _("the two ends show different statuses"));
	screen_pause(&s->screen, BEAT_MS, false);
	return same == DESK && !demo_stopped(s);
}

static bool arrives(struct demo *s, const char *subject, const char *due, struct demo_document *out)
{
	const char *files[] = { s->report };
	const char *const how[] = { "--to",	 "thads",    "--type",
				    "CV",	 "--number", "auto",
				    "--subject", subject,    due == NULL ? NULL : "--due",
				    due,	 NULL };
	double took;

	return demo_send(s, "btp", files, 1, how, out) &&
	       demo_receipts(s, "btp", out, 1, false, &took);
}

static void due_date(char out[11])
{
	char today[11], text[40];
	int64_t ms = 0;

	text_today(today);
	(void)!text_day_ms(today, DUE_DAYS, &ms);
	text_rfc3339(ms + 7 * INT64_C(3600000), text, sizeof text); /* UTC+7 */
	snprintf(out, 11, "%.10s", text);
}

static bool returned_and_accepted(struct demo *s, struct desk *d)
{
	const char *wrong = d->documents[2].number, *reason = "Không thuộc thẩm quyền";
	const char *const back[] = { "return", wrong, "--reason", reason, NULL },
			  *all[] = { "accept", "--all-valid", NULL };
	json_t *data;

	demo_command(s, "thads", "vanthu return %s --reason \"%s\"", wrong, reason);
	if (!demo_run(s, "thads", back) || !both_ends_agree(s, d))
		return false;
	demo_command(s, "thads", "vanthu accept --all-valid");
	data = demo_must(s, "thads", all);
	s->clerk_acts += 1 + (unsigned)json_array_size(data);
	json_decref(data);
	return !s->failed && both_ends_agree(s, d);
}

static bool assigned_and_finished(struct demo *s, struct desk *d, const char *due)
{
	const char *request = d->documents[1].number, *who = "Nguyễn Thị Lan";
	struct demo_document answer;
	const char *files[] = { s->report };
	const char *const assign[] = { "assign", request, "--to", who, "--due", due, NULL };
	const char *const how[] = { "--to",	  "btp",   "--type",	"BC",
				    "--number",	  "auto",  "--subject", "Báo cáo tiến độ",
				    "--reply-to", request, NULL };
	const char *const finish[] = { "finish", request, "--answer", answer.number, NULL };
	double took;

	demo_command(s, "thads", "vanthu assign %s --to \"%s\" --due %.2s/%.2s/%.4s", request, who,
		     due + 8, due + 5, due);
	if (!demo_run(s, "thads", assign) || !both_ends_agree(s, d))
		return false;
	demo_command(s, "thads", "vanthu send bao-cao.docx --to btp --type BC --reply-to %s …",
		     request);
	if (!demo_send(s, "thads", files, 1, how, &answer) ||
	    !demo_receipts(s, "thads", &answer, 1, false, &took))
		return false;
	demo_command(s, "thads", "vanthu finish %s --answer %s", request, answer.number);
	if (!demo_run(s, "thads", finish) || !both_ends_agree(s, d))
		return false;
	s->clerk_acts += 2;
	return true;
}

static bool clerks_day(struct demo *s, const struct demo_document *plan)
{
	struct desk d = { .documents = { *plan } };
	char due[11];

	due_date(due);
	demo_chapter(s, _("A clerk's day at thads, and what the superior sees of it"));
	if (!arrives(s, "Đề nghị báo cáo tiến độ chuyển đổi số", due, &d.documents[1]) ||
	    !arrives(s, "Góp ý quy chế của Văn phòng", NULL, &d.documents[2]))
		return false;
	demo_say(s, TONE_NONE,
		 _("Three documents have arrived; one of them is for another office."));
	draw_desk(s, &d);
	demo_command(s, "thads", "vanthu inbox");
	screen_pause(&s->screen, 2 * BEAT_MS, false);
	if (!returned_and_accepted(s, &d) || !assigned_and_finished(s, &d, due))
		return false;
	for (unsigned i = 0; i < DESK; i++)
		s->statuses += strcmp(d.codes[i][0], d.codes[i][1]) == 0;
	demo_say(s, TONE_GOOD, _("✓ both ends agree on %u of %u, by signed statuses"), s->statuses,
		 (unsigned)DESK);
	screen_pause(&s->screen, CHAPTER_MS, true);
	return !demo_stopped(s);
}

/* ---- 5: the digital share ---- */

static bool ask_target(struct demo *s)
{
	const char *args[] = { "target", NULL };
	json_t *data = demo_must(s, "btp", args);

	if (data == NULL)
		return false;
	s->share = json_number_value(json_object_get(data, "share"));
	s->line = json_number_value(json_object_get(data, "line"));
	s->paper = (unsigned)json_integer_value(json_object_get(data, "paper"));
	target_sentence(s->cli, data, s->target, sizeof s->target);
	json_decref(data);
	return true;
}

static struct screen_line bar_line(struct demo *s)
{
	struct screen_line l = { .count = 0 };
	int cells = s->screen.width_cells - 44;

	screen_part(&l, TONE_NONE, 0, "  ");
	screen_bar(&l, s->share, s->line, cells > 40 ? 40 : cells);
	screen_part(&l, s->share + 1e-9 >= s->line ? TONE_GOOD : TONE_BAD, 0, " %s", s->target);
	return l;
}

static bool draw_share(struct demo *s, unsigned *place)
{
	struct screen_line l;

	if (!ask_target(s))
		return false;
	l = bar_line(s);
	*place = screen_add(&s->screen, &l, false);
	screen_pause(&s->screen, BEAT_MS, false);
	return !demo_stopped(s);
}

static bool paper_is_entered(struct demo *s)
{
	static const char *const in[] = { "paper",     "add",	       "in",
					  "--type",    "CV",	       "--number",
					  "12-CV/ĐUK", "--subject",    "Góp ý dự thảo báo cáo",
					  "--from",    "Đảng ủy Khối", NULL },
				 *const out[] = { "paper",
						  "add",
						  "out",
						  "--type",
						  "GM",
						  "--number",
						  "auto",
						  "--subject",
						  "Giấy mời họp Ban Chấp hành",
						  "--to",
						  "Đảng ủy Chính phủ",
						  NULL };

	demo_command(s, "btp",
		     "vanthu paper add in --type CV --number 12-CV/ĐUK --from "
		     "\"Đảng ủy Khối\" …");
	if (!demo_run(s, "btp", in))
		return false;
	demo_command(s, "btp",
		     "vanthu paper add out --type GM --number auto --to \"Đảng ủy Chính "
		     "phủ\" …");
	return demo_run(s, "btp", out);
}

/* One by one, until the line is reached: how many it takes is not known beforehand. */
static bool more_go_digitally(struct demo *s, unsigned place)
{
	const char *files[] = { s->report };
	const char *const how[] = { "--to",	 "vanphong",	      "--type",
				    "CV",	 "--number",	      "auto",
				    "--subject", "Công văn trao đổi", NULL };
	struct demo_document d;
	unsigned n = 0;
	double took;

	while (s->share + 1e-9 < s->line && n < MORE_MOST && !demo_stopped(s)) {
		struct screen_line l;

		if (!demo_send(s, "btp", files, 1, how, &d) ||
		    !demo_receipts(s, "btp", &d, 1, false, &took) || !ask_target(s))
			return false;
		n++;
		l = bar_line(s);
		if (s->screen.live || s->share + 1e-9 >= s->line)
			screen_set(&s->screen, place, &l);
	}
	if (!demo_stopped(s) && s->share + 1e-9 < s->line)
		demo_fail(s, _("the share did not reach its line: %s"), s->target);
	else
		demo_say(s, TONE_NONE, _("%u more documents went digitally."), n);
	return !s->failed && !demo_stopped(s);
}

static bool book_is_printed(struct demo *s)
{
	const char *const print[] = { "register", "out",   "--format", "html",
				      "--output", s->book, NULL };
	struct stat st;

	snprintf(s->book, sizeof s->book, "%s/so-van-ban-di.html", s->folder);
	demo_command(s, "btp", "vanthu register out --format html --output so-van-ban-di.html");
	if (!demo_run(s, "btp", print))
		return false;
	if (stat(s->book, &st) != 0 || st.st_size == 0) {
		demo_fail(s, _("the book was not printed: %s"), s->book);
		return false;
	}
	s->book_bytes = (size_t)st.st_size;
	demo_say(s, TONE_GOOD, _("✓ the register of documents sent, ready to print: %s"),
		 strrchr(s->book, '/') + 1);
	return true;
}

static bool share_falls_and_rises(struct demo *s)
{
	struct screen_line l = { .count = 0 };
	unsigned place;

	demo_chapter(s, _("The digital share: each document counts, the target is a line"));
	demo_command(s, "btp", "vanthu target");
	if (demo_stopped(s) || !draw_share(s, &place))
		return false;
	demo_say(s, TONE_NONE, _("Two documents still come and go on paper:"));
	if (!paper_is_entered(s) || !draw_share(s, &place))
		return false;
	s->lowest_share = s->share;
	demo_say(s, TONE_NONE, _("So more must go digitally (┃ is the line to reach):"));
	l = bar_line(s);
	place = screen_add(&s->screen, &l, true);
	if (!more_go_digitally(s, place) || !book_is_printed(s))
		return false;
	screen_pause(&s->screen, CHAPTER_MS, true);
	return !demo_stopped(s);
}

void demo_story(struct demo *s)
{
	struct demo_document plan;

	if (write_files(s) != ERR_OK) {
		demo_fail(s, _("%s cannot be written"), s->folder);
		return;
	}
	if ((!all_start(s) || !plan_goes_down(s, &plan) || !one_is_killed(s, &plan) ||
	     !clerks_day(s, &plan) || !share_falls_and_rises(s)) &&
	    !s->failed && !demo_stopped(s))
		demo_fail(s, _("the story ended early"));
}

/* ---- the end ---- */

static void rule(struct demo *s, const char *title)
{
	struct screen_line l = { .count = 0 };

	printf("\n");
	screen_part(&l, TONE_TITLE, 0, "%s", title);
	screen_add(&s->screen, &l, false);
}

static void next(struct demo *s, const char *meaning, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void next(struct demo *s, const char *meaning, const char *format, ...)
{
	struct screen_line l = { .count = 0 };
	char text[SCREEN_TEXT];
	va_list args;
	int left;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	left = s->screen.width_cells - 5 -
	       (text_width(text) > NEXT_CELLS ? text_width(text) : NEXT_CELLS);
	screen_part(&l, TONE_TYPED, text_width(text) > NEXT_CELLS ? 0 : NEXT_CELLS + 4, "  %s",
		    text);
	if (left > 8)
		screen_part(&l, TONE_DIM, text_width(meaning) > left ? left : 0, "%s", meaning);
	screen_add(&s->screen, &l, false);
}

static void where_to_go_on(struct demo *s, bool kept)
{
	const char *folder = kept ? s->folder : "/tmp/vanthu-lab";

	rule(s, _("Where to go on"));
	next(s, _("every command"), "vanthu help");
	if (!kept)
		next(s, _("the lab stays"), "vanthu demo --keep %s", folder);
	next(s, _("what arrived"), "vanthu -c %s/thads inbox", folder);
	next(s, _("the book"), "vanthu -c %s/thads register followup", folder);
	next(s, _("the way it took"), "vanthu -c %s/btp trace %s", folder, s->plan_number);
	next(s, _("a clerk's day"), "less %s", _("docs/CLERK.md"));
	next(s, _("end the lab"), "vanthu lab stop %s", folder);
}

void demo_summary(struct demo *s, bool kept)
{
	struct screen_line bar = bar_line(s);
	double all_s = (double)(text_now_ms() - s->screen.began_ms) / 1000;
	json_t *lowest = json_real(s->lowest_share), *size;
	char text[32], low[32];

	rule(s, _("What was shown"));
	output_decimal(s->plan_s, 1, " s", text, sizeof text);
	demo_say(s, TONE_GOOD, _("✓ A directive down the tree: %u signed receipts in %s."),
		 (unsigned)BELOW_TOP, text);
	output_decimal(s->killed_s, 1, " s", text, sizeof text);
	demo_say(s, TONE_GOOD, _("✓ A power cut: made good in %s, %u copies byte for byte."), text,
		 s->copies);
	demo_say(s, TONE_GOOD, _("✓ A clerk's day: %u acts, the same %u statuses at both ends."),
		 s->clerk_acts, s->statuses);
	output_format(s->cli, lowest, FORMAT_PERCENT, false, low, sizeof low);
	json_decref(lowest);
	demo_say(s, TONE_GOOD, _("✓ The digital share: with %u on paper down to %s, then up:"),
		 s->paper, low);
	screen_add(&s->screen, &bar, false);
	size = json_integer((json_int_t)s->book_bytes);
	output_format(s->cli, size, FORMAT_BYTES, false, low, sizeof low);
	json_decref(size);
	demo_say(s, TONE_GOOD, _("✓ The register of documents sent, printed: %s (%s)."),
		 kept ? s->book : strrchr(s->book, '/') + 1, low);
	output_decimal(all_s, 1, " s", text, sizeof text);
	demo_say(s, TONE_NONE, _("%u committees, %u documents, %u signed receipts, %s."),
		 s->lab.count, s->documents, s->receipts, text);
	where_to_go_on(s, kept);
}
