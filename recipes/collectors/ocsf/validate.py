#!/usr/bin/env python3
"""Checks OCSF events, one per line, against the schema that OCSF has published for their version and class.

    pip install -r requirements.txt
    ./to_ocsf.py <audit.jsonl | ./validate.py

The package ocsf-json-schema has the schemas.
"""

import functools
import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema


@functools.lru_cache(maxsize=None)
def validator(version, class_uid):
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    return Draft202012Validator(schema.get_class_schema(schema.lookup_class_name_from_uid(class_uid), profiles=[]))


def main():
    number, wrong = 0, 0
    for number, line in enumerate(sys.stdin, 1):
        event = json.loads(line)
        for error in validator(event["metadata"]["version"], event["class_uid"]).iter_errors(event):
            print(f"event {number}: {error.json_path}: {error.message}")
            wrong += 1
    print(f"{number} events, {wrong} errors")
    return 1 if wrong or not number else 0


if __name__ == "__main__":
    sys.exit(main())
