/*
 * entity_kind.h
 *	  What is done to records of every kind alike, and what tells the kinds apart.
 */
#ifndef RVO_ENTITY_KIND_H
#define RVO_ENTITY_KIND_H

#include "base/failure.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "shape/record/custom_field_change.h"
#include "shape/record/record.h"
#include "shape/record/record_member.h"
#include "store/record/store_record.h"

#define RECORD_MAX_KEYS 2

/* What tells contacts from companies. */
typedef struct EntityKind
{
	Entity		entity;
	const RecordShape *shape;
	const RecordTable *table;
	const char *plural;			/* "contacts" */
	const char *id_name;		/* "contact_id": what errors call its id beside another */
	const char *key_pointers[RECORD_MAX_KEYS];	/* where the body has what makes two of them the same; NULL = no more */
	Failure		taken;			/* if a key is, of a kind that has some */
	Failure		not_found;
	Failure		of_other_client;

	/* raise_taken raises taken, naming them, if records with other ids than this have keys of the record by now; NULL if the kind has no keys. */
	void		(*raise_taken) (int client_id, const Record *record, int64 id);

	/*
	 * check_new looks at a record that was just added: raises taken if it has a key that leads to another.  False if it was
	 * taken back and is to be added anew, as it is now.  NULL if there is nothing to look at.
	 */
	bool		(*check_new) (const Caller *caller, Record *record);

	/* note_written is told of a record that was read, changed and written; NULL if nobody asks. */
	void		(*note_written) (int client_id, const Record *record);

	/* raise_gone raises if it can tell what became of a record; NULL if nobody knows. */
	void		(*raise_gone) (int client_id, int64 id, const char *where);
} EntityKind;

pg_noreturn extern void rvo_record_raise_missing(const EntityKind *kind, int client_id, int64 id, const char *where);
pg_noreturn extern void rvo_record_raise_gone(const EntityKind *kind, int client_id, int64 id, const char *where);
extern JsonbValue rvo_record_get(const EntityKind *kind, int client_id, const int64 *id, Slice structure_name);
extern void rvo_record_lock(const EntityKind *kind, int client_id, int64 id, const char *where, Record *record);
extern void rvo_record_number(const EntityKind *kind, Record *record);
extern void rvo_record_insert(const EntityKind *kind, const Caller *caller, Record *record);
extern void rvo_record_stamp(Record *record);
extern ErrorData *rvo_record_write(const EntityKind *kind, const Caller *caller, Record *record, bool other_keys);
extern void rvo_record_save(const EntityKind *kind, const Caller *caller, Record *record, bool other_keys);
extern Jsonb *rvo_record_change_field(const EntityKind *kind, const Caller *caller, const FieldChange *change);

#endif							/* RVO_ENTITY_KIND_H */
