// The list of keys and commands (`?`), in which each key can be changed. A panel beside the work; the choice is kept for
// this person at this workstation.
import { byId, h, notice, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { bindKeys, chord } from "../ui/shell.js";
import { VERBS } from "./commandwords.js";
import { KEYS, boundKeys, keysOf, readChosen, refusal } from "./keymap.js";

const settingOf = (user) => `siaga112.keys.${user}`;

export class KeyPanel {
  // `runs`: { id: what the key does }. `fixed`: { chord: run } that nobody changes. `more`: [[keys, words]] to be listed.
  constructor({ user, runs, fixed, more, permissions }) {
    Object.assign(this, { user, runs, fixed, more, permissions, map: {}, learning: null });
    this.chosen = readChosen(localStorage.getItem(settingOf(user)));
    this.node = h("section", { class: "keys", id: "keys", hidden: true, tabindex: "-1", "aria-label": _("Tombol dan perintah") });
    document.body.append(this.node);
    byId("help-button")?.addEventListener("click", () => this.toggle());
    document.addEventListener("keydown", (event) => this.learn(event), { capture: true });
    this.bind();
    bindKeys(this.map);
  }

  // The map that ui/shell.js looks into is changed in place.
  bind() {
    for (const key of Object.keys(this.map)) delete this.map[key];
    Object.assign(this.map, this.fixed, boundKeys(this.runs, this.chosen));
  }

  toggle(open = this.node.hidden) {
    this.learning = null;
    if (open) {
      this.from = document.activeElement;
      this.paint();
    }
    this.node.hidden = !open;
    byId("help-button")?.setAttribute("aria-expanded", String(open));
    if (open) this.node.focus();
    else if (this.node.contains(document.activeElement) || document.activeElement === document.body) this.from?.focus?.();
  }

  close() {
    if (this.node.hidden) return false;
    this.toggle(false);
    return true;
  }

  // The next key that is pressed becomes the key; Esc leaves it as it was.
  learn(event) {
    if (!this.learning || ["Control", "Shift", "Alt", "Meta", "AltGraph"].includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const id = this.learning;
    this.learning = null;
    const pressed = chord(event);
    const why = event.key === "Escape" ? "" : refusal(pressed, id, this.chosen);
    if (event.key !== "Escape" && !why) this.keep({ ...this.chosen, [id]: pressed });
    this.paint(why);
    this.node.querySelector(`[data-key="key-${id}"]`)?.focus();
  }

  keep(chosen) {
    this.chosen = chosen;
    if (Object.keys(chosen).length) localStorage.setItem(settingOf(this.user), JSON.stringify(chosen));
    else localStorage.removeItem(settingOf(this.user));
    this.bind();
  }

  // How the key of an act is called now: for tooltips.
  label(id) {
    return keysOf(id, this.chosen)[0] ?? "";
  }

  paint(problem = "") {
    const line = ({ id, name, command }) => [h("dt", {}, keysOf(id, this.chosen).map((key) => [spelt(key), " "])),
      h("dd", {}, h("span", {}, name(), command && h("span", { class: "who" }, " · ", h("code", {}, command))),
        h("button", { class: "btn quiet small", type: "button", data: { key: `key-${id}` }, "aria-label": _("Ubah tombol: {name}", { name: name() }), onclick: () => this.ask(id) },
          this.learning === id ? _("Tekan tombol…") : _("Ubah")))];
    replace(this.node,
      h("div", { class: "detail-head" }, h("h2", {}, _("Tombol dan perintah")),
        h("button", { class: "btn quiet small", type: "button", data: { key: "keys-close" }, onclick: () => this.toggle(false) }, _("Tutup"), " ", h("kbd", {}, "Esc"))),
      problem && notice("warn", problem),
      h("dl", {}, KEYS.filter(({ id }) => this.runs[id]).map(line), this.more.map(([keys, words]) => [h("dt", {}, keys.split(" ").map((key) => [spelt(key), " "])), h("dd", {}, words)])),
      Object.keys(this.chosen).length > 0 && h("button", { class: "btn small", type: "button", data: { key: "keys-usual" }, onclick: () => (this.keep({}), this.paint()) }, _("Kembali ke tombol bawaan")),
      h("h3", {}, _("Perintah"), " ", spelt(this.label("command"))),
      h("ul", { class: "plain command-forms" }, VERBS.map((verb) => h("li", {}, h("code", {}, verb.form())))),
      h("p", { class: "hint" }, _("Nomor cukup empat angka terakhir; tanpa nomor berarti kejadian yang dibuka. Tab melengkapi, ↑ mengulang perintah sebelumnya.")));
  }

  ask(id) {
    this.learning = id;
    this.paint();
  }
}

const spelt = (chord_) => chord_.split(/\+(?=.)/).map((key, n) => [n ? "+" : "", h("kbd", {}, key.length === 1 ? key.toUpperCase() : key)]);
