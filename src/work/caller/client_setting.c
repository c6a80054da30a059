/*
 * client_setting.c
 *	  What a client can set.
 *
 * A setting is a column of revyops.client by its name.  What they mean is in
 * caller.h, where auth.c puts them for each call.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/member.h"
#include "store/service/store_change.h"
#include "store/service/store_client.h"
#include "value/nearest.h"
#include "work/caller/client_setting.h"
#include "work/caller/client_state.h"

#define SETTING_MAX_VALUES 3

/* A setting and its values; one without is a text. */
typedef struct Setting
{
	Slice		name;
	int			nvalues;
	Slice		values[SETTING_MAX_VALUES];
} Setting;

static const Setting settings[] = {
	{CONST_SLICE("changes"), 2, {CONST_SLICE("off"), CONST_SLICE("on")}},
	{CONST_SLICE("custom_fields"), 2, {CONST_SLICE("flexible"), CONST_SLICE("strict")}},
	{CONST_SLICE("default_origin"), 0, {{0}}},
	{CONST_SLICE("default_status"), 0, {{0}}},
	{CONST_SLICE("foreign_ids"), 2, {CONST_SLICE("hide"), CONST_SLICE("tell")}},
	{CONST_SLICE("infer_company"), 2, {CONST_SLICE("off"), CONST_SLICE("on")}},
	{CONST_SLICE("on_do_not_contact"), 3, {CONST_SLICE("mark"), CONST_SLICE("error"), CONST_SLICE("off")}},
	{CONST_SLICE("on_key_conflict"), 2, {CONST_SLICE("error"), CONST_SLICE("update")}},
	{CONST_SLICE("on_unknown_domain"), 2, {CONST_SLICE("create"), CONST_SLICE("error")}},
};

/* find returns the setting of a name; NULL if there is none, which is noted. */
static const Setting *
find(Slice name, FaultList *faults)
{
	Slice		names[lengthof(settings)];
	Slice		nearest[NEAREST_MAX];

	if (name.len == 0)
	{
		rvo_fault_add(faults, "name", FAULT_REQUIRED);
		return NULL;
	}
	for (size_t i = 0; i < lengthof(settings); i++)
	{
		if (rvo_slice_equal(settings[i].name, name))
			return &settings[i];
		names[i] = settings[i].name;
	}
	rvo_fault_add_names(faults, "name", FAULT_UNKNOWN_SETTING, "nearest", nearest,
						rvo_nearest(name, names, lengthof(names), nearest));
	return NULL;
}

/* check_value notes what is wrong with a value; setting is NULL if nobody knows of what it is. */
static void
check_value(const Setting *setting, Slice value, FaultList *faults)
{
	bool		fits;

	if (value.data == NULL)
		rvo_fault_add(faults, "value", FAULT_REQUIRED);
	if (value.data == NULL || setting == NULL)
		return;
	fits = setting->nvalues == 0;
	for (int i = 0; i < setting->nvalues && !fits; i++)
		fits = rvo_slice_equal(setting->values[i], value);
	if (!fits)
		rvo_fault_add_names(faults, "value", FAULT_INVALID_OPTION, "allowed", setting->values, setting->nvalues);
	else if (setting->nvalues == 0)
		rvo_member_check_text(value, "value", MEMBER_MAX_LENGTH, false, faults);
}

/*
 * rvo_client_set gives a setting of a client another value, from the next call
 * on.  client_id is NULL, and the others no value, for SQL's NULL.
 */
void
rvo_client_set(const int *client_id, Slice name, Slice value)
{
	FaultList	faults = {0};
	const Setting *setting;

	if (client_id == NULL)
		rvo_fault_add(&faults, "client_id", FAULT_REQUIRED);
	setting = find(rvo_text_trim(name), &faults);
	value = rvo_text_trim(value);
	check_value(setting, value, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_client_begin_write(*client_id);
	if (rvo_slice_equal(setting->name, CONST_SLICE("changes")) && rvo_slice_equal(value, CONST_SLICE("on")))
	{
		/* or else "off" that is not committed yet would not be known */
		rvo_store_lock_client(*client_id);
		rvo_store_begin_changes(*client_id);
	}
	rvo_store_set_client(*client_id, setting->name, value);
}
