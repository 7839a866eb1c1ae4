/** Where messages are written. Each thread has a draft of its own, kept in the browser until it is sent. */
import { $, debounce } from "/app/dom.js";

const DRAFT = "avai.draft.";
const MOST_LINES = 12;

export class Composer {
  #thread = null; // whose draft it is; "new" for a thread that is not made
  #input = $("input");
  #send = $("send");
  #stop = $("stop");
  #count = $("count");
  #limit = 32_000;
  #keep = debounce(300, () => this.#store());

  /** @param actions {send(text), stop()} */
  constructor(actions) {
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(actions);
    });
    this.#input.addEventListener("input", () => {
      this.#fit();
      this.#keep();
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit(actions);
    });
    this.#stop.addEventListener("click", () => {
      this.#input.focus();
      actions.stop();
    });
    addEventListener("pagehide", () => this.#store());
    addEventListener("storage", ({ key, newValue }) => {
      if (key !== DRAFT + this.#thread || document.hasFocus()) return;
      this.#input.value = newValue ?? "";
      this.#fit();
    });
  }

  set limit(characters) {
    this.#limit = characters;
    this.#fit();
  }

  /** Goes to another thread's draft. */
  open(thread) {
    // What was written before the page was ready belongs to what is opened first.
    const early = this.#thread === null ? this.#input.value : "";
    this.#store();
    this.#thread = thread ?? "new";
    this.#input.value = (localStorage.getItem(DRAFT + this.#thread) ?? "") + early;
    this.#fit();
  }

  /** The thread that was new has its id now; what is being written goes with it. */
  becomes(thread) {
    localStorage.removeItem(DRAFT + this.#thread);
    this.#thread = thread;
    this.#store();
  }

  /** Puts a text back to be changed. */
  edit(text) {
    this.#input.value = [this.#input.value, text].filter(Boolean).join("\n");
    this.#fit();
    this.#store();
    this.focus();
  }

  focus() {
    this.#input.focus();
  }

  set busy(busy) {
    if (!busy && document.activeElement === this.#stop) this.#input.focus();
    this.#stop.hidden = !busy;
  }

  #submit(actions) {
    const text = this.#input.value;
    if (!text.trim() || this.#isTooLong()) return;
    this.#input.value = "";
    this.#fit();
    this.#store();
    actions.send(text);
  }

  #isTooLong() {
    return this.#characters() > this.#limit;
  }

  /** As the server counts them: code points. */
  #characters() {
    const text = this.#input.value;
    return text.length <= this.#limit ? text.length : [...text].length;
  }

  #fit() {
    const style = getComputedStyle(this.#input);
    const most = MOST_LINES * parseFloat(style.lineHeight) + parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, most)}px`;
    const left = this.#limit - this.#characters();
    this.#count.hidden = left > this.#limit / 10;
    this.#count.textContent = left < 0 ? `${-left} characters too many` : `${left} characters left`;
    this.#send.disabled = !this.#input.value.trim() || left < 0;
  }

  #store() {
    if (this.#thread === null) return;
    const key = DRAFT + this.#thread;
    if (this.#input.value) localStorage.setItem(key, this.#input.value);
    else localStorage.removeItem(key);
  }
}
