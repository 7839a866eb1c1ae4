/** The messages of the open conversation, drawn: at most once a frame, and only what has changed. */
import { $, announce, copy, el, icon, iconButton } from "/app/dom.js";
import { codeBlock, withCode } from "/app/markdown.js";
import { ReplyText } from "/app/reply-text.js";
import { after, explain, refusal } from "/app/words.js";

const NEAR_THE_END = 60; // pixels
const SPOKEN = 600; // characters

export class Messages {
  #conversation = null;
  #entries = new Map(); // key -> Entry
  #frame = 0;
  #follows = true; // whether the reader is at the end, and so stays there
  #actions;
  #list = $("messages");
  #scroller = $("scroller");
  #older = $("older");

  /** @param actions {regenerate(), edit(text), status()} */
  constructor(actions) {
    this.#actions = actions;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    $("latest").addEventListener("click", () => this.toEnd());
    this.#older.addEventListener("click", () => this.#loadOlder());
    new ResizeObserver(() => this.#settle()).observe(this.#scroller);
    setInterval(() => this.#tick(), 1_000);
  }

  show(conversation) {
    this.#conversation = conversation;
    this.#entries.clear();
    this.#list.replaceChildren();
    this.#follows = true;
    conversation.addEventListener("change", () => conversation === this.#conversation && this.refresh());
    this.refresh();
  }

  refresh() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#render());
  }

  toEnd() {
    this.#follows = true;
    this.#settle();
  }

  #render() {
    this.#frame = 0;
    const entries = this.#conversation.entries();
    $("greeting").hidden = !this.#conversation.loaded || entries.length > 0;
    $("loading").hidden = this.#conversation.loaded;
    this.#older.hidden = !this.#conversation.hasOlder;
    const left = new Map(this.#entries);
    let at = this.#list.firstElementChild;
    for (const [index, data] of entries.entries()) {
      let entry = this.#entries.get(data.key);
      left.delete(data.key);
      if (!entry) {
        entry = new Entry(this.#actions);
        this.#entries.set(data.key, entry);
      }
      if (entry.element === at) at = at.nextElementSibling;
      else this.#list.insertBefore(entry.element, at);
      entry.show(data, index === entries.length - 1, this.#actions.status());
    }
    for (const [key, entry] of left) {
      entry.element.remove();
      this.#entries.delete(key);
    }
    this.#settle();
  }

  #tick() {
    for (const entry of this.#entries.values()) entry.tick();
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#follows = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    $("latest").hidden = this.#follows;
  }

  #settle() {
    if (this.#follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    else this.#scrolled();
  }

  async #loadOlder() {
    const { scrollHeight, scrollTop } = this.#scroller;
    this.#older.disabled = true;
    try {
      await this.#conversation.loadOlder();
      cancelAnimationFrame(this.#frame);
      this.#render();
      // What was read stays where it was.
      this.#scroller.scrollTop = scrollTop + this.#scroller.scrollHeight - scrollHeight;
    } finally {
      this.#older.disabled = false;
    }
  }
}

/** A question and what came of it. */
class Entry {
  #actions;
  #question = new Question();
  #answer;
  element = el("li");

  constructor(actions) {
    this.#actions = actions;
    this.#answer = new Answer(actions);
    this.element.append(this.#question.element, this.#answer.element);
  }

  show({ question, reply, turn }, isLast, status) {
    this.#question.show(question, this.#actions);
    this.#answer.show(reply, turn, isLast, status);
  }

  tick() {
    this.#question.tick();
    this.#answer.tick();
  }
}

class Question {
  #shown = null;
  #text = el("div", { className: "bubble", dir: "auto" });
  #note = el("p", { className: "note", hidden: true });
  element = el("article", { className: "question", hidden: true, aria: { label: "You" } }, this.#text, this.#note);
  #data = null;

  show(question, actions) {
    this.#data = question;
    this.element.hidden = !question;
    if (!question) return;
    if (question.content !== this.#shown) {
      this.#shown = question.content;
      const asCode = ["code", "json"].includes(question.content_type);
      const shown = asCode ? [codeBlock(question.content, question.content_type === "json" ? "json" : "")] : withCode(question.content);
      this.#text.replaceChildren(...shown);
    }
    this.element.classList.toggle("pending", Boolean(question.pending));
    if (question.refused) {
      const edit = el("button", { type: "button", className: "link", textContent: "Edit it", onclick: () => actions.edit(question.client_message_id) });
      this.#note.replaceChildren(`Not sent: ${refusal(question.refused)} `, edit);
      this.#note.hidden = false;
    } else {
      this.tick();
    }
  }

  tick() {
    const question = this.#data;
    if (!question || question.refused) return;
    this.#note.hidden = !question.pending;
    if (!question.pending) return;
    const slow = Date.now() - question.queued_at > 1_000;
    const wait = (question.retryAt ?? 0) - Date.now();
    this.#note.textContent = wait > 0 ? `Kept here; it is sent ${after(wait)}.` : slow ? "Kept here until there is a connection; then it is sent." : "";
  }
}

class Answer {
  #actions;
  #body = new ReplyText();
  #thinking = el("p", { className: "thinking" });
  #notice = el("div", { className: "notice" });
  #meta = el("span", { className: "meta" });
  #copy = iconButton("copy", "Copy the reply", () => copy(this.#reply.content));
  #again = iconButton("again", "Answer again", () => this.#actions.regenerate());
  #foot = el("footer", {}, this.#copy, this.#again, this.#meta);
  #reply = null;
  #turn = null;
  #state = null;

  constructor(actions) {
    this.#actions = actions;
    this.element = el("article", { className: "answer", hidden: true, aria: { label: "AVAI" } }, this.#thinking, this.#body.element, this.#notice, this.#foot);
  }

  show(reply, turn, isLast, status) {
    this.#reply = reply;
    this.#turn = turn;
    const state = reply ? "answered" : (turn?.state ?? null);
    const running = ["queued", "thinking", "streaming"].includes(state);
    this.element.hidden = state === null;
    this.element.ariaBusy = running ? "true" : null;
    this.#body.show(reply?.content ?? (state === "streaming" ? turn.text : ""), Boolean(reply) || !running);
    this.#thinking.hidden = !running || state === "streaming";
    // It keeps its place while the reply is written, so that nothing moves when it is complete.
    this.#foot.hidden = !reply && state !== "streaming";
    this.#foot.classList.toggle("unseen", !reply);
    this.#again.hidden = !isLast;
    if (reply) this.#describe(reply);
    this.#explain(reply, turn, isLast, status);
    if (state !== this.#state) this.#say(this.#state, state);
    this.#state = state;
    this.tick();
  }

  tick() {
    if (this.#thinking.hidden || !this.#turn) return;
    const seconds = Math.floor((Date.now() - this.#turn.since) / 1000);
    const text = [this.#turn.step ?? "Thinking", seconds > 0 ? `${seconds} s` : null].filter(Boolean).join(" · ");
    if (this.#thinking.textContent !== text) this.#thinking.replaceChildren(el("span", { className: "pulse", aria: { hidden: "true" } }), text);
  }

  #describe({ model_used, processing_time_ms, confidence_score, created_at, finish_reason }) {
    const time = new Date(created_at);
    const parts = [
      finish_reason === "cancelled" ? "stopped" : null,
      model_used,
      processing_time_ms === null || processing_time_ms === undefined ? null : `${(processing_time_ms / 1000).toFixed(1)} s`,
      confidence_score === null || confidence_score === undefined ? null : `${Math.round(confidence_score * 100)} % sure`,
    ];
    this.#meta.textContent = parts.filter(Boolean).join(" · ");
    this.#meta.title = time.toLocaleString();
  }

  #explain(reply, turn, isLast, status) {
    const words = reply ? null : explain(turn, status);
    this.#notice.hidden = !words;
    if (!words) return;
    const key = JSON.stringify([words, isLast]);
    if (this.#notice.dataset.shown === key) return;
    this.#notice.dataset.shown = key;
    this.#notice.classList.toggle("quiet", words.isQuiet);
    const again = words.again && isLast ? el("button", { type: "button", className: "small", textContent: words.again, onclick: () => this.#actions.regenerate() }) : null;
    const text = el("div", {}, el("strong", { textContent: words.what }), el("span", { textContent: ` ${words.next}` }));
    this.#notice.replaceChildren(icon(words.isQuiet && !words.again ? "clock" : "alert"), text, ...(again ? [again] : []));
  }

  /** A reply is read once, when it is complete; what was there when the page was opened is not. */
  #say(before, state) {
    if (before === null) {
      if (["queued", "thinking"].includes(state)) announce("AVAI is thinking.");
    } else if (state === "answered") {
      announce(`AVAI: ${this.#reply.content.slice(0, SPOKEN)}`);
    } else if (!this.#notice.hidden) {
      announce(this.#notice.textContent);
    }
  }
}
