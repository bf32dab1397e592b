// The table of models, to sort, filter and search.
const modelLink = (key, name) => h("a", { href: address("model", key), class: "model" }, breakable(name));

const modelsView = (main, { index }) => {
  const at = Object.fromEntries(index.columns.map((name, place) => [name, place]));
  const texts = index.rows.map((row) => [row[at.name], ...row[at.libraries], ...row[at.tasks], ...row[at.kinds], ...row[at.calls].map((call) => index.calls[call])].join("\n").toLowerCase());
  const place = new Map(index.rows.map((row, number) => [row, number]));
  const names = (column) => ({ name: column, get: (row) => row[at[column.replace("use", "kinds")]].join(", ") });
  const shown = table([
    { name: "model", get: (row) => row[at.name], show: (row) => modelLink(row[at.key], row[at.name]) },
    plainColumn("repositories", at.repositories, true), plainColumn("usages", at.usages, true), plainColumn("files", at.files, true),
    names("libraries"), names("tasks"), names("use"),
  ], index.rows, { sorted: 1, limit: 100 });
  const search = h("input", { type: "search", id: "search", placeholder: "name, library, task or call", autocomplete: "off", spellcheck: "false" });
  const choices = ["libraries", "tasks", "kinds"].map((column) => choice(column, index.rows, at[column]));
  const least = h("input", { type: "number", min: "1", value: "1", id: "least" });
  const found = h("p", { role: "status", class: "note" });
  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = index.rows.filter((row) => row[at.repositories] >= Number(least.value || 1)
      && choices.every(({ select, place: column }) => !select.value || row[column].includes(select.value))
      && words.every((word) => texts[place.get(row)].includes(word)));
    shown.fill(rows);
    found.textContent = `${number(rows.length)} of ${count(index.rows.length, "model")}`;
  };
  for (const control of [search, least, ...choices.map(({ select }) => select)]) control.addEventListener("input", narrow);
  main.append(h("h1", {}, "Models"), h("form", { class: "filters", role: "search", on: { submit: (event) => event.preventDefault() } },
    h("label", {}, "Search ", h("kbd", {}, "/"), search), choices.map(({ title, select }) => h("label", {}, title, select)), h("label", {}, "Repositories, at least", least)), found, shown.element);
  narrow();
};

const choice = (column, rows, place) => {
  const sizes = new Map();
  for (const row of rows) for (const name of row[place]) sizes.set(name, (sizes.get(name) || 0) + 1);
  const title = { libraries: "Library", tasks: "Task", kinds: "Use" }[column];
  const options = [...sizes].sort((a, b) => b[1] - a[1]).map(([name, size]) => h("option", { value: name }, `${name} (${number(size)})`));
  return { title, place, select: h("select", { id: `by-${column}` }, h("option", { value: "" }, "all"), options) };
};
