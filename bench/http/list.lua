-- wrk: the first 100 contacts.  Argument: the key.
function init(args)
	wrk.headers["X-API-Key"] = args[1]
end
