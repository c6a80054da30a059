/*
 * linkedin_slug.h
 *	  What names a profile in the path of its URL.
 */
#ifndef RVO_LINKEDIN_SLUG_H
#define RVO_LINKEDIN_SLUG_H

#include "base/text.h"

/*
 * Characters of the longest slug.  LinkedIn's own limit is 100; the rest is
 * room for old names.  In percent form it still fits a B-tree entry.
 */
#define SLUG_MAX_CHARACTERS 200

extern bool rvo_linkedin_unescape(Slice text, Slice *plain);
extern bool rvo_linkedin_is_member_id(Slice s);
extern bool rvo_linkedin_slug_read(Slice segment, Slice *slug);

#endif							/* RVO_LINKEDIN_SLUG_H */
