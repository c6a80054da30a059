/*
 * answer.h
 *	  Filling an answer.
 */
#ifndef RVO_ANSWER_H
#define RVO_ANSWER_H

#include "http/request/endpoint.h"

extern void rvo_answer(Answer *answer, int status, Jsonb *body);
extern void rvo_answer_value(Answer *answer, int status, const JsonbValue *body);
extern void rvo_answer_error(Answer *answer, int status, const char *message, const char *detail);
extern void rvo_answer_held(Answer *answer, const char *message, const char *detail);
extern void rvo_answer_add_header(Answer *answer, const char *name, const char *value);
extern void rvo_answer_add_content_type(Answer *answer);
extern const char *rvo_answer_path(const Route *route, int64 id);
extern void rvo_answer_add_location(Answer *answer, const Route *route, int64 id);
extern void rvo_answer_set_root(Answer *answer, Slice root);

#endif							/* RVO_ANSWER_H */
