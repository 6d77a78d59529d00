// Bars of shares against the line to reach, each with its table: who sees no colour, or no picture, reads the same there.
import { html, useId } from "/office/kit.js";
import { count, share, t } from "/office/words.js";

// On a telephone the name stands above its bar.
const narrow_px = 700;
const wide = { row: 26, label: 230, bar: 420, value: 92, under: 0 };
const narrow = { row: 46, label: 0, bar: 230, value: 84, under: 20 };
const letters_most = 30;
const column_width = 46;
const column_height = 150;

const short = (text) => (text.length > letters_most ? `${text.slice(0, letters_most - 1)}…` : text);
const reached = (r, line) => r.share !== null && r.share !== undefined && r.share >= line;

// rows: [{ label, share, of, all, note, depth }]. The bars lie, names stand beside them.
export function Bars({ title, rows, line }) {
  const id = useId("chart");
  const m = innerWidth < narrow_px ? narrow : wide;
  const height = rows.length * m.row + 22;
  const width = m.label + m.bar + m.value;
  const at = m.label + m.bar * line;
  return html`<figure class="chart" aria-labelledby=${id}>
    <figcaption id=${id}>${title}</figcaption>
    <div class="drawing" tabindex="0" role="group" aria-label=${title}><svg viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${t("Bars of the shares; the table below says the same")}>
      ${rows.map((r, i) => {
        const y = i * m.row + 18;
        const bar = y + 3 + m.under;
        const good = reached(r, line);
        return html`<g class=${r.share === null ? "none" : good ? "good" : "bad"}>
          <title>${r.label}</title>
          <text x=${m.label ? m.label - 8 : 0} y=${y + 16} text-anchor=${m.label ? "end" : "start"}>${short(r.label)}</text>
          <rect class="track" x=${m.label} y=${bar} width=${m.bar} height="18" />
          ${r.share !== null && html`<rect class="bar" x=${m.label} y=${bar} width=${Math.max(1, m.bar * r.share)} height="18" />`}
          <text x=${m.label + m.bar + 8} y=${bar + 13}>${r.share === null ? "–" : `${good ? "✓" : "✕"} ${share(r.share)}`}</text>
        </g>`;
      })}
      <line class="goal" x1=${at} x2=${at} y1="16" y2=${height} />
      <text class="small" x=${at} y="11" text-anchor="middle">${share(line)}</text>
    </svg></div>
    <${Table} title=${title} rows=${rows} line=${line} />
  </figure>`;
}

// Months beside each other.
export function Columns({ title, rows, line }) {
  const id = useId("chart");
  const width = Math.max(rows.length * column_width + 50, 200);
  const top = (value) => 14 + column_height * (1 - value);
  return html`<figure class="chart" aria-labelledby=${id}>
    <figcaption id=${id}>${title}</figcaption>
    <div class="drawing" tabindex="0" role="group" aria-label=${title}><svg viewBox="0 0 ${width} ${column_height + 40}" width=${width} height=${column_height + 40} role="img" aria-label=${t("Columns of the shares; the table below says the same")}>
      <line class="axis" x1="0" x2=${width - 50} y1=${top(0)} y2=${top(0)} />
      ${rows.map((r, i) => {
        const x = i * column_width + 8;
        return html`<g class=${r.share === null ? "none" : reached(r, line) ? "good" : "bad"}>
          <title>${r.label}</title>
          ${r.share !== null && html`<rect class="bar" x=${x} y=${top(r.share)} width=${column_width - 16} height=${Math.max(1, column_height * r.share)} />`}
          ${r.share !== null && html`<text class="small" x=${x + (column_width - 16) / 2} y=${top(r.share) - 3} text-anchor="middle">${Math.round(r.share * 100)}</text>`}
          <text class="small" x=${x + (column_width - 16) / 2} y=${column_height + 32} text-anchor="middle">${r.label.replace(/\/\d\d(\d\d)$/, "/$1")}</text>
        </g>`;
      })}
      <line class="goal" x1="0" x2=${width - 50} y1=${top(line)} y2=${top(line)} />
      <text class="small" x=${width - 46} y=${top(line) + 4}>${share(line)}</text>
    </svg></div>
    <${Table} title=${title} rows=${rows} line=${line} />
  </figure>`;
}

export function Table({ title, rows, line }) {
  return html`<details class="figures"><summary>${t("The figures as a table")}</summary>
    <table class="stack"><caption class="hidden">${title}</caption>
      <thead><tr><th scope="col">${t("What")}</th><th scope="col" class="figure">${t("Share")}</th><th scope="col" class="figure">${t("Digital")}</th><th scope="col" class="figure">${t("Counted")}</th><th scope="col">${t("Against the line")}</th></tr></thead>
      <tbody>${rows.map(
        (r) => html`<tr><th scope="row" class="depth-${Math.min(r.depth ?? 0, 5)}-in">${r.label}</th><td class="figure" data-label=${t("Share")}>${share(r.share)}</td><td class="figure" data-label=${t("Digital")}>${count(r.of)}</td>
          <td class="figure" data-label=${t("Counted")}>${count(r.all)}</td><td data-label=${t("Against the line")}>${r.note ?? (r.share === null ? "" : reached(r, line) ? t("✓ reaches it") : t("✕ below it"))}</td></tr>`,
      )}</tbody></table></details>`;
}
