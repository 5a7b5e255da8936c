// Which points of a map stand alone and which as one number. A grid in pixels of the whole world at one zoom, so that
// panning changes nothing. Pure; tests/js/clusters.test.mjs.

export const CELL = 56; // pixels: two shapes of 26 with room to be pressed

// points: [{ id, x, y, rank }] (rank: 1 = most urgent). `apart`: an id that always stands alone (the selected one).
// → { singles: [point], clusters: [{ key, x, y, count, rank, ids }] }
export function clustered(points, { cell = CELL, apart = null } = {}) {
  const cells = new Map();
  const singles = [];
  for (const point of points) {
    if (point.id === apart) {
      singles.push(point);
      continue;
    }
    const key = `${Math.floor(point.x / cell)}:${Math.floor(point.y / cell)}`;
    const inside = cells.get(key);
    if (inside) inside.push(point);
    else cells.set(key, [point]);
  }
  const clusters = [];
  for (const [key, inside] of cells) {
    if (inside.length === 1) singles.push(inside[0]);
    else clusters.push(cluster(key, inside));
  }
  return { singles, clusters };
}

function cluster(key, inside) {
  let [x, y, rank] = [0, 0, 9];
  for (const point of inside) {
    x += point.x;
    y += point.y;
    rank = Math.min(rank, point.rank);
  }
  return { key, x: x / inside.length, y: y / inside.length, count: inside.length, rank, ids: inside.map((point) => point.id) };
}

// --- where units have been lately ----------------------------------------------------------------------------------
export const TRAIL_MS = 300_000;
const MOST = 40;

// What this screen itself has heard, and no longer than five minutes: the server keeps no trail of people at work.
export class Trails {
  constructor() {
    this.known = new Map(); // unit → [{ lat, lon, ms }]
  }

  take(unit, lat, lon, ms) {
    const trail = this.known.get(unit) ?? [];
    const last = trail.at(-1);
    if (last && (ms <= last.ms || (last.lat === lat && last.lon === lon))) return;
    this.known.set(unit, [...trail.slice(1 - MOST), { lat, lon, ms }]);
  }

  of(unit, now) {
    const trail = (this.known.get(unit) ?? []).filter((point) => now - point.ms <= TRAIL_MS);
    if (trail.length) this.known.set(unit, trail);
    else this.known.delete(unit);
    return trail;
  }
}
