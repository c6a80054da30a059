/*
 * import_note.c
 *	  What is told of values of a row that were changed or left out.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/compat.h"
#include "shape/import/import_note.h"

/* rvo_import_note_add adds a note, in the current context. */
void
rvo_import_note_add(ImportNotes *notes, ImportNote note)
{
	if (notes->count == notes->capacity)
	{
		notes->capacity = Max(2 * notes->capacity, 16);
		notes->items = notes->items == NULL ? palloc(notes->capacity * sizeof(ImportNote)) :
			repalloc_huge(notes->items, notes->capacity * sizeof(ImportNote));
	}
	notes->items[notes->count++] = note;
}

/* rvo_import_note_text returns a value as a note shows it: a text as it is, all else as JSON. */
Slice
rvo_import_note_text(const JsonbValue *value)
{
	JsonbValue	copy = *value;
	Jsonb	   *json;

	if (value->type == jbvString)
		return rvo_json_string(value);
	if (value->type == jbvBinary)
		return rvo_slice(JsonbToCString(NULL, value->val.binary.data, value->val.binary.len));
	json = rvo_json_encode(&copy);
	return rvo_slice(JsonbToCString(NULL, &json->root, VARSIZE(json)));
}
