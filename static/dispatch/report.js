// The report form: typed text is never lost (draft kept while typing, outbox while the server is away), the rules'
// proposal appears while typing, and every part of it can be overridden by hand.
import { newKey, post, Problem } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { byId, debounce, h, notice, replace } from "../ui/dom.js";
import { PlaceBox } from "./placebox.js";
import { resultCard } from "./result.js";
import { Radar, addedCard } from "./radar.js";
import { Suggestion } from "./suggestion.js";

const DRAFT = "siaga112.draft";
const OUTBOX = "siaga112.outbox";
const RETRY_MS = 4000;
const FIELDS = ["place", "narrative", "victims", "number", "name", "channel"];

export class ReportForm {
  constructor({ config, map, calls, open, rowOf = () => null }) {
    Object.assign(this, { config, map, calls, open });
    this.form = byId("report");
    this.key = newKey();
    this.sending = false;
    this.suggestion = new Suggestion(byId("suggestion"), config, { changed: (change) => this.chosen(change), open });
    this.radar = new Radar(byId("radar"), {
      body: () => this.body(), added: (answer) => this.callerAdded(answer), open, rowOf, typeNames: config.types, problem: byId("form-problem"),
    });
    this.outbox = read(OUTBOX) ?? [];
    this.saveDraft = debounce(300, () => this.keepDraft());
    this.places = new PlaceBox({ region: config.region, map, changed: () => (this.saveDraft(), this.classify()) });
    this.listen();
    const draft = read(DRAFT);
    if (draft) this.restore(draft);
    this.paintOutbox();
    setInterval(() => this.retryOutbox(), RETRY_MS);
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
    this.places.set(kept.place ?? null);
    this.suggestion.chosen = kept.chosen ?? {};
    this.suggestion.answers = kept.answers ?? {};
    this.keepDraft();
    this.classify();
  }

  isEmpty() {
    return !this.places.place && FIELDS.every((name) => name === "channel" || !this.value(name));
  }

  keepDraft() {
    if (this.isEmpty()) {
      sessionStorage.removeItem(DRAFT);
      replace(byId("draft-state"));
    } else {
      sessionStorage.setItem(DRAFT, JSON.stringify(this.snapshot()));
      replace(byId("draft-state"), "Konsep tersimpan di tab ini sampai ditutup");
    }
  }

  clear() {
    this.form.reset();
    this.key = newKey();
    this.places.set(null);
    this.suggestion.clear();
    this.radar.forget();
    replace(byId("form-problem"));
    this.keepDraft();
  }

  clearWithUndo() {
    if (this.isEmpty()) return;
    const kept = this.snapshot();
    this.clear();
    const back = h("button", { class: "btn small", type: "button", onclick: () => (this.restore(kept), replace(byId("result"))) }, "Urungkan");
    replace(byId("result"), notice("info", "Isian dikosongkan. Dapat diurungkan 10 detik.", back));
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
  async save() {
    if (this.sending) return;
    const body = this.body();
    if (!body.narrative.trim() && !Object.keys(body.location).length) {
      replace(byId("form-problem"), notice("warn", "Isi lokasi atau kejadian dulu; satu saja sudah cukup untuk menyimpan."));
      return byId("place").focus();
    }
    this.busy(true);
    try {
      this.saved(await post("/api/v1/incidents/", body, { key: this.key }), true);
    } catch (error) {
      this.failed(error, body);
    } finally {
      this.busy(false);
    }
  }

  busy(on) {
    this.sending = on;
    byId("save").disabled = on;
    byId("save").setAttribute("aria-busy", String(on));
  }

  saved(answer, fromForm) {
    if (fromForm) {
      this.calls.linked(answer);
      this.clear();
    }
    replace(byId("result"), resultCard(answer, this.config, { open: this.open, close: () => replace(byId("result")) }));
    byId("form-scroll").scrollTop = 0;
    this.open(answer.id);
  }

  // The same event: this caller's words, number and place stand with it, and the form is free for the next call.
  callerAdded(answer) {
    const kept = this.snapshot();
    const close = () => replace(byId("result"));
    this.calls.linked(answer);
    this.clear();
    const back = () => (this.restore({ ...kept, key: newKey() }), close());
    replace(byId("result"), addedCard(answer, { open: this.open, close, back }));
    byId("form-scroll").scrollTop = 0;
    this.open(answer.id);
  }

  failed(error, body) {
    const later = error instanceof Problem && (error.offline || [409, 429].includes(error.status)); // 409: first try still in work
    if (!later) {
      replace(byId("form-problem"), explain(error));
      // a refused key must not refuse the corrected report as well; after signing in again it is the same report
      if (error instanceof Problem && ![401, 403].includes(error.status)) this.key = newKey();
      return;
    }
    this.outbox.push({ key: this.key, body, kept: this.snapshot() });
    this.keepOutbox();
    this.clear();
    replace(byId("form-problem"), notice("warn", "Server tidak menjawab. Laporan disimpan di tab ini dan dikirim ulang sendiri; panggilan berikut dapat dicatat."));
  }

  keepOutbox() {
    sessionStorage.setItem(OUTBOX, JSON.stringify(this.outbox));
    this.paintOutbox();
  }

  paintOutbox() {
    const count = this.outbox.length;
    replace(byId("outbox"), count ? h("span", { class: "chip", role: "status" }, `${count} laporan menunggu terkirim`) : "");
  }

  // The same key again: when the first try did arrive, the server answers with what it stored then.
  async retryOutbox() {
    if (this.retrying || !this.outbox.length) return;
    this.retrying = true;
    const next = this.outbox[0];
    try {
      const answer = await post("/api/v1/incidents/", next.body, { key: next.key });
      this.outbox.shift();
      this.keepOutbox();
      replace(byId("form-problem"));
      this.saved(answer, false);
    } catch (error) {
      if (error instanceof Problem && !error.offline && ![401, 403, 409, 429].includes(error.status)) this.giveBack(next, error);
    } finally {
      this.retrying = false;
    }
  }

  giveBack(entry, error) {
    if (!this.isEmpty()) return; // somebody is typing: it waits until the form is free
    this.outbox.shift();
    this.keepOutbox();
    this.restore({ ...entry.kept, key: newKey() });
    replace(byId("form-problem"), explain(error));
  }
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}
