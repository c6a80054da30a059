-- wrk: unique contacts as JSON.  Arguments: the key, a number that no other run has, and
-- "keyed" if each is to have an idempotency key.
local count, run, keyed, thread = 0, "", false, 0
function setup(t) thread = thread + 1; t:set("id", thread) end
function init(args)
	run = args[2]
	keyed = args[3] == "keyed"
	wrk.method = "POST"
	wrk.headers["Content-Type"] = "application/json"
	wrk.headers["X-API-Key"] = args[1]
end
function request()
	count = count + 1
	local n = run .. "x" .. id .. "x" .. count
	if keyed then wrk.headers["Idempotency-Key"] = n end
	return wrk.format(nil, nil, nil, '{"email": "h' .. n .. '@acme.com", "first_name": "Jane", "last_name": "Doe", ' ..
		'"company_id": "acme.com", "contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}, ' ..
		'{"field_name": "Score", "field_value": "87"}, {"field_name": "City", "field_value": "Oslo"}]}')
end
function done(summary)
	if summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout > 0 then
		io.stderr:write("some requests failed\n"); os.exit(1)
	end
end
