// Icons of the kept set (static/vendor/icons/icons.svg, made by scripts/build_static.mjs). They stand beside words and
// never instead of them, therefore they are hidden from screen readers.
import { svg } from "./dom.js";

const FILE = new URL("../vendor/icons/icons.svg", import.meta.url).pathname;

export function icon(name) {
  return svg("svg", { class: "icon-svg", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" }, svg("use", { href: `${FILE}#${name}` }));
}
