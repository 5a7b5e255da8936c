// Units by agency: chosen with a tick, several at once, and sent to the selected case in one act. Each gets an answer
// of its own: sent, asked for, or who has taken it meanwhile.
import { get, newKey, post, Problem, serverNow } from "../live/api.js";
import { age } from "./boardmap.js";
import { h, notice, replace, said } from "../ui/dom.js";
import { _, ngettext } from "../ui/lang.js";
import { UNIT_STATUS } from "../ui/units.js";
import { byAgency, plan } from "./boardrules.js";

export class UnitPanel {
  // `target()`: the selected row or null. `typed(unit, event)`: the menu of a unit. `short(code)`: an agency's name.
  constructor({ list, bar, answers, units, target, onMenu, onShow, short }) {
    Object.assign(this, { list, bar, answers, units, target, onMenu, onShow, short });
    this.chosen = new Set();
    this.closed = new Set();
    this.busy = false;
  }

  paint() {
    const units = this.units();
    const known = new Set(units.map((unit) => unit.id));
    for (const id of this.chosen) if (!known.has(id)) this.chosen.delete(id);
    const now = serverNow();
    const groups = byAgency(units);
    replace(this.list, groups.map((group) => this.group(group, now)), !groups.length && h("p", { class: "hint pad" }, _("Belum ada unit terdaftar.")));
    this.paintBar();
  }

  group(group, now) {
    const node = h("details", { class: "unit-group", open: !this.closed.has(group.code) },
      h("summary", { data: { key: `units-${group.code}` } }, h("strong", { title: group.name }, this.short(group.code) || group.name), h("span", { class: "count" }, _("{free}/{all} siap", { free: group.free, all: group.rows.length }))),
      h("ul", { class: "unit-rows" }, group.rows.map((unit) => this.row(unit, now))));
    node.addEventListener("toggle", () => (node.open ? this.closed.delete(group.code) : this.closed.add(group.code)));
    return node;
  }

  row(unit, now) {
    const box = h("input", { type: "checkbox", checked: this.chosen.has(unit.id), data: { key: `unit-${unit.id}` }, onchange: () => this.toggle(unit.id, box.checked) });
    return h("li", { class: "unit-row", data: { unit: unit.id, status: unit.status }, oncontextmenu: (event) => this.onMenu(unit, event) },
      h("label", { class: "check" }, box, h("strong", {}, unit.code), h("span", { class: "chip", data: unit.status === "available" ? {} : { busy: "" } }, UNIT_STATUS[unit.status] ?? unit.status),
        h("span", { class: "who" }, age(unit, now).replace(/^ · /, ""))));
  }

  toggle(id, on = !this.chosen.has(id)) {
    if (on) this.chosen.add(id);
    else this.chosen.delete(id);
    const box = this.list.querySelector(`[data-key="unit-${CSS.escape(id)}"]`);
    if (box) box.checked = on;
    this.paintBar();
  }

  clear() {
    this.chosen.clear();
    this.paint();
  }

  paintBar() {
    const row = this.target();
    const count = this.chosen.size;
    this.bar.hidden = !count;
    if (!count) return;
    replace(this.bar, h("strong", {}, ngettext("{n} unit dipilih", "{n} unit dipilih", count)),
      h("button", { class: "btn primary small", type: "button", id: "send-units", disabled: !row || this.busy, data: { key: "send-units" }, onclick: () => void this.send() },
        row ? _("Kirim ke {number}", { number: row.number.slice(-4) }) : _("Pilih kejadian dahulu"), h("kbd", {}, "F8")),
      h("button", { class: "btn quiet small", type: "button", data: { key: "clear-units" }, onclick: () => this.clear() }, _("Batal")));
  }

  async send() {
    const row = this.target();
    if (!row || !this.chosen.size || this.busy) return;
    this.busy = true;
    this.paintBar();
    try {
      const incident = await get(`/api/v1/incidents/${row.id}/`);
      const chosen = this.units().filter((unit) => this.chosen.has(unit.id));
      const told = await new Sending(incident).all(plan(chosen, incident));
      this.chosen.clear();
      this.tell(row, told);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(this.answers, notice("error", error.message));
    } finally {
      this.busy = false;
      this.paint();
    }
  }

  tell(row, told) {
    const close = h("button", { class: "btn quiet small", type: "button", onclick: () => replace(this.answers) }, _("Tutup"));
    replace(this.answers, h("section", { class: "sent", "aria-label": _("Jawaban pengiriman unit") }, h("div", { class: "detail-head" }, h("strong", {}, _("Ke {number}", { number: row.number })), close),
      h("ul", { class: "plain" }, told.map(({ unit, ok, words }) => h("li", { data: { sent: unit.code, ok: String(ok) } }, h("strong", {}, `${ok ? "✓" : "✕"} ${unit.code} `), said(words))))));
  }
}

// One after another, in the order in which they were asked for; what fails for one holds up nobody.
class Sending {
  constructor(incident) {
    this.incident = incident;
    this.assigned = new Map(); // agency → null or why it could not be assigned
  }

  async all(steps) {
    const told = [];
    for (const step of steps) told.push({ unit: step.unit, ...(await this.one(step)) });
    const asked = told.filter((one) => one.asked);
    if (asked.length) await this.note(asked);
    return told;
  }

  async one(step) {
    const { unit } = step;
    if (step.how === "taken") return { ok: false, words: _("sudah {status}", { status: UNIT_STATUS[unit.status] ?? unit.status }) };
    if (step.how === "refused") return { ok: false, words: _("dinasnya tidak bertugas di kejadian ini") };
    if (step.how === "send") return this.attempt(() => post(`/api/v1/assignments/${step.assignment}/dispatch/`, { units: [unit.id] }, { key: newKey() }), _("dikirim"));
    if (step.assign) {
      const trouble = await this.assign(step.assign);
      if (trouble) return { ok: false, words: trouble };
    }
    return { ok: true, asked: true, words: _("diminta kepada dinasnya") };
  }

  async attempt(run, done) {
    try {
      await run();
      return { ok: true, words: done };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { ok: false, words: error.message };
    }
  }

  async assign(agency) {
    if (!this.assigned.has(agency)) {
      const body = { version: this.incident.version, agency, role: "support" };
      const { ok, words } = await this.attempt(async () => {
        this.incident = await post(`/api/v1/incidents/${this.incident.id}/assign/`, body, { key: newKey() });
      }, "");
      this.assigned.set(agency, ok ? null : words);
    }
    return this.assigned.get(agency);
  }

  // The agency reads on its desk which units are wanted; sending them is its own step.
  async note(asked) {
    const words = _("Unit yang diminta meja operator: {units}.", { units: asked.map((one) => one.unit.code).join(", ") });
    const { ok, words: why } = await this.attempt(() => post(`/api/v1/incidents/${this.incident.id}/notes/`, { text: words }, { key: newKey() }), "");
    if (!ok) for (const one of asked) Object.assign(one, { ok: false, words: why });
  }
}
