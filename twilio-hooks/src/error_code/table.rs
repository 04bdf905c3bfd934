//! The table of error codes, sorted by code.

use super::{
    Area::{
        Channel, Events, Functions, Messaging, Pay, Relay, Rest, Studio, Twiml, Verify, Voice,
        Webhook,
    },
    ErrorInfo,
};

/// One entry: code, area, what to do about a retry, name, meaning, advice.
macro_rules! table {
    ($( $code:literal $area:ident $retry:ident $($doubtful:ident)?: $name:literal, $meaning:literal, $advice:literal; )+) => {
        /// Every code that is known, sorted.
        pub(super) static TABLE: &[ErrorInfo] = &[$(
            ErrorInfo {
                code: $code,
                name: $name,
                meaning: $meaning,
                advice: $advice,
                retryable: table!(@retry $retry),
                area: $area,
                doubtful: table!(@doubtful $($doubtful)?),
            },
        )+];
    };
    (@retry later) => { true };
    (@retry fix) => { false };
    (@doubtful doubtful) => { true };
    (@doubtful) => { false };
}

// `later`: the same request may succeed later. `fix`: something has to be changed first.
table! {
    11100 Webhook fix:
        "invalid URL",
        "The URL given to Twilio is not a usable absolute http(s) URL.",
        "Fix the URL; use absolute URLs in TwiML sent over REST.";
    11200 Webhook later:
        "HTTP retrieval failure",
        "Twilio got no usable answer from the URL: a status of 400 or above, or nothing within the time limit.",
        "Answer 2xx quickly, move slow work to a queue, set a fallback URL.";
    11201 Webhook later:
        "TCP connect timeout",
        "The server did not accept a connection in time.",
        "Check firewall, load and the ct override.";
    11202 Webhook later:
        "TCP connection refused",
        "Nothing listens on that host and port.",
        "Start the service or correct the port.";
    11203 Webhook later:
        "total time exceeded",
        "Connect plus read plus retries used up the whole budget.",
        "Answer faster; lower rc or ct.";
    11205 Webhook later:
        "HTTP connection failure",
        "The network path to the host failed.",
        "Check DNS, routing, TLS front end; set a fallback URL.";
    11206 Webhook fix:
        "HTTP protocol violation",
        "The reply is not valid HTTP, for instance plain HTTP sent to a TLS port.",
        "Check proxies and ports.";
    11210 Webhook fix:
        "bad host name",
        "The host name does not resolve publicly.",
        "Publish DNS; no internal names or underscores.";
    11215 Webhook fix:
        "too many redirects",
        "More than ten redirects in a row.",
        "Point Twilio at the final URL.";
    11220 Webhook fix:
        "TLS handshake error",
        "Handshake broke, often no cipher or protocol in common.",
        "Offer TLS 1.2 or newer with current ciphers.";
    11235 Webhook fix:
        "certificate domain mismatch",
        "Certificate does not cover the host.",
        "Install the right certificate.";
    11236 Webhook fix:
        "certificate expired",
        "Certificate is out of date.",
        "Renew it.";
    11237 Webhook fix:
        "certificate chain not found",
        "Self-signed, private CA, or incomplete chain.",
        "Serve the full chain of a public CA.";
    11240 Webhook fix:
        "edge location invalid",
        "The e override names no known edge.",
        "Correct the fragment.";
    11241 Webhook fix:
        "edge location not supported",
        "The edge cannot be used for this request.",
        "Choose another edge.";
    11242 Webhook fix:
        "interconnect not allowed",
        "An -ix edge was named without an interconnect.",
        "Use a public edge.";
    11243 Webhook fix:
        "retry policy invalid",
        "The rp override has an unknown value.",
        "Use 4xx, 5xx, ct, rt or all.";
    11251 Webhook fix:
        "fatal protocol violation",
        "The HTTP exchange broke beyond repair.",
        "Check the server and proxies.";
    11750 Twiml fix:
        "TwiML body too large",
        "The reply is above 64 kB.",
        "Send smaller TwiML; do not send error pages.";
    11751 Messaging fix:
        "media too large for the channel",
        "Outgoing media is above the channel limit.",
        "Shrink the file.";
    11770 Webhook fix:
        "empty response body",
        "A chunked reply carried no bytes.",
        "Send <Response/> or 204.";
    12100 Twiml fix:
        "document parse failure",
        "The reply is not well-formed XML.",
        "Escape & and <, no text before the XML declaration.";
    12101 Twiml fix:
        "invalid XML version",
        "The XML declaration names an unknown version.",
        "Use 1.0.";
    12102 Twiml fix:
        "root element is not Response",
        "The document has another root.",
        "Wrap everything in Response.";
    12200 Twiml fix:
        "schema warning",
        "Well-formed, but an element or attribute is unknown or misplaced; it is skipped.",
        "Correct the TwiML; watch letter case.";
    12300 Twiml fix:
        "invalid Content-Type",
        "Header missing or not a type Twilio can use there.",
        "Send text/xml or application/xml.";
    12301 Twiml fix:
        "invalid upload Content-Type",
        "An uploaded or referenced file has a type that is not accepted.",
        "Serve the right type.";
    12400 Twiml later:
        "internal failure",
        "Twilio could not carry out the document.",
        "Try again; contact support if it lasts.";
    13201 Twiml fix:
        "Dial inside a dialled leg",
        "TwiML of a whisper or dialled leg tried to dial.",
        "Keep Dial in the parent.";
    13212 Twiml fix:
        "Dial timeout invalid",
        "Value out of range.",
        "Use 5 to 600 seconds.";
    13214 Twiml fix:
        "Dial callerId invalid",
        "Caller id is not a verified or owned number.",
        "Use an owned or verified number.";
    13221 Twiml fix:
        "Number method invalid",
        "Attribute is neither GET nor POST.",
        "Correct it.";
    13223 Twiml fix:
        "Dial number format invalid",
        "Number cannot be parsed.",
        "Use E.164.";
    13224 Twiml fix:
        "Dial number invalid or unsupported",
        "Number does not exist or cannot be reached.",
        "Check the number.";
    13225 Twiml fix:
        "Dial blocked",
        "Destination is on a block list.",
        "Ask support.";
    13226 Twiml fix:
        "Dial country code invalid",
        "Unknown country.",
        "Use E.164.";
    13227 Voice fix:
        "geo permission denied",
        "Calls to that country are switched off.",
        "Enable the country.";
    13240 Twiml fix:
        "conference coach sid invalid",
        "The leg to coach is not in the conference.",
        "Check the sid first.";
    13248 Twiml fix:
        "callerId too long",
        "Caller id is above the limit.",
        "Shorten it.";
    13310 Twiml fix:
        "Gather finishOnKey invalid",
        "Value is not a key.",
        "Use one of 0-9 * # or empty.";
    13313 Twiml fix:
        "Gather timeout invalid",
        "Value is not a positive number.",
        "Correct it.";
    13520 Twiml fix:
        "Say text invalid",
        "Empty or unusable text.",
        "Send text.";
    13617 Twiml fix:
        "recording length unfit for transcription",
        "Below two or above 120 seconds.",
        "Use another transcription service.";
    14101 Twiml fix:
        "message To invalid",
        "TwiML Message has a bad to.",
        "Correct it.";
    14103 Twiml fix:
        "message body invalid",
        "Body empty or too long.",
        "Correct it.";
    14107 Messaging fix:
        "send rate exceeded in replies",
        "Too many replies to one number, often two bots talking.",
        "Break the loop.";
    14111 Messaging fix:
        "trial number not verified",
        "A trial account wrote to an unverified number.",
        "Verify it or upgrade.";
    15003 Webhook later:
        "call progress callback warning",
        "Your status callback did not answer with 2xx.",
        "Answer 204 or 200.";
    15004 Twiml fix:
        "action URL must be absolute",
        "Inline TwiML used a relative action.",
        "Use absolute URLs.";
    16011 Webhook later:
        "conference callback error",
        "Your conference callback failed.",
        "Answer 204 or 200.";
    16020 Voice fix:
        "conference full",
        "Limit of participants reached.",
        "Use another room.";
    16101 Voice fix:
        "recording too short",
        "No audio file because the recording is too short.",
        "Treat as absent.";
    16102 Voice fix:
        "recording silent",
        "No audio file because there was only silence.",
        "Treat as absent.";
    20003 Rest fix:
        "permission denied",
        "Credentials wrong or without the right.",
        "Check sid, token, region.";
    20404 Rest fix:
        "not found",
        "The resource does not exist under this account.",
        "Check sid and account.";
    20429 Rest later:
        "too many requests",
        "API rate limit hit.",
        "Back off and try again.";
    21210 Voice fix:
        "From not verified",
        "Caller id is not yours.",
        "Verify or buy it.";
    21211 Rest fix:
        "To number invalid",
        "Not a valid number.",
        "Use E.164.";
    21212 Rest fix:
        "From number invalid",
        "Not a valid caller id.",
        "Correct it.";
    21214 Voice fix:
        "To cannot be reached",
        "Number cannot be called.",
        "Check it.";
    21219 Voice fix:
        "To not verified",
        "Trial limit.",
        "Verify it or upgrade.";
    21408 Messaging fix:
        "region not enabled for SMS",
        "Messaging to that country is switched off.",
        "Enable the country.";
    21601 Messaging fix:
        "number cannot receive SMS",
        "Not an SMS number.",
        "Use another.";
    21602 Messaging fix:
        "body required",
        "No text, media or template.",
        "Add content.";
    21603 Messaging fix:
        "sender required",
        "Neither From nor a service given.",
        "Add one.";
    21604 Messaging fix:
        "To required",
        "Recipient missing.",
        "Add it.";
    21606 Messaging fix:
        "From not usable for this destination",
        "Sender cannot message there.",
        "Choose another sender.";
    21608 Messaging fix:
        "To not verified",
        "Trial limit.",
        "Verify it or upgrade.";
    21610 Messaging fix:
        "recipient opted out",
        "The person sent STOP to this sender.",
        "Stop sending; wait for START.";
    21611 Messaging later:
        "sender queue full",
        "Too many messages wait on this sender.",
        "Slow down or add senders.";
    21612 Messaging fix:
        "To not reachable by SMS",
        "No route from this sender.",
        "Try another sender.";
    21614 Messaging fix:
        "not a mobile number",
        "Recipient cannot get SMS.",
        "Use another number or channel.";
    21617 Messaging fix:
        "body too long",
        "Above 1600 characters.",
        "Split it.";
    21620 Messaging fix:
        "media URL invalid",
        "Not fetchable.",
        "Correct the URL.";
    21623 Messaging fix:
        "too many media",
        "Above ten files.",
        "Send fewer.";
    21656 Messaging fix:
        "content variables invalid",
        "Not valid JSON for the template.",
        "Correct them.";
    21703 Messaging fix:
        "service has no sender",
        "The messaging service's pool is empty.",
        "Add a sender.";
    30001 Messaging later:
        "queue overflow",
        "Waited longer than the queue or validity period allows.",
        "Slow down, add senders, resend later.";
    30002 Messaging fix:
        "account suspended",
        "Account stopped between queueing and sending.",
        "Resolve the suspension.";
    30003 Messaging later:
        "handset unreachable",
        "Phone off, out of range, or number not able to get SMS.",
        "Try again later.";
    30004 Messaging fix:
        "message blocked",
        "Recipient or carrier blocks the sender; also do-not-disturb lists.",
        "Do not retry blindly.";
    30005 Messaging fix:
        "unknown handset",
        "Number is unknown or out of service.",
        "Remove the number.";
    30006 Messaging fix:
        "landline or unreachable carrier",
        "Number cannot get SMS.",
        "Use voice or another number.";
    30007 Messaging fix:
        "filtered",
        "Carrier or Twilio judged the content or traffic unwanted.",
        "Review content, consent, registration.";
    30008 Messaging later:
        "unknown delivery error",
        "Carrier gave no reason.",
        "One retry later is fine; then look at the number.";
    30009 Messaging fix:
        "missing inbound segment",
        "Part of a long incoming message never came.",
        "Ask the sender again.";
    30010 Messaging fix:
        "above max price",
        "Price is over the limit you set.",
        "Raise the limit.";
    30011 Messaging fix:
        "MMS not supported there",
        "Region of the recipient has no MMS.",
        "Send a link.";
    30017 Messaging later:
        "carrier congestion",
        "Carrier is overloaded.",
        "Retry with a delay.";
    30018 Messaging fix:
        "sender id needs registration",
        "Country wants a registered alphanumeric sender.",
        "Register.";
    30019 Messaging fix:
        "content above carrier size",
        "Media is too large for the carrier.",
        "Shrink it.";
    30022 Messaging later:
        "10DLC rate exceeded",
        "Campaign's rate was passed.",
        "Slow down.";
    30023 Messaging later:
        "10DLC daily cap reached",
        "Brand's daily cap with a carrier is used up.",
        "Resume next day.";
    30024 Messaging later:
        "numeric sender not provisioned",
        "Carrier does not know the sender yet.",
        "Wait or fix registration.";
    30027 Messaging later:
        "daily T-Mobile cap reached",
        "Brand's daily limit is used up.",
        "Resume next day.";
    30032 Messaging fix:
        "toll-free number not verified",
        "Toll-free traffic needs verification.",
        "Verify the number.";
    30033 Messaging fix:
        "10DLC campaign suspended",
        "Carrier suspended the campaign.",
        "Resolve it with support.";
    30034 Messaging fix:
        "unregistered US number",
        "Number is in no approved 10DLC campaign.",
        "Register brand and campaign.";
    30035 Messaging later:
        "number still being configured",
        "Registration of the number is not finished.",
        "Wait.";
    30036 Messaging later doubtful:
        "validity period expired",
        "Message was not sent before its deadline.",
        "Resend if still wanted.";
    30410 Messaging later:
        "provider timeout",
        "Downstream provider did not answer; not retried to avoid duplicates.",
        "Retry later, watch for doubles.";
    30450 Messaging later:
        "blocked for pumping protection",
        "Destination is blocked for some minutes.",
        "Do not hammer; try later.";
    31920 Voice later:
        "stream handshake failed",
        "WebSocket to your stream URL was refused.",
        "Check wss URL and certificate; no query string.";
    31921 Voice later:
        "stream closed with error",
        "Socket closed abnormally.",
        "Check server logs.";
    31924 Voice fix:
        "stream protocol error",
        "Frames were not valid.",
        "Send text frames with JSON.";
    32009 Voice later:
        "SIP user not registered",
        "Dialled SIP user has no registration.",
        "Offer voicemail.";
    32011 Voice later:
        "SIP communication error",
        "Your SIP side did not answer properly.",
        "Check SBC and network.";
    32014 Voice later:
        "no audio received",
        "Call ended for lack of RTP.",
        "Check media path.";
    32601 Voice later:
        "virtual agent provider error",
        "The agent platform refused or failed.",
        "Read VirtualAgentProviderError.";
    32655 Voice later:
        "transcription provider unavailable",
        "Speech provider is down.",
        "Carry on without text.";
    60200 Verify fix:
        "Verify parameter invalid",
        "Bad parameter.",
        "Correct it.";
    60202 Verify fix:
        "Verify too many checks",
        "Five wrong codes.",
        "Start a new verification.";
    60203 Verify later:
        "Verify too many sends",
        "Five sends in ten minutes.",
        "Wait.";
    63003 Channel fix:
        "channel recipient not found",
        "Address does not exist on the channel.",
        "Use another channel.";
    63005 Channel fix:
        "channel refused the content",
        "Content is not acceptable there.",
        "Change it.";
    63007 Channel fix:
        "channel sender not found",
        "From is no sender of yours.",
        "Correct it.";
    63010 Channel later:
        "internal channel error",
        "Twilio failed on it.",
        "Retry later.";
    63012 Channel later:
        "channel provider failed",
        "Provider had an internal error.",
        "Retry later.";
    63013 Channel fix:
        "channel policy violation",
        "Provider says the traffic breaks its rules.",
        "Review.";
    63014 Channel fix:
        "blocked by user",
        "User refused or was blocked.",
        "Stop.";
    63015 Channel fix:
        "sandbox not joined",
        "User is not in the WhatsApp sandbox.",
        "Have the user join.";
    63016 Channel fix:
        "outside the service window",
        "Free text after 24 hours without a user message.",
        "Send an approved template.";
    63018 Channel later:
        "channel rate limit",
        "Too fast for the channel.",
        "Slow down.";
    63019 Channel later:
        "media download failed",
        "Channel could not get the media.",
        "Check URL and type.";
    63024 Channel fix:
        "invalid recipient",
        "Recipient cannot be used on the channel.",
        "Remove it.";
    63027 Channel fix:
        "template missing for the language",
        "No such approved template.",
        "Create or pick another.";
    63028 Channel fix:
        "template parameter count wrong",
        "Variables do not match.",
        "Correct them.";
    63032 Channel fix:
        "WhatsApp limits this user",
        "User cannot be sent this message for now.",
        "Skip.";
    63033 Channel fix:
        "recipient blocked",
        "Recipient may not get messages from you.",
        "Skip.";
    63036 Channel fix:
        "not reachable by RCS",
        "Number has no RCS now.",
        "Fall back to SMS.";
    63038 Channel later:
        "daily limit reached",
        "Account's daily message limit.",
        "Resume next day.";
    63049 Channel fix doubtful:
        "Meta held back a marketing message",
        "Meta chose not to deliver it.",
        "Do not resend at once.";
    64008 Pay fix:
        "Pay charge refused",
        "Gateway rejected the charge.",
        "Offer another card.";
    64012 Pay fix:
        "Pay card refused",
        "Gateway rejected the card.",
        "Offer another card.";
    64101 Relay fix doubtful:
        "relay parameter invalid",
        "ConversationRelay attribute is not usable.",
        "Correct the TwiML.";
    64102 Relay later:
        "relay cannot connect",
        "Your relay socket could not be opened.",
        "Check wss URL and certificate.";
    64105 Relay later:
        "relay socket ended",
        "Socket closed early or sent ten bad frames in a row.",
        "Check the server.";
    64107 Relay fix:
        "relay message invalid",
        "One frame was not understood and was dropped.",
        "Correct the JSON.";
    64108 Relay later:
        "relay RTP timeout",
        "No audio arrived.",
        "End the session cleanly.";
    81017 Studio later:
        "Studio function response error",
        "A function or HTTP widget got a bad answer.",
        "Answer JSON with 200.";
    82002 Functions later:
        "function response error",
        "A Twilio Function answered badly.",
        "Fix the function.";
    93101 Events later:
        "event sink delivery failed",
        "Event Streams could not deliver.",
        "Answer 2xx quickly.";
}
