/*
 * import_key.h
 *	  What is compared of the header of a column.
 */
#ifndef RVO_IMPORT_KEY_H
#define RVO_IMPORT_KEY_H

#include "base/text.h"

extern Slice rvo_import_header_name(Slice header);
extern Slice rvo_import_header_key(Slice header);
extern Slice rvo_import_key(Slice text);

#endif							/* RVO_IMPORT_KEY_H */
