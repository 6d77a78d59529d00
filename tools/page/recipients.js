// Who a document goes to: committees out of the tree, found without tone marks, and groups and lists of them.
import { html, useMemo, useState } from "/office/kit.js";
import { t, tn } from "/office/words.js";

const shown_most = 300;

export const fold = (text) =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/đ/gi, "d")
    .toLowerCase();

const groups = { superior: "the superior", subordinates: "all direct subordinates", subtree: "all below, at every level" };

export function nameOf(id, committees) {
  if (groups[id]) return t(groups[id]);
  return committees.find((c) => c.id === id)?.name ?? id;
}

// In the order of the tree, each with its depth.
function ordered(committees) {
  const below = new Map();
  for (const c of committees) below.set(c.superior, [...(below.get(c.superior) ?? []), c]);
  const ids = new Set(committees.map((c) => c.id));
  const out = [];
  const walk = (c, depth) => {
    out.push({ ...c, depth });
    for (const b of below.get(c.id) ?? []) if (out.length <= committees.length) walk(b, depth + 1);
  };
  for (const c of committees) if (!c.superior || !ids.has(c.superior)) walk(c, 0);
  return out;
}

export function Recipients({ own, committees, lists, value, onChange, wrong }) {
  const [text, setText] = useState("");
  const tree = useMemo(() => ordered(committees), [committees]);
  const mine = committees.find((c) => c.id === own);
  const words = fold(text).split(/\s+/).filter(Boolean);
  const fits = (c) => words.every((w) => fold(`${c.name} ${c.symbol ?? ""} ${c.id}`).includes(w));
  const found = tree.filter((c) => c.id !== own && !c.retired && fits(c));
  const toggle = (id) => onChange(value.includes(id) ? value.filter((v) => v !== id) : [...value, id]);
  const offered = [
    ...(mine?.superior ? ["superior"] : []),
    ...(committees.some((c) => c.superior === own && !c.retired) ? ["subordinates", "subtree"] : []),
    ...lists.map((l) => `@${l.name}`),
  ];
  return html`<fieldset class="recipients">
    <legend>${t("To")}</legend>
    <ul class="chips" aria-label=${t("Chosen recipients")}>
      ${value.map((id) => html`<li><span>${nameOf(id, committees)}</span><button type="button" class="plain" onClick=${() => toggle(id)} aria-label=${t("Take {name} out", { name: nameOf(id, committees) })}>×</button></li>`)}
      ${value.length === 0 && html`<li class="quiet">${t("nobody yet")}</li>`}
    </ul>
    ${wrong && html`<p class="error">${wrong}</p>`}
    ${offered.length > 0 && html`<div class="buttons" role="group" aria-label=${t("Groups and lists")}>
      ${offered.map((id) => html`<button type="button" aria-pressed=${value.includes(id) ? "true" : "false"} onClick=${() => toggle(id)}>${nameOf(id, committees)}</button>`)}
    </div>`}
    <label class="find"><span class="hidden">${t("Find a committee")}</span><input type="search" placeholder=${t("Find a committee, without tone marks")} value=${text} onInput=${(e) => setText(e.target.value)}
      onKeyDown=${(e) => {
        if (e.key !== "Enter") return;
        e.preventDefault();
        if (found.length === 1) toggle(found[0].id);
      }} /></label>
    <ul class="tree" aria-label=${t("Committees")}>
      ${found.slice(0, shown_most).map(
        (c) => html`<li class="depth-${words.length ? 0 : Math.min(c.depth, 5)}" key=${c.id}><label class="check"><input type="checkbox" checked=${value.includes(c.id)} onChange=${() => toggle(c.id)} />
          <span>${c.name} <span class="quiet">${c.symbol}</span></span></label></li>`,
      )}
      ${found.length === 0 && html`<li class="quiet">${t("No committee fits.")}</li>`}
    </ul>
    <p class="quiet" role="status">${words.length ? tn("{n} committee fits", "{n} committees fit", found.length) : found.length > shown_most ? t("The others show up as one searches.") : ""}</p>
  </fieldset>`;
}
