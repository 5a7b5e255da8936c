// The sounds themselves, made in the browser. Browsers give sound only after a click: "Mulai shift" is that click and
// the test. While the audio is asleep a red banner says so, on whatever screen: an alarm that nobody hears is worse
// than none. (A kiosk may be started with --autoplay-policy=no-user-gesture-required.)
import { SOUNDS, volume } from "./alarms.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { _ } from "./lang.js";

const REPEAT_MS = 15_000;
const HARMONICS = [1, 0.6, 0.4, 0.25, 0.15]; // a pure tone is easily masked by a room
const KEPT = "siaga.volume";

export class Alarm {
  constructor({ onChange } = {}) {
    this.context = null;
    this.last = -REPEAT_MS;
    this.onChange = onChange;
  }

  get ready() {
    return this.context?.state === "running";
  }

  open() {
    const Audio = globalThis.AudioContext ?? globalThis.webkitAudioContext;
    if (this.context || !Audio) return;
    this.context = new Audio();
    this.context.addEventListener("statechange", () => this.told());
    this.told();
  }

  told() {
    showSilence(!this.ready, () => this.unlock());
    this.onChange?.(this.ready);
  }

  async unlock() {
    this.open();
    await this.context?.resume();
    this.told();
    if (this.play("critical")) this.last = performance.now();
  }

  play(kind) {
    if (!this.ready) return false;
    const { starts, length, notes } = SOUNDS[kind];
    starts.forEach((start, n) => this.pulse(this.context.currentTime + 0.02 + start, length, notes[n]));
    return true;
  }

  // At most once in 15 s, for screens with one kind of alarm.
  ring(critical, now = performance.now()) {
    if (!this.ready || now - this.last < REPEAT_MS) return false;
    this.last = now;
    return this.play(critical ? "critical" : "call");
  }

  pulse(at, length, note) {
    const level = this.context.createGain();
    const loud = volume(Number(localStorage.getItem(KEPT) ?? 0.5));
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(loud, at + 0.02);
    level.gain.setValueAtTime(loud, at + length - 0.03);
    level.gain.linearRampToValueAtTime(0, at + length);
    level.connect(this.context.destination);
    const whole = HARMONICS.reduce((sum, part) => sum + part, 0);
    HARMONICS.forEach((part, n) => {
      const tone = this.context.createOscillator();
      const share = this.context.createGain();
      share.gain.value = part / whole;
      tone.frequency.value = note * (n + 1);
      tone.connect(share).connect(level);
      tone.start(at);
      tone.stop(at + length);
      if (n === HARMONICS.length - 1) tone.onended = () => level.disconnect();
    });
  }
}

export const setVolume = (value) => localStorage.setItem(KEPT, String(volume(value)));
export const keptVolume = () => volume(Number(localStorage.getItem(KEPT) ?? 0.5));

// One banner a page, under the bar; it goes by itself when sound is there.
export function showSilence(silent, unlock) {
  const known = document.getElementById("sound-banner");
  if (!silent || known) {
    if (!silent) known?.remove();
    return;
  }
  const banner = h("div", { class: "sound-banner", id: "sound-banner", role: "status" }, icon("volume-mute"), h("strong", {}, _("SUARA MATI")),
    h("span", {}, _("Alarm di layar ini tidak terdengar.")), h("button", { class: "btn small", type: "button", onclick: unlock }, _("Mulai shift")));
  const bar = document.querySelector(".bar");
  if (bar) bar.after(banner);
  else document.body.prepend(banner);
}
