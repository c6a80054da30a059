/*
 * import_mapping.h
 *	  What each column of an import is: a member, a custom field, or left out.
 */
#ifndef RVO_IMPORT_MAPPING_H
#define RVO_IMPORT_MAPPING_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/record_member.h"
#include "value/import_key.h"

/* The columns of a source. */
typedef struct ImportHeaders
{
	int			count;
	const Slice *names;			/* unique: rvo_columns_unique */
	int			body;			/* the column of jsonb that is named like a whole body; -1 = none */
} ImportHeaders;

/* When a column is what an alias says. */
typedef enum AliasTerm
{
	ALIAS_ALWAYS,
	ALIAS_BESIDE,				/* only because there is a certain other column */
	ALIAS_ALONE,				/* only if no other column is that member */
} AliasTerm;

/* How the owner's table of aliases is asked: true if a header is known; a member without value = left out. */
typedef struct ImportAliases
{
	bool		(*find) (void *arg, Slice header_key, Slice *member, AliasTerm *term);
	void	   *arg;
} ImportAliases;

typedef struct ImportColumn
{
	Slice		header;			/* unique */
	Slice		member;			/* the record's member that it is; no value = none */
	Slice		field;			/* the custom field that it is, or is where it is not the member; no value =
								 * none */
	bool		spare;			/* a further column of a member: that member in a row where those before have
								 * no valid value, else the custom field */
	bool		named;			/* the member is named by its own name, or by the caller */
} ImportColumn;

/* A member, and the columns that it can come from: the one that counts first stands first. */
typedef struct ImportMember
{
	const RecordMember *member;
	int			ncolumns;
	int		   *columns;
} ImportMember;

typedef struct ImportMapping
{
	const RecordShape *shape;
	int			ncolumns;
	ImportColumn *columns;
	bool		clears;			/* a blank cell clears what is there */
	bool		changes;		/* rows may change records that are there */
	int			body;			/* the column that is the whole body; -1 = none */
	int			nmembers;
	ImportMember *members;		/* those that there are columns for, in jsonb's order */
	Slice		fields_member;	/* under which the custom fields stand */
	int			nfields;		/* columns that are custom fields, or may be */
} ImportMapping;

extern Slice rvo_import_body_column(const RecordShape *shape);
extern ImportMapping *rvo_import_mapping_read(const RecordShape *shape, const ImportHeaders *headers, JsonbContainer *columns,
											  const ImportAliases *aliases, FaultList *faults);
extern Jsonb *rvo_import_mapping_show(const ImportMapping *mapping);
extern const char *rvo_import_mapping_notice(const ImportMapping *mapping);

#endif							/* RVO_IMPORT_MAPPING_H */
