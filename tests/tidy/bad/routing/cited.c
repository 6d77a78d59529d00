/* As docs/NOWHERE.md §3.1 says. */
int cited;
