// Words, days and figures in the reader's language. Texts are written in English where they are used, and vi.js has them in Vietnamese,
// which is what a page begins with; tests/helpers/page_words.py finds those that it lacks.
import vi from "/office/vi.js";

const kept = "vanthu.language";
const hanoi_ms = 7 * 3600 * 1000; // Vietnam's time is UTC+7, all year

export let language = read() === "en" ? "en" : "vi";

function read() {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null; // a browser that keeps nothing
  }
}

export function setLanguage(to) {
  language = to;
  document.documentElement.lang = to;
  try {
    localStorage.setItem(kept, to);
  } catch {
    // then it is asked for again the next time
  }
}

document.documentElement.lang = language;

// Texts of views that come when they are asked for.
export const add = (more) => Object.assign(vi, more);

// A text with {names} filled in. What the table lacks is said in English. What stands behind || tells one text from
// another that reads the same in English.
export function t(text, values) {
  const said = language === "vi" ? (vi[text] ?? text) : text.replace(/\|\|.*$/, "");
  return values ? said.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? "") : said;
}

// One or many: t() of the form that fits; {n} is the number. Vietnamese has one form.
export const tn = (one, many, n, values) => t(n === 1 ? one : many, { n: count(n), ...values });

export const count = (n) =>
  n === null || n === undefined ? "–" : String(n).replace(/\B(?=(\d{3})+(?!\d))/g, language === "vi" ? "." : ",");

const decimal = (n, digits) => {
  const text = n.toFixed(digits);
  return language === "vi" ? text.replace(".", ",") : text;
};

export const share = (of) => (of === null || of === undefined ? "–" : `${decimal(of * 100, 1)} %`);

export function size(bytes) {
  let n = bytes;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (n < 1024 || unit === "GiB") return `${unit === "B" ? n : decimal(n, 1)} ${unit}`;
    n /= 1024;
  }
  return "";
}

// 2026-11-29 as it is printed: 29/11/2026, in both languages.
export const day = (text) => (/^\d{4}-\d\d-\d\d/.test(text ?? "") ? `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)}` : "");

const local = (instant) => new Date(Date.parse(instant) + hanoi_ms).toISOString();
export const today = () => local(new Date().toISOString()).slice(0, 10);

export const dayOf = (instant) => (instant ? day(local(instant)) : "");
export const minute = (instant) => (instant ? `${local(instant).slice(11, 16)} ${dayOf(instant)}` : "");
// Short, for lists: the hour of what is of today.
export const lately = (instant) => (!instant ? "" : local(instant).slice(0, 10) === today() ? local(instant).slice(11, 16) : dayOf(instant));
export const month = (text) => (/^\d{4}-\d\d$/.test(text ?? "") ? `${text.slice(5)}/${text.slice(0, 4)}` : (text ?? ""));

export function age(seconds) {
  if (seconds < 60) return tn("{n} second", "{n} seconds", Math.round(seconds));
  if (seconds < 3600) return tn("{n} minute", "{n} minutes", Math.round(seconds / 60));
  if (seconds < 86400) return tn("{n} hour", "{n} hours", Math.round(seconds / 3600));
  return tn("{n} day", "{n} days", Math.round(seconds / 86400));
}

export const urgencies = { thuong: "THƯỜNG", khan: "KHẨN", "thuong-khan": "THƯỢNG KHẨN", "hoa-toc": "HỎA TỐC" };
