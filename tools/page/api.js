// The gateway's interface, as the page asks it: the session, answers, problems, and whether anybody is there at all.
import { makeSource } from "/office/kit.js";
import { language, t } from "/office/words.js";

const ended = new Set(["VT-6105", "VT-6106"]);

// What is true of the page: `session` as /v1/session says, null when nobody is signed in; `reachable`: the last request had an answer.
export const state = { session: undefined, reachable: true, wasSignedIn: null };
export const changed = makeSource();

export class Problem extends Error {
  constructor(from) {
    super(from.title);
    Object.assign(this, from);
    // What to type at a command line helps nobody here.
    this.help = from.fix && !/vanthu|gateway\.|systemctl|--[a-z]/.test(from.fix) ? from.fix : null;
  }

  // Nobody knows whether it happened: asking the same again is safe.
  get unanswered() {
    return this.status === 0 || this.status === 504;
  }
}

function reach(yes) {
  if (state.reachable === yes) return;
  state.reachable = yes;
  changed.tell();
}

export function setSession(to) {
  if (to) state.wasSignedIn = to.name;
  state.session = to;
  changed.tell();
}

export const has = (...roles) => (state.session?.roles ?? []).some((r) => roles.includes(r));

export function path(parts, query) {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== "" && value !== null && value !== undefined && value !== false) words.append(name, value);
  }
  const text = words.toString();
  return parts.map((p) => `/${encodeURIComponent(p)}`).join("") + (text ? `?${text}` : "");
}

export function headers(background) {
  return {
    "Accept-Language": language,
    ...(state.session ? { "X-Vanthu-Proof": state.session.proof } : {}),
    ...(background ? { "X-Vanthu-Background": "1" } : {}),
  };
}

export function noAnswer() {
  reach(false);
  return new Problem({ status: 0, code: "", title: t("There is no answer."), detail: t("The connection or the office's server is away.") });
}

// The whole answer, or a Problem.
export function judge(status, text) {
  reach(true);
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // a proxy's page, or nothing
  }
  if (status >= 200 && status < 300 && answer) return answer;
  const problem = new Problem({ title: t("The server answered {status}.", { status }), code: "", ...answer, status });
  if (status === 401 && ended.has(problem.code) && state.session) setSession(null);
  return problem;
}

async function ask(method, where, { json, background } = {}) {
  const body = json === undefined ? undefined : JSON.stringify(json);
  let response, text;
  try {
    response = await fetch(where, {
      method,
      body,
      headers: { ...headers(background), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      credentials: "same-origin",
      cache: "no-store",
    });
    text = await response.text();
  } catch {
    throw noAnswer();
  }
  const answer = judge(response.status, text);
  if (answer instanceof Problem) throw answer;
  return answer;
}

export const get = (where, background) => ask("GET", where, { background }).then((a) => a.data);
export const getPage = (where, background) => ask("GET", where, { background });
export const post = (where, json) => ask("POST", where, { json: json ?? {} }).then((a) => a.data);

// ---- the session ----

export async function findSession() {
  try {
    setSession(await get("/v1/session", true));
  } catch (problem) {
    if (problem.status === 401) setSession(null);
    else throw problem;
  }
}

export const signIn = async (fields) => setSession(await post("/v1/session", fields));
export const changePassword = async (fields) => setSession(await post("/v1/session/password", fields));

export async function signOut() {
  await post("/v1/session/end");
  state.wasSignedIn = null;
  setSession(null);
}

// ---- what is asked once a session ----

let kept = new Map();
changed.listen(() => {
  if (!state.session) kept = new Map();
});

function once(where) {
  if (!kept.has(where)) {
    const answer = get(where, true);
    kept.set(where, answer);
    answer.catch(() => kept.delete(where));
  }
  return kept.get(where);
}

export const committees = () => (has("handler") && !has("clerk", "leader", "viewer", "operator") ? Promise.resolve([]) : once("/v1/committees"));
export const types = () => once("/v1/types");
export const persons = () => once("/v1/persons");
export const lists = () => once("/v1/lists");

// A form of `meta` and files; what has gone of it is told to `on.progress` (0 to 1), and `on.stop` gets what ends it.
export function upload(where, meta, files, on) {
  const form = new FormData();
  form.append("meta", new Blob([JSON.stringify(meta)], { type: "application/json" }));
  for (const f of files) form.append("file", f, f.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", where);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = (e) => e.lengthComputable && on?.progress(e.loaded / e.total);
    if (on) on.stop = () => request.abort();
    request.onerror = request.onabort = request.ontimeout = () => reject(noAnswer());
    request.onload = () => {
      const answer = judge(request.status, request.responseText);
      if (answer instanceof Problem) reject(answer);
      else resolve(answer.data);
    };
    request.send(form);
  });
}
