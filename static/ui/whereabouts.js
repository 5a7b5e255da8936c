// How precisely a place is known, drawn: the outline of the area when that is all that is known, else a circle of the
// assumed radius. A pin alone would say more than anybody knows.
import { get } from "../live/api.js";

const L = globalThis.L;
const MOST_KEPT = 60;

export class Whereabouts {
  constructor(map, region) {
    Object.assign(this, { map, region });
    this.known = new Map(); // area code → what the server says of it
    this.layer = null;
    this.turn = 0;
  }

  clear() {
    this.turn += 1;
    this.layer?.remove();
    this.layer = null;
    delete this.map.node.dataset.where;
  }

  // `place`: { area, lat, lon, precision, radius_m }; a point that the caller gave needs nothing but its own radius.
  async show(place) {
    this.clear();
    const turn = this.turn;
    if (place?.precision === "area_centre" && place.area) {
      const shape = await this.areaOf(place.area);
      if (turn === this.turn && shape) this.draw(this.areaLayer(shape));
    } else if (typeof place?.lat === "number" && (place.radius_m ?? RADIUS_M[place.precision])) {
      this.draw(L.circle([place.lat, place.lon], this.style({ radius: place.radius_m ?? RADIUS_M[place.precision] })));
    }
  }

  async areaOf(code) {
    if (!this.known.has(code)) {
      try {
        const shape = await get(`/peta/${encodeURIComponent(this.region)}/${encodeURIComponent(code)}.json`);
        if (this.known.size >= MOST_KEPT) this.known.delete(this.known.keys().next().value);
        this.known.set(code, shape);
      } catch {
        return null; // the text says where it is; the drawing is only a help
      }
    }
    return this.known.get(code);
  }

  areaLayer(shape) {
    if (shape.geometry.type !== "Point") return L.geoJSON(shape, this.style());
    const [lon, lat] = shape.geometry.coordinates;
    return L.circle([lat, lon], this.style({ radius: shape.properties.radius_m }));
  }

  style(more = {}) {
    return { ...more, interactive: false, className: "map-where", weight: 2, dashArray: "6 5", fillOpacity: 0.12 };
  }

  draw(layer) {
    this.layer = layer.addTo(this.map.map);
    this.map.node.dataset.where = layer instanceof L.Circle ? "circle" : "outline";
    const bounds = layer.getBounds();
    if (!this.map.map.getBounds().contains(bounds)) this.map.map.fitBounds(bounds, { padding: [24, 24], maxZoom: 15, animate: false });
  }
}

// Assumed, as on the server: a landmark's grounds, half a street.
const RADIUS_M = { poi: 100, street: 500 };
