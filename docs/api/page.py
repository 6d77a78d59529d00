#!/usr/bin/env python3
"""The reference page of the gateway's interface, from its description.   page.py ../openapi.json >index.html

One file, without a script and without anything from elsewhere, so that it can be read where there is no network."""
import html
import json
import sys

STYLE = """
:root { color-scheme: light dark; --line: #8a8a8a; --soft: #8882 }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem }
@media (min-width: 60rem) { body { display: grid; grid-template-columns: 17rem 1fr; gap: 0 2rem } header { grid-column: 1 / 3 }
  nav { position: sticky; top: 0; max-height: 100vh; overflow: auto; align-self: start } }
nav a { overflow-wrap: anywhere }
nav ul { list-style: none; padding-left: 0; margin: 0 0 1rem } nav h2 { font-size: 1rem; margin: .5rem 0 0 }
main { min-width: 0 } tbody th { white-space: nowrap } a { color: inherit } code { font-size: .9em; overflow-wrap: anywhere }
section { border-top: 1px solid var(--line); padding: .5rem 0 }
h3 { font-size: 1.05rem; margin: .5rem 0 } h3 b { display: inline-block; min-width: 3.5em }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
caption { text-align: left; font-weight: 600 } th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top }
thead th { background: var(--soft) } .must { font-weight: 600 }
@media print { nav { display: none } section { break-inside: avoid-page } }
""".strip()

TAGS = {"documents": "Documents", "office": "What an office does", "changes": "What has changed", "books": "Registers and paper",
        "figures": "Figures", "operation": "Committees and operation", "axis": "As an axis of the State",
        "session": "Signed in at the office's page",
        "gateway": "The gateway itself"}


def e(text):
    return html.escape(str(text))


def anchor(name):
    return f'<a href="#{e(name)}"><code>{e(name)}</code></a>'


def shape(schema):
    """A schema in a few words."""
    if not schema:
        return "any"
    if "$ref" in schema:
        return anchor(schema["$ref"].rsplit("/", 1)[1])
    if "const" in schema:
        return f'<code>{e(json.dumps(schema["const"]))}</code>'
    if "enum" in schema:
        return " | ".join(f"<code>{e(v)}</code>" for v in schema["enum"])
    for word, join in (("oneOf", " or "), ("allOf", " with ")):
        if word in schema:
            return join.join(shape(s) for s in schema[word])
    kind = schema.get("type", "any")
    if kind == "array":
        return "list of " + shape(schema.get("items"))
    if kind == "object" and schema.get("properties"):
        return "{ " + ", ".join(f"<code>{e(k)}</code>" for k in schema["properties"]) + " }"
    words = " or ".join(kind) if isinstance(kind, list) else kind
    return e(words + (f' ({schema["format"]})' if "format" in schema else ""))


def table(caption, rows):
    """Rows of (name, required, shape, help)."""
    if not rows:
        return ""
    lines = "".join(
        f'<tr><th scope="row"><code>{e(name)}</code></th><td>{what}</td><td>{"<span class=must>must be given</span>. " if must else ""}{e(text)}</td></tr>'
        for name, must, what, text in rows)
    return (f"<table><caption>{e(caption)}</caption><thead><tr><th scope=col>Name</th><th scope=col>Is</th><th scope=col>Meaning</th></tr></thead>"
            f"<tbody>{lines}</tbody></table>")


def members(schema):
    must = schema.get("required", [])
    return [(k, k in must, shape(v), v.get("description", "")) for k, v in schema.get("properties", {}).items()]


def resolve(root, thing):
    while "$ref" in thing:
        at = root
        for word in thing["$ref"].lstrip("#/").split("/"):
            at = at[word]
        thing = at
    return thing


def answers(operation):
    out = []
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            data = content["schema"].get("properties", {}).get("data", content["schema"])
            beside = [f"<code>{e(k)}</code>" for k in content["schema"].get("properties", {}) if k not in ("v", "data")]
            also = f", beside it {', '.join(beside)}" if beside else ""
            out.append(f'<li>{e(status)}: <code>{e(kind)}</code>{"" if data == {} else ", data: " + shape(data)}{also} – {e(answer["description"])}</li>')
    return f"<ul>{''.join(out)}</ul><p>Everything else: {anchor('Problem')}.</p>"


def operation_section(root, path, method, o):
    parameters = [resolve(root, p) for p in o["parameters"]]
    out = [f'<section id="{e(o["operationId"])}"><h3><b>{e(method.upper())}</b> <code>{e(path)}</code></h3>',
           f'<p>{e(o["summary"])}</p><p>{e(o["description"])} <code>{e(o["operationId"])}</code></p>']
    for where, caption in (("path", "In the path"), ("query", "In the query"), ("header", "Headers")):
        out.append(table(caption, [(p["name"], p.get("required"), shape(p["schema"]), p.get("description", ""))
                                   for p in parameters if p["in"] == where]))
    for kind, content in o.get("requestBody", {}).get("content", {}).items():
        schema = content["schema"]
        if kind == "multipart/form-data" and "meta" in schema["properties"]:
            out.append(table("multipart/form-data", [("meta", True, "application/json", "comes first; its members are below"),
                                                     ("file", True, "binary", schema["properties"]["file"]["description"])]))
            schema = schema["properties"]["meta"]
            kind = "members of meta"
        out.append(table(kind, members(schema)))
    return "".join(out) + answers(o) + "</section>"


def schema_section(name, schema):
    text = f'<p>{e(schema.get("description", ""))}</p>'
    for part in schema.get("allOf", [schema]):
        text += f"<p>all of {shape(part)}</p>" if "$ref" in part else table("members", members(part))
    return f'<section id="{e(name)}"><h3><code>{e(name)}</code></h3>{text}</section>'


def page(root):
    groups = {}
    for path, methods in root["paths"].items():
        for method, o in methods.items():
            groups.setdefault(o["tags"][0], []).append((path, method, o))
    menu = body = ""
    for tag, title in TAGS.items():
        items = groups.pop(tag, [])
        menu += f'<h2>{e(title)}</h2><ul>' + "".join(
            f'<li><a href="#{e(o["operationId"])}">{e(m.upper())} {e(p)}</a></li>' for p, m, o in items) + "</ul>"
        body += f"<h2>{e(title)}</h2>" + "".join(operation_section(root, p, m, o) for p, m, o in items)
    assert not groups, f"no title for {groups.keys()}"
    schemas = root["components"]["schemas"]
    menu += "<h2>Shapes</h2><ul>" + "".join(f"<li>{anchor(n)}</li>" for n in schemas) + "</ul>"
    body += "<h2>Shapes</h2>" + "".join(schema_section(n, s) for n, s in schemas.items())
    info = root["info"]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{e(info["title"])} {e(info["version"])}</title>
<style>
{STYLE}
</style>
</head>
<body>
<header><h1>{e(info["title"])} {e(info["version"])}</h1>
<p>{e(info["summary"])} Answers are <code>{{"v": 1, "data": …}}</code>; errors are problem details. Made from openapi.json.</p></header>
<nav aria-label="Contents">{menu}</nav>
<main>
{body}
</main>
</body>
</html>
"""


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as f:
        sys.stdout.write(page(json.load(f)))
