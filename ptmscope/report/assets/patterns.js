// All patterns of the study, by the kind of use.
const patternsView = (main, { patterns }) => {
  const groups = new Map();
  for (const pattern of patterns) groups.set(pattern.group, [...(groups.get(pattern.group) || []), pattern]);
  const search = h("input", { type: "search", id: "search", placeholder: "name, call or model", autocomplete: "off", spellcheck: "false" });
  const found = h("p", { role: "status", class: "note" });
  const list = h("div");
  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (pattern) => { const text = JSON.stringify([pattern.name, pattern.group, pattern.steps, pattern.models]).toLowerCase(); return words.every((word) => text.includes(word)); };
    const kept = [...groups].map(([group, held]) => [group, held.filter(fits)]).filter(([, held]) => held.length);
    found.textContent = `${number(kept.reduce((sum, [, held]) => sum + held.length, 0))} of ${count(patterns.length, "pattern")}`;
    list.replaceChildren(...kept.map(([group, held]) => section(`${group}`, shownInParts(held))));
  };
  search.addEventListener("input", narrow);
  main.append(h("h1", {}, "Patterns"), h("form", { class: "filters", role: "search", on: { submit: (event) => event.preventDefault() } }, h("label", {}, "Search ", h("kbd", {}, "/"), search)), found, list);
  narrow();
};

const FIRST = 5;
const shownInParts = (held) => {
  const parts = h("div", {}, held.slice(0, FIRST).map((pattern) => patternOf(pattern)));
  if (held.length > FIRST) {
    const more = h("button", { class: "more", type: "button" }, `Show ${number(held.length - FIRST)} more`);
    more.addEventListener("click", () => more.replaceWith(...held.slice(FIRST).map((pattern) => patternOf(pattern))));
    parts.append(more);
  }
  return parts;
};
