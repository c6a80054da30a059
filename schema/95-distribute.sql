/*
 * Several machines, by Citus.  Nothing here needs it but when it is called.
 *
 * Of a table that has client_id in its primary key, each client's rows lie together on one
 * machine.  Clients and keys are copied to all, since the policies ask for them
 * everywhere.  The others stay where they are, on the coordinator, which serves all calls.
 */

CREATE FUNCTION @extschema@.revyops_distribute_again() RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	/*
	 * On each machine: policies without a subquery, which Citus refuses; the planner is
	 * told to ask once, by an index.  The function finds clients and keys in the copies.
	 */
	everywhere CONSTANT text := $everywhere$DO $do$
	DECLARE
		statement text;
	BEGIN
		FOR statement IN
			SELECT format('ALTER POLICY own_client ON %s USING (%I = revyops.current_client_id())', polrelid::regclass,
				CASE WHEN polrelid = 'revyops.client'::regclass THEN 'id' ELSE 'client_id' END)
			FROM pg_policy
			WHERE polname = 'own_client' AND pg_get_expr(polqual, polrelid) LIKE '%SELECT%'
				AND polrelid IN (SELECT objid FROM pg_depend WHERE deptype = 'e' AND classid = 'pg_class'::regclass
					AND refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'revyops'))
			ORDER BY polrelid
		LOOP
			EXECUTE statement;
		END LOOP;
		ALTER FUNCTION revyops.current_client_id() COST 100000 SET citus.allow_nested_distributed_execution = on;
	END
	$do$ $everywhere$;
	/* Numbers that nobody else gives; none where they are integers. */
	on_workers CONSTANT text := $on_workers$DO $do$
	DECLARE
		own bigint := (SELECT groupid::bigint << 48 FROM pg_dist_local_group);
	BEGIN
		PERFORM setval(format('%I.%I', schemaname, sequencename), CASE WHEN max_value > own THEN own ELSE max_value END)
		FROM pg_sequences
		WHERE schemaname = 'revyops' AND COALESCE(last_value, 0) < LEAST(own, max_value);
	END
	$do$ $on_workers$;
	statement text;
	problem text;
BEGIN
	IF to_regclass('pg_catalog.pg_dist_local_group') IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'extension citus is not there',
			HINT = 'CREATE EXTENSION citus, on all machines.';
	END IF;
	IF (SELECT groupid <> 0 FROM pg_dist_local_group)
		OR NOT EXISTS (SELECT FROM pg_dist_node WHERE groupid = 0) OR NOT EXISTS (SELECT FROM pg_dist_node WHERE groupid <> 0) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'this is not the coordinator of a cluster',
			HINT = 'On the coordinator: SELECT citus_set_coordinator_host(...), then SELECT citus_add_node(...) for each worker.';
	END IF;

	EXECUTE everywhere;
	/* What goes to other machines goes as text.  The functions with plans are those with this setting. */
	FOR statement IN
		SELECT format('ALTER ROUTINE %s SET DateStyle = ISO', p.oid::regprocedure)
		FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
		WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
			AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'revyops')
			AND 'enable_seqscan=off' = ANY (p.proconfig)
	LOOP
		EXECUTE statement;
	END LOOP;

	/* Whom the policies let in must be let in everywhere. */
	FOR statement IN
		SELECT everywhere UNION ALL SELECT on_workers UNION ALL
		/* Citus hands rights on tables to the machines that it knows at that time. */
		SELECT format('DO $do$ BEGIN PERFORM set_config(''citus.enable_ddl_propagation'', ''off'', true); EXECUTE %L; END $do$',
			format('GRANT %s%s ON %s TO %s', a.privilege_type, g.columns, g.object, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END))
		FROM (
			SELECT 'SCHEMA revyops', '', nspacl, nspowner FROM pg_namespace WHERE nspname = 'revyops'
			UNION ALL
			SELECT 'FUNCTION revyops.current_client_id()', '', proacl, proowner FROM pg_proc WHERE oid = 'revyops.current_client_id()'::regprocedure
			UNION ALL
			SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || oid::regclass, '', relacl, relowner
			FROM pg_class WHERE relnamespace = 'revyops'::regnamespace AND relkind IN ('r', 'S')
			UNION ALL
			SELECT 'TABLE ' || c.oid::regclass, format(' (%I)', attname), attacl, relowner
			FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'revyops'::regnamespace AND relkind = 'r' AND NOT attisdropped
		) AS g (object, columns, acl, owner), aclexplode(g.acl) AS a
		WHERE a.grantee <> g.owner
	LOOP
		SELECT format('%s:%s: %s', n.nodename, n.nodeport, r.result) INTO problem
		FROM run_command_on_workers(statement) AS r JOIN pg_dist_node AS n ON n.nodename = r.nodename AND n.nodeport = r.nodeport
		WHERE NOT r.success LIMIT 1;
		IF problem IS NOT NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'object_not_in_prerequisite_state',
				MESSAGE = 'a worker could not be prepared',
				DETAIL = problem;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.revyops_distribute_again() IS
'Prepares machines that were added to a Citus cluster since revyops_distribute, and hands on rights that were granted since.';

CREATE FUNCTION @extschema@.revyops_distribute() RETURNS void
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning AS $$
DECLARE
	one record;
	first regclass;
	moved regclass[] := '{}';
	source regclass;
BEGIN
	PERFORM @extschema@.revyops_distribute_again();
	PERFORM set_config('citus.enable_local_reference_table_foreign_keys', 'off', true),
		set_config('citus.multi_shard_modify_mode', 'sequential', true);
	/* In the order of their making: foreign keys lead back. */
	FOR one IN
		SELECT c.oid::regclass AS name, c.relname IN ('client', 'api_key') AS is_copied
		FROM pg_class c JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass
		WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
			AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'revyops')
			AND c.relkind = 'r' AND c.relnamespace = 'revyops'::regnamespace
			AND (c.relname IN ('client', 'api_key') OR EXISTS (
				SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
				WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'client_id'))
			AND NOT EXISTS (SELECT FROM pg_dist_partition p WHERE p.logicalrelid = c.oid)
		ORDER BY c.oid
	LOOP
		IF one.is_copied THEN
			PERFORM create_reference_table(one.name);
		ELSE
			PERFORM create_distributed_table(one.name, 'client_id', colocate_with => COALESCE(first::text, 'none'));
			first := COALESCE(first, one.name);
			moved := moved || one.name;
		END IF;
	END LOOP;
	/* What was moved is still here.  The few rows of those that are copied stay: tables that are not spread refer to them. */
	FOREACH source IN ARRAY moved
	LOOP
		PERFORM truncate_local_data_after_distributing_table(source);
	END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.revyops_distribute() IS
'Spreads the tables over the machines of a Citus cluster, each client''s rows on one.';
