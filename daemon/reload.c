/* The configuration read again, and handed to its users; see reload.h. */
#include "daemon/reload.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/base/systemd.h"

enum err reload_config(const struct reload_parts *p)
{
	struct config *fresh = malloc(sizeof *fresh);
	struct config_errors *errors = malloc(sizeof *errors);
	char restart[512];
	struct deadline_rules rules;
	enum log_level level;
	enum err e;

	systemd_reloading();
	e = fresh == NULL || errors == NULL ? ERR_NO_MEMORY
					    : config_load(p->config->file, fresh, errors);
	if (e == ERR_OK) /* a table that is wrong: nothing is taken, the old ones stay */
		e = tables_renew(p->tables, fresh, errors);
	if (e == ERR_OK) {
		config_reload(p->config, fresh, restart, sizeof restart);
		if (log_level_parse(p->config->log_level, &level))
			log_open(level);
		core_set_policy(p->core, p->config->relay_retention_ms, p->config->expire_ms,
				p->config->attachment_max_bytes);
		core_set_feed(p->core, p->config->feed_keep_ms, p->config->feed_count);
		core_set_recall(p->core, config_drops_recalled(p->config));
		bulk_set_largest(p->bulk, p->config->attachment_max_bytes);
		p->store->ops->set_reserve(p->store, p->config->reserve_bytes,
					   p->config->reserve_bytes / 4);
		rules = tables_deadlines(&p->tables->now, p->config);
		core_set_deadlines(p->core, &rules);
		core_set_doctypes(p->core, &p->tables->now.types);
		core_set_targets(p->core, &p->tables->now.targets);
		core_set_retention(p->core, &p->tables->now.retention);
		core_set_excluded(p->core, &p->config->excluded);
		windows_set(p->config, p->core, p->bulk);
		log_event(LOG_INFO, "reloaded", "file=%s needs_restart=%s", p->config->file,
			  restart[0] == '\0' ? "none" : restart);
		own_keys_read(p->own_keys);
		own_keys_choose(p->own_keys);
		e = install_file(p->install);
	} else {
		log_event(LOG_ERROR, "reload-refused", "file=%s errors=%u first=\"%u:%u %s\"",
			  p->config->file, errors == NULL ? 0 : errors->count,
			  errors == NULL ? 0 : errors->list[0].line,
			  errors == NULL ? 0 : errors->list[0].column,
			  errors == NULL ? "" : errors->list[0].text);
		e = ERR_OK;
	}
	free(fresh);
	free(errors);
	systemd_ready();
	return e;
}
