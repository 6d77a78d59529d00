/* Every command's entry; the table is in vanthu.c. */
#ifndef VANTHU_TOOLS_COMMAND_COMMANDS_H
#define VANTHU_TOOLS_COMMAND_COMMANDS_H

#include "tools/cli/cli.h"

int cmd_send(struct cli *cli, int argc, char **argv);
int cmd_inbox(struct cli *cli, int argc, char **argv);
int cmd_outbox(struct cli *cli, int argc, char **argv);
int cmd_find(struct cli *cli, int argc, char **argv);
int cmd_show(struct cli *cli, int argc, char **argv);
/* With --thread: the whole matter of the document. */
int thread_show(struct cli *cli, const char *id);
/* What can be done next with a document that came here: `work` as json_work has it, `id` as it is
 * typed. Nothing where nothing is to be done. */
void office_hint(struct cli *cli, const json_t *work, const char *id);
int cmd_save(struct cli *cli, int argc, char **argv);
int cmd_archive(struct cli *cli, int argc, char **argv);
int cmd_export(struct cli *cli, int argc, char **argv);
int cmd_edxml(struct cli *cli, int argc, char **argv);
int cmd_accept(struct cli *cli, int argc, char **argv);
int cmd_return(struct cli *cli, int argc, char **argv);
int cmd_assign(struct cli *cli, int argc, char **argv);
int cmd_start(struct cli *cli, int argc, char **argv);
int cmd_finish(struct cli *cli, int argc, char **argv);
int cmd_recall(struct cli *cli, int argc, char **argv);
int cmd_due(struct cli *cli, int argc, char **argv);
int cmd_remind(struct cli *cli, int argc, char **argv);
int cmd_person(struct cli *cli, int argc, char **argv);
int cmd_register(struct cli *cli, int argc, char **argv);
int cmd_verify(struct cli *cli, int argc, char **argv);
int cmd_trace(struct cli *cli, int argc, char **argv);
int cmd_check(struct cli *cli, int argc, char **argv);
int cmd_status(struct cli *cli, int argc, char **argv);
int cmd_link(struct cli *cli, int argc, char **argv);
int cmd_resend(struct cli *cli, int argc, char **argv);
int cmd_backup(struct cli *cli, int argc, char **argv);
int cmd_doctor(struct cli *cli, int argc, char **argv);
int cmd_quarantine(struct cli *cli, int argc, char **argv);
int cmd_recover(struct cli *cli, int argc, char **argv);
int cmd_queue(struct cli *cli, int argc, char **argv);
int cmd_log(struct cli *cli, int argc, char **argv);
int cmd_changes(struct cli *cli, int argc, char **argv);
int cmd_watch(struct cli *cli, int argc, char **argv);
int cmd_webhook(struct cli *cli, int argc, char **argv);
int cmd_committee(struct cli *cli, int argc, char **argv);
int cmd_paper(struct cli *cli, int argc, char **argv);
int cmd_lists(struct cli *cli, int argc, char **argv);
int cmd_policy(struct cli *cli, int argc, char **argv);
int cmd_target(struct cli *cli, int argc, char **argv);
int cmd_report(struct cli *cli, int argc, char **argv);
int cmd_key(struct cli *cli, int argc, char **argv);
int cmd_config(struct cli *cli, int argc, char **argv);
int cmd_init(struct cli *cli, int argc, char **argv);
int cmd_token(struct cli *cli, int argc, char **argv);
int cmd_user(struct cli *cli, int argc, char **argv);
int cmd_axis(struct cli *cli, int argc, char **argv);
int cmd_spool(struct cli *cli, int argc, char **argv);
int cmd_lab(struct cli *cli, int argc, char **argv);
int cmd_demo(struct cli *cli, int argc, char **argv);
int cmd_help(struct cli *cli, int argc, char **argv);
int cmd_completion(struct cli *cli, int argc, char **argv);
int cmd_version(struct cli *cli, int argc, char **argv);

/* What several commands do. */
/* Gives a directory file to the daemon of the configuration; *version and *committees are what it
 * has then. Waits until the daemon has taken it. Failures have been reported. */
must_use enum err committee_install(struct cli *cli, const char *from, uint64_t *version,
				    uint64_t *committees);
/* After the registry has made a version: gives it to the daemon that -c names, or says how to.
 * Failures have been reported. */
must_use enum err committee_install_made(struct cli *cli, const char *file);
/* add, move, retire, renew, change: the registry's side of `committee`. Whether a word is one of
 * them, and the exit code of one. */
struct committee_options;
bool committee_change_is(const char *what);
int committee_change(struct cli *cli, const char *folder, const char *what, const char *operand,
		     const struct committee_options *o);

/* `target export`: what its own options say; and the export itself, whose exit code it returns. */
struct target_export {
	const char *format, *output; /* NULL: not given */
};
struct target_wanted;
bool target_export_take(struct target_export *e, int option, const char *value);
int target_export(struct cli *cli, const struct target_export *e,
		  const struct target_wanted *wanted);
/* Writes a new file, or standard output for a path of NULL; the exit code. */
int command_write_file(struct cli *cli, const char *path, const char *text, size_t len);

/* All of them, by groups of the help; the last has no name. */
extern const struct command command_table[];

/* Their options, each beside the code that reads them. */
extern const struct command_option changes_options[], quarantine_options[], log_options[],
	send_options[], show_options[], resend_options[], inbox_options[], save_options[],
	export_options[], verify_options[], watch_options[], committee_own_options[], key_options[],
	config_options[], init_options[], doctor_options[], lab_options[], demo_options[],
	check_own_options[], help_options[], paper_options[], target_options[],
	target_why_options[], accept_options[], return_options[], assign_options[], start_options[],
	finish_options[], recall_options[], register_options[], due_options[], person_options[],
	remind_options[], target_export_options[], report_options[], target_declare_options[],
	token_options[], user_options[], webhook_options[], edxml_options[], axis_options[],
	spool_options[], backup_options[], archive_options[];

#endif
