// The registers of the office: documents received, sent, and what became of those received; looked through as one types, and printed.
import { get, path, state, committees } from "/office/api.js";
import { Empty, Failure, Heading, html, useAsked, useEffect, useMemo, useState, Waiting } from "/office/kit.js";
import { useKeys } from "/office/keys.js";
import { live } from "/office/live.js";
import { Period, periodName, thisMonth } from "/office/period.js";
import { fold } from "/office/recipients.js";
import { codeOf } from "/office/status.js";
import { count, day, dayOf, t, tn, urgencies } from "/office/words.js";

const shown_rows = 300;
const settle_ms = 500;
const books = { in: "Register of documents received", out: "Register of documents sent", followup: "What became of documents received" };

const link = (r) => (r.form === "digital" && r.kind === "entry" && r.id ? html`<a href=${`#/document/${r.id}`}>${r.symbol || t("(no number)")}</a>` : r.symbol);
const what = (r) => (r.kind === "void" ? t("number not used: {why}", { why: r.note ?? "" }) : `${r.type_name ? `${r.type_name}. ` : ""}${r.subject ?? ""}`);
const form = (r) => (r.form === "paper" && r.kind === "entry" ? t("on paper") : "");
const noteOf = (r) => [r.urgency && r.urgency !== "thuong" ? urgencies[r.urgency] : "", form(r), r.kind === "void" ? "" : (r.note ?? ""), r.additions?.length ? tn("{n} correction", "{n} corrections", r.additions.length) : ""].filter(Boolean).join("; ");
const signed = (r) => [r.competence, r.position, r.signer].filter(Boolean).join(" ");
const partyOf = (r) => r.from_name ?? r.from ?? "";

// [heading, cell, class]
const columns = {
  in: [
    ["Arrived on", (r) => day(r.arrived_on), "fixed"],
    ["Arrival no.", (r) => count(r.number), "figure"],
    ["From", partyOf],
    ["Number and symbol", link, "fixed"],
    ["Issued on", (r) => day(r.date)],
    ["Type and subject", what, "wide"],
    ["In charge", (r) => r.work?.to ?? ""],
    ["Until", (r) => day(r.due)],
    ["Note", noteOf],
  ],
  out: [
    ["Line", (r) => count(r.number), "figure"],
    ["Number and symbol", link, "fixed"],
    ["Issued on", (r) => day(r.date)],
    ["Type and subject", what, "wide"],
    ["Signer", signed],
    ["To", (r) => (r.to_names?.filter(Boolean).length ? r.to_names.filter(Boolean) : (r.to ?? [])).join("; ")],
    ["Receipts", (r) => (r.copies ? `${count(r.delivered ?? 0)}/${count(r.copies)}` : ""), "figure"],
    ["Note", noteOf],
  ],
  followup: [
    ["Arrival no.", (r) => count(r.number), "figure"],
    ["Number and symbol", link, "fixed"],
    ["Type and subject", what, "wide"],
    ["From", partyOf],
    ["In charge", (r) => [r.work?.to, ...(r.work?.with ?? [])].filter(Boolean).join("; ")],
    ["Assigned on", (r) => dayOf(r.assigned_at)],
    ["Until", (r) => day(r.due)],
    ["State", (r) => codeOf(r.work?.code)],
    ["Finished on", (r) => dayOf(r.work?.finished_at)],
  ],
};

export function Books({ query, setQuery }) {
  const book = books[query.book] ? query.book : "in";
  const period = query.period ?? thisMonth();
  const { value, problem, again } = useAsked((background) => get(path(["v1", "registers", book], { period }), background), [book, period]);
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const [name, setName] = useState("");
  useEffect(() => {
    committees().then((list) => setName(list.find((c) => c.id === state.session?.committee)?.name ?? ""), () => {});
  }, []);
  useEffect(() => {
    let timer = 0;
    const end = live.listen((change) => {
      if (!["numbered", "accepted", "assigned", "finished", "missed"].includes(change.kind)) return;
      clearTimeout(timer);
      timer = setTimeout(() => again(true), settle_ms);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [again]);
  useKeys([{ key: "/", what: t("Search"), run: () => document.getElementById("search")?.focus() }]);
  const words = fold(text).split(/\s+/).filter(Boolean);
  const found = useMemo(() => {
    const list = value ?? [];
    if (words.length === 0) return list;
    return list.filter((r) => {
      const line = fold([r.symbol, r.subject, r.type_name, partyOf(r), (r.to_names ?? []).join(" "), r.signer, r.work?.to, String(r.number), r.note].filter(Boolean).join(" "));
      return words.every((w) => line.includes(w));
    });
  }, [value, text]);
  const shown = all ? found : found.slice(0, shown_rows);
  // A register is printed whole: the rows that are not drawn come first.
  const printed = () => {
    setAll(true);
    setTimeout(() => print());
  };
  return html`
    <${Heading} key=${book} aside=${html`<button type="button" onClick=${printed}>${t("Print")}</button>`}>${t(books[book])}</${Heading}>
    <p class="printed">${[name, periodName(period)].join(" · ")}</p>
    <form class="filters" role="search" onSubmit=${(e) => e.preventDefault()}>
      <div class="scopes" role="group" aria-label=${t("Which register")}>
        ${Object.entries({ in: "Received", out: "Sent||register", followup: "Followed up" }).map(([key, label]) => html`<button type="button" aria-pressed=${key === book ? "true" : "false"} onClick=${() => setQuery({ ...query, book: key })}>${t(label)}</button>`)}
      </div>
      <label class="grow"><span class="hidden">${t("Search")}</span><input type="search" id="search" placeholder=${t("Search in the register, without tone marks")} value=${text} onInput=${(e) => setText(e.target.value)} /></label>
      <${Period} value=${period} onChange=${(to) => setQuery({ ...query, period: to })} />
    </form>
    ${problem && html`<${Failure} problem=${problem} again=${again} />`}
    ${!value && !problem && html`<${Waiting} />`}
    ${value && html`<p class="quiet" role="status">${tn("{n} line", "{n} lines", found.length)}</p>`}
    ${value && found.length === 0 && html`<${Empty}>${words.length ? t("No line fits.") : t("The register has no line in this period.")}</${Empty}>`}
    ${shown.length > 0 && html`<div class="scroll book" tabindex="0" role="group" aria-label=${t(books[book])}><table class="stack">
      <caption class="hidden">${t(books[book])}</caption>
      <thead><tr>${columns[book].map(([head, , kind]) => html`<th scope="col" class=${kind === "figure" ? "figure" : ""}>${t(head)}</th>`)}</tr></thead>
      <tbody>${shown.map((r) => html`<tr key=${r.id + r.number} class=${r.kind === "void" ? "void" : ""}>${columns[book].map(([head, cell, kind]) => html`<td class=${kind ?? ""} data-label=${t(head)}>${cell(r)}</td>`)}</tr>`)}</tbody>
    </table></div>`}
    ${shown.length < found.length && html`<p class="more"><button type="button" onClick=${() => setAll(true)}>${tn("Show {n} more line", "Show {n} more lines", found.length - shown.length)}</button></p>`}`;
}
