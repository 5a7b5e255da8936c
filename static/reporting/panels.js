// What stands on the panels of a wall: figures of the day, units by agency, messages. Built from plain data.
import { h, replace, said } from "../ui/dom.js";
import { clock, duration, number } from "../ui/format.js";
import { icon } from "../ui/icons.js";
import { _, ngettext } from "../ui/lang.js";

const strip = (...parts) => h("div", { class: "wall-strip" }, parts);
export const figure = (count, label, kind = "") => h("div", { class: `figure ${kind}`, data: { any: String(count > 0) } }, h("b", {}, typeof count === "number" ? number(count) : count), h("span", {}, label));
const part = (value, node) => {
  node.style.setProperty("--part", value.toFixed(3)); // the policy forbids style attributes, not this
  return node;
};

const FREE = new Set(["available"]);
const AWAY = new Set(["out_of_service"]);

// [{ agency, free, busy, away }], who has nobody free first: that is what the room has to know.
export function byAgency(units, names = {}) {
  const found = new Map();
  for (const unit of units) {
    const name = names[unit.agency?.code] ?? unit.agency?.code?.toUpperCase() ?? "–";
    const row = found.get(name) ?? { agency: name, free: 0, busy: 0, away: 0 };
    row[FREE.has(unit.status) ? "free" : AWAY.has(unit.status) ? "away" : "busy"] += 1;
    found.set(name, row);
  }
  return [...found.values()].sort((a, b) => Number(a.free > 0) - Number(b.free > 0) || b.busy - a.busy || a.agency.localeCompare(b.agency));
}

export function unitsPanel(node, units, rows, names) {
  const agencies = byAgency(units, names);
  const most = Math.max(1, ...agencies.map((one) => one.free + one.busy + one.away));
  const sum = (name) => agencies.reduce((total, one) => total + one[name], 0);
  const shown = agencies.slice(0, agencies.length > rows ? rows - 1 : rows);
  replace(node, strip(h("h2", {}, _("Unit")), figure(sum("free"), _("siap")), figure(sum("busy"), _("bertugas")), figure(sum("away"), _("tidak bertugas"))),
    h("div", { class: "wall-body wall-table" }, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, _("Dinas")), h("th", { class: "wide", "aria-label": _("Bagian yang siap") }), [_("siap"), _("tugas"), _("tidak")].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, shown.map((one) => unitRow(one, most)))),
    agencies.length > shown.length && h("p", { class: "wall-more" }, ngettext("dan {n} dinas lain", "dan {n} dinas lain", agencies.length - shown.length))));
}

// The bar has one step for each unit, on the same scale for all agencies.
function unitRow(one, most) {
  const piece = (name, n = one[name]) => {
    const span = h("span", { class: name });
    span.style.setProperty("--n", n);
    return span;
  };
  return h("tr", {}, h("th", { scope: "row" }, one.agency), h("td", { class: "wide" }, h("div", { class: "wall-bar", "aria-hidden": "true" }, piece("free"), piece("busy"), piece("away"), piece("rest", most - one.free - one.busy - one.away))),
    h("td", { class: one.free ? "" : "zero" }, one.free), h("td", { class: one.busy ? "" : "none" }, one.busy), h("td", { class: one.away ? "" : "none" }, one.away));
}

export function todayPanel(node, { calls, incidents, open, late }, hourNow) {
  const most = Math.max(1, ...calls.hours.map(([answered, abandoned]) => answered + abandoned));
  const bar = (kind, n) => part(n / most, h("i", { class: kind, data: { n } }));
  const column = ([answered, abandoned], hour) => h("span", { data: hour === hourNow ? { now: "" } : {} }, bar("abandoned", abandoned), bar("answered", answered));
  replace(node,
    strip(h("h2", {}, _("Hari ini")), figure(calls.answered, _("dijawab")), figure(calls.abandoned, _("tak dijawab")), figure(open, _("terbuka")), figure(late, _("lewat"), "late")),
    h("div", { class: "wall-body wall-chart" },
      h("div", { class: "wall-hours", role: "img", "aria-label": _("Panggilan per jam, paling banyak {n}", { n: most }) }, calls.hours.map(column)),
      h("div", { class: "wall-hour-names" }, ["00.00", "06.00", "12.00", "18.00"].map((name) => h("span", {}, name))),
      h("div", { class: "wall-key" }, h("span", {}, h("i", { class: "answered" }), _("dijawab")), h("span", {}, h("i", { class: "abandoned" }), _("tak dijawab")), h("span", { class: "who" }, _("tertinggi {n}/jam", { n: most })), h("span", { class: "who" }, ngettext("{n} kejadian baru", "{n} kejadian baru", incidents.created)), answerLine(calls.answer))));
}

// p50 and p90 with the number of calls and the target: never a mean, never a figure without its n.
function answerLine({ n, in_time, p50, p90, target }) {
  if (!n) return h("span", { class: "who" }, _("waktu jawab: belum ada panggilan"));
  const share = target ? ` · ${_("≤ {target} dtk: {in_time} dari {n}", { target, in_time, n })}` : ` · n ${n}`;
  return h("span", {}, `${_("Jawab p50 {p50} · p90 {p90} dtk", { p50: Math.round(p50), p90: Math.round(p90) })}${share}`);
}

const TITLES = { acknowledge: _("Terima tugas hari ini"), arrive: _("Tiba di lokasi hari ini") };

// The most reliable on top, the least at the bottom; when not all fit, the middle is left out.
export function pacePanel(node, stage, { ranked, few, fewest }, rows) {
  const room = Math.max(2, rows - 1);
  const half = Math.floor(room / 2);
  const whole = ranked.length <= room;
  const cut = h("tr", { class: "wall-cut", "aria-hidden": "true" }, h("td", { colspan: 5 }));
  replace(node, strip(h("h2", {}, TITLES[stage]), few > 0 && h("span", { class: "who" }, _("{few} dinas lain di bawah {fewest} tugas", { few, fewest }))),
    h("div", { class: "wall-body wall-table" }, h("table", {},
      h("thead", {}, h("tr", {}, [_("Dinas"), _("tepat waktu"), "p50", "p90", _("target")].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, (whole ? ranked : ranked.slice(0, half)).map(paceRow), !whole && cut, !whole && ranked.slice(-half).map(paceRow)))));
}

function paceRow({ agency, n, in_time, p50, p90, target: [least, most] }) {
  const aim = least === most ? duration(least) : `${duration(least)}–${duration(most)}`;
  return h("tr", {}, h("th", { scope: "row" }, agency), h("td", { class: in_time < n * 0.5 ? "zero" : "" }, _("{in_time} dari {n}", { in_time, n })), h("td", {}, duration(p50)), h("td", {}, duration(p90)), h("td", { class: "none" }, aim));
}

const SIGNS = { warning: ["exclamation-triangle", _("Peringatan")], maintenance: ["hourglass-split", _("Pemeliharaan")], shift: ["info-circle", _("Catatan shift")], paused: ["clock-history", _("Tidak menerima tugas")] };

export function noticesPanel(node, { notices, paused }, rows) {
  const all = [...notices, ...paused.map(({ agency, until }) => ({ kind: "paused", text: agency, until }))];
  replace(node, strip(h("h2", {}, _("Peringatan dan pesan"))), h("ul", { class: "wall-body wall-texts" }, all.slice(0, Math.max(1, Math.floor(rows / 3))).map(({ kind, text, until }) => h("li", {},
    icon((SIGNS[kind] ?? SIGNS.shift)[0]), h("span", { class: "title" }, said(text)), h("span", { class: "who" }, `${(SIGNS[kind] ?? SIGNS.shift)[1]} · ${_("sampai {time}", { time: clock(until, { seconds: false }) })}`)))));
}
