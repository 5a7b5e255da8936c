// The call under way, and the ten things that a call can turn out to be: one key each, ten seconds to take it back.
import { newKey, post } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { byId, h, notice, replace } from "../ui/dom.js";
import { duration, phone } from "../ui/format.js";
import { _, ngettext } from "../ui/lang.js";

// The most frequent first: 23 to 99 % of calls are ghost or prank.
export const DISPOSITIONS = [
  ["ghost", _("Ghost")], ["prank", _("Prank")], ["information", _("Informasi")], ["misdial", _("Salah sambung")],
  ["non_emergency", _("Bukan darurat")], ["silent_distress", _("Diam: terancam?")], ["abandoned", _("Terputus")],
  ["test", _("Uji coba")], ["handed_over", _("Wilayah lain")], ["emergency", _("Darurat")],
];
const UNDO_MS = 10_000;
const SEND_MS = 15_000;

export class CallStrip {
  constructor({ config, form, outbox }) {
    Object.assign(this, { config, form, outbox });
    this.node = byId("call");
    this.call = null;
    this.waiting = new Map(); // offered and not yet answered
    byId("new-call").addEventListener("click", () => this.begin());
  }

  keys() {
    const map = { F3: () => this.begin() };
    DISPOSITIONS.forEach(([code], n) => {
      map[`Ctrl+${(n + 1) % 10}`] = () => (this.call && !this.call.incident ? void this.dispose(code) : false);
    });
    return map;
  }

  // call.* of the live feed: who is waiting in the line
  take(frame) {
    const call = frame.data?.call;
    if (!call?.id) return;
    if (frame.kind === "call.offered" && call.id !== this.call?.id) this.waiting.set(call.id, call);
    else this.waiting.delete(call.id);
    this.paint();
  }

  async begin() {
    if (this.call || this.starting) return byId("place").focus();
    this.starting = true;
    try {
      const offered = [...this.waiting.values()][0]
        ?? await post("/api/v1/calls/", { region: this.config.region, channel: "phone", ...this.form().callerNumber() }, { key: newKey() });
      this.call = await post(`/api/v1/calls/${offered.id}/answer/`, {}, { key: newKey() });
      this.waiting.delete(offered.id);
      this.form().setCaller(this.call.number);
      this.form().saveDraft();
      byId("place").focus();
    } catch (error) {
      replace(byId("form-problem"), explain(error));
    } finally {
      this.starting = false;
      this.paint();
    }
  }

  // F10: hang up when the report is saved; before that a call ends by saying what it was.
  finish() {
    if (this.call.incident) return this.hangUp();
    this.node.querySelector("[data-disposition]")?.focus();
    return undefined;
  }

  // The report of this call has been saved: what is left is to hang up.
  linked(incident) {
    if (this.call) this.call = { ...this.call, incident: incident.id, incidentNumber: incident.number };
    this.paint();
  }

  // The call of a tab that is gone, from its draft.
  resume(call) {
    this.call ??= call;
    this.paint();
  }

  // Its report waits in the outbox; the next report belongs to another call. The id of the call, for `settled`.
  queued() {
    if (!this.call || this.call.incident) return null;
    const { id } = this.call;
    this.call = { ...this.call, incident: "queued" };
    this.paint();
    return id;
  }

  // The report of the call was stored (`answer`), or came back into the form (null).
  settled(id, answer) {
    if (!id || this.call?.id !== id) return;
    this.call = { ...this.call, incident: answer?.id ?? null, incidentNumber: answer?.number };
    this.paint();
  }

  settledBy(answer) {
    if (this.call?.incident === "queued") this.settled(this.call.id, answer);
  }

  async dispose(code) {
    const call = this.call;
    const kept = this.form().snapshot();
    this.call = null;
    this.form().clear();
    this.paint();
    this.offerUndo(call, kept, DISPOSITIONS.find(([one]) => one === code)[1]);
    const outcome = await this.send("disposition", call, "disposition", { disposition: code });
    if (["review", "denied"].includes(outcome.verdict)) replace(byId("form-problem"), notice("error", outcome.message));
  }

  // Kept like a report: it goes out when the server is there. 409: has ended already.
  async send(kind, call, path, body, fine = []) {
    const key = newKey();
    await this.outbox.add({ key, kind, url: `/api/v1/calls/${call.id}/${path}/`, group: call.id, body, kept: { title: call.number ?? "" }, fine });
    return this.outbox.deliver(key, SEND_MS);
  }

  offerUndo(call, kept, label) {
    const undo = () => {
      clearTimeout(timer);
      clearTimeout(ending);
      this.call = call;
      this.form().restore(kept);
      replace(byId("result"));
      this.paint();
    };
    const button = h("button", { class: "btn small", type: "button", onclick: undo }, _("Urungkan"));
    replace(byId("result"), notice("info", _("Panggilan digolongkan: {label}. Dapat diurungkan 10 detik.", { label }), button));
    const timer = setTimeout(() => button.isConnected && replace(byId("result")), UNDO_MS);
    const ending = setTimeout(() => this.end(call), UNDO_MS);
  }

  async end(call) {
    const outcome = await this.send("call_end", call, "end", {}, [409]);
    if (["review", "denied"].includes(outcome.verdict)) replace(byId("form-problem"), notice("error", outcome.message));
  }

  hangUp() {
    const call = this.call;
    this.call = null;
    this.paint();
    this.end(call);
  }

  tick(now) {
    const node = this.node.querySelector("[data-since]");
    if (node) node.textContent = duration((now - Number(node.dataset.since)) / 1000);
  }

  paint() {
    const call = this.call;
    this.node.hidden = !call && !this.waiting.size;
    byId("new-call").disabled = Boolean(call);
    if (!call) {
      const count = this.waiting.size;
      if (count) replace(this.node, h("div", { class: "call-head" }, h("strong", {}, ngettext("{n} panggilan masuk", "{n} panggilan masuk", count)), phone([...this.waiting.values()][0].number),
        h("button", { class: "btn primary end", type: "button", onclick: () => this.begin() }, `${_("Jawab")} `, h("kbd", {}, "F3"))));
      return;
    }
    const head = h("div", { class: "call-head" }, h("span", {}, _("Panggilan")), h("strong", {}, phone(call.number)),
      h("strong", { data: { since: Date.parse(call.answered_at ?? call.offered_at) } }, ""));
    if (call.incident) {
      head.append(h("span", { class: "chip" }, call.incident === "queued" ? _("Laporan belum terkirim") : _("Tertaut {number}", { number: (call.incidentNumber ?? "").slice(-4) })),
        h("button", { class: "btn end", type: "button", onclick: () => this.hangUp() }, _("Akhiri panggilan")));
      replace(this.node, head);
      return;
    }
    head.append(h("span", { class: "hint end" }, `${_("Tutup sebagai:")} `, h("kbd", {}, "Ctrl"), ` ${_("+ angka")}`));
    replace(this.node, head, h("div", { class: "dispositions", role: "group", "aria-label": _("Tutup panggilan sebagai") },
      DISPOSITIONS.map(([code, label], n) => h("button", { class: "btn", type: "button", data: { disposition: code }, onclick: () => this.dispose(code) },
        h("kbd", {}, String((n + 1) % 10)), label))));
  }
}
