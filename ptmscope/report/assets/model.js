// One model: flow, graph, patterns with their code, arguments, companions, load sites.
const modelView = (main, data, model) => {
  const isOnHub = model.hubs.some(([hub]) => hub === "huggingface") && /^[\w.-]+(\/[\w.-]+)?$/.test(model.name);
  main.append(
    h("h1", {}, breakable(model.name)),
    h("p", { class: "lead" }, `${count(model.usages, "usage")} in ${count(model.files, "file")} of ${count(model.repositories, "repository", "repositories")}`,
      h("span", { class: "actions" }, isOnHub ? outward(`https://huggingface.co/${model.name}`, "on Hugging Face") : null, h("a", { href: address("compare", model.key) }, "compare with another"))),
    h("dl", { class: "facts" }, fact("Loaded by", model.libraries), fact("As", model.tasks), fact("From", model.hubs), fact("Its id comes as", model.resolutions)),
    section("Flow", flowOfModel(model)),
    section("Graph", model.graph.nodes.length > 1 ? network(model.graph) : note("One call only: ", h("code", {}, model.graph.nodes.map((node) => node[1]).join()))),
    section("Ways of use", model.patterns.length ? model.patterns.map((pattern) => patternOf(pattern, model)) : note("Its usages are of no pattern: none like them recurs often enough.")),
    section("Arguments", argumentsOf(model), more(model, "arguments", "argument")),
    section("Used together with", companionsOf(model), more(model, "companions", "companion")),
    section("Load sites", table([
      plainColumn("repository", 0), { name: "place", get: (row) => row[1], show: (row) => outward(row[2], breakable(row[1])) }, { name: "call", get: (row) => row[3], show: (row) => h("code", {}, breakable(row[3])) },
    ], model.places, { limit: 15 }).element, more(model, "places", "load site")),
  );
};

const flowOfModel = (model, title) => [
  model.flow.links.length ? stageFlow(model.flow, title) : null,
  model.flow.single ? note(`${count(model.flow.single, "usage")} of ${number(model.usages)} ${model.flow.single === 1 ? "stays" : "stay"} in one stage, such as those that only load it.`) : null,
];

const more = (model, name, row, rows) => model.all[name] > model[name].length ? note(`The first ${number(model[name].length)} of ${count(model.all[name], row, rows)}.`) : null;

const fact = (title, named) => named.length ? [h("dt", {}, title), h("dd", {}, named.slice(0, 4).map(([name, size]) => h("span", { class: "chip" }, breakable(name), h("small", {}, ` ${number(size)}`))), named.length > 4 ? ` and ${named.length - 4} more` : null)] : [];

const steps = (told) => h("ol", { class: "steps" }, told.map(([call, role, isOptional]) => h("li", { class: isOptional ? "optional" : null, "data-stage": role || "other", title: isOptional ? "some go without" : null }, breakable(call))));

const patternOf = (pattern, model) => h("article", {},
  h("h3", {}, pattern.name, h("small", {}, ` ${pattern.group}`)),
  h("p", { class: "note" }, `${count(pattern.usages, "usage")} in ${count(pattern.repositories, "repository", "repositories")}`, model ? `, ${percent(pattern.usages / model.usages)} of those of the model` : null, typeof pattern.stability === "number" ? `, ${percent(pattern.stability)} stable` : null),
  steps(pattern.steps), pattern.models ? h("p", { class: "models" }, pattern.models.map(([name, key]) => [modelLink(key, name), " "]), pattern.more ? `and ${number(pattern.more)} more` : null) : null,
  pattern.example ? example(pattern.example) : null);

const WHY = { licence: "The licence does not let others show this code", unknown: "No licence is known, so the code is not shown", secret: "The code holds what looks like a token, so it is not shown", long: "The example is long", gone: "The code is not at hand" };
const example = (told) => h("figure", { class: "code" },
  h("figcaption", {}, outward(told.link, breakable(`${told.source}: ${told.place}`)), told.licence ? h("small", {}, ` ${told.licence}`) : null),
  told.code ? h("pre", { tabindex: "0" }, h("code", {}, told.code.map(([kind, text]) => kind ? h("span", { class: `t-${kind}` }, text) : text))) : note(WHY[told.why] || WHY.gone, told.link ? ": read it where it is." : "."));

const argumentsOf = (model) => model.arguments.length ? table([
  { name: "call", get: (row) => row[0], show: (row) => h("code", {}, breakable(row[0])) }, { name: "given", get: (row) => row[1], show: (row) => h("code", {}, breakable(row[2] === null ? row[1] : `${row[1]}=${row[2]}`)) },
  plainColumn("repositories", 3, true), { name: "of those that call", isNumber: true, isLeft: true, get: (row) => row[3] / row[4], show: (row) => bar(row[3] / row[4]) },
], model.arguments, { sorted: 2, limit: 15 }).element : note("None are given.");

const companionsOf = (model) => model.companions.length ? table([
  { name: "model", get: (row) => row[0], show: (row) => modelLink(row[1], row[0]) }, plainColumn("in a file, as", 2), plainColumn("files", 3, true), plainColumn("repositories", 4, true),
], model.companions, { sorted: 3, limit: 15 }).element : note("It stands alone in every file.");
