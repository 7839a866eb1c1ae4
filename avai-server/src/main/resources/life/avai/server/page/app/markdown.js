/**
 * Markdown of somebody who is not trusted, as nodes. HTML in it is shown as text; what is left is sanitised all the same, and nothing
 * in it makes the browser ask anybody for anything: images become links.
 */
import { Marked } from "/lib/marked/17.0.1/lib/marked.esm.js";
import DOMPurify from "/lib/dompurify/3.3.3/dist/purify.es.mjs";
import { copy, el, icon } from "/app/dom.js";

const LONGEST_HIGHLIGHTED = 30_000;
const WEB = /^(?:https?:|mailto:)/i;

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const marked = new Marked({
  gfm: true,
  renderer: {
    html({ text, block }) {
      if (/^<br\s*\/?>$/i.test(text.trim())) return "<br>";
      return block ? `<p>${escape(text)}</p>` : escape(text);
    },
    image({ href, text }) {
      const label = escape(`${text || "image"}`);
      return WEB.test(href) ? `<a href="${escape(href)}">${label}</a>` : label;
    },
    checkbox({ checked }) {
      return checked ? "☑ " : "☐ ";
    },
  },
});

const RULES = {
  ALLOWED_TAGS: "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre strong table tbody td th thead tr ul".split(" "),
  ALLOWED_ATTR: ["href", "title", "class", "start", "align"],
  ALLOWED_URI_REGEXP: WEB,
  ADD_URI_SAFE_ATTR: ["start", "align"], // They name no address.
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};
const SPANS = { ALLOWED_TAGS: ["span"], ALLOWED_ATTR: ["class"], RETURN_DOM_FRAGMENT: true };
const LINES = "p, li, h1, h2, h3, h4, h5, h6, td, th";
const FRAMES = "ul, ol, blockquote, table";
const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** The blocks of a text, in order; each has its `type` and its source as `raw`. */
export function blocks(text) {
  return marked.lexer(text);
}

/** Nodes for some blocks of one text. */
export function render(tokens) {
  const fragment = DOMPurify.sanitize(marked.parser(tokens), RULES);
  for (const line of fragment.querySelectorAll(LINES)) line.dir = "auto";
  // "auto" does not look into what has a direction of its own, and these hold nothing else.
  for (const frame of fragment.querySelectorAll(FRAMES)) frame.dir = RIGHT_TO_LEFT.test(frame.textContent) ? "rtl" : "ltr";
  for (const item of fragment.querySelectorAll("li")) item.classList.toggle("task", /^[☑☐]/u.test(item.textContent));
  for (const link of fragment.querySelectorAll("a")) safeLink(link);
  for (const pre of fragment.querySelectorAll("pre")) pre.replaceWith(codeOf(pre));
  for (const table of fragment.querySelectorAll("table")) scrollable(table);
  return fragment;
}

function safeLink(link) {
  if (!link.hasAttribute("href")) {
    link.replaceWith(...link.childNodes);
    return;
  }
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
}

/** A wide table scrolls by itself, also with the keyboard; the page does not. */
function scrollable(table) {
  const frame = el("div", { className: "table", tabIndex: 0, role: "group", aria: { label: "Table" } });
  table.replaceWith(frame);
  frame.append(table);
}

function codeOf(pre) {
  const language = pre.firstElementChild?.className.match(/(?:^|\s)language-(\S+)/)?.[1] ?? "";
  return codeBlock(pre.textContent.replace(/\n$/, ""), language);
}

/** A block of code with its language and a button that copies it. */
export function codeBlock(text, language) {
  const label = el("span", { textContent: "Copy" });
  const button = el("button", { type: "button", className: "copy", aria: { label: "Copy code" } }, icon("copy"), label);
  const code = el("code");
  button.addEventListener("click", async () => {
    await copy(code.textContent);
    label.textContent = "Copied";
    setTimeout(() => (label.textContent = "Copy"), 2_000);
  });
  fillCode(code, text, language);
  const name = language || "code";
  return el(
    "div",
    { className: "code", dir: "ltr", data: { language } },
    el("div", { className: "code-head" }, el("span", { textContent: name }), button),
    el("pre", { tabIndex: 0, role: "group", aria: { label: `Code, ${name}` } }, code),
  );
}

/** What somebody has written, as it is; what stands between fences is a block of code. */
export function withCode(text) {
  const nodes = [];
  let plain = [];
  let code = null; // {opening, language, lines}
  for (const line of text.split("\n")) {
    const fence = /^```\s*([\w+#.-]*)\s*$/.exec(line);
    if (!code && fence) {
      nodes.push(plain.join("\n"));
      plain = [];
      code = { opening: line, language: fence[1], lines: [] };
    } else if (code && fence && !fence[1]) {
      nodes.push(codeBlock(code.lines.join("\n"), code.language));
      code = null;
    } else {
      (code?.lines ?? plain).push(line);
    }
  }
  if (code) plain = [code.opening, ...code.lines];
  nodes.push(plain.join("\n"));
  return nodes.filter((node) => node !== "");
}

/** Puts text into a code element, in colours where the language is known and the text is not too long. */
export function fillCode(code, text, language) {
  const hljs = globalThis.hljs;
  if (text.length > LONGEST_HIGHLIGHTED || !hljs?.getLanguage(language)) {
    code.textContent = text;
    return;
  }
  const { value } = hljs.highlight(text, { language, ignoreIllegals: true });
  code.replaceChildren(DOMPurify.sanitize(value, SPANS));
}
