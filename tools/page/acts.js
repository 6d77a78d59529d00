// What an office does with documents, one or many: which act fits which document, what it asks for first, and what it says afterwards.
import { path, persons, post } from "/office/api.js";
import { Dialog, Field, html, useEffect, useState } from "/office/kit.js";
import { say, sayProblem } from "/office/news.js";
import { isAsked, numberOf } from "/office/status.js";
import { day, t, tn } from "/office/words.js";

const code = (d) => d.work?.code;
const reason = { name: "reason", label: "Reason", help: "The other side reads it.", required: true, long: true };
const note = { name: "note", label: "Note", help: "The issuer reads it.", long: true };

// `back`: the act that takes it back, by the rules. `fields` are asked for in a dialog; without any it is done at once.
const acts = {
  accept: { label: "Accept", fits: (d) => ["01", "02"].includes(code(d)), done: ["{n} document accepted and registered", "{n} documents accepted and registered"] },
  return: {
    label: "Return",
    fits: (d) => ["01", "03"].includes(code(d)),
    fields: [reason],
    done: ["{n} document returned", "{n} documents returned"],
    back: { act: "accept", label: "Accept after all" },
  },
  assign: {
    label: "Assign",
    fits: (d) => ["03", "04", "05"].includes(code(d)),
    fields: [
      { name: "to", label: "In charge", required: true, list: true },
      { name: "with", label: "Working on it too", help: "Several with commas between.", several: true },
      { name: "due", label: "Until", type: "date" },
      { name: "note", label: "What is to be done", long: true },
    ],
    done: ["{n} document assigned", "{n} documents assigned"],
  },
  start: { label: "Begin work", fits: (d) => ["04"].includes(code(d)), done: ["work on {n} document begun", "work on {n} documents begun"] },
  finish: {
    label: "Finish",
    fits: (d) => ["03", "04", "05"].includes(code(d)),
    fields: [{ name: "answer", label: "Our document that answers it", help: "Its number, such as 31-KH/ĐU." }, note],
    done: ["{n} document finished", "{n} documents finished"],
    back: { act: "start", label: "It goes on after all" },
  },
  reopen: { label: "It goes on after all", where: ["start"], fits: (d) => code(d) === "06", done: ["work on {n} document goes on", "work on {n} documents goes on"] },
  agree: { label: "Give it back", where: ["recall", "agree"], fits: isAsked, fields: [note], done: ["{n} document given back", "{n} documents given back"] },
  decline: { label: "Keep it", where: ["recall", "decline"], fits: isAsked, fields: [reason], done: ["{n} document kept", "{n} documents kept"] },
  recall: { label: "Ask for it back", where: ["recall"], fits: () => true, fields: [reason], done: ["{n} document asked back", "{n} documents asked back"] },
  remind: { label: "Remind", fits: (d) => Boolean(d.due), fields: [{ ...note, help: "Stands in the reminder besides." }], done: ["reminded of {n} document", "reminded of {n} documents"] },
};

export const labelOf = (name) => t(acts[name].label);
export const fits = (name, d) => acts[name].fits(d);

function lineOf(name, list, answers) {
  const [one, many] = acts[name].done;
  const numbers = list.slice(0, 3).map(numberOf).join(", ");
  const arrival = name === "accept" && answers.length === 1 && answers[0]?.[0]?.arrival;
  const text = tn(one, many, list.length);
  const which = `${text}: ${numbers}${list.length > 3 ? " …" : ""}`;
  return arrival ? `${which}. ${t("Arrival number {n}", { n: arrival })}` : which;
}

// Does it with each, one after the other, and says what was done and what was not. True: all were done.
export async function doAct(name, documents, fields) {
  const done = [];
  const answers = [];
  const failed = [];
  for (const d of documents) {
    try {
      answers.push(await post(path(["v1", "documents", d.id, ...(acts[name].where ?? [name])]), fields));
      done.push(d);
    } catch (problem) {
      if (!problem.title) throw problem;
      failed.push({ d, problem });
      if (problem.status === 401) break;
    }
  }
  const back = acts[name].back;
  if (done.length > 0) {
    say({ kind: "done", text: lineOf(name, done, answers), undo: back && { label: t(back.label), run: () => doAct(back.act, done, {}) } });
  }
  const rest = documents.length - done.length;
  if (failed.length > 0) {
    const numbers = failed.map((f) => numberOf(f.d)).slice(0, 5).join(", ");
    const lead = rest === 1 ? t("{act} was not done: {numbers}", { act: labelOf(name), numbers }) : t("{act} was not done with {n}: {numbers}", { act: labelOf(name), n: rest, numbers });
    sayProblem(failed[0].problem, lead);
  }
  return failed.length === 0;
}

function Input({ field, given, value, onInput, people }) {
  if (field.long) return html`<textarea ...${given} rows="3" required=${field.required} value=${value} onInput=${onInput}></textarea>`;
  return html`<input ...${given} type=${field.type ?? "text"} required=${field.required} value=${value} list=${field.list || field.several ? "people" : undefined} onInput=${onInput} />
    ${field.list ? html`<datalist id="people">${people.map((p) => html`<option value=${p.name}>${p.unit ?? ""}</option>`)}</datalist>` : null}`;
}

export function ActDialog({ name, documents, onClose, onDone }) {
  const act = acts[name];
  const [values, set] = useState({});
  const [people, setPeople] = useState([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (act.fields?.some((f) => f.list)) persons().then(setPeople, () => setPeople([]));
  }, [name]);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    const fields = {};
    for (const f of act.fields) {
      const text = (values[f.name] ?? "").trim();
      if (text) fields[f.name] = f.several ? text.split(",").map((w) => w.trim()).filter(Boolean) : text;
    }
    const all = await doAct(name, documents, fields);
    setBusy(false);
    // What was written stays until it was taken.
    if (all) onDone?.();
    if (all) onClose();
  };
  return html`<${Dialog} title=${labelOf(name)} onClose=${onClose}>
    <p>${documents.slice(0, 5).map((d) => html`<span class="line"><strong>${numberOf(d)}</strong> ${d.subject}</span>`)}
      ${documents.length > 5 ? tn("and {n} more", "and {n} more", documents.length - 5) : null}</p>
    <form onSubmit=${submit}>
      ${act.fields.map(
        (f) => html`<${Field} label=${t(f.label)} help=${f.help && t(f.help)} optional=${!f.required}>
          ${(given) => html`<${Input} field=${f} given=${given} people=${people} value=${values[f.name] ?? ""} onInput=${(e) => set({ ...values, [f.name]: e.target.value })} />`}
        </${Field}>`,
      )}
      <p class="buttons">
        <button class="main" disabled=${busy}>${labelOf(name)}</button>
        <button type="button" onClick=${onClose}>${t("Cancel")}</button>
      </p>
    </form>
  </${Dialog}>`;
}

// begin(name, documents, then) does an act, or opens its dialog, which is to be drawn; `then` is called when all of it was done.
export function useActs(onDone) {
  const [open, set] = useState(null);
  const begin = async (name, documents, then) => {
    const list = documents.filter((d) => fits(name, d));
    if (list.length === 0) {
      say({ kind: "wrong", text: t("{act}: not possible with what is chosen.", { act: labelOf(name) }) });
    } else if (acts[name].fields) {
      set({ name, documents: list, onDone: () => { then?.(); onDone?.(); } });
    } else {
      if (await doAct(name, list, {})) then?.();
      onDone?.();
    }
  };
  return { begin, dialog: open && html`<${ActDialog} ...${open} onClose=${() => set(null)} />` };
}

export const reminded = (d) => (d.reminded ? t("reminded {day}", { day: day(d.reminded) }) : "");
