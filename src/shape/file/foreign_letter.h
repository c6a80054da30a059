/*
 * foreign_letter.h
 *	  Letters that stand where no language of Windows-1252 has them.
 */
#ifndef RVO_FOREIGN_LETTER_H
#define RVO_FOREIGN_LETTER_H

#include "base/text.h"

extern bool rvo_is_foreign_letter(Slice text, int i);

#endif							/* RVO_FOREIGN_LETTER_H */
