/* Texts for people: _() translates, N_() only marks. Both programs choose their language here. */
#ifndef VANTHU_DAEMON_BASE_I18N_H
#define VANTHU_DAEMON_BASE_I18N_H

#include <libintl.h>
#include <stdbool.h>

#define _(text) gettext(text)
#define N_(text) text

/* Sets locale, language and catalogues of the process, and the environment of what it starts.
 * `lang` is "vi", "en", or NULL: then the first of VANTHU_LANG, LANGUAGE, LC_ALL, LC_MESSAGES and
 * LANG that is set decides. False: no such language, nothing is changed. Output is UTF-8 whatever
 * the locale says. Call it before there are threads. */
bool i18n_open(const char *lang);

#endif
