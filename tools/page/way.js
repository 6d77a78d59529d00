// The way of a document as a small drawing of the tree: each committee that it goes to or through, under its superior, with how far it is
// there. The same stands in the table below it.
import { html, useMemo } from "/office/kit.js";
import { codeOf, stateOf } from "/office/status.js";
import { minute, t } from "/office/words.js";

const box_width = 190;
const box_height = 64;
const gap_x = 16;
const gap_y = 34;
const letters_a_line = 24;
const drawn_most = 60;

const signs = { good: "✓", bad: "✕", wait: "…", from: "●" };
const short = (text) => (text.length > letters_a_line ? `${text.slice(0, letters_a_line - 1)}…` : text);

// Two lines, broken between words.
function lines(name) {
  const words = name.split(" ");
  let first = "";
  while (words.length && `${first} ${words[0]}`.trim().length <= letters_a_line) first = `${first} ${words.shift()}`.trim();
  return first ? [first, short(words.join(" "))] : [short(name), ""];
}

// Committees of the trace, with those between them and the committee above all of them.
function nodesOf(trace, all) {
  const by = new Map(all.map((c) => [c.id, c]));
  const nodes = new Map();
  const add = (id, more) => {
    const old = nodes.get(id) ?? { id, name: by.get(id)?.name ?? id, mark: null };
    nodes.set(id, { ...old, ...more });
  };
  for (const h of trace.hops) add(h.committee, { name: h.name ?? h.committee });
  for (const r of trace.recipients) add(r.committee, { name: r.name ?? r.committee, mark: stateOf(r.state).mark, text: r.code && r.code !== "01" ? codeOf(r.code) : stateOf(r.state).text });
  add(trace.origin, { name: trace.origin_name ?? trace.origin, mark: "from", text: t("issuer") });
  const chain = (id) => {
    const up = [];
    for (let at = id; at && !up.includes(at); at = by.get(at)?.superior) up.push(at);
    return up;
  };
  const chains = [...nodes.keys()].map(chain);
  const top = chains[0].find((id) => chains.every((c) => c.includes(id)));
  for (const c of chains) for (const id of c.slice(0, c.indexOf(top) + 1)) if (top && !nodes.has(id)) add(id, {});
  return { nodes, parent: (id) => (id === top ? null : (by.get(id)?.superior ?? null)) };
}

// Leaves side by side, each committee above the middle of those below it.
function placed(trace, all) {
  const { nodes, parent } = nodesOf(trace, all);
  const below = new Map([...nodes.keys()].map((id) => [id, []]));
  const tops = [];
  for (const id of nodes.keys()) (below.get(parent(id)) ?? tops).push(id);
  let next = 0;
  let deepest = 0;
  const put = (id, depth) => {
    const n = nodes.get(id);
    deepest = Math.max(deepest, depth);
    const xs = below.get(id).map((b) => put(b, depth + 1));
    n.x = xs.length ? (xs[0] + xs[xs.length - 1]) / 2 : next++ * (box_width + gap_x);
    n.y = depth * (box_height + gap_y);
    n.parent = parent(id);
    return n.x;
  };
  for (const id of tops) put(id, 0);
  return { nodes, width: Math.max(1, next) * (box_width + gap_x) - gap_x, height: (deepest + 1) * (box_height + gap_y) - gap_y };
}

export function Drawing({ trace, committees }) {
  const drawing = useMemo(() => (trace.recipients.length <= drawn_most ? placed(trace, committees) : null), [trace, committees]);
  if (!drawing) return null;
  const { nodes, width, height } = drawing;
  const list = [...nodes.values()];
  return html`<div class="drawing" tabindex="0" role="group" aria-label=${t("The way, drawn")}>
    <svg viewBox="-2 -2 ${width + 4} ${height + 4}" width=${width + 4} height=${height + 4} role="img" aria-label=${t("The way as a tree; the table below says the same")}>
      ${list.filter((n) => nodes.has(n.parent)).map((n) => {
        const p = nodes.get(n.parent);
        const middle = p.y + box_height + gap_y / 2;
        return html`<path class="edge" d="M${p.x + box_width / 2} ${p.y + box_height}V${middle}H${n.x + box_width / 2}V${n.y}" />`;
      })}
      ${list.map(
        (n) => html`<g class="node ${n.mark ?? "through"}">
          <title>${n.name}</title>
          <rect x=${n.x} y=${n.y} width=${box_width} height=${box_height} rx="4" />
          ${lines(n.name).map((line, i) => html`<text x=${n.x + 10} y=${n.y + 19 + 17 * i}>${line}</text>`)}
          <text class="small" x=${n.x + 10} y=${n.y + 54}>${n.mark ? `${signs[n.mark]} ${short(n.text ?? "")}` : t("passes through")}</text>
        </g>`,
      )}
    </svg>
  </div>`;
}

const events = { accepted: "sent", relayed: "passed on", delivered: "delivered", refused: "refused", expired: "expired", held: "held back" };

export function WayTables({ trace }) {
  return html`
    ${trace.recipients.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-label=${t("Receipts")}><table class="stack">
      <caption>${t("Receipts")}</caption>
      <thead><tr><th scope="col">${t("Recipient")}</th><th scope="col">${t("State")}</th><th scope="col">${t("When")}</th><th scope="col">${t("What its office has done")}</th></tr></thead>
      <tbody>
        ${trace.recipients.map((r) => {
          const s = stateOf(r.state);
          return html`<tr data-committee=${r.committee}>
            <th scope="row">${r.name ?? r.committee}</th>
            <td class="fixed" data-label=${t("State")}><span class="mark ${s.mark}" aria-hidden="true">${signs[s.mark]}</span> ${s.text}${r.reason ? html`<br /><span class="quiet">${r.reason.text ?? r.reason}</span>` : null}</td>
            <td class="fixed" data-label=${t("When")}>${minute(r.at)}</td>
            <td data-label=${t("What its office has done")}>${codeOf(r.code)}${r.arrival ? ` · ${t("arrival number {n}", { n: r.arrival })}` : ""}${r.recall ? html`<br />${codeOf(r.recall) || r.recall}` : null}${r.recall_note ? html`<br /><span class="quiet">${r.recall_note}</span>` : null}</td>
          </tr>`;
        })}
      </tbody>
    </table></div>`}
    <div class="scroll" tabindex="0" role="group" aria-label=${t("The way, hop by hop")}><table class="stack">
      <caption>${t("The way, hop by hop")}</caption>
      <thead><tr><th scope="col">${t("Committee")}</th><th scope="col">${t("What")}</th><th scope="col">${t("When")}</th></tr></thead>
      <tbody>
        ${trace.hops.map((h) => html`<tr><th scope="row">${h.name ?? h.committee}</th><td class="fixed" data-label=${t("What")}>${events[h.event] ? t(events[h.event]) : h.event}</td><td class="fixed" data-label=${t("When")}>${minute(h.at)}</td></tr>`)}
      </tbody>
    </table></div>`;
}
