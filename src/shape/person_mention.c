/*
 * person_mention.c
 *	  Whether a document mentions a person: rejected rows, stored answers.
 *
 * A person is known by e-mail addresses and LinkedIn URLs.  Who the columns of
 * somebody's table belong to, nobody knows, so any string counts, however
 * deep, that has one of those as its canonical form.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/person_mention.h"
#include "value/email_address.h"
#include "value/linkedin.h"

/* is_key tells whether a text is one of the keys, once it is in canonical form. */
static bool
is_key(Slice text, const Slice *keys, int nkeys)
{
	Slice		email;
	Slice		linkedin_url;
	bool		maybe_email = rvo_email_address_normalize(text, &email) == FAULT_NONE && email.data != NULL;
	bool		maybe_linkedin = rvo_linkedin_normalize(text, &linkedin_url) == FAULT_NONE && linkedin_url.data != NULL;

	for (int i = 0; i < nkeys; i++)
		if ((maybe_email && rvo_slice_equal(keys[i], email)) ||
			(maybe_linkedin && rvo_slice_equal(keys[i], linkedin_url)))
			return true;
	return false;
}

/* rvo_person_is_mentioned tells whether a string of a document is one of a person's keys, which are canonical. */
bool
rvo_person_is_mentioned(JsonbContainer *document, const Slice *keys, int nkeys)
{
	JsonbIterator *it = JsonbIteratorInit(document);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if ((token == WJB_VALUE || token == WJB_ELEM) && value.type == jbvString &&
			is_key(rvo_json_string(&value), keys, nkeys))
			return true;
	}
	return false;
}
