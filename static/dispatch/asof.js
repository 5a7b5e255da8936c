// "Lihat keadaan pukul …": the board and its cases as they were, in a dialog of their own that cannot be mistaken for
// now. Nothing in it can be pressed to change anything.
import { get, Problem, serverNow } from "../live/api.js";
import { Detail } from "../ui/detail.js";
import { empty, h, notice, replace } from "../ui/dom.js";
import { clock, moment, zoneLabel } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { IncidentList, byUrgency } from "../ui/list.js";
import { UNIT_STATUS } from "../ui/units.js";

const OFFSETS = { WIB: "+07:00", WITA: "+08:00", WIT: "+09:00" };

// "2026-11-22T14:03" as written on the wall clock of the region → RFC 3339
export const withOffset = (value, label) => `${value.length === 16 ? `${value}:00` : value}${OFFSETS[label] ?? "Z"}`;

// Milliseconds → what an <input type="datetime-local"> of the region shows
export function localInput(ms, label) {
  const hours = Number((OFFSETS[label] ?? "+00:00").slice(1, 3));
  return new Date(ms + hours * 3_600_000).toISOString().slice(0, 19);
}

export class AsOf {
  constructor({ region, context }) {
    Object.assign(this, { region, context });
    this.when = h("input", { type: "datetime-local", step: 1, class: "input", "aria-label": _("Waktu") });
    this.banner = h("p", { class: "as-of-banner", role: "status" });
    this.rows = h("ul", { class: "rows" });
    this.state = h("div");
    this.units = h("p", { class: "hint" });
    this.case = h("div", { class: "stack" });
    this.dialog = h("dialog", { class: "as-of", "aria-label": _("Keadaan pada suatu waktu") },
      h("form", { class: "btn-row", onsubmit: (event) => this.submit(event) }, h("label", {}, `${_("Keadaan pukul ({zone})", { zone: zoneLabel() })} `, this.when),
        h("button", { class: "btn primary", type: "submit" }, _("Lihat")),
        [-60, -10, 10].map((minutes) => h("button", { class: "btn small", type: "button", onclick: () => this.shift(minutes) }, _("{n} mnt", { n: `${minutes > 0 ? "+" : "−"}${Math.abs(minutes)}` }))),
        h("button", { class: "btn quiet end", type: "button", onclick: () => this.dialog.close() }, _("Kembali ke sekarang"))),
      this.banner, h("div", { class: "as-of-body" }, h("section", { "aria-label": _("Kejadian waktu itu") }, this.rows, this.state, this.units), this.case));
    this.dialog.addEventListener("keydown", (event) => event.key === "Escape" && (event.preventDefault(), this.dialog.close()));
    this.dialog.addEventListener("close", () => this.from?.focus?.());
    document.body.append(this.dialog);
    this.list = new IncidentList(this.rows, { onOpen: (id) => this.open(id), typeNames: context.typeNames });
  }

  // At an incident's own page the case of that moment is opened at once.
  show(id = null) {
    this.wanted = id;
    this.when.value = localInput(serverNow() - 10 * 60_000, zoneLabel());
    this.from = document.activeElement;
    this.dialog.show(); // beside the work: queue, keys and command line go on
    this.when.focus();
    void this.load();
  }

  shift(minutes) {
    this.go(Date.parse(withOffset(this.when.value, zoneLabel())) + minutes * 60_000);
  }

  submit(event) {
    event.preventDefault();
    if (this.when.value) this.go(Date.parse(withOffset(this.when.value, zoneLabel())));
  }

  // What has not happened yet is as far as now: the dialog may have been open for a while.
  go(ms) {
    this.when.value = localInput(Math.min(ms, serverNow() - 1000), zoneLabel());
    void this.load();
  }

  async load() {
    const at = withOffset(this.when.value, zoneLabel());
    this.at = at;
    replace(this.state, empty(_("Memuat…")));
    try {
      const board = await get(`/api/v1/board/?${new URLSearchParams({ region: this.region, at })}`);
      if (at !== this.at) return;
      this.paint(board);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.list.update([]);
      replace(this.state, notice("error", [error.message, ...error.errors.map((one) => one.message)].join(" — ")));
    }
  }

  paint(board) {
    replace(this.banner, h("strong", {}, _("KEADAAN PUKUL {time}", { time: clock(board.as_of) })), ` ${_("{time} — bukan sekarang", { time: moment(board.as_of) })}`);
    this.list.update([...board.incidents].sort(byUrgency));
    replace(this.state, !board.incidents.length && empty(_("Tidak ada kejadian terbuka waktu itu")));
    const busy = board.units.filter((unit) => !["available", "out_of_service"].includes(unit.status));
    replace(this.units, `${_("Kejadian: {incidents} · unit bertugas: {units}", { incidents: board.incidents.length, units: busy.length })}${busy.length ? " — " : ""}`,
      busy.map((unit) => `${unit.code} ${UNIT_STATUS[unit.status] ?? unit.status}`).join(", "));
    replace(this.case);
    if (this.wanted && board.incidents.some((row) => row.id === this.wanted)) void this.open(this.wanted);
  }

  async open(id) {
    this.wanted = id;
    this.list.select(id);
    replace(this.case);
    const detail = new Detail(this.case, { ...this.context, at: this.at, open: undefined, typing: undefined, after: undefined, agency: undefined });
    await detail.open(id);
  }
}
