// What was saved and is not at the server yet. A row is here before it is sent, goes out in order with the key it was
// given, and leaves only when the server has answered with that key. Several tabs share it; one sends at a time.
import { configure, csrfToken, screenName, serverNow } from "../live/api.js";
import { _ } from "../ui/lang.js";
import { isForgery, isHeld, isLateAct, isStale, judge, mayGo, messageOf, waitAfter } from "./rules.js";
import { Sealer, canSeal, unsealed } from "./seal.js";
import { MemoryStore, openStore } from "./store.js";

const SEND_MS = 15_000;
const TIMER_MS = 10_000;
const SENDING = "siaga112.sending";
const SESSION = "/api/v1/auth/session/";

// The store and the seal of this workstation; in memory where the browser has no safe place.
export async function openVault() {
  if (!canSeal()) return { store: new MemoryStore(), sealer: unsealed };
  try {
    const store = await openStore();
    const sealer = await Sealer.of(store);
    void navigator.storage?.persist?.().catch(() => undefined); // else a full disk may take it away
    return { store, sealer };
  } catch (error) {
    console.warn("kept in memory only:", error);
    return { store: new MemoryStore(), sealer: unsealed };
  }
}

// Events: "change" {rows} (something was added, sent, refused; also by another tab), "outcome" {key, verdict, answer,
// message}, "link" {state: idle | sending | offline | signed_out | other_user}.
export class Outbox extends EventTarget {
  constructor({ store, sealer, user, ask = (...args) => fetch(...args), locks = globalThis.navigator?.locks, now = serverNow }) {
    super();
    Object.assign(this, { store, sealer, user, ask, locks, now });
    this.state = "idle";
    this.signedIn = null; // who the server says is signed in, once asked
    this.failures = 0;
    this.waits = new Set(); // timers of what can still be taken back
    this.channel = globalThis.BroadcastChannel ? new BroadcastChannel(SENDING) : null;
    if (this.channel) this.channel.onmessage = ({ data }) => this.heard(data);
  }

  start() {
    this.timer = setInterval(() => void this.flush(), TIMER_MS);
    addEventListener("online", () => void this.flush());
    addEventListener("focus", () => void this.flush()); // back from signing in again
    void this.changed().then(() => this.rows.forEach((row) => isHeld(row, this.now()) && this.wait(row.hold_until - this.now())));
    void this.flush();
  }

  stop() {
    clearInterval(this.timer);
    clearTimeout(this.retry);
    this.waits.forEach(clearTimeout);
    this.channel?.close();
  }

  heard(message) {
    if (message.outcome) this.emit("outcome", message.outcome);
    void this.changed(false);
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async changed(tell = true) {
    const rows = await this.store.rows();
    this.rows = rows;
    this.emit("change", { rows });
    if (tell) this.channel?.postMessage({});
  }

  setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("link", { state });
  }

  // Keep a write before it is sent. `kept`: what a person needs to correct it; `group`: rows that wait for each other;
  // `tag`: what the screens must know without opening it, never a word of anybody.
  // `hold`: milliseconds for which it can be taken back before it goes.
  async add({ key, kind, url, body, kept = null, group = "", region = "", fine = [], tag = null, hold = 0, draftId }) {
    const row = {
      ...(hold ? { hold_until: this.now() + hold } : {}),
      v: 1, key, kind, url, group, region, fine, tag, screen: screenName(), user: { ...this.user }, created_at: new Date(this.now()).toISOString(), state: "waiting", attempts: 0,
      sealed: await this.sealer.seal({ body, kept }, key),
    };
    const stored = await this.store.add(row, draftId);
    await this.changed();
    if (hold) this.wait(hold);
    return stored;
  }

  // Whoever has a page open here sends it when its time has come, also after a reload.
  wait(ms) {
    this.waits.add(setTimeout(() => void this.flush().then(() => this.changed(false)), ms + 20));
  }

  // Taken back before it went; false when it is too late for that.
  async cancel(key) {
    const row = await this.store.row(key);
    if (!row || !isHeld(row, this.now() + 50)) return false;
    await this.takeBack(key);
    return true;
  }

  // Not to be waited for any longer.
  async hurry(key) {
    await this.store.change(key, { hold_until: 0 });
    await this.flush();
  }

  // What is in a row, for those whose row it is, and to send it.
  read(row) {
    return this.sealer.open(row.sealed, row.key);
  }

  // Send soon and say what became of this row: its outcome, or { verdict: "later" } when that takes longer than `ms`.
  deliver(key, ms) {
    return new Promise((done) => {
      const finish = (outcome) => {
        clearTimeout(timer);
        this.removeEventListener("outcome", listen);
        done(outcome);
      };
      const listen = ({ detail }) => detail.key === key && finish(detail);
      const timer = setTimeout(() => finish({ key, verdict: "later" }), ms);
      this.addEventListener("outcome", listen);
      void this.flush();
    });
  }

  // Everything that may go. While one is under way a second call makes it look again afterwards.
  flush() {
    this.again = true;
    this.flushing ??= this.run().finally(() => {
      this.flushing = null;
      if (this.again) void this.flush(); // asked for between the last look and here
    });
    return this.flushing;
  }

  async run() {
    clearTimeout(this.retry);
    while (this.again) {
      this.again = false;
      try {
        await this.alone(() => this.sendAll());
      } catch (error) {
        console.error(error); // the store failed: rows that are in it stay in it
        this.failed("offline");
      }
    }
  }

  alone(work) {
    return this.locks ? this.locks.request(SENDING, work) : work();
  }

  async sendAll() {
    const rows = await this.store.rows();
    if (!rows.length) return this.idle();
    const user = await this.session();
    if (!user) return rows.filter((row) => row.state === "waiting").forEach((row) => this.emit("outcome", { key: row.key, verdict: this.state === "signed_out" ? "signed_out" : "retry" }));
    this.setState("sending");
    const held = new Set();
    for (const row of rows) {
      if (row.state === "waiting" && isLateAct(row, this.now()) && row.released_to !== user.id) {
        await this.refuse(row, "review", _("Langkah ini tidak sempat terkirim: periksa dulu apakah masih perlu."));
        continue;
      }
      if (!mayGo(row, user.id, this.now()) || (row.group && held.has(row.group))) {
        if (row.state === "waiting" && isStale(row, this.now())) await this.refuse(row, "review", _("Lebih dari enam hari belum terkirim: periksa apakah sudah tercatat, lalu kirim lagi."));
        continue;
      }
      const { verdict, stop } = await this.send(row, user);
      if (verdict !== "done" && verdict !== "kept" && row.group) held.add(row.group);
      if (stop) return this.failed(verdict === "signed_out" ? "signed_out" : "offline");
    }
    return this.idle();
  }

  idle() {
    this.failures = 0;
    this.setState("idle");
  }

  failed(state) {
    this.failures += 1;
    this.setState(state);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.flush(), waitAfter(this.failures));
  }

  // Who is signed in now and a fresh token; null when nobody is or the server does not say.
  async session() {
    const answer = await this.fetch(SESSION, { method: "GET" });
    const user = answer.status === 200 ? answer.body?.user : null;
    if (user?.id) {
      if (answer.body.csrf) configure({ csrf: answer.body.csrf });
      this.signedIn = user;
      return user;
    }
    this.failed(answer.status === 401 || answer.status === 403 ? "signed_out" : "offline");
    return null;
  }

  async send(row, user) {
    let content;
    try {
      content = await this.read(row);
    } catch {
      await this.refuse(row, "review", _("Isinya tidak dapat dibuka di komputer ini."), user);
      return { verdict: "review", stop: false };
    }
    let answer = await this.post(row, content.body);
    if (answer.status === 403 && isForgery(answer.body) && (await this.session())) answer = await this.post(row, content.body);
    const judged = judge(answer, row);
    await this.settle(row, judged.verdict, answer, user);
    return judged;
  }

  post(row, body) {
    return this.fetch(row.url, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), "Idempotency-Key": row.key, ...(row.screen ? { "X-Screen": row.screen } : {}) } });
  }

  // { status, key, body }; status 0 when there was no answer, body null when it was not a whole JSON object.
  async fetch(path, options) {
    try {
      const response = await this.ask(path, {
        ...options, headers: { Accept: "application/json", ...options.headers }, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(SEND_MS),
      });
      const body = await response.json().catch(() => null);
      return { status: response.status, key: response.headers.get("Idempotency-Key"), body: body && typeof body === "object" ? body : null };
    } catch {
      return { status: 0, key: null, body: null };
    }
  }

  async settle(row, verdict, answer, user) {
    if (verdict === "done" || verdict === "kept") {
      await this.store.remove(row.key);
      this.tell(row, verdict, answer);
      return this.changed();
    }
    if (verdict === "review" || verdict === "denied") return this.refuse(row, verdict, messageOf(answer.body), user, answer);
    await this.store.change(row.key, { attempts: row.attempts + 1 });
    this.tell(row, verdict, answer);
    return this.changed();
  }

  async refuse(row, state, message, user, answer) {
    await this.store.change(row.key, {
      state, attempts: row.attempts + 1, tried_by: user?.id ?? "", released_to: "", trouble: await this.sealer.seal(message, `${row.key} trouble`),
    });
    this.tell(row, state, answer, message);
    await this.changed();
  }

  tell(row, verdict, answer, message = "") {
    const outcome = { key: row.key, kind: row.kind, tag: row.tag, user: row.user, verdict, status: answer?.status ?? 0, answer: answer?.body ?? null, message };
    this.emit("outcome", outcome);
    this.channel?.postMessage({ outcome });
  }

  // Why a row was refused, in the server's words.
  async trouble(row) {
    return row.trouble ? this.sealer.open(row.trouble, `${row.key} trouble`).catch(() => "") : "";
  }

  // Send again what waits for a person: one's own, or a colleague's without reading it.
  async release(keys) {
    const user = this.signedIn ?? this.user;
    for (const key of keys) await this.store.change(key, { state: "waiting", released_to: user.id });
    await this.changed();
    await this.flush();
  }

  // Take a refused row back into a form; `draft` is in the store when the row is gone.
  async takeBack(key, draft) {
    await this.store.remove(key, draft);
    await this.changed();
  }
}
