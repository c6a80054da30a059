/*
 * platform_table.c
 *	  The platforms: what each calls what.
 *
 * Names that a platform no longer uses, and those of its other documents, stand
 * behind those it uses.  Never the contact's: the sender of an inbound e-mail,
 * who may be a colleague or a mail server.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/platform/item_path.h"
#include "shape/platform/platform.h"

#define PATHS(...) (const char *const[]) {__VA_ARGS__, NULL}
#define IGNORED EVENT_KINDS
#define KIND(called, ...) {.name = (called), .kind = __VA_ARGS__}
#define MEMBER(of, events, ...) {.member = (of), .kinds = (events), .path = __VA_ARGS__}

/* ---------------------------------------------------------------- the neutral body */

static const KindRule neutral_kinds[] = {
	KIND("sent", EVENT_SENT), KIND("emailsent", EVENT_SENT),
	KIND("replied", EVENT_REPLIED), KIND("reply", EVENT_REPLIED), KIND("emailreplied", EVENT_REPLIED),
	KIND("autoreplied", EVENT_AUTO_REPLIED), KIND("autoreply", EVENT_AUTO_REPLIED),
	KIND("bounced", EVENT_BOUNCED), KIND("bounce", EVENT_BOUNCED), KIND("emailbounced", EVENT_BOUNCED),
	KIND("unsubscribed", EVENT_UNSUBSCRIBED), KIND("unsubscribe", EVENT_UNSUBSCRIBED),
	KIND("interest", EVENT_INTEREST),
	{.name = NULL}
};

static const CaseRule no_cases[] = {{.path = NULL}};

/* The account is also called what platforms call theirs, for bodies that are made of theirs; but client_id would be taken for a client's. */
#define NEUTRAL_ACCOUNT(member) \
	MEMBER(member, OF_ANY, "account"), MEMBER(member, OF_ANY, "account_id"), MEMBER(member, OF_ANY, "portalId"), \
	MEMBER(member, OF_ANY, "workspace"), MEMBER(member, OF_ANY, "workspace_id"), MEMBER(member, OF_ANY, "teamId")

static const MemberRule neutral_members[] = {
	NEUTRAL_ACCOUNT(FROM_ACCOUNT),
	MEMBER(FROM_EMAIL, OF_ANY, "contact_email"), MEMBER(FROM_EMAIL, OF_ANY, "email"),
	MEMBER(FROM_EMAIL, OF_ANY, "properties.email.value"), MEMBER(FROM_EMAIL, OF_ANY, "properties.email"),
	MEMBER(FROM_TIME, OF_ANY, "at"), MEMBER(FROM_TIME, OF_ANY, "occurred_at"), MEMBER(FROM_TIME, OF_ANY, "timestamp"),
	MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "campaign_id"),
	MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "campaign_name"),
	MEMBER(FROM_EXTERNAL_ID, OF_ANY, "external_id"),
	NEUTRAL_ACCOUNT(FROM_ID_PART),
	MEMBER(FROM_AGENT, OF_ANY, "agent_email"),
	MEMBER(FROM_SUBJECT, OF_ANY, "subject"),
	MEMBER(FROM_TEXT, OF_ANY, "body_text"),
	MEMBER(FROM_HTML, OF_ANY, "body_html"),
	MEMBER(FROM_MESSAGE_ID, OF_ANY, "message_id"),
	MEMBER(FROM_INTERESTED, OF_ANY, "interested"),
	MEMBER(FROM_LABEL, OF_ANY, "label"),
	MEMBER(FROM_SUPPRESS, OF_ANY, "suppress"),
	MEMBER(FROM_FIRST_NAME, OF_ANY, "first_name"),
	MEMBER(FROM_LAST_NAME, OF_ANY, "last_name"),
	MEMBER(FROM_LINKEDIN, OF_ANY, "linkedin_url"),
	MEMBER(FROM_COMPANY, OF_ANY, "company"),
	MEMBER(FROM_CUSTOM, OF_ANY, "custom"),
	{.member = FROM_END}
};

static const Platform neutral = {
	.name = CONST_SLICE("neutral"),
	.kind_paths = PATHS("kind", "event", "event_type"),
	.kinds = neutral_kinds,
	.cases = no_cases,
	.members = neutral_members,
	.is_neutral = true,
};

/* ---------------------------------------------------------------- Instantly */

static const KindRule instantly_kinds[] = {
	KIND("emailsent", EVENT_SENT),
	KIND("replyreceived", EVENT_REPLIED),
	KIND("autoreplyreceived", EVENT_AUTO_REPLIED),
	KIND("emailbounced", EVENT_BOUNCED),
	KIND("leadunsubscribed", EVENT_UNSUBSCRIBED),
	KIND("leadinterested", EVENT_INTEREST), KIND("leadnotinterested", EVENT_INTEREST), KIND("leadneutral", EVENT_INTEREST),
	KIND("leadmeetingbooked", EVENT_INTEREST), KIND("leadmeetingcompleted", EVENT_INTEREST), KIND("leadclosed", EVENT_INTEREST),
	KIND("leadoutofoffice", EVENT_INTEREST), KIND("leadwrongperson", EVENT_INTEREST), KIND("leadnoshow", EVENT_INTEREST),
	KIND("emailopened", IGNORED), KIND("linkclicked", IGNORED), KIND("emaillinkclicked", IGNORED),
	KIND("accounterror", IGNORED), KIND("campaigncompleted", IGNORED), KIND("supersearchenrichmentcompleted", IGNORED),
	{.name = NULL}
};

static const MemberRule instantly_members[] = {
	MEMBER(FROM_ACCOUNT, OF_ANY, "workspace"), MEMBER(FROM_ACCOUNT, OF_ANY, "workspace_id"),
	MEMBER(FROM_EMAIL, OF_ANY, "lead_email"), MEMBER(FROM_EMAIL, OF_ANY, "email"), MEMBER(FROM_EMAIL, OF_ANY, "lead.email"),
	MEMBER(FROM_TIME, OF_ANY, "timestamp"),
	MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "campaign_id"),
	MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "campaign_name"),
	MEMBER(FROM_EXTERNAL_ID, OF_REPLIES, "email_id"),
	MEMBER(FROM_AGENT, OF_ANY, "email_account"),
	MEMBER(FROM_SUBJECT, OF_SENT | OF_BOUNCED, "email_subject"), MEMBER(FROM_SUBJECT, OF_REPLIES, "reply_subject"),
	MEMBER(FROM_TEXT, OF_SENT, "email_text"), MEMBER(FROM_TEXT, OF_REPLIES, "reply_text"), MEMBER(FROM_TEXT, OF_REPLIES, "reply_text_snippet"),
	MEMBER(FROM_HTML, OF_SENT, "email_html"), MEMBER(FROM_HTML, OF_REPLIES, "reply_html"),
	MEMBER(FROM_FIRST_NAME, OF_ANY, "firstName"), MEMBER(FROM_FIRST_NAME, OF_ANY, "lead.first_name"),
	MEMBER(FROM_LAST_NAME, OF_ANY, "lastName"), MEMBER(FROM_LAST_NAME, OF_ANY, "lead.last_name"),
	MEMBER(FROM_COMPANY, OF_ANY, "companyName"), MEMBER(FROM_COMPANY, OF_ANY, "company"), MEMBER(FROM_COMPANY, OF_ANY, "lead.company_name"),
	MEMBER(FROM_CUSTOM, OF_ANY, ""),
	{.member = FROM_END}
};

static const char *const instantly_own_names[] = {
	"timestamp", "eventtype", "workspace", "workspaceid", "campaignid", "campaignname", "leademail", "email", "emailaccount",
	"uniboxurl", "step", "variant", "isfirst", "emailid", "emailsubject", "emailtext", "emailhtml",
	"replytextsnippet", "replysubject", "replytext", "replyhtml", "firstname", "lastname", "companyname",
	"webhook*", "retry*", "willretry", "timestampnextretry", NULL
};

static const Platform instantly = {
	.name = CONST_SLICE("instantly"),
	.kind_paths = PATHS("event_type", "event"),
	.kinds = instantly_kinds,
	.cases = no_cases,
	.members = instantly_members,
	.own_names = instantly_own_names,
	.kind_is_label = true,
	.label_is_kind = true,
};

/* ---------------------------------------------------------------- Smartlead */

static const KindRule smartlead_kinds[] = {
	KIND("emailsent", EVENT_SENT), KIND("firstemailsent", EVENT_SENT),
	KIND("emailreply", EVENT_REPLIED), KIND("emailreplied", EVENT_REPLIED), KIND("leadreplied", EVENT_REPLIED),
	KIND("emailbounce", EVENT_BOUNCED), KIND("emailbounced", EVENT_BOUNCED),
	KIND("leadunsubscribed", EVENT_UNSUBSCRIBED), KIND("emailunsubscribed", EVENT_UNSUBSCRIBED),
	KIND("emailunsubscribe", EVENT_UNSUBSCRIBED), KIND("unsubscribe", EVENT_UNSUBSCRIBED), KIND("unsubscribed", EVENT_UNSUBSCRIBED),
	KIND("leadcategoryupdated", EVENT_INTEREST), KIND("leadcategoryupdate", EVENT_INTEREST),
	{.name = NULL}
};

/* The button that tests a hook sends the secret "secretkey". */
static const CaseRule smartlead_cases[] = {
	{OF_ANY, "secret_key", CASE_IS, "secretkey", IGNORED},
	{OF_BOUNCED, "is_sender_originated_bounce", CASE_IS, "true|1", IGNORED},
	{OF_BOUNCED, "bounce_type", CASE_BEGINS, "sender|block|soft|transient|temporary", IGNORED},
	{OF_BOUNCED, "bounce.type", CASE_BEGINS, "sender|block|soft|transient|temporary", IGNORED},
	{OF_BOUNCED, "bounce_reason", CASE_TEMPORARY, NULL, IGNORED},
	{OF_BOUNCED, "bounce.reason", CASE_TEMPORARY, NULL, IGNORED},
	{OF_BOUNCED, "bounce_message.text", CASE_TEMPORARY, NULL, IGNORED},
	{OF_BOUNCED, "bounce_reply_email_preview", CASE_TEMPORARY, NULL, IGNORED},
	{.path = NULL}
};

static const MemberRule smartlead_members[] = {
	MEMBER(FROM_ACCOUNT, OF_ANY, "client_id"),
	MEMBER(FROM_EMAIL, OF_ANY, "sl_lead_email"), MEMBER(FROM_EMAIL, OF_ANY, "leadCorrespondence.targetLeadEmail"),
	MEMBER(FROM_EMAIL, OF_ANY, "lead_data.email"), MEMBER(FROM_EMAIL, OF_ANY, "lead_email"), MEMBER(FROM_EMAIL, OF_ANY, "lead.email"),
	MEMBER(FROM_EMAIL, OF_ANY, "to_email", .other_than = "from_email"), MEMBER(FROM_EMAIL, OF_INTEREST, "to", .other_than = "from"),
	/* the time of a bounce is else that of what bounced */
	MEMBER(FROM_TIME, OF_BOUNCED, "bounce_message.time"),
	MEMBER(FROM_TIME, OF_ANY, "event_timestamp"),
	MEMBER(FROM_TIME, OF_REPLIES, "time_replied"), MEMBER(FROM_TIME, OF_REPLIES, "reply_message.time"), MEMBER(FROM_TIME, OF_REPLIES, "reply.timestamp"),
	MEMBER(FROM_TIME, OF_SENT, "time_sent"), MEMBER(FROM_TIME, OF_SENT, "sent_message.time"),
	MEMBER(FROM_TIME, OF_UNSUBSCRIBED, "time_unsubscribed"), MEMBER(FROM_TIME, OF_INTEREST, "category_updated_at"),
	MEMBER(FROM_TIME, OF_ANY, "timestamp"), MEMBER(FROM_TIME, OF_BOUNCED, "time_sent"), MEMBER(FROM_TIME, OF_INTEREST | OF_BOUNCED, "created_at"),
	MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "campaign_id"), MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "campaign.id"),
	MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "campaign_name"), MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "campaign.name"),
	MEMBER(FROM_EXTERNAL_ID, OF_REPLIES, "reply_message.message_id"), MEMBER(FROM_EXTERNAL_ID, OF_REPLIES, "message_id"),
	MEMBER(FROM_EXTERNAL_ID, OF_REPLIES, "reply.message_id"),
	MEMBER(FROM_EXTERNAL_ID, OF_BOUNCED, "bounce_reply_message_id"), MEMBER(FROM_EXTERNAL_ID, OF_BOUNCED, "bounce_message.message_id"),
	MEMBER(FROM_AGENT, OF_ANY, "from_email"), MEMBER(FROM_AGENT, OF_ANY, "email.from_email"), MEMBER(FROM_AGENT, OF_ANY, "email_account"),
	MEMBER(FROM_AGENT, OF_INTEREST, "from"),
	MEMBER(FROM_SUBJECT, OF_ANY, "subject"), MEMBER(FROM_SUBJECT, OF_REPLIES, "reply.subject"), MEMBER(FROM_SUBJECT, OF_SENT, "email.subject"),
	MEMBER(FROM_SUBJECT, OF_SENT | OF_BOUNCED, "custom_subject"),
	MEMBER(FROM_TEXT, OF_SENT, "sent_message.text"),
	MEMBER(FROM_TEXT, OF_REPLIES, "reply_message.text"), MEMBER(FROM_TEXT, OF_REPLIES, "preview_text"), MEMBER(FROM_TEXT, OF_REPLIES, "reply.text"),
	MEMBER(FROM_TEXT, OF_REPLIES, "body_preview"),
	MEMBER(FROM_TEXT, OF_BOUNCED, "bounce_message.text"), MEMBER(FROM_TEXT, OF_BOUNCED, "bounce_reply_email_preview"),
	MEMBER(FROM_TEXT, OF_BOUNCED, "bounce_reason"),
	MEMBER(FROM_HTML, OF_SENT, "sent_message.html"), MEMBER(FROM_HTML, OF_SENT, "sent_message_body"), MEMBER(FROM_HTML, OF_SENT, "custom_email_message"),
	MEMBER(FROM_HTML, OF_SENT, "email.body"),
	MEMBER(FROM_HTML, OF_REPLIES, "reply_message.html"), MEMBER(FROM_HTML, OF_REPLIES, "reply_body"), MEMBER(FROM_HTML, OF_REPLIES, "reply.body"),
	MEMBER(FROM_HTML, OF_BOUNCED, "bounce_message.html"), MEMBER(FROM_HTML, OF_BOUNCED, "bounce_reply_email"),
	MEMBER(FROM_MESSAGE_ID, OF_SENT, "sent_message.message_id"), MEMBER(FROM_MESSAGE_ID, OF_SENT, "message_id"),
	MEMBER(FROM_MESSAGE_ID, OF_SENT, "email.message_id"),
	MEMBER(FROM_MESSAGE_ID, OF_REPLIES, "reply_message.message_id"), MEMBER(FROM_MESSAGE_ID, OF_REPLIES, "message_id"),
	MEMBER(FROM_MESSAGE_ID, OF_REPLIES, "reply.message_id"),
	MEMBER(FROM_MESSAGE_ID, OF_BOUNCED, "bounce_message.message_id"), MEMBER(FROM_MESSAGE_ID, OF_BOUNCED, "bounce_reply_message_id"),
	MEMBER(FROM_LABEL, OF_INTEREST, "lead_category.new_name"), MEMBER(FROM_LABEL, OF_INTEREST, "lead_category.name"),
	MEMBER(FROM_LABEL, OF_INTEREST, "new_category"),
	MEMBER(FROM_LABEL, OF_INTEREST, "lead_category"), MEMBER(FROM_LABEL, OF_INTEREST, "category"), MEMBER(FROM_LABEL, OF_INTEREST, "lead.category"),
	MEMBER(FROM_LABEL, OF_INTEREST, "category.name"), MEMBER(FROM_LABEL, OF_INTEREST, "lead_data.category.name"),
	MEMBER(FROM_LABEL, OF_INTEREST, "lead_data.category"),
	MEMBER(FROM_SENTIMENT, OF_INTEREST, "category.sentiment_type"), MEMBER(FROM_SENTIMENT, OF_INTEREST, "lead_data.category.sentiment_type"),
	MEMBER(FROM_FIRST_NAME, OF_ANY, "lead_data.first_name"), MEMBER(FROM_FIRST_NAME, OF_ANY, "lead.first_name"),
	MEMBER(FROM_LAST_NAME, OF_ANY, "lead_data.last_name"), MEMBER(FROM_LAST_NAME, OF_ANY, "lead.last_name"),
	MEMBER(FROM_NAME, OF_ANY, "lead_name"), MEMBER(FROM_NAME, OF_ANY, "sl_lead_name"), MEMBER(FROM_NAME, OF_ANY, "lead.name"),
	/* of a reply it may be the name of whoever it went to, on our side */
	MEMBER(FROM_NAME, OF_SENT | OF_BOUNCED | OF_UNSUBSCRIBED | OF_INTEREST, "to_name", .address = "to_email"),
	MEMBER(FROM_LINKEDIN, OF_ANY, "lead_data.linkedin_profile"), MEMBER(FROM_LINKEDIN, OF_ANY, "lead.linkedin_profile"),
	MEMBER(FROM_LINKEDIN, OF_ANY, "lead.linkedin_url"),
	MEMBER(FROM_COMPANY, OF_ANY, "lead_data.company_name"), MEMBER(FROM_COMPANY, OF_ANY, "lead.company_name"),
	MEMBER(FROM_CUSTOM, OF_ANY, "lead_data.custom_fields"), MEMBER(FROM_CUSTOM, OF_ANY, "lead.custom_fields"),
	{.member = FROM_END}
};

static const Platform smartlead = {
	.name = CONST_SLICE("smartlead"),
	.kind_paths = PATHS("event_type", "event"),
	.kinds = smartlead_kinds,
	.cases = smartlead_cases,
	.members = smartlead_members,
	.secret_path = "secret_key",
};

/* ---------------------------------------------------------------- EmailBison */

static const KindRule emailbison_kinds[] = {
	/* the first e-mail is told twice, with one id */
	KIND("emailsent", EVENT_SENT), KIND("manualemailsent", EVENT_SENT),
	KIND("leadfirstcontacted", EVENT_SENT), KIND("contactfirstemailed", EVENT_SENT),
	KIND("leadreplied", EVENT_REPLIED), KIND("contactreplied", EVENT_REPLIED), KIND("untrackedreplyreceived", EVENT_REPLIED),
	KIND("leadinterested", EVENT_INTEREST, .interest = INTEREST_YES), KIND("contactinterested", EVENT_INTEREST, .interest = INTEREST_YES),
	KIND("leadunsubscribed", EVENT_UNSUBSCRIBED), KIND("contactunsubscribed", EVENT_UNSUBSCRIBED),
	KIND("emailbounced", EVENT_BOUNCED),
	{.name = NULL}
};

static const CaseRule emailbison_cases[] = {
	{OF_REPLIES, "data.reply.type", CASE_IS, "bounced|bounce", EVENT_BOUNCED},
	{OF_REPLIES, "data.reply.folder", CASE_IS, "bounced|bounce", EVENT_BOUNCED},
	{OF_REPLIES, "data.reply.automated_reply", CASE_IS, "true|1", EVENT_AUTO_REPLIED},
	{OF_BOUNCED, "data.bounce.type", CASE_BEGINS, "soft|block|transient|temporary", IGNORED},
	{OF_BOUNCED, "data.bounce.reason", CASE_TEMPORARY, NULL, IGNORED},
	{OF_BOUNCED, "data.reply.text_body", CASE_TEMPORARY, NULL, IGNORED},
	{.path = NULL}
};

static const MemberRule emailbison_members[] = {
	MEMBER(FROM_ACCOUNT, OF_ANY, "event.workspace_id"),
	MEMBER(FROM_EMAIL, OF_ANY, "data.lead.email"), MEMBER(FROM_EMAIL, OF_ANY, "data.contact.email"),
	/* what we wrote may be told as received */
	MEMBER(FROM_EMAIL, OF_REPLIES, "data.reply.from_email_address", .other_than = "data.sender_email.email"),
	MEMBER(FROM_EMAIL, OF_SENT, "data.reply.primary_to_email_address"),
	MEMBER(FROM_TIME, OF_SENT, "data.scheduled_email.sent_at"),
	MEMBER(FROM_TIME, OF_REPLIES | OF_INTEREST, "data.reply.date_received"),
	MEMBER(FROM_TIME, OF_ANY, "data.campaign_event.created_at"),
	/* what somebody wrote by hand stands where replies do */
	MEMBER(FROM_TIME, OF_SENT | OF_BOUNCED, "data.reply.date_received"),
	MEMBER(FROM_TIME, OF_SENT | OF_REPLIES | OF_BOUNCED | OF_INTEREST, "data.reply.created_at"),
	MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "data.campaign.id"),
	MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "data.campaign.name"),
	MEMBER(FROM_EXTERNAL_ID, OF_REPLIES | OF_BOUNCED | OF_INTEREST, "data.reply.id"),
	MEMBER(FROM_EXTERNAL_ID, OF_REPLIES | OF_BOUNCED | OF_INTEREST, "data.reply.uuid"),
	MEMBER(FROM_EXTERNAL_ID, OF_SENT, "data.scheduled_email.id"),
	MEMBER(FROM_EXTERNAL_ID, OF_SENT | OF_BOUNCED | OF_UNSUBSCRIBED, "data.campaign_event.id"),
	MEMBER(FROM_EXTERNAL_ID, OF_UNSUBSCRIBED, "data.scheduled_email.id"),
	/* a small number, which another workspace may have as well */
	MEMBER(FROM_ID_PART, OF_ANY, "event.workspace_id"),
	MEMBER(FROM_AGENT, OF_ANY, "data.sender_email.email"),
	MEMBER(FROM_AGENT, OF_REPLIES | OF_BOUNCED, "data.reply.primary_to_email_address"),
	MEMBER(FROM_SUBJECT, OF_SENT, "data.scheduled_email.email_subject"),
	MEMBER(FROM_SUBJECT, OF_SENT | OF_REPLIES | OF_BOUNCED, "data.reply.email_subject"),
	MEMBER(FROM_TEXT, OF_SENT | OF_REPLIES | OF_BOUNCED, "data.reply.text_body"),
	MEMBER(FROM_HTML, OF_SENT, "data.scheduled_email.email_body"), MEMBER(FROM_HTML, OF_SENT | OF_REPLIES | OF_BOUNCED, "data.reply.html_body"),
	MEMBER(FROM_MESSAGE_ID, OF_SENT, "data.scheduled_email.raw_message_id"),
	MEMBER(FROM_MESSAGE_ID, OF_SENT | OF_REPLIES | OF_BOUNCED, "data.reply.raw_message_id"),
	MEMBER(FROM_FIRST_NAME, OF_ANY, "data.lead.first_name"), MEMBER(FROM_FIRST_NAME, OF_ANY, "data.contact.first_name"),
	MEMBER(FROM_LAST_NAME, OF_ANY, "data.lead.last_name"), MEMBER(FROM_LAST_NAME, OF_ANY, "data.contact.last_name"),
	MEMBER(FROM_NAME, OF_REPLIES, "data.reply.from_name", .address = "data.reply.from_email_address"),
	MEMBER(FROM_LINKEDIN, OF_ANY, "data.lead.linkedin_url"), MEMBER(FROM_LINKEDIN, OF_ANY, "data.contact.linkedin_url"),
	MEMBER(FROM_COMPANY, OF_ANY, "data.lead.company"), MEMBER(FROM_COMPANY, OF_ANY, "data.contact.company"),
	MEMBER(FROM_CUSTOM, OF_ANY, "data.lead.custom_variables"), MEMBER(FROM_CUSTOM, OF_ANY, "data.contact.custom_variables"),
	{.member = FROM_END}
};

static const Platform emailbison = {
	.name = CONST_SLICE("emailbison"),
	.kind_paths = PATHS("event.type", "event.name", "event"),
	.kinds = emailbison_kinds,
	.cases = emailbison_cases,
	.members = emailbison_members,
};

/* ---------------------------------------------------------------- PlusVibe */

static const KindRule plusvibe_kinds[] = {
	KIND("emailsent", EVENT_SENT),
	/* one reply is told up to three times, with one message id */
	KIND("allemailreplies", EVENT_REPLIED), KIND("firstemailreplies", EVENT_REPLIED), KIND("allpositivereplies", EVENT_REPLIED),
	KIND("bouncedemail", EVENT_BOUNCED),
	KIND("leadmarkedasunsubscribed", EVENT_UNSUBSCRIBED),
	KIND("leadmarkedas*", EVENT_INTEREST),
	{.name = NULL}
};

/* A new hook is sent a sample, of a workspace and of domains that are nobody's. */
static const CaseRule plusvibe_cases[] = {
	{OF_ANY, "workspace_name", CASE_IS, "johndoeworkspace", IGNORED},
	{OF_ANY, "lead_email", CASE_AT_DOMAIN, "nonexistentdomaincom|yourcompanycom", IGNORED},
	{OF_ANY, "email", CASE_AT_DOMAIN, "nonexistentdomaincom|yourcompanycom", IGNORED},
	{OF_ANY, "lead.email", CASE_AT_DOMAIN, "nonexistentdomaincom|yourcompanycom", IGNORED},
	{OF_ANY, "data.email", CASE_AT_DOMAIN, "nonexistentdomaincom|yourcompanycom", IGNORED},
	{OF_REPLIES, "from_email", CASE_AT_DOMAIN, "nonexistentdomaincom|yourcompanycom", IGNORED},
	{OF_ANY, "sender_email", CASE_AT_DOMAIN, "nonexistentdomaincom|yourcompanycom", IGNORED},
	{OF_BOUNCED, "bounce_type", CASE_BEGINS, "sender|block|soft|transient|temporary", IGNORED},
	{OF_BOUNCED, "bounce_type", CASE_TEMPORARY, NULL, IGNORED},
	{OF_BOUNCED, "msg", CASE_TEMPORARY, NULL, IGNORED},
	{OF_REPLIES, "label", CASE_IS, "outofoffice|automaticreply|leadmarkedasoutofoffice|leadmarkedasautomaticreply", EVENT_AUTO_REPLIED},
	{.path = NULL}
};

static const MemberRule plusvibe_members[] = {
	MEMBER(FROM_ACCOUNT, OF_ANY, "workspace_id"),
	MEMBER(FROM_EMAIL, OF_ANY, "lead_email"), MEMBER(FROM_EMAIL, OF_ANY, "email"), MEMBER(FROM_EMAIL, OF_ANY, "lead.email"),
	MEMBER(FROM_EMAIL, OF_ANY, "data.email"), MEMBER(FROM_EMAIL, OF_REPLIES, "from_email", .other_than = "email_account_name"),
	MEMBER(FROM_TIME, OF_REPLIES | OF_INTEREST, "replied_date"),
	MEMBER(FROM_TIME, OF_ANY, "date"), MEMBER(FROM_TIME, OF_ANY, "timestamp"), MEMBER(FROM_TIME, OF_SENT, "sent_date"), MEMBER(FROM_TIME, OF_SENT, "sent_on"),
	MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "camp_id"), MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "campaign_id"),
	MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "campaign_name"), MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "camp_name"),
	MEMBER(FROM_EXTERNAL_ID, OF_SENT, "sent_email_id"), MEMBER(FROM_EXTERNAL_ID, OF_SENT, "email_id"), MEMBER(FROM_EXTERNAL_ID, OF_SENT, "mail_id"),
	MEMBER(FROM_EXTERNAL_ID, OF_SENT | OF_REPLIES, "message_id"), MEMBER(FROM_EXTERNAL_ID, OF_REPLIES, "last_email_id"),
	MEMBER(FROM_HASHED, OF_INTEREST, "label"), MEMBER(FROM_HASHED, OF_INTEREST, "last_lead_reply"), MEMBER(FROM_HASHED, OF_INTEREST, "latest_message"),
	MEMBER(FROM_AGENT, OF_ANY, "email_account_name"), MEMBER(FROM_AGENT, OF_ANY, "sender_email"),
	MEMBER(FROM_SUBJECT, OF_SENT | OF_REPLIES, "subject"),
	MEMBER(FROM_TEXT, OF_REPLIES, "text_body"), MEMBER(FROM_TEXT, OF_REPLIES, "snippet"), MEMBER(FROM_TEXT, OF_BOUNCED, "msg"),
	MEMBER(FROM_HTML, OF_SENT | OF_REPLIES, "body"),
	MEMBER(FROM_MESSAGE_ID, OF_SENT | OF_REPLIES, "message_id"),
	MEMBER(FROM_LABEL, OF_INTEREST, "label"), MEMBER(FROM_LABEL, OF_INTEREST, "data.label"),
	MEMBER(FROM_SENTIMENT, OF_INTEREST, "sentiment"),
	MEMBER(FROM_FIRST_NAME, OF_ANY, "first_name"),
	MEMBER(FROM_LAST_NAME, OF_ANY, "last_name"),
	MEMBER(FROM_LINKEDIN, OF_ANY, "linkedin_person_url"), MEMBER(FROM_LINKEDIN, OF_ANY, "linkedin_url"),
	MEMBER(FROM_COMPANY, OF_ANY, "company_name"),
	MEMBER(FROM_CUSTOM, OF_ANY, "custom_variables"), MEMBER(FROM_CUSTOM, OF_ANY, "custom_fields"),
	{.member = FROM_END}
};

static const Platform plusvibe = {
	.name = CONST_SLICE("plusvibe"),
	.kind_paths = PATHS("webhook_event", "event"),
	.kinds = plusvibe_kinds,
	.cases = plusvibe_cases,
	.members = plusvibe_members,
	.kind_is_label = true,
};

/* ---------------------------------------------------------------- lemlist */

/* emailsFailed and emailsSendFailed are failures of our side; "interested" and its like come beside an activity. */
static const KindRule lemlist_kinds[] = {
	KIND("emailssent", EVENT_SENT), KIND("emailsent", EVENT_SENT),
	KIND("emailsreplied", EVENT_REPLIED), KIND("emailreplied", EVENT_REPLIED),
	KIND("emailsbounced", EVENT_BOUNCED), KIND("emailbounced", EVENT_BOUNCED),
	KIND("emailsunsubscribed", EVENT_UNSUBSCRIBED), KIND("emailunsubscribed", EVENT_UNSUBSCRIBED),
	KIND("emailsinterested", EVENT_INTEREST, .interest = INTEREST_YES), KIND("emailsnotinterested", EVENT_INTEREST, .interest = INTEREST_NO),
	{.name = NULL}
};

static const CaseRule lemlist_cases[] = {
	{OF_BOUNCED, "errorMessage", CASE_TEMPORARY, NULL, IGNORED},
	{.path = NULL}
};

static const MemberRule lemlist_members[] = {
	MEMBER(FROM_ACCOUNT, OF_ANY, "teamId"),
	MEMBER(FROM_EMAIL, OF_ANY, "leadEmail"), MEMBER(FROM_EMAIL, OF_ANY, "email"), MEMBER(FROM_EMAIL, OF_ANY, "lead.email"),
	/* of a reply it may be our own */
	MEMBER(FROM_EMAIL, OF_ANY, "to.0.address", .other_than = "sendUserEmail"), MEMBER(FROM_EMAIL, OF_ANY, "to.0.email", .other_than = "sendUserEmail"),
	MEMBER(FROM_EMAIL, OF_ANY, "to.0", .other_than = "sendUserEmail"), MEMBER(FROM_EMAIL, OF_ANY, "to.address", .other_than = "sendUserEmail"),
	MEMBER(FROM_EMAIL, OF_ANY, "to", .other_than = "sendUserEmail"),
	MEMBER(FROM_TIME, OF_ANY, "createdAt"),
	MEMBER(FROM_CAMPAIGN_ID, OF_ANY, "campaignId"),
	MEMBER(FROM_CAMPAIGN_NAME, OF_ANY, "campaignName"),
	MEMBER(FROM_EXTERNAL_ID, OF_ANY, "_id"),
	MEMBER(FROM_AGENT, OF_ANY, "sendUserEmail"), MEMBER(FROM_AGENT, OF_SENT | OF_BOUNCED, "fromEmail"),
	MEMBER(FROM_SUBJECT, OF_ANY, "subject"),
	MEMBER(FROM_TEXT, OF_SENT | OF_REPLIES, "messagePreview"), MEMBER(FROM_TEXT, OF_BOUNCED, "errorMessage"),
	MEMBER(FROM_HTML, OF_SENT | OF_REPLIES, "text"),
	MEMBER(FROM_MESSAGE_ID, OF_ANY, "messageId"),
	MEMBER(FROM_FIRST_NAME, OF_ANY, "leadFirstName"), MEMBER(FROM_FIRST_NAME, OF_ANY, "firstName"),
	MEMBER(FROM_LAST_NAME, OF_ANY, "leadLastName"), MEMBER(FROM_LAST_NAME, OF_ANY, "lastName"),
	MEMBER(FROM_LINKEDIN, OF_ANY, "linkedinUrl"),
	MEMBER(FROM_COMPANY, OF_ANY, "companyName"), MEMBER(FROM_COMPANY, OF_ANY, "leadCompanyName"),
	MEMBER(FROM_CUSTOM, OF_ANY, "variables"),
	{.member = FROM_END}
};

static const Platform lemlist = {
	.name = CONST_SLICE("lemlist"),
	.kind_paths = PATHS("type"),
	.kinds = lemlist_kinds,
	.cases = lemlist_cases,
	.members = lemlist_members,
	.secret_path = "secret",
};

/* ---------------------------------------------------------------- HubSpot */

/*
 * hs_email_optout_ID is of one list; hs_email_bounce and hs_email_replied are numbers.  The first
 * send is told as the last one, too: both have one id, or it would count twice.  Those whose value is no
 * time of their own may come true again: the time of the change is part of the id then.
 */
static const KindRule hubspot_kinds[] = {
	KIND("hsemailoptout", EVENT_UNSUBSCRIBED, .needs = "true"),
	KIND("hsemailhardbouncereasonenum", EVENT_BOUNCED, .needs = "*"),
	KIND("hsemailbadaddress", EVENT_BOUNCED, .needs = "true"),
	KIND("hsemaillastsenddate", EVENT_SENT, .needs = "*"), KIND("hsemailfirstsenddate", EVENT_SENT, .needs = "*"),
	KIND("hsemaillastreplydate", EVENT_REPLIED, .needs = "*"),
	{.name = NULL}
};

static const CaseRule hubspot_cases[] = {
	{OF_ANY, "subscriptionType", CASE_IS_NOT, "contactpropertychange|objectpropertychange", IGNORED},
	{OF_ANY, "objectTypeId", CASE_IS_NOT, "01", IGNORED},
	{.path = NULL}
};

static const MemberRule hubspot_members[] = {
	MEMBER(FROM_ACCOUNT, OF_ANY, "portalId"),
	MEMBER(FROM_OBJECT, OF_ANY, "objectId"),
	MEMBER(FROM_TIME, OF_SENT | OF_REPLIES, "propertyValue"), MEMBER(FROM_TIME, OF_ANY, "occurredAt"),
	MEMBER(FROM_EXTERNAL_ID, OF_SENT, "{objectId}:hs_email_last_send_date:{propertyValue}"),
	MEMBER(FROM_EXTERNAL_ID, OF_ANY, "{objectId}:{propertyName}:{propertyValue}"),
	MEMBER(FROM_ID_PART, OF_ANY, "portalId"),
	MEMBER(FROM_ID_PART, OF_BOUNCED | OF_UNSUBSCRIBED, "occurredAt"),
	{.member = FROM_END}
};

static const Platform hubspot = {
	.name = CONST_SLICE("hubspot"),
	.kind_paths = PATHS("propertyName", "subscriptionType"),
	.kinds = hubspot_kinds,
	.cases = hubspot_cases,
	.members = hubspot_members,
	.value_path = "propertyValue",
	.address_kind = "email",
	.time_path = "occurredAt",
	.otherwise = &neutral,
};

static const Platform *const platforms[] = {&instantly, &smartlead, &emailbison, &plusvibe, &lemlist, &hubspot, &neutral};

/* rvo_platform_find finds a platform by its name, in any case; NULL if there is none. */
const Platform *
rvo_platform_find(Slice name)
{
	for (size_t i = 0; i < lengthof(platforms); i++)
		if (name.data != NULL && rvo_loosely_equal(name, platforms[i]->name))
			return platforms[i];
	return NULL;
}

/* has_labels tells whether deliveries of a platform have labels, by which people tell interest. */
static bool
has_labels(const Platform *platform)
{
	for (const MemberRule *rule = platform->members; rule->member != FROM_END; rule++)
		if (rule->member == FROM_LABEL)
			return true;
	return platform->kind_is_label || (platform->otherwise != NULL && has_labels(platform->otherwise));
}

/* rvo_platform_names_with_labels lists what those platforms are called. */
int
rvo_platform_names_with_labels(const Slice **names)
{
	static Slice with_labels[lengthof(platforms)];
	int			n = 0;

	for (size_t i = 0; i < lengthof(platforms); i++)
		if (has_labels(platforms[i]))
			with_labels[n++] = platforms[i]->name;
	*names = with_labels;
	return n;
}

/* rvo_platform_names lists what platforms are called. */
int
rvo_platform_names(const Slice **names)
{
	static Slice all[lengthof(platforms)];

	for (size_t i = 0; i < lengthof(platforms); i++)
		all[i] = platforms[i]->name;
	*names = all;
	return lengthof(platforms);
}
