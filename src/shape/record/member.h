/*
 * member.h
 *	  String members of a request body.
 */
#ifndef RVO_MEMBER_H
#define RVO_MEMBER_H

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"

#define MEMBER_MAX_LENGTH 255	/* characters of a name, origin or status */

/* A normaliser: gives the canonical form, or no value for blank. */
typedef FaultCode (*Normalizer) (Slice in, Slice *out);

extern FaultCode rvo_member_wrong(const JsonbValue *value, FaultCode code);
extern bool rvo_member_is_blank(const JsonbValue *value);
extern void rvo_member_note_no_object(JsonbContainer *body, FaultList *faults);
extern const char *rvo_member_pointer(Slice name);
extern Slice rvo_member_text(Slice name, const JsonbValue *value, FaultList *faults);
extern Slice rvo_member_optional_text(Slice name, const JsonbValue *value, int max_length, FaultList *faults);
extern Slice rvo_member_long_text(Slice name, const JsonbValue *value, int max_octets, FaultList *faults);
extern Slice rvo_member_key(Slice name, const JsonbValue *value, Normalizer normalize, int max_length,
							FaultList *faults);
extern Slice rvo_member_string(JsonbContainer *body, const char *name, FaultList *faults);
extern bool rvo_member_flag(JsonbContainer *body, const char *name, FaultList *faults);
extern void rvo_member_check_text(Slice text, const char *pointer, int max_length,
								  bool allow_line_breaks, FaultList *faults);

#endif							/* RVO_MEMBER_H */
