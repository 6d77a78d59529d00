#!/usr/bin/env python3
"""What vanthu-gateway shows of secret documents.   http_secret.py GATEWAY URL FOLDER ID NUMBER

FOLDER has tokens in files: `office` without the scope secret, `cleared` with it, and other scopes. ID and NUMBER
are of a secret document that is registered on paper. Every operation that the gateway describes has a row below;
one without fails, so whoever adds one says here what keeps secret documents out of its answer. Prints what was
otherwise; exit 1 then."""
import http.client
import json
import os
import re
import subprocess
import sys

GATEWAY, URL, FOLDER, ID, NUMBER = sys.argv[1:6]
TOKENS = {name: open(os.path.join(FOLDER, name)).read().strip() for name in os.listdir(FOLDER)}
connection = http.client.HTTPConnection(URL.removeprefix("http://"), timeout=120)
failures = 0

# How it is asked: a query of a GET, an object of a POST. Then, for who may see secret documents and who may not:
SHOWN = "shown"      # it is in the answer of the one, not in that of the other, who gets 200 as well
FOUND = "found"      # the one gets 200, the other 404 as if there were none
ACT = "act"          # the one hears that this is not done with paper (422 VT-1040), the other 404 as above
REFUSED = "refused"  # the one gets 200, the other 403 VT-2106
NEVER = "never"      # in nobody's answer, whatever the status
UNASKED = "unasked"  # shows no document that is registered: the reason is the second member
PAPER = {"direction": "in", "type": "CV", "number": "91-CV/Y", "subject": "x"}
ROWS = {
    "sendDocument": (UNASKED, "a secret one is refused to everybody: VT-2003, gateway.bats"),
    "listDocuments": (SHOWN, {"box": "all"}),
    "showDocument": (NEVER, {}),
    "readPart": (NEVER, {}),
    "listReceipts": (NEVER, {}),
    "traceDocument": (NEVER, {}),
    "readEvidence": (NEVER, {}),
    "verifyDocument": (NEVER, {}),
    "acceptDocument": (ACT, {}),
    "acceptAllValid": (NEVER, {"dry_run": True}),
    "returnDocument": (ACT, {"reason": "x"}),
    "assignDocument": (ACT, {"to": "Văn An"}),
    "startDocument": (ACT, {}),
    "finishDocument": (ACT, {"dry_run": True}),
    "recallDocument": (ACT, {"reason": "x"}),
    "agreeRecall": (ACT, {}),
    "declineRecall": (ACT, {"reason": "x"}),
    "remindOfDocument": (NEVER, {}),
    "listDue": (NEVER, {"all": 1}),
    "listPersons": (UNASKED, "names of the office"),
    "listDistributionLists": (UNASKED, "names of committees"),
    "showPolicy": (UNASKED, "rules"),
    "listChanges": (SHOWN, {"since": 0}),
    "followChanges": (UNASKED, "a stream: gateway.bats follows it"),
    "readRegister": (REFUSED, {"secret": 1}),
    "voidNumber": (REFUSED, {"number": "auto", "reason": "x", "secret": True, "dry_run": True}),
    "listPaper": (SHOWN, {}),
    "addPaper": (REFUSED, {"direction": "in", "type": "CV", "number": "92-CV/Y", "secrecy": "mat", "dry_run": True}),
    "showPaper": (FOUND, {}),
    "changePaper": (FOUND, {"reason": "x", "date": "2026-01-02", "dry_run": True}),
    "cancelPaper": (FOUND, {"reason": "x", "dry_run": True}),
    "showTarget": (UNASKED, "figures"),
    "cutTarget": (UNASKED, "figures"),
    "explainTarget": (NEVER, {"all": 1}),
    "simulateTarget": (UNASKED, "figures"),
    "listDeclared": (UNASKED, "figures"),
    "declareTarget": (UNASKED, "figures"),
    "reportTarget": (UNASKED, "figures"),
    "askTarget": (UNASKED, "figures"),
    "listCommittees": (UNASKED, "the directory"),
    "showCommittee": (UNASKED, "the directory"),
    "showStatus": (UNASKED, "figures"),
    "listLinks": (UNASKED, "links"),
    "showLink": (UNASKED, "links"),
    "pingLink": (UNASKED, "links"),
    "showQueues": (UNASKED, "figures"),
    "listQueue": (UNASKED, "what goes to neighbours: secret documents do not"),
    "resendDocument": (NEVER, {"to": "kia"}),
    "axisSend": (UNASKED, "a file that is handed in: the command that takes it sees no secret document"),
    "axisReceived": (NEVER, {}),
    "axisFetch": (NEVER, {}),
    "axisTell": (NEVER, {"docId": ID, "status": "done"}),
    "axisSent": (NEVER, {}),
    "listTypes": (UNASKED, "types"),
    "signIn": (UNASKED, "an account; no role of one has the scope secret"),
    "whoAmI": (UNASKED, "an account"),
    "signOut": (UNASKED, "an account"),
    "changePassword": (UNASKED, "an account"),
    "describe": (UNASKED, "itself"),
    "health": (UNASKED, "itself"),
    "readiness": (UNASKED, "itself"),
    "metrics": (UNASKED, "itself"),
}


def fail(text):
    global failures
    failures += 1
    print("not as it should be: " + text)


def ask(token, method, path, fields):
    headers, body = {"Authorization": "Bearer " + TOKENS[token]}, None
    if method == "GET" and fields:
        path += "?" + "&".join("%s=%s" % item for item in fields.items())
    elif method != "GET":
        headers["Content-Type"], body = "application/json", json.dumps(fields)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8", "replace")


def shows(text):
    """The request names it, and so may what is refused; nothing else may be there."""
    data = json.loads(text) if text.startswith("{") else {"data": text}
    if "code" in data:
        return bool(set(data) - {"type", "title", "status", "code", "detail", "fix", "field", "errorCode", "errorDesc"})
    return ID in text or NUMBER in text


def check(name, method, path):
    how, fields = ROWS[name]
    if how == UNASKED:
        return
    may, may_not = (ask(token, method, path, fields) for token in ("cleared", "office"))
    if shows(may_not[1]):
        fail("%s shows it: %s" % (name, may_not[1][:400]))
    if how == NEVER:
        if shows(may[1]):
            fail("%s shows it, and is said never to: %s" % (name, may[1][:400]))
        if may[0] != may_not[0]:
            fail("%s tells the two apart: %d, %d %s" % (name, may[0], may_not[0], may_not[1][:400]))
    elif how == ACT:
        if may[0] != 422 or json.loads(may[1])["code"] != "VT-1040" or may_not[0] != 404:
            fail("%s: %d, %d %s" % (name, may[0], may_not[0], may_not[1][:400]))
    elif may[0] != 200 or (how != REFUSED and not shows(may[1])):
        fail("%s does not show it to who may see it: %d %s" % (name, may[0], may[1][:400]))
    elif how == SHOWN and may_not[0] != 200 or how == FOUND and may_not[0] != 404 or \
            how == REFUSED and (may_not[0] != 403 or json.loads(may_not[1])["code"] != "VT-2106"):
        fail("%s is %d %s" % (name, may_not[0], may_not[1][:400]))
    for token in ("operate", "read", "send", "receive", "bound"):
        text = ask(token, method, path, fields)[1]
        if shows(text):
            fail("%s shows it to %s: %s" % (name, token, text[:400]))


described = json.loads(subprocess.run([GATEWAY, "--openapi"], capture_output=True, check=True).stdout)
asked = set()
for path, methods in described["paths"].items():
    for method, row in methods.items():
        name = row["operationId"]
        asked.add(name)
        if name not in ROWS:
            fail("%s has no row here: what does it show of secret documents?" % name)
            continue
        words = {"id": ID, "part": "1", "book": "in", "cut": "month"}
        check(name, method.upper(), re.sub(r"\{(\w+)\}", lambda m: words[m.group(1)], path))
for name in set(ROWS) - asked:
    fail("%s is no operation any more" % name)
print("%d operations, %d failures" % (len(asked), failures))
sys.exit(1 if failures else 0)
