// The parts that scripts draw, made by the same modules as on the screens. Nothing here reads data.
import { SOUNDS } from "../ui/alarms.js";
import { byId, empty, h, notice, replace } from "../ui/dom.js";
import { PRIORITIES } from "../ui/format.js";
import { icon } from "../ui/icons.js";
import { _ } from "../ui/lang.js";
import { IncidentList, marks, stepChip } from "../ui/list.js";
import { priorityMark, shape } from "../ui/priority.js";
import { startPage } from "../ui/shell.js";
import { Alarm, keptVolume, setVolume } from "../ui/sound.js";
import { tickEverySecond, timer } from "../ui/timers.js";

startPage();
const now = Date.now();
const iso = (ms) => new Date(ms).toISOString();
// A limit of which `part` has passed.
const limit = (part, minutes = 60, stage = "arrive") => ({ stage, started_at: iso(now - part * minutes * 60_000), due_at: iso(now + (1 - part) * minutes * 60_000) });
const line = (code, status, due) => ({ id: code, version: 1, agency: { code, name: code }, status, next_due: due });

replace(byId("marks"), Object.keys(PRIORITIES).map((code) => priorityMark(code)), Object.keys(PRIORITIES).map((code) => priorityMark(code, { word: true })));
replace(byId("timers"), [0, 0.5, 0.8, 1.02].map((part, n) => h("span", { class: "stack tight" }, h("span", { class: "hint" }, ["0 %", "50 %", "80 %", "100 %"][n]), timer(limit(part), iso(now)))));

const row = (id, priority, more) => ({ id, number: `MDN-20261122-000${id}`, version: 1, status: "open", priority, created_at: iso(now - 300_000), type: "fire", subtype: "", area: { name: "Kartoharjo" }, assignments: [], ...more });
const list = new IncidentList(byId("rows"), { onOpen: (id) => list.select(id), typeNames: {} });
list.selected = "2";
list.update([
  row("1", "critical", { subtype: "building_fire", assignments: [line("damkar", "assigned", limit(1.1, 5, "acknowledge")), line("dinkes", "acknowledged")] }),
  row("2", "high", { type: "traffic", subtype: "accident", area: { name: "Taman" }, assignments: [line("dinkes", "dispatched", limit(0.85, 15))] }),
  row("3", "normal", { type: "disaster", subtype: "fallen_tree", area: { name: "Manguharjo" }, exercise: true, assignments: [line("bpbd", "arrived", limit(0.55, 60, "complete"))] }),
  row("4", "low", { type: "public_facility", subtype: "street_light", area: null, confidential: true, assignments: [line("pln", "completed", limit(0.1, 120, "complete"))] }),
]);
replace(byId("chips"), ["assigned", "acknowledged", "dispatched", "arrived", "completed", "declined", "withdrawn"].map((status) => stepChip({ status, agency: {} }, "BPBD ")),
  marks({ status: "closed", confidential: true, exercise: true }), h("span", { class: "count" }, "12"), h("kbd", {}, "F8"));

const pin = (priority, more = "") => h("span", { class: `map-pin ${more}`, data: { priority }, role: "img", "aria-label": PRIORITIES[priority].code }, shape(priority, { label: PRIORITIES[priority].code.slice(1) }));
replace(byId("map-marks"), Object.keys(PRIORITIES).map((code) => pin(code)), pin("high", "selected"), h("span", { class: "map-unit" }, h("span", {}, "AMB-01")), h("span", { class: "map-cross", role: "img", "aria-label": _("lokasi baru") }));

const again = () => h("button", { class: "btn small", type: "button" }, _("Coba lagi"));
const state = (name, ...content) => h("div", { data: { state: name } }, h("h3", {}, name), content);
replace(byId("states"),
  state(_("Kosong"), empty(_("Tidak ada kejadian"), _("Kejadian baru muncul di sini dengan sendirinya."))),
  state(_("Memuat"), empty(_("Memuat…"))),
  state(_("Basi"), notice("warn", _("Keadaan terbaru belum dapat dimuat."), again())),
  state(_("Luring"), notice("warn", _("Tidak ada sambungan. Laporan disimpan di komputer ini dan terkirim sendiri."))),
  state(_("Galat"), notice("error", _("Kejadian tidak dapat dimuat."), again())),
  state(_("Tanpa hak"), empty(_("Tidak dapat dilihat"), _("Kejadian ini tidak (lagi) terbuka untuk Anda."))));
byId("banners").append(notice("info", _("Laporan MDN-20261122-0007 tersimpan."), h("button", { class: "btn small", type: "button" }, _("Urungkan (8)"))));

const alarm = new Alarm();
const PATTERN = { high: "3 + 2", medium: "3" };
replace(byId("sounds"), Object.entries(SOUNDS).map(([kind, { name, urgency }]) => h("button", {
  class: "btn", type: "button", data: { sound: kind },
  onclick: async (event) => {
    alarm.open();
    await alarm.context?.resume();
    event.target.closest("button").dataset.played = String(alarm.play(kind));
  },
}, icon("play-fill"), name, h("span", { class: "hint" }, PATTERN[urgency]))));
const slider = byId("volume");
const said = () => (byId("volume-said").textContent = _("{n} %, paling lemah 20 %", { n: Math.round(keptVolume() * 100) }));
slider.value = keptVolume();
slider.addEventListener("input", () => {
  setVolume(Number(slider.value));
  slider.value = keptVolume();
  said();
});
said();
tickEverySecond();
