/* Texts for people: _() translates, N_() only marks. */
#ifndef VANTHU_TOOLS_I18N_H
#define VANTHU_TOOLS_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

/* Sets the locale and the language: `lang` is "vi", "en" or NULL (the environment's). False: no such language. */
int i18n_open(const char *lang);

#endif
