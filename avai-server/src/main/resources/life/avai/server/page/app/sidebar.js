/** The list of threads, by when they were last spoken in. */
import { $, el, icon, iconButton } from "/app/dom.js";
import { moment } from "/app/threads.js";

const DAY = 86_400_000;

function group(thread, today) {
  if (thread.is_pinned) return "Pinned";
  const age = today - new Date(moment(thread)).setHours(0, 0, 0, 0);
  if (age <= 0) return "Today";
  if (age <= DAY) return "Yesterday";
  return age <= 7 * DAY ? "Last seven days" : "Earlier";
}

export class Sidebar {
  #threads;
  #current = null;
  #frame = 0;
  #rows = "";
  #search = $("search");
  #list = $("threads");
  #openMenu;

  /** @param openMenu called with a button and its thread */
  constructor(threads, openMenu) {
    this.#threads = threads;
    this.#openMenu = openMenu;
    threads.addEventListener("change", () => this.refresh());
    this.#search.addEventListener("input", () => {
      this.refresh();
      if (this.#search.value) threads.loadAll();
    });
    $("archive").addEventListener("click", () => threads.showArchive(!threads.isArchive));
    $("more").addEventListener("click", () => threads.loadMore());
  }

  set current(id) {
    this.#current = id;
    this.refresh();
  }

  /** The thread so many places after the present one. */
  neighbour(step) {
    const shown = this.#threads.list(this.#search.value);
    const at = shown.findIndex((thread) => thread.id === this.#current);
    return shown[at < 0 ? (step > 0 ? 0 : shown.length - 1) : at + step] ?? null;
  }

  refresh() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#render());
  }

  #render() {
    this.#frame = 0;
    const shown = this.#threads.list(this.#search.value);
    const today = new Date().setHours(0, 0, 0, 0);
    const groups = Map.groupBy(shown, (thread) => (this.#threads.isArchive ? "Archived" : group(thread, today)));
    this.#showRows(groups);
    const isEmpty = this.#threads.loaded && shown.length === 0;
    $("no-threads").hidden = !isEmpty;
    $("no-threads").textContent = this.#search.value ? "No chat has such a title." : this.#threads.isArchive ? "Nothing is archived." : "No chats yet.";
    $("more").hidden = !this.#threads.hasMore || Boolean(this.#search.value);
    $("archive-label").textContent = this.#threads.isArchive ? "Back to all chats" : "Archived chats";
  }

  /** Rows that would be the same stay, and with them the focus and what is open beside them. */
  #showRows(groups) {
    const rows = JSON.stringify(
      Array.from(groups, ([name, threads]) => [name, threads.map(({ id, title, is_pinned: pinned }) => [id, title, pinned, id === this.#current])]),
    );
    if (rows === this.#rows) return;
    this.#rows = rows;
    const focused = this.#list.contains(document.activeElement) ? document.activeElement : null;
    const key = focused && [focused.closest("li")?.dataset.thread, focused.className];
    this.#list.replaceChildren(
      ...Array.from(groups, ([name, threads]) =>
        el("section", {}, el("h2", { textContent: name }), el("ul", {}, ...threads.map((thread) => this.#row(thread)))),
      ),
    );
    if (key) {
      [...this.#list.querySelectorAll("li")].find((row) => row.dataset.thread === key[0])?.querySelector(`.${key[1].split(" ")[0]}`)?.focus();
    }
  }

  #row(thread) {
    const isCurrent = thread.id === this.#current;
    const link = el("a", { className: "thread", href: `#/t/${thread.id}`, dir: "auto", title: thread.title, textContent: thread.title });
    if (isCurrent) link.ariaCurrent = "page";
    const more = iconButton("more", `Options of ${thread.title}`, () => this.#openMenu(more, this.#threads.get(thread.id) ?? thread), { className: "thread-menu icon-button", ariaHasPopup: "menu" });
    return el("li", { data: { thread: thread.id } }, thread.is_pinned ? icon("pin") : null, link, more);
  }
}
