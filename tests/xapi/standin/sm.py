# SPDX-License-Identifier: LGPL-2.1-only
"""Runs a storage backend or a plugin as xapi does (its ocaml/xapi/sm_exec.ml and
xapi_plugins.ml, and forkexec), and makes of the answer what xapi makes of it."""

import os
import subprocess
import tempfile

import rpc

sm_folder = plugin_folder = answer_reader = log = None
environment = {}  # of all that is run, besides xapi's
by_host = {}  # a host's name -> more of it


def run(program, argument, host=None, reader=None):
    """Exit status, stdout, stderr, and the answer reader's lines or None."""
    env = {"PATH": "/sbin:/usr/sbin:/bin:/usr/bin", "ORIGINATOR": "SM",
           **environment, **by_host.get(host, {})}
    with tempfile.NamedTemporaryFile() as out, \
            tempfile.NamedTemporaryFile() as err, \
            open("/dev/null", "wb") as unreadable:
        status = subprocess.run([program, argument], env=env, cwd="/",
                                stdin=unreadable, stdout=out, stderr=err,
                                restore_signals=False).returncode
        read = subprocess.run([answer_reader, out.name], stdout=subprocess.PIPE)
        said = [open(name, errors="replace").read()
                for name in (out.name, err.name)]
    return status, *said, read.stdout.decode(errors="replace"), \
        read.returncode == 0


def write_log(what, status, err, answer):
    if log:
        with open(log, "a", encoding="utf8") as file:
            file.write(f"{what}: status {status}, {len(err.encode())} bytes on "
                       f"stderr, {answer}")


def bad_exit(status):
    return f"received signal: {-status}" if status < 0 else "non-zero exit"


def line(answer, path):
    """What stands behind "PATH: " in the reader's lines; "" without it."""
    for text in answer.split("\n"):
        if text.startswith(path + ": "):
            return text[len(path) + 2:]
    return ""


def string(answer):
    """An answer that is one string, of any number of lines."""
    return answer[len("value: "):-1] if answer.startswith("value: ") else ""


def driver_of(kind):
    for name in os.listdir(sm_folder):
        if name.endswith("SR") and name[:-2].lower() == kind.lower():
            return os.path.join(sm_folder, name)
    return None


def raise_fault(call, answer, err):
    number, _, words = answer[len("fault "):].rstrip("\n").partition(" ")
    sr = call.get("sr_ref", "")
    if number == "38":
        if call["command"] in ("sr_create", "sr_scan", "sr_update"):
            raise rpc.Failure("SR_OPERATION_NOT_SUPPORTED", sr)
        raise rpc.Failure("INTERNAL_ERROR",
                          "Smint.Not_implemented_in_backend")
    known = {"16": ["SR_DEVICE_IN_USE"], "24": ["VDI_IN_USE"],
             "39": ["SR_NOT_EMPTY"], "144": ["VDI_MISSING", sr, ""]}
    raise rpc.Failure(*known.get(number, [f"SR_BACKEND_FAILURE_{number}", "",
                                          words, err]))


def backend(kind, call, host=None):
    """Runs <kind>'s backend; the lines of its answer."""
    driver = driver_of(kind)
    if not driver:
        raise rpc.Failure("SR_UNKNOWN_DRIVER", kind)
    status, out, err, answer, readable = run(
        driver, rpc.xml_call(call["command"], [call]), host)
    write_log(f"{kind} {call['command']}", status, err, answer)
    if status:
        raise rpc.Failure("SR_BACKEND_FAILURE", bad_exit(status), out, err)
    if not readable:
        raise rpc.Failure("SR_BACKEND_FAILURE", answer, out, err)
    if answer.startswith("fault "):
        raise_fault(call, answer, err)
    return answer


def plugin(name, function, session, arguments, host=None):
    program = os.path.join(plugin_folder, name)
    if "/" in name or not os.access(program, os.X_OK):
        raise rpc.Failure("XENAPI_MISSING_PLUGIN", name)
    status, out, err, answer, readable = run(
        program, rpc.xml_call(function, [session, arguments]), host)
    write_log(f"plugin {name} {function}", status, err, answer)
    why = bad_exit(status) if status else \
        "failed to parse plugin output" if not readable else \
        "fault" if answer.startswith("fault ") else None
    kind = line(answer, "Status")
    if kind == "Success" and not why:
        return line(answer, "Value")
    if kind == "Failure" and not why:
        words = []
        while f"ErrorDescription[{len(words)}]: " in answer:
            words.append(line(answer, f"ErrorDescription[{len(words)}]"))
        raise rpc.Failure(*words)
    raise rpc.Failure("XENAPI_PLUGIN_FAILURE",
                      why or "unexpected XMLRPC result", out, err)


def indexed(answer, path):
    """The strings at path[0], path[1] …, where the path holds one %d."""
    found = []
    while True:
        text = line(answer, path % len(found))
        if not text:
            return found
        found.append(text)


def driver_info(kind):
    """The SM record of a driver; None if it has none to tell."""
    answer = backend(kind, {"host_ref": "OpaqueRef:NULL",
                            "command": "sr_get_driver_info", "args": [],
                            "device_config": {}})
    if not line(answer, "name"):
        return None
    return {"type": kind, "name_label": line(answer, "name"),
            "name_description": line(answer, "description"),
            "vendor": line(answer, "vendor"),
            "copyright": line(answer, "copyright"),
            "required_api_version": line(answer, "required_api_version"),
            "configuration": dict(zip(
                indexed(answer, "configuration[%d].key"),
                indexed(answer, "configuration[%d].description"))),
            "capabilities": indexed(answer, "capabilities[%d]")}
