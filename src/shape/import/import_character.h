/*
 * import_character.h
 *	  What a human reads in the characters of a cell.
 */
#ifndef RVO_IMPORT_CHARACTER_H
#define RVO_IMPORT_CHARACTER_H

#include "base/text.h"

extern Slice rvo_import_folded(Slice s, bool entities);

#endif							/* RVO_IMPORT_CHARACTER_H */
