/*
 * serve_record.h
 *	  What the endpoints of contacts and of companies do alike.
 */
#ifndef RVO_SERVE_RECORD_H
#define RVO_SERVE_RECORD_H

#include "http/request/endpoint.h"
#include "http/request/unknown_parameter.h"
#include "shape/list/page.h"
#include "shape/record/custom_field_change.h"
#include "shape/record/record_member.h"
#include "work/import/import.h"
#include "work/record/batch.h"
#include "work/record/entity_kind.h"
#include "work/record/merge_request.h"

/* A kind of items, and what a batch over HTTP calls them. */
typedef struct BatchEnvelope
{
	const BatchKind *kind;
	const char *list;			/* member of the request: "contacts" */
	const char *item;			/* member of a result: "contact" */
} BatchEnvelope;

/* What tells contacts from companies. */
struct Resource
{
	BatchEnvelope envelope;
	const EntityKind *kind;		/* of what is searched */
	const RecordShape *shape;
	const ListedMember *listed; /* members of what is listed that are none of the shape */
	int			nlisted;
	const ImportKind *import;	/* what rows of a file become */
	const Slice *conditions;	/* parameters that a list is asked for by; list reads them */
	int			nconditions;
	int			status_of_added_field;
	JsonbValue	(*create) (const HttpRequest *request, int64 *id);
	Jsonb	   *(*upsert) (const Caller *caller, Jsonb *body, Slice structure_name, int64 *id, bool *created);
	JsonbValue	(*get) (int client_id, const int64 *id, Slice structure_name);
	text	   *(*list) (const HttpRequest *request, const ListRequest *list);
	Jsonb	   *(*update) (const Caller *caller, const int64 *id, Jsonb *changes, Slice structure_name);
	void		(*delete) (const Caller *caller, const int64 *id);
	Jsonb	   *(*merge) (const Caller *caller, const MergeRequest *merge);
	Jsonb	   *(*change_field) (const Caller *caller, const FieldChange *change);
};

extern Slice rvo_link_to_next(const HttpRequest *request, const char *place);
extern void rvo_serve_list(const HttpRequest *request, Answer *answer);
extern void rvo_serve_list_bare(const HttpRequest *request, Answer *answer);
extern void rvo_serve_lookup(const HttpRequest *request, Answer *answer);
extern void rvo_serve_lookup_bare(const HttpRequest *request, Answer *answer);
extern void rvo_serve_search(const HttpRequest *request, Answer *answer);
extern void rvo_serve_get(const HttpRequest *request, Answer *answer);
extern void rvo_serve_create(const HttpRequest *request, Answer *answer);
extern void rvo_serve_upsert(const HttpRequest *request, Answer *answer);
extern void rvo_serve_update(const HttpRequest *request, Answer *answer);
extern void rvo_serve_delete(const HttpRequest *request, Answer *answer);
extern void rvo_serve_merge(const HttpRequest *request, Answer *answer);
extern void rvo_serve_add_field(const HttpRequest *request, Answer *answer);
extern void rvo_serve_update_field(const HttpRequest *request, Answer *answer);
extern void rvo_serve_delete_field(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_RECORD_H */
