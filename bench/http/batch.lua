-- wrk: batches of 1,000 unique contacts as JSON.  Arguments: the key, a number that no other run has.
local count, run = 0, ""
function init(args)
	run = args[2]
	wrk.method = "POST"
	wrk.headers["Content-Type"] = "application/json"
	wrk.headers["X-API-Key"] = args[1]
end
function request()
	local contacts = {}
	count = count + 1
	for i = 1, 1000 do
		contacts[i] = '{"email": "b' .. run .. "x" .. count .. "x" .. i .. '@acme.com", "first_name": "Jane", "last_name": "Doe", ' ..
			'"company_id": "acme.com", "contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}, ' ..
			'{"field_name": "Score", "field_value": "87"}, {"field_name": "City", "field_value": "Oslo"}]}'
	end
	return wrk.format(nil, nil, nil, '{"contacts": [' .. table.concat(contacts, ",") .. "]}")
end
