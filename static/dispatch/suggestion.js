// What saving would do, shown while typing: the marked words, the types to choose from, priority, agencies with their
// role, referrals and reports near by. What the person chose stays chosen when the next proposal arrives.
import { byId, h, notice, replace } from "../ui/dom.js";
import { PRIORITIES, ROLES, baseTypes, typeName } from "../ui/format.js";
import { _ } from "../ui/lang.js";
import { shape } from "../ui/priority.js";
import { referral } from "../ui/referral.js";
import { procedureBox } from "../ui/sop.js";
import { subtypeName } from "../ui/words.js";

// One shape for what /classify/ answers, whether the rules' part is nested or not.
export function normalise(answer) {
  const inner = answer.classification ?? answer;
  const lines = answer.agencies ?? answer.assignments ?? [];
  return {
    type: answer.type ?? inner.type,
    subtype: answer.subtype ?? "",
    priority: answer.priority ?? inner.priority,
    confidence: inner.confidence ?? 0,
    candidates: inner.candidates ?? [],
    reasons: inner.reasons ?? [],
    needsReview: Boolean(inner.needs_review),
    area: answer.area ?? null,
    agencies: lines.map((line) => ({ code: line.agency?.code ?? line.code, role: line.role })),
    referrals: answer.referrals ?? [],
    procedures: answer.procedures ?? [],
    warnings: answer.warnings ?? [],
    ruled: inner.type ?? answer.type,
  };
}

// The text in pieces, marked where a rule found something. `start` and `end` count code points.
export function marked(text, reasons) {
  const points = Array.from(text);
  const spans = reasons.map((one) => locate(points, one)).filter(Boolean).sort((a, b) => a.start - b.start);
  const pieces = [];
  let at = 0;
  for (const { start, end, rule } of spans) {
    if (start < at) continue;
    if (start > at) pieces.push({ text: points.slice(at, start).join("") });
    pieces.push({ text: points.slice(start, end).join(""), rule });
    at = end;
  }
  if (at < points.length) pieces.push({ text: points.slice(at).join("") });
  return pieces;
}

// The server counts in the cleaned text; when cleaning moved something, the words are looked up.
function locate(points, { start, end, text, rule }) {
  if (typeof start !== "number" || end <= start) return null;
  const found = points.slice(start, end).join("");
  if (!text || found.toLowerCase() === text.toLowerCase()) return end <= points.length ? { start, end, rule } : null;
  const index = points.join("").toLowerCase().indexOf(text.toLowerCase());
  if (index < 0) return null;
  const from = Array.from(points.join("").slice(0, index)).length;
  return { start: from, end: from + Array.from(text).length, rule };
}

export class Suggestion {
  constructor(node, config, { changed, open }) {
    Object.assign(this, { node, config, changed, open });
    this.chosen = {}; // type, priority, agencies: only what a person has set
    this.answers = {}; // to the questions of the SOP that count
    this.last = null;
    this.text = "";
  }

  clear() {
    this.chosen = {};
    this.answers = {};
    this.show(null, "");
  }

  overrides() {
    const { type, priority, agencies } = this.chosen;
    return { ...(type ? { type } : {}), ...(priority ? { priority } : {}), ...(agencies ? { agencies } : {}) };
  }

  show(answer, text) {
    this.last = answer ? normalise(answer) : null;
    this.text = text;
    this.paint();
  }

  unavailable(offline) {
    this.last = null;
    const why = offline ? _("Server tidak menjawab: usulan tidak tersedia.") : _("Usulan tidak tersedia saat ini.");
    replace(this.node, notice("warn", `${why} ${_("Laporan tetap dapat disimpan; jenis dan dinas ditentukan saat tersimpan.")}`));
  }

  pick(n) {
    const code = this.choices()[n];
    if (!code) return false;
    this.set({ type: code });
    return true;
  }

  set(change) {
    this.chosen = { ...this.chosen, ...change };
    this.changed(change);
    this.paint();
  }

  choices() {
    const list = (this.last?.candidates ?? []).map((one) => one.type);
    return [...new Set([this.last?.ruled, ...list].filter(Boolean))].slice(0, 5);
  }

  paint() {
    this.sop();
    if (!this.last && !Object.keys(this.chosen).length) return replace(this.node);
    replace(this.node, this.warnings(), this.preview(), this.types(), this.priorities(), this.agencies(), this.referrals());
  }

  preview() {
    if (!this.last?.reasons.length) return null;
    return h("p", { class: "preview", "aria-label": _("Kata yang dikenali") },
      h("bdi", {}, marked(this.text, this.last.reasons).map((piece) => (piece.rule ? h("mark", { title: piece.rule }, piece.text) : piece.text))));
  }

  // A point outside the region: who is responsible there, said before anything is saved.
  warnings() {
    return (this.last?.warnings ?? []).filter((one) => one.region || one.hazard).map((one) => notice("warn", [one.message, one.phone ? _("Telepon: {phone}", { phone: one.phone }) : ""].filter(Boolean).join(" ")));
  }

  // What to ask and to say, in the order of speaking. Folded or not is the call-taker's choice and stays so.
  sop() {
    const box = byId("sop");
    const procedure = this.last?.procedures[0];
    const shown = procedure && `${procedure.id} ${JSON.stringify(this.answers)}`;
    if (this.sopShown === shown) return;
    this.sopShown = shown;
    if (!procedure) return replace(box);
    const folded = box.querySelector("details")?.open === false;
    replace(box, procedureBox(procedure, { open: !folded, answers: this.answers, answer: (key, value) => this.answer(key, value) }));
  }

  answer(key, value) {
    const { [key]: before, ...others } = this.answers;
    this.answers = value === undefined ? others : { ...others, [key]: value };
    this.changed({ answers: this.answers });
    this.sop();
  }

  foldSop() {
    const box = byId("sop").querySelector("details");
    if (box) box.open = !box.open;
  }

  types() {
    const now = this.chosen.type ?? this.last?.type;
    const score = (code) => this.last?.candidates.find((one) => one.type === code)?.score;
    const chips = this.choices();
    if (now && !chips.includes(now)) chips.push(now);
    const more = Object.keys({ ...baseTypes(), ...this.config.types }).filter((code) => !chips.includes(code) && !this.config.ended_types?.includes(code));
    const other = h("select", { class: "pick-chip", "aria-label": _("Jenis lain"), onchange: (event) => event.target.value && this.set({ type: event.target.value }) },
      h("option", { value: "" }, _("Jenis lain…")), more.map((code) => h("option", { value: code }, typeName(code, this.config.types))));
    return h("div", { class: "pick", role: "group", "aria-label": _("Jenis") }, h("span", { class: "label" }, _("Jenis")),
      chips.map((code, n) => h("button", { class: "pick-chip", type: "button", "aria-pressed": String(code === now), data: { key: `type-${code}`, type: code }, onclick: () => this.set({ type: code }) },
        n < 5 && h("kbd", {}, String(n + 1)), typeName(code, this.config.types), score(code) !== undefined && h("span", { class: "who" }, `${Math.round(score(code) * 100)} %`))),
      this.last?.subtype && subtypeName(this.last.subtype) && h("span", { class: "hint" }, subtypeName(this.last.subtype)),
      other,
      this.last?.needsReview && !this.chosen.type && h("span", { class: "chip" }, _("Periksa jenisnya")));
  }

  priorities() {
    const now = this.chosen.priority ?? this.last?.priority;
    return h("div", { class: "pick", role: "group", "aria-label": _("Prioritas") }, h("span", { class: "label" }, _("Prioritas")),
      Object.entries(PRIORITIES).map(([code, info]) => h("button", { class: "pick-chip", type: "button", "aria-pressed": String(code === now), data: { key: `priority-${code}` }, onclick: () => this.set({ priority: code }) },
        h("span", { class: "prio", data: { priority: code } }, shape(code)), `${info.code} ${info.name}`)));
  }

  agencies() {
    const byRules = !this.chosen.agencies;
    if (byRules && this.chosen.type && this.chosen.type !== this.last?.type) {
      return h("div", { class: "pick" }, h("span", { class: "label" }, _("Dinas")), h("span", { class: "hint" }, `${_("Ditentukan saat disimpan menurut jenis pilihan Anda.")} `),
        h("button", { class: "btn small", type: "button", onclick: () => this.set({ agencies: [] }) }, _("Pilih sendiri")));
    }
    const now = this.chosen.agencies ?? this.last?.agencies ?? [];
    const names = new Map(this.config.agencies.map((agency) => [agency.code, agency.name]));
    const shown = this.allAgencies || !byRules ? [...names.keys()] : now.map((line) => line.code);
    return h("div", { class: "stack tight" },
      h("div", { class: "pick" }, h("span", { class: "label" }, _("Dinas")),
        !now.length && h("span", { class: "hint" }, _("Tidak ada dinas yang ditugaskan.")),
        !byRules && h("button", { class: "btn small", type: "button", onclick: () => this.set({ agencies: null }) }, _("Kembali ke usulan")),
        byRules && h("button", { class: "btn small quiet", type: "button", onclick: () => ((this.allAgencies = !this.allAgencies), this.paint()) }, this.allAgencies ? _("Sembunyikan yang lain") : _("Ubah dinas…"))),
      h("div", { class: "agency-pick" }, shown.map((code) => this.agencyLine(code, this.config.agency_names[code] ?? names.get(code) ?? code, now))));
  }

  agencyLine(code, name, now) {
    const line = now.find((one) => one.code === code);
    const change = (role) => {
      const rest = now.filter((one) => one.code !== code);
      this.set({ agencies: role ? [...rest, { code, role }] : rest });
    };
    const lead = now.some((one) => one.role === "lead");
    return h("label", { class: "check" },
      h("input", { type: "checkbox", checked: Boolean(line), data: { key: `agency-${code}` }, onchange: (event) => change(event.target.checked && (lead ? "support" : "lead")) }),
      h("span", {}, name),
      line && h("select", { "aria-label": _("Peran {name}", { name }), data: { key: `role-${code}` }, onchange: (event) => change(event.target.value) },
        Object.entries(ROLES).map(([value, label]) => h("option", { value, selected: value === line.role }, label))));
  }

  referrals() {
    return (this.last?.referrals ?? []).map(referral);
  }
}
