// How it runs: the daemon, its links and queues, and what is wrong. What may be done here is what the command line does, with a question before.
import "/office/vi_more.js";
import { get, has, path, post } from "/office/api.js";
import { Failure, Heading, html, useAsked, useEffect, useState, Waiting } from "/office/kit.js";
import { live } from "/office/live.js";
import { say, sayProblem } from "/office/news.js";
import { age, count, dayOf, minute, size, t } from "/office/words.js";

const settle_ms = 500;
const look_again_ms = 30000;
const events_most = 50;

const roles = { superior: "superior", subordinate: "subordinate", former: "former neighbour" };
const seconds = (instant) => (instant ? Math.max(0, (Date.now() - Date.parse(instant)) / 1000) : null);

function Links({ links, names, again }) {
  const ping = async (id) => {
    try {
      await post(path(["v1", "links", id, "ping"]));
      say({ kind: "done", text: t("{name} answers.", { name: names(id) }) });
    } catch (problem) {
      if (!problem.title) throw problem;
      sayProblem(problem, names(id));
    }
    again(true);
  };
  return html`<section aria-labelledby="links-title"><h2 id="links-title">${t("Links")}</h2>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("Links")}><table class="stack"><caption class="hidden">${t("Links")}</caption>
      <thead><tr><th scope="col">${t("Neighbour")}</th><th scope="col">${t("Role")}</th><th scope="col">${t("Link")}</th><th scope="col">${t("Last sign of life")}</th><th scope="col" class="figure">${t("Waiting")}</th><th scope="col">${t("The oldest")}</th><th scope="col" class="figure">${t("Violations")}</th>${has("operator") && html`<th scope="col">${t("What may be done")}</th>`}</tr></thead>
      <tbody>${links.map((l) => {
        const old = seconds(l.last_proof_at);
        return html`<tr><th scope="row">${names(l.committee)}<br /><span class="quiet">${l.endpoint}</span></th><td class="fixed" data-label=${t("Role")}>${roles[l.role] ? t(roles[l.role]) : l.role}</td>
          <td data-label=${t("Link")}><span class="mark ${l.up ? "good" : "bad"}">${l.up ? "✓" : "✕"}</span> ${l.up ? t("up") : t("down")}${l.down_reason ? html`<br /><span class="quiet">${l.down_reason.text}</span>` : null}${l.waits_for ? html`<br /><span class="quiet">${l.waits_for.text}</span>` : null}</td>
          <td class="fixed" data-label=${t("Last sign of life")}>${old === null ? t("never") : t("{age} ago", { age: age(old) })}</td><td class="figure" data-label=${t("Waiting")}>${count(l.queued)}</td><td data-label=${t("The oldest")}>${l.queued ? age(l.oldest_queued_s) : ""}</td><td class="figure" data-label=${t("Violations")}>${count(l.violations)}</td>
          ${has("operator") && html`<td><button type="button" onClick=${() => ping(l.committee)}>${t("Ask for a sign of life")}<span class="hidden">: ${names(l.committee)}</span></button></td>`}</tr>`;
      })}</tbody></table></div></section>`;
}

const ages = [["1m", "< 1 min"], ["5m", "< 5 min"], ["1h", "< 1 h"], ["8h", "< 8 h"], ["1d", "< 1 day"], ["1w", "< 1 week"], ["older", "older"], ["total", "Together"]];

const Queues = ({ queues, names }) => html`<section aria-labelledby="queues-title"><h2 id="queues-title">${t("Queues by age")}</h2>
  <div class="scroll" tabindex="0" role="group" aria-label=${t("Queues by age")}><table class="stack"><caption class="hidden">${t("Queues by age")}</caption>
    <thead><tr><th scope="col">${t("Neighbour")}</th>${ages.map(([, label]) => html`<th scope="col" class="figure">${t(label)}</th>`)}</tr></thead>
    <tbody>${queues.map((q) => html`<tr><th scope="row">${names(q.committee)}</th>${ages.map(([key, label]) => html`<td class="figure" data-label=${t(label)}>${count(q[key])}</td>`)}</tr>`)}</tbody></table></div></section>`;

function State({ s }) {
  const ends = s.clock?.key?.to;
  const rows = [
    ["Version", s.version],
    ["Runs since", minute(s.up_since)],
    ["Disk free", size(s.disk_free_bytes)],
    ["Store", `${size(s.map.used_bytes)} / ${size(s.map.bytes)}`],
    ["Waiting in all", count(s.queue.count)],
    ["The oldest", s.queue.count ? age(s.queue.oldest_s) : ""],
    ["Directory", `${t("version {n}", { n: count(s.directory.version) })}${s.directory.valid_until ? `, ${t("valid until {day}", { day: dayOf(s.directory.valid_until) })}` : ""}`],
    ["The signing key ends", ends ? dayOf(ends) : t("no end")],
    ["Last backup", s.backup?.at ? minute(s.backup.at) : t("none known")],
    ["Damaged records", count(s.damaged)],
    ["Set aside", count(s.set_aside)],
  ];
  const alarms = s.alarms ?? [];
  return html`<section aria-labelledby="state-title"><h2 id="state-title">${s.name}</h2>
    ${alarms.length > 0 ? html`<div class="failure" role="alert"><ul>${alarms.map((a) => html`<li>${a.text ?? a.code ?? String(a)}</li>`)}</ul></div>` : html`<p class="verdict good"><span aria-hidden="true">✓</span> ${t("No alarm.")}</p>`}
    <dl class="facts">${rows.filter(([, value]) => value).map(([name, value]) => html`<div><dt>${t(name)}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

const kinds = { arrived: "arrived", sent: "sent", receipt: "receipt", delivered: "delivered", refused: "refused", expired: "expired", accepted: "accepted and registered", returned: "returned", assigned: "assigned", started: "in work", finished: "finished", link_up: "link up", link_down: "link down", directory: "new directory", store: "alarm of a store", numbered: "in the register", target: "figures", status: "status of a recipient", overdue: "overdue", due_soon: "due soon", missed: "some were not seen" };

function Events({ names }) {
  const [list, set] = useState([]);
  useEffect(() => live.listen((change) => set((now) => [{ ...change, seen: new Date().toISOString() }, ...now].slice(0, events_most))), []);
  return html`<section aria-labelledby="events-title"><h2 id="events-title">${t("What happens")}</h2>
    ${list.length === 0 ? html`<p class="quiet">${t("Since this page was opened nothing has happened.")}</p>` : html`<ol class="said" role="log" aria-label=${t("What happens")}>${list.map((e) => html`<li key=${e.number ?? e.seen}><span class="quiet">${minute(e.at ?? e.seen)}</span> ${kinds[e.kind] ? t(kinds[e.kind]) : e.kind}${e.committee ? ` · ${names(e.committee)}` : ""}${e.reason?.text ? ` · ${e.reason.text}` : ""}</li>`)}</ol>`}
  </section>`;
}

async function loadAll(background) {
  const [status, queues, tree] = await Promise.all([get("/v1/status", background), get("/v1/queues", background), get("/v1/committees", background).catch(() => [])]);
  return { status, queues, tree };
}

export function Operation() {
  const { value, problem, again } = useAsked(loadAll, []);
  useEffect(() => {
    let timer = 0;
    const every = setInterval(() => document.visibilityState === "visible" && again(true), look_again_ms);
    const end = live.listen(() => {
      clearTimeout(timer);
      timer = setTimeout(() => again(true), settle_ms);
    });
    return () => {
      clearInterval(every);
      clearTimeout(timer);
      end();
    };
  }, [again]);
  const names = (id) => value?.tree.find((c) => c.id === id)?.name ?? id;
  return html`<${Heading}>${t("Operation")}</${Heading}>
    ${problem && html`<${Failure} problem=${problem} again=${again} />`}
    ${!value && !problem && html`<${Waiting} />`}
    ${value && html`<div class="stacked"><div class="columns even"><${State} s=${value.status} /><${Events} names=${names} /></div>
      <${Links} links=${value.status.links} names=${names} again=${again} /><${Queues} queues=${value.queues} names=${names} /></div>`}`;
}
