/* Declares what two.h declares. */
#ifndef VANTHU_TESTS_TIDY_BAD_ROUTING_ONE_H
#define VANTHU_TESTS_TIDY_BAD_ROUTING_ONE_H

int declared(void);

#endif
