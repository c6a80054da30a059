/*
 * interest_label.h
 *	  What the label of a contact says of their interest.
 */
#ifndef RVO_INTEREST_LABEL_H
#define RVO_INTEREST_LABEL_H

#include "utils/jsonb.h"

#include "base/text.h"
#include "shape/activity/neutral_event.h"

#define LABEL_MAX_OCTETS 1020	/* of one that somebody made */

/* Labels that somebody made, with true, false or null for what they say: an object, or else none. */
typedef JsonbContainer OwnLabels;

extern bool rvo_label_is_own(OwnLabels *own, Slice label);
extern bool rvo_label_is_known(OwnLabels *own, Slice label);
extern bool rvo_labels_agree(OwnLabels *own, Slice label, Slice other);
extern Interest rvo_interest_of_label(OwnLabels *own, Slice label, Slice sentiment);
extern bool rvo_label_suppresses(Slice label);

#endif							/* RVO_INTEREST_LABEL_H */
