/*
 * interest_label.c
 *	  What the label of a contact says of their interest.
 *
 * Platforms have the same labels, as LEAD_MARKED_AS_INTERESTED, lead_interested
 * or "Interested".  One that somebody made says what they say it does, or nothing.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/platform/interest_label.h"
#include "shape/platform/item_path.h"

#define INTERESTED "interested|meetingrequest|meetingrequested|meetingbooked|meetingcompleted|closed|closedwon|won|" \
	"informationrequest|informationrequested|positive"
#define NOT_INTERESTED "notinterested|donotcontact|wrongperson"
#define NEITHER "outofoffice|ooo|automaticreply|automatic|neutral|noshow"

/* bare returns a label without what a platform puts before its own. */
static Slice
bare(Slice label)
{
	static const Slice starts[] = {CONST_SLICE("leadmarkedas"), CONST_SLICE("lead")};

	for (size_t i = 0; i < lengthof(starts); i++)
	{
		int			taken = rvo_loosely_begins(label, starts[i]);

		if (taken > 0)
			return (Slice) {label.data + taken, label.len - taken};
	}
	return label;
}

/* find_own finds what somebody says of a label, true, false or null, with or without what a platform puts before; false if nothing. */
static bool
find_own(OwnLabels *own, Slice label, JsonbValue *says)
{
	Slice		name;

	if (own == NULL || !rvo_json_is_object(own) || label.len == 0 || label.len > LABEL_MAX_OCTETS)
		return false;
	if (rvo_loosely_find(own, label, says))
		return true;
	name = bare(label);
	return name.len > 0 && name.len < label.len && rvo_loosely_find(own, name, says);
}

/* rvo_label_is_own tells a label of which somebody says what it says. */
bool
rvo_label_is_own(OwnLabels *own, Slice label)
{
	JsonbValue	says;

	return find_own(own, label, &says);
}

/* rvo_label_is_known tells a label of which it is known what it says. */
bool
rvo_label_is_known(OwnLabels *own, Slice label)
{
	return rvo_label_is_own(own, label) ||
		(label.len > 0 && rvo_loosely_among(bare(label), INTERESTED "|" NOT_INTERESTED "|" NEITHER));
}

/* rvo_labels_agree tells whether two labels say the same. */
bool
rvo_labels_agree(OwnLabels *own, Slice label, Slice other)
{
	return rvo_interest_of_label(own, label, NO_SLICE) == rvo_interest_of_label(own, other, NO_SLICE) &&
		rvo_label_suppresses(label) == rvo_label_suppresses(other);
}

/* rvo_interest_of_label tells what a label says, or else the sentiment of a reply; either may have no value. */
Interest
rvo_interest_of_label(OwnLabels *own, Slice label, Slice sentiment)
{
	JsonbValue	says;

	if (find_own(own, label, &says))
		return says.type != jbvBool ? INTEREST_UNKNOWN : says.val.boolean ? INTEREST_YES : INTEREST_NO;
	if (label.len > 0)
	{
		Slice		name = bare(label);

		if (rvo_loosely_among(name, INTERESTED))
			return INTEREST_YES;
		if (rvo_loosely_among(name, NOT_INTERESTED))
			return INTEREST_NO;
		if (rvo_loosely_among(name, NEITHER))
			return INTEREST_UNKNOWN;
	}
	return sentiment.len > 0 && rvo_loosely_among(sentiment, "positive") ? INTEREST_YES : INTEREST_UNKNOWN;
}

/* rvo_label_suppresses tells a label that keeps us from writing to somebody. */
bool
rvo_label_suppresses(Slice label)
{
	return label.len > 0 && rvo_loosely_among(bare(label), "donotcontact");
}
