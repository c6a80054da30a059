/*
 * form.h
 *	  A form as a JSON object.
 */
#ifndef RVO_FORM_H
#define RVO_FORM_H

#include "utils/jsonb.h"

#include "base/compat.h"
#include "base/text.h"

/* One name and value of a form, decoded. */
typedef struct FormPart
{
	Slice		name;
	Slice		value;
	int			list;			/* 1 or 2: the list that it belongs to, 0 = none */
	int			index;			/* position in that list */
	int			order;			/* position in the form */
} FormPart;

/* What was read of a form.  Starts as {0}. */
typedef struct Form
{
	int			count;
	int			allocated;
	FormPart   *parts;
} Form;

/* The members of a form that are lists. */
typedef struct FormLists
{
	const char *list;
	const char *other;			/* NULL = no other */
	bool		named;			/* an entry may be told by its field_name in the place of a number */
	bool		texts;			/* an entry is a text: a single one is a list of one */
} FormLists;

pg_noreturn extern void rvo_form_malformed(void);
extern void rvo_form_add(Form *form, Slice name, Slice value);
extern bool rvo_form_is_json_text(Slice text);
extern Jsonb *rvo_form_to_jsonb(Form *form, const FormLists *names);

#endif							/* RVO_FORM_H */
