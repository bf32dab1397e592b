// Two models side by side, computed here from what the page has of each.
const DISTINCTIVE = 3;
const OFFERED = 200;

/** Jensen-Shannon divergence in bits of the transitions of two models, each weighed to 1. */
const divergence = (left, right) => {
  const sides = [left, right].map(({ calls, rows }) => {
    const total = rows.reduce((sum, step) => sum + step[2], 0);
    return new Map(rows.map(([from, to, share]) => [`${calls[from]}\n${calls[to]}`, share / (total || 1)]));
  });
  let found = 0;
  for (const step of new Set([...sides[0].keys(), ...sides[1].keys()])) {
    const shares = sides.map((side) => side.get(step) || 0);
    const middle = (shares[0] + shares[1]) / 2;
    for (const share of shares) if (share) found += share * Math.log2(share / middle) / 2;
  }
  return Math.min(Math.max(found, 0), 1);
};

/** Rows [name, share of the left, share of the right] of what either has, the largest first. A side is {rows, isCut}:
 * of one that is cut, what is not told is not known, but rarer. */
const sideBySide = (...sides) => {
  const known = sides.map(({ rows }) => new Map(rows));
  const share = (name, side) => known[side].get(name) ?? (sides[side].isCut ? null : 0);
  const names = [...new Set(known.flatMap((side) => [...side.keys()]))];
  return names.map((name) => [name, share(name, 0), share(name, 1)]).sort((x, y) => Math.max(y[1], y[2]) - Math.max(x[1], x[2]));
};

const compareView = async (main, { index }, left, right) => {
  const names = new Map(index.rows.map((row) => [row[1], row[0]]));
  const given = [left, right].map((key) => index.rows.find((row) => row[0] === key)?.[1] || "");
  const fields = ["First model", "Second model"].map((title, side) => picker(title, given[side], [...names.keys()], side));
  const go = () => {
    const keys = fields.map(({ input }) => names.get(input.value) || "");
    const isNew = keys[0] !== (left || "") || keys[1] !== (right || "");
    if (isNew && keys.some(Boolean)) location.assign(address("compare", ...keys));
  };
  for (const { input } of fields) input.addEventListener("change", go);
  const result = h("div");
  main.append(h("h1", {}, "Compare two models"), h("form", { class: "filters", on: { submit: (event) => { event.preventDefault(); go(); } } }, fields.map((field) => field.element)), result);
  if (!given[0] || !given[1]) { result.append(note("Choose two models: begin to type a name.")); return; }
  const sides = await Promise.all([left, right].map((key) => part(`model/${key}`)));
  compared(result, sides);
};

const picker = (title, value, names, side) => {
  const list = h("datalist", { id: `models-${side}` });
  const input = h("input", { type: "search", list: `models-${side}`, id: `side-${side}`, value, autocomplete: "off", spellcheck: "false" });
  const offer = () => {
    const word = input.value.toLowerCase();
    list.replaceChildren(...names.filter((name) => name.toLowerCase().includes(word)).slice(0, OFFERED).map((name) => h("option", { value: name })));
  };
  input.addEventListener("input", offer);
  offer();
  return { input, element: h("label", {}, title, input, list) };
};

const compared = (main, [a, b]) => {
  const shown = (share) => share === null ? h("span", { class: "note" }, "rarer") : bar(share);
  const both = (name, columns = []) => [{ name, get: (row) => row[0], show: (row) => breakable(row[0]) }, ...[a, b].map((side, place) => ({ name: side.name, isNumber: true, isLeft: true, get: (row) => row[place + 1] ?? 0, show: (row) => shown(row[place + 1]) })), ...columns];
  const of = (row) => row[1] >= DISTINCTIVE * row[2] ? a.name : row[2] >= DISTINCTIVE * row[1] ? b.name : "both";
  const rows = (told, isCut = () => false) => sideBySide(...[a, b].map((side) => ({ rows: told(side), isCut: isCut(side) })));
  const ofUsages = (side, named) => named.map(([name, size]) => [name, size / side.usages]);
  const ways = rows((side) => ofUsages(side, side.ways));
  const calls = rows((side) => ofUsages(side, side.graph.nodes.map(([, api, , usages]) => [api, usages])), (side) => side.graph.hidden > 0);
  const given = rows((side) => side.arguments.map(([call, name, value, some]) => [`${call}(${name}${value === null ? "" : `=${value}`})`, some / side.repositories]), (side) => side.all.arguments > side.arguments.length);
  const others = rows((side) => side.companions.map(([name, , relation, , repositories]) => [`${name} (${relation})`, repositories / side.repositories]), (side) => side.all.companions > side.companions.length);
  const size = [["usages", a.usages, b.usages], ["files", a.files, b.files], ["repositories", a.repositories, b.repositories]];
  main.append(
    section("How much they differ", h("p", { class: "lead" }, `Divergence of their call transitions: ${divergence(a.steps, b.steps).toFixed(3)}`), note("Jensen–Shannon, in bits: 0 is the same steps in the same shares, 1 none in common. Of few repositories, much of it is chance: ", h("code", {}, "ptmscope compare"), " gives the interval."),
      table([plainColumn("size", 0), plainColumn(a.name, 1, true), plainColumn(b.name, 2, true)], size).element),
    section("Flow", h("div", { class: "pair" }, [a, b].map((side) => h("div", {}, h("h3", {}, modelLink(side.key, side.name)), flowOfModel(side, "Usages by stage"))))),
    section("Stages, by share of usages", table(both("stage"), rows((side) => ofUsages(side, side.stages))).element),
    section("Ways of use, by share of usages", ways.length ? table(both("pattern", [{ name: "distinctive of", get: of, show: (row) => breakable(of(row)) }]), ways).element : note("Neither has one.")),
    section("Calls, by share of usages", table(both("call"), calls, { limit: 15 }).element),
    section("Arguments, by share of repositories", given.length ? table(both("argument"), given, { limit: 15 }).element : note("None.")),
    section("Used together with, by share of repositories", others.length ? table(both("model"), others, { limit: 15 }).element : note("Nothing.")),
  );
};
