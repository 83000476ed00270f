# SPDX-License-Identifier: LGPL-2.1-only
"""xapi's database: for each class a dictionary of records by reference. One
thread at a time may use it, and must hold the lock."""

import json
import os
import re
import threading
import uuid

from rpc import Failure

lock = threading.RLock()
tables = {name: {} for name in ("pool", "host", "SM", "SR", "PBD", "VDI",
                                "secret", "task")}
_file = None


def open_file(name):
    global _file
    _file = name
    if name and os.path.exists(name):
        with open(name, encoding="utf8") as file:
            tables.update(json.load(file))


def save():
    if _file:
        with open(_file + ".new", "w", encoding="utf8") as file:
            json.dump(tables, file)
        os.rename(_file + ".new", _file)


def new_uuid():
    return str(uuid.uuid4())


def add(kind, record):
    if any(other["uuid"] == record.get("uuid")
           for other in tables[kind].values()):
        raise Failure("UNIQUENESS_CONSTRAINT_VIOLATION", kind, "uuid",
                      record["uuid"])
    ref = f"OpaqueRef:{new_uuid()}"
    record.setdefault("uuid", new_uuid())
    tables[kind][ref] = record
    save()
    return ref


def get(kind, ref):
    if ref not in tables[kind]:
        raise Failure("HANDLE_INVALID", kind, ref)
    return tables[kind][ref]


def find(kind, **fields):
    """References of the records with these fields."""
    return [ref for ref, record in tables[kind].items()
            if all(record.get(key) == value for key, value in fields.items())]


def where(kind, query):
    """xapi's db_filter, as far as it is used: field "x" = "y" or …"""
    terms = []
    for term in query.split(" or "):
        match = re.fullmatch(r'\s*field "(\w+)" ?= ?"([^"]*)"\s*', term)
        if not match:
            raise Failure("INTERNAL_ERROR", f"db_filter: {query}")
        terms.append(match.groups())
    return {ref: record for ref, record in tables[kind].items()
            if any(str(record.get(key)) == value for key, value in terms)}


def generic(kind, name, args):
    """What every class has."""
    table = tables[kind]
    if name == "get_all":
        return list(table)
    if name == "get_all_records":
        return table
    if name == "get_all_records_where":
        return where(kind, args[0])
    if name == "get_by_uuid":
        found = find(kind, uuid=args[0])
        if not found:
            raise Failure("UUID_INVALID", kind, args[0])
        return found[0]
    if name == "get_by_name_label":
        return find(kind, name_label=args[0])
    match = re.fullmatch(r"(get|set|add_to|remove_from)_(\w+)", name)
    record = get(kind, args[0]) if args else None
    if name == "get_record":
        return record
    if name == "destroy":
        del table[args[0]]
    elif not match or record is None or match[2] not in record:
        raise Failure("MESSAGE_METHOD_UNKNOWN", f"{kind}.{name}")
    elif match[1] == "get":
        return record[match[2]]
    elif match[1] == "set":
        record[match[2]] = args[1]
    elif match[1] == "add_to":
        if args[1] in record[match[2]]:
            raise Failure("MAP_DUPLICATE_KEY", kind, match[2], args[0], args[1])
        record[match[2]][args[1]] = args[2]
    else:
        record[match[2]].pop(args[1], None)
    save()
    return ""
