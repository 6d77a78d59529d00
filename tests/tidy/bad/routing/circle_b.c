/* Calls what calls it. */
int circle_a(void);
int circle_b(void);
int circle_b(void)
{
	return circle_a();
}
