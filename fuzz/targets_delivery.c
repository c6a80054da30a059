/*
 * targets_delivery.c
 *	  The target that takes a delivery of a sending platform.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/json_parse.h"
#include "shape/platform/delivery.h"
#include "shape/platform/delivery_show.h"
#include "value/email_address.h"
#include "fuzz.h"

/* check_text checks that a text is one that the server takes, and not empty. */
static void
check_text(Slice text)
{
	if (text.data != NULL)
		MUST(text.len > 0 && memchr(text.data, '\0', text.len) == NULL && pg_verify_mbstr(PG_UTF8, text.data, text.len, true));
}

/* check_event checks what an event promises, and that it fits what is stored. */
static void
check_event(const DeliveredEvent *read)
{
	NeutralEvent event = read->event;
	const Slice texts[] = {
		event.platform, event.campaign_id, event.campaign_name, event.at_given, event.external_id, event.agent_email, event.subject,
		event.body_text, event.body_html, event.message_id, event.label, event.first_name, event.last_name, event.linkedin_url, event.company,
		read->account, read->object_id
	};
	FaultList	faults = {0};
	Slice		again;

	MUST(event.kind >= 0 && event.kind < EVENT_KINDS && event.contact_id == 0);
	MUST(event.contact_email.data != NULL || read->object_id.data != NULL);
	for (size_t i = 0; i < lengthof(texts); i++)
		check_text(texts[i]);
	if (event.contact_email.data == NULL)
		return;
	MUST(rvo_email_address_normalize(event.contact_email, &again) == FAULT_NONE && rvo_slice_equal(event.contact_email, again));
	rvo_neutral_event_fit(&event, &faults);
	MUST(rvo_slice_equal(event.contact_email, again));
}

/* own_labels makes labels that somebody made: one that the inputs have, and some. */
static Jsonb *
own_labels(void)
{
	return rvo_json_parse(CONST_SLICE("{\"Hot lead\": true, \"lead\": false, \"interested\": null, \"x\": true, \"Custom\": false}"));
}

/* The input: a line whose first octet says which platform, and a body. */
void
fuzz_delivery(Slice input)
{
	Slice		choice = fuzz_line(&input);
	const Slice *names;
	int			n = rvo_platform_names(&names);
	FaultList	faults = {0};
	Delivery	delivery;
	Jsonb	   *shown;

	if (!rvo_delivery_read(rvo_platform_find(names[choice.len > 0 ? (unsigned char) choice.data[0] % n : 0]), rvo_json_root(own_labels()), input, &delivery, &faults))
	{
		MUST(faults.count > 0);
		return;
	}
	fuzz_check_memory(input);
	MUST(faults.count == 0 && delivery.nobjects <= delivery.count);
	for (int i = 0; i < delivery.count; i++)
		if (delivery.items[i].event != NULL)
			check_event(delivery.items[i].event);
	check_text(rvo_delivery_secret(&delivery));
	shown = rvo_delivery_show(&delivery);
	MUST(compareJsonbContainers(&shown->root, &rvo_json_parse(rvo_slice(JsonbToCString(NULL, &shown->root, VARSIZE(shown))))->root) == 0);
}
