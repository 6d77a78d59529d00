// The choice of a period, as the interface takes it: a month, a quarter, half a year, a year, or all.
import "/office/vi_more.js";
import { html } from "/office/kit.js";
import { month, t, today } from "/office/words.js";

const years_back = 5;

function options() {
  const now = today();
  const year = Number(now.slice(0, 4));
  const months = [];
  for (let i = 0; i < 12; i++) {
    const at = new Date(Date.UTC(year, Number(now.slice(5, 7)) - 1 - i, 1)).toISOString().slice(0, 7);
    months.push({ value: at, label: t("month {month}", { month: month(at) }) });
  }
  const quarters = [4, 3, 2, 1].map((q) => ({ value: `${year}-Q${q}`, label: t("quarter {q}/{year}", { q, year }) }));
  const halves = [2, 1].map((h) => ({ value: `${year}-H${h}`, label: h === 1 ? t("first half of {year}", { year }) : t("second half of {year}", { year }) }));
  const years = Array.from({ length: years_back }, (_, i) => ({ value: String(year - i), label: t("year {year}", { year: year - i }) }));
  return { years, halves, quarters, months };
}

export const thisMonth = () => today().slice(0, 7);
export const thisYear = () => today().slice(0, 4);

const list = () => {
  const { years, halves, quarters, months } = options();
  return [...years, ...halves, ...quarters, ...months, { value: "all", label: t("all that there is") }];
};
export const periodName = (value) => list().find((o) => o.value === value)?.label ?? value;

export function Period({ value, onChange }) {
  return html`<label><span>${t("Period")}</span><select value=${value} onChange=${(e) => onChange(e.target.value)}>
    ${list().map((o) => html`<option value=${o.value}>${o.label}</option>`)}
  </select></label>`;
}
