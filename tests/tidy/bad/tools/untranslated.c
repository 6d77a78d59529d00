/* A text that only the English can read. */
#include <stdio.h>

int main(void)
{
	printf("%s was not found\n", "x");
	return 0;
}
