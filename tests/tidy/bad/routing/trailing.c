/* Blanks behind. */
int trailing; 
