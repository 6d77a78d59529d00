// The keyboard: a view says which keys it has, and `?` shows them all. Single letters can be switched off (WCAG 2.2, 2.1.4).
import { Dialog, html, useEffect, useState } from "/office/kit.js";
import { t } from "/office/words.js";

const kept = "vanthu.keys";
const views = []; // the innermost last; each a list of { key, what, run }

const isOff = () => {
  try {
    return localStorage.getItem(kept) === "off";
  } catch {
    return false;
  }
};

const isWriting = (at) => at.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

export function useKeys(keys) {
  useEffect(() => {
    views.push(keys);
    return () => views.splice(views.indexOf(keys), 1);
  });
}

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (isWriting(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (isOff()) return;
  for (const keys of [...views].reverse()) {
    const found = keys.find((k) => k.key === event.key && !k.unless?.());
    if (found) {
      event.preventDefault();
      found.run();
      return;
    }
  }
}
addEventListener("keydown", pressed);

export function KeysHelp({ onClose }) {
  const [off, set] = useState(isOff());
  const all = views.flat().filter((k, i, list) => list.findIndex((o) => o.key === k.key) === i);
  const toggle = () => {
    try {
      localStorage.setItem(kept, off ? "on" : "off");
    } catch {
      // holds until the page is closed
    }
    set(!off);
  };
  return html`<${Dialog} title=${t("Keys")} onClose=${onClose}>
    <table class="keys">
      <caption class="hidden">${t("Keys of this page")}</caption>
      <thead class="hidden">
        <tr><th scope="col">${t("Key")}</th><th scope="col">${t("What it does")}</th></tr>
      </thead>
      <tbody>
        ${all.map((k) => html`<tr><th scope="row"><kbd>${k.shown ?? k.key}</kbd></th><td>${k.what}</td></tr>`)}
        <tr><th scope="row"><kbd>Esc</kbd></th><td>${t("Leave a field, close a dialog")}</td></tr>
      </tbody>
    </table>
    <label class="check"><input type="checkbox" checked=${!off} onChange=${toggle} /> ${t("Single keys act")}</label>
    <p class="buttons"><button type="button" autofocus onClick=${onClose}>${t("Close")}</button></p>
  </${Dialog}>`;
}
