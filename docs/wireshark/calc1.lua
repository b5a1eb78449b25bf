-- A Wireshark dissector for CALC/1, the calculator over TCP of docs/PROTOCOL.md. README.md beside it says how to use it.
--
-- Lines are found as FRAME-1 says: by their line ends and not by the segments that carried them. Each line gets its fields and
-- is paired with its reply or its request; what is against the protocol becomes expert information that cites the requirement.

local calc1 = Proto("calc1", "CALC/1, a calculator over TCP")

local DEFAULT_PORTS = "51216" -- CONN-1
local LONGEST_LINE = 256 -- FRAME-4, REPLY-3
-- So many octets without a line end are shown as the piece of a line that they are, since putting an endless line together takes
-- time in the square of its length.
local LONGEST_WAIT = 8192
-- So many messages of a packet are named in its row of the packet list.
local MOST_IN_INFO = 8

calc1.prefs.ports = Pref.range("TCP ports", DEFAULT_PORTS, "The ports of the servers", 65535)

local f = {
    line = ProtoField.string("calc1.line", "Line", base.NONE, "A message or reply, without its line end and the blanks around it"),
    length = ProtoField.uint32("calc1.length", "Length", base.DEC, nil, nil, "The octets of the line, without its line end"),
    line_end = ProtoField.string("calc1.line_end", "Line end", base.NONE, "LF or CRLF"),
    request = ProtoField.string("calc1.request", "Request", base.NONE, "What kind of message it is: operand, operator, command or invalid"),
    operand = ProtoField.string("calc1.operand", "Operand", base.NONE, "The operand as it was sent"),
    operand_value = ProtoField.double("calc1.operand.value", "Value"),
    operator = ProtoField.string("calc1.operator", "Operator", base.NONE, "In lower case"),
    command = ProtoField.string("calc1.command", "Command", base.NONE, "In upper case"),
    status = ProtoField.string("calc1.status", "Status", base.NONE, "OK, RESULT or FAIL"),
    result = ProtoField.string("calc1.result", "Result", base.NONE, "The number of a RESULT as it was sent"),
    result_value = ProtoField.double("calc1.result.value", "Value"),
    code = ProtoField.string("calc1.code", "Code", base.NONE, "The code of a FAIL"),
    text = ProtoField.string("calc1.text", "Text", base.NONE, "What an OK or FAIL says to people"),
    reply_in = ProtoField.framenum("calc1.reply_in", "Reply in frame", base.NONE, frametype.RESPONSE),
    request_in = ProtoField.framenum("calc1.request_in", "Request in frame", base.NONE, frametype.REQUEST),
    reply_to = ProtoField.string("calc1.reply_to", "Reply to", base.NONE, "The request that is answered"),
    time = ProtoField.relative_time("calc1.time", "Time since the request"),
}
calc1.fields = f

local experts = {}

-- What is against the protocol. The name of its field ends in `name`.
local function against(name, text, severity)
    experts[name] = ProtoExpert.new("calc1." .. name, text, expert.group.PROTOCOL, severity)
end

local ERROR, WARN, NOTE, CHAT = expert.severity.ERROR, expert.severity.WARN, expert.severity.NOTE, expert.severity.CHAT
against("line_too_long", "A line of more than 256 octets (FRAME-5, REPLY-3)", WARN)
against("bare_cr", "A CR that stands not directly before the LF (FRAME-2, FRAME-8)", WARN)
against("bad_octet", "An octet that is not printable ASCII (FRAME-8, REPLY-3)", WARN)
against("empty_line", "A line without a message (FRAME-7)", NOTE)
against("bad_syntax", "Neither an operand nor an operator nor a command (MSG-2)", NOTE)
against("after_quit", "Sent after QUIT: it is discarded and not answered (MSG-8)", NOTE)
against("unanswered", "There is no reply to it in this capture", NOTE)
against("crlf", "The line ends in CRLF; LF alone is asked for (FRAME-3)", CHAT)
against("malformed_reply", "Not a reply: neither OK nor RESULT and a number nor FAIL and a code (REPLY-1)", ERROR)
against("unknown_code", "A code that is not in the protocol (ERR-1)", WARN)
against("unasked_reply", "A reply without a request (FRAME-10)", ERROR)
against("misfit_reply", "A reply that does not fit its request (REPLY-2, ERR-1)", ERROR)
calc1.experts = experts

local OPERATORS = {
    ["+"] = true, ["-"] = true, ["*"] = true, ["/"] = true, ["%"] = true, ["^"] = true, neg = true, abs = true, sqrt = true,
}
-- MSG-3: these are offered by every server, so that they are never a syntax error.
local ALWAYS_OFFERED = { ["+"] = true, ["-"] = true, ["*"] = true, ["/"] = true }
local COMMANDS = { CLEAR = true, HELLO = true, QUIT = true }
local CODES = {
    ["line-too-long"] = true, syntax = true, ["too-many-operands"] = true, ["missing-operand"] = true, ["extra-operand"] = true,
    ["out-of-range"] = true, ["division-by-zero"] = true, ["invalid-operation"] = true, overflow = true,
}

-- Whether a text is an operand (MSG-1). `tonumber` would also take 0x10 and blanks.
local function is_operand(text)
    local mantissa = text:match("^[+-]?([0-9.]+)[eE][+-]?[0-9]+$") or text:match("^[+-]?([0-9.]+)$")
    return mantissa ~= nil and (mantissa:find("^[0-9]+%.?[0-9]*$") or mantissa:find("^%.[0-9]+$")) ~= nil
end

-- The octets as text on a screen.
local function printable(octets)
    return (octets:gsub("[^\32-\126]", function(octet) return string.format("\\x%02X", octet:byte()) end))
end

local function clipped(text)
    return #text > 40 and text:sub(1, 40) .. "…" or text
end

-- What is wrong with the octets of a line, whoever sent it.
local function problem_of(line, words)
    if #line > LONGEST_LINE then return "line_too_long" end
    if words:find("\r", 1, true) then return "bare_cr" end
    if words:find("[^\32-\126]") then return "bad_octet" end
end

-- A line of the client's: what it is, and what is wrong with it.
local function request_of(line)
    local words = line:match("^[ \t]*(.-)[ \t]*$")
    local message = { words = words, kind = "invalid", problem = problem_of(line, words) }
    local lower, upper = words:lower(), words:upper()
    if message.problem then
        return message
    elseif words == "" then
        message.problem = "empty_line"
    elseif is_operand(words) then
        message.kind, message.operand = "operand", words
    elseif OPERATORS[lower] then
        message.kind, message.operator = "operator", lower
    elseif COMMANDS[upper] then
        message.kind, message.command = "command", upper
    else
        message.problem = "bad_syntax"
    end
    return message
end

-- A line of the server's.
local function reply_of(line)
    local message = { words = line, problem = problem_of(line, line) }
    local result, code, text = line:match("^RESULT (.+)$"), line:match("^FAIL ([a-z][a-z-]*)(.*)$")
    if line == "OK" or line:find("^OK ") then
        message.status, message.text = "OK", line:sub(4)
    elseif result and is_operand(result) then
        message.status, message.result = "RESULT", result
    elseif code and (text == "" or text:sub(1, 1) == " ") then
        message.status, message.code, message.text = "FAIL", code, text:sub(2)
        message.problem = message.problem or (not CODES[code] and "unknown_code" or nil)
    else
        message.problem = message.problem or "malformed_reply"
    end
    return message
end

-- Why a reply does not fit its request, if it does not.
local function misfit(request, reply)
    local status, code = reply.status, reply.code
    if status == nil then
        return nil -- It is malformed, which is said already.
    elseif request.kind == "invalid" then
        local due = request.problem == "line_too_long" and "line-too-long" or "syntax"
        if code ~= due then return "FAIL " .. due .. " is due" end
    elseif status == "RESULT" and request.kind ~= "operator" then
        return "only an operator has a RESULT"
    elseif status == "OK" and request.kind == "operator" then
        return "an operator is answered by RESULT or FAIL"
    elseif status == "FAIL" and (request.command == "CLEAR" or request.command == "QUIT") then
        return request.command .. " is always answered OK"
    elseif code == "line-too-long" then
        return "the line is not too long"
    elseif code == "syntax" and (request.operand or ALWAYS_OFFERED[request.operator]) then
        return "the message is well-formed"
    elseif status == "OK" and request.command == "HELLO" and not reply.text:find("^CALC/1") then
        return "HELLO is answered OK CALC/1 and the operators"
    end
end

-- The messages of each packet in their order, since Wireshark asks for packets again, and then cuts them otherwise; and connections
-- by their ends, for the first time.
local packets = {}
local connections = {}
-- The number of the connection. It is known only when Wireshark builds the details of packets, which at first it need not do.
local tcp_stream = Field.new("tcp.stream")
local is_server_port = {}

function calc1.init()
    packets, connections = {}, {}
end

local function connection_of(pinfo)
    local from = string.format("%s %d", tostring(pinfo.src), pinfo.src_port)
    local to = string.format("%s %d", tostring(pinfo.dst), pinfo.dst_port)
    local ends = from < to and from .. " " .. to or to .. " " .. from
    local stream = tcp_stream()
    stream = stream and stream.value
    local connection = connections[ends]
    if connection == nil or (stream and connection.stream and stream ~= connection.stream) then
        -- The client speaks first (FRAME-10), unless a port tells who is who.
        local reversed = is_server_port[pinfo.src_port] and not is_server_port[pinfo.dst_port]
        connection = {
            client_port = reversed and pinfo.dst_port or pinfo.src_port,
            waiting = {}, first = 1, last = 0, quit = false, within = {},
        }
        connections[ends] = connection
    end
    connection.stream = connection.stream or stream
    return connection
end

-- Pairs a message that is seen for the first time with the one that it belongs to.
local function pair(connection, message, pinfo)
    message.frame, message.at = pinfo.number, pinfo.rel_ts
    if message.is_request then
        message.after_quit = connection.quit
        if not connection.quit then
            connection.last = connection.last + 1
            connection.waiting[connection.last] = message
        end
        connection.quit = connection.quit or message.command == "QUIT"
    elseif connection.first <= connection.last then
        local request = connection.waiting[connection.first]
        connection.waiting[connection.first] = nil
        connection.first = connection.first + 1
        request.reply, message.to = message, request
        message.misfit = misfit(request, message)
    end
end

-- A message that is seen for the first time.
local function new_message(line, is_whole, pinfo)
    local connection = connection_of(pinfo)
    local is_request = pinfo.src_port == connection.client_port
    local message = is_request and request_of(line) or reply_of(line)
    if connection.within[is_request] or not is_whole then
        message = { words = line, kind = "invalid", problem = "line_too_long", is_piece = true }
    end
    message.is_request = is_request
    connection.within[is_request] = not is_whole
    if is_whole then pair(connection, message, pinfo) end
    return message
end

-- The message of a line, or of a piece of one that is endless.
local function message_of(line, is_whole, pinfo)
    local packet = packets[pinfo.number] or { seen = 0 }
    packets[pinfo.number] = packet
    if not pinfo.visited then
        packet[#packet + 1] = new_message(line, is_whole, pinfo)
        return packet[#packet]
    end
    -- A packet is gone through as a whole each time, so that behind its last message stands its first.
    packet.seen = packet.seen % math.max(#packet, 1) + 1
    return packet[packet.seen] or { words = line, kind = "invalid" }
end

local function add_number(tree, field, value_field, range, text)
    local item, value = tree:add(field, range, text), tonumber(text)
    if value and value < math.huge and value > -math.huge then
        item:add(value_field, range, value):set_generated()
    end
end

local function add_request(tree, message, range, pinfo)
    tree:add(f.request, range, message.kind):set_generated()
    if message.operand then add_number(tree, f.operand, f.operand_value, range, message.operand) end
    if message.operator then tree:add(f.operator, range, message.operator) end
    if message.command then tree:add(f.command, range, message.command) end
    if message.reply then tree:add(f.reply_in, message.reply.frame):set_generated() end
    if message.after_quit then
        tree:add_proto_expert_info(experts.after_quit)
    elseif pinfo.visited and message.frame and not message.reply then
        tree:add_proto_expert_info(experts.unanswered)
    end
end

local function add_reply(tree, message, range)
    if message.status then tree:add(f.status, range, message.status) end
    if message.result then add_number(tree, f.result, f.result_value, range, message.result) end
    if message.code then tree:add(f.code, range, message.code) end
    if message.text and message.text ~= "" then tree:add(f.text, range, message.text) end
    local request = message.to
    if request then
        tree:add(f.request_in, request.frame):set_generated()
        tree:add(f.reply_to, printable(request.words)):set_generated()
        local elapsed = math.max(0, message.at - request.at)
        tree:add(f.time, NSTime.new(math.floor(elapsed), math.floor(elapsed % 1 * 1e9))):set_generated()
    elseif message.frame then
        tree:add_proto_expert_info(experts.unasked_reply)
    end
    if message.misfit then
        tree:add_proto_expert_info(experts.misfit_reply, "The reply does not fit its request: " .. message.misfit)
    end
end

local function add_line(tree, message, range, line_end, pinfo)
    local what = message.is_piece and "piece of an endless line" or (message.is_request and "request" or "reply")
    local shown = printable(message.words)
    local sub = tree:add(calc1, range, "CALC/1 " .. what .. ": " .. clipped(shown))
    sub:add(f.line, range, shown)
    sub:add(f.length, range, range:len() - #line_end):set_generated()
    if line_end ~= "" then sub:add(f.line_end, range, line_end == "\n" and "LF" or "CRLF"):set_generated() end
    if message.problem then sub:add_proto_expert_info(experts[message.problem]) end
    if line_end == "\r\n" then sub:add_proto_expert_info(experts.crlf) end
    if message.is_request then add_request(sub, message, range, pinfo) else add_reply(sub, message, range) end
end

-- The packet list's row. A packet may be asked about more than once, by the pieces that were put together.
local function set_columns(pinfo, is_request, shown, count)
    if count > #shown then shown[#shown + 1] = string.format("… (%d in all)", count) end
    local text = table.concat(shown, " | ")
    if tostring(pinfo.cols.protocol) == "CALC/1" then
        pinfo.cols.info:append(" | " .. text)
    else
        pinfo.cols.protocol = "CALC/1"
        pinfo.cols.info = (is_request and "Request: " or "Reply: ") .. text
    end
end

function calc1.dissector(tvb, pinfo, tree)
    local octets, offset, shown, count = tvb:range(0):raw(), 0, {}, 0
    local is_request
    while offset < #octets do
        local lf = octets:find("\n", offset + 1, true)
        if lf == nil and #octets - offset < LONGEST_WAIT then
            pinfo.desegment_offset = offset
            pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
            break
        end
        local stop = lf or #octets
        local line, line_end = octets:sub(offset + 1, stop), ""
        if lf then
            line_end = line:match("\r?\n$")
            line = line:sub(1, #line - #line_end)
        end
        local message = message_of(line, lf ~= nil, pinfo)
        is_request = message.is_request
        add_line(tree, message, tvb:range(offset, stop - offset), line_end, pinfo)
        count = count + 1
        if count <= MOST_IN_INFO then shown[count] = clipped(printable(message.words)) end
        offset = stop
    end
    if count > 0 then set_columns(pinfo, is_request, shown, count) end
end

-- The dissector is asked about the ports of the preference; any other port is chosen with Decode As.
local tcp_ports = DissectorTable.get("tcp.port")
local registered = nil

local function register()
    if registered == calc1.prefs.ports then return end
    if registered and registered ~= "" then tcp_ports:remove(registered, calc1) end
    registered, is_server_port = calc1.prefs.ports, {}
    if registered ~= "" then tcp_ports:add(registered, calc1) end
    for first, last in registered:gmatch("(%d+)%-?(%d*)") do
        for port = tonumber(first), tonumber(last) or tonumber(first) do is_server_port[port] = true end
    end
end

calc1.prefs_changed = register
register()
tcp_ports:add_for_decode_as(calc1)
