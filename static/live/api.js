// The HTTP side: JSON in and out, CSRF, a time limit, problem+json as one kind of error, and the server's clock.
import { _ } from "../ui/lang.js";

let csrf = "";
let csrfCookie = "";
// The screen from which a step is done, for the timeline: by the first part of the page's address.
const SCREENS = { konsol: "console", papan: "board", dinas: "agency", dinding: "wall", kelola: "manage" };
let clockOffset = 0; // milliseconds to add to this computer's clock

export function configure(config) {
  csrf = config.csrf ?? csrf;
  csrfCookie = config.csrf_cookie ?? csrfCookie;
}

// Milliseconds since 1970 by the server's clock: timers must not depend on the clock of a desk.
export const serverNow = () => Date.now() + clockOffset;

export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || _("Tidak dapat menghubungi server"));
    this.status = status; // 0 = no answer at all
    this.body = body;
    this.errors = body.errors ?? [];
  }
  get offline() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function newKey() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on plain http in a local network
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const get = (path, options) => request("GET", path, undefined, options);
export const post = (path, body, options) => request("POST", path, body, options);

export const screenName = () => SCREENS[globalThis.location?.pathname?.split("/")[1]] ?? "";

// One file as multipart; the answer as for every other request.
export async function upload(path, file, { timeout = 60_000 } = {}) {
  const body = new FormData();
  body.append("file", file, file.name);
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": csrfToken() }, credentials: "same-origin", body, signal: AbortSignal.timeout(timeout) });
  } catch {
    throw new Problem(0, { title: _("Server tidak menjawab") });
  }
  const data = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, data);
  return data;
}

async function request(method, path, body, { key, signal, timeout = 15_000 } = {}) {
  const limit = AbortSignal.timeout(timeout);
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (key) headers["Idempotency-Key"] = key;
  const screen = screenName();
  if (screen && method !== "GET") headers["X-Screen"] = screen;
  const sent = Date.now();
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? anySignal(signal, limit) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, { title: _("Server tidak menjawab") });
  }
  learnClock(response, sent);
  const data = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, data);
  return data;
}

// Signing in again in another tab changes the token; the cookie always has the one in force.
export function csrfToken() {
  const found = csrfCookie && document.cookie.split("; ").find((one) => one.startsWith(`${csrfCookie}=`));
  return found ? found.slice(csrfCookie.length + 1) : csrf;
}

function anySignal(...signals) {
  if (AbortSignal.any) return AbortSignal.any(signals);
  const joint = new AbortController();
  for (const one of signals) one.addEventListener("abort", () => joint.abort(one.reason), { once: true });
  return joint.signal;
}

// The Date header has whole seconds; its middle against the middle of the request is right within a second.
function learnClock(response, sent) {
  const header = Date.parse(response.headers.get("Date") ?? "");
  if (Number.isNaN(header)) return;
  const offset = header + 500 - (sent + Date.now()) / 2;
  clockOffset = Math.abs(offset) < 1500 ? 0 : offset;
}
