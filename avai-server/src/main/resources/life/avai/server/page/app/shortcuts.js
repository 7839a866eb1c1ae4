/** The keyboard. What there is, is also told in the dialog that index.html has. */

const isWriting = (element) => element.matches("input, textarea, select, [contenteditable]");

/** @param actions a function for each of what keys do */
export function onShortcut(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open], :popover-open")) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const action =
      command && event.shiftKey && key === "o" ? actions.newChat
      : command && key === "k" ? actions.search
      : command && key === "/" ? actions.help
      : event.altKey && key === "arrowdown" ? () => actions.go(1)
      : event.altKey && key === "arrowup" ? () => actions.go(-1)
      : key === "escape" ? () => actions.closeSidebar() || actions.stop()
      : !command && key === "?" && !isWriting(event.target) ? actions.help
      : !command && key === "/" && !isWriting(event.target) ? actions.write
      : null;
    if (!action) return;
    event.preventDefault();
    action();
  });
}
