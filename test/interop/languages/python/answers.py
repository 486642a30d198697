"""Answers the questions of a file with LaunchDarkly's Python SDK, then waits for one change.

Standard output has a line of JSON for each step: {"answers": [...]}, {"listening": true}, {"changed": key}.
"""

import json
import sys
import threading

import ldclient
from ldclient import Context
from ldclient.config import Config


def say(message):
    print(json.dumps(message), flush=True)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        question = json.load(file)
    url = question["url"]
    ldclient.set_config(
        Config(
            question["sdkKey"],
            base_uri=url,
            stream_uri=url,
            events_uri=url,
            send_events=False,
            stream=question["stream"],
        )
    )
    client = ldclient.get()
    if not client.is_initialized():
        sys.exit("the SDK did not initialise")

    answers = []
    for raw in question["contexts"]:
        context = Context.from_dict(raw)
        row = []
        for flag in question["flags"]:
            detail = client.variation_detail(flag["key"], context, flag["fallback"])
            row.append([detail.value, detail.variation_index, detail.reason])
        answers.append(row)
    say({"answers": answers})

    changed = threading.Event()
    keys = []

    def listener(change):
        keys.append(change.key)
        changed.set()

    client.flag_tracker.add_listener(listener)
    say({"listening": True})
    if not changed.wait(10):
        sys.exit("no change was heard of")
    say({"changed": keys[0]})
    client.close()


main()
