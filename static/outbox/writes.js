// Small writes about a case – a note, a tick of the SOP, one more caller – go the way of reports: kept on this computer
// first, sent in order with their key, gone only when the server has named it.
import { newKey, post, Problem, serverNow } from "../live/api.js";

const WAIT_MS = 2500;
const KINDS = ["note", "sop", "caller"];

// Resolves to the answer, or { queued, key } when it will be sent later; throws what the server says against it, and
// then it is kept no more: who wrote it is looking at it now.
export async function keepWrite(outbox, row, ms = WAIT_MS) {
  try {
    await outbox.add(row);
  } catch (error) {
    console.error(error); // this computer refuses to keep anything: then the server has to, at once
    return post(row.url, row.body, { key: row.key });
  }
  const { verdict, answer, status } = await outbox.deliver(row.key, ms);
  if (verdict === "done") return answer;
  if (verdict === "kept") throw new Problem(409, answer);
  if (verdict === "review" || verdict === "denied") {
    await outbox.takeBack(row.key);
    throw new Problem(status, answer);
  }
  return { queued: true, key: row.key };
}

// The body with the time at which it was made, and that it was made without a server.
export const atOnce = (body, connected, now = serverNow()) => ({ ...body, occurred_at: new Date(now).toISOString(), ...(connected ? {} : { source: "offline" }) });

export class KeptWrites {
  // `changed(id)`: what is kept about this case is different. `arrived(id)`: something of it has come to the server.
  constructor({ outbox, connected, changed = () => undefined, arrived = () => undefined }) {
    Object.assign(this, { outbox, connected, changed, arrived });
    this.rows = [];
    this.awaited = new Set(); // shown when the server has answered, or has not
    outbox.addEventListener("change", ({ detail }) => this.show(detail.rows));
    outbox.addEventListener("outcome", ({ detail }) => this.told(detail));
  }

  // One's own writes about a case that wait to be sent, the oldest first.
  of = (incident, kind) => this.rows.filter((row) => row.kind === kind && row.tag?.incident === incident);

  words = async (row) => (await this.outbox.read(row).catch(() => null))?.body ?? {};

  show(rows) {
    const signs = (list) => new Map(list.map((row) => [row.key, row.tag?.incident]));
    const before = signs(this.rows);
    this.rows = rows.filter((row) => KINDS.includes(row.kind) && row.user.id === this.outbox.user.id && row.state === "waiting" && !this.awaited.has(row.key));
    const now = signs(this.rows);
    const other = [...[...now].filter(([key]) => !before.has(key)), ...[...before].filter(([key]) => !now.has(key))];
    for (const incident of new Set(other.map(([, id]) => id))) this.changed(incident);
  }

  told({ key, kind, verdict, tag }) {
    if (KINDS.includes(kind) && ["done", "kept"].includes(verdict) && !this.awaited.has(key)) this.arrived(tag?.incident);
  }

  note = (incident, text, key = newKey()) => this.keep({ key, kind: "note", url: `/api/v1/incidents/${incident}/notes/`, body: { text }, group: `note ${incident}`, tag: { incident } });

  // Ticks of one step go after one another: the last one holds.
  tick = (incident, tick) => this.keep({ kind: "sop", url: `/api/v1/incidents/${incident}/sop/`, body: tick, group: `sop ${incident} ${tick.procedure} ${tick.step}`, tag: { incident, ...tick } });

  caller = (incident, body, key) => this.keep({ key, kind: "caller", url: `/api/v1/incidents/${incident}/calls/`, body, group: `caller ${incident}`, tag: { incident } });

  async keep({ key = newKey(), body, ...row }) {
    this.awaited.add(key);
    try {
      return await keepWrite(this.outbox, { ...row, key, body: atOnce(body, this.connected()) });
    } finally {
      this.awaited.delete(key);
      void this.outbox.changed(false);
    }
  }
}
