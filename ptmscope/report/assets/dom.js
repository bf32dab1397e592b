// Elements out of names and text. Text is only ever text: nothing here reads HTML.
const h = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "width") element.style.setProperty("width", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

const number = (value) => (typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 3 }) : "–");
const percent = (value) => `${(100 * value).toFixed(value && value !== 1 && (value < 0.1 || value >= 0.99) ? 1 : 0)}%`;
const count = (value, one, many) => `${number(value)} ${value === 1 ? one : many || one + "s"}`;

/** A link to the web, where the address is one; else the text alone. */
const outward = (address, text) =>
  /^https?:\/\/[^\s"'<>\\]+$/.test(address || "") ? h("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, text) : h("span", {}, text);

/** Text that may be broken after the characters that names are made of. */
const breakable = (text) => String(text).split(/(?<=[/._-])/).flatMap((part, place) => (place ? [h("wbr"), part] : [part]));

const section = (title, ...children) => h("section", {}, h("h2", {}, title), children);
const note = (...text) => h("p", { class: "note" }, text);
const bar = (share, text) => h("span", { class: "share" }, h("span", { class: "bar" }, h("span", { width: percent(Math.min(share, 1)) })), h("span", {}, text || percent(share)));

/** A detail that is read on demand; paper has the pictures. */
const fold = (title, ...children) => h("details", {}, h("summary", {}, title), children);
