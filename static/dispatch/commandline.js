// The line at the foot of the console: what is typed is read at every letter and its effect said in words; Enter does it.
// It is beside the work, never over it: Esc goes back to where one was.
import { Problem } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { h, notice, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { Refused } from "./acts.js";
import { readCommand } from "./commands.js";

const REMEMBERED = 50;

export class CommandLine {
  // `state()`: what the reader knows. `run(effect, words)`: does it; may throw. Words of a note are kept in memory only.
  constructor(node, { state, run }) {
    Object.assign(this, { node, state, run, history: [], at: 0, chosen: -1, from: null });
    this.input = node.querySelector("input");
    this.said = node.querySelector("[data-said]");
    this.list = node.querySelector("[role=listbox]");
    this.pop = this.list.parentElement;
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.typed());
    this.input.addEventListener("blur", () => setTimeout(() => document.activeElement !== this.input && this.fold(), 0));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the line keeps the focus
  }

  // From wherever one is; the same key again goes back there.
  open(start = "") {
    if (document.activeElement === this.input && !start) return this.leave();
    if (document.activeElement !== this.input) this.from = document.activeElement;
    if (start) this.input.value = start;
    this.input.focus();
    this.typed();
  }

  leave() {
    this.input.value = "";
    this.fold();
    if (this.from?.isConnected && this.from !== document.body) this.from.focus({ preventScroll: true });
    else this.input.blur();
  }

  fold() {
    this.list.hidden = this.pop.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  typed() {
    this.read = readCommand(this.input.value, this.state());
    this.chosen = -1;
    this.paint();
  }

  key(event) {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const does = {
      Enter: () => void this.enter(), Escape: () => this.leave(), ArrowDown: () => this.move(1), ArrowUp: () => this.move(-1),
      Tab: () => (this.input.value && this.read.candidates.length ? this.take(Math.max(0, this.chosen)) : false),
    }[event.key];
    if (!does || (event.key === "Tab" && event.shiftKey) || does() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Through what is offered while a line is being written, through what was written before on an empty one.
  move(by) {
    const count = this.read.candidates.length;
    const old = this.at < this.history.length && this.input.value === this.history[this.at];
    if (by < 0 && this.history.length && (!this.input.value || old)) return this.recall(Math.max(0, (old ? this.at : this.history.length) - 1));
    if (old && by > 0) return this.recall(this.at + 1);
    if (!count) return;
    this.chosen = (this.chosen + by + count) % count;
    this.paint();
  }

  recall(at) {
    this.at = at;
    this.input.value = this.history[at] ?? "";
    this.typed();
  }

  take(n) {
    this.input.value = this.read.candidates[n].insert;
    this.typed();
  }

  async enter() {
    const { effect, words, candidates, verb } = this.read;
    if (this.chosen >= 0 && candidates[this.chosen]) return this.take(this.chosen);
    if (!effect) {
      if (!verb && candidates.length === 1) return this.take(0);
      return this.paint({ insists: true });
    }
    if (this.busy) return;
    this.busy = true;
    const line = this.input.value.trim();
    try {
      const stays = await this.run(effect, words);
      this.history = [...this.history.filter((one) => one !== line), line].slice(-REMEMBERED);
      this.at = this.history.length;
      this.input.value = "";
      if (stays !== "moved") this.leave();
      else this.fold();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof Refused)) throw error;
      replace(this.said, error instanceof Problem ? explain(error) : notice("warn", error.message));
    } finally {
      this.busy = false;
    }
  }

  paint({ insists = false } = {}) {
    const { words, missing, error, candidates, effect, undo } = this.read;
    const typing = Boolean(this.input.value.trim());
    const after = { held: _("menunggu 10 detik, dapat diurungkan"), inverse: _("dapat diurungkan"), none: "" }[undo];
    replace(this.said,
      typing && error && h("span", { class: "command-error", role: insists ? "alert" : null }, error),
      typing && !error && words && h("strong", {}, words),
      typing && missing.length > 0 && h("span", { class: insists ? "command-error" : "hint", role: insists ? "alert" : null }, _("Masih perlu: {what}", { what: missing.join(", ") })),
      typing && effect && h("span", { class: "hint" }, h("kbd", {}, "Enter"), ` ${after}`));
    const shown = document.activeElement === this.input ? candidates : [];
    this.list.hidden = !shown.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    replace(this.list, shown.map((one, n) => h("li", { role: "option", id: `command-${n}`, "aria-selected": String(n === this.chosen), onclick: () => this.take(n) }, one.label)));
    this.pop.hidden = this.list.hidden && !this.said.childElementCount;
    if (this.chosen >= 0) this.input.setAttribute("aria-activedescendant", `command-${this.chosen}`);
    else this.input.removeAttribute("aria-activedescendant");
  }
}
