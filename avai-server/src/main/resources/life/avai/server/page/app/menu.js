/** A menu under a button: arrow keys move in it, Escape and a click elsewhere close it, and the focus goes back to the button. */
import { el, icon } from "/app/dom.js";

const menu = el("div", { className: "menu", role: "menu", popover: "auto" });
let opener = null;

document.body.append(menu);
menu.addEventListener("toggle", ({ newState }) => {
  opener?.setAttribute("aria-expanded", String(newState === "open"));
  if (newState === "closed" && menu.contains(document.activeElement)) opener?.focus();
});
menu.addEventListener("keydown", (event) => {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length).focus();
});

/** @param items [{icon, label, action, danger}] */
export function openMenu(button, items) {
  opener = button;
  menu.replaceChildren(
    ...items.map(({ icon: name, label, action, danger = false }) =>
      el(
        "button",
        {
          type: "button",
          role: "menuitem",
          tabIndex: -1,
          className: danger ? "danger" : "",
          onclick: () => {
            menu.hidePopover();
            action();
          },
        },
        icon(name),
        label,
      ),
    ),
  );
  menu.showPopover();
  const { bottom, top, left, right } = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const below = bottom + 4 + offsetHeight < innerHeight;
  menu.style.top = `${below ? bottom + 4 : Math.max(8, top - 4 - offsetHeight)}px`;
  menu.style.left = `${Math.max(8, Math.min(right - offsetWidth, innerWidth - offsetWidth - 8, Math.max(left, right - offsetWidth)))}px`;
  menu.firstElementChild.focus();
}
