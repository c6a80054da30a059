/*
 * What can drop the extension: itself, its schema, its owner.  Always, since the
 * setting session_replication_role is no way round it.
 */

CREATE FUNCTION revyops.keep_data() RETURNS event_trigger
	AS 'MODULE_PATHNAME', 'revyops_keep_data' LANGUAGE c VOLATILE;
COMMENT ON FUNCTION revyops.keep_data() IS
'Loads the library, which refuses to drop tables that have rows.';

CREATE EVENT TRIGGER revyops_keep_data ON ddl_command_start
	WHEN TAG IN ('DROP EXTENSION', 'DROP SCHEMA', 'DROP OWNED')
	EXECUTE FUNCTION revyops.keep_data();
ALTER EVENT TRIGGER revyops_keep_data ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER revyops_keep_data IS
'Has the library loaded before anything that can drop the extension.';
