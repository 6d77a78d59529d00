// The words of states, in one place: what an office has done with a document, and how far it has come.
import { html } from "/office/kit.js";
import { count, day, t, today, tn, urgencies } from "/office/words.js";

const states = {
  accepted: { text: "on disk, not on its way yet", mark: "wait" },
  sending: { text: "on its way", mark: "wait" },
  delivered: { text: "delivered", mark: "good" },
  refused: { text: "refused", mark: "bad" },
  expired: { text: "expired", mark: "bad" },
};
export const stateOf = (word) => ({ ...(states[word] ?? { mark: "wait" }), text: states[word] ? t(states[word].text) : word });

const codes = {
  "01": "arrived, not accepted yet",
  "02": "returned",
  "03": "accepted and registered",
  "04": "assigned",
  "05": "in work",
  "06": "finished",
  13: "asked back",
  15: "agreed to give back",
  16: "declined to give back",
};
export const codeOf = (code) => (code ? (codes[code] ? t(codes[code]) : code) : "");

// The issuer asks for it back, or a newer one of the issuer's asks to take its place, and our office has not answered yet.
export const isAsked = (d) => d.work?.recall === "13";
export const askedText = (d) => recallOf(["update", "replace"].includes(d.work.asks) ? d.work.asks : "recall");

const recalls = { recall: "asked back", update: "a newer one updates it", replace: "a newer one replaces it" };
export const recallOf = (word) => (word ? (recalls[word] ? t(recalls[word]) : codeOf(word)) : "");

// What the office has done with one that arrived, and with whom it is.
export function workOf(d) {
  const w = d.work;
  if (!w) return "";
  const who = w.to ? `: ${w.to}` : "";
  if (w.code === "03") return t("registered, no. {n}", { n: count(w.arrival) });
  return codeOf(w.code) + (["04", "05"].includes(w.code) ? who : "");
}

export const isNew = (d) => d.section === "new" || d.work?.code === "01";
const isOpen = (d) => !["02", "06"].includes(d.work?.code);
export const isLate = (d) => d.section === "overdue" || (isOpen(d) && Boolean(d.deadline) && d.deadline < today());

export const isUrgent = (d) => Boolean(d.urgency) && d.urgency !== "thuong";
export const Urgent = ({ d }) => (isUrgent(d) ? html`<span class="tag urgent">${urgencies[d.urgency] ?? d.urgency}</span>` : null);

export function Deadline({ d }) {
  if (!d.deadline) return null;
  if (isLate(d)) return html`<span class="tag late">${t("overdue since {day}", { day: day(d.deadline) })}</span>`;
  if (d.deadline === today() && isOpen(d)) return html`<span class="tag soon">${t("due today")}</span>`;
  return html`<span class="quiet">${t("due {day}", { day: day(d.deadline) })}</span>`;
}

export const numberOf = (d) => d.number || t("(no number)");
export const partiesOf = (names) => (!names?.length ? "" : names.length <= 2 ? names.join("; ") : `${names[0]}; ${tn("{n} more", "{n} more", names.length - 1)}`);
