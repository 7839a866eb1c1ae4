/**
 * A reply's text as it grows. Blocks that are complete are rendered once and left alone; only the last one is rendered again. So a long
 * reply costs no more at its end than at its beginning, and what was read does not move. The caller shows it once a frame.
 */
import { el } from "/app/dom.js";
import { blocks, fillCode, render } from "/app/markdown.js";

/** A reference is defined anywhere in a text and used anywhere else: such a text is rendered as a whole in the end. */
const DEFINES_REFERENCES = /^ {0,3}\[[^\]]+\]:/m;

/** Between two colourings of code that grows lies so many times what the last one took. */
const REST = 20;

export class ReplyText {
  #text = "";
  #settled = 0; // how much of the text is rendered for good
  #tail = []; // what the last block is rendered as
  #code = null; // the last block when it is code: {block, text, colourAt}
  #done = false;
  element = el("div", { className: "markdown" });

  /** Shows a text; done when no more will come. */
  show(text, done) {
    const plain = text.replace(/\r\n?/g, "\n");
    if (plain === this.#text && done === this.#done) return;
    if (!plain.startsWith(this.#text)) this.#clear();
    this.#text = plain;
    this.#done = done;
    this.#render();
  }

  #clear() {
    this.#settled = 0;
    this.#tail = [];
    this.#code = null;
    this.element.replaceChildren();
  }

  #render() {
    if (this.#done && DEFINES_REFERENCES.test(this.#text)) this.#clear();
    const tokens = blocks(this.#text.slice(this.#settled));
    const complete = this.#done ? tokens.length : Math.max(0, tokens.findLastIndex((token) => token.type !== "space"));
    const tail = tokens.slice(complete);
    if (complete > 0 || !this.#growsCode(tail[0])) {
      for (const node of this.#tail) node.remove();
      this.element.append(render(tokens.slice(0, complete)));
      this.#settled += tokens.slice(0, complete).reduce((length, token) => length + token.raw.length, 0);
      const rendered = render(tail);
      this.#tail = [...rendered.childNodes];
      this.#code = tail[0]?.type === "code" ? { block: this.#tail[0], text: tail[0].text, colourAt: 0 } : null;
      this.element.append(rendered);
    }
  }

  /** Code that grows keeps its element, and so its place when it was scrolled; it is coloured now and then. */
  #growsCode(token) {
    const code = this.#code;
    if (!code || token?.type !== "code" || !token.text.startsWith(code.text)) return false;
    const language = token.lang?.match(/^\S+/)?.[0] ?? "";
    if (language !== code.block.dataset.language) return false;
    const element = code.block.querySelector("code");
    const begun = performance.now();
    if (begun >= code.colourAt) {
      fillCode(element, token.text, language);
      code.colourAt = performance.now() + REST * (performance.now() - begun);
    } else {
      element.append(token.text.slice(code.text.length));
    }
    code.text = token.text;
    return true;
  }
}
