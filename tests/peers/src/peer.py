"""Twilio's Python package as a contestant. Reads lines, answers each with a line: first the inputs,
then `<task> <times>`, answered with nanoseconds."""

import json
import platform
import sys
from importlib.metadata import version
from time import perf_counter_ns
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

inputs = json.loads(sys.stdin.readline())
url, body, values = inputs["url"], inputs["body"], inputs["values"]
validator = RequestValidator(inputs["token"])


def signature(given=inputs["signature"]):
    return validator.validate(url, dict(parse_qsl(body, keep_blank_values=True)), given)


def twiml():
    response = VoiceResponse()
    response.say(values["greeting"], voice=values["voice"])
    gather = Gather(action=values["action"], method="POST", num_digits=1, timeout=10)
    gather.say(values["prompt"], voice=values["voice"])
    response.append(gather)
    response.play(values["music"])
    response.redirect(values["next"])
    response.hangup()
    return response.to_xml()


def answer(line):
    print(line, flush=True)


def timed(task, times):
    rounds = range(times)
    start = perf_counter_ns()
    for _ in rounds:
        task()
    return perf_counter_ns() - start


answer(json.dumps({
    "name": f"twilio {version('twilio')} (Python {platform.python_version()})",
    "verdicts": [signature(), signature(inputs["wrong_signature"])],
    "document": twiml(),
}))
tasks = {"signature": signature, "twiml": twiml}
for line in sys.stdin:
    name, times = line.split()
    answer(timed(tasks[name], int(times)))
