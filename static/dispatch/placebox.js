// The one box for the place: what is typed is looked up while typing; arrows and Enter choose, a click on the map goes
// before everything. What the place does not explain of the caller's words stays in the box.
import { get } from "../live/api.js";
import { byId, debounce, h, replace } from "../ui/dom.js";
import { _, pgettext } from "../ui/lang.js";
import { Whereabouts } from "../ui/whereabouts.js";

const LEAST_LETTERS = 3;
const PLACES_SHOWN = 5;
const WAIT_MS = 150;

export class PlaceBox {
  // `changed()`: the place is another one, ask the rules again.
  constructor({ region, map, changed }) {
    Object.assign(this, { region, map, changed });
    this.input = byId("place");
    this.list = byId("place-list");
    this.line = byId("point");
    this.where = map ? new Whereabouts(map, region) : null;
    this.found = [];
    this.at = -1;
    this.place = null; // { lat, lon, precision, area, radius_m, label, note }
    this.input.addEventListener("input", debounce(WAIT_MS, () => this.look()));
    this.input.addEventListener("keydown", (event) => this.keys(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.offer([]), 150));
    this.paint();
  }

  // What is sent: a place known by its area only has no point of its own.
  location() {
    const text = this.input.value.trim();
    return { ...(text ? { text } : {}), ...sentOf(this.place) };
  }

  set(place) {
    this.place = place;
    this.map?.cross(place?.precision === "area_centre" ? undefined : place?.lat, place?.lon);
    this.where?.show(place);
    this.paint();
    this.changed();
  }

  // A click on the map, or the caller's own position.
  setPoint(lat, lon) {
    this.set(typeof lat === "number" ? { lat: Number(lat.toFixed(6)), lon: Number(lon.toFixed(6)), precision: "point" } : null);
  }

  async look() {
    const q = this.input.value.trim();
    this.asking?.abort();
    if (q.length < LEAST_LETTERS) return this.offer([]);
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const query = new URLSearchParams({ region: this.region, q });
      this.offer(await get(`/api/v1/places/?${query}`, { signal }));
    } catch {
      if (!signal.aborted) this.offer([]); // the text alone is enough to save
    }
  }

  offer(found) {
    this.found = document.activeElement === this.input ? found.slice(0, PLACES_SHOWN) : [];
    this.list.hidden = !this.found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    replace(this.list, this.found.map((one, n) => this.option(one, n)));
    this.mark(-1);
  }

  option(one, n) {
    const choose = (event) => {
      event.preventDefault(); // the box keeps the focus
      this.choose(n);
    };
    return h("li", { role: "option", id: `place-${n}`, "aria-disabled": one.precision === "unread" ? "true" : undefined, data: { precision: one.precision }, onmousedown: choose },
      h("span", {}, h("bdi", {}, one.label)), (one.note || KNOWN[one.precision]) && h("span", { class: "who" }, ` · ${one.note || KNOWN[one.precision]}`));
  }

  mark(at) {
    this.at = at;
    [...this.list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
    if (at >= 0) this.input.setAttribute("aria-activedescendant", `place-${at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  keys(event) {
    if (!this.found.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.mark(this.at < 0 && step < 0 ? this.found.length - 1 : (this.at + step + this.found.length) % this.found.length);
    else if (event.key === "Enter" && this.at >= 0) this.choose(this.at);
    else if (event.key === "Escape") this.offer([]);
    else return;
    event.preventDefault();
  }

  choose(n) {
    const one = this.found[n];
    if (!one || one.precision === "unread") return;
    this.input.value = one.text || one.label;
    this.offer([]);
    this.asking?.abort();
    this.set({ lat: one.lat, lon: one.lon, precision: one.precision, area: one.area?.code, radius_m: one.radius_m, label: one.label, note: one.note });
  }

  paint() {
    const drop = h("button", { type: "button", onclick: () => this.set(null) }, this.place?.precision === "area_centre" ? _("hapus pilihan") : _("hapus titik"));
    replace(this.line, this.place ? [sentence(this.place), " · ", drop] : _("Belum ada titik: klik peta, atau cukup alamat / patokan."));
    this.line.dataset.precision = this.place?.precision ?? "";
  }
}

const KNOWN = { area_centre: _("wilayahnya saja"), street: pgettext("place", "jalan"), poi: _("patokan") };

export function sentOf(place) {
  if (!place) return {};
  if (place.precision === "area_centre" && place.area) return { area: place.area };
  const named = ["poi", "street"].includes(place.precision) ? { precision: place.precision } : {};
  return { lat: place.lat, lon: place.lon, ...named };
}

export function sentence(place) {
  const note = place.note ? ` (${place.note})` : "";
  if (place.precision === "area_centre") return _("Baru diketahui wilayahnya: {label}. Klik peta untuk titik pasti", { label: place.label });
  const about = place.radius_m ? `, ± ${Math.round(place.radius_m)} m` : "";
  const what = { poi: _("Titik patokan {label}", { label: place.label }), street: _("Sekitar {label}", { label: place.label }) }[place.precision];
  return `${what ?? _("Titik {lat}, {lon}", { lat: place.lat.toFixed(5), lon: place.lon.toFixed(5) })}${about}${note}`;
}
