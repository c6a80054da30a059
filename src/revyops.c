/*
 * revyops.c
 *	  The module: its magic, its settings, its hooks.
 */
#include "postgres.h"

#include <limits.h>

#include "fmgr.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "base/create_outcome.h"
#include "base/kept_memory.h"
#include "hook/keep_data.h"
#include "hook/plan_settings.h"
#include "hook/plan_size.h"
#include "store/query/store_direct.h"
#include "store/query/store_distribution.h"
#include "value/preference.h"
#include "work/caller/auth.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/* More than a page of 100 takes, with the server's own copies of it. */
#define USUAL_OCTETS (1024 * 1024)

static const struct config_enum_entry handlings[] = {
	{"lenient", HANDLING_LENIENT, false},
	{"strict", HANDLING_STRICT, false},
	{NULL, 0, false}
};

/*
 * _PG_init defines the settings, guards the tables and tells the planner of
 * them.  A placeholder that somebody planted before the library was loaded is
 * checked as if it were set now: a plain role's revyops.client_id is dropped
 * with a warning.
 */
void
_PG_init(void)
{
	DefineCustomIntVariable("revyops.client_id",
							"The client on whose behalf this session calls.",
							"0 is none. An API key, in revyops.api_key or in the request, counts before it.",
							&rvo_client_id_setting,
							0, 0, INT_MAX,
							PGC_SUSET, 0,
							NULL, NULL, NULL);
	DefineCustomStringVariable("revyops.api_key",
							   "The API key with which this session calls.",
							   "Empty is none. A key in the request counts before it.",
							   &rvo_api_key_setting,
							   "",
							   PGC_USERSET, GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							   NULL, NULL, NULL);
	DefineCustomEnumVariable("revyops.handling",
							 "What becomes of members of a body that nobody knows.",
							 "lenient ignores them, with a notice; strict refuses the body. The header Prefer of a request counts before it.",
							 &rvo_handling_setting,
							 HANDLING_LENIENT, handlings,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("revyops.short_way",
							 "Whether plans of simple shapes are run without starting the executor.",
							 "Off, the executor runs each plan, with the same results. For comparing the two.",
							 &rvo_short_way_setting,
							 true,
							 PGC_SUSET, GUC_NOT_IN_SAMPLE,
							 NULL, NULL, NULL);
	MarkGUCPrefixReserved("revyops");
	rvo_kept_memory_raise(USUAL_OCTETS);
	rvo_create_outcomes_init();
	rvo_distribution_init();
	rvo_keep_data_init();
	rvo_plan_settings_init();
	rvo_plan_size_init();
}
