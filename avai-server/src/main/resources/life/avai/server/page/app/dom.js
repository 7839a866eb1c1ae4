/** Small helps for building the page. Text is always text here; nothing takes markup. */

export const $ = (id) => document.getElementById(id);

/** An element with properties (`on...` are listeners, `data` and `aria` are maps, others are properties) and children. */
export function el(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** One of the icons in index.html; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows an icon and is named by its label. */
export function iconButton(name, label, onclick, properties = {}) {
  return el("button", { type: "button", className: "icon-button", title: label, aria: { label }, onclick, ...properties }, icon(name));
}

/** Lets a screen reader say something, once and whole; never called for every piece of a reply. */
export function announce(text) {
  const region = $("announcer");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS there is no clipboard API.
    const area = el("textarea", { value: text, className: "visually-hidden" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** Calls at most once in so many milliseconds, the last time always. */
export function debounce(time, action) {
  let timer;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(action, time, ...values);
  };
  return later;
}
