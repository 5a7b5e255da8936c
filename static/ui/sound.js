// Two sounds made in the browser: three pulses for an assignment that waits, 3 + 2 for a critical one (the pulse
// groups of IEC 60601-1-8). Browsers give sound only after a click: "Mulai shift" is that click and the test.

export class Alarm {
  constructor() {
    this.context = null;
    this.last = 0;
  }

  get ready() {
    return this.context?.state === "running";
  }

  async unlock() {
    this.context ??= new (globalThis.AudioContext ?? globalThis.webkitAudioContext)();
    await this.context.resume();
    this.pulses([0, 0.25, 0.5]);
  }

  // At most once in 15 s: an alarm that never stops is an alarm that somebody switches off.
  ring(critical, now = performance.now()) {
    if (!this.ready || now - this.last < 15_000) return false;
    this.last = now;
    this.pulses(critical ? [0, 0.25, 0.5, 1, 1.25] : [0, 0.25, 0.5]);
    return true;
  }

  pulses(starts) {
    for (const start of starts) {
      const tone = this.context.createOscillator();
      const level = this.context.createGain();
      const at = this.context.currentTime + start;
      tone.frequency.value = 660;
      level.gain.setValueAtTime(0, at);
      level.gain.linearRampToValueAtTime(0.35, at + 0.02);
      level.gain.linearRampToValueAtTime(0, at + 0.18);
      tone.connect(level).connect(this.context.destination);
      tone.start(at);
      tone.stop(at + 0.2);
    }
  }
}
