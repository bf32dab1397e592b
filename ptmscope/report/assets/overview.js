// The study as a whole, and what was not read or not resolved.
const overviewView = (main, { overview }) => {
  const totals = new Map(overview.figures.find((each) => each.name === "totals").rows);
  const tile = (name, one) => totals.has(name) && h("div", { class: "tile" }, h("b", {}, number(totals.get(name))), h("span", {}, one || name));
  main.append(
    h("div", { class: "tiles" }, tile("models"), tile("repositories with a usage", "repositories that use one"), tile("usages"), tile("load sites"), tile("files read"), tile("repositories")),
    section("From library to use", flowOf(overview)),
    section("From files to verified usages", funnel(overview.funnel)),
    section("In figures", h("div", { class: "columns" }, overview.figures.map(figures))),
  );
};

const flowOf = ({ heads, ways }) => {
  if (!ways.length) return note("No usages.");
  const sizes = heads.map(() => new Map());
  for (const way of ways) heads.forEach((_, column) => sizes[column].set(way[column], (sizes[column].get(way[column]) || 0) + way[3]));
  const isRest = (name) => name === "other" || name === "in no pattern";
  const ordered = sizes.map((names) => [...names].sort((a, b) => isRest(a[0]) - isRest(b[0]) || b[1] - a[1]));
  const palette = [...STAGES, "other"];
  const nodes = ordered.flatMap((names, column) => names.map(([name, size], place) => ({ column, name, size, colour: () => stageColour(isRest(name) ? "other" : palette[(place + 3 * column) % 8]) })));
  const at = (column, name) => nodes.findIndex((node) => node.column === column && node.name === name);
  const links = new Map();
  for (const way of ways) for (const column of [0, 1]) {
    const pair = `${at(column, way[column])} ${at(column + 1, way[column + 1])}`;
    links.set(pair, (links.get(pair) || 0) + way[3]);
  }
  return sankey("Usages: the library that loads, what it loads, and what is done with it", heads, nodes, [...links].map(([pair, size]) => [...pair.split(" ").map(Number), size]));
};

const funnel = (steps) => {
  const most = Math.max(...steps.map(([, size]) => size), 1);
  return h("ol", { class: "funnel" }, steps.map(([name, size], place) => h("li", {},
    h("span", { class: "name" }, name),
    h("span", { class: "bar" }, h("span", { width: `${100 * size / most}%` })),
    h("span", { class: "size" }, count(size, "file"), place && steps[place - 1][1] ? h("small", {}, ` ${percent(size / steps[place - 1][1])} of those above`) : null))));
};

const diagnosticsView = (main, { overview }) => {
  main.append(
    h("h1", {}, "Diagnostics"),
    section("From files to verified usages", funnel(overview.funnel)),
    section("How ids reach load sites", h("div", { class: "columns" }, overview.outcomes.filter((each) => each.rows.length).map(figures))),
    section("Left out when reading", overview.left_out.length ? table([plainColumn("reason", 0), plainColumn("files or folders", 1, true)], overview.left_out, { sorted: 1 }).element : note("Nothing, or not known.")),
    section("Load sites without a model id", overview.unresolved.length ? table([
      plainColumn("repository", 0), { name: "place", get: (row) => row[1], show: (row) => outward(row[2], breakable(row[1])) }, { name: "call", get: (row) => row[3], show: (row) => h("code", {}, breakable(row[3])) }, plainColumn("outcome", 4), plainColumn("reason", 5),
    ], overview.unresolved, { limit: 25 }).element : note("None.")),
    section("Repositories", table([
      { name: "repository", get: (row) => row[0], show: (row) => outward(row[1], breakable(row[0])) }, plainColumn("commit", 2), plainColumn("licence", 3), plainColumn("files read", 4, true), plainColumn("load sites", 5, true), plainColumn("usages", 6, true),
    ], overview.repositories, { sorted: 5, limit: 25 }).element),
  );
};
