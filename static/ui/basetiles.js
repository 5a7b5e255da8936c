// A map of streets under everything else, where there is one: the region's own archive, drawn by protomaps-leaflet, or
// a tile server that the installation names. The library comes only when there is an archive.
import { get } from "../live/api.js";
import { h } from "./dom.js";

const L = globalThis.L;
const LIBRARY = new URL("../vendor/protomaps/protomaps-leaflet.js", import.meta.url).pathname;
let loading = null;

function library() {
  loading ??= new Promise((done, failed) => {
    document.head.append(h("script", { src: LIBRARY, onload: () => done(globalThis.protomapsL), onerror: () => failed(new Error("protomaps")) }));
  });
  return loading;
}

// → whether streets are drawn now; without them the map stays as it was.
export async function addTiles(map, region) {
  try {
    const { archive, url, attribution } = await get(`/peta/${encodeURIComponent(region)}/ubin.json`);
    if (!archive && !url) return false;
    const layer = archive ? await ofArchive(archive) : L.tileLayer(url, { maxZoom: 18 });
    layer.addTo(map);
    if (attribution) L.control.attribution({ prefix: false }).addAttribution(plain(attribution)).addTo(map);
    return true;
  } catch {
    return false;
  }
}

async function ofArchive(archive) {
  const { leafletLayer } = await library();
  const flavor = document.documentElement.dataset.theme === "light" ? "light" : "dark";
  return leafletLayer({ url: new URL(archive, location.href).href, flavor, lang: "id", attribution: "" });
}

// Leaflet puts attributions in as markup; ours are somebody's words.
function plain(words) {
  const node = document.createElement("span");
  node.textContent = words;
  return node.innerHTML;
}
