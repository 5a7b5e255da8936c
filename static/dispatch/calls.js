// The call under way, and the ten things that a call can turn out to be: one key each, ten seconds to take it back.
import { newKey, post } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { byId, h, notice, replace } from "../ui/dom.js";
import { duration, phone } from "../ui/format.js";
import { _, ngettext } from "../ui/lang.js";
import { CallHistories, historyLine, inOrder, isNuisance } from "./callhistory.js";

// The most frequent first: 23 to 99 % of calls are ghost or prank.
export const DISPOSITIONS = [
  ["ghost", _("Ghost")], ["prank", _("Prank")], ["information", _("Informasi")], ["misdial", _("Salah sambung")],
  ["non_emergency", _("Bukan darurat")], ["silent_distress", _("Diam: terancam?")], ["abandoned", _("Terputus")],
  ["test", _("Uji coba")], ["handed_over", _("Wilayah lain")], ["emergency", _("Darurat")],
];
const UNDO_MS = 10_000;
const SEND_MS = 15_000;
const WAITING_SHOWN = 3;

export class CallStrip {
  constructor({ config, form, outbox }) {
    Object.assign(this, { config, form, outbox });
    this.node = byId("call");
    this.call = null;
    this.waiting = new Map(); // offered and not yet answered
    this.parked = []; // taken back while another call was under way
    this.histories = new CallHistories(() => this.paint());
    this.acts = null; // what can be taken back (acts.js), where there is a command line
    byId("new-call").addEventListener("click", () => this.begin());
  }

  keys() {
    const map = { F3: () => this.begin() };
    DISPOSITIONS.forEach(([code], n) => {
      map[`Ctrl+${(n + 1) % 10}`] = () => this.press(code);
    });
    return map;
  }

  // Pressed before the server has answered F3: done as soon as there is a call.
  press(code) {
    if (this.starting) this.wanted = code;
    else if (this.call && !this.call.incident) void this.dispose(code);
    else return false;
    return undefined;
  }

  // call.* of the live feed: who is waiting in the line
  take(frame) {
    const call = frame.data?.call;
    if (!call?.id) return;
    if (frame.kind === "call.offered" && call.id !== this.call?.id) {
      this.waiting.set(call.id, call);
      void this.histories.ask(call);
    } else this.waiting.delete(call.id);
    this.paint();
  }

  // The call that is answered next, or the one that is named.
  async begin(id = null) {
    if (this.call || this.starting) return byId("place").focus();
    this.starting = true;
    this.wanted = null;
    try {
      const offered = this.waiting.get(id) ?? this.inLine()[0]
        ?? await post("/api/v1/calls/", { region: this.config.region, channel: "phone", ...this.form().callerNumber() }, { key: newKey() });
      this.call = await post(`/api/v1/calls/${offered.id}/answer/`, {}, { key: newKey() });
      this.waiting.delete(offered.id);
      void this.histories.ask(this.call);
      this.form().setCaller(this.call.number);
      this.form().saveDraft();
      byId("place").focus();
    } catch (error) {
      replace(byId("form-problem"), explain(error));
    } finally {
      this.starting = false;
      this.paint();
      if (this.wanted && this.call) void this.dispose(this.wanted);
    }
  }

  inLine = () => inOrder(this.waiting.values(), this.histories.known);

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
    this.call = this.parked.pop() ?? null;
    this.form().clear();
    this.paint();
    const ending = this.endLater(call);
    this.offerUndo(call, kept, DISPOSITIONS.find(([one]) => one === code)[1], ending);
    const outcome = await this.send("disposition", call, "disposition", { disposition: code });
    if (["review", "denied"].includes(outcome.verdict)) replace(byId("form-problem"), notice("error", outcome.message));
  }

  // The line is free when it can no longer be taken back; that waits in the outbox and is not lost with this page.
  async endLater(call) {
    const key = newKey();
    await this.outbox.add({ key, kind: "call_end", url: `/api/v1/calls/${call.id}/end/`, group: call.id, body: {}, kept: { title: call.number ?? "" }, fine: [409], hold: UNDO_MS });
    return key;
  }

  // Kept like a report: it goes out when the server is there. 409: has ended already.
  async send(kind, call, path, body, fine = []) {
    const key = newKey();
    await this.outbox.add({ key, kind, url: `/api/v1/calls/${call.id}/${path}/`, group: call.id, body, kept: { title: call.number ?? "" }, fine });
    return this.outbox.deliver(key, SEND_MS);
  }

  offerUndo(call, kept, label, ending) {
    let used = false;
    const undo = async () => {
      if (used) return;
      used = true;
      clearTimeout(timer);
      await this.outbox.cancel(await ending);
      replace(byId("result"));
      this.giveBack(call, kept);
    };
    const button = h("button", { class: "btn small", type: "button", data: { key: "undo-call" }, onclick: () => void undo() }, _("Urungkan"));
    replace(byId("result"), notice("info", _("Panggilan digolongkan: {label}. Dapat diurungkan 10 detik.", { label }), button));
    const timer = setTimeout(() => button.isConnected && replace(byId("result")), UNDO_MS);
    this.acts?.remember(() => (used ? null : undo()));
  }

  // While another call is under way the one that was taken back comes after it.
  giveBack(call, kept) {
    if (this.call) {
      this.parked.push(call);
      replace(byId("result"), notice("info", _("Panggilan {number} kembali setelah panggilan ini selesai.", { number: phone(call.number) })));
    } else {
      this.call = call;
      if (this.form().isEmpty()) this.form().restore(kept);
    }
    this.paint();
  }

  async end(call) {
    const outcome = await this.send("call_end", call, "end", {}, [409]);
    if (["review", "denied"].includes(outcome.verdict)) replace(byId("form-problem"), notice("error", outcome.message));
  }

  hangUp() {
    const call = this.call;
    this.call = this.parked.pop() ?? null;
    this.paint();
    this.end(call);
  }

  tick(now) {
    for (const node of this.node.querySelectorAll("[data-since]")) node.textContent = duration((now - Number(node.dataset.since)) / 1000);
  }

  paint() {
    const call = this.call;
    this.node.hidden = !call && !this.waiting.size;
    byId("new-call").disabled = Boolean(call);
    if (!call) {
      if (this.waiting.size) this.paintWaiting();
      return;
    }
    const head = h("div", { class: "call-head" }, h("span", {}, _("Panggilan")), h("strong", {}, phone(call.number)),
      h("strong", { data: { since: Date.parse(call.answered_at ?? call.offered_at) } }, ""));
    if (call.incident) {
      head.append(h("span", { class: "chip" }, call.incident === "queued" ? _("Laporan belum terkirim") : _("Tertaut {number}", { number: (call.incidentNumber ?? "").slice(-4) })),
        h("button", { class: "btn end", type: "button", onclick: () => this.hangUp() }, _("Akhiri panggilan")));
      replace(this.node, head, this.historyOf(call));
      return;
    }
    head.append(h("span", { class: "hint end" }, `${_("Tutup sebagai:")} `, h("kbd", {}, "Ctrl"), ` ${_("+ angka")}`));
    replace(this.node, head, this.historyOf(call), h("div", { class: "dispositions", role: "group", "aria-label": _("Tutup panggilan sebagai") },
      DISPOSITIONS.map(([code, label], n) => h("button", { class: "btn", type: "button", data: { disposition: code }, onclick: () => this.dispose(code) },
        h("kbd", {}, String((n + 1) % 10)), label))));
  }

  historyOf = (call) => historyLine(this.histories.of(call), { typeNames: this.config.types, open: (id) => this.open?.(id) });

  // Who waits, with what is known of the number; F3 takes the first.
  paintWaiting() {
    const line = this.inLine();
    const count = line.length;
    replace(this.node, h("strong", {}, ngettext("{n} panggilan masuk", "{n} panggilan masuk", count)),
      line.slice(0, WAITING_SHOWN).map((call, n) => h("div", { class: "call-waiting", data: { call: call.id, nuisance: String(isNuisance(this.histories.of(call))) } },
        h("div", { class: "call-head" }, h("strong", {}, phone(call.number ?? this.histories.of(call)?.number)), h("span", { data: { since: Date.parse(call.offered_at) } }, ""),
          h("button", { class: `btn end ${n ? "" : "primary"}`, type: "button", data: { key: `answer-${call.id}` }, onclick: () => this.begin(call.id) }, `${_("Jawab")} `, n === 0 && h("kbd", {}, "F3"))),
        this.historyOf(call))),
      count > WAITING_SHOWN && h("span", { class: "hint" }, _("dan {n} lagi", { n: count - WAITING_SHOWN })));
  }
}
