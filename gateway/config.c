/*
 * config.c
 *	  The settings: a file, then the environment.
 *
 * A line of the file is "name = value", or a comment after "#".  The variable
 * REVYOPS_GATEWAY_NAME counts more.  Passwords have no place here: libpq takes
 * them from its own files and variables (PGPASSFILE, PGSERVICEFILE).
 */
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

#define ENVIRONMENT "REVYOPS_GATEWAY_"
#define MIB (1024 * 1024)

Config		config;

typedef enum Type
{
	A_TEXT,
	A_SWITCH,					/* on or off */
	A_NUMBER
} Type;

typedef struct Setting
{
	const char *name;
	Type		type;
	size_t		offset;			/* in Config */
	const char *standard;
	int			least;
	int			most;
} Setting;

#define AT(member) offsetof(Config, member)

static const Setting settings[] = {
	{"listen", A_TEXT, AT(listen), "/run/revyops/gateway.sock", 0, 0},
	{"metrics", A_TEXT, AT(metrics), "", 0, 0},
	{"database", A_TEXT, AT(database), "dbname=revyops user=revyops_gateway", 0, 0},
	{"read_database", A_TEXT, AT(read_database), "", 0, 0},
	{"read_connections", A_NUMBER, AT(connections[LANE_READ]), "4", 1, LANE_CONNECTIONS_MAX},
	{"write_connections", A_NUMBER, AT(connections[LANE_WRITE]), "2", 1, LANE_CONNECTIONS_MAX},
	{"slow_connections", A_NUMBER, AT(connections[LANE_SLOW]), "4", 1, LANE_CONNECTIONS_MAX},
	{"batch_connections", A_NUMBER, AT(connections[LANE_BATCH]), "4", 1, LANE_CONNECTIONS_MAX},
	{"packs", A_SWITCH, AT(packs), "on", 0, 0},
	{"pack_requests", A_NUMBER, AT(pack_requests), "64", 1, 64},
	{"pack_octets", A_NUMBER, AT(pack_octets), "1048576", 1024, 64 * MIB},
	{"lock_timeout", A_NUMBER, AT(lock_timeout), "50", 1, 60000},
	{"queue_timeout", A_NUMBER, AT(queue_timeout), "5000", 1, 600000},
	{"standby_timeout", A_NUMBER, AT(standby_timeout), "1000", 0, 60000},
	{"answer_timeout", A_NUMBER, AT(answer_timeout), "15000", 1, 3600000},
	{"batch_timeout", A_NUMBER, AT(batch_timeout), "14000", 1, 3600000},
	{"waiting", A_NUMBER, AT(waiting), "4096", 1, 65536},
	{"key_requests", A_NUMBER, AT(key_requests), "1024", 1, 65536},
	{"octets", A_NUMBER, AT(octets), "134217728", MIB, INT_MAX},
	{"key_octets", A_NUMBER, AT(key_octets), "67108864", MIB, INT_MAX},
	{"body_octets", A_NUMBER, AT(body_octets), "16777216", 1024, 256 * MIB},
	{"drain_timeout", A_NUMBER, AT(drain_timeout), "20000", 0, 3600000},
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* complain says in a line what a setting can be. */
static void
complain(const Setting *setting)
{
	if (setting->type == A_TEXT)
		warnx("%s is longer than %d octets", setting->name, TEXT_SIZE - 1);
	else if (setting->type == A_SWITCH)
		warnx("%s must be on or off", setting->name);
	else
		warnx("%s must be a number from %d to %d", setting->name, setting->least, setting->most);
}

/* set gives a setting a value; false and a line if it can't have that. */
static bool
set(Config *to, const Setting *setting, const char *value)
{
	void	   *at = (char *) to + setting->offset;
	bool		on = strcmp(value, "on") == 0;
	char	   *end;
	long		number = strtol(value, &end, 10);

	if (setting->type == A_TEXT && strlen(value) < TEXT_SIZE)
		strcpy(at, value);
	else if (setting->type == A_SWITCH && (on || strcmp(value, "off") == 0))
		*(bool *) at = on;
	else if (setting->type == A_NUMBER && end != value && *end == '\0' && number >= setting->least && number <= setting->most)
		*(int *) at = (int) number;
	else
	{
		complain(setting);
		return false;
	}
	return true;
}

/* find returns the setting of "name = value", and the value; NULL if there is none of that name. */
static const Setting *
find(const char *line, const char **value)
{
	char		name[64];
	int			at = 0;

	if (sscanf(line, " %63[^= \t] = %n", name, &at) != 1 || at == 0)
		return NULL;
	*value = line + at;
	for (size_t i = 0; i < SETTINGS; i++)
		if (strcasecmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

static bool
read_file(Config *to, const char *file)
{
	FILE	   *stream = fopen(file, "re");
	char		line[4096];
	bool		good = stream != NULL;

	for (int number = 1; stream != NULL && fgets(line, sizeof(line), stream) != NULL; number++)
	{
		const char *value;
		const Setting *setting;
		size_t		len = strlen(line);

		while (len > 0 && isspace((unsigned char) line[len - 1]))
			line[--len] = '\0';
		setting = find(line, &value);
		if (setting != NULL)
			good = set(to, setting, value) && good;
		else if (strchr("#", line[strspn(line, " \t")]) == NULL)
		{
			warnx("%s, line %d: no setting", file, number);
			good = false;
		}
	}
	if (stream == NULL || ferror(stream))
	{
		warn("%s", file);
		good = false;
	}
	if (stream != NULL)
		fclose(stream);
	return good;
}

/* read_environment reads the variables that are settings, and leaves the others alone. */
static bool
read_environment(Config *to)
{
	bool		good = true;

	for (char **variable = environ; *variable != NULL; variable++)
	{
		const char *value;
		const Setting *setting = NULL;

		if (strncmp(*variable, ENVIRONMENT, strlen(ENVIRONMENT)) == 0)
			setting = find(*variable + strlen(ENVIRONMENT), &value);
		if (setting != NULL)
			good = set(to, setting, value) && good;
	}
	return good;
}

/* config_read reads the settings; false if one is not good, which is in a line.  file = NULL is no file. */
bool
config_read(const char *file, Config *to)
{
	bool		good = true;

	for (size_t i = 0; i < SETTINGS; i++)
		set(to, &settings[i], settings[i].standard);
	if (file != NULL)
		good = read_file(to, file);
	good = read_environment(to) && good;
	if (good && to->key_octets < to->body_octets)
	{
		warnx("key_octets must be body_octets at least");
		good = false;
	}
	return good;
}

/* config_show prints the settings that count, as lines of a file. */
void
config_show(const Config *of)
{
	for (size_t i = 0; i < SETTINGS; i++)
	{
		const Setting *setting = &settings[i];
		const void *value = (const char *) of + setting->offset;

		if (setting->type == A_NUMBER)
			printf("%s = %d\n", setting->name, *(const int *) value);
		else if (setting->type == A_SWITCH)
			printf("%s = %s\n", setting->name, *(const bool *) value ? "on" : "off");
		else
			printf("%s = %s\n", setting->name, (const char *) value);
	}
}
