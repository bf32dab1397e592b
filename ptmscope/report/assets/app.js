// Which view is shown, with what data. A page of a site is one view; the single page has all of them behind its hash.
const held = document.getElementById("data");
const whole = held && JSON.parse(held.textContent);
const isSite = !whole;
const root = document.body.dataset.root || "";
const parts = new Map();
if (whole) {
  const { models, ...others } = whole;
  for (const [name, data] of Object.entries(others)) parts.set(name, data);
  for (const model of models) parts.set(`model/${model.key}`, model);
}
const take = () => { for (const [name, text] of (window.ptmscope || []).splice(0)) parts.set(name, JSON.parse(text)); };
take();

const VIEWS = { overview: overviewView, models: modelsView, model: modelView, patterns: patternsView, compare: compareView, diagnostics: diagnosticsView };
const TITLES = { overview: "Overview", models: "Models", patterns: "Patterns", compare: "Compare", diagnostics: "Diagnostics" };

function address(view, ...keys) {
  const hash = keys.filter(Boolean).length ? keys.join("/") : "";
  if (!isSite) return `#/${[view, ...keys].join("/")}`;
  if (view === "model") return `${root}model/${keys[0]}.html`;
  return `${root}${view === "overview" ? "index" : view}.html${hash && "#/" + hash}`;
}

/** A part of the data; one that the page did not come with is loaded from beside it. */
function part(name) {
  if (parts.has(name)) return Promise.resolve(parts.get(name));
  if (!isSite || !/^model\/[a-z0-9-]+$/.test(name)) return Promise.reject(new Error("there is no such model in this report"));
  return new Promise((resolve, reject) => {
    const script = h("script", { src: `${root}${name}.js` });
    script.addEventListener("load", () => { take(); resolve(parts.get(name)); });
    script.addEventListener("error", () => reject(new Error("there is no such model in this report")));
    document.head.append(script);
  });
}

function route() {
  const told = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (!isSite) return [Object.hasOwn(VIEWS, told[0]) ? told[0] : "overview", told.slice(1)];
  const { view } = document.body.dataset;
  return [view, view === "model" ? [location.pathname.split("/").pop().replace(/\.html$/, "")] : told];
}

async function show() {
  const [view, keys] = route();
  const main = document.getElementById("main");
  main.replaceChildren();
  const links = Object.entries(TITLES).map(([name, title]) => h("a", { href: address(name), "aria-current": name === view ? "page" : null }, title));
  document.getElementById("top").replaceChildren(h("a", { class: "title", href: address("overview") }, parts.get("title")), h("nav", { "aria-label": "Views" }, links));
  try {
    const model = view === "model" ? await part(`model/${keys[0]}`) : null;
    document.title = `${model ? model.name : TITLES[view]} · ${parts.get("title")}`;
    await VIEWS[view](main, Object.fromEntries(parts), ...(model ? [model] : keys));
  } catch (error) {
    main.append(h("p", { role: "alert" }, `This cannot be shown: ${error.message}.`));
  }
  document.body.dataset.ready = view;
  window.scrollTo(0, 0);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const search = document.getElementById("search");
  if (event.key === "/" && search) { event.preventDefault(); search.focus(); }
});
window.addEventListener("hashchange", () => { if (!isSite && !location.hash.startsWith("#/")) return; show(); });
show();
