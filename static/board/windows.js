// Several windows of one person's board tell each other what is selected. Without BroadcastChannel each stands alone.

export class Windows {
  // `heard`: name → what to do with it.
  constructor(name, heard) {
    if (!globalThis.BroadcastChannel) return;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }) => heard[data?.kind]?.(data.value);
  }

  tell(kind, value) {
    this.channel?.postMessage({ kind, value: value ?? null });
  }
}
