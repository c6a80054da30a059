/*
 * import_mend.h
 *	  A row of an import without what is wrong with it.
 */
#ifndef RVO_IMPORT_MEND_H
#define RVO_IMPORT_MEND_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/import/import_body.h"

extern JsonbContainer *rvo_import_mend(const ImportMapping *mapping, JsonbContainer *body, const FaultList *faults);
extern void rvo_import_tell_dropped(JsonbContainer *body, const FaultList *faults, int row, ImportNotes *notes);
extern void rvo_import_tell_name(JsonbContainer *body, JsonbContainer *mended, const FaultList *faults, bool has_company,
								 int row, ImportNotes *notes);

#endif							/* RVO_IMPORT_MEND_H */
