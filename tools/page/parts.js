// The files of a document. A PDF or a picture is shown in place, from memory, under the type that its first bytes say, never under one that
// its sender says; everything else can only be saved. So nothing that came from elsewhere runs in this page.
import { headers, judge, noAnswer, path, Problem } from "/office/api.js";
import { Failure, html, useEffect, useState, Waiting } from "/office/kit.js";
import { size, t } from "/office/words.js";

const shown_bytes_most = 64 * 1024 * 1024;

const starts = [
  { type: "application/pdf", bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { type: "image/png", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/jpeg", bytes: [0xff, 0xd8, 0xff] },
  { type: "image/gif", bytes: [0x47, 0x49, 0x46, 0x38] },
];
const webp = (b) => String.fromCharCode(...b.slice(0, 4)) === "RIFF" && String.fromCharCode(...b.slice(8, 12)) === "WEBP";

export function typeOf(bytes) {
  const found = starts.find((s) => s.bytes.every((b, i) => bytes[i] === b));
  return found ? found.type : webp(bytes) ? "image/webp" : null;
}

// Worth asking for: what is looked at for certain is its bytes.
export const mayShow = (part) => part.size_bytes <= shown_bytes_most && /\.(pdf|png|jpe?g|gif|webp)$/i.test(part.name);

export const partPath = (id, part) => path(["v1", "documents", id, "parts", String(part.index + 1)]);

async function load(id, part) {
  let response, buffer;
  try {
    response = await fetch(partPath(id, part), { headers: headers(), credentials: "same-origin" });
    if (!response.ok) {
      const answer = judge(response.status, await response.text());
      throw answer instanceof Problem ? answer : noAnswer();
    }
    buffer = await response.arrayBuffer();
  } catch (problem) {
    throw problem instanceof Problem ? problem : noAnswer();
  }
  const type = typeOf(new Uint8Array(buffer, 0, Math.min(16, buffer.byteLength)));
  return type && { type, url: URL.createObjectURL(new Blob([buffer], { type })) };
}

function Shown({ id, part }) {
  const [state, set] = useState({});
  useEffect(() => {
    let url = null;
    let gone = false;
    set({});
    load(id, part).then(
      (found) => {
        url = found?.url;
        if (gone && url) URL.revokeObjectURL(url);
        else if (!gone) set({ found, none: !found });
      },
      (problem) => !gone && set({ problem }),
    );
    return () => {
      gone = true;
      if (url) URL.revokeObjectURL(url);
    };
  }, [id, part.sha256]);
  if (state.problem) return html`<${Failure} problem=${state.problem} />`;
  if (state.none) return html`<p class="empty">${t("This file is not what its name says, so it is not shown here.")}</p>`;
  if (!state.found) return html`<${Waiting} />`;
  if (state.found.type === "application/pdf") return html`<iframe class="shown" title=${part.name} src=${state.found.url}></iframe>`;
  return html`<div class="shown picture"><img src=${state.found.url} alt=${t("Picture: {name}", { name: part.name })} /></div>`;
}

export function Parts({ id, parts }) {
  const [at, set] = useState(() => parts.find(mayShow)?.index ?? -1);
  const part = parts.find((p) => p.index === at);
  return html`<section class="parts" aria-labelledby="parts-title">
    <h2 id="parts-title">${t("Files")}</h2>
    <ul class="files">
      ${parts.map(
        (p) => html`<li class=${p.index === at ? "on" : ""}>
          <span class="name">${p.name}</span>
          <span class="quiet">${size(p.size_bytes)}${p.index > 0 ? ` · ${t("attachment {n}", { n: p.index })}` : ""}</span>
          <span class="buttons">
            ${mayShow(p) && html`<button type="button" aria-pressed=${p.index === at ? "true" : "false"} onClick=${() => set(p.index === at ? -1 : p.index)}>${t("Show here")}<span class="hidden">: ${p.name}</span></button>`}
            <a class="button" href=${partPath(id, p)} download=${p.name}>${t("Save")}<span class="hidden">: ${p.name}</span></a>
          </span>
        </li>`,
      )}
    </ul>
    ${part ? html`<${Shown} id=${id} part=${part} />` : html`<p class="quiet">${t("PDF files and pictures are shown here; others can be saved.")}</p>`}
  </section>`;
}
