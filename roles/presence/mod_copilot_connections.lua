-- Who is connected, for Co-Pilot's presence reporter: GET /copilot_connections answers a JSON list of
-- {"jid": "user@host/resource", "ip": "192.0.2.1"}, a session each.
--
-- Configuration of the host: the module itself, and
--   copilot_connections_token = "a-long-secret"
-- which clients must show as "Authorization: Bearer a-long-secret".

local json = require "util.json";
local hashes = require "util.hashes";

module:depends("http");

local token = module:get_option_string("copilot_connections_token");
if not token or #token < 16 then
	error("copilot_connections_token must have 16 characters or more");
end

-- Comparing digests takes the same time wherever the first difference is.
local expected = hashes.sha256("Bearer " .. token, true);

local function answer(event)
	local shown = event.request.headers.authorization or "";
	if hashes.sha256(shown, true) ~= expected then
		return { status_code = 401, headers = { www_authenticate = "Bearer" } };
	end
	local connections = {};
	for _, user in pairs(prosody.hosts[module.host].sessions) do
		for _, session in pairs(user.sessions) do
			connections[#connections + 1] = { jid = session.full_jid, ip = session.ip };
		end
	end
	local body = #connections == 0 and "[]" or json.encode(connections);
	return { status_code = 200, headers = { content_type = "application/json" }, body = body };
end

module:provides("http", {
	default_path = "/copilot_connections";
	route = { GET = answer };
});
