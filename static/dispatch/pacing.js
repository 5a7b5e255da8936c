// When a phone tells its position: every ten seconds, or sooner after fifty metres. Pure: tested in node.
const EVERY_MS = 10_000;
const METRES = 50;
const LEAST_MS = 2_000;

export function metres(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6_371_008.8;
}

// `last` and `now`: {lat, lon, ms}; last is null before the first.
export function isDue(last, now) {
  if (!last) return true;
  const passed = now.ms - last.ms;
  return passed >= EVERY_MS || (passed >= LEAST_MS && metres(last, now) >= METRES);
}

const ON_JOB = ["assigned", "en_route", "on_scene", "transporting", "at_hospital"];

// The units for which a phone of this agency may tell where it is: those on a job, nobody else's.
export const shareable = (units, agency) => units.filter((unit) => ON_JOB.includes(unit.status) && unit.agency?.code === agency)
  .sort((a, b) => a.code.localeCompare(b.code));
