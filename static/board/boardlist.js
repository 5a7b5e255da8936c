// The board's list: sections one under the other (untaken, running; in a flood groups by place and kind). It is the
// keyboard twin of the map: arrows select, Enter opens, the menu key shows the next steps.
import { h } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { IncidentList } from "../ui/list.js";

const MOST = 200; // rows of one section: more than that nobody reads, and the page must answer in a frame's time

export class BoardList {
  constructor(node, { onOpen, onSelect, onMenu, typeNames }) {
    Object.assign(this, { node, onOpen, onSelect, onMenu, typeNames });
    this.sections = new Map(); // key → { node, title, count, list, more }
    this.selected = null;
    node.addEventListener("keydown", (event) => this.key(event));
    node.addEventListener("focusin", (event) => this.focused(event));
    node.addEventListener("contextmenu", (event) => this.menu(event));
  }

  // sections: [{ key, title, rows, alone? }] in the order in which they stand.
  update(sections, { fresh } = {}) {
    const wanted = new Set(sections.map((one) => one.key));
    for (const [key, { node }] of this.sections) {
      if (wanted.has(key)) continue;
      node.remove();
      this.sections.delete(key);
    }
    let place = this.node.firstElementChild;
    for (const one of sections) {
      const section = this.section(one);
      if (section.node === place) place = place.nextElementSibling;
      else this.node.insertBefore(section.node, place);
      this.fill(section, one, fresh);
    }
  }

  section({ key, folded }) {
    const known = this.sections.get(key);
    if (known) return known;
    const rows = h("ul", { class: "rows" });
    const [title, count, more] = [h("span", {}), h("span", { class: "count" }), h("p", { class: "hint pad", hidden: true })];
    const node = h("details", { class: "board-section", open: !folded, data: { section: key } }, h("summary", { data: { key: `section-${key}` } }, title, " ", count), rows, more);
    const list = new IncidentList(rows, { onOpen: this.onOpen, typeNames: this.typeNames });
    list.selected = this.selected;
    const section = { node, title, count, list, more };
    this.sections.set(key, section);
    return section;
  }

  fill({ node, title, count, list, more }, { title: words, rows, hollow }, fresh) {
    if (title.textContent !== words) title.textContent = words;
    if (count.textContent !== String(rows.length)) count.textContent = String(rows.length);
    node.hidden = !rows.length && hollow !== true;
    list.update(rows.slice(0, MOST), { fresh });
    more.hidden = rows.length <= MOST;
    more.textContent = more.hidden ? "" : _("… dan {n} lagi. Persempit dengan saringan atau pencarian.", { n: rows.length - MOST });
  }

  rows() {
    return [...this.node.querySelectorAll("details[open] > ul button.row")];
  }

  select(id, { show = false } = {}) {
    this.selected = id;
    for (const { list } of this.sections.values()) list.select(id);
    if (show) this.node.querySelector('.row[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  }

  focus() {
    (this.node.querySelector('.row[aria-current="true"]') ?? this.rows()[0])?.focus();
  }

  key(event) {
    const rows = this.rows();
    const here = rows.indexOf(document.activeElement);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    rows[Math.min(rows.length - 1, Math.max(0, to))]?.focus();
    event.preventDefault();
  }

  focused(event) {
    const id = event.target.closest("button.row")?.dataset.key;
    if (id && id !== this.selected && event.target.matches(":focus-visible")) this.onSelect(id);
  }

  menu(event) {
    const id = event.target.closest("button.row")?.dataset.key;
    if (!id) return;
    event.preventDefault();
    this.onMenu(id, event);
  }
}
