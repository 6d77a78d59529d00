// What was sent: how far each is, with receipts counted as they come; and what was written and not sent yet.
import { Heading, html } from "/office/kit.js";
import { all, drop } from "/office/drafts.js";
import { Documents, Filters, useDocuments } from "/office/list.js";
import { isUrgent, numberOf, partiesOf, recallOf, stateOf, Urgent } from "/office/status.js";
import { count, lately, t } from "/office/words.js";

const look = {
  classes: (d) => [isUrgent(d) ? "is-urgent" : "", stateOf(d.state).mark === "bad" ? "is-late" : ""].join(" "),
  cells: (d) => {
    const s = stateOf(d.state);
    return html`
      <span class="cell number">${numberOf(d)}</span>
      <span class="cell subject">${d.subject || t("(no subject)")}</span>
      <span class="cell party">${partiesOf(d.to_names?.length ? d.to_names : d.to)}</span>
      <span class="cell tags"><${Urgent} d=${d} /> ${d.business !== "new" ? html`<span class="tag">${recallOf(d.business)}</span>` : null}</span>
      <span class="cell state"><span class="mark ${s.mark}" aria-hidden="true"></span>${s.text} ${count(d.delivered)}/${count(d.recipient_count)}</span>
      <span class="cell when">${lately(d.arrived_at)}</span>`;
  },
};

export function Drafts({ onChange }) {
  const list = all();
  if (list.length === 0) return null;
  return html`<section class="drafts" aria-labelledby="drafts-title"><h2 id="drafts-title">${t("Written and not sent yet")}</h2>
    <ul>${list.map(
      (d) => html`<li><a href=${`#/send?draft=${d.id}`}>${d.subject || t("(no subject)")}</a> <span class="quiet">${lately(d.kept_at)}</span>
        <button type="button" class="plain" onClick=${() => { drop(d.id); onChange(); }}>${t("Throw away")}<span class="hidden">: ${d.subject || t("(no subject)")}</span></button></li>`,
    )}</ul></section>`;
}

const states = ["accepted", "sending", "delivered", "refused", "expired"];

export function Sent({ query, setQuery, redraw }) {
  const found = useDocuments({ box: "out", text: query.text, type: query.type, since: query.since, state: query.state });
  const filtered = query.text || query.type || query.since || query.state;
  return html`
    <${Heading} aside=${html`<a class="button main" href="#/send">${t("Write a new one")}</a>`}>${t("Sent")}</${Heading}>
    <${Drafts} onChange=${redraw} />
    <${Filters} query=${query} setQuery=${setQuery}>
      <label><span>${t("State")}</span><select value=${query.state ?? ""} onChange=${(e) => setQuery({ ...query, state: e.target.value })}>
        <option value="">${t("all states")}</option>
        ${states.map((s) => html`<option value=${s}>${stateOf(s).text}</option>`)}
      </select></label>
    </${Filters}>
    <${Documents} found=${found} look=${look} label=${numberOf} caption=${t("Documents that were sent")}
      empty=${filtered ? t("Nothing fits. Fewer words, or another filter?") : t("Nothing has been sent yet.")} />`;
}
