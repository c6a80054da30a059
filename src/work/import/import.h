/*
 * import.h
 *	  The use cases of an import: a job, its batches, how far it is.
 */
#ifndef RVO_IMPORT_H
#define RVO_IMPORT_H

#include "base/json_flaw.h"
#include "shape/import/import_body.h"
#include "shape/import/import_mapping.h"
#include "shape/record/caller.h"
#include "store/service/store_import.h"
#include "work/record/batch.h"

/* What becomes of the rows. */
typedef enum ImportMode
{
	IMPORT_CREATE,
	IMPORT_UPSERT,
	IMPORT_CHECK,				/* what IMPORT_CREATE would do, and nothing is written but the job */
	IMPORT_MODES
} ImportMode;

/* What rows become. */
typedef struct ImportKind
{
	const EntityKind *kind;
	const BatchKind *batches[IMPORT_MODES];
	void		(*refuse) (const Caller *caller, BatchItem *const *items, int n);	/* as of a batch */
} ImportKind;

/* What a caller asks for, as they say it.  No value is none, which has a fault where there is a default. */
typedef struct ImportOptions
{
	Slice		mode;
	Slice		on_fault;
	Slice		blanks;
	Slice		origin;			/* of contacts that name none; no value = the client's default */
	Jsonb	   *columns;		/* NULL = none are named */
	int			batch_size;
} ImportOptions;

/* Which row of a source has the names of its columns, as long as no row was read. */
typedef struct HeaderChoice
{
	/*
	 * take takes a row that is so many behind the one that was found, 0 = that; false, and nothing is changed,
	 * if there is none.
	 */
	bool		(*take) (void *source, int later, ImportHeaders *headers);

	/* has_key tells that one of the first rows may have a key in a column. */
	bool		(*has_key) (void *source, int column);

	void	   *source;
} HeaderChoice;

/* An import, as whoever reads the source and the functions that write share it. */
typedef struct Import
{
	/* what was asked for, and by whom */
	Claim		claim;
	const ImportKind *kind;
	ImportOptions options;
	Slice		source;			/* its name; no value = none */
	ImportHeaders headers;		/* of the source */
	HeaderChoice choice;		/* of those; without functions = there is none */
	MemoryContext context;		/* of what lives as long as the import */
	FaultList	faults;			/* what is wrong with it, as far as that was found out before rvo_import_begin */
	bool		is_unreadable;	/* so its columns are not looked at: they may not be what is meant */

	/* what was made of that */
	ImportMode	mode;
	bool		drops_values;
	bool		clears;			/* a blank is a value */
	ImportMapping *mapping;
	int64		job;

	double		estimate;		/* rows of the source */
	int64		rows_before;	/* of this batch */
	int64		notes_before;
	Batch	   *check;			/* IMPORT_CHECK: one for all rows, so that it knows the keys of earlier ones */

	/* one batch */
	bool		dots_may_group; /* see CallNotes; the same in all */
	int			nbodies;
	Jsonb	  **bodies;
	BrokenItems broken;			/* rows that could not be read */
	ImportNotes changed;		/* by whoever made the bodies */
	bool		finished;		/* this is the last batch */
	bool		again;			/* it lost a deadlock */
	ImportNotes dropped;		/* values, so that their row could be taken */
	int64	   *ids;			/* of what rows became or changed, those that a check pretends; 0 = nothing */
	ImportCounts counts;
	int			nrejects;
	RejectRow  *rejects;		/* without their rows of the source, until whoever reads it adds them */
	int			nnotes;
	NoteRow    *note_rows;		/* likewise */
	ImportProgress progress;
} Import;

extern const ImportKind rvo_contact_import;
extern const ImportKind rvo_company_import;

extern void rvo_import_begin(int client_id, Import *import);
extern void rvo_import_write(const Caller *caller, Import *import);
extern void rvo_import_note(int client_id, Import *import);
extern const char *rvo_import_status(int client_id, const int64 *job);

#endif							/* RVO_IMPORT_H */
