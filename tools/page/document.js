// One document: what it is, its files, whether its signatures hold, its way, its line in the register, its matter; and what may be done.
import { committees, get, has, path, state } from "/office/api.js";
import { fits, labelOf, reminded, useActs } from "/office/acts.js";
import { Failure, Heading, html, useAsked, useEffect, useState, Waiting } from "/office/kit.js";
import { useKeys } from "/office/keys.js";
import { live } from "/office/live.js";
import { Parts } from "/office/parts.js";
import { Drawing, WayTables } from "/office/way.js";
import { askedText, codeOf, Deadline, isAsked, isLate, isUrgent, numberOf, recallOf, stateOf, Urgent, workOf } from "/office/status.js";
import { count, day, minute, t, tn, urgencies } from "/office/words.js";

const settle_ms = 200;

function Facts({ rows }) {
  return html`<dl class="facts">
    ${rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

const link = (id, text) => (id ? html`<a href=${`#/document/${id}`}>${text ?? t("open it")}</a>` : null);

function factsOf(d, own) {
  return [
    [t("Number"), numberOf(d)],
    [t("Type"), d.type_name ?? d.type],
    [t("From"), d.from_name ?? d.from],
    [t("To"), own ? tn("{n} recipient", "{n} recipients", d.recipient_count) : d.to_names?.join("; ")],
    [t("Issued on"), day(d.issued)],
    [t("Signed by"), d.signer_text],
    [t("Urgency"), isUrgent(d) ? urgencies[d.urgency] : null],
    [t("To be done by"), day(d.due)],
    [t("Term"), d.term],
    [t("Note"), d.note],
    [t("On paper too"), d.paper_copies ? tn("{n} copy", "{n} copies", d.paper_copies) : null],
    [own ? t("Sent at") : t("Arrived at"), minute(d.arrived_at)],
    [t("Answers"), link(d.answers)],
    [t("Answered by"), link(d.answered_by)],
    [t("Concerns an older one"), link(d.concerns)],
    [t("Reminded"), reminded(d)],
  ];
}

function workFacts(d) {
  const w = d.work;
  return [
    [t("State"), workOf(d)],
    [t("Register line"), w.arrival ? t("register of documents received {year}, no. {n}", { year: w.arrival_year, n: count(w.arrival) }) : null],
    [t("Registered at"), minute(w.accepted_at)],
    [t("In charge"), w.to],
    [t("Working on it too"), w.with?.join("; ")],
    [t("Until"), day(w.due ?? d.deadline)],
    [t("What is to be done"), w.note],
    [t("Last act by"), w.person],
    [t("Finished at"), minute(w.finished_at)],
    [t("Answer"), link(w.answer)],
    [t("The issuer asks"), w.recall ? (isAsked(d) ? askedText(d) : codeOf(w.recall)) : null],
    [t("Why"), w.recall_reason],
    [t("Replaced by"), link(w.replaced_by)],
  ];
}

function Checked({ id, nameOf }) {
  const { value, problem } = useAsked((background) => get(path(["v1", "documents", id, "verification"]), background), [id]);
  if (problem) return html`<p class="tag late">${t("The signatures could not be checked: {why}", { why: problem.title })}</p>`;
  if (!value) return html`<p class="quiet">${t("Signatures are being checked…")}</p>`;
  return value.valid
    ? html`<p class="verdict good"><span aria-hidden="true">✓</span> ${t("Signatures and contents hold; signed by {who}.", { who: nameOf(value.signed_by) })}</p>`
    : html`<p class="verdict bad"><span aria-hidden="true">✕</span> ${t("NOT valid: {why}", { why: value.reason?.text ?? value.reason ?? "" })}</p>`;
}

const relations = { answers: "answers it", updates: "updates it", replaces: "replaces it", recalls: "recalls it", reminds: "reminds of it" };

function Thread({ id, list }) {
  if (!list || list.length < 2) return null;
  return html`<section aria-labelledby="thread-title"><h2 id="thread-title">${t("The matter")}</h2>
    <ol class="thread">
      ${list.map((d) => html`<li class="depth-${Math.min(d.depth, 5)}" aria-current=${d.id === id ? "true" : undefined}>
        ${d.here ? html`<a href=${`#/document/${d.id}`}>${numberOf(d)}</a>` : html`<span>${numberOf(d)}</span>`} ${d.subject}
        <span class="quiet">${day(d.issued)}${relations[d.relation] ? ` · ${t(relations[d.relation])}` : ""}</span></li>`)}
    </ol></section>`;
}

// What fits: of one that arrived, or one of ours.
function actsOf(d, own) {
  const office = has("clerk", "leader");
  if (own) return office ? ["recall", "remind"].filter((a) => fits(a, d)) : [];
  return [...(office ? ["accept", "agree", "decline"] : []), "assign", "start", "finish", "reopen", ...(office ? ["return"] : [])].filter((a) => fits(a, d));
}

const letters = { accept: "a", return: "r", assign: "p", finish: "f", start: "b" };

async function loadAll(id, background) {
  const where = (more, query) => path(["v1", "documents", id, ...more], query);
  const [document, trace, thread, tree] = await Promise.all([
    get(where([]), background),
    get(where(["trace"]), background).catch(() => null),
    get(where([], { thread: "true" }), background).catch(() => []),
    committees().catch(() => []),
  ]);
  return { document, trace, thread, tree };
}

export function Document({ id, sent, back }) {
  const { value, problem, again } = useAsked((background) => loadAll(id, background), [id]);
  const [drawn, setDrawn] = useState(0);
  const { begin, dialog } = useActs(() => again(true));
  useEffect(() => {
    let timer = 0;
    const end = live.listen((change) => {
      if (change.id !== id && change.kind !== "missed") return;
      clearTimeout(timer);
      timer = setTimeout(() => again(true).then(() => setDrawn((n) => n + 1)), settle_ms);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [id]);
  const d = value?.document;
  const own = d?.from === state.session?.committee;
  const acts = d ? actsOf(d, own) : [];
  useKeys([
    { key: "u", what: t("Back to the list"), run: () => (location.hash = back) },
    ...acts.filter((a) => letters[a]).map((a) => ({ key: letters[a], what: labelOf(a), run: () => begin(a, [d]) })),
  ]);
  if (!d) return html`<div>${problem ? html`<${Failure} problem=${problem} again=${again} />` : html`<${Waiting} />`}</div>`;
  const { trace, thread, tree } = value;
  const s = stateOf(d.state);
  return html`<article class="document ${isLate(d) ? "is-late" : ""}" data-drawn=${drawn}>
    <p class="crumb"><a href=${back}>${t("Back to the list")}</a></p>
    <${Heading} key=${id}>${numberOf(d)} – ${d.subject || t("(no subject)")}</${Heading}>
    <p class="tags"><${Urgent} d=${d} /> ${!own && html`<${Deadline} d=${d} />`} ${own && html`<span class="tag ${s.mark}">${s.text} ${d.recipient_count ? `${count(d.delivered)}/${count(d.recipient_count)}` : ""}</span>`} ${d.business !== "new" && html`<span class="tag">${recallOf(d.business)}</span>`}</p>
    ${sent && html`<p class="note" role="status">${t("It is on disk and signed, and goes its way. Receipts show up below as they come.")}</p>`}
    ${problem && html`<${Failure} problem=${problem} again=${again} />`}
    ${(acts.length > 0 || own) && html`<div class="acts" role="group" aria-label=${t("What may be done")}>
      ${acts.map((a, i) => html`<button type="button" class=${i === 0 && !own ? "main" : ""} onClick=${() => begin(a, [d])}>${labelOf(a)}</button>`)}
      ${own && has("clerk", "leader") && html`
        ${(d.receipts ?? []).some((r) => !r.recall) && html`<a class="button" href=${`#/send?replace=${d.id}`}>${t("Replace it")}</a><a class="button" href=${`#/send?update=${d.id}`}>${t("Update it")}</a>`}
        <a class="button" href=${`#/send?again=${d.id}`}>${t("Write it anew")}</a>`}
      ${!own && has("clerk", "leader") && html`<a class="button" href=${`#/send?reply_to=${d.id}`}>${t("Answer it")}</a>`}
      <button type="button" onClick=${() => print()}>${t("Print")}</button>
    </div>`}
    <div class="columns">
      <${Parts} key=${id} id=${id} parts=${d.attachments} />
      <div class="side">
        <section aria-labelledby="facts-title"><h2 id="facts-title">${t("The document")}</h2><${Facts} rows=${factsOf(d, own)} /><${Checked} id=${id} nameOf=${(who) => tree.find((c) => c.id === who)?.name ?? (who === d.from ? d.from_name : who)} /></section>
        ${!own && d.work && html`<section aria-labelledby="work-title"><h2 id="work-title">${t("Work on it here")}</h2><${Facts} rows=${workFacts(d)} /></section>`}
      </div>
    </div>
    ${trace && html`<section aria-labelledby="way-title"><h2 id="way-title">${t("Way and receipts")}</h2>
      <${Drawing} trace=${trace} committees=${tree} />
      <${WayTables} trace=${trace} /></section>`}
    ${d.statuses?.length > 0 && html`<section aria-labelledby="said-title"><h2 id="said-title">${t("What offices have said of it")}</h2>
      <ol class="said">${d.statuses.map((x) => html`<li><span class="quiet">${minute(x.at)}</span> ${x.name ?? x.committee}: ${codeOf(x.code)}${x.person ? ` (${x.person})` : ""}${x.note ? html` – ${x.note}` : null}</li>`)}</ol></section>`}
    <${Thread} id=${id} list=${thread} />
    ${dialog}
  </article>`;
}
