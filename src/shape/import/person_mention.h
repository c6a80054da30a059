/*
 * person_mention.h
 *	  Whether a document mentions a person.
 */
#ifndef RVO_PERSON_MENTION_H
#define RVO_PERSON_MENTION_H

#include "base/jsonio.h"
#include "base/text.h"

extern bool rvo_person_is_mentioned(JsonbContainer *document, const Slice *keys, int nkeys);
extern bool rvo_person_is_in_octets(Slice octets, const Slice *keys, int nkeys);

#endif							/* RVO_PERSON_MENTION_H */
