// Writing a note to a case: what is written stays while the case changes on the screen and while another is looked at,
// and colleagues see that somebody is writing.
import { newKey, post, Problem } from "../live/api.js";
import { explain } from "./actions.js";
import { h, replace, said } from "./dom.js";
import { clock } from "./format.js";
import { _ } from "./lang.js";

const SAY_AGAIN_MS = 4_000;

export class NoteForm {
  // `typing(id)`: told while somebody writes, at most every few seconds. `done`: after a note was kept. `writes()`:
  // where notes wait that the server has not got yet; without it they are sent at once or not at all.
  constructor({ typing = () => {}, writes = () => null, done }) {
    Object.assign(this, { typing, writes, done, id: null, drafts: new Map(), saidAt: 0 });
    this.words = h("textarea", { class: "input", name: "note-text", rows: 2, maxlength: 8000, "aria-label": _("Catatan baru"), placeholder: _("Tulis catatan…"), oninput: () => this.write(), onkeydown: (event) => this.key(event) });
    this.problem = h("div", { "aria-live": "assertive" });
    this.kept = h("div", { class: "stack tight", role: "status", "aria-live": "polite" });
    this.button = h("button", { class: "btn small", type: "submit" }, _("Simpan catatan"));
    this.node = h("form", { class: "stack tight note-form", hidden: true, onsubmit: (event) => this.submit(event) },
      this.words, this.problem, this.kept, h("div", { class: "btn-row" }, this.button));
  }

  show(id, allowed) {
    this.node.hidden = !allowed;
    if (id === this.id) return;
    this.id = id;
    this.words.value = this.drafts.get(id)?.words ?? "";
    replace(this.problem);
  }

  // The key belongs to the words: the same words sent again after a failure are the same note.
  write() {
    if (this.words.value) this.drafts.set(this.id, { words: this.words.value, key: newKey() });
    else this.drafts.delete(this.id);
    const now = Date.now();
    if (this.words.value && now - this.saidAt > SAY_AGAIN_MS) {
      this.saidAt = now;
      this.typing(this.id);
    }
  }

  // Notes that wait on this computer, with their words: nobody should wonder whether to write them again.
  async showKept() {
    const { id } = this;
    const writes = this.writes();
    const rows = writes?.of(id, "note") ?? [];
    const texts = await Promise.all(rows.map((row) => writes.words(row)));
    if (id !== this.id) return;
    replace(this.kept, rows.map((row, n) => h("p", { class: "kept-here", data: { kept: row.key } }, _("Catatan {time} tersimpan di sini, belum terkirim: ", { time: clock(row.created_at) }), said(texts[n].text ?? ""))));
  }

  key(event) {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.stopPropagation();
    event.preventDefault();
    this.node.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    const { id } = this;
    const draft = this.drafts.get(id);
    if (!draft?.words.trim() || this.button.disabled) return;
    this.button.disabled = true;
    try {
      const writes = this.writes();
      const answer = await (writes ? writes.note(id, draft.words, draft.key) : post(`/api/v1/incidents/${id}/notes/`, { text: draft.words }, { key: draft.key }));
      if (this.drafts.get(id) === draft) this.drafts.delete(id);
      if (this.id === id && this.words.value === draft.words) this.words.value = "";
      replace(this.problem);
      this.saidAt = 0;
      if (!answer.queued) this.done();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.drafts.get(id) === draft && !error.offline) draft.key = newKey(); // refused: tried again it is another write
      replace(this.problem, explain(error));
    } finally {
      this.button.disabled = false;
    }
  }
}
