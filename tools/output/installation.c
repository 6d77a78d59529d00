/* See installation.h. */
#include "tools/output/installation.h"

#include <stdio.h>

#include "daemon/base/i18n.h"

const char *installation_words(const Vanthu__V1__Installation *i, char *out, size_t size)
{
	unsigned long long version = i->version, done = i->done, total = i->total;

	switch (i->phase) {
	case VANTHU__V1__INSTALLATION_PHASE__INSTALLATION_PHASE_CHECKING:
		snprintf(out, size, _("directory %llu is being checked: %llu of %llu committees"),
			 version, done, total);
		break;
	case VANTHU__V1__INSTALLATION_PHASE__INSTALLATION_PHASE_INSTALLING:
		snprintf(out, size, _("directory %llu is being installed: %llu of %llu committees"),
			 version, done, total);
		break;
	case VANTHU__V1__INSTALLATION_PHASE__INSTALLATION_PHASE_SETTLING:
		snprintf(out, size, _("directory %llu is in force, and being put in its place"),
			 version);
		break;
	default:
		snprintf(out, size, _("directory %llu is being copied"), version);
		break;
	}
	return out;
}
