#!/usr/bin/env python3
"""Every operation that vanthu-gateway describes is asked.   http_table.py GATEWAY VANTHU URL FOLDER

FOLDER has a token a scope, in files of their names. Without a token 401, with one of another scope 403,
with an unknown field, a doubled one or without a wanted one 400 and its name; and each field of a row of
the command line is an option of that command. Prints what was otherwise; exit 1 then."""
import http.client
import json
import os
import re
import subprocess
import sys

GATEWAY, VANTHU, URL, FOLDER = sys.argv[1:5]
HOST = URL.removeprefix("http://")
SCOPES = ("office", "operate", "read", "send", "receive", "work")
TOKENS = {scope: open(os.path.join(FOLDER, scope)).read().strip() for scope in SCOPES}
WORDS = {"id": "018f0000-0000-7000-8000-000000000000", "part": "1", "book": "in"}
connection = http.client.HTTPConnection(HOST, timeout=120)
failures = 0


def fail(text):
    global failures
    failures += 1
    print("not as it should be: " + text)


def ask(method, path, token=None, body=None, kind="application/json"):
    headers = {"Authorization": "Bearer " + token} if token else {}
    if body is not None:
        headers["Content-Type"] = kind
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, {}


def form(fields):
    text = "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n\r\n%s\r\n--b\r\nContent-Disposition: form-data; " \
           "name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n"
    return (text % json.dumps(fields)).encode()


def parcel(fields):
    parts = "".join("--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n" % item for item in fields.items())
    return (parts + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n").encode()


class Operation:
    def __init__(self, path, method, row):
        self.method, self.row, self.name = method.upper(), row, row["operationId"]
        self.path = re.sub(r"\{(\w+)\}", lambda m: WORDS.get(m.group(1), "x"), path)
        content = row.get("requestBody", {}).get("content", {})
        self.form, self.changes = "multipart/form-data" in content, bool(content)
        if self.changes:
            schema = next(iter(content.values()))["schema"]
            self.parcel = self.form and "meta" not in schema["properties"]  # a part for each field
            schema = schema["properties"]["meta"] if self.form and not self.parcel else schema
            self.fields, self.wanted = dict(schema["properties"]), [] if self.parcel else schema.get("required", [])
        else:
            query = [p for p in row["parameters"] if p.get("in") == "query"]
            self.fields = {p["name"]: p["schema"] for p in query}
            self.wanted = [p["name"] for p in query if p["required"]]

    def ask(self, token, fields):
        if self.form:
            return ask(self.method, self.path, token, (parcel if self.parcel else form)(fields), "multipart/form-data; boundary=b")
        if self.changes:
            return ask(self.method, self.path, token, json.dumps(fields))
        query = "&".join("%s=%s" % item for item in fields.items())
        return ask(self.method, self.path + ("?" + query if query else ""), token)

    def expect(self, what, token, fields, status, code=None, field=None):
        got, problem = self.ask(token, fields)
        if got != status or (code and problem.get("code") != code) or (field and problem.get("field") != field):
            fail("%s %s: %s %s, not %s %s" % (self.name, what, got, problem, status, field))


def is_of_session(o):  # tests/system/session.bats has these
    return "session" in o.row["tags"]


def check_rights(o):
    if is_of_session(o):
        for token in [None, *TOKENS.values()]:
            got, problem = o.ask(token, {n: "x" for n in o.wanted})
            if got != 401:
                fail("%s without a session: %s %s" % (o.name, got, problem))
        return
    if o.row.get("security") == [] or {} in o.row.get("security", []):
        if o.ask(None, {})[0] != 200:
            fail("%s needs a token" % o.name)
        return
    o.expect("without a token", None, {}, 401, "VT-6060")
    o.expect("with a false one", "vt_" + "A" * 43, {}, 401)
    allowed = re.findall(r"\w+", o.row["description"].removeprefix("Scope:").replace(" or ", " "))
    for scope in SCOPES:
        if scope not in allowed:
            o.expect("with scope " + scope, TOKENS[scope], {}, 403)
    if o.changes and "read" in allowed:
        fail("%s changes something, and scope read may" % o.name)


def check_fields(o):
    allowed = re.findall(r"\w+", o.row["description"].removeprefix("Scope:").replace(" or ", " "))
    token = next((TOKENS[scope] for scope in SCOPES if scope in allowed), None)
    if o.form and o.parcel:  # others' programs send more parts than are asked for
        got, problem = ask(o.method, o.path + "?nothing=1", token, parcel({}), "multipart/form-data; boundary=b")
        if got != 400 or problem.get("field") != "nothing":
            fail("%s with an unknown word: %s %s" % (o.name, got, problem))
        return
    o.expect("with an unknown field", token, {"nothing": 1}, 400, "VT-6008", "nothing")
    for name in o.wanted:
        fields = {n: "KH" for n in o.wanted if n != name}
        if not any(n in ("direction",) for n in fields):
            o.expect("without " + name, token, fields, 400, "VT-6008")
    if o.changes and not o.form and not o.wanted:
        got, problem = ask(o.method, o.path + "?dry_run=1&dry_run=1", token, "{}")
        if got != 400:
            fail("%s: dry_run twice is %s %s" % (o.name, got, problem))


def check_options(o):
    words = o.row["x-command"].split()
    text = subprocess.run([VANTHU, "help", words[0]], capture_output=True, text=True, check=True).stdout
    options = {}
    for line in re.split(r"\n  (?=--)", text.split("\nOptions:\n")[-1].replace("\n" + " " * 25, " ").join(["\n", ""])):
        for name in re.findall(r"^\s*(?:-\w, )?--([a-z-]+)", line):
            options[name] = line
    for name in o.fields:
        option = name.replace("_", "-")
        if option == "dry-run" or "[%s" % name.upper() in text or name.upper() in text.split("Options:")[0] or name in ("direction", "done_of_all"):
            continue
        if option not in options:
            fail("%s: `vanthu %s` has no --%s" % (o.name, words[0], option))


operations = []
described = json.loads(subprocess.run([GATEWAY, "--openapi"], capture_output=True, check=True).stdout)
for path, methods in described["paths"].items():
    operations += [Operation(path, method, row) for method, row in methods.items()]
if ask("GET", "/v1/openapi.json")[1] != described:
    fail("what is served is another description")
for o in operations:
    check_rights(o)
    if not is_of_session(o):
        check_fields(o)
    if "x-command" in o.row:
        check_options(o)
print("%d operations, %d failures" % (len(operations), failures))
sys.exit(1 if failures or len(operations) < 40 else 0)
