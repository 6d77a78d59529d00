/* The windows of each link, from the configuration to who keeps to them: the core's credit and the
 * fetching of attachments. See daemon.h. */
#include "daemon/base/log.h"
#include "daemon/daemon.h"

/* A name that is nobody's, or not a neighbour's yet: a slip more often than not. */
static void tell_idle(const struct daemon *d)
{
	struct link_view v;

	for (unsigned i = 0; i < d->config.link_count; i++) {
		const char *id = d->config.links[i].neighbour.text;

		if (!core_link_find(d->core, d->config.links[i].neighbour, &v) || !v.present)
			log_event(
			    LOG_WARNING, "link-not-known",
			    "key=links.%s text=\"not a neighbour under the directory in force\"",
			    id);
	}
}

void daemon_set_windows(struct daemon *d)
{
	uint32_t count = core_link_count(d->core);
	struct link_view v;

	for (uint32_t i = 0; i < count && core_link(d->core, i, &v); i++) {
		struct config_link w = config_link_for(&d->config, v.neighbour);

		core_set_window(d->core, v.neighbour, w.credit_messages, w.credit_bytes);
		bulk_set_window(d->bulk, v.neighbour, w.bulk_window_bytes);
	}
	/* Without a directory there is no link at all. */
	if (count > 0)
		tell_idle(d);
}
