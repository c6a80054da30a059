/*
 * store_webhook_object.c
 *	  Addresses of contacts that a platform knows by an id.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "shape/record/custom_field_index.h"
#include "store/query/store_query.h"
#include "store/service/store_webhook_object.h"

/* The custom field by which a client says that a contact is an object of HubSpot's. */
#define ID_FIELD "hubspot_id"

/* The address of a time; or else the first one that was told of later. */
#define TOLD(times) "(SELECT w.email, w.noted_at FROM revyops.webhook_object AS w" \
	" WHERE w.client_id = $1 AND w.account = o.account AND w.object_id = o.object_id AND w.noted_at " times " LIMIT 1)"

static KeptQuery find_objects = {
	.sql = "SELECT o.n::integer, COALESCE(b.email, a.email, (SELECT c.email FROM revyops.contact AS c WHERE c.client_id = $1"
	" AND revyops.custom_field_hashes(c.client_id, c.custom_fields) && ARRAY[o.hash]"
	" AND c.custom_fields @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('field_name', '" ID_FIELD "', 'field_value', o.object_id))"
	" AND c.email IS NOT NULL ORDER BY c.id LIMIT 1))::text, COALESCE(b.noted_at, a.noted_at)"
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5)) WITH ORDINALITY AS o (account, object_id, hash, at, n)"
	" LEFT JOIN LATERAL " TOLD("<= o.at ORDER BY w.noted_at DESC") " AS b ON true"
	" LEFT JOIN LATERAL " TOLD("> o.at ORDER BY w.noted_at") " AS a ON b.email IS NULL",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 5,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID},
};

/* In the order of the key, so that two deliveries wait for each other in one order only. */
static KeptQuery note_objects = {
	.sql = "INSERT INTO revyops.webhook_object AS w (client_id, account, object_id, email, noted_at)"
	" SELECT $1, o.account, o.object_id, o.email, o.noted_at"
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5)) AS o (account, object_id, email, noted_at)"
	" ORDER BY o.account COLLATE \"C\", o.object_id COLLATE \"C\", o.noted_at"
	" ON CONFLICT (client_id, account, object_id, noted_at) DO UPDATE SET email = excluded.email WHERE excluded.email > w.email",
	.expected = SPI_OK_INSERT, .nparameters = 5,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID},
};

/* read_address takes an address to the object that it is of. */
static void
read_address(void *arg, const Datum *values, const bool *nulls)
{
	WebhookObject *const *objects = arg;
	WebhookObject *object = objects[DatumGetInt32(values[0]) - 1];

	if (!nulls[1])
		object->email = rvo_slice(rvo_slice_cstring(rvo_result_text(values[1], false)));
	object->noted_at = rvo_result_time(values[2], nulls[2]);
}

#define ADD_TEXTS(member) rvo_add_texts(&e, (const void *const *) objects, n, offsetof(WebhookObject, member))

/*
 * rvo_store_find_webhook_objects finds the addresses of objects, each at its time: as the platform told them, or else of
 * a contact that has the id in its custom field.
 */
void
rvo_store_find_webhook_objects(int client_id, WebhookObject **objects, int n)
{
	Execution	e = {0};

	for (int i = 0; i < n; i++)
		objects[i]->hash = rvo_custom_field_hash(client_id, CONST_SLICE(ID_FIELD), objects[i]->object_id);
	rvo_add_integer(&e, client_id);
	ADD_TEXTS(account);
	ADD_TEXTS(object_id);
	rvo_add_ids(&e, (const void *const *) objects, n, offsetof(WebhookObject, hash));
	rvo_add_times(&e, (const void *const *) objects, n, offsetof(WebhookObject, at));
	(void) rvo_query_read(&find_objects, &e, read_address, objects);
}

/* rvo_store_note_webhook_objects keeps the addresses of objects, of each and a time one. */
void
rvo_store_note_webhook_objects(int client_id, WebhookObject **objects, int n)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	ADD_TEXTS(account);
	ADD_TEXTS(object_id);
	ADD_TEXTS(email);
	rvo_add_nullable_times(&e, (const void *const *) objects, n, offsetof(WebhookObject, noted_at));
	(void) rvo_query_run(&note_objects, &e);
}
