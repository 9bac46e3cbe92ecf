#!/usr/bin/env python3
"""Turns audit logs of Cortex into OCSF events: Entity Management (3004) of OCSF 1.8.0.

    ./to_ocsf.py <audit.jsonl >ocsf.jsonl

Reads one entry per line, prints one event per line. It needs Python 3.9 and nothing else. The class, and what becomes of each field,
is explained in docs/collectors.md of cortex-audit-mock.
"""

import datetime
import hashlib
import ipaddress
import json
import sys

OCSF_VERSION = "1.8.0"
CLASS_UID = 3004
ACTIVITIES = {"CREATE": (1, "Create"), "READ": (2, "Read"), "UPDATE": (3, "Update"), "DELETE": (4, "Delete")}
OTHER = 99
# Types of objects for which the class has an attribute of its own; all others are of the type "Other".
ENTITIES = {"CORTEX_USER": (2, "User", "user"), "TEAM": (3, "Group", "group")}


def to_event(entry):
    """The event for an entry. Each field that has no place in it goes to `unmapped`."""
    left = dict(entry)
    action, timestamp = left.pop("action"), left.pop("timestamp")
    activity_id, activity_name = ACTIVITIES.get(action, (OTHER, action))
    event = {
        "activity_id": activity_id,
        "activity_name": activity_name,
        "category_name": "Identity & Access Management",
        "category_uid": 3,
        "class_name": "Entity Management",
        "class_uid": CLASS_UID,
        "entity": entity(left),
        "metadata": {
            "log_name": "audit-logs",
            "original_time": timestamp,
            "product": {"name": "Cortex", "vendor_name": "Cortex"},
            "uid": identifier(entry),
            "version": OCSF_VERSION,
        },
        "severity": "Informational",
        "severity_id": 1,
        "time": milliseconds(timestamp),
        "type_name": f"Entity Management: {activity_name if activity_id != OTHER else 'Other'}",
        "type_uid": CLASS_UID * 100 + activity_id,
    }
    if "actorIdentifier" in left:
        event["actor"] = {"user": user(left.pop("actorIdentifier"), "Service", 4)}
    if is_address(left.get("ipAddress")):
        event["src_endpoint"] = {"ip": left.pop("ipAddress")}
    if left:
        event["unmapped"] = left
    return event


def entity(left):
    name, kind = left.pop("objectIdentifier"), left.pop("objectType")
    if kind not in ENTITIES:
        return {"name": name, "type": kind, "type_id": OTHER}
    type_id, label, attribute = ENTITIES[kind]
    # The type in the words of Cortex.
    left["objectType"] = kind
    value = user(name, "User", 1) if attribute == "user" else {"name": name}
    return {"name": name, "type": label, "type_id": type_id, attribute: value}


def user(name, kind, type_id):
    """A user: a person if the name is an e-mail address, else of this type."""
    if "@" in name:
        return {"email_addr": name, "name": name, "type": "User", "type_id": 1}
    return {"name": name, "type": kind, "type_id": type_id}


def is_address(text):
    try:
        return bool(text) and bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def milliseconds(timestamp):
    """Milliseconds since 1970 of a time such as `2026-11-29T14:58:21.144Z`, with any number of fractional digits."""
    text, fraction = timestamp.replace("Z", "+00:00"), 0
    seconds, offset = text[:19], text[19:]
    if offset.startswith("."):
        digits = offset[1:-6]
        fraction, offset = int(digits[:3].ljust(3, "0")), offset[-6:]
    return int(datetime.datetime.fromisoformat(seconds + offset).timestamp()) * 1000 + fraction


def identifier(entry):
    """Equal for equal entries, so that what arrives twice can be dropped: an entry has no identifier of its own."""
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def main():
    for number, line in enumerate(sys.stdin, 1):
        try:
            print(json.dumps(to_event(json.loads(line)), ensure_ascii=False, sort_keys=True))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            sys.exit(f"line {number} is no audit log of Cortex: {error!r}")


if __name__ == "__main__":
    main()
