// What a page that keeps unsent work starts with: the store, whose work it is, and the worker that serves it offline.
import { _ } from "../ui/lang.js";
import { Outbox, openVault } from "./outbox.js";
import { registerWorker } from "./worker.js";

export async function keepUnsent(config) {
  const { store, sealer } = await openVault();
  const user = config.user_id ? { id: config.user_id, label: config.user } : await lastUser(store);
  if (config.user_id) void store.rememberUser(user).catch(() => undefined);
  registerWorker(config);
  return new Outbox({ store, sealer, user });
}

// The page that is served without a server does not know who sits here: whoever worked here last and has not logged out.
const lastUser = async (store) => (await store.lastUser().catch(() => null)) ?? { id: "", label: _("Belum masuk") };
