"""Answers what the official Python package thinks of requests.

Each line of the input is a JSON object: url, token, algorithm, content_type (null: no body), body, signature.
Each line of the output: valid, and the signature it would have; or error.
"""

import json
import sys
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator


class MultiDict(dict):
    """A form as the web frameworks hand it over."""

    def __init__(self, pairs):
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getall(self, name):
        return self[name]


def answer(request):
    validator = RequestValidator(request["token"])
    url, algorithm = request["url"], request["algorithm"]
    if request["content_type"] is None:
        form = body = {}
    elif request["content_type"] == "application/x-www-form-urlencoded":
        form = body = MultiDict(parse_qsl(request["body"], keep_blank_values=True))
    else:
        form, body = {}, request["body"]
    return {
        "valid": validator.validate(url, body, request["signature"], algorithm),
        "signature": validator.compute_signature(url, form, algorithm),
    }


for line in sys.stdin.buffer:
    try:
        result = answer(json.loads(line.decode("utf-8")))
    except Exception as error:
        result = {"error": repr(error)}
    print(json.dumps(result))
