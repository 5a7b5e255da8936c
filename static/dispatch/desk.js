// The keyboard of the console: command line, keys, acts that can be taken back, and moving between its three zones.
import { byId } from "../ui/dom.js";
import { OUTCOMES, PRIORITIES, baseTypes } from "../ui/format.js";
import { areaName } from "../ui/list.js";
import { happening } from "../ui/words.js";
import { _ } from "../ui/lang.js";
import { Acts, Refused, mustWait } from "./acts.js";
import { DISPOSITIONS } from "./calls.js";
import { CommandLine } from "./commandline.js";
import { KeyPanel } from "./keypanel.js";
import { teach } from "./tips.js";

const ZONES = [".zone-queue", ".zone-form", ".zone-detail"];
const anything = { has: () => true }; // the page without a server does not know: the server decides later

export class Desk {
  // `parts`: config, outbox, context, detail, list, calls, report, ended(), past(), repaint().
  constructor(parts) {
    Object.assign(this, parts);
    this.may = this.config.permissions ? new Set(this.config.permissions) : anything;
    this.acts = new Acts(byId("acts"), { outbox: this.outbox, may: this.may, changed: (answer, action) => this.changed(answer, action) });
    this.line = new CommandLine(byId("command-bar"), { state: () => this.state(), run: (effect, words) => this.run(effect, words) });
    Object.assign(this.detail.context, { holds: (kind, action) => mustWait(kind, action, this.may), hold: (act) => this.acts.hold(act) });
    this.places = new Map(); // zone → where the focus was in it
    if (this.calls) Object.assign(this.calls, { acts: this.acts, open: (id) => void this.context.open(id) });
    this.keys = this.keyPanel();
    teach(document.body, (id) => this.keys.label(id));
    document.addEventListener("focusin", ({ target }) => this.remember(target));
    document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.back(event));
    document.addEventListener("form-closed", () => this.afterForm());
    byId("command-go").addEventListener("click", () => this.line.open());
  }

  // --- Keys ---------------------------------------------------------------------------------------------------------------
  keyPanel() {
    const own = { ...(this.report?.keys() ?? {}), ...(this.calls?.keys() ?? {}) };
    const { F3, F4, F8, F9, "Ctrl+Enter": sends, "Alt+g": same, "Alt+G": _same, ...fixed } = own;
    const runs = {
      command: () => this.line.open(), next: () => this.step(1), before: () => this.step(-1), finish: () => this.finish(),
      undo: () => void this.acts.undoLast(), help: () => this.keys.toggle(),
      ...(this.report ? { call: F3, locate: F4, sop: F9, same, save: (event) => (event.key === "Enter" ? sends(event) : F8(event)) } : {}),
    };
    const digits = DISPOSITIONS.map(([, label], n) => `${(n + 1) % 10} ${label}`).join(", ");
    return new KeyPanel({
      user: this.config.user_id ?? "", runs, fixed, permissions: this.may,
      more: [...(this.report ? [["Alt+1 Alt+5", _("Pilih usulan jenis")], ["Ctrl+1 Ctrl+0", _("Tutup panggilan: {digits}", { digits })]] : []),
        ["↑ ↓ Enter", _("Pilih dan buka kejadian dalam daftar")], ["Esc", _("Kembali selangkah")]],
    });
  }

  // F6 and F7: round the zones, each time to where one was in it.
  step(by) {
    const zones = ZONES.map((name) => document.querySelector(name)).filter(Boolean);
    const now = zones.indexOf(document.activeElement?.closest?.(ZONES.join()));
    this.enter(zones[(now < 0 ? (by > 0 ? 0 : zones.length - 1) : now + by + zones.length) % zones.length]);
  }

  enter(zone) {
    const last = this.places.get(zone);
    if (zone.matches(".zone-queue") && !(last?.isConnected && last.matches("input, select"))) return this.list.focus();
    if (last?.isConnected && last.offsetParent) return last.focus();
    (zone.matches(".zone-form") ? byId("place") : zone.querySelector("[data-action], .panel-body"))?.focus();
  }

  remember(target) {
    const zone = target.closest?.(ZONES.join());
    if (zone) this.places.set(zone, target);
    if (target.dataset?.action) this.button = target.dataset.key;
  }

  // Esc: out of what is open, from the case to the list, from the list to the form.
  back(event) {
    if (this.keys.close()) return event.preventDefault();
    const at = event.target;
    if (!(at instanceof Element) || at.closest(".inline-form")) return undefined;
    if (at.closest(".zone-detail")) this.list.focus();
    else if (at.id === "search" && at.value) this.search("");
    else if (at.closest(".zone-queue") && this.report) this.enter(document.querySelector(".zone-form"));
    else return undefined;
    return event.preventDefault();
  }

  // A form that was closed gives the focus back to its button.
  afterForm() {
    if (this.button && (document.activeElement === document.body || !document.activeElement)) byId("detail").querySelector(`[data-key="${CSS.escape(this.button)}"]`)?.focus();
  }

  // F10: the call when there is one, else the case that is open.
  finish() {
    if (this.calls?.call) return this.calls.finish();
    const row = this.detail.data;
    if (!row) return this.say(_("Tidak ada panggilan atau kejadian yang dibuka."));
    return this.line.open(`${this.may.has("incident.close") ? "tutup" : "batal"} ${row.number.slice(-4)} `);
  }

  say(words) {
    this.acts.offer(words, null);
  }

  // --- Commands -------------------------------------------------------------------------------------------------------------
  state() {
    const { config, context } = this;
    const open = this.detail.data ?? null;
    const rows = context.incidents();
    return {
      rows: rows.filter((row) => row.status === "open"), ended: [...rows.filter((row) => row.status !== "open"), ...this.ended(), ...(open ? [open] : [])].filter((row, n, all) => all.findIndex((one) => one.id === row.id) === n && row.status !== "open"),
      units: context.units(), regions: config.neighbours ?? [], dispositions: this.report ? DISPOSITIONS : [],
      agencies: (config.agencies ?? []).map((one) => ({ ...one, short: config.agency_names[one.code] })), types: Object.entries({ ...baseTypes(), ...config.types }),
      outcomes: OUTCOMES, priorities: Object.fromEntries(Object.entries(PRIORITIES).map(([code, it]) => [code, `${it.code} ${it.name}`])),
      may: this.may, current: this.detail.id, inCall: Boolean(this.calls?.call && !this.calls.call.incident),
      name: (row) => `${happening(row, config.types)}, ${areaName(row)}`,
    };
  }

  async run(effect, words) {
    if (effect.do === "ui") return this.ui(effect.what);
    if (effect.do === "search") return this.search(effect.text);
    if (effect.do === "dispose") return this.calls.dispose(effect.code);
    if (effect.do === "open") return void this.context.open(effect.id);
    return void (await this.acts.run(effect, words));
  }

  // "moved": the focus is where it belongs already.
  async ui(what) {
    if (what === "undo") {
      if (!(await this.acts.undoLast())) throw new Refused(_("Tidak ada yang dapat diurungkan."));
      return "";
    }
    const does = {
      call: () => void this.calls.begin(), locate: () => byId("place").focus(), save: () => void this.report.save(), clear: () => this.report.clearWithUndo(),
      sop: () => this.report.suggestion.foldSop(), finish: () => this.finish(), past: () => this.past(), keys: () => this.keys.toggle(true), help: () => this.keys.toggle(true),
    };
    does[what]();
    return ["call", "locate", "clear", "finish", "past", "keys", "help"].includes(what) ? "moved" : "";
  }

  search(text) {
    byId("search").value = text;
    this.repaint();
    this.list.focus();
    return "moved";
  }

  changed(answer, action) {
    if (answer?.id === this.detail.id || action !== "open") void this.detail.load();
    this.context.after?.(null, action);
  }
}
