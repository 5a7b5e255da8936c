// The phone of a crew tells where its unit is, while the unit is on a job and not a second longer. Off until somebody
// says which unit this phone rides in.
import { post, Problem, serverNow } from "../live/api.js";
import { h, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { isDue, shareable } from "./pacing.js";

const KEY = "siaga.position.unit";
const DENIED = {
  1: _("Izin lokasi ditolak. Buka setelan peramban untuk situs ini, izinkan lokasi, lalu pilih unit lagi."),
  2: _("Lokasi belum didapat. Pindah ke tempat terbuka; percobaan berlanjut."),
  3: _("Lokasi belum didapat. Percobaan berlanjut."),
};

export class PositionShare {
  constructor(node, { agency, units }) {
    Object.assign(this, { node, agency, units, unit: null, watch: null, last: null, sentAt: 0, trouble: "" });
    this.wanted = sessionStorage.getItem(KEY) ?? "";
    this.choice = h("select", { class: "input compact", "aria-label": _("Unit di ponsel ini"), onchange: () => this.choose(this.choice.value) });
    this.state = h("span", { class: "who", role: "status" });
    replace(node, h("label", {}, `${_("Posisi")} `, this.choice), this.state);
  }

  // After every change of the units: a unit whose job has ended is told of no more.
  update() {
    const list = shareable(this.units(), this.agency);
    const sign = list.map((unit) => unit.code).join(" ");
    if (sign !== this.sign) {
      this.sign = sign;
      replace(this.choice, h("option", { value: "" }, _("tidak dibagikan")), list.map((unit) => h("option", { value: unit.id, selected: unit.id === this.wanted }, unit.code)));
    }
    this.node.hidden = !list.length && !this.unit;
    const now = list.find((unit) => unit.id === this.wanted) ?? null;
    if (now?.id !== this.unit?.id) (now ? this.start(now) : this.stop(_("Tugas selesai: posisi tidak dibagikan lagi.")));
    this.paint();
  }

  choose(id) {
    this.wanted = id;
    sessionStorage.setItem(KEY, id);
    if (!id) this.stop("");
    this.update();
  }

  start(unit) {
    this.stop("");
    this.unit = unit;
    if (!globalThis.isSecureContext || !navigator.geolocation) {
      this.trouble = _("Peramban ini tidak memberi lokasi (perlu HTTPS).");
      return;
    }
    this.watch = navigator.geolocation.watchPosition((fix) => this.take(fix), (error) => this.fail(error),
      { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 });
  }

  stop(why) {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    if (this.unit || why === "") this.trouble = why;
    Object.assign(this, { watch: null, unit: null, last: null, sentAt: 0 });
  }

  fail(error) {
    this.trouble = DENIED[error.code] ?? DENIED[2];
    if (error.code === 1) {
      const trouble = this.trouble;
      this.wanted = "";
      sessionStorage.removeItem(KEY);
      this.stop("");
      this.choice.value = "";
      this.trouble = trouble;
    }
    this.paint();
  }

  async take(fix) {
    const point = { lat: fix.coords.latitude, lon: fix.coords.longitude, ms: fix.timestamp || Date.now() };
    if (!this.unit || this.sending || !isDue(this.last, point)) return;
    this.sending = true;
    const { unit } = this;
    try {
      const age = Math.max(0, Date.now() - point.ms); // by this phone's own clock; the moment is told by the server's
      await post("/api/v1/units/positions/", [{ unit: unit.id, lat: point.lat, lon: point.lon, at: new Date(serverNow() - age).toISOString() }]);
      this.last = point;
      this.sentAt = Date.now();
      this.trouble = "";
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.trouble = error.offline ? _("Tidak terkirim; posisi berikutnya dikirim setelah tersambung.") : error.message;
    } finally {
      this.sending = false;
      this.paint();
    }
  }

  paint() {
    const age = this.sentAt ? Math.round((Date.now() - this.sentAt) / 1000) : null;
    const words = this.trouble || (!this.unit ? "" : age === null ? _("Mencari lokasi…") : _("{unit} terkirim {n} dtk lalu", { unit: this.unit.code, n: age }));
    this.state.dataset.state = this.trouble ? "trouble" : this.unit ? "on" : "off";
    if (this.state.textContent !== words) this.state.textContent = words;
  }
}
