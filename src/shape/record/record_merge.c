/*
 * record_merge.c
 *	  Merging two records: which value of each member is kept.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/record_merge.h"

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

/* fill_status gives a status that is blank the other's, with what goes with it; returns whether that has one. */
static bool
fill_status(const RecordMember *status, Record *keep, const Record *other)
{
	if (!fill(MEMBER_OF(keep, status, Slice), *CONST_MEMBER_OF(other, status, Slice)))
		return false;
	*MEMBER_OF(keep, &status[1], Slice) = *CONST_MEMBER_OF(other, &status[1], Slice);
	*MEMBER_OF(keep, &status[2], NullableTime) = *CONST_MEMBER_OF(other, &status[2], NullableTime);
	return true;
}

/* set_time gives a time another value; returns whether that makes a difference. */
static bool
set_time(NullableTime *time, NullableTime value)
{
	bool		different = time->given != value.given || (value.given && time->time != value.time);

	*time = value;
	return different;
}

/* fill_member fills a member; returns whether that makes a difference. */
static bool
fill_member(const RecordMember *member, Record *keep, const Record *other)
{
	NullableTime *time = MEMBER_OF(keep, member, NullableTime);
	int64	   *company;

	switch (member->kind)
	{
		case MEMBER_KEY:
		case MEMBER_TEXT:
			return fill(MEMBER_OF(keep, member, Slice), *CONST_MEMBER_OF(other, member, Slice));
		case MEMBER_STATUS:
			return fill_status(member, keep, other);
		case MEMBER_COMPANY:
			company = MEMBER_OF(keep, member, int64);
			if (*company != 0)
				return false;
			*company = *CONST_MEMBER_OF(other, member, int64);
			return *company != 0;
		case MEMBER_FIRST_TIME:
			return set_time(time, earlier(*time, *CONST_MEMBER_OF(other, member, NullableTime)));
		case MEMBER_LAST_TIME:
			return set_time(time, later(*time, *CONST_MEMBER_OF(other, member, NullableTime)));
		default:				/* goes with the status */
			return false;
	}
}

/* rvo_record_fill gives a record what it lacks and another has, and notes which members that makes others. */
void
rvo_record_fill(const RecordShape *shape, Record *keep, const Record *other)
{
	int			nfields = keep->custom_fields.count;

	for (int i = 0; i < shape->ncolumns; i++)
		if (fill_member(&shape->members[i], keep, other))
			keep->changed |= (ChangedMembers) 1 << i;
	rvo_custom_fields_fill(&keep->custom_fields, &other->custom_fields);
	if (keep->custom_fields.count > nfields)
		keep->changed |= rvo_member_bit(shape, MEMBER_FIELDS);
}
