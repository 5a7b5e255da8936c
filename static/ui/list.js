// A list of incidents that changes under the user's hands: rows are kept, not rebuilt; what is under the pointer or
// has the focus stays where it is when something is put in above it.
import { h, replace, said } from "./dom.js";
import { ASSIGNMENT_SHORT, INCIDENT_STATUS, assignmentEnded, moment, priorityRank, rungText } from "./format.js";
import { _ } from "./lang.js";
import { priorityMark } from "./priority.js";
import { nextDue, timer } from "./timers.js";
import { happening } from "./words.js";

export function byUrgency(a, b) {
  return Number(waiting(b)) - Number(waiting(a))
    || priorityRank(a.priority) - priorityRank(b.priority)
    || a.created_at.localeCompare(b.created_at);
}

// Nobody has taken it yet.
export const waiting = (row) => (row.assignments ?? []).some((line) => line.status === "assigned");

export class IncidentList {
  constructor(node, { onOpen, describe, typeNames = {} }) {
    this.node = node;
    this.onOpen = onOpen;
    this.describe = describe ?? { line: progressLine, chips: progressChips };
    this.typeNames = typeNames;
    this.shown = new Map(); // id → { item, row }
    this.selected = null;
  }

  update(rows, { fresh = new Set() } = {}) {
    const anchor = this.node.querySelector(".row:hover, .row:focus");
    const before = anchor?.getBoundingClientRect().top;
    const ids = new Set(rows.map((row) => row.id));
    const focused = this.focusedAt();
    for (const [id, { item }] of this.shown) {
      if (!ids.has(id)) {
        item.remove();
        this.shown.delete(id);
      }
    }
    let place = this.node.firstElementChild;
    for (const row of rows) {
      const item = this.item(row, fresh.has(row.id));
      if (item === place) place = place.nextElementSibling;
      else this.node.insertBefore(item, place);
    }
    this.keepFocus(focused);
    if (anchor?.isConnected) {
      const box = this.node.closest(".panel-body") ?? this.node;
      box.scrollTop += anchor.getBoundingClientRect().top - before;
    }
  }

  focusedAt() {
    const items = [...this.node.children];
    const at = items.findIndex((item) => item.firstChild === document.activeElement);
    return at < 0 ? null : { at, item: items[at] };
  }

  // A row that changes its place keeps the focus; of one that is gone the next row takes it.
  keepFocus(focused) {
    if (!focused || this.node.contains(document.activeElement)) return;
    const item = focused.item.isConnected ? focused.item : this.node.children[Math.min(focused.at, this.node.childElementCount - 1)];
    item?.firstChild.focus({ preventScroll: true });
  }

  item(row, fresh) {
    const known = this.shown.get(row.id);
    if (known?.row === row) return known.item;
    const item = known?.item ?? h("li", {}, h("button", { class: "row", type: "button", data: { key: row.id }, onclick: () => this.onOpen(row.id) }));
    const button = item.firstChild;
    replace(button, this.content(row));
    if (row.id === this.selected) button.setAttribute("aria-current", "true");
    button.classList.toggle("row-fresh", fresh);
    this.shown.set(row.id, { item, row });
    return item;
  }

  content(row) {
    return [
      priorityMark(row.priority),
      h("span", { class: "title" }, said(areaName(row))), // where before what: help without a place arrives nowhere
      h("span", { class: "sub" }, h("span", { class: "kind" }, happening(row, this.typeNames)), h("span", { class: "callback" }, this.describe.line(row))),
      timer(nextDue(row), row.created_at),
      h("span", { class: "chips" }, this.describe.chips(row)),
    ];
  }

  select(id) {
    this.selected = id;
    for (const [key, { item }] of this.shown) {
      if (key === id) item.firstChild.setAttribute("aria-current", "true");
      else item.firstChild.removeAttribute("aria-current");
    }
  }

  focus() {
    (this.node.querySelector('[aria-current="true"]') ?? this.node.querySelector(".row"))?.focus();
  }
}

export function areaName(row) {
  return row.area?.name || row.label || _("lokasi belum pasti");
}

// 0007 · 14.05; the whole number stands in the tooltip and in the case itself
export function progressLine(row) {
  return h("span", { class: "nowrap", title: row.number }, `${row.number.slice(-4)} · ${moment(row.created_at, Date.now(), { seconds: false })}`);
}

export function marks(row) {
  return [
    row.status !== "open" && h("span", { class: "chip" }, INCIDENT_STATUS[row.status]),
    row.confidential && h("span", { class: "chip secret" }, _("Terbatas")),
    row.exercise && h("span", { class: "chip secret" }, _("LATIHAN")),
    row.late && h("span", { class: "chip", title: _("Dicatat di kertas atau luring; jam aslinya di riwayat") }, _("Susulan")),
    (row.support ?? []).length > 0 && h("span", { class: "chip asks" }, _("Minta bantuan")),
  ];
}

export function stepChip(line, label = "") {
  return h("span", { class: "chip", data: assignmentEnded(line.status) ? { done: "" } : {}, title: line.agency?.name },
    label, ASSIGNMENT_SHORT[line.status] ?? line.status, line.paused ? ` · ${_("dijeda")}` : "");
}

// How far the ladder of an assignment is that nobody accepts, and whether somebody has to telephone.
export function ladderChips(line) {
  return [
    line.escalation && h("span", { class: "chip alarm" }, rungText(line.escalation)),
    line.unreached && h("span", { class: "chip alarm" }, _("pesan gagal — telepon")),
  ];
}

const progressChips = (row) => [marks(row), (row.assignments ?? []).map((line) => [stepChip(line, `${(line.agency?.code ?? "").toUpperCase()} `), ladderChips(line)])];
