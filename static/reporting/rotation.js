// Which panel a wall shows. Pure: tests/js/rotation.test.mjs runs it in node.
//
// Panels take turns; a new critical case takes the whole screen for 20 s and then gives it back; while one is not
// accepted the wall stays with the cases. Nothing here remembers more than the ids that are waiting for their turn.

export const PANEL_MS = 20_000;
const SHORTEST_MS = 2000;
const LONGEST_MS = 300_000;
export const TAKEOVER_MS = 20_000;
const HOME = "active";

// How long one panel stays: `?detik=30` in the wall's address, from 2 to 300; without it 20 s. → milliseconds
export function panelTime(search) {
  const seconds = Number(new URLSearchParams(search).get("detik"));
  return seconds > 0 ? Math.min(LONGEST_MS, Math.max(SHORTEST_MS, seconds * 1000)) : PANEL_MS;
}

export class Rotation {
  constructor(now = 0, panelMs = PANEL_MS) {
    this.panelMs = panelMs;
    this.panel = HOME;
    this.since = now;
    this.queue = []; // ids of new critical cases that have not been shown large
    this.taken = null; // { id, since }
  }

  announce(id) {
    if (this.taken?.id !== id && !this.queue.includes(id)) this.queue.push(id);
  }

  // `panels`: the names that have something to show, in order. `held`: a critical case waits to be accepted.
  // `stands`: whether a case is still there to be shown large. → { panel, part, held, takeover }
  tick(now, { panels, held = false, stands = () => true }) {
    this.turn(now, stands);
    if (this.taken) return { panel: this.panel, part: (now - this.taken.since) / TAKEOVER_MS, held, takeover: this.taken.id };
    if (held || !panels.includes(this.panel)) this.show(HOME, now, this.panel !== HOME);
    if (held) this.since = now;
    else if (now - this.since >= this.panelMs) this.show(panels[(panels.indexOf(this.panel) + 1) % panels.length], now, true);
    return { panel: this.panel, part: (now - this.since) / this.panelMs, held, takeover: null };
  }

  turn(now, stands) {
    if (this.taken && now - this.taken.since < TAKEOVER_MS && stands(this.taken.id)) return;
    const over = this.taken !== null;
    this.queue = this.queue.filter(stands);
    const next = this.queue.shift();
    this.taken = next === undefined ? null : { id: next, since: now };
    if (over && !this.taken) this.show(HOME, now, true); // back to the list in which it now stands
  }

  show(panel, now, anew) {
    this.panel = panel;
    if (anew) this.since = now;
  }
}

// How large letters have to be. 16 minutes of arc at the reading distance (NUREG-0700), for the height of a capital
// letter, which in Inter is 0.727 of the font size; on a screen of 16:9. Never below 4.7 vh, what a 55-inch screen
// needs at 5 m. → font size in vh
export const LEAST_VH = 4.7;
export function letterSize({ diagonal, distance }) {
  const letter = 2 * distance * 1000 * Math.tan((16 / 60 / 2) * (Math.PI / 180)); // mm
  const height = diagonal * 25.4 * (9 / Math.hypot(16, 9)); // mm
  const size = (letter / 0.727 / height) * 100;
  return Math.min(12, Math.max(LEAST_VH, Math.ceil(size * 10) / 10));
}

export const MOST_ROWS = 10;
// Rows that fit into a list of `height` when one takes `row` (same unit): at most ten, and one of them says how many
// do not fit.
export function rowsThatFit(height, row, count) {
  const room = Math.max(1, Math.min(MOST_ROWS, Math.floor(height / row)));
  return count <= room ? count : room - 1;
}

// The set of incidents, not where one of them moved to: a map that pans with every event cannot be read.
export const setOf = (rows) => rows.map((row) => row.id).sort().join();
