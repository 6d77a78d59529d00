/* Calls what calls it. */
int circle_b(void);
int circle_a(void);
int circle_a(void)
{
	return circle_b();
}
