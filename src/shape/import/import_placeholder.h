/*
 * import_placeholder.h
 *	  Cells that say that there is nothing.
 */
#ifndef RVO_IMPORT_PLACEHOLDER_H
#define RVO_IMPORT_PLACEHOLDER_H

#include "base/text.h"

extern bool rvo_is_key_placeholder(Slice text, bool is_company);
extern bool rvo_is_address_placeholder(Slice word);
extern bool rvo_is_null_of_dump(Slice text);
extern bool rvo_is_name_placeholder(Slice text);
extern bool rvo_is_text_placeholder(Slice text);

#endif							/* RVO_IMPORT_PLACEHOLDER_H */
