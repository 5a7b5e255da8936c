// A screen that could not be opened without a server, the wall above all, opens by itself when there is one again.
const LOOK_MS = 5000;

if (location.pathname !== "/luring/") {
  setInterval(async () => {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(LOOK_MS) }).catch(() => null);
    if (answer && answer.status < 500) location.reload();
  }, LOOK_MS * (0.75 + Math.random() / 2));
}
