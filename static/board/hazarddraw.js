// Drawing a hazard area on the board: corners pressed on the map, or areas chosen from a list, which needs no mouse.
import { get, newKey, post, Problem } from "../live/api.js";
import { explain, field } from "../ui/actions.js";
import { h, notice, replace, said } from "../ui/dom.js";
import { moment } from "../ui/format.js";
import { HAZARDS } from "../ui/hazards.js";
import { _ } from "../ui/lang.js";

const HOURS = [2, 6, 12, 24, 48, 72];
const DRAW = new URL("../leaflet/draw/leaflet.draw", import.meta.url).pathname;

// The drawing library only where somebody draws.
let loading = null;
function drawLibrary() {
  loading ??= new Promise((done, failed) => {
    document.head.append(h("link", { rel: "stylesheet", href: `${DRAW}.css` }), h("script", { src: `${DRAW}.js`, onload: done, onerror: () => failed(new Error("draw")) }));
  }).then(() => {
    const words = globalThis.L.drawLocal.draw.handlers.polygon.tooltip;
    Object.assign(words, { start: _("Tekan titik sudut pertama"), cont: _("Tekan titik sudut berikutnya"), end: _("Tekan titik pertama untuk menutup") });
  });
  return loading;
}

export class HazardPanel {
  constructor(node, { region, map, hazards }) {
    Object.assign(this, { node, region, map, hazards, outline: null, sketch: null });
    this.list = h("ul", { class: "plain stack tight" });
    this.slot = h("div", {});
    this.problem = h("div", { "aria-live": "assertive" });
    this.button = h("button", { class: "btn", type: "button", id: "draw-hazard", onclick: () => void this.openForm() }, _("Kawasan bahaya baru…"));
    replace(node, h("div", { class: "btn-row" }, this.button), this.slot, this.problem, this.list);
  }

  paint(rows) {
    replace(this.list, rows.map((row) => h("li", { class: "queue-item", data: { hazard: row.id } },
      h("div", {}, h("strong", {}, said(row.name)), h("div", { class: "hint" }, `${HAZARDS[row.kind] ?? row.kind} · `, _("sampai {at}", { at: moment(row.expires_at) }), " · ", said(row.by))),
      h("div", { class: "btn-row" },
        h("button", { class: "btn small", type: "button", data: { key: `hazard-show-${row.id}` }, onclick: () => this.hazards.show(row.id) }, _("Tunjukkan")),
        h("button", { class: "btn small danger", type: "button", data: { key: `hazard-end-${row.id}` }, onclick: (event) => void this.end(row, event.currentTarget) }, _("Akhiri"))))),
    !rows.length && h("li", { class: "hint" }, _("Tidak ada kawasan bahaya yang berlaku.")));
  }

  async end(row, button) {
    button.disabled = true;
    try {
      this.hazards.take(await post(`/api/v1/hazards/${row.id}/end/`, {}, { key: newKey() }));
      replace(this.problem);
    } catch (error) {
      button.disabled = false;
      replace(this.problem, explain(error));
    }
  }

  async openForm() {
    const key = newKey();
    const kind = h("select", {}, Object.entries(HAZARDS).map(([value, label]) => h("option", { value }, label)));
    const name = h("input", { type: "text", maxlength: 80, required: true, placeholder: _("misalnya Banjir Kali Madiun") });
    const hours = h("select", {}, HOURS.map((n) => h("option", { value: n, selected: n === 6 }, _("{n} jam", { n }))));
    const areas = h("div", { class: "area-choice" });
    const state = h("span", { class: "hint", role: "status", "aria-live": "polite" });
    const submit = h("button", { class: "btn primary", type: "submit" }, _("Simpan kawasan"));
    const form = h("form", { class: "inline-form", "aria-label": _("Kawasan bahaya baru"), onsubmit: async (event) => {
      event.preventDefault();
      submit.disabled = true;
      const codes = [...areas.querySelectorAll("input:checked")].map((box) => box.value);
      const shape = this.outline ? { outline: this.outline } : { areas: codes };
      try {
        if (!this.outline && !codes.length) throw new Problem(400, { title: _("Gambar kawasan di peta atau pilih wilayah dari daftar") });
        this.hazards.take(await post("/api/v1/hazards/", { region: this.region, kind: kind.value, name: name.value, hours: Number(hours.value), ...shape }, { key }));
        this.close();
      } catch (error) {
        submit.disabled = false;
        replace(this.problem, explain(error));
      }
    }, onkeydown: (event) => event.key === "Escape" && this.close() },
    h("h2", {}, _("Kawasan bahaya baru")),
    h("div", { class: "two" }, field(_("Jenis"), kind), field(_("Berlaku"), hours)), field(_("Nama"), name),
    h("div", { class: "btn-row" }, this.map && h("button", { class: "btn small", type: "button", id: "draw-on-map", onclick: () => void this.draw(state) }, _("Gambar di peta")), state),
    h("details", { open: !this.map }, h("summary", {}, _("atau pilih wilayah dari daftar")), areas),
    h("div", { class: "btn-row" }, submit, h("button", { class: "btn quiet", type: "button", onclick: () => this.close() }, _("Batal"))));
    replace(this.slot, form);
    this.button.hidden = true;
    name.focus();
    await this.fillAreas(areas);
  }

  async fillAreas(node) {
    const shapes = await get(`/peta/${encodeURIComponent(this.region)}.json`).catch(() => null);
    const found = (shapes?.features ?? []).map((one) => one.properties).filter((one) => one.role === "area");
    const under = (code) => found.filter((one) => one.code.startsWith(`${code}.`)).sort((a, b) => a.name.localeCompare(b.name));
    const box = (one) => h("label", { class: "check" }, h("input", { type: "checkbox", value: one.code }), one.name);
    const districts = found.filter((one) => one.level === "kecamatan").sort((a, b) => a.name.localeCompare(b.name));
    replace(node, districts.map((one) => h("details", {}, h("summary", {}, one.name), box({ ...one, name: _("seluruh {name}", { name: one.name }) }), under(one.code).map(box))),
      !districts.length && notice("warn", _("Daftar wilayah tidak dapat dimuat.")));
  }

  async draw(state) {
    try {
      await drawLibrary();
    } catch {
      replace(this.problem, notice("error", _("Alat gambar tidak dapat dimuat; pilih wilayah dari daftar.")));
      return;
    }
    const { map } = this.map;
    this.forget();
    this.tool = new globalThis.L.Draw.Polygon(map, { allowIntersection: false, shapeOptions: { className: "map-hazard", weight: 2 } });
    map.once("draw:created", ({ layer }) => {
      this.sketch = layer.addTo(map);
      this.outline = layer.getLatLngs()[0].map(({ lat, lng }) => [lat, lng]);
      state.textContent = _("{n} titik tergambar", { n: this.outline.length });
    });
    this.tool.enable();
    state.textContent = _("Tekan titik-titik sudut di peta; tekan titik pertama untuk menutup.");
  }

  forget() {
    this.tool?.disable();
    this.sketch?.remove();
    Object.assign(this, { tool: null, sketch: null, outline: null });
  }

  close() {
    this.forget();
    replace(this.slot);
    replace(this.problem);
    this.button.hidden = false;
    this.button.focus();
  }
}
