// What was written and not sent: kept in the browser under the account's name, so that a session that ends, a line that breaks or a
// browser that is closed loses no word. Files cannot be kept so: they stay as long as the page is open.
import { state } from "/office/api.js";

const prefix = () => `vanthu.draft.${state.session?.name ?? state.wasSignedIn ?? ""}.`;
let files = new Map(); // "ACCOUNT.ID" -> [File]

// False: the browser keeps nothing (it is full, or was told not to).
export function keep(id, draft) {
  try {
    localStorage.setItem(prefix() + id, JSON.stringify({ ...draft, id, kept_at: new Date().toISOString() }));
    return true;
  } catch {
    return false;
  }
}

export function drop(id) {
  try {
    localStorage.removeItem(prefix() + id);
  } catch {
    // nothing was kept
  }
  files.delete(prefix() + id);
}

export function read(id) {
  try {
    return JSON.parse(localStorage.getItem(prefix() + id));
  } catch {
    return null;
  }
}

// The newest first.
export function all() {
  const found = [];
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key.startsWith(prefix())) found.push(read(key.slice(prefix().length)));
    }
  } catch {
    return [];
  }
  return found.filter(Boolean).sort((a, b) => (a.kept_at < b.kept_at ? 1 : -1));
}

export const filesOf = (id) => files.get(prefix() + id) ?? [];
export const keepFiles = (id, list) => files.set(prefix() + id, list);

// Of version 7 (RFC 9562): the time first, so that the store has them in order.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
