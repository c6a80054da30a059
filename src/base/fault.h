/*
 * fault.h
 *	  What can be wrong with a request, and how a caller is told.
 */
#ifndef RVO_FAULT_H
#define RVO_FAULT_H

#include "lib/stringinfo.h"
#include "utils/elog.h"

#include "base/compat.h"
#include "base/text.h"

/* One thing that is wrong, at one place.  fault.c holds code and message. */
typedef enum FaultCode
{
	FAULT_NONE,
	FAULT_ALREADY_EXISTS,
	FAULT_AMBIGUOUS_CONDITION,
	FAULT_AMBIGUOUS_PAGE,
	FAULT_BLANK_ROW,
	FAULT_BROKEN_ROW,
	FAULT_CHANGES_OFF,
	FAULT_CLIENT_MOVED,
	FAULT_CLIENT_MOVING,
	FAULT_CONTROL_CHARACTER,
	FAULT_CURSOR_EXPIRED,
	FAULT_DO_NOT_CONTACT,
	FAULT_DUPLICATE,
	FAULT_ENCODING_NOT_FOUND,
	FAULT_EXPIRED,
	FAULT_FIELDS_TOO_LARGE,
	FAULT_FORCE_REQUIRED,
	FAULT_IDENTIFIER_REQUIRED,
	FAULT_INVALID_ADDRESS,
	FAULT_INVALID_BATCH_SIZE,
	FAULT_INVALID_BLANKS,
	FAULT_INVALID_CLIENT_STATE,
	FAULT_INVALID_COMPANY,
	FAULT_INVALID_CREDENTIALS,
	FAULT_INVALID_CURSOR,
	FAULT_INVALID_DELIMITER,
	FAULT_INVALID_DOMAIN,
	FAULT_INVALID_EMAIL,
	FAULT_INVALID_ENCODING,
	FAULT_INVALID_HEADER,
	FAULT_INVALID_IDEMPOTENCY_KEY,
	FAULT_INVALID_IMPORT_MODE,
	FAULT_INVALID_LIMIT,
	FAULT_INVALID_LINKEDIN_URL,
	FAULT_INVALID_MODE,
	FAULT_INVALID_NUMBER,
	FAULT_INVALID_ON_FAULT,
	FAULT_INVALID_OPERATOR,
	FAULT_INVALID_OPTION,
	FAULT_INVALID_OUTCOME,
	FAULT_INVALID_POSITION,
	FAULT_INVALID_SCOPE,
	FAULT_INVALID_SECRET,
	FAULT_INVALID_SIGNATURE,
	FAULT_INVALID_STRUCTURE,
	FAULT_INVALID_TIME,
	FAULT_INVALID_VALUE,
	FAULT_INVALID_WAIT,
	FAULT_JSON_AS_FORM,
	FAULT_JSON_IN_STRING,
	FAULT_KEY_CONFLICT,
	FAULT_KEY_REUSED,
	FAULT_MALFORMED_BODY,
	FAULT_MALFORMED_JSON,
	FAULT_MALFORMED_QUERY,
	FAULT_MASTER_KEY_REQUIRED,
	FAULT_MERGED,
	FAULT_MISSING_CREDENTIALS,
	FAULT_MORE_FAULTS,
	FAULT_NO_HEADER,
	FAULT_NO_KEY_COLUMN,
	FAULT_NOT_A_BOOLEAN,
	FAULT_NOT_A_DOMAIN,
	FAULT_NOT_A_STRING,
	FAULT_NOT_AN_ARRAY,
	FAULT_NOT_AN_EMAIL,
	FAULT_NOT_AN_OBJECT,
	FAULT_NOT_FOUND,
	FAULT_NOT_PRINTABLE,
	FAULT_NULL_NOT_ALLOWED,
	FAULT_ONE_ADDRESS,
	FAULT_OPTIONS_NOT_ALLOWED,
	FAULT_OTHER_CLIENT,
	FAULT_POSITION_LOST,
	FAULT_RAGGED_ROW,
	FAULT_REQUIRED,
	FAULT_SAME_COMPANY,
	FAULT_SAME_CONTACT,
	FAULT_SPREADSHEET,
	FAULT_TOO_BROAD,
	FAULT_TOO_DEEP,
	FAULT_TOO_LARGE,
	FAULT_TOO_LONG,
	FAULT_TOO_MANY,
	FAULT_UNKNOWN_ENCODING,
	FAULT_UNKNOWN_COLUMN,
	FAULT_UNKNOWN_FIELD,
	FAULT_UNKNOWN_MEMBER,
	FAULT_UNKNOWN_PARAMETER,
	FAULT_UNKNOWN_SETTING,
	FAULT_UNSUPPORTED_ENCODING,
	FAULT_UNSUPPORTED_FILE_TYPE,
	FAULT_UNSUPPORTED_MEDIA_TYPE
} FaultCode;

/*
 * What a request tells of its faults: so many, and names that would be right as long as
 * there are no more octets than that.  The others are counted.
 */
#define FAULTS_MAX 1000
#define FAULTS_NAMED_MAX_OCTETS (1024 * 1024)

/*
 * The faults of one request, as the entries of a JSON array.  Starts as {0}.
 * Where many are told apart, each entry says which of them it is of.
 */
typedef struct FaultList
{
	StringInfo	entries;		/* NULL while there is none */
	int			count;			/* of all */
	int			told;			/* of those in entries */
	int			max;			/* of these; 0 = FAULTS_MAX */
	bool		brief;			/* entries have no names that would be right */
	const char *number_name;	/* "ordinal" or "index"; NULL = entries have none */
	int			number;
} FaultList;

extern Slice rvo_fault_code(FaultCode code);
extern bool rvo_fault_is_full(const FaultList *faults);
extern int	rvo_fault_octets(const FaultList *faults);
extern void rvo_fault_add(FaultList *faults, const char *where, FaultCode code);
extern void rvo_fault_add_limit(FaultList *faults, const char *where, FaultCode code,
								int limit, int actual);
extern void rvo_fault_add_place(FaultList *faults, const char *where, FaultCode code, int line, int column, int item);
extern void rvo_fault_add_names(FaultList *faults, const char *where, FaultCode code, const char *member,
								const Slice *names, int n);
extern Slice rvo_fault_pointer(const char *above, Slice name);
extern const char *rvo_fault_member_pointer(const char *above, Slice name);
extern void rvo_fault_add_member(FaultList *faults, const char *above, Slice name, const Slice *nearest, int nnearest);
extern void rvo_fault_add_parameter(FaultList *faults, Slice name, const Slice *nearest, int nnearest);
extern void rvo_fault_add_column(FaultList *faults, FaultCode code, Slice column, const Slice *nearest, int nnearest);
extern void rvo_fault_add_type(FaultList *faults, const char *where, FaultCode code, Slice type,
							   const Slice *choices, int nchoices);
extern void rvo_fault_add_existing_rows(FaultList *faults, const char *where, int64 existing_id, int64 rows);
extern void rvo_fault_add_existing(FaultList *faults, const char *where, int64 existing_id);
extern void rvo_fault_add_key(FaultList *faults, const char *where, FaultCode code, int64 existing_id, int duplicate_of);
extern void rvo_fault_add_merged(FaultList *faults, const char *where, int64 kept_id);
extern void rvo_fault_add_all(FaultList *faults, const FaultList *more);
extern void rvo_fault_keep(FaultList *faults);
extern char *rvo_fault_json(const FaultList *faults);

#endif							/* RVO_FAULT_H */
