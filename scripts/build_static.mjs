// Copies what the pages take from npm into static/vendor (ignored by git): no page ever loads from another host.
// Run by `npm run build` after `npm ci --ignore-scripts`; running it again is harmless.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "static", "vendor");

const files = {
  "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
  "bootstrap/LICENSE": "bootstrap/LICENSE",
  "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter/inter-latin.woff2",
  "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter/inter-latin-ext.woff2",
  "@fontsource-variable/inter/LICENSE": "inter/LICENSE",
  "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
  "echarts/LICENSE": "echarts/LICENSE",
  "protomaps-leaflet/dist/protomaps-leaflet.js": "protomaps/protomaps-leaflet.js",
  "protomaps-leaflet/LICENSE": "protomaps/LICENSE",
};

// The icons that the screens use, in one file of symbols (static/ui/icons.js and templates name them `#name`).
const icons = [
  "alarm", "bar-chart-line", "check2", "clock-history", "cloud-slash", "display", "exclamation-octagon",
  "exclamation-triangle", "geo-alt", "hourglass-split", "inbox", "info-circle", "list-ul", "lock", "megaphone",
  "play-fill", "stopwatch", "telephone-inbound", "truck-front", "volume-mute", "volume-up", "wifi-off",
];

rmSync(vendor, { recursive: true, force: true });
for (const [from, to] of Object.entries(files)) {
  const source = join(modules, from);
  if (!existsSync(source)) {
    console.error(`${from} is missing: run "npm ci --ignore-scripts" first`);
    process.exit(1);
  }
  mkdirSync(dirname(join(vendor, to)), { recursive: true });
  cpSync(source, join(vendor, to));
}

// The source map is not shipped, so its mention would be a 404 in every developer's console.
const css = join(vendor, "bootstrap/bootstrap.min.css");
writeFileSync(css, readFileSync(css, "utf8").replace(/\/\*# sourceMappingURL=.*?\*\//, ""));
const tiles = join(vendor, "protomaps/protomaps-leaflet.js");
writeFileSync(tiles, readFileSync(tiles, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""));
const symbol = (name) => readFileSync(join(modules, "bootstrap-icons/icons", `${name}.svg`), "utf8")
  .replace(/^[\s\S]*?viewBox="([^"]+)"[^>]*>/, `<symbol id="${name}" viewBox="$1">`).replace(/<\/svg>\s*$/, "</symbol>");
mkdirSync(join(vendor, "icons"));
writeFileSync(join(vendor, "icons/icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${icons.map(symbol).join("\n")}\n</svg>\n`);
cpSync(join(modules, "bootstrap-icons/LICENSE"), join(vendor, "icons/LICENSE"));

console.log(`static/vendor: ${Object.keys(files).length + 2} files`);
