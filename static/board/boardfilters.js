// The board's filters, kept for each person on this computer; a chip says that something is left out.
import { get } from "../live/api.js";
import { byId, debounce, h, replace } from "../ui/dom.js";
import { PRIORITIES, baseTypes, typeName } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { NO_FILTERS, filtering, filtersFrom } from "./boardrules.js";

export class Filters {
  constructor(node, { config, changed }) {
    Object.assign(this, { node, changed });
    this.place = `siaga.papan.${config.region}.${config.user_id}`;
    this.now = filtersFrom(kept(this.place));
    this.own = new Set();
    this.region = config.region;
    this.only = null; // cases of one point of the map
    this.controls = this.build(config);
    byId("search").value = this.now.words;
    byId("search").addEventListener("input", debounce(80, () => this.set({ words: byId("search").value })));
    void this.areas();
    this.paint();
  }

  build(config) {
    const agencies = Object.entries(config.agency_names).sort((a, b) => a[1].localeCompare(b[1]));
    const types = Object.keys({ ...baseTypes(), ...config.types }).map((code) => [code, typeName(code, config.types)]);
    const choice = (name, label, pairs) => {
      const control = h("select", { class: "input compact", "aria-label": label, data: { filter: name }, onchange: () => this.set({ [name]: control.value }) });
      this.options(control, label, pairs, this.now[name]);
      return control;
    };
    const mine = h("input", { type: "checkbox", checked: this.now.mine, data: { filter: "mine" }, onchange: () => this.set({ mine: mine.checked }) });
    const controls = {
      type: choice("type", _("Semua jenis"), types),
      priority: choice("priority", _("Semua prioritas"), Object.entries(PRIORITIES).map(([code, one]) => [code, `${one.code} ${one.name}`])),
      agency: choice("agency", _("Semua dinas"), agencies),
      state: choice("state", _("Semua keadaan"), [["unassigned", _("Belum ditangani")], ["active", _("Sedang ditangani")], ["finished", _("Siap ditutup")]]),
      area: choice("area", _("Semua kecamatan"), []), mine,
    };
    this.clearButton = h("button", { class: "btn quiet small", type: "button", id: "clear-filters", onclick: () => this.clear() }, _("Hapus saringan"));
    replace(this.node, controls.type, controls.priority, controls.agency, controls.state, controls.area, h("label", { class: "check" }, mine, _("Milik saya")), this.clearButton);
    return controls;
  }

  options(control, all, pairs, chosen) {
    replace(control, h("option", { value: "" }, all), pairs.map(([value, label]) => h("option", { value, selected: value === chosen }, label)));
  }

  async areas() {
    const shapes = await get(`/peta/${encodeURIComponent(this.region)}.json`).catch(() => null);
    const found = (shapes?.features ?? []).map((one) => one.properties).filter((one) => one.role === "area" && one.level === "kecamatan");
    this.options(this.controls.area, _("Semua kecamatan"), found.map((one) => [one.code, one.name]).sort((a, b) => a[1].localeCompare(b[1])), this.now.area);
  }

  set(some, { told = true } = {}) {
    this.now = filtersFrom({ ...this.now, ...some });
    localStorage.setItem(this.place, JSON.stringify(this.now));
    if (this.now.mine) void this.loadOwn();
    this.paint();
    this.changed({ told });
  }

  // As another window of this person has set them.
  take(filters) {
    this.now = filtersFrom(filters);
    for (const [name, control] of Object.entries(this.controls)) {
      if (name === "mine") control.checked = this.now.mine;
      else control.value = this.now[name];
    }
    byId("search").value = this.now.words;
    if (this.now.mine) void this.loadOwn();
    this.paint();
    this.changed({ told: false });
  }

  showOnly(ids) {
    this.only = ids && new Set(ids);
    this.paint();
    this.changed({ told: false });
  }

  clear() {
    this.only = null;
    this.take({ ...NO_FILTERS });
    this.set({});
  }

  paint() {
    const on = filtering(this.now) || this.only !== null;
    this.clearButton.hidden = !on;
    this.node.dataset.on = String(on);
  }

  async loadOwn() {
    const answer = await get(`/api/v1/board/own/?${new URLSearchParams({ region: this.region })}`).catch(() => null);
    if (!answer) return;
    this.own = new Set(answer.incidents);
    this.changed({ told: false });
  }
}

function kept(place) {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "null");
  } catch {
    return null;
  }
}
