/* The face of this folder: the registers (sổ) of an office. */
#ifndef VANTHU_ROUTING_BOOKS_BOOKS_H
#define VANTHU_ROUTING_BOOKS_BOOKS_H

#include "routing/books/register.h"

#endif
