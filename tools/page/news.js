// What the page says by itself: what was done (with what takes it back, where the rules have that), what was not, and what arrived.
import { state } from "/office/api.js";
import { html, makeSource, useEffect, useState } from "/office/kit.js";
import { t } from "/office/words.js";

const shown_ms = 8000;
const source = makeSource();

// {text, kind: "done" | "wrong" | "news", undo: {label, run}, href}
export const say = (what) => source.tell(what);
export const sayProblem = (problem, lead) =>
  say({
    kind: "wrong",
    text: [lead, problem.title, problem.detail !== problem.title ? problem.detail : ""].filter(Boolean).join(" – "),
    help: problem.unanswered ? t("It is not known whether it was done. Doing it again is safe.") : problem.help,
  });

let number = 0;

// What one account was told is not for who signs in next.
export function News({ account }) {
  const [all, set] = useState([]);
  const without = (id) => set((now) => now.filter((n) => n.id !== id));
  useEffect(
    () =>
      source.listen((what) => {
        const one = { ...what, id: ++number, account: state.session?.name };
        set((now) => [...now.filter((n) => n.kind === "wrong" || n.kind !== one.kind), one].slice(-4));
        // What can be taken back, and what went wrong, stays until it is read.
        if (one.kind !== "wrong" && !one.undo) setTimeout(() => without(one.id), shown_ms);
      }),
    [],
  );
  const item = (n) => html`<li key=${n.id} class="news ${n.kind}">
    <span>${n.text}${n.help ? html`<br /><span class="quiet">${n.help}</span>` : null}</span>
    ${n.href ? html`<a href=${n.href} onClick=${() => without(n.id)}>${t("Show")}</a>` : null}
    ${n.undo
      ? html`<button
          type="button"
          onClick=${() => {
            without(n.id);
            n.undo.run();
          }}
        >
          ${n.undo.label}
        </button>`
      : null}
    <button type="button" class="plain" aria-label=${t("Close this message")} onClick=${() => without(n.id)}>×</button>
  </li>`;
  const own = all.filter((n) => n.account === account);
  const wrong = own.filter((n) => n.kind === "wrong");
  const rest = own.filter((n) => n.kind !== "wrong");
  return html`<div class="newsboard">
    <div role="alert" aria-label=${t("What was not done")}><ul>${wrong.map(item)}</ul></div>
    <div role="status" aria-live="polite" aria-label=${t("News")}><ul>${rest.map(item)}</ul></div>
  </div>`;
}
