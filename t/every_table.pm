# A client that has rows in every table that has clients' rows, for the tests that look at all of them.
package every_table;
use strict;
use warnings;

# fill gives them to a client; a word is in each, and in no other client's.
sub fill
{
	my ($node, $id, $word) = @_;
	$node->safe_psql('postgres', <<"END");
SET revyops.client_id = $id;
SELECT revyops_set_client_setting($id, 'changes', 'on');
SELECT revyops_create_company('{"domain": "$word.example", "name": "$word", "company_custom_fields": [{"field_name": "A", "field_value": "$word"}]}');
SELECT revyops_create_company('{"domain": "$word.net"}');
SELECT revyops_merge_companies(min(id), max(id)) FROM revyops.company WHERE client_id = $id;
SELECT revyops_create_contact('{"email": "again\@$word.example", "first_name": "$word"}', 'NESTED', '$word');
SELECT revyops_create_contact('{"email": "gone\@$word.example"}');
SELECT revyops_merge_contacts(min(id), max(id)) FROM revyops.contact WHERE client_id = $id;
SELECT revyops_define_custom_field('contact', '$word', 'text');
SELECT revyops_create_contact('{"email": "seen\@$word.example", "first_name": "$word", "contact_custom_fields_input": [{"field_name": "also $word", "field_value": "x"}]}');
SELECT revyops_create_contact(format('{"email": "$word%s\@$word.example", "linkedin_url": "in/$word%s", "first_name": "$word", "company_id": "$word.example",
	"contact_status": "$word", "contact_custom_fields_input": [{"field_name": "A", "field_value": "$word"}]}', i, i)::jsonb) FROM generate_series(1, 50) i;
SELECT revyops_record_event('{"kind": "sent", "contact_email": "seen\@$word.example", "campaign_id": "$word", "campaign_name": "$word", "subject": "$word", "at": "2026-03-01"}');
SELECT revyops_record_event('{"kind": "bounced", "contact_email": "seen\@$word.example", "campaign_id": "$word", "last_name": "$word", "at": "2026-03-02"}');
SELECT revyops_create_webhook($id, 'hubspot', '$word'), revyops_create_agency_webhook(revyops_create_agency('$word'), 'lemlist', '$word');
SELECT revyops_set_webhook_labels(max(id), '{"$word": true}') FROM revyops.webhook WHERE client_id = $id;
SELECT revyops_route_webhook_account(max(id), 'lemlist', '$word', $id) FROM revyops.agency WHERE name = '$word';
INSERT INTO revyops.webhook_object VALUES ($id, '$word', '1', '$word\@$word.example', now());
INSERT INTO revyops.webhook_count SELECT max(id), '$word', '$word', 1, now() FROM revyops.webhook WHERE client_id = $id;
INSERT INTO revyops.webhook_ring (webhook_id, octets, errors, body) SELECT max(id), 1, '[]', '$word' FROM revyops.webhook WHERE client_id = $id;
SELECT revyops_suppress('{"email": "both\@list.example", "note": "$word"}'), revyops_suppress('{"email": "off\@list.example"}'), revyops_unsuppress('off\@list.example', 'manual', '$word');
SELECT revyops_suppress('{"email": "$word\@list.example", "reason": "complaint"}');
CREATE TABLE $word AS VALUES ('$word');
ALTER TABLE $word RENAME column1 TO email;
CALL revyops_import_contacts('$word');
SELECT revyops_import_csv(convert_to(E'Email,First Name,Website\\nnote\@$word.example,$word,$word\\n', 'UTF8'), on_fault => 'drop_value');
END
}

1;
