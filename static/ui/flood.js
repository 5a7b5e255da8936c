// A flood: more comes in than anybody can look at one by one. Then the list is grouped by place and kind and only P1
// sounds. Pure: no page, no clock; tests/js/flood.test.mjs.

import { FLOOD_ALARMS, FLOOD_MS } from "./alarms.js";

export const MANY = 10; // new cases …
export const MANY_MS = 300_000; // … in five minutes (assumed: one every 30 s is what one desk takes down at its best)
const CALM = 0.5; // it ends below half of what began it, so that it does not come and go at the edge

export class Flood {
  constructor() {
    this.cases = []; // when the cases of the last minutes came, milliseconds
    this.on = false;
  }

  arrived(now) {
    this.cases.push(now);
  }

  // `alarms`: times of the alarms of the last ten minutes. → whether it is a flood now.
  now(now, alarms = []) {
    this.cases = this.cases.filter((at) => now - at < MANY_MS);
    const heard = alarms.filter((at) => now - at < FLOOD_MS && at > (this.endedAt ?? -Infinity));
    const [cases, rings] = [this.cases.length / MANY, heard.length / FLOOD_ALARMS];
    if (!this.on) this.on = cases >= 1 || rings > 1;
    else this.on = cases >= CALM || rings >= CALM;
    return this.on;
  }

  // A person says that it is over: it begins again only when as much comes anew.
  end(now) {
    this.cases = [];
    this.endedAt = now;
    this.on = false;
  }

  // Why, in figures.
  get count() {
    return this.cases.length;
  }
}
