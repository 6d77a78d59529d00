// The page: who is signed in, the menu by role, and which view the address names (#/arrived?new=1). Views that few need come when asked for.
import { changed, committees, findSession, get, has, path, signOut, state } from "/office/api.js";
import { Arrived } from "/office/arrived.js";
import { ChangePassword, SignIn } from "/office/sign_in.js";
import { all as drafts } from "/office/drafts.js";
import { Failure, html, render, useEffect, useSource, useState, Waiting } from "/office/kit.js";
import { KeysHelp, useKeys } from "/office/keys.js";
import { live, stream } from "/office/live.js";
import { News, say } from "/office/news.js";
import { Sent } from "/office/sent.js";
import { numberOf } from "/office/status.js";
import { language, setLanguage, t, tn } from "/office/words.js";

const counted_most = 100;
const settle_ms = 1000;

// `take`: the view, or what imports it. `roles`: who has it in the menu.
const views = {
  arrived: { label: "Arrived", roles: ["clerk", "leader", "handler"], take: () => Arrived, key: "1" },
  send: { label: "Send", roles: ["clerk", "leader"], take: () => import("/office/send.js").then((m) => m.Send), key: "2" },
  sent: { label: "Sent", roles: ["clerk", "leader"], take: () => Sent, key: "3" },
  books: { label: "Registers", roles: ["clerk", "leader"], take: () => import("/office/books.js").then((m) => m.Books), key: "4" },
  meter: { label: "Digital share", roles: ["clerk", "leader", "viewer", "operator"], take: () => import("/office/meter.js").then((m) => m.Meter), key: "5" },
  operation: { label: "Operation", roles: ["operator", "viewer"], take: () => import("/office/operation.js").then((m) => m.Operation), key: "6" },
  document: { roles: ["clerk", "leader", "handler"], take: () => import("/office/document.js").then((m) => m.Document) },
  password: { roles: ["clerk", "leader", "handler", "viewer", "operator"], take: () => ChangePassword },
};
const menu = () => Object.entries(views).filter(([, v]) => v.label && has(...v.roles));

function parse() {
  const [where, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, id] = where.split("/");
  return { name, id: id && decodeURIComponent(id), query: Object.fromEntries(new URLSearchParams(query ?? "")) };
}

function useAddress() {
  const [at, set] = useState(parse);
  useEffect(() => {
    const on = () => set(parse());
    addEventListener("hashchange", on);
    return () => removeEventListener("hashchange", on);
  }, []);
  // Typing in a filter makes no entry of its own in the browser's history.
  const setQuery = (query) => {
    history.replaceState(null, "", path([at.name], query).replace(/^\//, "#/"));
    set(parse());
  };
  return [at, setQuery];
}

// How many are new, for the menu; and what arrives is said.
function useNew(on) {
  const [number, set] = useState(null);
  useEffect(() => {
    if (!on) return undefined;
    const look = () => get(path(["v1", "documents"], { box: "in", new: "true", limit: counted_most }), true).then((list) => set(list.length), () => set(null));
    look();
    let timer = 0;
    let arrived = [];
    const end = live.listen((change) => {
      if (change.kind === "arrived") arrived.push(change);
      clearTimeout(timer);
      timer = setTimeout(() => {
        look();
        if (arrived.length === 1) say({ kind: "news", text: t("Arrived: {number} – {subject}", { number: numberOf(arrived[0].document ?? {}), subject: arrived[0].document?.subject ?? "" }), href: `#/document/${arrived[0].id}` });
        else if (arrived.length > 1) say({ kind: "news", text: tn("{n} document arrived", "{n} documents arrived", arrived.length), href: "#/arrived" });
        arrived = [];
      }, settle_ms);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [on]);
  return number;
}

function View({ at, setQuery, back, redraw }) {
  const [found, set] = useState({});
  const view = views[at.name];
  useEffect(() => {
    let here = true;
    Promise.resolve(view.take()).then(
      (component) => here && set({ name: at.name, component }),
      () => here && set({ name: at.name, problem: { title: t("This part of the page could not be loaded."), help: t("Load the page again.") } }),
    );
    return () => (here = false);
  }, [at.name]);
  if (found.name !== at.name) return html`<${Waiting} />`;
  if (found.problem) return html`<${Failure} problem=${found.problem} again=${() => location.reload()} />`;
  return html`<${found.component} key=${at.name + (at.id ?? "")} id=${at.id} query=${at.query} setQuery=${setQuery} back=${back} sent=${at.query.sent === "1"} redraw=${redraw} onDone=${() => (location.hash = "#/")} />`;
}

function Header({ redraw, showKeys }) {
  const s = state.session;
  const [name, setName] = useState("");
  const inside = s && !s.password_to_change;
  useEffect(() => {
    setName("");
    if (inside) committees().then((all) => setName(all.find((c) => c.id === s.committee)?.name ?? s.committee), () => setName(s.committee));
  }, [inside && s.name]);
  const to = language === "vi" ? "en" : "vi";
  const switchTo = () => {
    setLanguage(to);
    redraw();
  };
  return html`<header class="top">
    <p class="title"><strong>${t("Office")}</strong>${s ? html`<span class="quiet"> ${name && `· ${name}`}</span>` : null}</p>
    ${inside ? html`<p class="line ${stream.open ? "open" : ""}">${stream.open ? t("live") : t("connecting…")}</p>` : null}
    <p class="who">
      ${s && html`<span class="person">${s.person}</span>`}
      <button type="button" class="plain" lang=${to} onClick=${switchTo}>${to === "vi" ? "Tiếng Việt" : "English"}</button>
      ${inside && html`<button type="button" class="plain keys-button" onClick=${showKeys}>${t("Keys")}</button><a href="#/password">${t("Password")}</a><button type="button" class="plain" onClick=${signOut}>${t("Sign out")}</button>`}
    </p>
  </header>`;
}

function Menu({ at, back, fresh }) {
  return html`<nav class="menu" aria-label=${t("Menu")}>
    ${menu().map(([name, v]) => html`<a href="#/${name}" aria-current=${(at.name === "document" ? back.slice(2).split("?")[0] : at.name) === name ? "page" : undefined}>${t(v.label)}${name === "arrived" && fresh ? html` <span class="badge">${fresh >= counted_most ? "99+" : fresh}<span class="hidden"> ${t("new")}</span></span>` : null}</a>`)}
  </nav>`;
}

// Only where it can be seen that a draft is older than this page's own work: at the start of a session.
function offerDrafts() {
  const list = drafts();
  if (list.length > 0) say({ kind: "news", text: tn("{n} draft was written and not sent.", "{n} drafts were written and not sent.", list.length), undo: { label: t("Go on writing"), run: () => (location.hash = `#/send?draft=${list[0].id}`) } });
}

function Office({ redraw, showKeys }) {
  const [at, setQuery] = useAddress();
  const [back, setBack] = useState("#/");
  const fresh = useNew(has("clerk", "leader", "handler"));
  const home = menu()[0]?.[0];
  const allowed = views[at.name] && has(...views[at.name].roles);
  useEffect(offerDrafts, []);
  useEffect(() => {
    if (!allowed && home) location.replace(`#/${home}`);
  }, [at.name]);
  useEffect(() => {
    if (at.name !== "document") setBack(location.hash || "#/");
    scrollTo(0, 0);
  }, [at]);
  useKeys([
    ...menu().map(([name, v]) => ({ key: v.key, what: t(v.label), run: () => (location.hash = `#/${name}`) })),
    ...(has("clerk", "leader") ? [{ key: "n", what: t("Write a new one"), run: () => (location.hash = "#/send") }] : []),
    { key: "?", what: t("Show the keys"), run: showKeys },
  ]);
  return html`<${Menu} at=${at} back=${back} fresh=${fresh} /><main id="main">
    ${!home ? html`<p class="empty">${t("This account has no role that this page serves.")}</p>` : allowed ? html`<${View} at=${at} setQuery=${setQuery} back=${back} redraw=${redraw} />` : null}</main>`;
}

function Page() {
  const [, draw] = useState(0);
  const [keys, setKeys] = useState(false);
  const [problem, setProblem] = useState(null);
  const redraw = () => draw((n) => n + 1);
  useSource(changed);
  const begin = () => findSession().then(() => setProblem(null), setProblem);
  useEffect(() => {
    begin();
  }, []);
  const s = state.session;
  let inside;
  if (s === undefined) inside = html`<main id="main">${problem ? html`<${Failure} problem=${problem} again=${begin} />` : html`<${Waiting} />`}</main>`;
  else if (s === null) inside = html`<main id="main"><${SignIn} /></main>`;
  else if (s.password_to_change) inside = html`<main id="main"><${ChangePassword} forced onDone=${redraw} /></main>`;
  else inside = html`<${Office} key=${s.name} redraw=${redraw} showKeys=${() => setKeys(true)} />`;
  // Another language draws everything anew; what is being written is kept by its view.
  return html`<div class="page ${s && !s.password_to_change ? "in" : "out"}" key=${language}>
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.querySelector("#main h1")?.focus(); }}>${t("Go to the content")}</a>
    <${Header} redraw=${redraw} showKeys=${() => setKeys(true)} />
    ${!state.reachable && html`<p class="away" role="alert">${t("There is no connection to the office's server. What is written here is kept; nothing is sent until it is back.")}</p>`}
    ${inside}
    <${News} account=${s?.name} />
    ${keys && html`<${KeysHelp} onClose=${() => setKeys(false)} />`}
  </div>`;
}

const root = document.getElementById("page");
root.textContent = "";
render(html`<${Page} />`, root);
