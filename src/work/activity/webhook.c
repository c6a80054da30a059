/*
 * webhook.c
 *	  The use cases of agencies and webhooks: making, checking, listing, ending.
 *
 * A webhook is known by the token at the end of its path, 256 bits of chance, of
 * which the SHA-256 is stored.  An id is no token.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "base/jsonio.h"
#include "shape/platform/item_path.h"
#include "shape/platform/platform.h"
#include "shape/record/member.h"
#include "store/service/store_webhook.h"
#include "store/service/store_webhook_count.h"
#include "value/random_digits.h"
#include "value/sha256.h"
#include "work/activity/webhook.h"
#include "work/activity/webhook_read.h"
#include "work/caller/client.h"
#include "work/caller/client_state.h"

#define TOKEN_BYTES 32
#define SECRET_MAX_OCTETS 1024
#define HEADER_MAX_LENGTH 100
#define ACCOUNT_MAX_OCTETS 255
#define LABELS_MAX 100
#define RING_MAX 100

/* The ways in which deliveries are checked. */
static const Slice checks[] = {
	CONST_SLICE("none"), CONST_SLICE("header"), CONST_SLICE("body"), CONST_SLICE("hmac"), CONST_SLICE("hubspot")
};

/* rvo_agency_create adds an agency and returns its id. */
int
rvo_agency_create(Slice name)
{
	FaultList	faults = {0};

	name = rvo_client_check_name(name, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	return rvo_store_insert_agency(name);
}

static void
check_agency(int agency_id)
{
	if (!rvo_store_has_agency(agency_id))
		rvo_failure_raise_one(FAILURE_AGENCY_NOT_FOUND, "agency_id", FAULT_NOT_FOUND);
}

/* create adds a webhook and returns its path. */
static Slice
create(Webhook *webhook, Slice platform_name, FaultList *faults)
{
	const Platform *platform = rvo_webhook_platform(platform_name, faults);
	char	   *token = palloc(2 * TOKEN_BYTES + 1);
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];

	webhook->name = rvo_client_check_name(webhook->name, faults);
	if (faults->count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, faults);
	if (webhook->agency_id != 0)
		check_agency(webhook->agency_id);
	else
		rvo_client_begin_write(webhook->client_id);
	*rvo_random_digits(token, TOKEN_BYTES) = '\0';
	rvo_sha256(&(Slice) {token, 2 * TOKEN_BYTES}, 1, sha256);
	webhook->platform = platform->name;
	webhook->token_sha256 = (Slice) {(const char *) sha256, sizeof(sha256)};
	rvo_store_insert_webhook(webhook);
	return rvo_slice(psprintf("/public/%s%.*s-webhook/%s", webhook->agency_id != 0 ? "global-" : "",
							  platform->name.len, platform->name.data, token));
}

/* rvo_webhook_create adds a webhook of a client and returns its path, the only time that it is seen. */
Slice
rvo_webhook_create(const int *client_id, Slice platform, Slice name)
{
	FaultList	faults = {0};
	Webhook		webhook = {.client_id = client_id != NULL ? *client_id : 0, .name = name};

	if (client_id == NULL)
		rvo_fault_add(&faults, "client_id", FAULT_REQUIRED);
	return create(&webhook, platform, &faults);
}

/* rvo_webhook_create_for_agency is rvo_webhook_create for one that several clients share. */
Slice
rvo_webhook_create_for_agency(const int *agency_id, Slice platform, Slice name)
{
	FaultList	faults = {0};
	Webhook		webhook = {.agency_id = agency_id != NULL ? *agency_id : 0, .name = name};

	if (agency_id == NULL)
		rvo_fault_add(&faults, "agency_id", FAULT_REQUIRED);
	else if (*agency_id == 0)
		check_agency(0);
	return create(&webhook, platform, &faults);
}

/* rvo_webhook_route_account says which client an account is of; NULL for nobody's, which is not the same as an account of which nothing was said. */
void
rvo_webhook_route_account(const int *agency_id, Slice platform_name, Slice account, const int *client_id)
{
	FaultList	faults = {0};
	const Platform *platform = rvo_webhook_platform(platform_name, &faults);

	account = rvo_text_trim(account);
	if (agency_id == NULL)
		rvo_fault_add(&faults, "agency_id", FAULT_REQUIRED);
	if (account.len == 0)
		rvo_fault_add(&faults, "account", FAULT_REQUIRED);
	else if (account.len > ACCOUNT_MAX_OCTETS)
		rvo_fault_add_limit(&faults, "account", FAULT_TOO_LONG, ACCOUNT_MAX_OCTETS, account.len);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	check_agency(*agency_id);
	if (client_id != NULL)
		rvo_client_begin_write(*client_id);
	rvo_store_route_account(*agency_id, platform->name, account, client_id != NULL ? *client_id : 0);
}

/* require_id returns the id of a webhook, or raises. */
static int
require_id(const int *id)
{
	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "webhook", FAULT_REQUIRED);
	return *id;
}

/* find_platform returns the platform of a webhook, or raises if there is none; without an id it notes that, and there is no value. */
static Slice
find_platform(const int *id, FaultList *faults)
{
	Slice		platform = id != NULL ? rvo_store_webhook_platform(*id) : NO_SLICE;

	if (id == NULL)
		rvo_fault_add(faults, "webhook", FAULT_REQUIRED);
	else if (platform.data == NULL)
		rvo_failure_raise_one(FAILURE_WEBHOOK_NOT_FOUND, "webhook", FAULT_NOT_FOUND);
	return platform;
}

/* begin_write keeps the client of a webhook active, if it has one. */
static void
begin_write(int webhook)
{
	int			client_id = rvo_store_webhook_client(webhook);

	if (client_id != 0)
		rvo_client_begin_write(client_id);
}

/* can_check tells whether deliveries of a platform can be checked in a way. */
static bool
can_check(const Platform *platform, Slice verify)
{
	if (rvo_slice_equal(verify, CONST_SLICE("body")))
		return platform->secret_path != NULL;
	return !rvo_slice_equal(verify, CONST_SLICE("hubspot")) || rvo_slice_equal(platform->name, CONST_SLICE("hubspot"));
}

/* check_verify notes what is wrong with the way in which deliveries are to be checked. */
static void
check_verify(const Platform *platform, Slice verify, FaultList *faults)
{
	Slice		allowed[lengthof(checks)];
	int			n = 0;

	for (size_t i = 0; i < lengthof(checks); i++)
		if (can_check(platform, checks[i]))
			allowed[n++] = checks[i];
	for (int i = 0; i < n; i++)
		if (verify.data != NULL && rvo_slice_equal(verify, allowed[i]))
			return;
	rvo_fault_add_names(faults, "verify", FAULT_INVALID_OPTION, "allowed", allowed, n);
}

/* is_reserved tells a header that HTTP, a proxy or the API has a use for: nobody can put a secret there. */
static bool
is_reserved(Slice name)
{
	static const char *const names[] = {
		"Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Forwarded", "Host", "HTTP2-Settings", "Idempotency-Key",
		"Keep-Alive", "Prefer", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
		"Upgrade", "Via", "X-API-Key", "X-Master-API-Key", "X-Real-IP"
	};
	static const char *const starts[] = {"X-Forwarded-", "X-Revyops-"};
	const char *text = rvo_slice_cstring(name);

	for (size_t i = 0; i < lengthof(names); i++)
		if (pg_strcasecmp(text, names[i]) == 0)
			return true;
	for (size_t i = 0; i < lengthof(starts); i++)
		if (pg_strncasecmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* is_header tells whether a text can be the name of a header that arrives: nginx drops one with "_". */
static bool
is_header(Slice name)
{
	for (int i = 0; i < name.len; i++)
		if (!rvo_is_letter(name.data[i]) && !rvo_is_digit(name.data[i]) && name.data[i] != '-')
			return false;
	return name.len > 0 && name.len <= HEADER_MAX_LENGTH && !is_reserved(name);
}

/* is_printable tells whether a text can be the value of a header: fronts change what is not ASCII, and control characters. */
static bool
is_printable(Slice text)
{
	for (int i = 0; i < text.len; i++)
		if (text.data[i] < ' ' || text.data[i] > '~')
			return false;
	return true;
}

/* check_secret notes what is wrong with a secret and where it is looked for: what no delivery could show. */
static void
check_secret(const Webhook *webhook, FaultList *faults)
{
	bool		none = webhook->verify.data != NULL && rvo_slice_equal(webhook->verify, checks[0]);
	bool		in_header = webhook->verify.data != NULL && rvo_slice_equal(webhook->verify, CONST_SLICE("header"));

	if (!none && webhook->secret.len == 0)
		rvo_fault_add(faults, "secret", FAULT_REQUIRED);
	else if (webhook->secret.len > SECRET_MAX_OCTETS)
		rvo_fault_add_limit(faults, "secret", FAULT_TOO_LONG, SECRET_MAX_OCTETS, webhook->secret.len);
	else if (in_header && !is_printable(webhook->secret))
		rvo_fault_add(faults, "secret", FAULT_NOT_PRINTABLE);
	if (webhook->header.data == NULL && in_header)
		rvo_fault_add(faults, "header", FAULT_REQUIRED);
	else if (webhook->header.data != NULL && !is_header(webhook->header))
		rvo_fault_add(faults, "header", FAULT_INVALID_HEADER);
}

/*
 * rvo_webhook_set_secret says how deliveries are checked beside the token: not at all, by a header that is the
 * secret, by the secret in the body, by the HMAC of the body in a header, or as HubSpot signs.
 */
void
rvo_webhook_set_secret(const int *id, Slice verify, Slice secret, Slice header)
{
	FaultList	faults = {0};
	Webhook		webhook = {
		.id = id != NULL ? *id : 0, .verify = verify, .secret = rvo_text_trim(secret), .header = rvo_text_trim(header)
	};
	Slice		platform = find_platform(id, &faults);

	if (platform.data != NULL)
		check_verify(rvo_platform_find(platform), verify, &faults);
	check_secret(&webhook, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	begin_write(webhook.id);
	rvo_store_set_webhook_check(&webhook);
}

/* check_label notes what is wrong with a label and with what it says. */
static void
check_label(Slice label, const JsonbValue *says, FaultList *faults)
{
	int			length = rvo_text_characters(label);

	if (rvo_loosely_equal(label, CONST_SLICE("")))
		rvo_fault_add(faults, rvo_fault_member_pointer("", label), FAULT_REQUIRED);
	else if (length > MEMBER_MAX_LENGTH)
		rvo_fault_add_limit(faults, rvo_fault_member_pointer("", label), FAULT_TOO_LONG, MEMBER_MAX_LENGTH, length);
	if (says->type != jbvBool && says->type != jbvNull)
		rvo_fault_add(faults, rvo_fault_member_pointer("", label), FAULT_NOT_A_BOOLEAN);
}

/* check_labels notes what is wrong with somebody's own labels; two that differ as names of members may are one. */
static void
check_labels(Jsonb *labels, FaultList *faults)
{
	JsonNames	names = {.object = labels != NULL ? rvo_json_root(labels) : NULL};
	Slice		seen[LABELS_MAX + 1];
	int			n = 0;
	JsonbValue	says;

	if (labels == NULL || !rvo_json_is_object(names.object))
		rvo_fault_add(faults, "labels", labels == NULL ? FAULT_REQUIRED : FAULT_NOT_AN_OBJECT);
	else if (JsonContainerSize(names.object) > LABELS_MAX)
		rvo_fault_add_limit(faults, "labels", FAULT_TOO_MANY, LABELS_MAX, JsonContainerSize(names.object));
	else
		for (; rvo_json_next_name(&names, &seen[n]); n++)
		{
			if (rvo_json_get(names.object, seen[n], &says))
				check_label(seen[n], &says, faults);
			for (int i = 0; i < n; i++)
				if (rvo_loosely_equal(seen[n], seen[i]))
				{
					rvo_fault_add(faults, rvo_fault_member_pointer("", seen[n]), FAULT_DUPLICATE);
					break;
				}
		}
}

/* check_has_labels notes that deliveries to a webhook have no labels, and those of which platforms do. */
static void
check_has_labels(Slice platform, FaultList *faults)
{
	const Slice *names;
	int			n = rvo_platform_names_with_labels(&names);

	for (int i = 0; i < n; i++)
		if (rvo_slice_equal(platform, names[i]))
			return;
	rvo_fault_add_names(faults, "webhook", FAULT_INVALID_OPTION, "allowed", names, n);
}

/* rvo_webhook_set_labels says what custom labels of the platform mean for interest: true, false, or null for neither. */
void
rvo_webhook_set_labels(const int *id, Jsonb *labels)
{
	FaultList	faults = {0};
	Slice		platform = find_platform(id, &faults);

	if (platform.data != NULL)
		check_has_labels(platform, &faults);
	check_labels(labels, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	begin_write(*id);
	rvo_store_set_webhook_labels(*id, labels);
}

/* rvo_webhook_set_ring says how many of the last bodies that could not be read are kept. */
void
rvo_webhook_set_ring(const int *id, const int *size)
{
	FaultList	faults = {0};

	(void) find_platform(id, &faults);
	if (size == NULL || *size < 0)
		rvo_fault_add(&faults, "size", size == NULL ? FAULT_REQUIRED : FAULT_INVALID_NUMBER);
	else if (*size > RING_MAX)
		rvo_fault_add_limit(&faults, "size", FAULT_TOO_MANY, RING_MAX, *size);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	begin_write(*id);
	rvo_store_set_webhook_ring(*id, *size);
}

/* rvo_webhook_ring shows the bodies that are kept, newest first: received_at, octets, errors, body. */
void
rvo_webhook_ring(const int *id, RowReader read, void *arg)
{
	int			webhook = require_id(id);

	if (rvo_store_webhook_platform(webhook).data == NULL)
		rvo_failure_raise_one(FAILURE_WEBHOOK_NOT_FOUND, "webhook", FAULT_NOT_FOUND);
	rvo_store_list_kept_deliveries(webhook, read, arg);
}

/* rvo_webhook_revoke ends a webhook; false if there is no unrevoked one. */
bool
rvo_webhook_revoke(const int *id)
{
	int			webhook = require_id(id);

	begin_write(webhook);
	return rvo_store_revoke_webhook(webhook);
}
