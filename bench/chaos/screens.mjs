// Screens without a browser: the delivered static/live/feed.js and state.js, many in one process, for `make chaos`.
// Standard input: first {web, live_port, region, screens: [token, …]}, then one command a line; one line of JSON answers
// each. What a screen shows is judged against a fresh /board/ of the same person, fetched past every proxy.
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import readline from "node:readline";
import { WebSocket } from "./websocket.mjs";

const context = new AsyncLocalStorage(); // which screen a request belongs to
const plainFetch = globalThis.fetch;
let setup;

class TokenSocket extends WebSocket {
  onopen = () => this.send(JSON.stringify({ token: context.getStore() ?? this.token }));
  token = TokenSocket.next;
}

globalThis.WebSocket = TokenSocket;
globalThis.location = { protocol: "http:", hostname: "127.0.0.1", host: "" };
globalThis.document = { addEventListener() {}, hidden: false, cookie: "" };
globalThis.addEventListener = () => {};
globalThis.CustomEvent ??= class extends Event {
  constructor(name, { detail } = {}) {
    super(name);
    this.detail = detail;
  }
};
globalThis.fetch = (path, options = {}) =>
  plainFetch(setup.web + path, {
    method: options.method,
    body: options.body,
    signal: options.signal,
    headers: { ...options.headers, Authorization: `Token ${context.getStore()}` },
  });

const { Feed } = await import("../../static/live/feed.js");

class Screen extends Feed {
  constructor(token) {
    super({ region: setup.region, livePort: setup.live_port, liveSameOrigin: false });
    this.token = token;
    this.seen = new Map();
    this.links = [];
    this.fills = 0;
    this.addEventListener("change", ({ detail }) => this.see(detail.ids));
    this.addEventListener("board", ({ detail }) => this.see(detail.state.incidents.keys()));
    this.addEventListener("link", ({ detail }) => this.links.push([Date.now(), detail.mode]));
    context.run(token, () => this.start());
  }

  see(ids) {
    for (const id of ids) if (!this.seen.has(id)) this.seen.set(id, Date.now());
  }

  connect() {
    TokenSocket.next = this.token;
    context.run(this.token, () => super.connect());
  }

  receive(...given) {
    context.run(this.token, () => super.receive(...given));
  }

  closed(...given) {
    context.run(this.token, () => super.closed(...given));
  }

  fillGap() {
    this.fills += 1;
    super.fillGap();
  }
}

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};

function lines(incidents, units) {
  const made = new Map();
  for (const row of incidents) if (row.status === "open") made.set(row.id, JSON.stringify(sorted(row)));
  for (const unit of units) made.set(unit.id, JSON.stringify(sorted(unit)));
  return made;
}

function digest(rows) {
  const hash = createHash("sha256");
  for (const id of [...rows.keys()].sort()) hash.update(rows.get(id));
  return hash.digest("hex").slice(0, 16);
}

// One fresh board for all screens of a person.
async function check(screens) {
  const fresh = new Map();
  const found = [];
  for (const screen of screens) {
    const { token, state } = screen;
    if (!fresh.has(token)) {
      const board = await (await context.run(token, () => fetch(`/api/v1/board/?region=${setup.region}`))).json();
      fresh.set(token, { rows: lines(board.incidents, board.units), head: board.seq });
    }
    const { rows, head } = fresh.get(token);
    const shown = lines(screen.state.incidents.values(), screen.state.units.values());
    const wrong = [...new Set([...rows.keys(), ...shown.keys()])].filter((id) => rows.get(id) !== shown.get(id));
    found.push({
      same: digest(rows) === digest(shown), hash: digest(shown), head, seq: state.seq, mode: screen.mode,
      wrong: wrong.slice(0, 3).map((id) => ({ id, fresh: rows.get(id), shown: shown.get(id) })), fills: screen.fills,
    });
  }
  return found;
}

const commands = {
  check,
  seen: (screens) => screens.map((screen) => Object.fromEntries(screen.seen)),
  links: (screens) => screens.map((screen) => screen.links),
  modes: (screens) => screens.map((screen) => screen.mode),
  ages: (screens) => screens.map((screen) => screen.age()),
};

const input = readline.createInterface({ input: process.stdin });
let screens;
for await (const line of input) {
  const asked = JSON.parse(line);
  let answer;
  try {
    if (screens) answer = await commands[asked.do](screens);
    else {
      setup = asked;
      screens = asked.screens.map((token) => new Screen(token));
      answer = screens.length;
    }
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
