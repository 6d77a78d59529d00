// Writing a document: recipients out of the tree, its fields and files, a check of what will happen, and then it goes. A draft has the id of
// the document that it becomes: what is sent twice under it is sent once, so after a broken line one may send again.
import { committees, get, lists, path, persons, state, types, upload } from "/office/api.js";
import { drop, filesOf, keep, keepFiles, newId, read } from "/office/drafts.js";
import { Dialog, Failure, Field, Heading, html, useEffect, useRef, useState, Waiting } from "/office/kit.js";
import { nameOf, Recipients } from "/office/recipients.js";
import { size, t, tn, today, urgencies } from "/office/words.js";

const looked_at_bytes = 64 * 1024; // of each file, for the check
const empty = { to: [], type: "", number: "", subject: "", urgency: "thuong", due: "", date: "", signer: "", position: "", competence: "", note: "", paper_copies: "" };
const plain = ["type", "subject", "urgency", "due", "date", "signer", "position", "competence", "note", "reply_to", "update", "replace"];

function metaOf(draft) {
  const meta = { id: draft.id, to: draft.to, number: draft.number.trim() || "auto" };
  for (const name of plain) {
    const text = (draft[name] ?? "").trim();
    if (text) meta[name] = text;
  }
  if (draft.paper_copies) meta.paper_copies = Number(draft.paper_copies);
  if (draft.finish && draft.reply_to) meta.finish = true;
  return meta;
}

const begun = (d) => Boolean(d.subject || d.to.length || d.type || d.note || d.signer);

// What the draft begins with: an older draft, or the document that it answers, updates, replaces or says once more.
async function beginning(query) {
  if (query.draft) {
    const kept = read(query.draft);
    if (kept) return { ...empty, ...kept };
  }
  const draft = { ...empty, id: newId() };
  const about = ["reply_to", "update", "replace", "again"].find((name) => query[name]);
  if (!about) return draft;
  const d = await get(path(["v1", "documents", query[about]]));
  const more = about === "again" ? {} : { [about]: d.id, about: { number: d.number, subject: d.subject, how: about } };
  if (about === "reply_to") return { ...draft, ...more, to: [d.from], finish: true };
  return { ...draft, ...more, to: d.to, type: d.type_name ?? d.type, subject: d.subject, signer: d.signer?.name ?? "", position: d.signer?.position ?? "", competence: d.signer?.competence ?? "" };
}

function Files({ list, onChange }) {
  const [over, setOver] = useState(false);
  const input = useRef();
  const add = (more) => onChange([...list, ...more]);
  const move = (i, to) => {
    const next = [...list];
    next.splice(to, 0, ...next.splice(i, 1));
    onChange(next);
  };
  const dropped = (e) => {
    e.preventDefault();
    setOver(false);
    add([...e.dataTransfer.files]);
  };
  return html`<fieldset class="files-in ${over ? "over" : ""}" onDragOver=${(e) => { e.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${dropped}>
    <legend>${t("Files")}</legend>
    <p class="help" id="files-help">${t("The first is the document itself, the others are its attachments. Drop them here, or choose them.")}</p>
    <ol class="files">
      ${list.map((f, i) => html`<li><span class="name">${f.name}</span> <span class="quiet">${size(f.size)} · ${i === 0 ? t("the document") : t("attachment {n}", { n: i })}</span>
        <span class="buttons">${i > 0 && html`<button type="button" class="plain" onClick=${() => move(i, 0)}>${t("Make it the first")}<span class="hidden">: ${f.name}</span></button>`}
          <button type="button" class="plain" onClick=${() => onChange(list.filter((_, j) => j !== i))}>${t("Take out")}<span class="hidden">: ${f.name}</span></button></span></li>`)}
    </ol>
    <input ref=${input} type="file" multiple class="hidden" tabindex="-1" aria-label=${t("Choose files")} onChange=${(e) => { add([...e.target.files]); e.target.value = ""; }} />
    <button type="button" aria-describedby="files-help" onClick=${() => input.current.click()}>${t("Choose files")}</button>
  </fieldset>`;
}

const warnings = {
  "VT-1008": "the number has the symbol of another committee",
  "VT-1010": "the day of issue has not come yet",
  "VT-1011": "another document of ours has this number",
  "VT-1012": "the number has the symbol of another type of document",
  "VT-1013": "it is to be done by a day that has passed, or before it was issued",
  "VT-1014": "numbers before this one have not been given",
  "VT-1015": "a file is empty",
  "VT-1025": "the name of a file is one that other systems refuse",
  "VT-1030": "it replaces a document of another type",
  "VT-1031": "somebody has the document that it concerns and does not get this one",
  "VT-1033": "what it answers was not accepted yet, was returned, recalled or replaced",
  "VT-1034": "K/T does not fit a committee",
  "VT-1049": "another document has this id",
  "VT-2055": "what it answers is not here",
};

// What will happen, before it does; then it goes, and the dialog says how much of it has gone.
function Check({ draft, files, tree, onClose, onSent }) {
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const [gone, setGone] = useState(null);
  const on = useRef({ progress: setGone });
  const meta = metaOf(draft);
  useEffect(() => {
    const parts = files.map((f) => new File([f.slice(0, looked_at_bytes)], f.name));
    upload("/v1/documents?dry_run=true", meta, parts).then(setFound, setProblem);
  }, []);
  const send = async () => {
    setProblem(null);
    setGone(0);
    try {
      onSent(await upload("/v1/documents", meta, files, on.current));
    } catch (p) {
      if (!p.title) throw p;
      setProblem(p);
      setGone(null);
    }
  };
  const close = () => (gone === null ? onClose() : on.current.stop?.());
  const bytes = files.reduce((sum, f) => sum + f.size, 0);
  return html`<${Dialog} title=${t("What will happen")} onClose=${close} wide>
    ${problem && html`<div><${Failure} problem=${problem} />
      <p><strong>${problem.unanswered ? t("It is not known whether it was sent. Sending it again is safe: it goes once.") : t("Nothing was sent. What was written is kept.")}</strong></p></div>`}
    ${!found && !problem && html`<${Waiting} what=${t("Being checked…")} />`}
    ${found && html`
      <dl class="facts">
        <div><dt>${t("Number")}</dt><dd><strong>${found.number}</strong>${meta.number === "auto" ? html` <span class="quiet">${t("the next one; it is given when it is sent")}</span>` : null}</dd></div>
        <div><dt>${t("Subject")}</dt><dd>${draft.subject}</dd></div>
        <div><dt>${tn("{n} recipient", "{n} recipients", found.recipients.length)}</dt><dd><ul class="short">${found.recipients.map((id) => html`<li>${nameOf(id, tree)}</li>`)}</ul></dd></div>
        <div><dt>${tn("{n} file", "{n} files", files.length)}</dt><dd>${files.map((f) => f.name).join("; ")} <span class="quiet">${size(bytes)}</span></dd></div>
      </dl>
      ${found.warnings.length > 0 && html`<div class="warned"><p><strong>${t("Is this meant so?")}</strong></p><ul>${found.warnings.map((w) => html`<li>${warnings[w] ? t(warnings[w]) : w}</li>`)}</ul></div>`}`}
    ${gone !== null && html`<p><label>${t("Being sent…")} <progress max="1" value=${gone}></progress></label> ${Math.round(gone * 100)} %</p>`}
    <p class="buttons">
      ${found && html`<button type="button" class="main" autofocus disabled=${gone !== null} onClick=${send}>${problem ? t("Send it again") : t("Send it now")}</button>`}
      <button type="button" onClick=${close}>${gone === null ? t("Back to writing") : t("Stop")}</button>
    </p>
  </${Dialog}>`;
}

// The number that would be next, as soon as type and recipients are known.
function useNext(draft) {
  const [next, set] = useState("");
  const key = JSON.stringify([draft?.type, draft?.to]);
  useEffect(() => {
    set("");
    if (!draft?.type || draft.to.length === 0) return undefined;
    let here = true;
    const meta = { to: draft.to, type: draft.type, number: "auto", subject: "…" };
    const timer = setTimeout(() => upload("/v1/documents?dry_run=true", meta, [new File(["."], "a.txt")]).then((a) => here && set(a.number ?? ""), () => {}), 300);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [key]);
  return next;
}

const how = { reply_to: "It answers {number}: {subject}", update: "It updates {number}: {subject}", replace: "It replaces {number}: {subject}" };

function wrongIn(draft, files) {
  const wrong = {};
  if (draft.to.length === 0) wrong.to = t("Choose at least one recipient.");
  if (!draft.type.trim()) wrong.type = t("Choose the type.");
  if (!draft.subject.trim()) wrong.subject = t("Write what it is about.");
  if (files.length === 0) wrong.files = t("Add the file of the document.");
  return wrong;
}

function Form({ first, all, setQuery }) {
  const [draft, setDraft] = useState(first);
  const [files, setFiles] = useState(filesOf(first.id));
  const [lost, setLost] = useState(false);
  const [checking, setChecking] = useState(false);
  const [tried, setTried] = useState(false);
  const next = useNext(draft);
  const form = useRef();
  const set = (more) => {
    const now = { ...draft, ...more };
    setDraft(now);
    if (begun(now)) setLost(!keep(now.id, now));
  };
  useEffect(() => setQuery({ draft: first.id }), []);
  useEffect(() => {
    const ask = (e) => files.length > 0 && e.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [files]);
  const takeFiles = (list) => {
    setFiles(list);
    keepFiles(draft.id, list);
  };
  const wrong = tried ? wrongIn(draft, files) : {};
  const check = (e) => {
    e.preventDefault();
    setTried(true);
    if (Object.keys(wrongIn(draft, files)).length === 0) {
      set({ date: draft.date || today() });
      setChecking(true);
    } else {
      setTimeout(() => form.current.querySelector(".error")?.scrollIntoView({ block: "center" }));
    }
  };
  const sent = (answer) => {
    drop(draft.id);
    location.hash = `#/document/${answer.id}?sent=1`;
  };
  const text = (name, more) => (given) => html`<input ...${given} ...${more} value=${draft[name] ?? ""} onInput=${(e) => set({ [name]: e.target.value })} />`;
  return html`<form class="send" ref=${form} onSubmit=${check} noValidate>
    ${draft.about && html`<p class="note">${t(how[draft.about.how], draft.about)}</p>`}
    ${lost && html`<p class="failure" role="alert">${t("This browser keeps no drafts: what is written here is lost when the page is closed.")}</p>`}
    <div class="columns">
      <section><${Recipients} own=${state.session.committee} committees=${all.tree} lists=${all.lists} value=${draft.to} onChange=${(to) => set({ to })} wrong=${wrong.to} /></section>
      <section>
        <${Field} label=${t("Type")} wrong=${wrong.type}>${text("type", { list: "types", required: true, autocomplete: "off" })}</${Field}>
        <datalist id="types">${all.types.map((k) => html`<option value=${k.name}>${k.code}</option>`)}</datalist>
        <${Field} label=${t("Number")} optional help=${draft.number ? t("This number; leave it empty for the next one.") : next ? t("Empty: the next one, {number}.", { number: next }) : t("Empty: the next one.")}>${text("number", { placeholder: next, autocomplete: "off" })}</${Field}>
        <${Field} label=${t("Subject")} wrong=${wrong.subject}>${(given) => html`<textarea ...${given} rows="3" required value=${draft.subject} onInput=${(e) => set({ subject: e.target.value })}></textarea>`}</${Field}>
        <div class="pair">
          <${Field} label=${t("Urgency")}>${(given) => html`<select ...${given} value=${draft.urgency} onChange=${(e) => set({ urgency: e.target.value })}>${Object.entries(urgencies).map(([k, v]) => html`<option value=${k}>${v}</option>`)}</select>`}</${Field}>
          <${Field} label=${t("To be done by")} optional>${text("due", { type: "date" })}</${Field}>
        </div>
        <${Files} list=${files} onChange=${takeFiles} />
        ${wrong.files && html`<p class="error">${wrong.files}</p>`}
        ${draft.reply_to && html`<label class="check"><input type="checkbox" checked=${Boolean(draft.finish)} onChange=${(e) => set({ finish: e.target.checked })} /> ${t("The work on what it answers is finished with it")}</label>`}
        <details open=${Boolean(draft.signer || draft.note)}>
          <summary>${t("Signer, note, day of issue")}</summary>
          <div class="pair">
            <${Field} label=${t("Signed by")} optional>${text("signer", { list: "signers" })}</${Field}>
            <${Field} label=${t("Office of who signed")} optional>${text("position")}</${Field}>
          </div>
          <datalist id="signers">${all.persons.map((p) => html`<option value=${p.name}></option>`)}</datalist>
          <div class="pair">
            <${Field} label=${t("In whose place")} optional help=${t("Such as T/M ĐẢNG ỦY.")}>${text("competence")}</${Field}>
            <${Field} label=${t("Day of issue")} optional help=${t("Empty: today.")}>${text("date", { type: "date" })}</${Field}>
          </div>
          <${Field} label=${t("Note to the recipients' offices")} optional>${(given) => html`<textarea ...${given} rows="2" value=${draft.note} onInput=${(e) => set({ note: e.target.value })}></textarea>`}</${Field}>
          <${Field} label=${t("Copies on paper besides")} optional>${text("paper_copies", { type: "number", min: 0, max: 9999 })}</${Field}>
        </details>
      </section>
    </div>
    <p class="buttons ends"><button class="main">${t("Check and send")}</button><span class="quiet">${t("Drafts are kept in this browser; files only while the page is open.")}</span></p>
    ${checking && html`<${Check} draft=${draft} files=${files} tree=${all.tree} onClose=${() => setChecking(false)} onSent=${sent} />`}
  </form>`;
}

export function Send({ query, setQuery }) {
  const [all, set] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = async () => {
    setProblem(null);
    try {
      const none = () => [];
      const [first, tree, kinds, groups, people] = await Promise.all([beginning(query), committees(), types().catch(none), lists().catch(none), persons().catch(none)]);
      set({ first, tree, types: kinds, lists: groups, persons: people });
    } catch (p) {
      if (!p.title) throw p;
      setProblem(p);
    }
  };
  useEffect(() => {
    // The form itself writes the draft's id into the address: that is no other draft.
    if (!all || query.draft !== all.first.id) load();
  }, [query.draft, query.reply_to, query.update, query.replace, query.again]);
  return html`<${Heading}>${t("Send a document")}</${Heading}>
    ${problem && html`<${Failure} problem=${problem} again=${load} />`}
    ${!all && !problem && html`<${Waiting} />`}
    ${all && html`<${Form} key=${all.first.id} first=${all.first} all=${all} setQuery=${setQuery} />`}`;
}
