// This browser as a device that is told of tasks: what it can do, its subscription, and that the server knows it.
import { post } from "../live/api.js";

export const DEVICES = "/api/v1/push/devices/";

// What stands in the way of pushes here, or "".
export function hindrance({ secure = globalThis.isSecureContext, hasWorker = "serviceWorker" in navigator, hasPush = "PushManager" in globalThis, iphone = isIphone(), installed = isInstalled() } = {}) {
  if (!secure) return "insecure";
  if (iphone && !installed) return "iphone";
  return hasWorker && hasPush && "Notification" in globalThis ? "" : "unsupported";
}

export const isIphone = (agent = navigator.userAgent, touches = navigator.maxTouchPoints) => /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches > 1);
export const isInstalled = () => Boolean(globalThis.matchMedia?.("(display-mode: standalone)").matches || navigator.standalone);

// The bytes of a base64url key, for PushManager.subscribe and to compare with what a subscription was made with.
export function octets(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

export function sameKey(subscription, key) {
  const own = subscription?.options?.applicationServerKey;
  if (!own) return false;
  const [one, other] = [new Uint8Array(own), octets(key)];
  return one.length === other.length && one.every((byte, n) => byte === other[n]);
}

// Subscribe with this key (anew when an older key made the one there) and tell the server. Asks nobody: the permission
// has been given. Resolves to the device.
export async function register(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  if (subscription && !sameKey(subscription, key)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: octets(key) });
  return post(DEVICES, subscription.toJSON());
}

// On every visit of the desk: whoever signs in on a phone that rings is who it rings for.
export async function renew() {
  if (hindrance() || Notification.permission !== "granted") return;
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) await post(DEVICES, subscription.toJSON());
}
