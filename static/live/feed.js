// THE socket helper of every screen: board → socket from its seq → frames → gap and reset → polling while cut off.
// Events it sends: "change" {ids, frame, state}, "board" {state} (everything may have changed), "link" {mode},
// "denied" {status}.
import { get, Problem } from "./api.js";
import { applyFrame, emptyState, fromBoard, reconnectDelay } from "./state.js";

const POLL_MS = 4000;
const ACK_MS = 200;
const SILENT_MS = 12_000; // two heartbeats missed: the socket is dead even if TCP does not know yet

export class Feed extends EventTarget {
  constructor({ region, livePort, liveSameOrigin }) {
    super();
    this.region = region;
    this.livePort = livePort;
    this.liveSameOrigin = liveSameOrigin;
    this.state = emptyState();
    this.mode = "starting"; // starting | live | polling | down | denied
    this.lastContact = 0;
    this.attempt = 0;
    this.socket = null;
    this.catching = null;
    this.gap = false;
    this.people = []; // who has which case open: passing state, told anew after each connection
    this.said = null;
    this.held = []; // frames of the socket that came while a gap was being filled
  }

  start() {
    this.began = performance.now();
    this.loadBoard().then(() => this.connect());
    setInterval(() => this.watch(), 1000);
    addEventListener("online", () => this.connect());
    document.addEventListener("visibilitychange", () => document.hidden || this.watch());
  }

  // Seconds since the data on screen was last known to be current.
  age() {
    return (performance.now() - (this.lastContact || this.began)) / 1000;
  }

  touch() {
    this.lastContact = performance.now();
  }

  setMode(mode) {
    if (this.mode === mode) return;
    this.mode = mode;
    this.emit("link", { mode });
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async loadBoard() {
    for (;;) {
      try {
        this.state = fromBoard(await get(`/api/v1/board/?region=${encodeURIComponent(this.region)}`));
        this.gap = false;
        this.touch();
        this.emit("board", { state: this.state });
        return;
      } catch (error) {
        if (this.refused(error)) return;
        this.setMode("down");
        await pause(reconnectDelay(this.attempt++));
      }
    }
  }

  refused(error) {
    if (!(error instanceof Problem) || ![401, 403, 404].includes(error.status)) return false;
    this.deny(error.status);
    return true;
  }

  deny(status) {
    this.setMode("denied");
    this.emit("denied", { status });
  }

  address() {
    const secure = location.protocol === "https:" ? "wss" : "ws";
    const host = this.liveSameOrigin ? location.host : `${location.hostname}:${this.livePort}`;
    const query = new URLSearchParams({ after: this.state.seq, region: this.region });
    if (this.state.epoch) query.set("epoch", this.state.epoch);
    return `${secure}://${host}/ws/live/?${query}`;
  }

  connect() {
    if (this.mode === "denied" || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.retry);
    const socket = new WebSocket(this.address());
    this.socket = socket;
    this.heard = performance.now();
    socket.onmessage = (message) => this.receive(socket, message);
    socket.onclose = (event) => this.closed(socket, event);
  }

  receive(socket, message) {
    if (socket !== this.socket) return;
    let frame;
    try {
      frame = JSON.parse(message.data);
    } catch {
      return;
    }
    this.heard = performance.now();
    this.touch();
    this.attempt = 0;
    this.setMode("live");
    if (frame.kind === "hello" && this.said) socket.send(JSON.stringify(this.said));
    if (frame.kind === "presence") this.met(frame);
    this.take(frame, true);
    const mark = frame.seq ?? (frame.kind === "heartbeat" ? frame.head : undefined);
    if (mark !== undefined) this.acknowledge(socket, mark);
  }

  // One acknowledgement for all that came within a moment: a report is four events, and the server hears each answer.
  acknowledge(socket, mark) {
    const waits = this.mark !== undefined;
    this.mark = mark;
    if (waits) return;
    setTimeout(() => {
      if (socket === this.socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ack: this.mark }));
      this.mark = undefined;
    }, ACK_MS);
  }

  // What this screen has open, for the colleagues; said again after every reconnect.
  say(message) {
    this.said = message;
    if (this.mode === "live" && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // Passing: nothing that has to be said again.
  tell(message) {
    if (this.mode === "live" && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  met(frame) {
    this.people = frame.people ?? [];
    this.emit("presence", { people: this.people });
  }

  take(frame, overSocket) {
    // while a gap is being filled over HTTP, what the socket sends waits its turn: a heartbeat says "all sent", which
    // is not "all applied"
    if (overSocket && this.catching && (frame.kind === "heartbeat" || frame.seq)) {
      this.held.push(frame);
      return;
    }
    if (frame.kind === "heartbeat" && this.gap) {
      this.catchUp(); // the last try failed: its head must not hide what is missing
      return;
    }
    const { state, ids, need } = applyFrame(this.state, frame, { overSocket });
    this.state = state;
    if (need === "reset") this.reset();
    else if (need === "catch_up") this.fillGap();
    else if (ids.length || frame.seq || frame.kind === "unit.moved") this.emit("change", { ids, frame, state });
  }

  async reset() {
    await this.loadBoard();
    this.socket?.close(1000);
  }

  fillGap() {
    this.gap = true;
    this.catchUp();
  }

  catchUp() {
    this.catching ??= this.fetchEvents().finally(() => {
      this.catching = null;
      for (const frame of this.held.splice(0)) this.take(frame, true);
    });
    return this.catching;
  }

  async fetchEvents() {
    try {
      let more = true;
      while (more) {
        const query = new URLSearchParams({ region: this.region, after: this.state.seq, limit: 500 });
        const page = await get(`/api/v1/events/?${query}`);
        if (page.epoch !== undefined && this.state.epoch !== null && page.epoch !== this.state.epoch) {
          await this.loadBoard();
          return true;
        }
        for (const frame of page.events) this.take(frame, false);
        this.state = { ...this.state, seq: Math.max(this.state.seq, page.next ?? 0) };
        more = page.more;
      }
      this.gap = false;
      this.touch();
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status === 410) {
        await this.loadBoard();
        return true;
      }
      this.refused(error);
      return false;
    }
  }

  closed(socket, event) {
    if (socket !== this.socket || this.mode === "denied") return;
    this.socket = null;
    if (event.code === 4001) return this.deny(401);
    if (event.code === 4003) this.loadBoard();
    this.setMode(this.age() < 10 ? "polling" : "down");
    const wait = event.code === 4009 ? 15_000 : reconnectDelay(this.attempt++);
    this.retry = setTimeout(() => this.connect(), wait);
    this.poll();
  }

  // While there is no socket the same events come over HTTP, a few seconds later.
  async poll() {
    if (this.polling) return;
    this.polling = true;
    while (this.mode !== "live" && this.mode !== "denied") {
      await pause(POLL_MS * (0.75 + Math.random() / 2));
      if (this.mode === "live" || this.mode === "denied") break;
      if (!this.lastContact) continue; // the board itself has not come yet
      const ok = await this.catchUp();
      if (this.mode !== "live" && this.mode !== "denied") this.setMode(ok ? "polling" : "down");
    }
    this.polling = false;
  }

  watch() {
    if (this.socket && performance.now() - this.heard > SILENT_MS) {
      const dead = this.socket;
      this.closed(dead, { code: 1006 });
      dead.close();
    }
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
