// At the sign-in: how much of this workstation's work waits for somebody who signs in. Nobody is here now.
import { byId } from "../ui/dom.js";
import { _ } from "../ui/lang.js";
import { age } from "./rules.js";
import { canSeal } from "./seal.js";
import { openStore } from "./store.js";

if (canSeal()) {
  const store = await openStore().catch(() => null);
  if (store) {
    await store.rememberUser(null);
    const rows = await store.rows();
    if (rows.length) {
      const node = byId("unsent-here");
      node.textContent = _("BELUM TERKIRIM {n} di komputer ini (tertua {age}). Tidak ada yang terhapus; terkirim setelah Anda masuk.", { n: rows.length, age: age(rows[0].created_at, Date.now()) });
      node.hidden = false;
    }
  }
}
