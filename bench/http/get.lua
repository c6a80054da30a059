-- wrk: contacts by their ids, in no order.  Arguments: the key, a number (unused), the first id and the last.
local first, last = 0, 0
function init(args)
	wrk.headers["X-API-Key"] = args[1]
	first, last = tonumber(args[3]), tonumber(args[4])
end
function request()
	return wrk.format(nil, "/public/v2/contacts/" .. math.random(first, last))
end
