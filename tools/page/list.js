// A list of documents, the newest first: filters, more as one scrolls, live, one or many chosen, and all of it by keyboard.
import { getPage, path, types } from "/office/api.js";
import { Component, Empty, Failure, html, useCallback, useEffect, useMemo, useRef, useState, Waiting } from "/office/kit.js";
import { useKeys } from "/office/keys.js";
import { live } from "/office/live.js";
import { t, tn } from "/office/words.js";

const page_rows = 100;
const refreshed_rows_most = 400;
const typing_ms = 200;
const settle_ms = 300;

// Rows of the list that `filters` choose; { rows: null } while the first are on their way.
export function useDocuments(filters) {
  const key = JSON.stringify(filters);
  const [state, set] = useState({ rows: null, next: null, problem: null });
  const turn = useRef(0);
  const now = useRef(state);
  now.current = state;
  const where = (more) => path(["v1", "documents"], { ...filters, ...more });
  const take = async (query, background, merge) => {
    const mine = ++turn.current;
    try {
      const answer = await getPage(where(query), background);
      if (mine === turn.current) set({ rows: merge(answer.data), next: answer.next ?? null, problem: null });
    } catch (problem) {
      if (!problem.title) throw problem;
      if (mine === turn.current) set({ ...now.current, problem });
    }
  };
  // What was shown is asked for once more, up to a bound; what lies behind that comes again as one scrolls.
  const refresh = useCallback((background) => {
    const shown = now.current.rows?.length ?? 0;
    return take({ limit: Math.max(page_rows, Math.min(shown, refreshed_rows_most)) }, background === true, (rows) => rows);
  }, [key]);
  const more = useCallback(() => {
    const { rows, next } = now.current;
    if (!next) return;
    const have = new Set(rows.map((d) => d.id));
    take({ limit: page_rows, cursor: next }, false, (found) => [...rows, ...found.filter((d) => !have.has(d.id))]);
  }, [key]);
  useEffect(() => {
    set({ rows: now.current.rows, next: null, problem: null });
    refresh();
    return () => turn.current++;
  }, [key]);
  useEffect(() => {
    let timer = 0;
    const end = live.listen((change) => {
      if (!change.id && change.kind !== "missed") return;
      clearTimeout(timer);
      timer = setTimeout(() => refresh(true), settle_ms);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [key]);
  return { ...state, refresh, more };
}

// A row that is the same as before is not drawn anew: there may be thousands.
class Row extends Component {
  shouldComponentUpdate(next) {
    return next.d !== this.props.d || next.chosen !== this.props.chosen;
  }
  render({ d, chosen, choose, look, label }) {
    return html`<li class="row ${look.classes(d)}">
      ${choose && html`<input type="checkbox" checked=${chosen} aria-label=${t("Choose {number}", { number: label(d) })} onClick=${(e) => choose(d, e.target.checked, e.shiftKey)} />`}
      <a href=${`#/document/${d.id}`} data-id=${d.id}>${look.cells(d)}</a>
    </li>`;
  }
}

// A word at the end of the list that loads what comes next when it is seen.
function More({ more }) {
  const ref = useRef();
  useEffect(() => {
    const seen = new IntersectionObserver((found) => found.some((f) => f.isIntersecting) && more(), { rootMargin: "600px" });
    seen.observe(ref.current);
    return () => seen.disconnect();
  }, [more]);
  return html`<p class="more"><button type="button" ref=${ref} onClick=${more}>${t("More")}</button></p>`;
}

export function Filters({ query, setQuery, scopes, children }) {
  const [text, setText] = useState(query.text ?? "");
  const [kinds, setKinds] = useState([]);
  const timer = useRef(0);
  useEffect(() => setText(query.text ?? ""), [query.text]);
  useEffect(() => {
    types().then(setKinds, () => setKinds([]));
    return () => clearTimeout(timer.current);
  }, []);
  const typed = (e) => {
    const value = e.target.value;
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery({ ...query, text: value.trim() }), typing_ms);
  };
  return html`<form class="filters" role="search" onSubmit=${(e) => e.preventDefault()}>
    ${scopes && html`<div class="scopes" role="group" aria-label=${t("What is shown")}>
      ${scopes.map((s) => html`<button type="button" aria-pressed=${(query.scope ?? "") === s.scope ? "true" : "false"} onClick=${() => setQuery({ ...query, scope: s.scope })}>${s.label}</button>`)}
    </div>`}
    <label class="grow"><span class="hidden">${t("Search")}</span>
      <input type="search" id="search" placeholder=${t("Search: number, subject, sender; tone marks are not needed")} value=${text} onInput=${typed} /></label>
    <label><span>${t("Type")}</span>
      <select value=${query.type ?? ""} onChange=${(e) => setQuery({ ...query, type: e.target.value })}>
        <option value="">${t("all types")}</option>
        ${kinds.map((k) => html`<option value=${k.word}>${k.name}</option>`)}
      </select></label>
    <label><span>${t("From the day")}</span>
      <input type="date" value=${query.since ?? ""} onChange=${(e) => setQuery({ ...query, since: e.target.value })} /></label>
    ${children}
  </form>`;
}

const focused = () => document.activeElement?.closest?.(".row")?.querySelector("a");

function step(by) {
  const links = [...document.querySelectorAll(".rows a[data-id]")];
  const at = links.indexOf(focused());
  const to = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

// `look`: { classes(d), cells(d) }; `acts`: [{ key, name }], of those that are chosen or has the focus; `begin(name, documents)`.
export function Documents({ found, look, label, acts, begin, empty, caption }) {
  const { rows, next, problem, refresh, more } = found;
  const [chosen, setChosen] = useState(() => new Set());
  const last = useRef(null);
  const shown = useMemo(() => new Set((rows ?? []).map((d) => d.id)), [rows]);
  const list = (rows ?? []).filter((d) => chosen.has(d.id));
  const target = () => (list.length > 0 ? list : (rows ?? []).filter((d) => d.id === focused()?.dataset.id));
  const choose = (d, yes, through) => {
    const from = through && last.current ? rows.findIndex((r) => r.id === last.current) : -1;
    const to = rows.findIndex((r) => r.id === d.id);
    const which = from < 0 ? [d] : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
    last.current = d.id;
    setChosen((now) => {
      const then = new Set([...now].filter((id) => shown.has(id)));
      for (const r of which) yes ? then.add(r.id) : then.delete(r.id);
      return then;
    });
  };
  const toggle = () => {
    const d = (rows ?? []).find((r) => r.id === focused()?.dataset.id);
    if (d) choose(d, !chosen.has(d.id));
  };
  // What has been done is not chosen any more.
  const act = (name, documents) => begin(name, documents, () => setChosen(new Set()));
  const all = rows?.length > 0 && list.length === rows.length;
  useKeys([
    { key: "/", what: t("Search"), run: () => document.getElementById("search")?.focus() },
    { key: "j", what: t("Next document"), run: () => step(1) },
    { key: "k", what: t("Document before"), run: () => step(-1) },
    { key: "Enter", what: t("Open it"), run: () => focused()?.click(), unless: () => document.activeElement !== document.body },
    ...(acts ? [{ key: "x", what: t("Choose it"), run: toggle }] : []),
    ...(acts ?? []).map((a) => ({ key: a.key, what: a.label, run: () => act(a.name, target()) })),
  ]);
  return html`
    ${problem && html`<${Failure} problem=${problem} again=${refresh} />`}
    ${acts && rows?.length > 0 && html`<div class="chosen" role="group" aria-label=${t("With what is chosen")}>
      <label class="check"><input type="checkbox" checked=${all} onChange=${() => setChosen(all ? new Set() : new Set(shown))} /> ${list.length > 0 ? tn("{n} chosen", "{n} chosen", list.length) : t("Choose all")}</label>
      ${list.length > 0 && acts.map((a) => html`<button type="button" class=${a.main ? "main" : ""} onClick=${() => act(a.name, list)}>${a.label}</button>`)}
    </div>`}
    ${rows === null && !problem ? html`<${Waiting} />` : null}
    ${rows?.length === 0 ? html`<${Empty}>${empty}</${Empty}>` : null}
    ${rows?.length > 0 ? html`<ul class="rows" aria-label=${caption}>
      ${rows.map((d) => html`<${Row} key=${d.id} d=${d} chosen=${chosen.has(d.id)} choose=${acts && choose} look=${look} label=${label} />`)}
    </ul>` : null}
    ${next && html`<${More} more=${more} />`}`;
}
