// One stream of changes a page (server-sent events): `live` tells each change to who listens, and {kind: "missed"} when some were not
// seen, after which everything is to be asked anew.
import { changed, findSession, state } from "/office/api.js";
import { makeSource } from "/office/kit.js";

const kinds = (
  "sent arrived accepted returned assigned started finished agreed declined recalled updated replaced status receipt refused delivered " +
  "expired numbered paper target directory link_up link_down store due_soon overdue sent_due sent_overdue archived missed"
).split(" ");
const first_ms = 1000;
const most_ms = 30000;
const probe_ms = 2000;

export const live = makeSource();
export const stream = { open: false };
let source = null;
let owner = null;
let pause = first_ms;
let timer = 0;
let last = null;

function tell(event) {
  const change = JSON.parse(event.data);
  if (event.lastEventId) last = event.lastEventId;
  live.tell({ ...change, kind: event.type });
}

function setOpen(yes) {
  if (stream.open === yes) return;
  stream.open = yes;
  changed.tell();
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

// Asks who is signed in: after that a stream can be opened, nobody is, or there is still no answer.
function retry() {
  timer = setTimeout(async () => {
    pause = Math.min(pause * 2, most_ms);
    try {
      await findSession();
      if (state.session) open();
    } catch {
      retry();
    }
  }, pause);
}

// The browser connects again by itself where an answer breaks off; where it was refused, or nobody is there, it gives up.
function broken() {
  setOpen(false);
  if (source?.readyState !== EventSource.CLOSED) return;
  close();
  retry();
}

function open() {
  close();
  source = new EventSource(last === null ? "/v1/events" : `/v1/events?since=${encodeURIComponent(last)}`);
  source.onopen = () => {
    pause = first_ms;
    if (last === null) live.tell({ kind: "missed" }); // what came before it was open
    setOpen(true);
  };
  source.onerror = broken;
  for (const kind of kinds) source.addEventListener(kind, tell);
}

// Begins with a session and ends with it.
changed.listen(() => {
  const now = state.session && !state.session.password_to_change ? state.session.proof : null;
  if (now === owner) return;
  owner = now;
  last = null;
  close();
  stream.open = false;
  if (now) open();
});

// Whether somebody is there again is asked, not waited for; then everything is looked at anew.
let there = true;

function probe() {
  setTimeout(async () => {
    try {
      await findSession();
    } catch {
      if (!state.reachable) probe();
    }
  }, probe_ms);
}

changed.listen(() => {
  const was = there;
  there = state.reachable;
  if (was && !there) probe();
  if (!was && there) live.tell({ kind: "missed" });
});

addEventListener("online", () => owner && !stream.open && open());
