/** A thread as a Markdown file. */
import { el } from "/app/dom.js";

const stamp = (time) => new Date(time).toLocaleString();

/** Text that must not be taken for Markdown: a fence that is longer than any in it. */
function fenced(text, language = "") {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function question({ content, content_type, created_at }) {
  const text = ["code", "json"].includes(content_type) ? fenced(content, content_type === "json" ? "json" : "") : content;
  return `## You\n\n<sub>${stamp(created_at)}</sub>\n\n${text}`;
}

function answer({ content, model_used, created_at }) {
  return `## AVAI\n\n<sub>${[model_used, stamp(created_at)].filter(Boolean).join(" · ")}</sub>\n\n${content}`;
}

/** @param entries as a conversation has them, all of them */
export function toMarkdown(title, entries) {
  const parts = entries.flatMap(({ question: asked, reply }) => [asked?.position ? question(asked) : null, reply ? answer(reply) : null]);
  return `${[`# ${title}`, ...parts.filter(Boolean)].join("\n\n")}\n`;
}

export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  const safe = name.replace(/[^\p{L}\p{N} _-]+/gu, " ").trim().slice(0, 80) || "chat";
  el("a", { href: url, download: `${safe}.md` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
