// Where kept rows lie: IndexedDB (drafts, outbox, the workstation's key), or this tab's memory where that is not to be
// had. A write is done when its transaction is complete, not when the request has succeeded.

const NAME = "siaga112";
const OPEN_MS = 3000;
const DURABLE = { durability: "strict" };

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});
const finished = (transaction) => new Promise((done, failed) => {
  transaction.oncomplete = () => done();
  transaction.onerror = transaction.onabort = () => failed(transaction.error ?? new Error("aborted"));
});

function abort(transaction) {
  try {
    transaction.abort();
  } catch {
    // it is over already
  }
}

export async function openStore(factory = globalThis.indexedDB) {
  const request = factory.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("drafts", { keyPath: "id" });
    request.result.createObjectStore("outbox", { keyPath: "n", autoIncrement: true }).createIndex("key", "key", { unique: true });
  };
  const late = new Promise((_, failed) => setTimeout(() => failed(new Error("IndexedDB does not answer")), OPEN_MS));
  const database = await Promise.race([asked(request), late]);
  database.onversionchange = () => database.close(); // a newer page may bring its own shape
  return new Store(database);
}

export class Store {
  constructor(database) {
    this.database = database;
    this.durable = true;
  }

  async write(names, work) {
    const transaction = this.database.transaction(names, "readwrite", DURABLE);
    const done = finished(transaction);
    try {
      const result = await work(...names.map((name) => transaction.objectStore(name)));
      await done;
      return result;
    } catch (error) {
      done.catch(() => undefined); // told once
      if (transaction.error === null) abort(transaction);
      throw error;
    }
  }

  read(name, work) {
    return work(this.database.transaction(name).objectStore(name));
  }

  key = () => this.read("keys", (keys) => asked(keys.get("seal")));

  keepKey(made) {
    return this.write(["keys"], async (keys) => {
      const known = await asked(keys.get("seal"));
      if (!known) keys.put(made, "seal");
      return known ?? made;
    });
  }

  // Who worked here last; the page that works offline asks, because no server tells it.
  lastUser = () => this.read("keys", (keys) => asked(keys.get("last_user")));

  rememberUser(user) {
    return this.write(["keys"], (keys) => void (user ? keys.put(user, "last_user") : keys.delete("last_user")));
  }

  // In the order in which they were saved.
  rows = () => this.read("outbox", (outbox) => asked(outbox.getAll()));

  row = (key) => this.read("outbox", (outbox) => asked(outbox.index("key").get(key)));

  // The draft goes when the row is in, never before.
  add(row, draftId) {
    return this.write(["outbox", "drafts"], async (outbox, drafts) => {
      const n = await asked(outbox.add(row));
      if (draftId) drafts.delete(draftId);
      return { ...row, n };
    });
  }

  change(key, change) {
    return this.write(["outbox"], async (outbox) => {
      const row = await asked(outbox.index("key").get(key));
      if (row) outbox.put({ ...row, ...change });
    });
  }

  // `draft`: what takes its place, when somebody corrects a refused row.
  remove(key, draft) {
    return this.write(["outbox", "drafts"], async (outbox, drafts) => {
      const n = await asked(outbox.index("key").getKey(key));
      if (draft) drafts.put(draft);
      if (n !== undefined) outbox.delete(n);
    });
  }

  drafts = () => this.read("drafts", (drafts) => asked(drafts.getAll()));

  putDraft = (draft) => this.write(["drafts"], (drafts) => void drafts.put(draft));

  dropDraft = (id) => this.write(["drafts"], (drafts) => void drafts.delete(id));
}

export class MemoryStore {
  constructor() {
    this.durable = false;
    this.kept = new Map();
    this.unsent = [];
    this.n = 0;
  }
  key = async () => undefined;
  keepKey = async (made) => made;
  lastUser = async () => undefined;
  rememberUser = async () => undefined;
  rows = async () => [...this.unsent];
  row = async (key) => this.unsent.find((one) => one.key === key);
  async add(row, draftId) {
    this.kept.delete(draftId);
    this.unsent.push({ ...row, n: ++this.n });
    return this.unsent.at(-1);
  }
  async change(key, change) {
    this.unsent = this.unsent.map((one) => (one.key === key ? { ...one, ...change } : one));
  }
  async remove(key, draft) {
    if (draft) this.kept.set(draft.id, draft);
    this.unsent = this.unsent.filter((one) => one.key !== key);
  }
  drafts = async () => [...this.kept.values()];
  putDraft = async (draft) => void this.kept.set(draft.id, draft);
  dropDraft = async (id) => void this.kept.delete(id);
}
