/*
 * notify.c
 *	  revyops-notify: sends the changes of one client on to one URL, as Standard Webhooks has it.
 *
 * The position, a cursor of revyops_changes, is in a file.  It goes behind a change when the
 * receiver has taken that, so each is sent at least once, and those of a record in their order.
 * One change is read at a time: the cursor behind it is the whole position then, and wherever the
 * program is killed, the file has one from which to go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>
#include <curl/curl.h>
#include <libpq-fe.h>

#define VERSION "1.0"
#define USAGE "usage: revyops-notify [--begin | --check | --version | --help]\n"
#define DIGITS "0123456789"
#define WORDS DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define END_USAGE 2				/* exit statuses beside 0 and 1: README.md */
#define END_EXPIRED 3
#define END_REFUSED 4
#define PAUSE 500				/* milliseconds until a database that has no change is asked again */
#define PAUSES 120				/* after so many a position is saved that no change has moved */
#define DATABASE_TIME 30000		/* milliseconds for its answer, and between two attempts at most */
#define RETRY_AFTER_MAX 3600	/* seconds that a receiver may ask for */
#define ANSWER_MAX 65536		/* octets of its answer that are read, and thrown away */

/* What lies behind a position: the next one, whether to go on at once, and a change, if there is any. */
#define NEXT \
	"SELECT a->>'cursor', a->>'has_more', c->>'id' || '_' || translate(c->>'time', '-:.TZ', '')," \
	" c || jsonb_build_object('timestamp', c->'time') FROM revyops_changes($1, 1) a, LATERAL (SELECT a->'changes'->0) b(c)"
/* The headers of an attempt. */
#define SIGN \
	"SELECT 'webhook-id: ' || $1::text, 'webhook-timestamp: ' || extract(epoch FROM t)::bigint, 'webhook-signature: ' ||" \
	" revyops_sign_webhook($1, t, $2, string_to_array(current_setting('revyops_notify.secret'), ','))" \
	" FROM date_trunc('second', clock_timestamp()) t"

enum							/* those from TIMEOUT on are numbers */
{
	DATABASE, KEY, URL, SECRET, STATE, CA_FILE, TIMEOUT, RETRY_MAX, GIVE_UP, SETTINGS
};

static struct
{
	const char *variable;
	const char *value;
	const char *characters;		/* that it may have; NULL: all */
	long		least;			/* of its length, or of the number */
	long		most;
	const char *what;			/* it must be */
}			settings[SETTINGS] = {
	[DATABASE] = {"REVYOPS_NOTIFY_DATABASE", "dbname=revyops user=revyops_notify", NULL, 1, 2047, "a connection string of libpq"},
	[KEY] = {"REVYOPS_NOTIFY_KEY", "", WORDS "-", 0, 255, "an API key"},
	[URL] = {"REVYOPS_NOTIFY_URL", "", NULL, 8, 2047, "a URL with https:// or http://"},
	[SECRET] = {"REVYOPS_NOTIFY_SECRET", "", WORDS "+/=,", 32, 1023, "24 to 64 octets in base64, several with commas in between"},
	[STATE] = {"REVYOPS_NOTIFY_STATE", "", NULL, 1, 2047, "a directory"},
	[CA_FILE] = {"REVYOPS_NOTIFY_CA_FILE", "", NULL, 0, 2047, "a file of certificates"},
	[TIMEOUT] = {"REVYOPS_NOTIFY_TIMEOUT", "15", DIGITS, 1, 600, "seconds from 1 to 600"},
	[RETRY_MAX] = {"REVYOPS_NOTIFY_RETRY_MAX", "300", DIGITS, 1, 86400, "seconds from 1 to 86400"},
	[GIVE_UP] = {"REVYOPS_NOTIFY_GIVE_UP", "259200", DIGITS, 1, 31536000, "seconds from 1 to 31536000"},
};

static bool ending;
static bool patient;			/* ask the database until it answers */
static int	signals;			/* descriptor that tells of SIGTERM and SIGINT */
static int	state;				/* directory of the position */
static char position[16384] = "now";
static PGconn *pg;
static CURL *curl;

#define say(...) (fputs("revyops-notify: ", stderr), fprintf(stderr, __VA_ARGS__), (void) fputc('\n', stderr))
#define die(status, ...) (say(__VA_ARGS__), exit(status))
#define number(setting) atoi(settings[setting].value)

/* read_settings reads the environment, and ends the program if a setting is not good: a line for each. */
static void
read_settings(void)
{
	bool		good = true;

	for (int i = 0; i < SETTINGS; i++)
	{
		const char *value = getenv(settings[i].variable) ? getenv(settings[i].variable) : settings[i].value;
		long		measure = i < TIMEOUT ? (long) strlen(value) : atol(value);
		PQconninfoOption *parsed = i == DATABASE ? PQconninfoParse(value, NULL) : NULL;

		if (measure < settings[i].least || measure > settings[i].most || (i == DATABASE && parsed == NULL) ||
			(settings[i].characters && value[strspn(value, settings[i].characters)] != '\0') ||
			(i == URL && strncmp(value, "https://", 8) != 0 && strncmp(value, "http://", 7) != 0))
			good = (say("%s must be %s", settings[i].variable, settings[i].what), false);
		settings[i].value = value;
		PQconninfoFree(parsed);
	}
	if (!good)
		exit(EXIT_FAILURE);
}

/* wait_for waits until there is something to read, for so many milliseconds at most, or until the program is to end. */
static bool
wait_for(int fd, int ms)
{
	struct pollfd on[2] = {{signals, POLLIN, 0}, {fd, POLLIN, 0}};

	(void) poll(on, 2, ms);
	ending |= on[0].revents != 0;
	return !ending && on[1].revents != 0;
}

/* backoff returns for how many milliseconds to wait: twice as many after each failure, half of them by chance. */
static int
backoff(int failures, int most)
{
	int			ms = failures < 20 && 1000 << failures < most ? 1000 << failures : most;

	return ms / 2 + (int) (random() % (ms / 2 + 1));
}

/* save writes the position so that the file has the old one or this, whatever happens. */
static void
save(void)
{
	int			fd = openat(state, "position.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t		len = (ssize_t) strlen(position);

	if (fd < 0 || write(fd, position, len) != len || fsync(fd) != 0 || close(fd) != 0 ||
		renameat(state, "position.new", state, "position") != 0 || fsync(state) != 0)
		die(EXIT_FAILURE, "%s/position: %s", settings[STATE].value, strerror(errno));
}

/* ask has the database carry out a statement, as often as it takes.  NULL if the program is to end. */
static PGresult *
ask(const char *what, const char *statement, const char *first, const char *second)
{
	const char *const parameters[] = {first, second};
	char		options[2048];
	const char *const names[] = {"connect_timeout", "tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding", "options", NULL};
	const char *const values[] = {"10", "30000", "revyops-notify", settings[DATABASE].value, "UTF8", options, NULL};

	/* in a statement, or a parameter of one, secrets might be logged */
	snprintf(options, sizeof(options), "-c revyops_notify.secret=%s -c revyops.api_key=%s", settings[SECRET].value, settings[KEY].value);
	for (int failures = 0; !ending; failures++)
	{
		PGresult   *result = NULL;
		const char *code;
		const char *message;
		bool		good;

		if (pg == NULL)
			pg = PQconnectdbParams(names, values, 1);
		good = PQstatus(pg) == CONNECTION_OK && PQsendQueryParams(pg, statement, second ? 2 : 1, NULL, parameters, NULL, NULL, 0) == 1;
		while (good && PQisBusy(pg))
			good = wait_for(PQsocket(pg), DATABASE_TIME) && PQconsumeInput(pg) == 1;
		if (good)
			result = PQgetResult(pg);
		for (PGresult *rest; good && (rest = PQgetResult(pg)) != NULL;)
			PQclear(rest);
		if (PQresultStatus(result) == PGRES_TUPLES_OK)
			return result;
		code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
		message = code ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : PQerrorMessage(pg);
		if (!ending)
			say("%s: %.*s (%s)", what, (int) strcspn(message, "\n"), message, code ? code : "no answer");
		if (!ending && (!patient || (code && strncmp(code, "PT4", 3) == 0)))
			exit(code && strcmp(code, "PT410") == 0 ? END_EXPIRED : EXIT_FAILURE);
		PQclear(result);
		PQfinish(pg);
		pg = NULL;
		(void) wait_for(-1, backoff(failures, DATABASE_TIME));
	}
	return NULL;
}

/* take counts what the receiver says, which nobody reads. */
static size_t
take(char *data __attribute__((unused)), size_t size, size_t count, void *taken)
{
	return (*(size_t *) taken += size * count) <= ANSWER_MAX ? size * count : 0;
}

/* deliver sends a message until the receiver has taken it.  False if the program is to end before. */
static bool
deliver(const char *id, const char *body)
{
	long long	waited = 0;
	PGresult   *head;

	for (int failures = 0; (head = ask("signature", SIGN, id, body)) != NULL; failures++)
	{
		struct curl_slist *headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), "Expect:");
		int			ms = backoff(failures, number(RETRY_MAX) * 1000);
		curl_off_t	after = 0;
		size_t		taken = 0;
		long		status = 0;
		CURLcode	code;

		for (int i = 0; i < PQnfields(head); i++)
			headers = curl_slist_append(headers, PQgetvalue(head, 0, i));
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, &taken);
		code = curl_easy_perform(curl);
		if (code == CURLE_OK || taken > ANSWER_MAX)
			curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after);
		curl_slist_free_all(headers);
		PQclear(head);
		if (status / 100 == 2)
			return true;
		after = after < RETRY_AFTER_MAX ? after * 1000 : RETRY_AFTER_MAX * 1000;
		waited += ms = ms < after ? (int) after : ms;
		say("receiver: %s: %.0ld%s; again in %d ms", id, status, status ? "" : curl_easy_strerror(code), ms);
		if (status == 410 || waited > number(GIVE_UP) * 1000LL)
			die(END_REFUSED, "receiver: %s: given up; the position stays before it", id);
		(void) wait_for(-1, ms);
	}
	return false;
}

/* follow sends what lies behind the position, until the program is to end. */
static void
follow(void)
{
	int			pauses = 0;
	PGresult   *answer;

	say("ready");
	while ((answer = ask("feed", NEXT, position, NULL)) != NULL)
	{
		bool		told = !PQgetisnull(answer, 0, 2);

		if (!told || deliver(PQgetvalue(answer, 0, 2), PQgetvalue(answer, 0, 3)))
			snprintf(position, sizeof(position), "%s", PQgetvalue(answer, 0, 0));
		if (told || pauses >= PAUSES)
			save();
		pauses = told || pauses >= PAUSES ? 0 : pauses + 1;
		if (!told && strcmp(PQgetvalue(answer, 0, 1), "true") != 0)
			(void) wait_for(-1, PAUSE);
		PQclear(answer);
	}
}

int
main(int argc, char **argv)
{
	const char *mode = argc == 1 ? "" : argc == 2 ? argv[1] : "?";
	bool		begin = strcmp(mode, "--begin") == 0;
	bool		check = strcmp(mode, "--check") == 0;
	ssize_t		len = 0;
	sigset_t	set;
	PGresult   *answer;

	if (strcmp(mode, "--version") == 0 || strcmp(mode, "--help") == 0)
		return fputs(mode[2] == 'v' ? "revyops-notify " VERSION "\n" : USAGE, stdout) == EOF;
	if (*mode != '\0' && !begin && !check)
		return fputs(USAGE, stderr), END_USAGE;
	read_settings();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	srandom((unsigned) (time(NULL) ^ getpid()));
	state = open(settings[STATE].value, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state < 0 || (!check && flock(state, LOCK_EX | LOCK_NB) != 0))
		die(EXIT_FAILURE, "%s: %s", settings[STATE].value, errno == EWOULDBLOCK ? "another one works there" : strerror(errno));
	if (!begin && (len = read(openat(state, "position", O_RDONLY | O_CLOEXEC), position, sizeof(position) - 1)) <= 0 && !check)
		die(EXIT_FAILURE, "%s/position: there is none; --begin makes one", settings[STATE].value);
	curl = curl_easy_init();
	curl_easy_setopt(curl, CURLOPT_URL, settings[URL].value);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "revyops-notify/" VERSION);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, number(TIMEOUT));
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	if (*settings[CA_FILE].value != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings[CA_FILE].value);

	patient = !begin && !check;
	PQclear(ask("signature", SIGN, "check", ""));
	if ((answer = ask("feed", NEXT, position, NULL)) == NULL)
		return patient ? EXIT_SUCCESS : EXIT_FAILURE;
	if (begin)
		snprintf(position, sizeof(position), "%s", PQgetvalue(answer, 0, 0));
	PQclear(answer);
	if (check)
		return printf("position: %s\n", len <= 0 ? "none; --begin makes one" : "good") < 0;
	save();						/* nothing is sent before it is known that this can be done */
	if (patient)
		follow();
	return EXIT_SUCCESS;
}
