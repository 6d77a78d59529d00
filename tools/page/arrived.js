// What arrived: new, urgent and overdue stand out; what is chosen is accepted, returned or assigned.
import { has, post, state } from "/office/api.js";
import { labelOf, useActs } from "/office/acts.js";
import { Dialog, Heading, html, useState } from "/office/kit.js";
import { Documents, Filters, useDocuments } from "/office/list.js";
import { say, sayProblem } from "/office/news.js";
import { askedText, Deadline, isAsked, isLate, isNew, isUrgent, numberOf, Urgent, workOf } from "/office/status.js";
import { lately, t, tn } from "/office/words.js";

const look = {
  classes: (d) => [isNew(d) ? "new" : "", isLate(d) ? "is-late" : "", isUrgent(d) ? "is-urgent" : ""].join(" "),
  cells: (d) => html`
    <span class="cell number">${isNew(d) ? html`<span class="dot" aria-hidden="true"></span><span class="hidden">${t("new:")} </span>` : null}${numberOf(d)}</span>
    <span class="cell subject">${d.subject || t("(no subject)")}</span>
    <span class="cell party">${d.from_name || d.from}</span>
    <span class="cell tags"><${Urgent} d=${d} /> <${Deadline} d=${d} /> ${isAsked(d) ? html`<span class="tag late">${askedText(d)}</span>` : null}</span>
    <span class="cell state">${workOf(d)}</span>
    <span class="cell when">${lately(d.arrived_at)}</span>`,
};

function AcceptAll({ onDone }) {
  const [open, set] = useState(false);
  const run = async () => {
    set(false);
    try {
      const done = (await post("/v1/documents/accept-all-valid")) ?? [];
      say({ kind: "done", text: tn("{n} document accepted and registered", "{n} documents accepted and registered", done.length) });
    } catch (problem) {
      if (!problem.title) throw problem;
      sayProblem(problem, t("Not all were accepted"));
    }
    onDone();
  };
  return html`<button type="button" onClick=${() => set(true)}>${t("Accept all that are valid")}</button>
    ${open && html`<${Dialog} title=${t("Accept all that are valid")} onClose=${() => set(false)}>
      <p>${t("Everything that has arrived whole and with a good signature gets its arrival number, in the order in which it arrived.")}</p>
      <p class="buttons"><button class="main" type="button" autofocus onClick=${run}>${t("Accept all")}</button>
        <button type="button" onClick=${() => set(false)}>${t("Cancel")}</button></p>
    </${Dialog}>`}`;
}

export function Arrived({ query, setQuery }) {
  const office = has("clerk", "leader");
  const filters = {
    box: "in",
    text: query.text,
    type: query.type,
    since: query.since,
    new: query.scope === "new" ? "true" : "",
    overdue: query.scope === "overdue" ? "true" : "",
    person: query.scope === "mine" ? state.session.person : "",
  };
  const found = useDocuments(filters);
  const { begin, dialog } = useActs(() => found.refresh(true));
  const scopes = [
    { scope: "", label: t("All") },
    { scope: "new", label: t("New") },
    { scope: "overdue", label: t("Overdue") },
    { scope: "mine", label: t("With me") },
  ];
  const acts = [
    ...(office ? [{ key: "a", name: "accept", main: true }, { key: "r", name: "return" }] : []),
    { key: "p", name: "assign" },
    { key: "f", name: "finish" },
  ].map((a) => ({ ...a, label: labelOf(a.name) }));
  const filtered = query.text || query.type || query.since || query.scope;
  return html`
    <${Heading} aside=${office && html`<${AcceptAll} onDone=${() => found.refresh(true)} />`}>${t("Arrived")}</${Heading}>
    <${Filters} query=${query} setQuery=${setQuery} scopes=${scopes} />
    <${Documents} found=${found} look=${look} label=${numberOf} acts=${acts} begin=${begin} caption=${t("Documents that arrived")}
      empty=${filtered ? t("Nothing fits. Fewer words, or another filter?") : t("Nothing has arrived yet. What arrives shows up here by itself.")} />
    ${dialog}`;
}
