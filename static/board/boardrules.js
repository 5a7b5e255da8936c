// What stands where on the board, and what sending several units means. Pure: no page, no clock, no network;
// tests/js/boardrules.test.mjs runs it in node.

const RANK = { critical: 1, high: 2, normal: 3, low: 4 };
export const rank = (row) => RANK[row.priority] ?? 9;
const TAKEN = new Set(["acknowledged", "dispatched", "arrived", "completed"]);
const ENDED = new Set(["completed", "declined", "withdrawn"]);
const GONE = new Set(["declined", "withdrawn"]);

// Nobody has taken it: none assigned, all refused, or no one has accepted yet.
export const unassigned = (row) => row.status === "open" && !(row.assignments ?? []).some((line) => TAKEN.has(line.status));
// Every agency is done: what is left is closing it.
export const finished = (row) => row.status === "open" && !unassigned(row) && row.assignments.every((line) => ENDED.has(line.status));

export const stateOf = (row) => (unassigned(row) ? "unassigned" : finished(row) ? "finished" : "active");

const byUrgency = (a, b) => Number(finished(a)) - Number(finished(b)) || rank(a) - rank(b) || a.created_at.localeCompare(b.created_at);

// → { unassigned, active }: each by urgency, the oldest first; what only waits to be closed comes last.
export function ordered(rows) {
  const open = rows.filter((row) => row.status === "open").sort(byUrgency);
  return { unassigned: open.filter(unassigned), active: open.filter((row) => !unassigned(row)) };
}

// --- filters: { type, priority, agency, state, area, mine, words }; what is empty filters nothing -----------------------
export const NO_FILTERS = Object.freeze({ type: "", priority: "", agency: "", state: "", area: "", mine: false, words: "" });
export const filtersFrom = (kept) => Object.fromEntries(Object.entries(NO_FILTERS)
  .map(([name, none]) => [name, typeof kept?.[name] === typeof none ? kept[name] : none]));
export const filtering = (filters) => Object.entries(NO_FILTERS).some(([name, none]) => filters[name] !== none);

// `own`: ids of one's own cases. `hay(row)`: the words by which a row is found, in lower case.
export function passes(row, filters, { own = new Set(), hay = () => "" } = {}) {
  const area = row.area?.code ?? "";
  return (!filters.type || row.type === filters.type)
    && (!filters.priority || row.priority === filters.priority)
    && (!filters.agency || (row.assignments ?? []).some((line) => line.agency?.code === filters.agency && !GONE.has(line.status)))
    && (!filters.state || stateOf(row) === filters.state)
    && (!filters.area || area === filters.area || area.startsWith(`${filters.area}.`))
    && (!filters.mine || own.has(row.id))
    && filters.words.toLowerCase().split(/\s+/).filter(Boolean).every((word) => hay(row).includes(word));
}

// --- many reports at once: grouped by place and kind; untaken critical ones stand apart on top ---------------------------
const DISTRICT = 3; // 35.77.01.1001 → 35.77.01: kecamatan

export function grouped(rows) {
  const groups = new Map();
  for (const row of rows) {
    const alone = row.priority === "critical" && unassigned(row);
    const area = (row.area?.code ?? "").split(".").slice(0, DISTRICT).join(".");
    const key = alone ? "critical" : `${area} ${row.type}`;
    const group = groups.get(key) ?? { key, area, alone, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const first = (group) => [...group.rows].sort(byUrgency)[0];
  return [...groups.values()].sort((a, b) => Number(b.alone) - Number(a.alone) || rank(first(a)) - rank(first(b)) || b.rows.length - a.rows.length);
}

// --- units ---------------------------------------------------------------------------------------------------------
// By agency, the agencies with free units first; `free` of `rows.length`.
export function byAgency(units) {
  const found = new Map();
  for (const unit of units) {
    const code = unit.agency?.code ?? "";
    const group = found.get(code) ?? { code, name: unit.agency?.name ?? code, rows: [] };
    group.rows.push(unit);
    found.set(code, group);
  }
  const free = (unit) => Number(unit.status === "available");
  return [...found.values()].map((group) => ({
    ...group, free: group.rows.reduce((sum, unit) => sum + free(unit), 0),
    rows: group.rows.sort((a, b) => free(b) - free(a) || a.code.localeCompare(b.code)),
  })).sort((a, b) => Number(b.free > 0) - Number(a.free > 0) || a.name.localeCompare(b.name));
}

// What sending these units to this incident comes to. Who may send for an agency sends (`dispatch` among the actions
// that the server allows on its assignment); the desk of the centre asks the agency, and assigns it where it is missing.
// → [{ unit, how: "send" | "ask" | "taken" | "refused", assignment?, assign? }]
export function plan(units, incident) {
  return units.map((unit) => {
    const lines = (incident.assignments ?? []).filter((line) => line.agency?.code === unit.agency?.code);
    const line = lines.find((one) => !ENDED.has(one.status));
    if (unit.status !== "available") return { unit, how: "taken" };
    if (line && (line.actions ?? []).includes("dispatch")) return { unit, how: "send", assignment: line.id };
    if (line) return { unit, how: "ask", assignment: line.id };
    if ((incident.actions ?? []).includes("assign")) return { unit, how: "ask", assign: unit.agency?.code };
    return { unit, how: "refused" };
  });
}
