// What a person has just done and may take back for ten seconds. What the server takes back goes at once; what it cannot
// take back waits in the outbox, in sight with its seconds, and is there after a reload.
import { newKey, post, serverNow } from "../live/api.js";
import { messageOf } from "../outbox/rules.js";
import { actionLabel, explain, sendAction } from "../ui/actions.js";
import { h, notice, replace } from "../ui/dom.js";
import { _ } from "../ui/lang.js";

export const UNDO_MS = 10_000;
const FINE = [400, 404, 409, 410, 422]; // a refusal of an act is told and the act is over; it is not kept to be sent again

// What takes an act back, with the permission for it; null when nothing does.
const INVERSE = {
  close: { may: "incident.reopen", action: "reopen", body: () => ({ reason: _("Diurungkan") }) },
  merge: { may: "incident.unmerge", action: "unmerge", body: () => ({}) },
  hand_over: { may: "incident.hand_over", action: "take_back", body: () => ({ reason: _("Diurungkan") }) },
};
const FINAL = { incidents: ["close", "merge", "cancel"], assignments: ["withdraw"] };

// Whether an act has to wait on this screen, because nobody could take it back afterwards.
export const mustWait = (kind, action, may) => (FINAL[kind] ?? []).includes(action) && !(INVERSE[action] && may.has(INVERSE[action].may));

// Why this screen itself does not do it.
export class Refused extends Error {}

export class Acts {
  // `changed(answer, action)`: after a write. `open(id)`: show a case.
  constructor(node, { outbox, may, changed = () => {}, open = () => {} }) {
    Object.assign(this, { node, outbox, may, changed, open });
    this.held = new Map(); // key → { words, until }
    this.done = []; // { words, until, undo }: newest last
    this.told = null;
    outbox.addEventListener("change", ({ detail }) => void this.see(detail.rows));
    outbox.addEventListener("outcome", ({ detail }) => this.came(detail));
    document.querySelector('form[action$="/keluar/"]')?.addEventListener("submit", () => this.sendAll());
    setInterval(() => this.tick(), 250);
  }

  // --- Doing ------------------------------------------------------------------------------------------------------------------
  // An effect of the command line. Throws what the server refuses.
  async run(effect, words) {
    const kind = { incident: "incidents", assignment: "assignments" }[effect.do];
    if (effect.held) return this.wait(this.pathOf(effect, kind), effect, words);
    const answer = await sendAction({ kind, target: effect, action: effect.action, body: effect.body });
    this.offer(words, this.inverse(effect.action, effect, answer));
    this.changed(answer, effect.action);
    return answer;
  }

  pathOf(effect, kind) {
    return effect.do === "note" ? `/api/v1/incidents/${effect.id}/notes/` : `/api/v1/${kind}/${effect.id}/${effect.action}/`;
  }

  // A button of the case (ui/actions.js) whose act cannot be taken back later.
  async hold({ kind, target, action, body }) {
    const versioned = kind === "incidents" && action !== "cancel" ? { version: target.version } : {};
    const words = [actionLabel(action), target.agency?.name, target.number?.slice(-4)].filter(Boolean).join(" ");
    await this.wait(`/api/v1/${kind}/${target.id}/${action}/`, { body, ...versioned }, words);
    return { queued: true };
  }

  async wait(url, { body, version, action }, words) {
    const versioned = version && action !== "cancel" ? { version } : {};
    if ([...this.held.values()].some((one) => one.url === url)) throw new Refused(_("Langkah ini sudah menunggu dikirim."));
    await this.outbox.add({ key: newKey(), kind: "act", url, body: { ...versioned, ...body }, kept: { title: words }, fine: FINE, hold: UNDO_MS });
  }

  // What the buttons have done: offered to be taken back as well.
  after(answer, action) {
    const undo = answer && this.inverse(action, answer, answer);
    if (undo) this.offer(`${actionLabel(action)} ${answer.number.slice(-4)}`, undo);
  }

  inverse(action, effect, answer) {
    const back = INVERSE[action];
    if (back && this.may.has(back.may)) return () => sendAction({ kind: "incidents", target: { id: effect.id }, action: back.action, body: back.body() });
    if (action === "update" && effect.before) return () => sendAction({ kind: "incidents", target: { id: effect.id, version: answer.version }, action, body: effect.before });
    const line = action === "assign" && answer.assignments?.findLast((one) => one.agency.code === effect.body?.agency);
    if (line) return () => post(`/api/v1/assignments/${line.id}/withdraw/`, { reason: _("Diurungkan") }, { key: newKey() });
    return null;
  }

  offer(words, undo, ms = UNDO_MS) {
    this.done.push({ words, undo, until: serverNow() + (undo ? ms : 4000) });
    this.paint();
  }

  // Told nowhere but taken back by the same word: what has its own line on the screen.
  remember(undo, ms = UNDO_MS) {
    this.done.push({ words: "", undo, until: serverNow() + ms });
  }

  // --- Taking back ------------------------------------------------------------------------------------------------------------
  // The last act that can still be taken back; false when there is none.
  async undoLast() {
    const done = this.done.findLast((one) => one.undo);
    const held = [...this.held].at(-1);
    if (held && (!done || held[1].until > done.until)) return this.takeBack(held[0]);
    return done ? this.undo(done) : false;
  }

  async undo(one) {
    this.done = this.done.filter((other) => other !== one);
    this.paint();
    try {
      const answer = await one.undo();
      if (one.words) this.offer(_("Diurungkan: {words}", { words: one.words }), null);
      if (answer) this.changed(answer, "undo");
    } catch (error) {
      this.tell(explain(error));
    }
    return true;
  }

  async takeBack(key) {
    const { words } = this.held.get(key);
    if (await this.outbox.cancel(key)) this.offer(_("Tidak jadi: {words}", { words }), null);
    else this.tell(notice("warn", _("Sudah terkirim: {words}", { words })));
    return true;
  }

  sendAll() {
    for (const key of this.held.keys()) void this.outbox.hurry(key);
  }

  // --- What waits, and what became of it ------------------------------------------------------------------------------------------
  async see(rows) {
    const now = serverNow();
    const waiting = rows.filter((row) => row.kind === "act" && row.hold_until > now && row.user.id === this.outbox.user.id);
    const held = new Map();
    for (const row of waiting) {
      const known = this.held.get(row.key);
      held.set(row.key, known ?? { words: (await this.outbox.read(row).catch(() => null))?.kept?.title ?? "", until: row.hold_until, url: row.url });
    }
    this.held = held;
    this.paint();
  }

  came({ key, kind, verdict, status, answer, message, user }) {
    if (kind !== "act" || user.id !== this.outbox.user.id) return;
    const words = this.held.get(key)?.words ?? this.last?.get(key) ?? "";
    if (verdict === "done") {
      this.offer(words, null);
      this.changed(answer, "act");
    } else if (verdict === "kept" || verdict === "review" || verdict === "denied") {
      if (verdict !== "kept") void this.outbox.takeBack(key);
      const why = status === 403 ? _("Peran Anda tidak boleh melakukan langkah ini.") : message || messageOf(answer);
      this.tell(notice("error", _("Tidak dilakukan: {words}. {why}", { words, why })));
    } else this.tell(notice("warn", _("Belum terkirim: {words}. Dikirim begitu server menjawab.", { words })));
  }

  tell(node) {
    this.told = node;
    this.paint();
  }

  // --- Painting ---------------------------------------------------------------------------------------------------------------
  tick() {
    const now = serverNow();
    const before = this.done.length;
    this.done = this.done.filter((one) => one.until > now);
    this.last = new Map([...(this.last ?? []), ...[...this.held].map(([key, one]) => [key, one.words])].slice(-20));
    if (this.done.length !== before) return this.paint();
    for (const bar of this.node.querySelectorAll("progress")) bar.value = Math.max(0, Number(bar.dataset.until) - now);
    for (const left of this.node.querySelectorAll("[data-left]")) left.textContent = seconds(Number(left.dataset.left) - now);
  }

  // One line of the screen: the newest first, how many more.
  paint() {
    const lines = [
      ...[...this.held].map(([key, one]) => ({ until: one.until, node: () => this.line(one, { waits: true, key, undo: () => void this.takeBack(key) },
        h("button", { class: "btn small", type: "button", data: { key: `now-${key}` }, onclick: () => void this.outbox.hurry(key) }, _("Kirim sekarang"))) })),
      ...this.done.filter((one) => one.words).map((one, n) => ({ until: one.until, node: () => this.line(one, { key: `done-${n}`, undo: one.undo && (() => void this.undo(one)) }) })),
    ].sort((a, b) => b.until - a.until);
    const room = this.told ? 1 : 2;
    replace(this.node,
      this.told && h("li", { class: "act" }, this.told, h("button", { class: "btn quiet small", type: "button", data: { key: "told" }, onclick: () => this.tell(null) }, _("Tutup"))),
      lines.slice(0, room).map((one) => one.node()),
      lines.length > room && h("li", { class: "hint" }, _("dan {n} lagi", { n: lines.length - room })));
  }

  line({ words, until }, { waits = false, key, undo }, ...more) {
    const now = serverNow();
    return h("li", { class: "act", data: { waits: String(waits) } },
      h("span", { class: "act-words", title: words }, waits ? _("Menunggu: {words}", { words }) : words),
      undo && h("progress", { max: UNDO_MS, value: Math.max(0, until - now), data: { until }, "aria-hidden": "true" }),
      undo && h("span", { class: "hint", data: { left: until } }, seconds(until - now)),
      undo && h("button", { class: "btn small", type: "button", data: { key: `undo-${key}` }, onclick: undo }, _("Urungkan")), more);
  }
}

const seconds = (ms) => _("{n} dtk", { n: Math.max(0, Math.ceil(ms / 1000)) });
