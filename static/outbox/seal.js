// What people typed is kept sealed: AES-GCM with a key of this workstation that the browser keeps and gives to nobody
// (non-extractable). It protects the disk and the copied profile; who may read on the screen is decided by the screens.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const canSeal = () => Boolean(globalThis.crypto?.subtle);

export class Sealer {
  constructor(key) {
    this.key = key;
  }

  // The workstation's key; made at the first use. Of two tabs that make one at once, the one stored first is used.
  static async of(store) {
    const known = await store.key();
    if (known) return new Sealer(known);
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return new Sealer(await store.keepKey(made));
  }

  // `label` is bound to the words: a sealed text cannot be put into another row.
  async seal(value, label) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(label) }, this.key, encoder.encode(JSON.stringify(value)));
    return { iv, data };
  }

  // Throws when the key is another one or somebody has changed the words.
  async open({ iv, data }, label) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(label) }, this.key, data);
    return JSON.parse(decoder.decode(plain));
  }
}

// Without WebCrypto nothing goes to the disk: the words stay in this tab's memory as they are.
export const unsealed = {
  seal: async (value) => ({ plain: structuredClone(value) }),
  open: async (sealed) => sealed.plain,
};
