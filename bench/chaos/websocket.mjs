// The part of the browser's WebSocket that static/live/feed.js uses, on a plain TCP connection: Node 18 has none, and
// Node 20's closes without a "close" event when the connection is refused.
import { randomBytes } from "node:crypto";
import net from "node:net";

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export class WebSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  constructor(url) {
    this.readyState = WebSocket.CONNECTING;
    this.onmessage = this.onclose = this.onopen = null;
    this.buffer = Buffer.alloc(0);
    this.fragments = [];
    this.code = 1006;
    this.url = new URL(url);
    this.tcp = net.connect(Number(this.url.port), this.url.hostname, () => this.shakeHands());
    this.tcp.setNoDelay(true);
    this.tcp.on("data", (data) => this.receive(data));
    this.tcp.on("error", () => {}); // "close" follows
    this.tcp.on("close", () => this.ended());
  }

  shakeHands() {
    const { host, pathname, search } = this.url;
    this.tcp.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
  }

  receive(data) {
    this.buffer = this.buffer.length ? Buffer.concat([this.buffer, data]) : data;
    if (this.readyState === WebSocket.CONNECTING && !this.opened()) return;
    for (let frame = this.next(); frame; frame = this.next()) this.take(frame);
  }

  opened() {
    const end = this.buffer.indexOf("\r\n\r\n");
    if (end < 0) return false;
    if (!this.buffer.toString("latin1", 0, 12).startsWith("HTTP/1.1 101")) {
      this.tcp.destroy();
      return false;
    }
    this.buffer = this.buffer.subarray(end + 4);
    this.readyState = WebSocket.OPEN;
    this.onopen?.({});
    return true;
  }

  next() {
    const { buffer } = this;
    if (buffer.length < 2) return null;
    let size = buffer[1] & 127;
    let start = 2;
    if (size === 126) [size, start] = buffer.length < 4 ? [Infinity, 4] : [buffer.readUInt16BE(2), 4];
    else if (size === 127) [size, start] = buffer.length < 10 ? [Infinity, 10] : [Number(buffer.readBigUInt64BE(2)), 10];
    if (buffer.length < start + size) return null;
    this.buffer = buffer.subarray(start + size);
    return { kind: buffer[0] & 15, last: Boolean(buffer[0] & 128), body: buffer.subarray(start, start + size) };
  }

  take({ kind, last, body }) {
    if (kind === PING) return this.write(PONG, body);
    if (kind === CLOSE) {
      this.code = body.length >= 2 ? body.readUInt16BE(0) : 1005;
      this.readyState = WebSocket.CLOSING;
      return this.tcp.end();
    }
    if (kind === PONG) return undefined;
    this.fragments.push(body);
    if (!last) return undefined;
    const data = Buffer.concat(this.fragments.splice(0)).toString();
    return this.readyState === WebSocket.OPEN ? this.onmessage?.({ data }) : undefined;
  }

  write(kind, body) {
    const size = body.length < 126 ? Buffer.from([0x80 | body.length]) : Buffer.from([0xfe, body.length >> 8, body.length & 255]);
    const mask = Buffer.alloc(4); // a mask of zeros is legal and costs nothing
    this.tcp.write(Buffer.concat([Buffer.from([0x80 | kind]), size, mask, body]));
  }

  send(text) {
    if (this.readyState === WebSocket.OPEN) this.write(TEXT, Buffer.from(text));
  }

  close() {
    if (this.readyState >= WebSocket.CLOSING) return;
    this.readyState = WebSocket.CLOSING;
    this.tcp.destroy();
  }

  ended() {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code: this.code });
  }
}
