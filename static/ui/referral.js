// The agency that cannot be assigned: to which number the caller is referred, and why.
import { h, said } from "./dom.js";

export function referral(one) {
  const name = one.agency?.name ?? one.agency ?? "";
  const reason = one.reason ?? "";
  return h("div", { class: "referral" }, h("b", {}, `Rujuk ke ${one.number || name}`),
    h("span", {}, reason.startsWith(name) ? said(reason) : [name, reason && [" — ", said(reason)]]));
}
