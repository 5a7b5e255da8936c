// The report form: typed text is never lost (outbox/draft.js while typing, outbox/outbox.js from the press of Simpan),
// the rules' proposal appears while typing, and every part of it can be overridden by hand.
import { newKey, post, Problem, serverNow } from "../live/api.js";
import { Draft } from "../outbox/draft.js";
import { explain } from "../ui/actions.js";
import { byId, debounce, h, notice, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { PlaceBox } from "./placebox.js";
import { resultCard } from "./result.js";
import { Radar, addedCard } from "./radar.js";
import { Suggestion } from "./suggestion.js";

const WAIT_MS = 2500; // an answer after this is told when it comes; nobody waits for it
const LOCK_OUTLIVES_TAB_MS = [600, 2000, 4000]; // a browser lets go of what a killed tab held only after a moment
const FIELDS = ["place", "narrative", "victims", "number", "name", "channel"];

export class ReportForm {
  constructor({ config, map, calls, open, outbox, writes, connected = () => true, rowOf = () => null }) {
    Object.assign(this, { config, map, calls, open, outbox, connected });
    this.form = byId("report");
    this.key = newKey();
    this.awaited = new Set(); // keys whose outcome `save` is waiting for
    this.draft = new Draft({
      ...outbox, page: "console", read: () => this.content(), kept: (some) => this.draftKept(some), failed: () => this.draftFailed(),
    });
    this.suggestion = new Suggestion(byId("suggestion"), config, { changed: (change) => this.chosen(change), open });
    this.radar = new Radar(byId("radar"), {
      body: () => this.body(), keep: writes.caller, added: (answer) => this.callerAdded(answer), open, rowOf, typeNames: config.types, problem: byId("form-problem"),
    });
    this.saveDraft = () => this.draft.touch();
    this.places = new PlaceBox({ region: config.region, map, changed: () => (this.saveDraft(), this.classify()) });
    this.listen();
    outbox.addEventListener("outcome", ({ detail }) => this.cameLater(detail));
  }

  // What was being typed when this tab was closed, reloaded or killed.
  async start() {
    if (await this.takeUp()) return;
    this.draft.begin(this.key);
    for (const ms of LOCK_OUTLIVES_TAB_MS) setTimeout(() => void this.takeUp(), ms);
  }

  async takeUp() {
    const found = this.isEmpty() ? await this.draft.adopt() : null;
    if (!found) return false;
    if (this.isEmpty()) this.restore({ ...found.content, key: found.id });
    else this.draft.begin(this.key, { drop: false }); // somebody has begun to type meanwhile: it stays in the list
    return true;
  }

  // A draft of another tab that is gone; why not, or "".
  async restoreDraft(draft) {
    if (!this.isEmpty()) return _("Simpan atau kosongkan isian sekarang dulu.");
    const content = await this.draft.take(draft);
    if (!content) return _("Konsep ini sedang dibuka di tab lain.");
    this.restore({ ...content, key: draft.id });
    return "";
  }

  // Another type or priority by hand changes who is sent: ask again what saving would do.
  chosen(change) {
    this.saveDraft();
    if ("type" in change || "priority" in change || "answers" in change) this.classify();
  }

  keys() {
    const map = {
      ...this.radar.keys(),
      F9: () => this.suggestion.foldSop(),
      F4: () => byId("place").focus(),
      F8: () => void this.save(),
      "Ctrl+Enter": (event) => (event.target.closest?.(".inline-form") ? false : void this.save()),
    };
    for (let n = 1; n <= 5; n += 1) map[`Alt+${n}`] = map[String(n)] = () => this.suggestion.pick(n - 1);
    return map;
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.form.addEventListener("input", () => this.saveDraft());
    // Enter in a one-line field goes on to the next one: a half form is never sent by it
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.target.tagName !== "INPUT" || event.defaultPrevented) return;
      event.preventDefault();
      const fields = [...this.form.elements].filter((one) => one.matches("input, textarea, select") && one.offsetParent);
      fields[fields.indexOf(event.target) + 1]?.focus();
    });
    const ask = debounce(250, () => this.classify());
    byId("narrative").addEventListener("input", ask);
    byId("place").addEventListener("input", ask);
    byId("clear").addEventListener("click", () => this.clearWithUndo());
  }

  // --- What is in the form --------------------------------------------------------------------------------------------
  value(name) {
    return byId(name).value.trim();
  }

  location() {
    return this.places.location();
  }

  callerNumber() {
    const number = this.value("number");
    return number ? { number } : {};
  }

  setCaller(number) {
    if (number && !this.value("number")) byId("number").value = number;
  }

  body() {
    const safe = this.form.elements.safe.value;
    const name = this.value("name");
    const call = this.calls.call && !this.calls.call.incident ? { call: this.calls.call.id } : {};
    return {
      region: this.config.region,
      narrative: byId("narrative").value,
      location: this.location(),
      channel: byId("channel").value,
      caller: { ...this.callerNumber(), ...(name ? { name } : {}), ...(safe ? { safe_to_call_back: safe === "yes" } : {}) },
      answers: this.answers(),
      ...call,
      ...this.suggestion.overrides(),
    };
  }

  answers() {
    const victims = this.value("victims");
    return { ...this.suggestion.answers, ...(victims ? { victims: Number(victims) } : {}) };
  }

  snapshot() {
    const fields = Object.fromEntries(FIELDS.map((name) => [name, byId(name).value]));
    return { fields, safe: this.form.elements.safe.value, place: this.places.place, key: this.key, chosen: this.suggestion.chosen, answers: this.suggestion.answers };
  }

  restore(kept) {
    for (const name of FIELDS) byId(name).value = kept.fields[name] ?? "";
    this.form.elements.safe.value = kept.safe ?? "";
    this.key = kept.key;
    if (this.draft.id !== kept.key) this.draft.begin(kept.key);
    if (kept.call) this.calls.resume(kept.call);
    this.places.set(kept.place ?? null);
    this.suggestion.chosen = kept.chosen ?? {};
    this.suggestion.answers = kept.answers ?? {};
    this.saveDraft();
    this.classify();
  }

  isEmpty() {
    return !this.places.place && FIELDS.every((name) => name === "channel" || !this.value(name));
  }

  // What the draft keeps: the form, and the call that is under way.
  content() {
    const call = this.calls.call && !this.calls.call.incident ? this.calls.call : null;
    return this.isEmpty() && !call ? null : { ...this.snapshot(), call };
  }

  draftKept(some) {
    replace(byId("draft-state"), some && !this.isEmpty() ? this.outbox.store.durable ? _("Konsep tersimpan di komputer ini") : _("Konsep tersimpan di tab ini") : "");
  }

  draftFailed() {
    replace(byId("draft-state"), h("span", { class: "kept-here" }, _("Konsep TIDAK dapat disimpan di komputer ini")));
  }

  // `saving`: what stood in the form is on its way into the outbox and keeps its draft until it is there.
  clear({ saving = false } = {}) {
    this.form.reset();
    this.key = newKey();
    this.draft.begin(this.key, { drop: !saving });
    this.places.set(null);
    this.suggestion.clear();
    this.radar.forget();
    replace(byId("form-problem"));
    replace(byId("draft-state"));
    this.saveDraft();
  }

  clearWithUndo() {
    if (this.isEmpty()) return;
    const kept = this.snapshot();
    this.clear();
    const back = h("button", { class: "btn small", type: "button", onclick: () => (this.restore(kept), replace(byId("result"))) }, _("Urungkan"));
    replace(byId("result"), notice("info", _("Isian dikosongkan. Dapat diurungkan 10 detik."), back));
    setTimeout(() => back.isConnected && replace(byId("result")), 10_000);
    byId("place").focus();
  }

  // --- Where (placebox.js) --------------------------------------------------------------------------------------------
  setPoint(lat, lon) {
    this.places.setPoint(lat, lon);
  }

  // --- What the rules say ---------------------------------------------------------------------------------------------------
  async classify() {
    const narrative = byId("narrative").value;
    this.asking?.abort();
    if (narrative.trim().length < 3) {
      this.radar.show([]);
      return this.suggestion.show(null, narrative);
    }
    this.asking = new AbortController();
    const signal = this.asking.signal;
    const location = this.location();
    try {
      const { type, priority } = this.suggestion.overrides();
      const caller = this.callerNumber();
      const body = { region: this.config.region, narrative, ...(Object.keys(location).length ? { location } : {}), ...(type ? { type } : {}), ...(priority ? { priority } : {}),
        ...(caller.number ? { caller } : {}), answers: this.answers() };
      const answer = await post("/api/v1/classify/", body, { signal, timeout: 5000 });
      this.suggestion.show(answer, narrative);
      this.radar.show(answer.duplicates, answer.warnings);
    } catch (error) {
      if (!signal.aborted) this.suggestion.unavailable(error instanceof Problem && error.offline);
    }
  }

  // --- Saving -----------------------------------------------------------------------------------------------------------------
  // The report goes into the outbox first and is sent from there; the form is free for the next call at once.
  async save() {
    const body = { ...this.body(), occurred_at: new Date(serverNow()).toISOString(), ...(this.connected() ? {} : { source: "offline" }) };
    if (!body.narrative.trim() && !Object.keys(body.location).length) {
      if (this.awaited.size) return; // the key was pressed twice
      replace(byId("form-problem"), notice("warn", _("Isi lokasi atau kejadian dulu; satu saja sudah cukup untuk menyimpan.")));
      return byId("place").focus();
    }
    const kept = this.snapshot();
    const call = this.calls.queued();
    this.clear({ saving: true });
    this.awaited.add(kept.key);
    this.busy();
    try {
      await this.outbox.add({ key: kept.key, kind: "report", url: "/api/v1/incidents/", region: body.region, body, kept, draftId: kept.key });
      this.told(await this.outbox.deliver(kept.key, WAIT_MS), { kept, call });
    } catch (error) {
      await this.sendUnkept(body, kept, call, error);
    } finally {
      this.awaited.delete(kept.key);
      this.busy();
    }
  }

  busy() {
    byId("save").setAttribute("aria-busy", String(this.awaited.size > 0));
  }

  // What became of a report within the time that a call-taker looks at the screen.
  told({ key, verdict, answer, message }, { kept, call }) {
    if (verdict === "done") {
      this.calls.settled(call, answer);
      return this.saved(answer, true);
    }
    const signIn = () => h("a", { class: "btn small", href: "/masuk/", target: "_blank", rel: "noopener" }, _("Masuk"));
    if (verdict === "review") return void this.correct(key, kept, call, message);
    if (verdict === "denied") return this.say("error", `${message || _("Akun ini tidak berhak menyimpan laporan.")} ${_("Laporan tetap ada di BELUM TERKIRIM.")}`);
    if (verdict === "signed_out") return this.say("error", _("Sesi berakhir. Laporan tersimpan di komputer ini dan terkirim setelah Anda masuk lagi."), signIn());
    if (verdict === "later") return this.say("info", _("Server belum menjawab. Laporan tersimpan di komputer ini; panggilan berikut dapat dicatat."));
    this.say("warn", _("Server tidak menjawab. Laporan tersimpan di komputer ini dan dikirim ulang sendiri; panggilan berikut dapat dicatat."));
  }

  say(kind, words, ...more) {
    replace(byId("form-problem"), notice(kind, words, ...more));
  }

  // Refused: back into the form when it is free, with a new key; else it waits in the list until it is.
  async correct(key, kept, call, message) {
    if (!this.isEmpty()) return void this.say("error", _("Laporan tadi perlu diperiksa: {message} Buka BELUM TERKIRIM.", { message }));
    const again = newKey();
    await this.outbox.takeBack(key, await this.draft.row(again, { ...kept, key: again }));
    this.calls.settled(call, null);
    this.restore({ ...kept, key: again });
    this.say("error", message || _("Server menolak laporan ini; periksa isiannya."));
  }

  // From the list of what has not been sent; why not, or "".
  async correctRow(row) {
    if (!this.isEmpty()) return _("Simpan atau kosongkan isian sekarang dulu.");
    const { kept } = await this.outbox.read(row);
    await this.correct(row.key, kept, null, await this.outbox.trouble(row));
    return "";
  }

  // This computer refuses to keep anything (disk full, storage blocked): then the server has to, at once.
  async sendUnkept(body, kept, call, why) {
    console.error(why);
    try {
      const answer = await post("/api/v1/incidents/", body, { key: kept.key });
      this.calls.settled(call, answer);
      this.saved(answer, true);
    } catch (error) {
      this.calls.settled(call, null);
      if (this.isEmpty()) this.restore(kept);
      replace(byId("form-problem"), explain(error), notice("error", _("Komputer ini tidak dapat menyimpan apa pun: jangan menutup tab ini.")));
    }
  }

  // A kept report has been stored after all: told without taking away what somebody is looking at.
  cameLater({ key, kind, verdict, answer, user }) {
    if (kind !== "report" || verdict !== "done" || this.awaited.has(key) || user.id !== this.outbox.user.id) return;
    this.calls.settledBy(answer);
    replace(byId("form-problem"));
    this.saved(answer, false);
  }

  saved(answer, now) {
    replace(byId("result"), resultCard(answer, this.config, { open: this.open, close: () => replace(byId("result")) }));
    byId("form-scroll").scrollTop = 0;
    if (now) this.open(answer.id);
  }

  // The same event: this caller's words, number and place stand with it, and the form is free for the next call.
  callerAdded(answer) {
    const kept = this.snapshot();
    const close = () => replace(byId("result"));
    this.calls.linked(answer);
    this.clear();
    const back = async () => {
      if (answer.queued) await this.outbox.takeBack(answer.key); // when it has gone meanwhile, it is taken off in the case
      this.restore({ ...kept, key: newKey() });
      close();
    };
    replace(byId("result"), addedCard(answer, { open: this.open, close, back }));
    byId("form-scroll").scrollTop = 0;
    this.open(answer.id);
  }
}
