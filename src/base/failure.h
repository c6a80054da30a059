/*
 * failure.h
 *	  How a call ends that fails, or has something to tell.
 */
#ifndef RVO_FAILURE_H
#define RVO_FAILURE_H

#include "utils/elog.h"

#include "base/compat.h"
#include "base/fault.h"

/* Why a call fails: its SQLSTATE and primary message. */
typedef enum Failure
{
	FAILURE_CAMPAIGN_NOT_FOUND,
	FAILURE_COMPANY_MERGED,
	FAILURE_CONTACT_MERGED,
	FAILURE_INVALID_REQUEST,
	FAILURE_COMPANY_OF_OTHER_CLIENT,
	FAILURE_CONTACT_OF_OTHER_CLIENT,
	FAILURE_EMAIL_OF_OTHER_CLIENT,
	FAILURE_CREDENTIALS,
	FAILURE_AGENCY_NOT_FOUND,
	FAILURE_COMPANY_NOT_FOUND,
	FAILURE_CONTACT_NOT_FOUND,
	FAILURE_EMAIL_NOT_FOUND,
	FAILURE_CUSTOM_FIELD_NOT_FOUND,
	FAILURE_DOMAIN_NOT_FOUND,
	FAILURE_CLIENT_NOT_FOUND,
	FAILURE_CLIENT_MOVED,
	FAILURE_CLIENT_MOVING,
	FAILURE_CONTACT_EXISTS,
	FAILURE_COMPANY_EXISTS,
	FAILURE_IMPORT_NOT_FOUND,
	FAILURE_CHANGES_OFF,
	FAILURE_WEBHOOK_NOT_FOUND,
	FAILURE_CUSTOM_FIELD_EXISTS,
	FAILURE_CURSOR_EXPIRED,
	FAILURE_POSITION_LOST,
	FAILURE_TOO_LARGE,
	FAILURE_UNSUPPORTED_MEDIA_TYPE,
	FAILURE_KEY_REUSED,
	FAILURE_DO_NOT_CONTACT,
	FAILURE_ENTRY_NOT_FOUND,
	FAILURE_FORCE_REQUIRED
} Failure;

pg_noreturn extern void rvo_failure_raise(Failure failure, const FaultList *faults);
pg_noreturn extern void rvo_failure_raise_one(Failure failure, const char *where, FaultCode code);
pg_noreturn extern void rvo_failure_raise_nobody(bool shown);
pg_noreturn extern void rvo_failure_raise_file_changed(Oid file);
pg_noreturn extern void rvo_failure_raise_in_transaction(const char *procedure, const char *instead);
pg_noreturn extern void rvo_failure_raise_replica(void);
pg_noreturn extern void rvo_failure_raise_has_data(const char *table);
pg_noreturn extern void rvo_failure_raise_serialization(void);
pg_noreturn extern void rvo_failure_raise_no_trigrams(void);
pg_noreturn extern void rvo_failure_raise_not_coordinator(void);
pg_noreturn extern void rvo_failure_raise_rewritten(const char *statement);
extern void rvo_notice_ignored(const char *names, const char *nearest);
extern void rvo_notice_do_not_contact(const char *reasons);
extern void rvo_notice_items_do_not_contact(int count, const char *ordinals);
pg_noreturn extern void rvo_failure_raise_bug(const char *message);

extern int	rvo_failure_http_status(Failure failure);
extern int	rvo_sqlstate_http_status(int sqlstate);
extern bool rvo_sqlstate_is_held(int sqlstate);
extern const char *rvo_sqlstate_retry_after(int sqlstate);
extern bool rvo_sqlstate_is_read_only(int sqlstate);
extern bool rvo_sqlstate_is_cancel(int sqlstate);
extern bool rvo_error_is_timeout(const ErrorData *error);
extern bool rvo_sqlstate_is_taken_key(int sqlstate);
extern bool rvo_sqlstate_is_in_use(int sqlstate);
extern bool rvo_sqlstate_is_deadlock(int sqlstate);
extern bool rvo_sqlstate_is_transient(int sqlstate);
extern bool rvo_sqlstate_is_data(int sqlstate);

#endif							/* RVO_FAILURE_H */
