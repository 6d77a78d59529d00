/* Requests that contradict themselves, or ask for what there is not: refused before anything is
 * done, with the field to blame. */
#ifndef VANTHU_DAEMON_CONTROL_CHECK_H
#define VANTHU_DAEMON_CONTROL_CHECK_H

#include "daemon/control/client.h"

/* Fields that contradict each other, have no such value, or are not known here: the field goes to
 * `about`. Works on no state. */
must_use enum err control_check(const Vanthu__V1__Request *m, char about[CONTROL_ABOUT_BYTES]);
/* The same of one entry of an import. */
must_use enum err control_check_paper(const Vanthu__V1__PaperAdd *m,
				      char about[CONTROL_ABOUT_BYTES]);

#endif
