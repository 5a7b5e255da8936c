// The steps of an agency on a phone without a network: kept with the time of the tap, shown as done here, sent in order.
import { newKey, Problem, serverNow } from "../live/api.js";
import { h, replace } from "../ui/dom.js";
import { clock } from "../ui/format.js";

const WAIT_MS = 2500;
const LABELS = { acknowledge: "Terima", dispatch: "Berangkat", arrive: "Tiba", complete: "Selesai", decline: "Tolak", withdraw: "Tarik" };
// How the server's own table goes on along the way of a job; it stays the judge of every step when it arrives.
const AHEAD = {
  acknowledge: ["acknowledged", "acknowledged_at", ["decline", "dispatch"]],
  dispatch: ["dispatched", "dispatched_at", ["dispatch", "arrive"]],
  arrive: ["arrived", "arrived_at", ["complete"]],
  complete: ["completed", "completed_at", []],
  decline: ["declined", "declined_at", []],
};

// An assignment as it will be when the kept steps have arrived.
export function advance(line, steps) {
  return steps.reduce((now, { action, at }) => {
    const [status, field, actions] = AHEAD[action] ?? [now.status, "", now.actions];
    return { ...now, status, actions, next_due: null, deadlines: [], [field]: now[field] ?? at };
  }, line);
}

// /api/v1/assignments/<id>/<action>/ of a kept row.
export function stepOf(row) {
  const [, assignment, action] = /\/assignments\/([^/]+)\/([^/]+)\/$/.exec(row.url) ?? [];
  return { key: row.key, assignment, action, at: row.created_at };
}

export class KeptSteps {
  // `arrived(incidentId)`: something of this incident has come to the server.
  constructor({ outbox, connected, changed, arrived }) {
    Object.assign(this, { outbox, connected, changed, arrived });
    this.steps = [];
    this.state = h("p", { class: "who", id: "kept-state", role: "status", "aria-live": "polite" });
    document.querySelector(".desk-bar > div")?.append(this.state);
    outbox.addEventListener("change", ({ detail }) => this.show(detail.rows));
    outbox.addEventListener("outcome", ({ detail }) => this.told(detail));
  }

  show(rows) {
    const before = JSON.stringify(this.steps);
    this.steps = rows.filter((row) => row.kind === "step" && row.user.id === this.outbox.user.id && row.state === "waiting").map(stepOf);
    if (JSON.stringify(this.steps) === before) return;
    if (this.steps.length) replace(this.state, h("span", { class: "kept-here" }, `${this.steps.length} langkah tersimpan di HP, belum terkirim`));
    this.changed();
  }

  told({ kind, verdict, group }) {
    if (kind !== "step" || !["done", "kept"].includes(verdict)) return;
    replace(this.state, verdict === "kept" ? "Langkah terlambat terkirim dan dicatat di riwayat" : `Langkah terkirim ${clock(serverNow())}`);
    this.arrived(group.split(" ")[1]);
  }

  of = (line) => this.steps.filter((one) => one.assignment === line.id);

  ahead = (line) => advance(line, this.of(line));

  lines = (line) => this.of(line).map((one) => h("p", { class: "kept-here", data: { kept: one.action } }, `${LABELS[one.action] ?? one.action} ${clock(one.at)} · tersimpan di HP`));

  // A tap: in the phone first, then to the server. Resolves to the answer, or { queued } when it will be sent later;
  // throws what the server says against it.
  keep = async (line, action, body) => {
    const key = newKey();
    const incident = line.incident ?? "";
    const at = new Date(serverNow()).toISOString();
    await this.outbox.add({
      key, kind: "step", url: `/api/v1/assignments/${line.id}/${action}/`, group: `${line.id} ${incident}`,
      body: { ...body, occurred_at: at, ...(this.connected() ? {} : { source: "offline" }) }, kept: { title: LABELS[action] ?? action },
    });
    const { verdict, answer, status } = await this.outbox.deliver(key, WAIT_MS);
    if (verdict === "done") return answer;
    if (verdict === "kept") throw new Problem(409, answer);
    if (verdict === "review" || verdict === "denied") {
      await this.outbox.takeBack(key); // who tapped is looking at it now
      throw new Problem(status, answer);
    }
    return { queued: true };
  };
}
