/*
 * import_list.h
 *	  Custom fields that a row lists in a cell, before those that it has otherwise.
 */
#ifndef RVO_IMPORT_LIST_H
#define RVO_IMPORT_LIST_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/import/import_note.h"

extern bool rvo_import_list_is_one(const JsonbValue *value, bool list_only);
extern JsonbValue rvo_import_list_entry(Slice name, JsonbValue value);
extern JsonbValue rvo_import_list_join(const JsonbValue *listed, JsonbValue others, bool keeps_both, int row,
									   ImportNotes *notes);

#endif							/* RVO_IMPORT_LIST_H */
