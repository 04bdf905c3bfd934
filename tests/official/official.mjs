// Answers what the official Node package thinks of requests. Input and output are those of
// official.py, without the algorithm, which this package does not know.

import { createRequire } from "node:module";
import { parse } from "node:querystring";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const { getExpectedTwilioSignature, validateExpressRequest } = require("twilio/lib/webhooks/webhooks");

function json(body) {
  try {
    return JSON.parse(body);
  } catch {
    // express would not let it through at all.
    return {};
  }
}

function answer({ url, token, content_type, body, signature }) {
  const isForm = content_type === "application/x-www-form-urlencoded";
  const isJson = content_type === "application/json";
  const form = isForm ? parse(body, "&", "=", { maxKeys: 0 }) : {};
  // A request as it is after the body parsers of express.
  const request = {
    header: (name) => ({ "x-twilio-signature": signature })[name.toLowerCase()],
    body: isJson ? json(body) : form,
    rawBody: content_type === null ? undefined : body,
  };
  return {
    valid: validateExpressRequest(request, token, { url }),
    signature: getExpectedTwilioSignature(token, url, form),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let result;
  try {
    result = answer(JSON.parse(line));
  } catch (error) {
    result = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(result) + "\n");
}
