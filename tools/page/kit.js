// What every view is made of: preact with its templates (text is text in them, never HTML), and small pieces that several views share.
import { h, render, Component } from "/office/preact.mjs";
import { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback } from "/office/hooks.mjs";
import htm from "/office/htm.mjs";
import { t } from "/office/words.js";

const html = htm.bind(h);
export { html, render, Component, useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback };

// Draws its component anew whenever `source` says that something has changed.
export function useSource(source) {
  const [, draw] = useState(0);
  useEffect(() => source.listen(() => draw((n) => n + 1)), [source]);
}

// Who listens is told of each change; listen() gives what ends it.
export function makeSource() {
  const all = new Set();
  return {
    listen(f) {
      all.add(f);
      return () => all.delete(f);
    },
    tell(what) {
      for (const f of [...all]) f(what);
    },
  };
}

// The heading of a view takes the focus when the view comes, so that a screen reader says where one is.
export function Heading({ children, aside }) {
  const ref = useRef();
  useEffect(() => {
    document.title = `${ref.current.textContent} – ${t("Office")}`;
    if (!document.querySelector("dialog[open]")) ref.current.focus({ preventScroll: true });
  }, []);
  return html`<header class="heading">
    <h1 tabindex="-1" ref=${ref}>${children}</h1>
    ${aside}
  </header>`;
}

// A dialog of the browser's own: it keeps the focus, Escape closes it, and the focus goes back to where it was.
export function Dialog({ title, onClose, children, wide }) {
  const ref = useRef();
  useLayoutEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
    return () => {
      dialog.close();
      before?.focus?.();
    };
  }, []);
  return html`<dialog
    ref=${ref}
    class=${wide ? "wide" : ""}
    aria-labelledby="dialog-title"
    onCancel=${(e) => {
      e.preventDefault();
      onClose();
    }}
  >
    <h2 id="dialog-title">${title}</h2>
    ${children}
  </dialog>`;
}

let ids = 0;
export const useId = (name) => useMemo(() => `${name}-${++ids}`, []);

// A field with its label, what helps, and what is wrong with it.
export function Field({ label, help, wrong, children, optional }) {
  const id = useId("field");
  const said = [help ? `${id}-help` : "", wrong ? `${id}-wrong` : ""].join(" ").trim() || undefined;
  return html`<div class=${wrong ? "field wrong" : "field"}>
    <label for=${id}>${label}${optional ? html`<span class="quiet"> ${t("(optional)")}</span>` : null}</label>
    ${children({ id, "aria-describedby": said, "aria-invalid": wrong ? "true" : undefined })}
    ${help ? html`<p class="help" id="${id}-help">${help}</p>` : null}
    ${wrong ? html`<p class="error" id="${id}-wrong">${wrong}</p>` : null}
  </div>`;
}

export const Waiting = ({ what }) => html`<p class="waiting" role="status">${what ?? t("Loading…")}</p>`;

export function Failure({ problem, again }) {
  return html`<div class="failure" role="alert">
    <p><strong>${problem.title}</strong>${problem.detail && problem.detail !== problem.title ? html`<br />${problem.detail}` : null}</p>
    ${problem.help ? html`<p>${problem.help}</p>` : null}
    ${again ? html`<button type="button" onClick=${again}>${t("Try again")}</button>` : null}
  </div>`;
}

export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;

// What an asking function gives: { value, problem, again }. Asked anew when `keys` change; the old value stays until the new one is there.
export function useAsked(ask, keys) {
  const [state, set] = useState({ value: null, problem: null });
  const turn = useRef(0);
  const again = useCallback(
    async (background) => {
      const mine = ++turn.current;
      try {
        const value = await ask(background === true);
        if (mine === turn.current) set({ value, problem: null });
      } catch (problem) {
        if (!problem.title) throw problem;
        if (mine === turn.current) set((old) => ({ value: background === true ? old.value : null, problem }));
      }
    },
    keys,
  );
  useEffect(() => {
    again();
    return () => turn.current++;
  }, keys);
  return { ...state, again };
}
