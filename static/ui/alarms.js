// Which alarm sounds, and when. Pure: no audio, no clock, no page; tests/js/alarms.test.mjs runs it in node.
//
// Four sounds and no more: who has to learn ten learns none. How pressing one is is told by its pulses, as IEC
// 60601-1-8 groups them: high = 3 + 2, medium = 3. Which one it is is told by its notes.
import { _ } from "./lang.js";

export const REPEAT_MS = 15_000; // an alarm that never stops is an alarm that somebody switches off
export const GAP_MS = 2_000; // two new alarms one after the other are heard as two
export const FLOOD_MS = 600_000;
export const FLOOD_ALARMS = 10; // more than these in ten minutes: nobody can answer them one by one (EEMUA 191)

// `starts` and `length` in seconds. High: 0.15 s pulses, 0.1 s apart, the pair after a longer rest. Medium: 0.2 s
// pulses, 0.2 s apart. Notes within 150–1,000 Hz.
const high = { starts: [0, 0.25, 0.5, 1, 1.25], length: 0.15 };
const medium = { starts: [0, 0.4, 0.8], length: 0.2 };
export const SOUNDS = {
  critical: { name: _("P1 Kritis"), rank: 0, urgency: "high", ...high, notes: [880, 880, 880, 988, 988] },
  call: { name: _("Panggilan masuk"), rank: 1, urgency: "medium", ...medium, notes: [523, 659, 784] },
  fault: { name: _("Gangguan sistem"), rank: 2, urgency: "medium", ...medium, notes: [330, 330, 330] },
  late: { name: _("Batas waktu lewat"), rank: 3, urgency: "medium", ...medium, notes: [784, 659, 523] },
};
export const VOLUME_FLOOR = 0.2; // of full scale: softer than this nobody hears it over a room
export const volume = (wanted) => Math.min(1, Math.max(VOLUME_FLOOR, Number.isFinite(wanted) ? wanted : 0.5));

// What waits to be accepted. `sync` is told the whole truth each time (id → kind), so that nothing is lost or goes on
// for ever over a reconnect: what is gone from it has been accepted.
export class Alarms {
  constructor() {
    this.waiting = new Map(); // id → { kind, rung: ms or null }
    this.raised = []; // times of the alarms of the last ten minutes
    this.last = null; // when a sound last began
  }

  // → the kind that sounds now, or null. `old`: what was there before this screen was opened is no new alarm; only a
  // critical case still sounds.
  sync(active, now, { old = false } = {}) {
    for (const id of this.waiting.keys()) if (!active.has(id)) this.waiting.delete(id);
    for (const [id, kind] of active) this.take(id, kind, now, old);
    this.raised = this.raised.filter((at) => now - at < FLOOD_MS);
    return this.choose(now);
  }

  take(id, kind, now, old) {
    const known = this.waiting.get(id);
    if (known?.kind === kind) return;
    const quiet = old && kind !== "critical";
    this.waiting.set(id, { kind, rung: quiet ? now : null, quiet });
    if (!old) this.raised.push(now);
  }

  get flood() {
    return this.flooded ?? this.raised.length > FLOOD_ALARMS; // a page that counts cases too says so itself
  }

  choose(now) {
    if (this.last !== null && now - this.last < GAP_MS) return null;
    const heard = [...this.waiting.values()].filter((one) => !one.quiet && (!this.flood || one.kind === "critical"));
    const fresh = heard.filter((one) => one.rung === null);
    const again = this.last === null || now - this.last >= REPEAT_MS ? heard.filter((one) => one.rung === null || now - one.rung >= REPEAT_MS) : [];
    const due = (fresh.length ? fresh : again).sort((a, b) => SOUNDS[a.kind].rank - SOUNDS[b.kind].rank)[0];
    if (!due) return null;
    // one sound stands for all that wait with it and are not more pressing
    for (const one of heard) if (SOUNDS[one.kind].rank >= SOUNDS[due.kind].rank) one.rung = now;
    this.last = now;
    return due.kind;
  }
}

// What is to be heard of what a console knows. `opened`: cases that this person has looked at, which is accepting them.
export function alarmsOf({ rows, calls, linkDown, opened, now, isWaiting, dueAt }) {
  const active = new Map();
  for (const id of calls) active.set(`call:${id}`, "call");
  if (linkDown) active.set("link", "fault");
  for (const row of rows) {
    if (row.status !== "open") continue;
    if (row.priority === "critical" && isWaiting(row) && !opened.has(`critical:${row.id}`)) active.set(`critical:${row.id}`, "critical");
    const due = dueAt(row);
    if (due && due <= now && !opened.has(`late:${row.id}:${due}`)) active.set(`late:${row.id}:${due}`, "late");
  }
  return active;
}
