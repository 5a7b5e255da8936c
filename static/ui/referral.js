// The agency that cannot be assigned: to which number the caller is referred, and why.
import { h, said } from "./dom.js";
import { _ } from "./lang.js";

export function referral(one) {
  const name = one.agency?.name ?? one.agency ?? "";
  const reason = one.reason ?? "";
  return h("div", { class: "referral" }, h("b", {}, _("Rujuk ke {name}", { name: one.number || name })),
    h("span", {}, reason.startsWith(name) ? said(reason) : [name, reason && [" — ", said(reason)]]));
}
