/*
 * caller.h
 *	  Who is calling, and how he wants it.
 */
#ifndef RVO_CALLER_H
#define RVO_CALLER_H

#include "text.h"

/* What a client has set, by revyops_set_client_setting. */
typedef struct ClientSettings
{
	bool		creates_companies;	/* on_unknown_domain = create */
	bool		infers_company; /* infer_company = on */
	bool		strict_fields;	/* custom_fields = strict */
	Slice		default_status;
	Slice		default_origin;
} ClientSettings;

/* A client; what changes data gets one, what only reads a client's id. */
typedef struct Caller
{
	int			client_id;
	ClientSettings settings;
} Caller;

#endif							/* RVO_CALLER_H */
