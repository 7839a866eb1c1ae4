/** Questions that the page asks. Each resolves with the answer, or null when it is called off. */
import { $, el } from "/app/dom.js";

function ask(dialog, answer) {
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? answer() : null);
    });
    dialog.showModal();
  });
}

function buttons(dialog, label, danger = false) {
  return el(
    "div",
    { className: "buttons" },
    el("button", { type: "button", textContent: "Cancel", onclick: () => dialog.close() }),
    el("button", { type: "button", className: danger ? "danger" : "primary", textContent: label, onclick: () => dialog.close("yes") }),
  );
}

export function confirmed(title, text, label) {
  const dialog = el("dialog", { aria: { labelledby: "dialog-title" } });
  dialog.append(el("h2", { id: "dialog-title", textContent: title }), el("p", { dir: "auto", textContent: text }), buttons(dialog, label, true));
  return ask(dialog, () => true);
}

export function prompted(title, value, maxLength) {
  const dialog = el("dialog", { aria: { labelledby: "dialog-title" } });
  const input = el("input", { value, maxLength, dir: "auto", autofocus: true, aria: { labelledby: "dialog-title" } });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) dialog.close("yes");
  });
  dialog.append(el("h2", { id: "dialog-title", textContent: title }), input, buttons(dialog, "Save"));
  const answer = ask(dialog, () => input.value.trim() || null);
  input.select();
  return answer;
}

/** Something that happened, in a corner, for a while. */
export function toast(text) {
  const note = el("div", { className: "toast", textContent: text });
  $("toasts").append(note);
  setTimeout(() => note.remove(), 6_000);
}
