// Hazard areas on a map: drawn by the desk of the region, the same on every map of it, gone by themselves.
import { get, serverNow } from "../live/api.js";
import { h } from "./dom.js";
import { clock } from "./format.js";
import { _ } from "./lang.js";

const L = globalThis.L;
const LOOK_MS = 30_000;

export const HAZARDS = {
  flood: _("Banjir"), landslide: _("Longsor"), fire: _("Kebakaran"), gas: _("Gas atau asap berbahaya"), closed: _("Jalan tertutup"), other: _("Bahaya lain"),
};

export class Hazards {
  // `map`: a RegionMap or null (a list alone). `changed(rows)`: after every change.
  constructor(map, { region, feed, changed = () => {} }) {
    Object.assign(this, { map, region, changed });
    this.known = new Map(); // id → row
    this.layers = new Map(); // id → layer
    feed.addEventListener("board", () => void this.load());
    feed.addEventListener("change", ({ detail: { frame } }) => frame.kind.startsWith("hazard.") && this.take(frame.data?.hazard));
    setInterval(() => this.paint(), LOOK_MS);
  }

  async load() {
    try {
      const { results } = await get(`/api/v1/hazards/?${new URLSearchParams({ region: this.region })}`);
      this.known = new Map(results.map((row) => [row.id, row]));
      this.paint();
    } catch {
      // the map stays as it was; the next board brings them
    }
  }

  take(row) {
    if (!row?.id) return;
    this.known.set(row.id, row);
    this.paint();
  }

  rows() {
    const now = serverNow();
    return [...this.known.values()].filter((row) => !row.ended_at && Date.parse(row.expires_at) > now);
  }

  paint() {
    const rows = this.rows();
    this.known = new Map(rows.map((row) => [row.id, row]));
    for (const [id, layer] of this.layers) {
      if (this.known.has(id)) continue;
      layer.remove();
      this.layers.delete(id);
    }
    if (this.map) for (const row of rows) if (!this.layers.has(row.id)) this.layers.set(row.id, this.draw(row));
    if (this.map) this.map.node.dataset.hazards = String(rows.length);
    this.changed(rows);
  }

  // The name stands above the northern edge and under the shapes of cases, which have to be pressed.
  draw(row) {
    const shape = L.geoJSON(row.geometry, { interactive: false, style: { className: "map-hazard", weight: 2, dashArray: "10 4", fillOpacity: 0.14 } });
    const words = _("⚠ {name} s.d. {at}", { name: row.name, at: clock(row.expires_at, { seconds: false }) });
    const box = shape.getBounds();
    const icon = L.divIcon({ className: "map-hazard-place", html: h("span", { class: "map-hazard-label" }, words), iconSize: [0, 0] });
    L.marker([box.getNorth(), box.getCenter().lng], { icon, interactive: false, keyboard: false, zIndexOffset: -5000 }).addTo(shape);
    return shape.addTo(this.map.map);
  }

  show(id) {
    const layer = this.layers.get(id);
    if (layer) this.map.map.fitBounds(layer.getBounds().pad(0.3), { animate: false });
  }
}
