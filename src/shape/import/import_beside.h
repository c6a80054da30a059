/*
 * import_beside.h
 *	  Whether a key that was found in a cell is all of the key that stands there.
 */
#ifndef RVO_IMPORT_BESIDE_H
#define RVO_IMPORT_BESIDE_H

#include "base/text.h"

extern bool rvo_import_email_is_whole(Slice text, Slice value);
extern bool rvo_import_linkedin_is_whole(Slice text, Slice value);

#endif							/* RVO_IMPORT_BESIDE_H */
