/* See i18n.h. The language is chosen here and not by setlocale(): few machines have vi_VN.UTF-8
 * generated, and a locale that is not there leaves "C", in which gettext translates nothing. So the
 * locale is always C.UTF-8, and gettext gets its language by name. */
#include "daemon/base/i18n.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CATALOG "vi/LC_MESSAGES/vanthu.mo"
enum { PATH_BYTES = 4096 };

/* "vi_VN.UTF-8", "vi" and "VI" are Vietnamese. NULL: neither of our languages. */
static const char *language_of(const char *name, size_t len)
{
	static const char *const ours[] = { "vi", "en" };

	for (unsigned i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		if (len >= 2 && strncasecmp(name, ours[i], 2) == 0 &&
		    (len == 2 || strchr("_.@-", name[2]) != NULL))
			return ours[i];
	}
	return NULL;
}

/* LANGUAGE is a list, most wanted first: "fr:vi" is Vietnamese here. */
static const char *language_in_list(const char *list)
{
	const char *found = NULL;

	while (found == NULL && list != NULL && *list != '\0') {
		size_t len = strcspn(list, ":");

		found = language_of(list, len);
		list += len + (list[len] == ':');
	}
	return found;
}

static const char *language_wanted(void)
{
	static const char *const locales[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *found = language_in_list(getenv("VANTHU_LANG"));

	if (found == NULL)
		found = language_in_list(getenv("LANGUAGE"));
	for (unsigned i = 0; found == NULL && i < sizeof locales / sizeof locales[0]; i++) {
		const char *value = getenv(locales[i]);

		if (value == NULL || value[0] == '\0')
			continue;
		found = language_of(value, strlen(value));
		break; /* "de_DE" in LC_ALL hides LANG, as everywhere */
	}
	return found != NULL ? found : "en";
}

static bool bind_at(const char *folder)
{
	char catalog[PATH_BYTES];
	int n = snprintf(catalog, sizeof catalog, "%s/" CATALOG, folder);

	return n > 0 && (size_t)n < sizeof catalog && access(catalog, R_OK) == 0 &&
	       bindtextdomain("vanthu", folder) != NULL;
}

/* Beside the program while it is in build/; in ../share where it is installed, wherever that is;
 * else where it was meant to be. */
static void bind_catalogs(void)
{
	static const char *const beside[] = { "locale", "../share/locale" };
	char self[PATH_BYTES], folder[PATH_BYTES];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	for (unsigned i = 0; slash != NULL && i < sizeof beside / sizeof beside[0]; i++) {
		int n = snprintf(folder, sizeof folder, "%.*s/%s", (int)(slash - self), self,
				 beside[i]);

		if (n > 0 && (size_t)n < sizeof folder && bind_at(folder))
			return;
	}
	bindtextdomain("vanthu", VANTHU_LOCALE_DIR);
}

bool i18n_open(const char *lang)
{
	const char *chosen = lang != NULL ? language_of(lang, strlen(lang)) : language_wanted();

	if (chosen == NULL)
		return false;
	setenv("LANGUAGE", chosen, 1);
	if (setlocale(LC_ALL, "C.UTF-8") == NULL && setlocale(LC_ALL, "en_US.UTF-8") == NULL)
		setlocale(LC_ALL, "");
	/* JSON has a point; what people read is written in tools/output/output.c */
	setlocale(LC_NUMERIC, "C");
	bind_catalogs();
	bind_textdomain_codeset("vanthu", "UTF-8");
	textdomain("vanthu");
	return true;
}
