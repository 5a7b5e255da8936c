// The radar: what may have been reported already, shown while typing, with one key to add this caller to it. The
// call-taker decides; nothing is joined by itself.
import { newKey, Problem } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { h, notice, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { happening } from "../ui/words.js";

export const ADD_KEYS = ["Alt+g", "Alt+G"];

// What is sent of the form for one more caller: their words, number and place, and the call itself.
export function callerBody({ narrative, location, caller, call, channel }) {
  const given = (value) => value && (typeof value !== "object" || Object.keys(value).length > 0);
  return Object.fromEntries(Object.entries({ narrative, location, caller, call, channel }).filter(([, value]) => given(value)));
}

// Reasons in the order in which they convince: figures first.
export const because = (duplicate) => (duplicate.reasons ?? []).map((one) => one.text ?? one.code).filter(Boolean).join(" · ");

export class Radar {
  // `body`: the form as it would be saved. `keep(incident, body, key)`: keeps and sends it; the answer, or { queued }.
  // `added(answer)`: this caller has been added, or waits to be. `rowOf(id)`: the board's row.
  constructor(node, { body, keep, added, open, rowOf, typeNames, problem }) {
    Object.assign(this, { node, body, keep, added, open, rowOf, typeNames, problem });
    this.list = [];
    this.line = "";
    this.forget();
  }

  // Another form is another write: it gets a key of its own.
  forget() {
    this.key = newKey();
    this.show([], []);
  }

  show(duplicates, warnings = []) {
    this.list = (duplicates ?? []).slice(0, 3);
    this.line = warnings.find((one) => one.field === "duplicates")?.message ?? "";
    this.paint();
  }

  keys() {
    return Object.fromEntries(ADD_KEYS.map((key) => [key, () => (this.list.length ? void this.add(this.list[0]) : false)]));
  }

  paint() {
    replace(this.node,
      this.list.length > 0 && h("section", { class: "radar-card", "aria-label": _("Mungkin sudah dilaporkan") },
        h("h3", {}, _("Mungkin sudah dilaporkan")),
        h("ul", { class: "plain" }, this.list.map((one, n) => this.entry(one, n)))),
      this.line && notice("warn", this.line));
  }

  entry(one, n) {
    const row = this.rowOf(one.id);
    return h("li", { class: "radar-entry", data: { incident: one.id } },
      h("div", {},
        h("button", { class: "btn quiet small", type: "button", title: _("Buka kejadian ini"), data: { key: `open-${one.id}` }, onclick: () => this.open(one.id) }, one.number),
        row && h("strong", {}, happening(row, this.typeNames)),
        h("span", { class: "who" }, ` ${Math.round(one.score * 100)} %`)),
      h("p", { class: "hint" }, because(one)),
      h("button", { class: `btn small ${n === 0 ? "primary" : ""}`, type: "button", data: { add: one.id, key: `add-${one.id}` }, onclick: () => this.add(one) },
        `${_("Kejadian sama: tambah pelapor ini")} `, n === 0 && h("kbd", {}, "Alt+G")));
  }

  // What was typed stays in the form until this computer or the server has it.
  async add(one) {
    if (this.adding) return;
    this.adding = true;
    replace(this.problem);
    try {
      const answer = await this.keep(one.id, callerBody(this.body()), this.key);
      this.added(answer.queued ? { ...answer, id: one.id, number: one.number } : answer);
    } catch (error) {
      replace(this.problem, explain(error));
      if (error instanceof Problem && !error.offline && error.status !== 401) this.key = newKey();
    } finally {
      this.adding = false;
    }
  }
}

// What the call-taker sees when the caller has been added.
export function addedCard(answer, { open, close, back }) {
  return h("section", { class: "result-card", id: "added", data: { incident: answer.id }, "aria-label": _("Pelapor ditambahkan") },
    h("div", { class: "detail-head" }, h("strong", {}, _("Pelapor ditambahkan ke")), h("span", { class: "detail-number" }, answer.number),
      h("button", { class: "btn small", type: "button", onclick: () => open(answer.id) }, _("Buka")),
      h("button", { class: "btn quiet small", type: "button", onclick: close }, _("Tutup"))),
    answer.queued && h("p", { class: "kept-here" }, _("Belum terkirim: tersimpan di komputer ini dan dikirim sendiri begitu server menjawab.")),
    h("p", { class: "hint" }, _("Kata-kata, nomor, dan lokasi pelapor ini tersimpan pada kejadian itu. Tidak ada penugasan baru.")),
    h("p", { class: "hint" }, `${_("Ternyata kejadian lain?")} `, h("button", { class: "btn small", type: "button", onclick: back }, _("Kembalikan isian")), ` ${_("lalu simpan sebagai laporan sendiri.")}`));
}
