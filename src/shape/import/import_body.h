/*
 * import_body.h
 *	  The cells of a row as the body that creates a record.
 */
#ifndef RVO_IMPORT_BODY_H
#define RVO_IMPORT_BODY_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/import/import_mapping.h"
#include "shape/import/import_note.h"

extern bool rvo_import_is_valid(const RecordMember *member, const ImportColumn *column, Slice text);
extern Jsonb *rvo_import_body(const ImportMapping *mapping, const JsonbValue *cells, int row, ImportNotes *notes);

#endif							/* RVO_IMPORT_BODY_H */
