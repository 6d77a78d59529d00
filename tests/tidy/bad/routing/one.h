/* Declares what two.h declares. */
#ifndef VANTHU_ROUTING_ONE_H
#define VANTHU_ROUTING_ONE_H

int declared(void);

#endif
