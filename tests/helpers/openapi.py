#!/usr/bin/python3
"""The description of the gateway's interface, looked at by a program that shares no code with it.

    openapi.py check OPENAPI.json               is it a whole OpenAPI 3.1 description?
    openapi.py answer OPENAPI.json OPERATION    does the JSON on standard input fit what it promises?
    openapi.py errors INTEGRATION.md ROOT       is the table of errors that of problem.c and err.h?

Prints what is wrong and exits 1."""
import json
import re
import sys

found = []
METHODS = {"get", "post", "put", "delete", "patch"}
WORDS = {"type", "description", "required", "properties", "items", "enum", "const", "pattern", "format", "minimum", "maximum", "minLength", "maxLength",
         "minItems", "oneOf", "allOf", "additionalProperties", "$ref"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def wrong(where, what):
    found.append(f"{where}: {what}")


def at(root, ref):
    thing = root
    for word in ref.removeprefix("#/").split("/"):
        if word not in thing:
            return None
        thing = thing[word]
    return thing


def references(root, thing, where):
    """Each $ref leads somewhere."""
    if isinstance(thing, dict):
        if "$ref" in thing and at(root, thing["$ref"]) is None:
            wrong(where, f'nothing at {thing["$ref"]}')
        for k, v in thing.items():
            references(root, v, f"{where}/{k}")
    elif isinstance(thing, list):
        for i, v in enumerate(thing):
            references(root, v, f"{where}/{i}")


def schema(s, where):
    for word in set(s) - WORDS:
        wrong(where, f"no word of a schema: {word}")
    for name in s.get("required", []):
        if name not in s.get("properties", {}):
            wrong(where, f"required, and not described: {name}")
    for kind in s["type"] if isinstance(s.get("type"), list) else [s["type"]] if "type" in s else []:
        if kind not in TYPES and kind not in ("integer", "number"):
            wrong(where, f"no type: {kind}")
    for name, inner in s.get("properties", {}).items():
        schema(inner, f"{where}/{name}")
    if isinstance(s.get("items"), dict):
        schema(s["items"], where + "/items")
    for inner in s.get("oneOf", []) + s.get("allOf", []):
        schema(inner, where)


def check(root):
    names = set()
    references(root, root, "#")
    if not root["openapi"].startswith("3.1.") or not {"title", "version"} <= set(root["info"]):
        wrong("#", "no head of OpenAPI 3.1")
    for path, methods in root["paths"].items():
        if not path.startswith("/") or set(methods) - METHODS:
            wrong(path, "no path with methods")
        for method, o in methods.items():
            where = f"{method} {path}"
            if o["operationId"] in names:
                wrong(where, f'{o["operationId"]} is there twice')
            names.add(o["operationId"])
            given = [at(root, p["$ref"]) if "$ref" in p else p for p in o["parameters"]]
            if {p["name"] for p in given if p["in"] == "path"} != set(re.findall(r"{(\w+)}", path)):
                wrong(where, "its path has other parameters than are declared")
            if len({(p["in"], p["name"]) for p in given}) != len(given):
                wrong(where, "a parameter is declared twice")
            for p in given:
                schema(p["schema"], where)
            if method == "get" and "requestBody" in o:
                wrong(where, "a body with GET")
            answers = {status: at(root, r["$ref"]) if "$ref" in r else r for status, r in o["responses"].items()}
            contents = [c for status, r in answers.items() if status != "304" for c in r["content"].values()]
            for c in contents + list(o.get("requestBody", {}).get("content", {}).values()):
                schema(c["schema"], where)
            for r in o["responses"].values():
                if "$ref" not in r and not r.get("description"):
                    wrong(where, "an answer without a description")
    for name, s in root["components"]["schemas"].items():
        schema(s, name)
    print(f"{len(root['paths'])} paths, {len(names)} operations")


def is_a(value, kind):
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, (int, float)) if kind == "number" else isinstance(value, TYPES[kind])


def fits(root, value, s, where):
    """What does not fit; of oneOf, at least one must."""
    out = []
    if "$ref" in s:
        return fits(root, value, at(root, s["$ref"]), where)
    kinds = s.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(is_a(value, k) for k in kinds):
        return [f"{where}: {value!r} is no {kinds}"]
    if "const" in s and value != s["const"] or "enum" in s and value not in s["enum"]:
        out.append(f"{where}: {value!r}")
    if isinstance(value, str) and "pattern" in s and not re.search(s["pattern"], value):
        out.append(f"{where}: {value!r} is not {s['pattern']}")
    if isinstance(value, dict):
        out += [f"{where}: {n} is missing" for n in s.get("required", []) if n not in value]
        for n, inner in s.get("properties", {}).items():
            if n in value:
                out += fits(root, value[n], inner, f"{where}.{n}")
    if isinstance(value, list) and "items" in s:
        for i, v in enumerate(value):
            out += fits(root, v, s["items"], f"{where}[{i}]")
    for inner in s.get("allOf", []):
        out += fits(root, value, inner, where)
    if "oneOf" in s and all(fits(root, value, inner, where) for inner in s["oneOf"]):
        out += fits(root, value, s["oneOf"][0], where)
    return out


def answer(root, operation, value):
    for methods in root["paths"].values():
        for o in methods.values():
            if o["operationId"] == operation:
                kinds = next(iter(o["responses"].values()))["content"]
                found.extend(fits(root, value, kinds["application/json"]["schema"], operation))
                return
    wrong(operation, "there is no such operation")


def errors(page, folder):
    numbers = dict(re.findall(r"(ERR_\w+) = (\d+)", open(f"{folder}/routing/base/err.h").read()))
    rows = re.findall(r"\{ (ERR_\w+), (\d+) \}", open(f"{folder}/tools/gateway/problem.c").read())
    true = {(status, "VT-" + numbers[name]) for name, status in rows if name != "ERR_OK"}
    later = {status for status in ("408", "429", "500", "503", "504", "507")}
    said = set()
    for status, codes, again in re.findall(r"^\| (\d{3}) \| (VT-[^|]*) \| ([^|]*) \|", open(page, encoding="utf-8").read(), re.M):
        said |= {(status, code) for code in re.findall(r"VT-\d+", codes)} if status != "410" or "VT-2041" in codes else set()
        if status != "401" and (again.strip() in ("again", "hỏi lại")) != (status in later):
            wrong(page, f"{status}: {again}")
    for status, code in sorted(true ^ said):
        wrong(page, f"{status} {code} is only in the {'program' if (status, code) in true else 'table'}")
    print(f"{len(true)} codes")


def main(verb, file, *rest):
    if verb == "errors":
        errors(file, rest[0])
        return
    with open(file, encoding="utf-8") as f:
        root = json.load(f)
    if verb == "check":
        check(root)
    else:
        answer(root, rest[0], json.load(sys.stdin))


main(*sys.argv[1:])
for line in found:
    print(line)
sys.exit(1 if found else 0)
