/*
 * preference.h
 *	  What a caller prefers to be done with what is not quite right (RFC 7240).
 */
#ifndef RVO_PREFERENCE_H
#define RVO_PREFERENCE_H

#include "base/text.h"

typedef enum Handling
{
	HANDLING_LENIENT,
	HANDLING_STRICT,
	HANDLING_NOT_SAID
} Handling;

extern Handling rvo_preferred_handling(Slice prefer);

#endif							/* RVO_PREFERENCE_H */
