// What is being typed, written down at most a quarter of a second after the keystroke. Each open form holds a lock on
// its draft: a draft without one belongs to a tab that is gone, and the next tab of the same person takes it up.

const EVERY_MS = 250;
const RELOAD_MS = 1500;
const MINE = "siaga112.draft";

export class Draft {
  // `read()`: what to keep, or null when the form is empty. `kept()`: it is on the disk.
  constructor({ store, sealer, user, page, read, kept = () => undefined, failed = () => undefined, locks = globalThis.navigator?.locks, session = globalThis.sessionStorage }) {
    Object.assign(this, { store, sealer, user, page, read, kept, failed, locks, session });
    this.id = null;
    this.writing = Promise.resolve();
    addEventListener?.("pagehide", () => void this.flush());
    globalThis.document?.addEventListener("visibilitychange", () => void this.flush());
  }

  // A new form: its draft carries the key with which it will be saved. The one before is dropped, unless what stood in
  // it is just being saved: then it goes together with that.
  begin(id, { drop = true } = {}) {
    clearTimeout(this.timer);
    this.timer = null;
    const before = this.id;
    this.release?.();
    this.id = id;
    this.session?.setItem(`${MINE}.${this.page}`, id);
    if (drop && before && before !== id) this.queue(() => this.store.dropDraft(before));
    void this.hold(id);
  }

  hold(id, options = {}) {
    if (!this.locks) return Promise.resolve(true);
    return new Promise((got) => {
      this.locks.request(`${MINE}.${id}`, options, (lock) => {
        got(Boolean(lock));
        return lock && new Promise((release) => (this.release = release));
      }).catch(() => got(false));
    });
  }

  // Each keystroke: the first one since the last write starts the clock, later ones do not put it off.
  touch() {
    this.timer ??= setTimeout(() => void this.flush(), EVERY_MS);
  }

  flush() {
    if (this.timer === null || this.timer === undefined) return this.writing;
    clearTimeout(this.timer);
    this.timer = null;
    const id = this.id;
    const content = this.read();
    return this.queue(async () => {
      if (id !== this.id) return; // saved or emptied meanwhile
      if (content) await this.put(id, content);
      else await this.store.dropDraft(id);
      this.kept(Boolean(content));
    });
  }

  queue(work) {
    this.writing = this.writing.then(work).catch((error) => this.failed(error));
    return this.writing;
  }

  async row(id, content) {
    return { id, page: this.page, user: { ...this.user }, saved_at: new Date().toISOString(), sealed: await this.sealer.seal(content, id) };
  }

  async put(id, content) {
    const row = await this.row(id, content);
    if (id === this.id) await this.store.putDraft(row);
  }

  // After a reload or in a new tab: this tab's own draft, else the newest that no open tab holds. { id, content } or null.
  async adopt() {
    const mine = this.session?.getItem(`${MINE}.${this.page}`);
    const own = (await this.store.drafts()).filter((one) => one.page === this.page && one.user.id === this.user.id)
      .sort((a, b) => Number(b.id === mine) - Number(a.id === mine) || b.saved_at.localeCompare(a.saved_at));
    for (const draft of own) {
      const content = await this.take(draft, draft.id === mine);
      if (content) return { id: draft.id, content };
    }
    return null;
  }

  async take(draft, wasMine = false) {
    const before = this.release;
    const waiting = wasMine ? { signal: AbortSignal.timeout(RELOAD_MS) } : { ifAvailable: true };
    if (!(await this.hold(draft.id, waiting))) return null;
    let content;
    try {
      content = await this.sealer.open(draft.sealed, draft.id);
    } catch {
      this.release?.();
      this.release = before;
      return null;
    }
    before?.();
    this.id = draft.id;
    this.session?.setItem(`${MINE}.${this.page}`, draft.id);
    return content;
  }

  // Drafts that no open tab holds.
  async orphans() {
    const held = new Set(((await this.locks?.query())?.held ?? []).map((lock) => lock.name));
    return (await this.store.drafts()).filter((one) => one.id !== this.id && !held.has(`${MINE}.${one.id}`));
  }
}
