/*
 * bounce_text.h
 *	  What a mail server says of an e-mail that it did not take.
 */
#ifndef RVO_BOUNCE_TEXT_H
#define RVO_BOUNCE_TEXT_H

#include "base/text.h"

extern bool rvo_bounce_is_temporary(Slice text);

#endif							/* RVO_BOUNCE_TEXT_H */
