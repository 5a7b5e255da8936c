// The task of a tapped notification: the page was opened for it, or was open already and the worker says which.
export function openPushed({ open, loaded, feed }) {
  const first = taskOf(location.href);
  if (first) {
    if (loaded()) void open(first);
    else feed.addEventListener("board", () => void open(first), { once: true });
  }
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    const task = data?.open && taskOf(new URL(data.open, location.origin).href);
    if (task) void open(task);
  });
}

export function taskOf(address) {
  const task = new URL(address).searchParams.get("tugas") ?? "";
  return /^[0-9a-f-]{36}$/.test(task) ? task : null;
}
