#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""xapi's command line, as far as tests type it: xe COMMAND KEY=VALUE...

Like the real one it sends its arguments with newlines between them, so that a
value ends at its first newline. standin-put class=SR record:KEY=VALUE... (of an SR's VDI: sr-uuid=,
sm-config:KEY=VALUE...) and
standin-set class= uuid= field= [key=] value= are not xe's: they put into the
database what no API call takes."""

import http.client
import json
import os
import socket
import sys

FAILURES = {  # those that xe has words for, with the names of the parameters
    "SR_DEVICE_IN_USE": ["The SR operation cannot be performed because a device "
                         "underlying the SR is in use by the server."],
    "SR_OPERATION_NOT_SUPPORTED": [
        "The SR backend does not support the operation (check the SR's allowed "
        "operations)", "sr"],
    "SR_BACKEND_FAILURE": ["There was an SR backend failure.", "status",
                           "stdout", "stderr"],
    "SR_UUID_EXISTS": ["An SR with that uuid already exists.", "uuid"],
    "SR_UNKNOWN_DRIVER": ["The SR could not be connected because the driver was "
                          "not recognised.", "driver"],
    "INTERNAL_ERROR": ["The server failed to handle your request, due to an "
                       "internal error. The given message may give details "
                       "useful for debugging the problem.", "message"],
    "UUID_INVALID": ["The uuid you supplied was invalid.", "type", "uuid"],
    "HOST_OFFLINE": ["You attempted an operation which involves a host which "
                     "could not be contacted.", "host"],
    "PBD_EXISTS": ["A PBD already exists connecting the SR to the server.",
                   "sr", "host", "pbd"],
    "XENAPI_MISSING_PLUGIN": ["The requested plug-in could not be found.",
                              "name"],
    "XENAPI_PLUGIN_FAILURE": ["There was a failure communicating with the "
                              "plug-in.", "status", "stdout", "stderr"],
}

LISTS = {
    "sm-list": ("SM", "uuid,type,name-label,name-description,vendor,copyright,"
                      "configuration"),
    "sr-list": ("SR", "uuid,name-label,name-description,type,content-type"),
    "pbd-list": ("PBD", "uuid,host-uuid,sr-uuid,device-config,"
                        "currently-attached"),
    "host-list": ("host", "uuid,name-label"),
    "vdi-list": ("VDI", "uuid,name-label,name-description,sr-uuid"),
    "task-list": ("task", "uuid,name-label,name-description,status,progress"),
    "secret-list": ("secret", "uuid,value"),
}


class Failure(Exception):
    pass


class Missing(Exception):
    pass


class Xapi(http.client.HTTPConnection):
    """XenAPI by JSON; a connection for each call."""

    session = None

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ.get("XE_SOCKET", "/var/lib/xcp/xapi"))

    def call(self, method, *params):
        if not self.session:
            self.session = self.ask("session.login_with_password", "root", "")
        return self.ask(method, self.session, *params)

    def ask(self, method, *params):
        self.request("POST", "/jsonrpc", json.dumps(
            {"method": method, "params": params, "id": 0}),
            {"Connection": "close"})
        answer = json.loads(self.getresponse().read())
        self.close()
        if answer["error"]:
            raise Failure(answer["error"])
        return answer["result"]


xapi = Xapi("localhost")
given = {}


def required(key):
    if key not in given:
        raise Missing(key)
    return given[key]


def optional(key, default=""):
    return given.get(key, default)


def flag(key):
    return optional(key) == "true"


def pairs(name):
    """The map that NAME:KEY=VALUE make; NAME:KEY:file=FILE, too."""
    found = {}
    for key, value in given.items():
        if key.startswith(name + ":"):
            key = key[len(name) + 1:]
            if key.endswith(":file"):
                key, value = key[:-5], open(value, encoding="utf8").read()
            found[key] = value
    return found


def by_uuid(kind, key="uuid"):
    return xapi.call(f"{kind}.get_by_uuid", required(key))


def a_host():
    if "host-uuid" in given:
        return by_uuid("host", "host-uuid")
    return next(iter(xapi.call("pool.get_all_records").values()))["master"]


def sr_create():
    label, kind = required("name-label"), required("type")
    return xapi.call("SR.get_uuid", xapi.call(
        "SR.create", a_host(), pairs("device-config"),
        optional("physical-size", "0"), label, optional("name-description"),
        kind, optional("content-type"), flag("shared"), pairs("sm-config")))


def sr_introduce():
    xapi.call("SR.introduce", required("uuid"), required("name-label"),
              optional("name-description"), required("type"),
              optional("content-type"), flag("shared"), pairs("sm-config"))
    return required("uuid")


def sr_probe():
    kind = required("type")
    return xapi.call("SR.probe", a_host(), pairs("device-config"), kind,
                     pairs("sm-config"))


def pbd_create():
    return xapi.call("PBD.get_uuid", xapi.call("PBD.create", {
        "SR": by_uuid("SR", "sr-uuid"), "host": by_uuid("host", "host-uuid"),
        "device_config": pairs("device-config"), "other_config": {}}))


def secret_create():
    return xapi.call("secret.get_uuid", xapi.call("secret.create", {
        "value": required("value"), "other_config": {}}))


def host_call_plugin():
    plugin, function = required("plugin"), required("fn")
    return xapi.call("host.call_plugin", by_uuid("host", "host-uuid"), plugin,
                     function, pairs("args"))


def standin_put():
    record = pairs("record")
    if "sr-uuid" in given:
        record["SR"] = by_uuid("SR", "sr-uuid")
        record["sm_config"] = pairs("sm-config")
    return xapi.call("standin.put", required("class"), record)


def standin_set():
    kind, field = required("class"), required("field")
    ref, value = by_uuid(kind), required("value")
    value = {"true": True, "false": False}.get(value, value)
    if "key" in given:
        xapi.call(f"{kind}.remove_from_{field}", ref, given["key"])
        return xapi.call(f"{kind}.add_to_{field}", ref, given["key"], value)
    return xapi.call(f"{kind}.set_{field}", ref, value)


def quiet(method, kind):
    return lambda: xapi.call(method, by_uuid(kind)) and None


COMMANDS = {
    "sr-create": sr_create, "sr-introduce": sr_introduce,
    "sr-probe": sr_probe, "pbd-create": pbd_create,
    "secret-create": secret_create, "host-call-plugin": host_call_plugin,
    "standin-put": standin_put, "standin-set": standin_set,
    "sr-forget": quiet("SR.forget", "SR"), "sr-scan": quiet("SR.scan", "SR"),
    "pbd-plug": quiet("PBD.plug", "PBD"),
    "pbd-unplug": quiet("PBD.unplug", "PBD"),
    "pbd-destroy": quiet("PBD.destroy", "PBD"),
}


def shown(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    return value if isinstance(value, str) else ""


def field_of(record, name):
    """name-label is name_label, sr-uuid the uuid of the SR."""
    kind = {"sr-uuid": "SR", "host-uuid": "host"}.get(name)
    if kind:
        return xapi.call(f"{kind}.get_uuid", record[kind])
    return shown(record.get(name.replace("-", "_"), ""))


def print_list(command):
    kind, fields = LISTS[command]
    minimal = "--minimal" in given
    fields = optional("params", fields).split(",")
    wanted = {key: value for key, value in given.items()
              if key not in ("params", "--minimal")}
    found = [record for record in
             xapi.call(f"{kind}.get_all_records").values()
             if all(field_of(record, key) == value
                    for key, value in wanted.items())]
    if minimal:
        print(",".join(field_of(record, fields[0]) for record in found))
        return
    width = max(map(len, fields)) + 9
    for record in found:
        for number, name in enumerate(fields):
            text = f"{name} ( RO)"
            text = text.rjust(width) if number else text.ljust(width)
            print(f"{text}: {field_of(record, name)}")
        print("\n")


def print_failure(words):
    known = FAILURES.get(words[0])
    if not known:
        print(f"Error code: {words[0]}\n"
              f"Error parameters: {', '.join(words[1:])}", file=sys.stderr)
        return
    print(known[0], file=sys.stderr)
    for number, word in enumerate(words[1:], 1):
        name = known[number] if number < len(known) else "<extra>"
        print(f"{name}: {word}", file=sys.stderr)


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    for argument in sys.argv[2:]:
        key, _, value = argument.split("\n")[0].partition("=")
        given[key] = value
    if command not in COMMANDS and command not in LISTS:
        print(f"Unknown command: {command}\nFor usage run: 'xe help'",
              file=sys.stderr)
        return 1
    try:
        if command in LISTS:
            print_list(command)
        else:
            said = COMMANDS[command]()
            if said is not None:
                print(said)
    except Missing as missing:
        print(f"Required parameter not found: {missing}\n"
              "For usage run: 'xe help'", file=sys.stderr)
        return 1
    except Failure as failure:
        print_failure(failure.args[0])
        return 1
    except (OSError, http.client.HTTPException):
        print("Lost connection to the server.", file=sys.stderr)
        return 1
    finally:
        try:
            if xapi.session:
                xapi.call("session.logout")
        except (OSError, http.client.HTTPException, Failure):
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
