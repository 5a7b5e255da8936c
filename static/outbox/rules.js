// What an answer means for a kept row, when to try again and whose rows go: pure, tested in node.
import { _ } from "../ui/lang.js";

export const DAY_MS = 86_400_000;
// The server knows a key for seven days; what is older could be stored twice and is looked at by a person first.
export const KEY_KNOWN_MS = 6.5 * DAY_MS;
const LONGEST_WAIT_MS = 10_000;
const PATIENCE = 3; // tries of one row that the server itself fails at before the next rows pass it

// Milliseconds until the next try after `failures` in a row: 1, 2, 4, 8, then every 10 s.
export const waitAfter = (failures, random = Math.random) => Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (failures - 1)) * (0.75 + random() / 4);

// What came back for a row → { verdict, stop }.
//   done: stored and said so with our key      kept: too late for the table, kept by the server (409 kept)
//   retry: nobody knows                        signed_out, denied: the row waits for somebody who may
//   review: the server read it and refuses it; a person has to look
// `answer` = { status (0: none), key (echoed), body (parsed JSON object or null) }. `stop`: the next rows would fare no better.
// `fine`: refusals that mean that it has been done already.
export function judge(answer, { key, attempts = 0, fine = [] }) {
  const { status, body } = answer;
  if (!status) return { verdict: "retry", stop: true };
  const stop = attempts < PATIENCE || [502, 503, 504].includes(status);
  if (!body) return { verdict: "retry", stop }; // a page of a proxy, or half an answer: not our server's word
  if (status >= 200 && status < 300) {
    return answer.key?.toLowerCase() === key.toLowerCase() ? { verdict: "done", stop: false } : { verdict: "retry", stop };
  }
  if ((status === 409 && body.kept === true) || (fine.includes(status) && !isInWork(body))) return { verdict: "kept", stop: false };
  if (status === 401) return { verdict: "signed_out", stop: true };
  if (status === 403) return isForgery(body) ? { verdict: "retry", stop: true } : { verdict: "denied", stop: false };
  if (isInWork(body) || [408, 425, 429].includes(status)) return { verdict: "retry", stop: true };
  if (status >= 500 || status < 400) return { verdict: "retry", stop };
  return { verdict: "review", stop: false };
}

export const isForgery = (body) => String(body?.detail ?? "").startsWith("CSRF");
const isInWork = (body) => body?.type === "/problems/key-in-work";

// Whether the row may go now, for the user who is signed in.
export function mayGo(row, userId, now) {
  if (isHeld(row, now)) return false;
  if (row.state === "review" || row.state === "denied") {
    // refused to a colleague who sent it: its owner may see what the colleague could not
    return row.user.id === userId && Boolean(row.tried_by) && row.tried_by !== userId;
  }
  if (row.released_to === userId) return true;
  if (isStale(row, now) || isLateAct(row, now)) return false;
  return !row.user.id || row.user.id === userId;
}

// An act that can still be taken back: it goes when its time has come.
export const isHeld = (row, now) => Boolean(row.hold_until) && row.hold_until > now;

// An act on a case that could not go for this long (no server, a closed tab) is asked about first: the case has gone on.
const ACT_FRESH_MS = 600_000;
export const isLateAct = (row, now) => row.kind === "act" && Boolean(row.hold_until) && now - row.hold_until > ACT_FRESH_MS;

export const isStale = (row, now) => row.attempts > 0 && now - Date.parse(row.created_at) > KEY_KNOWN_MS;

// 40 dtk · 12 mnt · 3 jam · 2 hari
export function age(createdAt, now) {
  const seconds = Math.max(0, (now - Date.parse(createdAt)) / 1000);
  if (seconds < 60) return _("{n} dtk", { n: Math.floor(seconds) });
  if (seconds < 3600) return _("{n} mnt", { n: Math.floor(seconds / 60) });
  return seconds < 86_400 ? _("{n} jam", { n: Math.floor(seconds / 3600) }) : _("{n} hari", { n: Math.floor(seconds / 86_400) });
}

// Rows of one person each, the oldest first: what a colleague may know of them is how many and how old.
export function byPerson(rows) {
  const groups = new Map();
  for (const row of rows) {
    const known = groups.get(row.user.id) ?? { user: row.user, rows: [] };
    known.rows.push(row);
    groups.set(row.user.id, known);
  }
  return [...groups.values()];
}

// The server's words about a refused row.
export function messageOf(body) {
  const fields = (body?.errors ?? []).map((one) => one.message).filter(Boolean).join(" ");
  return [body?.detail || body?.title, fields].filter(Boolean).join(" — ");
}
