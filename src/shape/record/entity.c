/*
 * entity.c
 *	  What has records with custom fields.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/entity.h"

#define ENTITY_NAME(constant, name) [constant] = CONST_SLICE(name),

const Slice rvo_entity_names[ENTITIES] = {ENTITY_LIST(ENTITY_NAME)};
