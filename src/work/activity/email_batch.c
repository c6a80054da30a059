/*
 * email_batch.c
 *	  E-mails as items of a batch.
 *
 * On top of batch.c.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/record_render.h"
#include "work/activity/email.h"
#include "work/activity/email_batch.h"
#include "work/activity/email_contact.h"
#include "work/activity/email_kind.h"

static void
read_item(const Caller *caller, BatchItem *item, JsonbContainer *body)
{
	item->row.email = rvo_email_read(caller, body, &item->faults);
}

/* find_contacts gives the items their contacts. */
static void
find_contacts(const Caller *caller, BatchItem *const *items, int n)
{
	EmailOfContact *emails = palloc(n * sizeof(EmailOfContact));

	for (int i = 0; i < n; i++)
		emails[i] = (EmailOfContact) {&items[i]->row.email, &items[i]->faults, items[i]->failure};
	rvo_email_find_contacts(caller, emails, n);
	for (int i = 0; i < n; i++)
		items[i]->failure = emails[i].failure;
}

static Jsonb *
render_item(const BatchItem *item, Structure structure)
{
	return rvo_record_render_created(&rvo_email_shape, &item->row.record, structure);
}

const BatchKind rvo_email_batch = {
	.kind = &rvo_email_kind,
	.read = read_item,
	.resolve = find_contacts,
	.render = render_item,
};
