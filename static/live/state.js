// What a screen knows, as plain data, and how one frame of the live feed changes it. No DOM, no clock, no network:
// tests/js/state.test.mjs runs this in node.
//
// state = { region, epoch, seq, incidents: Map(id → board row), units: Map(id → unit) }
// `seq`: everything that this screen may see up to here has been applied.

export function emptyState() {
  return { region: null, epoch: null, seq: 0, incidents: new Map(), units: new Map() };
}

export function fromBoard(board) {
  return {
    region: board.region ?? null,
    epoch: board.epoch ?? null,
    seq: board.seq ?? 0,
    incidents: new Map((board.incidents ?? []).map((row) => [row.id, row])),
    units: new Map((board.units ?? []).map((unit) => [unit.id, unit])),
  };
}

const same = (state) => ({ state, ids: [], need: null });

// One frame → { state, ids: incidents that changed, need: null | "catch_up" | "reset" }.
// `overSocket` = false for frames from GET /events/, whose `prev` says nothing about this socket.
export function applyFrame(state, frame, { overSocket = true } = {}) {
  if (frame.kind === "reset") return { state, ids: [], need: "reset" };
  if (frame.kind === "hello") {
    const other = state.epoch !== null && frame.epoch !== undefined && frame.epoch !== state.epoch;
    return { state, ids: [], need: other ? "reset" : null };
  }
  if (frame.kind === "heartbeat") {
    // `prev`: the last event that was sent on this socket. One that is not here was lost on the way.
    if (frame.prev > state.seq) return { state, ids: [], need: "catch_up" };
    return frame.head > state.seq ? { state: { ...state, seq: frame.head }, ids: [], need: null } : same(state);
  }
  if (frame.kind === "unit.moved") return moveUnits(state, frame.units ?? []);
  if (typeof frame.seq !== "number") return same(state); // presence and other passing state
  if (frame.seq <= state.seq) return same(state); // sent twice: at least once is what the relay promises
  // prev < seq of this screen is no gap: the screen has caught up over HTTP beyond what the socket sent before
  if (overSocket && typeof frame.prev === "number" && frame.prev > state.seq) {
    return { state, ids: [], need: "catch_up" };
  }
  return applyEvent({ ...state, seq: frame.seq }, frame);
}

function applyEvent(state, frame) {
  const data = frame.data ?? {};
  const row = data.incident;
  const next = data.unit?.id ? withUnit(state, data.unit) : state;
  if (!row?.id) return { state: next, ids: [], need: null };
  if (frame.kind === "incident.hidden") {
    if (!next.incidents.has(row.id)) return same(next);
    const incidents = new Map(next.incidents);
    incidents.delete(row.id);
    return { state: { ...next, incidents }, ids: [row.id], need: null };
  }
  const known = next.incidents.get(row.id);
  const merged = known && frame.kind !== "incident.shown" ? mergeRow(known, row) : row;
  if (merged === known) return same(next);
  const incidents = new Map(next.incidents).set(row.id, merged);
  return { state: { ...next, incidents }, ids: [row.id], need: null };
}

// Incident and assignments carry versions of their own: an old frame must not undo a newer line of either.
export function mergeRow(known, row) {
  if (row.version < known.version && !(row.assignments ?? []).length) return known;
  const base = row.version >= known.version ? { ...known, ...row } : { ...known };
  const lines = new Map((known.assignments ?? []).map((line) => [line.id, line]));
  for (const line of row.assignments ?? []) {
    const old = lines.get(line.id);
    if (!old || line.version >= old.version) lines.set(line.id, { ...old, ...line });
  }
  const kept = row.assignments !== undefined && row.version > known.version
    ? new Set(row.assignments.map((line) => line.id)) : null;
  base.assignments = [...lines.values()].filter((line) => !kept || kept.has(line.id));
  return base;
}

function withUnit(state, unit) {
  const known = state.units.get(unit.id);
  if (known && unit.version !== undefined && unit.version < known.version) return state;
  return { ...state, units: new Map(state.units).set(unit.id, { ...known, ...unit }) };
}

function moveUnits(state, moves) {
  const units = new Map(state.units);
  for (const [id, lat, lon, at] of moves) {
    if (units.has(id)) units.set(id, { ...units.get(id), lat, lon, at });
  }
  return { state: { ...state, units }, ids: [], need: null };
}

// What has ended leaves the memory of a screen that runs for weeks. The same state while there are few of them.
export function withoutEnded(state, most = 50) {
  const open = [...state.incidents].filter(([, row]) => row.status === "open");
  return state.incidents.size - open.length > most ? { ...state, incidents: new Map(open) } : state;
}

// Full jitter: the first try within 1 s, then up to 2, 4, 8, at most 15 s, so that a thousand screens do not return
// in one wave after a restart.
export function reconnectDelay(attempt, random = Math.random) {
  return random() * Math.min(15_000, 1000 * 2 ** attempt);
}

// Seconds without a sign of life → how loud the screen must be.
export function alarmLevel(seconds) {
  if (seconds >= 30) return "red";
  return seconds >= 10 ? "amber" : null;
}
