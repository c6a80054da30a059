/*
 * record_difference.c
 *	  In which members two states of a record differ.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/record_difference.h"

/* differs tells it of one member; what goes with a status, differs with that. */
static bool
differs(const RecordMember *member, const Record *a, const Record *b)
{
	const NullableTime *time = CONST_MEMBER_OF(a, member, NullableTime);
	const NullableTime *other = CONST_MEMBER_OF(b, member, NullableTime);

	switch (member->kind)
	{
		case MEMBER_KEY:
		case MEMBER_TEXT:
		case MEMBER_STATUS:
			return (CONST_MEMBER_OF(a, member, Slice)->data == NULL) != (CONST_MEMBER_OF(b, member, Slice)->data == NULL) ||
				!rvo_slice_equal(*CONST_MEMBER_OF(a, member, Slice), *CONST_MEMBER_OF(b, member, Slice));
		case MEMBER_COMPANY:
			return *CONST_MEMBER_OF(a, member, int64) != *CONST_MEMBER_OF(b, member, int64);
		case MEMBER_FIRST_TIME:
		case MEMBER_LAST_TIME:
			return time->given != other->given || (time->given && time->time != other->time);
		default:
			return false;
	}
}

/* rvo_record_difference returns the members, but for custom fields. */
ChangedMembers
rvo_record_difference(const RecordShape *shape, const Record *a, const Record *b)
{
	ChangedMembers members = 0;

	for (int i = 0; i < shape->ncolumns; i++)
		if (differs(&shape->members[i], a, b))
			members |= (ChangedMembers) 1 << i;
	return members;
}
