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

enum { OPT_KEEP = 1, OPT_PORT, OPT_FAST, ARENA_BYTES = 128 << 20 };

const struct command_option demo_options[] = {
	{ "keep", OPT_KEEP, N_("DIR"), N_("make the lab in this folder, and leave it running"),
	  VALUE_FOLDER, NULL },
	{ "port", OPT_PORT, N_("N"), N_("first port of the lab (one that is likely free)"),
	  VALUE_NONE, NULL },
	{ "fast", OPT_FAST, NULL, N_("without the pauses for reading"), VALUE_NONE, NULL },
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
		int pid = process_pid(&s->lab.members[i], PROCESS_DAEMON);

		if (pid != 0)
			kill(pid, SIGTERM);
	}
	for (unsigned i = 0; i < s->lab.count; i++) {
		const struct lab_member *m = &s->lab.members[i];

		if (process_end(s->cli, m, PROCESS_DAEMON, SIGTERM) != ERR_OK) /* reported */
			(void)!process_end(s->cli, m, PROCESS_DAEMON, SIGKILL);
	}
}

static int finish(struct demo *s, bool kept)
{
	bool stopped = demo_stopped(s);

	screen_close(&s->screen);
	if (!kept || (s->failed && !stopped))
		end_daemons(s);
	if (!kept && (stopped || !s->failed))
		fs_remove_tree(s->folder);
	if (stopped && kept)
		cli_warn(s->cli, _("the daemons run on; end them with: vanthu lab stop %s"),
			 s->folder);
	if (stopped)
		return 1;
	if (s->failed)
		printf("%s %s\n", _("What is left to look at:"), s->folder);
	else
		demo_summary(s, kept);
	return s->failed ? 1 : 0;
}

static int demo(struct cli *cli, const char *keep, unsigned port, bool fast)
{
	struct demo s = { .cli = cli };
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
		e = lab_create(cli, s.folder, &tree, port, false);
	if (e == ERR_OK)
		e = lab_open(cli, s.folder, &s.lab);
	if (e == ERR_OK)
		demo_tree_load(&s, &tree);
	arena_destroy(a);
	if (e != ERR_OK) {
		code = cli_fail_file(cli, e, s.folder);
		if (made)
			fs_remove_tree(s.folder);
		return code;
	}
	screen_open(&s.screen, cli, fast);
	if (!demo_stopped(&s))
		demo_story(&s);
	code = finish(&s, keep != NULL);
	lab_close(&s.lab);
	return code;
}

int cmd_demo(struct cli *cli, int argc, char **argv)
{
	const char *keep = NULL;
	unsigned long port = 0;
	bool fast = false;
	int c, code;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_KEEP)
			keep = optarg;
		else if (c == OPT_FAST)
			fast = true;
		else if (!cli_number(cli, 1, 65536 - DEMO_MEMBERS, &port))
			return err_exit_code(ERR_USAGE);
	}
	cli->quiet = true;
	cli->stop = &stop;
	catch_signals();
	code = demo(cli, keep, (unsigned)port, fast);
	if (stop != 0) {
		/* All is put away: now we end as the signal ends others, so that a shell sees
		 * it. */
		signal(stop, SIG_DFL);
		raise(stop);
	}
	return code;
}
