// The map: own boundaries (no tiles from the internet), incidents as priority shapes, units, a cross for a new place.
// Leaflet comes from django-leaflet's static files as the global L.
import { get } from "../live/api.js";
import { addTiles } from "./basetiles.js";
import { h } from "./dom.js";
import { PRIORITIES, priorityRank } from "./format.js";
import { _ } from "./lang.js";
import { shape } from "./priority.js";

const L = globalThis.L;
const css = (name, node) => getComputedStyle(node).getPropertyValue(name).trim();

export class RegionMap {
  constructor(node, { region, onPick, onOpen, places = true, interactive = true }) {
    this.node = node;
    this.onOpen = onOpen;
    this.marks = new Map();
    this.units = new Map();
    this.selected = null;
    this.map = L.map(node, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 6, maxZoom: 18,
      keyboard: interactive, dragging: interactive, scrollWheelZoom: interactive, doubleClickZoom: interactive,
    }).setView([-2.5, 118], 5);
    if (interactive) {
      L.control.zoom({ position: "topright", zoomInTitle: _("Perbesar"), zoomOutTitle: _("Perkecil") }).addTo(this.map);
      L.control.scale({ imperial: false }).addTo(this.map);
    }
    this.showPlaces = places;
    if (onPick) this.map.on("click", (event) => onPick(event.latlng.lat, event.latlng.lng));
    this.map.on("moveend", () => (this.node.dataset.view = this.map.getBounds().toBBoxString()));
    this.map.on("zoomend", () => this.node.classList.toggle("close", this.isClose()));
    this.loadBase(region);
    new ResizeObserver(() => this.resized()).observe(node);
  }

  async loadBase(region) {
    try {
      const shapes = await get(`/peta/${encodeURIComponent(region)}.json`);
      this.drawBase(shapes);
      void this.drawStreets(region);
    } catch {
      this.node.append(h("div", { class: "empty map-missing" }, _("Batas wilayah tidak dapat dimuat")));
    }
  }

  // Under streets the land is not filled and its names are theirs.
  async drawStreets(region) {
    if (!(await addTiles(this.map, region))) return;
    this.node.dataset.streets = "";
    this.base.setStyle({ fillOpacity: 0 });
  }

  drawBase(shapes) {
    const own = (feature) => feature.properties?.role === "region";
    const polygons = { type: "FeatureCollection", features: shapes.features.filter((f) => f.geometry.type !== "Point") };
    const layer = L.geoJSON(polygons, {
      interactive: false,
      style: (feature) => ({
        color: css("--land-line", this.node), weight: own(feature) ? 2 : 0.75, fillOpacity: 1,
        fillColor: css(own(feature) ? "--land" : "--neighbour", this.node),
      }),
    }).addTo(this.map);
    this.base = layer;
    layer.eachLayer((one) => {
      if (one.feature.properties.frames) this.home = this.home ? this.home.extend(one.getBounds()) : one.getBounds();
      if (!own(one.feature)) one.bringToBack();
    });
    const points = shapes.features.filter((f) => f.geometry.type === "Point");
    if (this.showPlaces) this.drawPlaces(points);
    this.fitHome();
  }

  // Names of kecamatan, close up of kelurahan and desa too: each only where it does not lie on another one.
  drawPlaces(points) {
    const order = (one) => (one.properties.level === "kecamatan" ? 0 : 1);
    const labels = [...points].sort((a, b) => order(a) - order(b)).map(({ geometry, properties }) => {
      const [lon, lat] = geometry.coordinates;
      const icon = L.divIcon({ className: `map-place ${properties.level}`, html: textNode(properties.name) });
      const marker = L.marker([lat, lon], { icon, interactive: false, keyboard: false });
      return { marker, at: L.latLng(lat, lon), half: properties.name.length * 3.6 + 4, far: properties.level === "kecamatan" };
    });
    this.declutter = () => {
      const taken = [];
      const view = this.map.getBounds();
      for (const { marker, at, half, far } of labels) {
        const p = this.map.latLngToContainerPoint(at);
        const free = (far || this.isClose()) && view.contains(at)
          && taken.every((q) => Math.abs(q.x - p.x) > q.half + half || Math.abs(q.y - p.y) > 15);
        if (free) taken.push({ x: p.x, y: p.y, half });
        if (free !== this.map.hasLayer(marker)) (free ? marker.addTo(this.map) : marker.remove());
      }
    };
    this.map.on("moveend", () => this.declutter());
  }

  isClose() {
    return this.homeZoom !== undefined && this.map.getZoom() >= this.homeZoom + 1.5;
  }

  fitHome() {
    if (!this.home) return;
    this.map.fitBounds(this.home, { padding: [12, 12], animate: false });
    this.homeZoom = this.map.getZoom();
    this.node.classList.toggle("close", this.isClose());
    this.declutter?.();
  }

  // Frame these incidents, not closer than a kecamatan; without any the whole region. False while there is no map yet.
  fitTo(rows) {
    if (!this.home) return false;
    this.framed = rows;
    const points = rows.filter((row) => typeof row.lat === "number").map((row) => [row.lat, row.lon]);
    if (!points.length) this.fitHome();
    else this.map.fitBounds(L.latLngBounds(points).pad(0.25), { maxZoom: this.homeZoom + 2, padding: [24, 24], animate: false });
    return true;
  }

  resized() {
    this.map.invalidateSize({ animate: false });
    if (!this.touched) this.fitHome();
    if (this.framed) this.fitTo(this.framed);
  }

  incidents(rows) {
    const ids = new Set();
    for (const row of rows) {
      if (typeof row.lat !== "number") continue;
      ids.add(row.id);
      this.mark(row);
    }
    for (const [id, { marker }] of this.marks) {
      if (!ids.has(id)) {
        marker.remove();
        this.marks.delete(id);
      }
    }
  }

  mark(row) {
    const known = this.marks.get(row.id);
    if (known?.row === row) return;
    const info = PRIORITIES[row.priority] ?? PRIORITIES.low;
    const pin = h("div", { class: `map-pin${row.id === this.selected ? " selected" : ""}`, data: { priority: row.priority } },
      shape(row.priority, { label: info.code.slice(1) }));
    const icon = L.divIcon({ className: "", html: pin, iconSize: [26, 26] });
    const title = `${info.code} ${row.number}`;
    if (known) {
      known.marker.setIcon(icon).setLatLng([row.lat, row.lon]);
      this.marks.set(row.id, { marker: known.marker, row });
      return;
    }
    const marker = L.marker([row.lat, row.lon], { icon, title, alt: title, keyboard: false, zIndexOffset: 1000 - 100 * priorityRank(row.priority) });
    marker.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      this.onOpen?.(row.id);
    });
    this.marks.set(row.id, { marker: marker.addTo(this.map), row });
  }

  select(id, { pan = true } = {}) {
    const before = this.selected;
    this.selected = id;
    for (const one of [before, id]) {
      const known = this.marks.get(one);
      if (!known) continue;
      this.marks.set(one, { marker: known.marker, row: null });
      this.mark(known.row);
    }
    const chosen = this.marks.get(id);
    if (chosen && pan && !this.map.getBounds().pad(-0.1).contains(chosen.marker.getLatLng())) this.map.panTo(chosen.marker.getLatLng(), { animate: false });
  }

  drawUnits(units) {
    for (const unit of units) {
      if (typeof unit.lat !== "number") continue;
      const text = unit.code ?? unit.name ?? _("unit");
      const known = this.units.get(unit.id);
      if (known) known.setLatLng([unit.lat, unit.lon]);
      else {
        const icon = L.divIcon({ className: "map-unit", html: textNode(text) });
        this.units.set(unit.id, L.marker([unit.lat, unit.lon], { icon, interactive: false, keyboard: false }).addTo(this.map));
      }
    }
  }

  cross(lat, lon) {
    this.crossMark?.remove();
    this.crossMark = null;
    if (typeof lat !== "number") return;
    const icon = L.divIcon({ className: "", html: h("div", { class: "map-cross" }), iconSize: [26, 26] });
    this.crossMark = L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(this.map);
    if (!this.map.getBounds().contains([lat, lon])) this.map.panTo([lat, lon], { animate: false });
  }
}

const textNode = (text) => {
  const node = document.createElement("span");
  node.textContent = text ?? "";
  return node;
};
