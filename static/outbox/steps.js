// The steps of an agency and its units on a phone without a network: kept with the time of the tap, shown as done here,
// sent in order.
import { newKey, serverNow } from "../live/api.js";
import { h, replace } from "../ui/dom.js";
import { clock } from "../ui/format.js";
import { _, ngettext } from "../ui/lang.js";
import { atOnce, keepWrite } from "./writes.js";

const LABELS = {
  acknowledge: _("Terima"), dispatch: _("Berangkat"), arrive: _("Tiba"), complete: _("Selesai"), decline: _("Tolak"), withdraw: _("Tarik"), pause: _("Jeda"), resume: _("Lanjutkan"),
  en_route: _("Jalan"), on_scene: _("Tiba"), transporting: _("Mengantar"), at_hospital: _("Di RS"), available: _("Siap lagi"), out_of_service: _("Tidak bertugas"),
};
// How the server's own tables go on along the way of a job; it stays the judge of every step when it arrives.
const AHEAD = {
  acknowledge: ["acknowledged", "acknowledged_at", ["decline", "dispatch"]],
  dispatch: ["dispatched", "dispatched_at", ["dispatch", "arrive"]],
  arrive: ["arrived", "arrived_at", ["complete"]],
  complete: ["completed", "completed_at", []],
  decline: ["declined", "declined_at", []],
};
const UNIT_AHEAD = {
  en_route: ["on_scene", "transporting", "available"], on_scene: ["transporting", "at_hospital", "available"],
  transporting: ["at_hospital", "available"], at_hospital: ["available"], available: [], out_of_service: [],
};

// An assignment as it will be when the kept steps have arrived.
export function advance(line, steps) {
  return steps.reduce((now, one) => (one.unit ? { ...now, units: (now.units ?? []).map((unit) => advanceUnit(unit, one)) } : advanceLine(now, one)), line);
}

function advanceLine(now, { action, at }) {
  const [status, field, actions] = AHEAD[action] ?? [];
  return status ? { ...now, status, actions, next_due: null, deadlines: [], [field]: now[field] ?? at } : now;
}

function advanceUnit(unit, { action, at, unit: id }) {
  if (unit.id !== id) return unit;
  return { ...unit, status: action, actions: UNIT_AHEAD[action] ?? [], [`${action}_at`]: unit[`${action}_at`] ?? at };
}

export class KeptSteps {
  // `incident()`: which case is open. `arrived(id)`: something of this case has come to the server.
  constructor({ outbox, connected, incident, changed, arrived }) {
    Object.assign(this, { outbox, connected, incident, changed, arrived });
    this.steps = [];
    this.awaited = new Set(); // taps of this moment: shown when the server has answered, or has not
    this.state = h("p", { class: "who", id: "kept-state", role: "status", "aria-live": "polite" });
    document.querySelector(".desk-bar > div")?.append(this.state);
    outbox.addEventListener("change", ({ detail }) => this.show(detail.rows));
    outbox.addEventListener("outcome", ({ detail }) => this.told(detail));
  }

  show(rows) {
    const before = JSON.stringify(this.steps);
    this.steps = rows.filter((row) => row.kind === "step" && row.user.id === this.outbox.user.id && row.state === "waiting" && !this.awaited.has(row.key))
      .map((row) => ({ key: row.key, at: row.created_at, ...row.tag }));
    if (JSON.stringify(this.steps) === before) return;
    if (!this.steps.length && this.state.querySelector(".kept-here")) replace(this.state);
    if (this.steps.length) replace(this.state, h("span", { class: "kept-here" }, ngettext("{n} langkah tersimpan di HP, belum terkirim", "{n} langkah tersimpan di HP, belum terkirim", this.steps.length)));
    this.changed();
  }

  told({ key, kind, verdict, tag }) {
    if (kind !== "step" || !["done", "kept"].includes(verdict)) return;
    replace(this.state, verdict === "kept" ? _("Langkah terlambat terkirim dan dicatat di riwayat") : _("Langkah terkirim {time}", { time: clock(serverNow()) }));
    if (!this.awaited.has(key)) this.arrived(tag.incident);
  }

  of = (line) => this.steps.filter((one) => one.assignment === line.id);

  ahead = (line) => advance(line, this.of(line));

  lines = (line) => this.of(line).map((one) => h("p", { class: "kept-here", data: { kept: one.action } }, `${LABELS[one.action] ?? one.action} ${clock(one.at)} · ${_("tersimpan di HP")}`));

  // A tap: in the phone first, then to the server. Resolves to the answer, or { queued } when it will be sent later;
  // throws what the server says against it.
  keepStep = (line, action, body) =>
    this.keep(`/api/v1/assignments/${line.id}/${action}/`, body, { assignment: line.id, action });

  keepUnit = (unit, line, body) =>
    this.keep(`/api/v1/units/${unit.id}/status/`, body, { assignment: line.id, action: body.status, unit: unit.id });

  async keep(url, body, tag) {
    const key = newKey();
    this.awaited.add(key);
    try {
      return await keepWrite(this.outbox, { key, kind: "step", url, group: tag.assignment, tag: { ...tag, incident: this.incident() }, body: atOnce(body, this.connected()), kept: { title: LABELS[tag.action] ?? tag.action } });
    } finally {
      this.awaited.delete(key);
      void this.outbox.changed(false);
    }
  }
}
