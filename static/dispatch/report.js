// The report form: typed text is never lost (draft kept while typing, outbox while the server is away), the rules'
// proposal appears while typing, and every part of it can be overridden by hand.
import { get, newKey, post, Problem } from "../live/api.js";
import { explain } from "../ui/actions.js";
import { byId, debounce, h, notice, replace } from "../ui/dom.js";
import { resultCard } from "./result.js";
import { Suggestion } from "./suggestion.js";

const DRAFT = "siaga112.draft";
const OUTBOX = "siaga112.outbox";
const RETRY_MS = 4000;
const FIELDS = ["place", "narrative", "victims", "number", "name", "channel"];

export class ReportForm {
  constructor({ config, map, calls, open }) {
    Object.assign(this, { config, map, calls, open });
    this.form = byId("report");
    this.key = newKey();
    this.point = null;
    this.sending = false;
    this.suggestion = new Suggestion(byId("suggestion"), config, { changed: (change) => this.chosen(change), open });
    this.outbox = read(OUTBOX) ?? [];
    this.saveDraft = debounce(300, () => this.keepDraft());
    this.listen();
    this.setPoint(null);
    const draft = read(DRAFT);
    if (draft) this.restore(draft);
    this.paintOutbox();
    setInterval(() => this.retryOutbox(), RETRY_MS);
  }

  // Another type or priority by hand changes who is sent: ask again what saving would do.
  chosen(change) {
    this.saveDraft();
    if ("type" in change || "priority" in change) this.classify();
  }

  keys() {
    const map = {
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
    byId("place").addEventListener("input", debounce(200, () => this.places()));
    byId("place").addEventListener("keydown", (event) => this.placeKeys(event));
    byId("place").addEventListener("blur", () => setTimeout(() => this.showPlaces([]), 150));
    byId("clear").addEventListener("click", () => this.clearWithUndo());
  }

  // --- What is in the form --------------------------------------------------------------------------------------------
  value(name) {
    return byId(name).value.trim();
  }

  location() {
    const text = this.value("place");
    return { ...(text ? { text } : {}), ...(this.point ?? {}) };
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
    const victims = this.value("victims");
    const call = this.calls.call && !this.calls.call.incident ? { call: this.calls.call.id } : {};
    return {
      region: this.config.region,
      narrative: byId("narrative").value,
      location: this.location(),
      channel: byId("channel").value,
      caller: { ...this.callerNumber(), ...(name ? { name } : {}), ...(safe ? { safe_to_call_back: safe === "yes" } : {}) },
      ...(victims ? { answers: { victims: Number(victims) } } : {}),
      ...call,
      ...this.suggestion.overrides(),
    };
  }

  snapshot() {
    const fields = Object.fromEntries(FIELDS.map((name) => [name, byId(name).value]));
    return { fields, safe: this.form.elements.safe.value, point: this.point, key: this.key, chosen: this.suggestion.chosen };
  }

  restore(kept) {
    for (const name of FIELDS) byId(name).value = kept.fields[name] ?? "";
    this.form.elements.safe.value = kept.safe ?? "";
    this.key = kept.key;
    this.setPoint(kept.point?.lat, kept.point?.lon);
    this.suggestion.chosen = kept.chosen ?? {};
    this.keepDraft();
    this.classify();
  }

  isEmpty() {
    return !this.point && FIELDS.every((name) => name === "channel" || !this.value(name));
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
    this.setPoint(null);
    this.suggestion.clear();
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

  // --- Where ------------------------------------------------------------------------------------------------------------
  setPoint(lat, lon) {
    this.point = typeof lat === "number" ? { lat: Number(lat.toFixed(6)), lon: Number(lon.toFixed(6)) } : null;
    this.map.cross(this.point?.lat, this.point?.lon);
    replace(byId("point"), this.point
      ? [`Titik ${this.point.lat.toFixed(5)}, ${this.point.lon.toFixed(5)} · `, h("button", { type: "button", onclick: () => this.setPoint(null) }, "hapus titik")]
      : "Belum ada titik: klik peta, atau cukup alamat / patokan.");
    this.saveDraft();
    this.classify?.();
  }

  async places() {
    const q = this.value("place");
    if (q.length < 3) return this.showPlaces([]);
    this.placeSearch?.abort();
    this.placeSearch = new AbortController();
    try {
      const query = new URLSearchParams({ region: this.config.region, q });
      this.showPlaces(await get(`/api/v1/places/?${query}`, { signal: this.placeSearch.signal }));
    } catch {
      this.showPlaces([]); // the text alone is enough to save
    }
  }

  showPlaces(found) {
    const box = byId("place-list");
    this.found = document.activeElement === byId("place") ? found.slice(0, 6) : [];
    this.at = -1;
    box.hidden = !this.found.length;
    byId("place").setAttribute("aria-expanded", String(!box.hidden));
    replace(box, this.found.map((one, n) => h("li", { role: "option", id: `place-${n}`, onmousedown: (event) => (event.preventDefault(), this.choosePlace(n)) },
      one.label, one.area?.name && !one.label.includes(one.area.name) ? h("span", { class: "who" }, ` · ${one.area.name}`) : "")));
  }

  placeKeys(event) {
    if (!this.found?.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.at = (this.at + step + this.found.length) % this.found.length;
      [...byId("place-list").children].forEach((item, n) => item.setAttribute("aria-selected", String(n === this.at)));
      byId("place").setAttribute("aria-activedescendant", `place-${this.at}`);
    } else if (event.key === "Enter" && this.at >= 0) this.choosePlace(this.at);
    else if (event.key === "Escape") this.showPlaces([]);
    else return;
    event.preventDefault();
  }

  choosePlace(n) {
    const one = this.found[n];
    byId("place").value = one.label;
    this.showPlaces([]);
    this.setPoint(one.lat, one.lon);
  }

  // --- What the rules say ---------------------------------------------------------------------------------------------------
  async classify() {
    const narrative = byId("narrative").value;
    this.asking?.abort();
    if (narrative.trim().length < 3) return this.suggestion.show(null, narrative);
    this.asking = new AbortController();
    const signal = this.asking.signal;
    const location = this.location();
    try {
      const { type, priority } = this.suggestion.overrides();
      const body = { region: this.config.region, narrative, ...(Object.keys(location).length ? { location } : {}), ...(type ? { type } : {}), ...(priority ? { priority } : {}) };
      this.suggestion.show(await post("/api/v1/classify/", body, { signal, timeout: 5000 }), narrative);
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
