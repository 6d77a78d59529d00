/* See portable.h. */
#include "routing/rules/portable.h"

#include <stddef.h>
#include <string.h>

enum { DEVICE_LEN = 3 };

/* "CON" is one; of "COM" only with a number from 1 on. */
static bool starts_like(text_t name, text_t device)
{
	for (size_t i = 0; i < DEVICE_LEN; i++) {
		char c = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];

		if (c != device[i])
			return false;
	}
	return true;
}

bool portable_is_device(text_t name)
{
	static const text_t plain[] = { "CON", "PRN", "AUX", "NUL" }, counted[] = { "COM", "LPT" };
	size_t len = strcspn(name, ".");

	while (len > 0 && name[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (len == DEVICE_LEN && starts_like(name, plain[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		if (len == DEVICE_LEN + 1 && starts_like(name, counted[i]) &&
		    name[DEVICE_LEN] >= '1' && name[DEVICE_LEN] <= '9')
			return true;
	}
	return false;
}

bool portable_char(char c)
{
	return (unsigned char)c >= 0x20 && c != 0x7f && strchr("\\/:*?\"<>|", c) == NULL;
}

bool portable_name(text_t name)
{
	size_t len = strlen(name);

	if (len == 0 || name[len - 1] == '.' || name[len - 1] == ' ' || portable_is_device(name))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!portable_char(name[i]))
			return false;
	}
	return true;
}
