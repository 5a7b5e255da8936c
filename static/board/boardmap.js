// The map of the board: thousands of cases as numbers that open when one comes closer, units with the age of their
// position and where they were in the last minutes. What is outside the window is not drawn.
import { serverNow } from "../live/api.js";
import { Trails, clustered } from "./clusters.js";
import { h } from "../ui/dom.js";
import { PRIORITIES, priorityRank } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { RegionMap } from "../ui/map.js";
import { shape } from "../ui/priority.js";

const L = globalThis.L;
const BY_RANK = Object.keys(PRIORITIES);
const AGES_MS = 15_000;
const UNIT_CELL = 44;

export class BoardMap extends RegionMap {
  // `onCluster(ids)`: a number that cannot be opened by coming closer was pressed. `onMenu(id, event)`.
  constructor(node, options) {
    super(node, options);
    Object.assign(this, { onCluster: options.onCluster, onMenu: options.onMenu, onUnit: options.onUnit, region: options.region });
    this.rows = [];
    this.clusters = new Map();
    this.unitRows = [];
    this.unitMarks = new Map();
    Object.assign(this, { keptRows: {}, keptUnits: {} });
    this.trails = new Trails();
    this.trailLayer = L.layerGroup().addTo(this.map);
    this.map.on("moveend", () => this.redraw());
    for (const hand of ["wheel", "pointerdown", "keydown"]) node.addEventListener(hand, () => (this.touched = true), { passive: true });
    setInterval(() => this.redraw(), AGES_MS);
  }

  incidents(rows) {
    this.rows = rows.filter((row) => typeof row.lat === "number");
    this.redraw();
  }

  drawUnits(units) {
    this.unitRows = [...units].filter((unit) => typeof unit.lat === "number");
    for (const unit of this.unitRows) if (unit.at) this.trails.take(unit.id, unit.lat, unit.lon, Date.parse(unit.at));
    this.redraw();
  }

  redraw() {
    if (this.waits) return;
    this.waits = true;
    requestAnimationFrame(() => {
      this.waits = false;
      this.draw();
    });
  }

  // In pixels of the whole world at this zoom, of what lies in the window or just beside it. `kept`: what was worked out
  // for the same rows at the same zoom: while one pans or selects nothing is worked out anew.
  points(rows, kept, rankOf = () => 9) {
    const zoom = this.map.getZoom();
    if (kept.rows !== rows || kept.zoom !== zoom) {
      Object.assign(kept, { rows, zoom, points: rows.map((row) => {
        const { x, y } = this.map.project([row.lat, row.lon], zoom);
        return { id: row.id, x, y, rank: rankOf(row), row };
      }) });
    }
    const { min, max } = this.map.getPixelBounds();
    const size = max.subtract(min).multiplyBy(0.1);
    return kept.points.filter(({ x, y }) => x > min.x - size.x && x < max.x + size.x && y > min.y - size.y && y < max.y + size.y);
  }

  draw() {
    const { singles, clusters } = clustered(this.points(this.rows, this.keptRows, (row) => priorityRank(row.priority)), { apart: this.selected });
    super.incidents(singles.map((point) => point.row));
    this.drawClusters(clusters);
    this.drawUnitMarks();
    this.node.dataset.shown = String(singles.length);
    this.node.dataset.clusters = String(clusters.length);
  }

  mark(row) {
    const fresh = !this.marks.has(row.id);
    super.mark(row);
    this.marks.get(row.id)?.marker.setZIndexOffset(row.id === this.selected ? 3000 : 1000 - 100 * priorityRank(row.priority));
    if (fresh) this.marks.get(row.id)?.marker.on("contextmenu", (event) => this.onMenu?.(row.id, event.originalEvent));
  }

  drawClusters(found) {
    const zoom = this.map.getZoom();
    const keys = new Set(found.map((one) => `${zoom} ${one.key}`));
    for (const [key, { marker }] of this.clusters) {
      if (keys.has(key)) continue;
      marker.remove();
      this.clusters.delete(key);
    }
    for (const one of found) this.clusterMark(`${zoom} ${one.key}`, one, zoom);
  }

  clusterMark(key, one, zoom) {
    const sign = `${one.count} ${one.rank} ${Math.round(one.x)} ${Math.round(one.y)}`;
    const known = this.clusters.get(key);
    if (known) known.ids = one.ids;
    if (known?.sign === sign) return;
    known?.marker.remove();
    const priority = BY_RANK[one.rank - 1] ?? "low";
    const title = _("{n} kejadian, tertinggi {code}", { n: one.count, code: PRIORITIES[priority].code });
    const html = h("div", { class: "map-cluster", data: { priority } }, shape(priority), h("strong", {}, String(one.count)));
    const marker = L.marker(this.map.unproject([one.x, one.y], zoom), { icon: L.divIcon({ className: "", html, iconSize: [40, 40] }), title, alt: title, keyboard: false, zIndexOffset: 1500 });
    const kept = { marker: marker.addTo(this.map), sign, ids: one.ids };
    marker.on("click", () => this.openCluster(kept.ids));
    this.clusters.set(key, kept);
  }

  openCluster(ids) {
    const wanted = new Set(ids);
    const box = L.latLngBounds(this.rows.filter((row) => wanted.has(row.id)).map((row) => [row.lat, row.lon]));
    const zoom = Math.min(this.map.getBoundsZoom(box.pad(0.2)), this.map.getMaxZoom());
    if (zoom > this.map.getZoom() + 0.2) this.map.fitBounds(box.pad(0.2), { animate: false });
    else this.onCluster?.(ids);
  }

  select(id, options = {}) {
    const row = this.rows.find((one) => one.id === id);
    const before = this.selected;
    this.selected = id;
    for (const one of [before, id]) {
      const known = this.marks.get(one);
      if (known) this.marks.set(one, { marker: known.marker, row: null });
    }
    if (row && (options.pan ?? true) && !this.map.getBounds().pad(-0.1).contains([row.lat, row.lon])) this.map.panTo([row.lat, row.lon], { animate: false });
    this.redraw();
  }

  // One label where several stand in one place: a station with six vehicles.
  drawUnitMarks() {
    const now = serverNow();
    const { singles, clusters } = clustered(this.points(this.unitRows, this.keptUnits), { cell: UNIT_CELL });
    const byId = new Map(this.unitRows.map((unit) => [unit.id, unit]));
    const wanted = new Map([
      ...singles.map((point) => [point.id, { units: [point.row], at: [point.row.lat, point.row.lon] }]),
      ...clusters.map((one) => [`+${one.key}`, { units: one.ids.map((id) => byId.get(id)), at: this.map.unproject([one.x, one.y], this.map.getZoom()) }]),
    ]);
    for (const [key, known] of this.unitMarks) {
      if (wanted.has(key)) continue;
      known.marker.remove();
      this.unitMarks.delete(key);
    }
    for (const [key, one] of wanted) this.unitMark(key, one, now);
    this.drawTrails(now);
  }

  unitMark(key, { units, at }, now) {
    const [first] = units;
    const words = units.length > 1 ? `${first.code} +${units.length - 1}` : `${first.code}${age(first, now)}`;
    const known = this.unitMarks.get(key);
    const sign = `${words} ${first.status}`;
    if (known) known.marker.setLatLng(at);
    if (known?.sign === sign) return;
    known?.marker.remove();
    const html = h("span", { class: "map-unit-label", data: { status: first.status } }, words);
    const title = units.map((unit) => `${unit.code} ${unit.name ?? ""}${age(unit, now)}`).join("\n");
    const marker = L.marker(at, { icon: L.divIcon({ className: "map-unit", html }), title, keyboard: false }).addTo(this.map);
    marker.on("click", () => this.onUnit?.(first.id));
    this.unitMarks.set(key, { marker, sign });
  }

  drawTrails(now) {
    this.trailLayer.clearLayers();
    for (const unit of this.unitRows) {
      const trail = this.trails.of(unit.id, now);
      if (trail.length > 1) L.polyline(trail.map(({ lat, lon }) => [lat, lon]), { className: "map-trail", interactive: false, weight: 3 }).addTo(this.trailLayer);
    }
  }
}

// " · 3 mnt" since the position was told; nothing where a unit stands at its home.
export function age(unit, now) {
  if (!unit.at) return "";
  const minutes = Math.floor((now - Date.parse(unit.at)) / 60_000);
  if (minutes < 1) return _(" · baru saja");
  return minutes < 60 ? _(" · {n} mnt", { n: minutes }) : _(" · {n} jam", { n: Math.floor(minutes / 60) });
}
