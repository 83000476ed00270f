#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-only
"""A stand-in for xapi, for tests: it keeps the records, runs the storage
backends and plugins, and serves XenAPI on a unix socket. It does what the real
xapi was seen to do, its faults included; it shares no code with the program.

  xapi.py SOCKET [-s STATE] [-l LOG] [-c CALLS] [-k KILL] [-w WAIT] [-h HOST]...
          [-x] [-m] [-o] SM_FOLDER PLUGIN_FOLDER ANSWER_READER [NAME=VALUE...]

STATE keeps the records from one run to the next. LOG has a line for each run of
a program, CALLS for each question that xapi was asked in a session that it made
for one. While KILL holds a number, who asks for the Nth time is killed
once that is done and before it is told. While WAIT holds a number, the first
answers, so many, come at once, and each one after that a second late. HOST is the name of a host of the pool, the master first; without any
it is "master". NAME=VALUE is environment of what it runs; HOST:NAME=VALUE, on
that host alone. -x: there is no /jsonrpc for the program under test. -m: it is a member of the pool, and
asks its master by XML-RPC. -o: such a one as until 2020, which asks for /jsonrpc
in XML then, and fails. What it is asked by JSON it logs, as until 2017.
"""

import copy
import getopt
import os
import re
import signal
import socket
import socketserver
import struct
import sys
import time

import cli
import db
import rpc
import sm
from rpc import Failure

sessions = {}  # reference -> whether a program has it
calls = None
kill_at = None  # a file: a program that asks for the Nth time is killed
wait_after = None  # a file: how many answers are not late
has_json = True
is_member = is_old = False


def new_session(for_program=False):
    ref = f"OpaqueRef:{db.new_uuid()}"
    sessions[ref] = for_program
    return ref


def master():
    return next(iter(db.tables["pool"].values()))["master"]


def host_name(ref):
    return db.get("host", ref)["name_label"]


def assert_up(host):
    if not db.get("host", host)["enabled"]:
        raise Failure("HOST_OFFLINE", host)


# --- secrets: xapi_secret.ml

def is_secret(key):
    return key.endswith("password_secret")


def secrets_for_pbd(config):
    """A password becomes a secret; every PBD has copies of its own."""
    made = {}
    for key, value in config.items():
        if is_secret(key):
            found = db.find("secret", uuid=value)
            if not found:
                raise Failure("UUID_INVALID", "secret", value)
            value = db.get("secret", found[0])["value"]
        elif key.endswith("password"):
            key += "_secret"
        else:
            made[key] = value
            continue
        ref = db.add("secret", {"value": value, "other_config": {}})
        made[key] = db.get("secret", ref)["uuid"]
    return made


def drop_secrets(config):
    for key, value in config.items():
        for ref in db.find("secret", uuid=value) if is_secret(key) else []:
            del db.tables["secret"][ref]


def secret_create(record):
    return db.add("secret", {"value": record["value"],
                             "other_config": record["other_config"]})


# --- SRs and PBDs, in the order of xapi_sr.ml and xapi_pbd.ml

def sr_introduce(uuid, label, description, kind, content, shared, sm_config):
    uuid = uuid or db.new_uuid()
    if db.find("SR", uuid=uuid):
        raise Failure("SR_UUID_EXISTS", uuid)
    return db.add("SR", {
        "uuid": uuid, "name_label": label, "name_description": description,
        "type": kind.lower(), "content_type": content, "shared": shared,
        "sm_config": sm_config, "other_config": {}, "PBDs": [], "VDIs": []})


def pbd_create(record):
    sr, host = record["SR"], record["host"]
    db.get("host", host)
    for pbd in db.get("SR", sr)["PBDs"]:
        if db.get("PBD", pbd)["host"] == host:
            raise Failure("PBD_EXISTS", sr, host, pbd)
    ref = db.add("PBD", {
        "SR": sr, "host": host, "currently_attached": False,
        "device_config": secrets_for_pbd(record["device_config"]),
        "other_config": {}})
    db.get("SR", sr)["PBDs"].append(ref)
    db.save()
    return ref


def pbd_destroy(pbd):
    record = db.get("PBD", pbd)
    if record["currently_attached"]:
        raise Failure("OPERATION_NOT_ALLOWED", "PBD is currently attached")
    drop_secrets(record["device_config"])
    db.get("SR", record["SR"])["PBDs"].remove(pbd)
    del db.tables["PBD"][pbd]
    db.save()
    return ""


def sr_forget(sr):
    record = db.get("SR", sr)
    if any(db.get("PBD", pbd)["currently_attached"] for pbd in record["PBDs"]):
        raise Failure("SR_HAS_PBD", sr)
    for pbd in list(record["PBDs"]):
        pbd_destroy(pbd)
    for vdi in db.find("VDI", SR=sr):
        del db.tables["VDI"][vdi]
    del db.tables["SR"][sr]
    db.save()
    return ""


def run_for_pbd(pbd, command, args=()):
    """The backend's command; the database must not be locked."""
    with db.lock:
        record = db.get("PBD", pbd)
        sr = db.get("SR", record["SR"])
        host = record["host"]
        mark = {"SRmaster": "true"} if host == master() else {}
        call = {"host_ref": host, "command": command, "args": list(args),
                "device_config": {**mark, **record["device_config"]},
                "session_ref": new_session(True), "sr_ref": record["SR"],
                "sr_uuid": sr["uuid"],
                "subtask_of": f"DummyRef:|{db.new_uuid()}|{command}"}
        name = host_name(host)
    try:
        return sm.backend(sr["type"], call, name)
    finally:
        del sessions[call["session_ref"]]


def sr_create(host, config, size, label, description, kind, content, shared,
              sm_config):
    if not sm.driver_of(kind):
        raise Failure("SR_UNKNOWN_DRIVER", kind)
    hosts = [host]
    with db.lock:
        sr = sr_introduce("", label, description, kind, content, shared,
                          sm_config)
        if shared:
            hosts = [master()] + [other for other in db.tables["host"]
                                  if other != master()]
        # an unknown secret ends it here, and leaves the SR's record
        pbds = [pbd_create({"SR": sr, "host": each, "device_config": config})
                for each in hosts]
    try:
        run_for_pbd(pbds[0], "sr_create", [size])
    except Failure:
        with db.lock:  # the records go, the secrets stay
            for pbd in pbds:
                del db.tables["PBD"][pbd]
            del db.tables["SR"][sr]
            db.save()
        raise
    for pbd in pbds:
        pbd_plug(pbd)
    return sr


def sr_probe(host, config, kind, sm_config):
    kind = kind.lower()
    if not sm.driver_of(kind):
        raise Failure("SR_UNKNOWN_DRIVER", kind)
    if not any(record["type"] == kind and "SR_PROBE" in record["capabilities"]
               for record in db.tables["SM"].values()):
        raise Failure("SR_BACKEND_FAILURE", "Operation 'sr_probe' not "
                      "supported by this SR type", "", "")
    with db.lock:
        config = secrets_for_pbd(config)
    call = {"host_ref": host, "command": "sr_probe", "args": [],
            "device_config": {"SRmaster": "true", **config},
            "session_ref": new_session(True), "sr_sm_config": sm_config,
            "subtask_of": f"DummyRef:|{db.new_uuid()}|SR.probe"}
    try:
        return sm.string(sm.backend(kind, call, host_name(host)))
    finally:
        del sessions[call["session_ref"]]
        with db.lock:
            drop_secrets(config)


def sr_scan(sr):
    with db.lock:
        pbds = [pbd for pbd in db.get("SR", sr)["PBDs"]
                if db.get("PBD", pbd)["currently_attached"]]
        pbds.sort(key=lambda pbd: db.get("PBD", pbd)["host"] != master())
    if not pbds:
        raise Failure("SR_NO_PBDS", sr)
    run_for_pbd(pbds[0], "sr_scan")
    return ""


def pbd_plug(pbd):
    return attach(pbd, "sr_attach", True)


def pbd_unplug(pbd):
    return attach(pbd, "sr_detach", False)


def attach(pbd, command, attached):
    with db.lock:
        record = db.get("PBD", pbd)
        assert_up(record["host"])
        if record["currently_attached"] == attached:
            return ""
    run_for_pbd(pbd, command)
    with db.lock:
        record["currently_attached"] = attached
        db.save()
    return ""


def vdi_db_introduce(uuid, label, description, sr, kind, sharable, read_only,
                     other_config, location, xenstore_data, sm_config, *rest):
    fields = dict(zip(("managed", "virtual_size", "physical_utilisation",
                       "metadata_of_pool", "is_a_snapshot", "snapshot_time",
                       "snapshot_of"), rest))
    db.get("SR", sr)
    ref = db.add("VDI", {
        "uuid": uuid, "name_label": label, "name_description": description,
        "SR": sr, "type": kind, "location": location, "sm_config": sm_config,
        "sharable": sharable, "read_only": read_only, "managed": True,
        "other_config": other_config, "xenstore_data": xenstore_data,
        "is_a_snapshot": False, "snapshot_of": "OpaqueRef:NULL",
        "snapshot_time": "19700101T00:00:00Z", **fields})
    db.get("SR", sr)["VDIs"].append(ref)
    db.save()
    return ref


def host_call_plugin(host, name, function, arguments):
    assert_up(host)
    session = new_session(True)
    try:
        return sm.plugin(name, function, session, arguments, host_name(host))
    finally:
        del sessions[session]


METHODS = {  # with the number of parameters, and whether a program is run
    "SR.create": (sr_create, 9, True), "SR.probe": (sr_probe, 4, True),
    "SR.scan": (sr_scan, 1, True), "PBD.plug": (pbd_plug, 1, True),
    "PBD.unplug": (pbd_unplug, 1, True),
    "host.call_plugin": (host_call_plugin, 4, True),
    "SR.introduce": (sr_introduce, 7, False),
    "SR.forget": (sr_forget, 1, False), "PBD.create": (pbd_create, 1, False),
    "PBD.destroy": (pbd_destroy, 1, False),
    "secret.create": (secret_create, 1, False),
    "VDI.db_introduce": (vdi_db_introduce, (11, 18), False),
    # for tests: class, record
    "standin.put": (lambda kind, record: db.add(kind, dict(record)), 2, False),
}


def call_method(name, params):
    if name == "session.login_with_password":
        return new_session(len(params) > 3)
    session = params[0] if params else ""
    if session not in sessions:
        raise Failure("SESSION_INVALID", session)
    if calls and sessions[session]:
        with open(calls, "a", encoding="utf8") as file:
            file.write(name + "\n")
    params = params[1:]
    if name == "session.logout":
        del sessions[session]
        return ""
    if name in METHODS:
        run, count, runs_programs = METHODS[name]
        if len(params) not in (count if isinstance(count, tuple) else [count]):
            raise Failure("MESSAGE_PARAMETER_COUNT_MISMATCH", name, count,
                          len(params) + 1)
        if runs_programs:
            return run(*params)
        with db.lock:
            return run(*params)
    kind, _, method = name.partition(".")
    if kind not in db.tables:
        raise Failure("MESSAGE_METHOD_UNKNOWN", name)
    with db.lock:
        return copy.deepcopy(db.generic(kind, method, params))


def call_as_member(name, params):
    """A member's xapi asks the master by XML-RPC."""
    found = call_method(name, params)
    if name != "session.login_with_password" and \
            not rpc.xml_is_readable(rpc.xml_response(found)):
        raise Failure("INTERNAL_ERROR", "Xmlm.Error")
    return found


def count_down(name):
    """Counts down what the file holds, to 0; what is left, or None."""
    with db.lock:
        try:
            with open(name, encoding="utf8") as file:
                left = int(file.read()) - 1
            with open(name, "w", encoding="utf8") as file:
                file.write(str(max(left, 0)))
        except (OSError, TypeError, ValueError):
            return None
    return left


def answered(pid):
    """The program has been answered, as far as xapi is concerned."""
    left = count_down(wait_after)
    if left is not None and left < 0:
        time.sleep(1)
    left = count_down(kill_at)
    if left is not None and left <= 0:
        os.unlink(kill_at)
        os.kill(pid, signal.SIGKILL)


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while self.one_request():
            pass

    def one_request(self):
        """Whether the connection stays open."""
        head = [line.decode() for line in iter(
            lambda: self.rfile.readline().strip(), b"")]
        if not head:
            return False
        _, path, version = head[0].split(" ")
        fields = {key.lower(): value.strip() for key, _, value in
                  (text.partition(":") for text in head[1:])}
        body = self.rfile.read(int(fields.get("content-length", 0)))
        close = version == "HTTP/1.0" or fields.get("connection") == "close"
        answer = {"/": rpc.answer_xml, "/jsonrpc": rpc.answer_json,
                  "/cli": cli.answer}.get(path)
        ours = fields.get("user-agent") == "relvmoiscsi"
        status = "404 Not Found"
        if answer == rpc.answer_json and ours:
            if not has_json:
                answer = None
            elif is_old and b'"session.login' not in body:
                status, answer = "500 Internal Error", None
            print(body.decode(), file=sys.stderr, flush=True)
        kind = "application/json" if path == "/jsonrpc" else "text/xml"
        text = "<html/>"
        if answer:
            status = "200 OK"
            text = answer(body, call_as_member if is_member and path != "/cli"
                          else call_method)
            if ours:
                answered(struct.unpack("3i", self.request.getsockopt(
                    socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])
        text = text.encode("utf8", "replace" if path != "/cli" else "surrogateescape")
        try:
            self.wfile.write(
                f"{version} {status}\r\n"
                f"connection: {'close' if close else 'keep-alive'}\r\n"
                f"cache-control: no-cache, no-store\r\ncontent-type: {kind}\r\n"
                f"content-length: {len(text)}\r\n\r\n".encode() + text)
        except OSError:
            return False
        return not close


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


def make_pool(hosts):
    for number, name in enumerate(hosts, 1):
        ref = db.add("host", {
            "name_label": name, "hostname": name, "enabled": True,
            "other_config": {
                "iscsi_iqn": f"iqn.2024-01.test:host{number}",
                "multipathing": "false"}})
        if number == 1:
            db.add("pool", {"name_label": "", "master": ref,
                            "other_config": {}})


def scan_drivers():
    for name in sorted(os.listdir(sm.sm_folder)):
        kind = name[:-2].lower()
        if not name.endswith("SR") or db.find("SM", type=kind):
            continue
        try:
            record = sm.driver_info(kind)
        except (Failure, OSError):
            record = None
        if record:
            db.add("SM", record)
        else:
            print("Rejecting SM plugin:", kind, file=sys.stderr, flush=True)


def main():
    global calls, kill_at, wait_after, has_json, is_member, is_old
    path = sys.argv[1]
    options, rest = getopt.getopt(sys.argv[2:], "s:l:c:k:w:h:xmo")
    hosts = [value for key, value in options if key == "-h"] or ["master"]
    state = None
    for key, value in options:
        if key == "-s":
            state = value
        elif key == "-l":
            sm.log = value
        elif key == "-c":
            calls = value
        elif key == "-k":
            kill_at = value
        elif key == "-w":
            wait_after = value
        elif key == "-x":
            has_json = False
        elif key == "-m":
            is_member = True
        elif key == "-o":
            is_old = True
    sm.sm_folder, sm.plugin_folder, sm.answer_reader = rest[:3]
    for pair in rest[3:]:
        match = re.fullmatch(r"(?:([^:=]+):)?(\w+)=(.*)", pair, re.S)
        (sm.by_host.setdefault(match[1], {}) if match[1]
         else sm.environment)[match[2]] = match[3]
    db.open_file(state)
    if not db.tables["pool"]:
        make_pool(hosts)
    scan_drivers()
    if os.path.exists(path):
        os.unlink(path)
    Server(path, Connection).serve_forever()


if __name__ == "__main__":
    main()
