// The editor of a procedure. The text areas of the form stay what is sent; beside each stands its list, whose entries
// are moved by Alt+↑/↓, by buttons or by dragging. What the operator will see follows every key.
import { byId, h, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { procedureBox } from "../ui/sop.js";
import { inserted, lines, moved, procedureOf, without } from "./entries.js";

class Entries {
  constructor(area, changed) {
    Object.assign(this, { area, changed, list: lines(area.value) });
    this.label = document.querySelector(`label[for="${area.id}"]`)?.firstChild.textContent.trim() ?? "";
    this.node = h("ol", { class: "entries", "aria-label": this.label });
    this.add = h("button", { class: "btn small", type: "button", onclick: () => this.insert(this.list.length) }, _("Tambah baris"));
    this.told = h("span", { class: "visually-hidden", role: "status" });
    area.hidden = true;
    area.after(this.node, this.add, this.told);
    this.paint();
  }

  set(list, focus) {
    this.list = list;
    this.save();
    this.paint();
    if (focus !== undefined) this.node.children[focus]?.querySelector("textarea").focus();
  }

  save() {
    this.area.value = this.list.filter((entry) => entry.trim()).join("\n");
    this.changed();
  }

  insert(n) {
    this.set(inserted(this.list, n), n);
  }

  move(from, to) {
    const list = moved(this.list, from, to);
    if (list === this.list) return;
    this.set(list, to);
    this.told.textContent = _("Pindah ke urutan {n}", { n: to + 1 });
  }

  drop(n) {
    this.set(without(this.list, n), Math.max(0, n - 1));
  }

  key(event, n) {
    const moves = { ArrowUp: n - 1, ArrowDown: n + 1 };
    if (event.altKey && event.key in moves) this.move(n, moves[event.key]);
    else if (event.key === "Enter") this.insert(n + 1);
    else if (event.key === "Backspace" && !this.list[n] && this.list.length) this.drop(n);
    else return;
    event.preventDefault();
  }

  paint() {
    replace(this.node, this.list.map((entry, n) => this.entry(entry, n)));
  }

  entry(entry, n) {
    const name = `${this.label} ${n + 1}`;
    const button = (label, sign, act, disabled = false) => h("button", { class: "btn small quiet", type: "button", "aria-label": `${label}: ${name}`, title: label, disabled, onclick: act }, sign);
    return h("li", {
      ondragover: (event) => this.dragged !== undefined && event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault();
        if (this.dragged !== undefined) this.move(this.dragged, n);
        this.dragged = undefined;
      },
    },
    h("span", { class: "grip", draggable: "true", title: _("Seret untuk memindahkan"), "aria-hidden": "true",
      ondragstart: (event) => {
        this.dragged = n;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", entry);
      },
      ondragend: () => (this.dragged = undefined) }, "⠿"),
    h("textarea", { rows: 1, value: entry, "aria-label": name,
      oninput: (event) => {
        this.list[n] = event.target.value.replaceAll("\n", " ");
        this.save();
      },
      onkeydown: (event) => this.key(event, n) }),
    button(_("Naikkan"), "↑", () => this.move(n, n - 1), n === 0),
    button(_("Turunkan"), "↓", () => this.move(n, n + 1), n === this.list.length - 1),
    button(_("Hapus"), "✕", () => this.drop(n)));
  }
}

const form = byId("procedure-form");
if (form) {
  const area = (name) => form.elements.namedItem(name);
  const known = form.dataset.keys.split(",");
  const answers = {};
  const preview = () => {
    const procedure = procedureOf({
      title: area("title").value, questions: lines(area("questions").value), steps: lines(area("steps").value), tellCaller: lines(area("tell_caller").value),
    }, known);
    const answer = (key, value) => {
      answers[key] = value;
      preview();
    };
    replace(byId("preview"), procedureBox(procedure, { answers, answer }));
  };
  for (const name of ["questions", "steps", "tell_caller"]) new Entries(area(name), preview);
  area("title").addEventListener("input", preview);
  preview();
}
