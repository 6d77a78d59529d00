/* See i18n.h. Catalogs lie beside the program while it is in build/, else where it was installed. */
#include "tools/i18n.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void bind_catalogs(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 32);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash != NULL) {
			memcpy(slash, "/locale", sizeof "/locale");
			if (access(path, R_OK) == 0) {
				bindtextdomain("vanthu", path);
				return;
			}
		}
	}
	bindtextdomain("vanthu", VANTHU_LOCALE_DIR);
}

int i18n_open(const char *lang)
{
	const char *set;

	if (lang != NULL && strcmp(lang, "vi") != 0 && strcmp(lang, "en") != 0)
		return 0;
	if (lang != NULL)
		setenv("LANGUAGE", lang, 1);
	set = setlocale(LC_ALL, "");
	/* Vietnamese needs UTF-8, and gettext translates nothing in the locale "C". */
	if (set == NULL || strcmp(setlocale(LC_CTYPE, NULL), "C") == 0 || strcmp(setlocale(LC_CTYPE, NULL), "POSIX") == 0 || lang != NULL)
		if (strstr(setlocale(LC_CTYPE, NULL), "UTF-8") == NULL && strstr(setlocale(LC_CTYPE, NULL), "utf8") == NULL)
			setlocale(LC_ALL, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
	bind_catalogs();
	bind_textdomain_codeset("vanthu", "UTF-8");
	textdomain("vanthu");
	return 1;
}
