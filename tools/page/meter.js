// The meter: the digital share against the line to reach, by committee, type and month, and why documents do not count.
import { get, has, path } from "/office/api.js";
import { Bars, Columns } from "/office/chart.js";
import { Empty, Failure, Heading, html, useAsked, useEffect, useState, Waiting } from "/office/kit.js";
import { live } from "/office/live.js";
import { Period, thisYear } from "/office/period.js";
import { numberOf } from "/office/status.js";
import { count, day, language, month, share, t, tn } from "/office/words.js";

const bars_most = 40;
const settle_ms = 1500;

const rowOf = (r, label, more) => ({ label, share: r.share ?? null, of: r.digital, all: r.counted, ...more });

const reports = { missing: "not reported yet", late: "reported late", ended: "has ended" };

function committeeRows(cut) {
  return cut.rows
    .filter((r) => r.part === "whole" || !cut.rows.some((o) => o.committee === r.committee && o.part === "whole"))
    .map((r) => rowOf(r, r.name, { depth: r.depth, note: reports[r.state] ? t(reports[r.state]) : undefined }));
}

const reasons = {
  paper: "on paper",
  "link-down": "no receipt yet: a link is down",
  waiting: "no receipt yet: on its way",
  refused: "refused by a recipient",
  expired: "did not arrive in time",
  "no-route": "no way to a recipient",
  new: "not accepted yet",
  "in-hand": "accepted, not finished yet",
  overdue: "its day is over",
  newer: "replaced by a newer one before it was accepted",
  "not-counted": "not counted",
  "not-ours": "another committee counts it",
};

function Why({ period }) {
  const [reason, set] = useState("");
  const { value, problem, again } = useAsked((background) => get(path(["v1", "target", "why"], { period, reason }), background), [period, reason]);
  return html`<section aria-labelledby="why-title"><h2 id="why-title">${t("Why documents do not count, or are not done")}</h2>
    <div class="filters"><label><span>${t("Reason")}</span><select value=${reason} onChange=${(e) => set(e.target.value)}><option value="">${t("all reasons")}</option>${Object.entries(reasons).map(([k, v]) => html`<option value=${k}>${t(v)}</option>`)}</select></label></div>
    ${problem && html`<${Failure} problem=${problem} again=${again} />`}
    ${!value && !problem && html`<${Waiting} />`}
    ${value && value.documents.length === 0 && html`<${Empty}>${t("There is none.")}</${Empty}>`}
    ${value && value.documents.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-label=${t("Documents that keep the share down")}><table class="stack">
      <caption class="hidden">${t("Documents that keep the share down")}</caption>
      <thead><tr><th scope="col">${t("Number")}</th><th scope="col">${t("Subject")}</th><th scope="col">${t("From or to")}</th><th scope="col">${t("Day")}</th><th scope="col">${t("Reason")}</th></tr></thead>
      <tbody>${value.documents.map(
        (d) => html`<tr><th scope="row" class="fixed">${d.paper || !has("clerk", "leader") ? numberOf(d) : html`<a href=${`#/document/${d.id}`}>${numberOf(d)}</a>`}</th><td data-label=${t("Subject")}>${d.subject}</td><td data-label=${t("From or to")}>${d.party}</td><td class="fixed" data-label=${t("Day")}>${day(d.date)}</td>
          <td class="reason" data-label=${t("Reason")}>${d.reasons.map((r) => html`<span class="line">${reasons[r.reason] ? t(reasons[r.reason]) : r.reason}${r.person ? `: ${r.person}` : ""}${r.names?.length ? `: ${r.names.join("; ")}` : ""}</span>`)}</td></tr>`,
      )}</tbody></table></div>`}
    ${value?.more && html`<p class="quiet">${t("These are the first; choose a reason to see the others.")}</p>`}
  </section>`;
}

const measures = { D1: "D1 → sent, and receipted by all", D2: "D2 ← received here", D3: "D3 ← finished, of what arrived", D4: "D4 → as D1, and not on paper too" };

function Sum({ target }) {
  const good = target.reached;
  const p = target.projection;
  return html`<section aria-labelledby="sum-title"><h2 id="sum-title">${target.name}</h2>
    <p class="headline ${target.share === null ? "" : good ? "good" : "bad"}"><strong>${share(target.share)}</strong>
      <span>${target.share === null ? t("nothing counted yet; the line is {line}", { line: share(target.line) }) : good ? t("✓ reaches the line of {line}", { line: share(target.line) }) : t("✕ below the line of {line}", { line: share(target.line) })}</span></p>
    <dl class="numbers">
      ${[["Counted", target.counted], ["Digital", target.digital], ["On paper", target.paper], ["Waiting for receipts", target.pending], ["Refused", target.refused]].map(([name, n]) => html`<div><dt>${t(name)}</dt><dd>${count(n)}</dd></div>`)}
    </dl>
    ${target.room?.papers !== undefined && target.share !== null && html`<p>${target.room.can_be_reached === false ? t("The line cannot be reached in this period any more.") : good ? tn("{n} document more on paper, and it is still reached.", "{n} documents more on paper, and it is still reached.", target.room.papers) : tn("{n} document more through the system is wanted.", "{n} documents more through the system are wanted.", target.room.digital ?? 0)}</p>`}
    ${p && html`<p>${t("At this pace {share} at the end of {until}.", { share: share(p.share), until: month(p.until) || p.until })}</p>`}
    ${target.subtree && html`<p>${t("With all below: {share} of {n}.", { share: share(target.subtree.share), n: count(target.subtree.counted) })} ${target.subtree.reports?.committees ? t("{done} of {all} committees below have reported.", { done: count(target.subtree.reports.reported), all: count(target.subtree.reports.committees) }) : ""}</p>`}
    <table class="stack"><caption>${t("Measures")}</caption><thead class="hidden"><tr><th scope="col">${t("Measure")}</th><th scope="col">${t("Share")}</th><th scope="col">${t("Done of all")}</th></tr></thead>
      <tbody>${Object.entries(target.measures ?? {}).map(([k, m]) => html`<tr><th scope="row">${t(measures[k] ?? k)}</th><td class="figure" data-label=${t("Share")}>${share(m.share)}</td><td class="figure" data-label=${t("Done of all")}>${count(m.of)}/${count(m.all)}</td></tr>`)}</tbody></table>
    <p class="quiet">${t("Each official document counts once, also on paper; secret ones and types left out do not. What waits for receipts is not digital yet.")}</p>
  </section>`;
}

function Others({ list }) {
  if (!list?.length) return null;
  const name = (o) => (language === "vi" ? o.name_vi : o.name_en);
  return html`<section aria-labelledby="others-title"><h2 id="others-title">${t("Other targets of the plan")}</h2>
    <table class="stack"><caption class="hidden">${t("Other targets of the plan")}</caption><thead><tr><th scope="col">${t("Target")}</th><th scope="col" class="figure">${t("Share")}</th><th scope="col" class="figure">${t("Done of all")}</th><th scope="col">${t("Declared")}</th></tr></thead>
      <tbody>${list.map((o) => html`<tr><th scope="row">${name(o)}</th><td class="figure" data-label=${t("Share")}>${share(o.share)}</td><td class="figure" data-label=${t("Done of all")}>${count(o.done)}/${count(o.all)}</td><td data-label=${t("Declared")}>${t("{n} declared, {missing} not yet", { n: count(o.declared), missing: count(o.missing) })}</td></tr>`)}</tbody></table></section>`;
}

async function loadAll(period, background) {
  const cut = (by, more) => get(path(["v1", "target", "by", by], { period, ...more }), background);
  const [target, committee, type, months] = await Promise.all([get(path(["v1", "target"], { period }), background), cut("committee"), cut("type"), cut("month")]);
  return { target, committee, type, months };
}

export function Meter({ query, setQuery }) {
  const period = query.period ?? thisYear();
  const { value, problem, again } = useAsked((background) => loadAll(period, background), [period]);
  useEffect(() => {
    let timer = 0;
    const end = live.listen((change) => {
      if (!["target", "accepted", "delivered", "paper", "finished", "missed"].includes(change.kind)) return;
      clearTimeout(timer);
      timer = setTimeout(() => again(true), settle_ms);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [again]);
  return html`
    <${Heading} aside=${html`<button type="button" onClick=${() => print()}>${t("Print")}</button>`}>${t("Digital share")}</${Heading}>
    <div class="filters"><${Period} value=${period} onChange=${(to) => setQuery({ ...query, period: to })} /></div>
    ${problem && html`<${Failure} problem=${problem} again=${again} />`}
    ${!value && !problem && html`<${Waiting} />`}
    ${value && html`<div class="stacked">
      <div class="columns even"><${Sum} target=${value.target} />
        <section aria-labelledby="months-title"><h2 id="months-title">${t("By month")}</h2>
          ${value.months.rows.length ? html`<${Columns} title=${t("Share by month")} line=${value.months.line} rows=${value.months.rows.map((r) => rowOf(r, month(r.period)))} />` : html`<${Empty}>${t("Nothing counted yet.")}</${Empty}>`}</section></div>
      <section aria-labelledby="committees-title"><h2 id="committees-title">${t("By committee")}</h2>
        <${Bars} title=${t("Share by committee, each with all below it")} line=${value.committee.line} rows=${committeeRows(value.committee).slice(0, bars_most)} /></section>
      <section aria-labelledby="types-title"><h2 id="types-title">${t("By type")}</h2>
        ${value.type.rows.length ? html`<${Bars} title=${t("Share by type of document")} line=${value.type.line} rows=${value.type.rows.map((r) => rowOf(r, r.type_name ?? r.type ?? t("without a type")))} />` : html`<${Empty}>${t("Nothing counted yet.")}</${Empty}>`}</section>
      ${has("clerk", "leader") && html`<${Why} period=${period} />`}
      <${Others} list=${value.target.others} />
    </div>`}`;
}
