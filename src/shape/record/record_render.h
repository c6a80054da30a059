/*
 * record_render.h
 *	  How a record is shown.
 */
#ifndef RVO_RECORD_RENDER_H
#define RVO_RECORD_RENDER_H

#include "base/jsonio.h"
#include "shape/record/record.h"
#include "shape/record/record_member.h"

extern JsonbValue rvo_record_render_new(const RecordShape *shape, const Record *record, Structure structure);
extern Jsonb *rvo_record_render_created(const RecordShape *shape, const Record *record, Structure structure);
extern Jsonb *rvo_record_render_upserted(const RecordShape *shape, const Record *record, Structure structure,
										 bool created);
extern JsonbValue rvo_record_render(const RecordShape *shape, const Record *record, Structure structure,
									bool with_client);

#endif							/* RVO_RECORD_RENDER_H */
