/* The configuration: every error at once with its position, and YAML's surprises refused. */
#include "daemon/config/config.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config/yaml.h"
#include "tests/unit/support/fixture.h"

struct corner {
	char folder[64], file[128];
	struct config config;
	struct config_errors errors;
};

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->file, sizeof p->file, "%s/vanthud.yaml", p->folder);
	*state = p;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	assert_int_equal(nftw(p->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(p);
	return 0;
}

static enum err load(struct corner *p, const char *text)
{
	FILE *f = fopen(p->file, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return config_load(p->file, &p->config, &p->errors);
}

static void test_smallest_file_gives_every_default(void **state)
{
	struct corner *p = *state;
	char path[256], text[256];

	assert_ok(load(p, "committee: xa-a1\n"));
	assert_string_equal(p->config.committee.text, "xa-a1");
	snprintf(path, sizeof path, "%s/data", p->folder);
	assert_string_equal(p->config.data, path);
	assert_true(p->config.credit_messages == 4096 && p->config.bulk_window_bytes == 2 << 20 &&
		    p->config.commit_gap_us == 2000);
	assert_true(p->config.relay_retention_ms == 7LL * 24 * 3600 * 1000 &&
		    p->config.verify_workers == 0);
	assert_true(p->config.scrub_every_ms == 7LL * 24 * 3600 * 1000);
	assert_true(p->config.feed_keep_ms == 30LL * 24 * 3600 * 1000 &&
		    p->config.feed_count == 1000000);
	assert_string_equal(p->config.log_level, "info");
	assert_false(config_drops_recalled(&p->config));
	assert_ok(config_load(p->folder, &p->config, &p->errors)); /* the folder means its file */
	for (unsigned i = 0; config_key_at(i) != NULL; i++) {
		config_value(&p->config, config_key_at(i)->name, text, sizeof text);
		if (strcmp(config_key_at(i)->type, "path") != 0 && !config_key_at(i)->required)
			assert_string_equal(text, config_key_at(i)->fallback);
	}
	config_value(&p->config, "no.such", text, sizeof text);
	assert_string_equal(text, "");
}

static void test_values_with_units_and_groups_are_read(void **state)
{
	struct corner *p = *state;

	assert_ok(load(p, "committee: tinh\nlisten: tcp://*:7100\ndata: /var/lib/x\nstore:\n  map: "
			  "1G\n  reserve: 64M\nexpire: 0\ncommit_gap: 500us\n"
			  "link:\n  credit_messages: 10\nworkers:\n  verify: 2\nlog_level: debug\n"
			  "secret_group: vanthu-mat\nrecall:\n  content: drop\n"
			  "feed:\n  keep: 1d\n  count: 5000\nscrub:\n  every: 0\n"));
	assert_true(p->config.scrub_every_ms == 0);
	assert_true(p->config.feed_keep_ms == 24LL * 3600 * 1000 && p->config.feed_count == 5000);
	assert_true(config_drops_recalled(&p->config));
	assert_string_equal(p->config.secret_group, "vanthu-mat");
	assert_string_equal(p->config.listen, "tcp://*:7100");
	assert_string_equal(p->config.data, "/var/lib/x");
	assert_true(p->config.map_bytes == 1ULL << 30 && p->config.reserve_bytes == 64 << 20 &&
		    p->config.expire_ms == 0);
	assert_true(p->config.commit_gap_us == 500 && p->config.credit_messages == 10 &&
		    p->config.verify_workers == 2);
}

static void test_the_spool_folder_is_read_within_its_bounds(void **state)
{
	static const char *const wrong[] = { "gateway:\n  spool_poll: 50ms\n",
					     "gateway:\n  spool_poll: 2h\n",
					     "gateway:\n  spool_poll: often\n" };
	struct corner *p = *state;
	char path[512], text[128];

	assert_ok(load(p, "committee: tinh\n"));
	assert_string_equal(p->config.gateway_spool, "");
	assert_true(p->config.gateway_spool_poll_ms == 5000);
	assert_ok(load(p, "committee: tinh\ngateway:\n  spool: s\n  spool_poll: 1m\n"));
	snprintf(path, sizeof path, "%s/s", p->folder);
	assert_string_equal(p->config.gateway_spool, path);
	assert_true(p->config.gateway_spool_poll_ms == 60000);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "committee: tinh\n%s", wrong[i]);
		assert_int_equal(load(p, text), ERR_CONFIG);
	}
}

static void test_deadlines_reminders_and_tables_are_read_within_their_bounds(void **state)
{
	static const char *const wrong[] = {
		"deadline:\n  soon: 251\n",	 "deadline:\n  urgent: 8d\n",
		"reminders:\n  down: 251\n",	 "reminders:\n  up: -1\n",
		"reminders:\n  sideways: 1\n",	 "reminders:\n  every: 0\n",
		"reminders:\n  superior: 251\n", "reminders:\n  auto: maybe\n",
	};
	struct corner *p = *state;
	char text[256];

	assert_ok(load(p, "committee: tinh\ndeadline:\n  urgent: 30m\n  soon: 5\nreminders:\n  "
			  "down: 3\n  up: 250\n  every: 4\n  superior: 9\n  auto: yes\n"
			  "tables:\n  doctypes: /etc/x\n  persons: /etc/y\n  "
			  "targets: /etc/z\n  retention: /etc/r\n"));
	assert_true(p->config.urgent_ms == 30 * 60 * 1000 && p->config.soon_days == 5);
	assert_true(p->config.remind_down_days == 3 && p->config.remind_up_days == 250);
	assert_true(p->config.remind_every_days == 4 && p->config.remind_superior_days == 9);
	assert_string_equal(p->config.remind_auto, "yes");
	assert_string_equal(p->config.doctypes, "/etc/x");
	assert_string_equal(p->config.persons, "/etc/y");
	assert_string_equal(p->config.targets, "/etc/z");
	assert_string_equal(p->config.retention, "/etc/r");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "committee: tinh\n%s", wrong[i]);
		assert_int_equal(load(p, text), ERR_CONFIG);
	}
}

static void test_what_the_gateway_allows_is_read_within_its_bounds(void **state)
{
	static const char *const wrong[] = {
		"gateway:\n  rate: 1000001\n",
		"gateway:\n  rate: -1\n",
		"gateway:\n  audit: 512K\n",
		"gateway:\n  audit_required: maybe\n",
	};
	struct corner *p = *state;
	char text[256];

	assert_ok(load(p, "committee: tinh\n"));
	assert_true(p->config.gateway_rate == 200 && p->config.gateway_audit_bytes == 64 << 20);
	assert_string_equal(p->config.gateway_audit_required, "no");
	assert_ok(load(p, "committee: tinh\ngateway:\n  rate: 0\n  audit: 1G\n"
			  "  audit_required: yes\n"));
	assert_true(p->config.gateway_rate == 0 && p->config.gateway_audit_bytes == 1 << 30);
	assert_string_equal(p->config.gateway_audit_required, "yes");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "committee: tinh\n%s", wrong[i]);
		assert_int_equal(load(p, text), ERR_CONFIG);
	}
}

static void test_what_the_share_is_made_of_is_read(void **state)
{
	struct corner *p = *state;
	char value[64];

	assert_ok(load(p, "committee: tinh\n"));
	assert_int_equal(config_headline(&p->config), HEADLINE_EXCHANGED);
	assert_int_equal(p->config.excluded.count, 0);
	assert_ok(load(p, "committee: tinh\ntarget: {headline: processed, exclude: \"GM, Thư "
			  "công\"}\n"));
	assert_int_equal(config_headline(&p->config), HEADLINE_PROCESSED);
	assert_int_equal(p->config.excluded.count, 2);
	config_value(&p->config, "target.headline", value, sizeof value);
	assert_string_equal(value, "processed");
	config_value(&p->config, "target.exclude", value, sizeof value);
	assert_string_equal(value, "GM, Thư công");
	assert_int_equal(load(p, "committee: tinh\ntarget: {headline: all}\n"), ERR_CONFIG);
	assert_int_equal(load(p, "committee: tinh\ntarget: {exclude: \"GM,,TB\"}\n"), ERR_CONFIG);
	/* it would go up with our report, and have it refused */
	assert_int_equal(load(p, "committee: tinh\ntarget: {exclude: \"GM\xe2\x80\x8b\"}\n"),
			 ERR_CONFIG);
}

static void test_where_webhooks_may_go_is_read(void **state)
{
	static const char *const wrong[] = {
		"webhook_allow: 10.0.0.1/8",  "webhook_allow: localhost",
		"webhook_allow: 10.0.0.0/33", "webhook_give_up: 59s",
		"webhook_give_up: 366d",      "webhook_timeout: 999ms",
		"webhook_timeout: 11m",
	};
	struct corner *p = *state;
	char text[256];

	assert_ok(load(p, "committee: tinh\n"));
	assert_string_equal(p->config.gateway_webhook_allow, "");
	assert_int_equal(p->config.gateway_webhook_give_up_ms, 3 * 24 * 3600 * 1000);
	assert_int_equal(p->config.gateway_webhook_timeout_ms, 30000);
	assert_ok(load(p, "committee: tinh\ngateway:\n  webhook_allow: 10.0.0.0/8, ::1\n  "
			  "webhook_ca: /etc/ca.pem\n  webhook_timeout: 5s\n"));
	assert_string_equal(p->config.gateway_webhook_allow, "10.0.0.0/8, ::1");
	assert_string_equal(p->config.gateway_webhook_ca, "/etc/ca.pem");
	assert_int_equal(p->config.gateway_webhook_timeout_ms, 5000);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "committee: tinh\ngateway:\n  %s\n", wrong[i]);
		assert_int_equal(load(p, text), ERR_CONFIG);
	}
}

static void test_all_errors_are_reported_at_once_with_their_positions(void **state)
{
	struct corner *p = *state;

	assert_int_equal(load(p, "committee: Not An Id\nnonsense: 1\nstore:\n  map: 12X\n  "
				 "reserve: 1\nlisten: ipc:///x\nlog_level: loud\n"
				 "data: [a, b]\nworkers:\n  verify: 99\n"),
			 ERR_CONFIG);
	assert_int_equal(p->errors.count, 8);
	for (unsigned i = 0; i < p->errors.count; i++) {
		assert_true(p->errors.list[i].line > 0 && p->errors.list[i].column > 0);
		assert_true(p->errors.list[i].text[0] != '\0');
	}
	assert_int_equal(p->errors.list[1].line, 2);
	assert_int_equal(p->errors.list[2].line, 4);
	assert_non_null(strstr(p->errors.list[1].text, "nonsense"));
}

static void test_links_have_windows_of_their_own(void **state)
{
	struct corner *p = *state;
	struct config_link_text t;
	struct config_link w;

	assert_ok(load(p, "committee: a\nlink:\n  bulk_window: 1M\nlinks:\n  xa-a1:\n    "
			  "bulk_window: 256K\n    credit_messages: 64\n"
			  "  xa-a2: {credit_bytes: 1M}\n"));
	assert_int_equal(p->config.link_count, 2);
	w = config_link_for(&p->config, fixture_id("xa-a1"));
	assert_true(w.bulk_window_bytes == 256 << 10 && w.credit_messages == 64 &&
		    w.credit_bytes == 8 << 20);
	w = config_link_for(&p->config, fixture_id("xa-a2"));
	assert_true(w.bulk_window_bytes == 1 << 20 && w.credit_messages == 4096 &&
		    w.credit_bytes == 1 << 20);
	w = config_link_for(&p->config, fixture_id("xa-a3"));
	assert_true(w.bulk_window_bytes == 1 << 20 && w.credit_messages == 4096 &&
		    w.credit_bytes == 8 << 20);
	assert_string_equal(config_link_at(&p->config, 0, &t)->name, "link.credit_messages");
	assert_string_equal(t.name, "links.xa-a1.credit_messages");
	assert_string_equal(t.value, "64");
	assert_non_null(config_link_at(&p->config, 1, &t));
	assert_string_equal(t.name, "links.xa-a1.bulk_window");
	assert_string_equal(t.value, "256K");
	assert_string_equal(config_link_at(&p->config, 2, &t)->name, "link.credit_bytes");
	assert_string_equal(t.name, "links.xa-a2.credit_bytes");
	assert_null(config_link_at(&p->config, 3, &t));
}

static void test_faults_of_links_are_reported_with_their_positions(void **state)
{
	struct corner *p = *state;

	assert_int_equal(
		load(p, "committee: a\nlinks:\n  xa-a1:\n    bulk_window: 1K\n    credit_messages: "
			"0\n "
			"   credit_byte: 1M\n"
			"    credit_bytes: [1M]\n  No One: {bulk_window: 1M}\n  xa-a2: 256K\n"),
		ERR_CONFIG);
	assert_int_equal(p->errors.count, 6);
	assert_true(p->errors.list[0].line == 4 && p->errors.list[0].column == 18);
	assert_non_null(strstr(p->errors.list[0].text, "links.xa-a1.bulk_window: \"1K\""));
	assert_non_null(strstr(p->errors.list[0].text, "64K to 64M"));
	assert_non_null(strstr(p->errors.list[1].text, "links.xa-a1.credit_messages"));
	assert_non_null(strstr(p->errors.list[2].text, "links.xa-a1.credit_byte: no such key"));
	assert_non_null(strstr(p->errors.list[3].text, "not a list"));
	assert_non_null(strstr(p->errors.list[4].text, "\"No One\" is not a committee id"));
	assert_true(p->errors.list[5].line == 9 && p->errors.list[5].column == 10);
	assert_int_equal(load(p, "committee: a\nlinks: [xa-a1]\n"), ERR_CONFIG);
	assert_int_equal(load(p, "committee: a\nlinks: xa-a1\n"), ERR_CONFIG);
}

static void test_more_links_than_slots_are_refused(void **state)
{
	struct corner *p = *state;
	size_t size = 64 * (CONFIG_LINKS_MAX + 4), used;
	char *text = malloc(size);

	assert_non_null(text);
	for (unsigned extra = 0; extra < 2; extra++) {
		used = (size_t)snprintf(text, size, "committee: a\nlinks:\n");
		for (unsigned i = 0; i < CONFIG_LINKS_MAX + extra; i++)
			used += (size_t)snprintf(text + used, size - used,
						 "  xa-%u: {credit_messages: 5}\n", i);
		assert_int_equal(load(p, text), extra == 0 ? ERR_OK : ERR_CONFIG);
	}
	free(text);
}

static void test_missing_required_key_is_an_error_of_the_whole_file(void **state)
{
	struct corner *p = *state;

	assert_int_equal(load(p, "log_level: info\n"), ERR_CONFIG);
	assert_int_equal(p->errors.count, 1);
	assert_int_equal(p->errors.list[0].line, 0);
	assert_int_equal(load(p, ""), ERR_CONFIG);
	assert_int_equal(load(p, "- a\n- b\n"), ERR_CONFIG);
	assert_int_equal(config_load("/nowhere/at/all.yaml", &p->config, &p->errors), ERR_FILE);
}

static void test_numbers_that_overflow_or_are_none_are_refused(void **state)
{
	static const char *const bad[] = {
		"-1", "1.5G", "0x10M", "99999999999999999999G", "18446744073709551615G", " ",
		"G",  "1 G",  "1g"
	};
	struct corner *p = *state;
	char text[128];

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		snprintf(text, sizeof text, "committee: a\nstore:\n  map: \"%s\"\n", bad[i]);
		if (load(p, text) != ERR_CONFIG)
			fail_msg("%s is taken", bad[i]);
	}
}

static enum err load_bytes(struct corner *p, const void *bytes, size_t len)
{
	FILE *f = fopen(p->file, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	return config_load(p->file, &p->config, &p->errors);
}

static void test_a_feed_of_no_change_or_of_more_than_ten_years_is_refused(void **state)
{
	struct corner *p = *state;

	assert_int_equal(load(p, "committee: xa-a1\nfeed:\n  count: 0\n"), ERR_CONFIG);
	assert_int_equal(load(p, "committee: xa-a1\nfeed:\n  keep: 4000d\n"), ERR_CONFIG);
	assert_int_equal(load(p, "committee: xa-a1\nfeed:\n  keep: 0\n  count: 1\n"), ERR_OK);
}

static void test_how_old_a_backup_may_be_has_a_bound(void **state)
{
	struct corner *p = *state;

	assert_int_equal(load(p, "committee: xa-a1\n"), ERR_OK);
	assert_true(p->config.backup_age_ms == 26LL * 3600 * 1000);
	assert_int_equal(load(p, "committee: xa-a1\nbackup:\n  max_age: 8d\n"), ERR_OK);
	assert_true(p->config.backup_age_ms == 8LL * 24 * 3600 * 1000);
	assert_int_equal(load(p, "committee: xa-a1\nbackup:\n  max_age: 4000d\n"), ERR_CONFIG);
	assert_int_equal(load(p, "committee: xa-a1\nbackup:\n  max_age: old\n"), ERR_CONFIG);
}

static void test_nobody_publishes_until_the_operator_says_yes(void **state)
{
	struct corner *p = *state;

	assert_ok(load(p, "committee: xa-a1\n"));
	assert_false(config_may_publish(&p->config));
	assert_ok(load(p, "committee: xa-a1\npublish:\n  allow: yes\n"));
	assert_true(config_may_publish(&p->config));
	assert_int_equal(load(p, "committee: xa-a1\npublish:\n  allow: maybe\n"), ERR_CONFIG);
}

static void test_numbers_of_types_are_names_and_numbers_each_once(void **state)
{
	struct corner *p = *state;

	assert_ok(load(p, "committee: xa-a1\n"));
	assert_string_equal(p->config.edxml_types, "");
	assert_ok(load(p, "committee: xa-a1\nedxml:\n  types: Kết luận=40, Thông tri=41\n"));
	assert_string_equal(p->config.edxml_types, "Kết luận=40, Thông tri=41");
	assert_int_equal(load(p, "committee: xa-a1\nedxml:\n  types: Kết luận=40, Thông tri=40\n"),
			 ERR_CONFIG);
	assert_true(p->errors.count == 1 && p->errors.list[0].line == 3);
	assert_int_equal(load(p, "committee: xa-a1\nedxml:\n  types: Kết luận\n"), ERR_CONFIG);
}

static void test_byte_order_mark_is_passed_over_and_positions_stay(void **state)
{
	struct corner *p = *state;

	assert_ok(load(p, "\xef\xbb\xbf"
			  "committee: xa-a1\r\nlog_level: debug\r\n"));
	assert_string_equal(p->config.committee.text, "xa-a1");
	assert_string_equal(p->config.log_level, "debug");
	assert_int_equal(load(p, "\xef\xbb\xbf"
				 "committee: xa-a1\nexpire: soon\n"),
			 ERR_CONFIG);
	assert_true(p->errors.count == 1 && p->errors.list[0].line == 2 &&
		    p->errors.list[0].column == 9);
	assert_int_equal(load(p, "\xef\xbb\xbf"), ERR_CONFIG); /* a mark and nothing else */
	assert_int_equal(p->errors.list[0].line, 0);
}

static void test_byte_that_is_no_utf8_is_told_by_its_line_and_column(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
	} bad[] = {
		/* cut off in the middle of a character */
		{ "committee: xa-a1\n# Đảng\n\n\n\n\n# ủy \xe1\n", 7, 6 },
		{ "# \xc3\x28\ncommittee: xa-a1\n", 1, 3 },
		{ "\xef\xbb\xbf# a\nrun: \xd0\n", 2, 6 },
		{ "committee: xa-a1\nrun: a\x07"
		  "b\n",
		  2, 7 }, /* readable, and no text */
	};
	struct corner *p = *state;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(load(p, bad[i].text), ERR_CONFIG);
		assert_int_equal(p->errors.list[0].line, bad[i].line);
		assert_int_equal(p->errors.list[0].column, bad[i].column);
		assert_non_null(strstr(p->errors.list[0].text, i == 3 ? "0x07" : "UTF-8"));
	}
}

static void test_key_that_is_wrong_is_reported_where_it_stands(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *expected;
	} bad[] = {
		{ "committee: xa-a1\nrum:\n  - a\n", 2, 1, "rum: no such key" },
		{ "committee: xa-a1\nrun: a\n\nrun:\n  b\n", 4, 1, "twice" },
		{ "committee: xa-a1\nlinks:\n  THADS:\n    bulk_window: 1M\n", 3, 3, "THADS" },
		{ "committee: xa-a1\nlinks:\n  a:\n    windov:\n      1M\n", 4, 5,
		  "links.a.windov" },
		{ "committee: xa-a1\nlinks: 5\n", 2, 8, "links: a group" },
		{ "committee: xa-a1\nlinks:\n  - a\n", 3, 3, "links: a group" },
		{ "committee: xa-a1\nstore: 64M\n", 2, 8, "store: a group" },
	};
	struct corner *p = *state;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(load(p, bad[i].text), ERR_CONFIG);
		assert_int_equal(p->errors.list[0].line, bad[i].line);
		assert_int_equal(p->errors.list[0].column, bad[i].column);
		assert_non_null(strstr(p->errors.list[0].text, bad[i].expected));
	}
	assert_ok(load(p, "committee: xa-a1\nlinks:\n#  a:\nstore:\n")); /* all below is behind # */
}

static void test_utf16_is_told_as_what_it_is(void **state)
{
	static const char *const texts[] = { ("\xff\xfe"
					      "c\0o\0m\0\n\0"),
					     "\xfe\xff\0c\0o\0m\0\n", "c\0o\0m\0\n\0\0\0",
					     "\0c\0o\0m\0\n\0\0" };
	struct corner *p = *state;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(load_bytes(p, texts[i], 10), ERR_CONFIG);
		assert_non_null(strstr(p->errors.list[0].text, "UTF-16"));
	}
}

static void test_what_yaml_takes_and_nobody_wants_is_refused(void **state)
{
	static const char *const bad[] = {
		"committee: a\ncommittee: b\n",
		"committee: &x a\ndata: *x\n",
		"committee: !!str a\n",
		"committee: a\n---\ncommittee: b\n",
		"committee: a\n? [x]\n: y\n",
		"committee: \"a\n",
		"committee: a\n\tdata: x\n",
		"{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
		"a: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n",
		"committee: \"a\\0b\"\n",
		"committee: \xff\xfe\n",
	};
	struct corner *p = *state;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (load(p, bad[i]) != ERR_CONFIG)
			fail_msg("text %zu is taken", i);
		assert_true(p->errors.count > 0);
	}
}

static void test_file_over_a_mebibyte_is_refused(void **state)
{
	struct corner *p = *state;
	char *text = malloc((1 << 20) + 10);

	memset(text, '#', (1 << 20) + 9);
	text[(1 << 20) + 9] = '\0';
	assert_int_equal(load(p, text), ERR_FILE);
	free(text);
}

static void test_more_errors_than_slots_are_counted(void **state)
{
	struct corner *p = *state;
	char text[8192] = "committee: a\n";
	size_t used = strlen(text);

	for (unsigned i = 0; i < CONFIG_ERRORS_MAX + 10; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "wrong%u: 1\n", i);
	assert_int_equal(load(p, text), ERR_CONFIG);
	assert_int_equal(p->errors.count, CONFIG_ERRORS_MAX + 10);
}

static void test_reload_takes_what_it_may_and_names_the_rest(void **state)
{
	struct corner *p = *state;
	struct config running;
	char names[128];

	assert_ok(load(p, "committee: a\n"));
	running = p->config;
	assert_ok(load(p, "committee: b\nlog_level: debug\nexpire: 1d\nworkers:\n  files: 3\nlink: "
			  "{bulk_window: 1M}\nlinks:\n  x: {credit_bytes: 2M}\n"));
	config_reload(&running, &p->config, names, sizeof names);
	assert_string_equal(names, "committee,workers.files");
	assert_string_equal(running.committee.text, "a");
	assert_string_equal(running.log_level, "debug");
	assert_true(running.expire_ms == 24LL * 3600 * 1000 && running.file_workers == 0);
	assert_true(running.bulk_window_bytes == 1 << 20 &&
		    config_link_for(&running, fixture_id("x")).credit_bytes == 2 << 20);
	config_reload(&running, &p->config, names, 5); /* too small for both: cut, not overrun */
	assert_true(strlen(names) < 5);
}

static void test_socket_path_that_is_too_long_is_reported(void **state)
{
	struct corner *p = *state;
	char out[CONFIG_PATH_MAX];

	assert_ok(load(p, "committee: a\nrun: /run/vanthu\n"));
	assert_true(config_socket(&p->config, "office.sock", out, sizeof out));
	assert_string_equal(out, "/run/vanthu/office.sock");
	memset(p->config.run, 'x', 100);
	p->config.run[100] = '\0';
	assert_false(config_socket(&p->config, "office.sock", out, sizeof out));
}

/* Man page, example and `config show` have nothing else to say about a key. */
static void test_each_key_has_a_meaning_a_type_and_bounds_if_it_is_a_number(void **state)
{
	static const char *const types[] = { "text", "path",  "steps",	 "types",
					     "size", "count", "duration" };
	enum { TYPES = sizeof types / sizeof types[0], FIRST_NUMBER = 4 };
	const struct config_key *k;
	unsigned count = 0;

	(void)state;
	for (; (k = config_key_at(count)) != NULL; count++) {
		char low[32], high[32];
		unsigned type = 0;

		while (type < TYPES && strcmp(types[type], k->type) != 0)
			type++;
		assert_true(type < TYPES);
		assert_true(strlen(k->help) >= 10);
		assert_true(k->help[strlen(k->help) - 1] != '.'); /* it is put into sentences */
		assert_int_equal(config_key_range(k, low, high, sizeof low), type >= FIRST_NUMBER);
		for (unsigned i = 0; i < count; i++)
			assert_string_not_equal(config_key_at(i)->name, k->name);
	}
	assert_true(count > 20);
}

static void test_what_links_may_have_of_their_own_are_keys_of_all_links(void **state)
{
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; config_key_at(i) != NULL; i++) {
		const char *name = config_key_on_link(config_key_at(i));

		count += name != NULL;
		assert_true(name == NULL || strncmp(config_key_at(i)->name, "link.", 5) == 0);
	}
	assert_int_equal(count, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_key_has_a_meaning_a_type_and_bounds_if_it_is_a_number),
		TEST(test_what_links_may_have_of_their_own_are_keys_of_all_links),
		TEST(test_smallest_file_gives_every_default),
		TEST(test_values_with_units_and_groups_are_read),
		TEST(test_the_spool_folder_is_read_within_its_bounds),
		TEST(test_deadlines_reminders_and_tables_are_read_within_their_bounds),
		TEST(test_what_the_gateway_allows_is_read_within_its_bounds),
		TEST(test_what_the_share_is_made_of_is_read),
		TEST(test_where_webhooks_may_go_is_read),
		TEST(test_all_errors_are_reported_at_once_with_their_positions),
		TEST(test_a_feed_of_no_change_or_of_more_than_ten_years_is_refused),
		TEST(test_byte_order_mark_is_passed_over_and_positions_stay),
		TEST(test_byte_that_is_no_utf8_is_told_by_its_line_and_column),
		TEST(test_key_that_is_wrong_is_reported_where_it_stands),
		TEST(test_utf16_is_told_as_what_it_is),
		TEST(test_links_have_windows_of_their_own),
		TEST(test_faults_of_links_are_reported_with_their_positions),
		TEST(test_more_links_than_slots_are_refused),
		TEST(test_missing_required_key_is_an_error_of_the_whole_file),
		TEST(test_numbers_that_overflow_or_are_none_are_refused),
		TEST(test_what_yaml_takes_and_nobody_wants_is_refused),
		TEST(test_file_over_a_mebibyte_is_refused),
		TEST(test_more_errors_than_slots_are_counted),
		TEST(test_reload_takes_what_it_may_and_names_the_rest),
		TEST(test_a_feed_of_no_change_or_of_more_than_ten_years_is_refused),
		TEST(test_how_old_a_backup_may_be_has_a_bound),
		TEST(test_nobody_publishes_until_the_operator_says_yes),
		TEST(test_numbers_of_types_are_names_and_numbers_each_once),
		TEST(test_socket_path_that_is_too_long_is_reported),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
