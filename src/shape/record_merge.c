/*
 * record_merge.c
 *	  Merging two records: which value of each member is kept.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record_merge.h"

/* fill gives a text that is blank the other's; returns whether that has one. */
static bool
fill(Slice *text, Slice other)
{
	if (text->len > 0)
		return false;
	*text = other;
	return other.len > 0;
}

static NullableTime
earlier(NullableTime a, NullableTime b)
{
	return !a.given || (b.given && b.time < a.time) ? b : a;
}

static NullableTime
later(NullableTime a, NullableTime b)
{
	return !a.given || (b.given && b.time > a.time) ? b : a;
}

/* fill_status gives a status that is blank the other's, with what goes with it. */
static void
fill_status(const RecordMember *status, Record *keep, const Record *other)
{
	if (!fill(MEMBER_OF(keep, status, Slice), *CONST_MEMBER_OF(other, status, Slice)))
		return;
	*MEMBER_OF(keep, &status[1], Slice) = *CONST_MEMBER_OF(other, &status[1], Slice);
	*MEMBER_OF(keep, &status[2], NullableTime) = *CONST_MEMBER_OF(other, &status[2], NullableTime);
}

static void
fill_member(const RecordMember *member, Record *keep, const Record *other)
{
	NullableTime *time = MEMBER_OF(keep, member, NullableTime);

	switch (member->kind)
	{
		case MEMBER_KEY:
		case MEMBER_TEXT:
			(void) fill(MEMBER_OF(keep, member, Slice), *CONST_MEMBER_OF(other, member, Slice));
			break;
		case MEMBER_STATUS:
			fill_status(member, keep, other);
			break;
		case MEMBER_COMPANY:
			if (*MEMBER_OF(keep, member, int64) == 0)
				*MEMBER_OF(keep, member, int64) = *CONST_MEMBER_OF(other, member, int64);
			break;
		case MEMBER_FIRST_TIME:
			*time = earlier(*time, *CONST_MEMBER_OF(other, member, NullableTime));
			break;
		case MEMBER_LAST_TIME:
			*time = later(*time, *CONST_MEMBER_OF(other, member, NullableTime));
			break;
		default:				/* goes with the status */
			break;
	}
}

/* rvo_record_fill gives a record what it lacks and another has. */
void
rvo_record_fill(const RecordShape *shape, Record *keep, const Record *other)
{
	for (int i = 0; i < shape->ncolumns; i++)
		fill_member(&shape->members[i], keep, other);
	rvo_custom_fields_fill(&keep->custom_fields, &other->custom_fields);
}
