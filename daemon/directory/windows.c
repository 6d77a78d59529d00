/* The windows of each link, from the configuration to who keeps to them: the core's credit and the
 * fetching of attachments. See windows.h. */
#include "daemon/directory/windows.h"

#include "daemon/base/log.h"

/* A name that is nobody's, or not a neighbour's yet: a slip more often than not. */
static void log_idle(const struct config *config, const struct core *core)
{
	struct link_view v;

	for (unsigned i = 0; i < config->link_count; i++) {
		struct committee_id id = config->links[i].neighbour;

		if (!core_link_find(core, id, &v) || !v.present)
			log_event(
			    LOG_WARNING, "link-not-known",
			    "key=links.%s text=\"not a neighbour under the directory in force\"",
			    id.text);
	}
}

void windows_set(const struct config *config, struct core *core, struct bulk *bulk)
{
	uint32_t count = core_link_count(core);
	struct link_view v;

	for (uint32_t i = 0; i < count && core_link(core, i, &v); i++) {
		struct config_link w = config_link_for(config, v.neighbour);

		core_set_window(core, v.neighbour, w.credit_messages, w.credit_bytes);
		bulk_set_window(bulk, v.neighbour, w.bulk_window_bytes);
	}
	/* Without a directory there is no link at all. */
	if (count > 0)
		log_idle(config, core);
}
