/*
 * interest_label.h
 *	  What the label of a contact says of their interest.
 */
#ifndef RVO_INTEREST_LABEL_H
#define RVO_INTEREST_LABEL_H

#include "base/text.h"
#include "shape/activity/neutral_event.h"

extern bool rvo_label_is_known(Slice label);
extern bool rvo_labels_agree(Slice label, Slice other);
extern Interest rvo_interest_of_label(Slice label, Slice sentiment);
extern bool rvo_label_suppresses(Slice label);

#endif							/* RVO_INTEREST_LABEL_H */
