/* Declares what one.h declares, under a wrong guard. */
#ifndef TWO_H
#define TWO_H

int declared(void);

#endif
