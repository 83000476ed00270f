# SPDX-License-Identifier: LGPL-2.1-only
"""xapi's XML-RPC and JSON, as ocaml-rpc writes and reads them."""

import json
import xmlrpc.client


class Failure(Exception):
    """xapi's error: a code and its parameters, all strings."""

    def __init__(self, *words):
        super().__init__(*words)
        self.words = [str(word) for word in words]


def escape(text):
    return (text.replace("&", "&amp;").replace("<", "&lt;")
            .replace(">", "&gt;").replace('"', "&quot;"))


def xml_value(value):
    """ocaml-rpc's xmlrpc.ml: strings have no type, and the names of members are
    written as they are."""
    if isinstance(value, bool):
        return f"<value><boolean>{int(value)}</boolean></value>"
    if isinstance(value, int):
        return f"<value><int>{value}</int></value>"
    if isinstance(value, float):
        return f"<value><double>{value}</double></value>"
    if isinstance(value, dict):
        members = "".join(f"<member><name>{key}</name>"
                          f"{xml_member(key, item)}</member>"
                          for key, item in value.items())
        return f"<value><struct>{members}</struct></value>" if members \
            else "<value><struct/></value>"
    if isinstance(value, (list, tuple)):
        items = "".join(map(xml_value, value))
        return f"<value><array><data>{items}</data></array></value>" if items \
            else "<value><array><data/></array></value>"
    if value is None:
        return "<value><nil/></value>"
    return f"<value>{escape(value)}</value>" if value else "<value/>"


def xml_member(key, value):
    """Times are of a type of their own."""
    if key == "snapshot_time":
        return (f"<value><dateTime.iso8601>{value}</dateTime.iso8601>"
                "</value>")
    return xml_value(value)


def xml_call(method, params):
    inner = "".join(f"<param>{xml_value(item)}</param>" for item in params)
    return (f"<methodCall><methodName>{escape(method)}</methodName>"
            f"<params>{inner}</params></methodCall>")


def xml_response(value):
    return (f"<?xml version=\"1.0\"?><methodResponse><params><param>"
            f"{xml_value(value)}</param></params></methodResponse>")


def xml_is_readable(text):
    """Whether a reader of XML takes it: foreign text may have broken it."""
    try:
        xmlrpc.client.loads(text.encode())
        return "\ufffe" not in text and "\uffff" not in text
    except Exception:  # whatever the parser thinks of it
        return False


def answer_xml(body, call):
    try:
        params, method = xmlrpc.client.loads(body)
        answer = {"Status": "Success", "Value": call(method, list(params))}
    except Failure as failure:
        answer = {"Status": "Failure", "ErrorDescription": failure.words}
    return xml_response(answer)


def answer_json(body, call):
    asked = json.loads(body)
    second = asked.get("jsonrpc") == "2.0"
    answer = {"jsonrpc": "2.0"} if second else {}
    try:
        answer["result"] = call(asked["method"], asked.get("params", []))
        if not second:
            answer["error"] = None
    except Failure as failure:
        if second:
            answer["error"] = {"code": 1, "message": failure.words[0],
                               "data": failure.words[1:]}
        else:
            answer.update(result=None, error=failure.words)
    answer["id"] = asked.get("id", 0)
    return json.dumps(answer, ensure_ascii=False)
