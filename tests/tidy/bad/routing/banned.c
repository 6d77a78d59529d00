/* Calls that have cost others dearly. */
#include <string.h>

void copy(char *to, const char *from)
{
	strcpy(to, from);
}
