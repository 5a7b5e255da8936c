// Many calls from one place within minutes: a banner on console and wall, so that a room sees one event and not seven.
import { get } from "../live/api.js";
import { debounce, h, replace } from "./dom.js";
import { _ } from "./lang.js";

const QUIET_MS = 1500; // after a report: the next ones of the same burst come at once
const AGAIN_MS = 20_000; // a banner goes by itself when the minutes are over

export const concernsBursts = (frame) =>
  frame.kind === "incident.created" || (frame.kind === "incident.updated" && (frame.data?.changed ?? []).includes("calls"));

export const burstText = (burst) => _("{calls} panggilan dalam {minutes} menit, radius {radius_m} m", burst);

export class Bursts {
  // `numberOf(id)`: how the board calls an incident. `open`: absent on a wall, which has no buttons.
  constructor(node, { region, numberOf, open, announce }) {
    Object.assign(this, { node, region, numberOf, open, announce });
    this.shown = [];
    this.soon = debounce(QUIET_MS, () => this.load());
    setInterval(() => this.shown.length && this.load(), AGAIN_MS);
  }

  take(frame) {
    if (concernsBursts(frame)) this.soon();
  }

  async load() {
    try {
      const { bursts } = await get(`/api/v1/bursts/?${new URLSearchParams({ region: this.region })}`);
      const more = bursts.length > this.shown.length;
      this.shown = bursts;
      this.paint();
      if (more) this.announce?.(burstText(bursts[0]));
    } catch {
      // the banner is a hint: the board shows every report without it
    }
  }

  paint() {
    this.node.hidden = !this.shown.length;
    replace(this.node, this.shown.map((burst) => h("p", { class: "burst" }, h("strong", {}, burstText(burst)), " ", this.named(burst))));
  }

  // At most three, each name once: on a wall two reports of one fire have the same name.
  named(burst) {
    const known = burst.incidents.map((id) => [id, this.numberOf(id)]).filter(([, name]) => name);
    const once = known.filter(([, name], n) => known.findIndex(([, other]) => other === name) === n).slice(0, 3);
    return once.map(([id, name]) => (this.open
      ? h("button", { class: "btn small", type: "button", data: { key: `burst-${id}` }, onclick: () => this.open(id) }, name)
      : h("span", { class: "who" }, ` ${name}`)));
  }
}
