// Tries a text on the rules while it is typed, and follows a replay that runs in the background.
import { _ } from "../ui/lang.js";

const WAIT = 250;

const text = document.getElementById("trial-text");
if (text) {
  const target = document.getElementById("trial");
  const form = document.getElementById(text.dataset.form);
  let timer = 0;
  let asked = 0;

  const ask = async () => {
    const body = new FormData(form);
    if (text.dataset.id) body.set("id", text.dataset.id);
    body.set("teks", text.value);
    const number = (asked += 1);
    try {
      const answer = await fetch(text.dataset.try, { method: "POST", body });
      if (number !== asked) return; // a newer question is under way
      if (answer.ok) target.innerHTML = await answer.text(); // rendered and escaped by the server
    } catch {
      if (number === asked) target.textContent = _("Server tidak menjawab; coba lagi sebentar.");
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  };
  text.addEventListener("input", later);
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  if (text.value) ask();
}

const progress = document.getElementById("replay-progress");
if (progress) {
  const count = document.getElementById("replay-count");
  const look = async () => {
    try {
      const answer = await (await fetch(progress.dataset.poll)).json();
      progress.max = answer.total;
      progress.value = answer.done;
      count.textContent = `${answer.done} / ${answer.total}`;
      if (answer.state === "done" || answer.state === "failed") return location.reload();
    } catch {
      // the next look may succeed
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
}

// The groups of words beside the editor: found by what they mean, put into the phrases at the cursor.
const search = document.getElementById("group-search");
if (search) {
  const rows = [...document.getElementById(search.dataset.groups).rows];
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  document.getElementById(search.dataset.groups).addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const into = button && document.getElementById(button.dataset.into);
    if (!into || into.disabled) return;
    into.setRangeText(button.dataset.insert, into.selectionStart, into.selectionEnd, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
    into.focus();
  });
}
