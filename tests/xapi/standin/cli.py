# SPDX-License-Identifier: LGPL-2.1-only
"""xapi's side of its command line, as far as tests type it: xe COMMAND
KEY=VALUE... (xe.c is the other side).

The arguments come with newlines between them, so that a value ends at its first
newline. standin-put class=SR record:KEY=VALUE... (of an SR's VDI: sr-uuid=,
sm-config:KEY=VALUE...) and standin-set class= uuid= field= [key=] value= are not
xe's: they put into the database what no API call takes."""

from rpc import Failure

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



QUIET = {
    "sr-forget": ("SR.forget", "SR"), "sr-scan": ("SR.scan", "SR"),
    "pbd-plug": ("PBD.plug", "PBD"), "pbd-unplug": ("PBD.unplug", "PBD"),
    "pbd-destroy": ("PBD.destroy", "PBD"),
}

COMMANDS = ("sr-create", "sr-introduce", "sr-probe", "pbd-create",
            "secret-create", "host-call-plugin", "standin-put", "standin-set")


class Usage(Exception):
    pass


class Command:
    """One command, in a session of its own. `call` is xapi's."""

    def __init__(self, call, text):
        self.ask = call
        self.session = None
        self.name, *arguments = text.split("\n")
        self.given = {}
        for argument in arguments:
            key, _, self.given[key] = argument.partition("=")

    def call(self, method, *params):
        if not self.session:
            self.session = self.ask("session.login_with_password", ["root", ""])
        return self.ask(method, [self.session, *params])

    def required(self, key):
        if key not in self.given:
            raise Usage(f"Required parameter not found: {key}")
        return self.given[key]

    def optional(self, key, default=""):
        return self.given.get(key, default)

    def flag(self, key):
        return self.optional(key) == "true"

    def pairs(self, name):
        """The map that NAME:KEY=VALUE make."""
        name += ":"
        return {key[len(name):]: value for key, value in self.given.items()
                if key.startswith(name)}

    def by_uuid(self, kind, key="uuid"):
        return self.call(f"{kind}.get_by_uuid", self.required(key))

    def a_host(self):
        if "host-uuid" in self.given:
            return self.by_uuid("host", "host-uuid")
        pools = self.call("pool.get_all_records")
        return next(iter(pools.values()))["master"]

    # --- the commands: what they print, or None

    def sr_create(self):
        label, kind = self.required("name-label"), self.required("type")
        return self.call("SR.get_uuid", self.call(
            "SR.create", self.a_host(), self.pairs("device-config"),
            self.optional("physical-size", "0"), label,
            self.optional("name-description"), kind,
            self.optional("content-type"), self.flag("shared"),
            self.pairs("sm-config")))

    def sr_introduce(self):
        self.call("SR.introduce", self.required("uuid"),
                  self.required("name-label"),
                  self.optional("name-description"), self.required("type"),
                  self.optional("content-type"), self.flag("shared"),
                  self.pairs("sm-config"))
        return self.required("uuid")

    def sr_probe(self):
        kind = self.required("type")
        return self.call("SR.probe", self.a_host(),
                         self.pairs("device-config"), kind,
                         self.pairs("sm-config"))

    def pbd_create(self):
        return self.call("PBD.get_uuid", self.call("PBD.create", {
            "SR": self.by_uuid("SR", "sr-uuid"),
            "host": self.by_uuid("host", "host-uuid"),
            "device_config": self.pairs("device-config"), "other_config": {}}))

    def secret_create(self):
        return self.call("secret.get_uuid", self.call("secret.create", {
            "value": self.required("value"), "other_config": {}}))

    def host_call_plugin(self):
        plugin, function = self.required("plugin"), self.required("fn")
        return self.call("host.call_plugin", self.by_uuid("host", "host-uuid"),
                         plugin, function, self.pairs("args"))

    def standin_put(self):
        record = self.pairs("record")
        if "sr-uuid" in self.given:
            record["SR"] = self.by_uuid("SR", "sr-uuid")
            record["sm_config"] = self.pairs("sm-config")
        return self.call("standin.put", self.required("class"), record)

    def standin_set(self):
        kind, field = self.required("class"), self.required("field")
        ref, value = self.by_uuid(kind), self.required("value")
        value = {"true": True, "false": False}.get(value, value)
        if "key" in self.given:
            key = self.given["key"]
            self.call(f"{kind}.remove_from_{field}", ref, key)
            return self.call(f"{kind}.add_to_{field}", ref, key, value)
        return self.call(f"{kind}.set_{field}", ref, value)

    def quiet(self, method, kind):
        self.call(method, self.by_uuid(kind))

    # --- lists

    def field_of(self, record, name):
        """name-label is name_label, sr-uuid the uuid of the SR."""
        kind = {"sr-uuid": "SR", "host-uuid": "host"}.get(name)
        if kind:
            return self.call(f"{kind}.get_uuid", record[kind])
        return shown(record.get(name.replace("-", "_"), ""))

    def list(self, kind, fields):
        fields = self.optional("params", fields).split(",")
        wanted = {key: value for key, value in self.given.items()
                  if key not in ("params", "--minimal")}
        found = [record for record in
                 self.call(f"{kind}.get_all_records").values()
                 if all(self.field_of(record, key) == value
                        for key, value in wanted.items())]
        if "--minimal" in self.given:
            return ",".join(self.field_of(record, fields[0])
                            for record in found)
        width = max(map(len, fields)) + 9
        lines = []
        for record in found:
            for number, name in enumerate(fields):
                text = f"{name} ( RO)"
                text = text.rjust(width) if number else text.ljust(width)
                lines.append(f"{text}: {self.field_of(record, name)}")
            lines.append("\n")
        return "\n".join(lines) if lines else None

    # --- and the whole

    def run(self):
        if self.name in LISTS:
            return self.list(*LISTS[self.name])
        if self.name in QUIET:
            return self.quiet(*QUIET[self.name])
        if self.name in COMMANDS:
            return getattr(self, self.name.replace("-", "_"))()
        raise Usage(f"Unknown command: {self.name}")


def shown(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    return value if isinstance(value, str) else ""


def failure_text(words):
    known = FAILURES.get(words[0])
    if not known:
        return (f"Error code: {words[0]}\n"
                f"Error parameters: {', '.join(words[1:])}")
    lines = [known[0]]
    for number, word in enumerate(words[1:], 1):
        name = known[number] if number < len(known) else "<extra>"
        lines.append(f"{name}: {word}")
    return "\n".join(lines)


def answer(body, call):
    """xe's status, and what it prints."""
    command = Command(call, body.decode("utf8", "surrogateescape"))
    try:
        said = command.run()
        return "0" if said is None else f"0{said}\n"
    except Usage as usage:
        return f"1{usage}\nFor usage run: 'xe help'\n"
    except Failure as failure:
        return f"1{failure_text(failure.words)}\n"
    finally:
        if command.session:
            call("session.logout", [command.session])
