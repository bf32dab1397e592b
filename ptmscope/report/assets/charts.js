// Pictures of usages, drawn by plotly.js, which is loaded when the first one comes into view.
const STAGES = ["load", "configure", "prepare", "infer", "postprocess", "train", "evaluate", "save"];
const theme = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const stageColour = (stage) => theme(STAGES.includes(stage) ? `--${stage}` : "--other");
const rgba = (colour, alpha) => {
  const hex = /^#(..)(..)(..)$/.exec(colour);
  return hex ? `rgba(${hex.slice(1).map((part) => parseInt(part, 16)).join(",")},${alpha})` : colour;
};

/** plotly.js takes some tags in labels for markup, and what stands between dollars for mathematics: none of ours are. */
const label = (text, most = 34) => {
  const short = text.length > most ? `${text.slice(0, most / 2 - 1)}…${text.slice(-most / 2)}` : text;
  return short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");
};

/** To run plotly.js takes most of a second: only who looks at a picture waits for it. In a single page it lies there as
 * text; the policy knows it by its digest. */
let drawer = null;
const plotly = () => {
  drawer ??= new Promise((resolve, reject) => {
    const kept = document.getElementById("plotly");
    const script = h("script", kept ? {} : { src: `${document.body.dataset.root}assets/plotly.js` });
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("plotly.js was not loaded")));
    if (kept) script.textContent = kept.textContent;
    document.head.append(script);
    if (kept) window.Plotly ? resolve() : reject(new Error("plotly.js did not run"));
  });
  return drawer;
};

const charts = new Set();
const seen = new IntersectionObserver((entries) => entries.filter((each) => each.isIntersecting).forEach(({ target }) => { seen.unobserve(target); target.draw(); }), { rootMargin: "600px" });

/** A figure that is drawn when it comes near; `make` gives traces and layout, anew for each theme and width. */
const chart = (title, height, least, make, asTable) => {
  const plot = h("div", { class: "plot", role: "img", "aria-label": title });
  plot.style.setProperty("height", `${height}px`);
  plot.style.setProperty("min-width", `${least}px`);
  const paint = (width) => {
    const { traces, layout } = make(width || plot.clientWidth);
    const font = { family: "system-ui, sans-serif", size: 12, color: theme("--text") };
    const base = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font, margin: { l: 8, r: 8, t: 8, b: 8 }, height, width, showlegend: false, hoverlabel: { align: "left" } };
    return window.Plotly.react(plot, traces, { ...base, ...layout }, { displaylogo: false, responsive: true, displayModeBar: false, scrollZoom: false });
  };
  plot.paint = paint;
  plot.draw = async () => {
    try {
      await plotly();
      if (!plot.isConnected) return;
      await paint();
      plot.dataset.drawn = "yes";
    } catch (error) {
      plot.textContent = `The picture could not be drawn: ${error.message}`;
    }
  };
  charts.add(plot);
  seen.observe(plot);
  return h("figure", {}, h("figcaption", {}, title), h("div", { class: "wide" }, plot), asTable);
};

const redraw = () => {
  for (const plot of charts) {
    if (!plot.isConnected) charts.delete(plot);
    else if (plot.dataset.drawn) plot.draw();
  }
};
/** Paper is narrow and white, whatever the screen is. */
const PAPER = 680;
const onPaper = (isPaper) => {
  document.documentElement.toggleAttribute("data-paper", isPaper);
  for (const plot of charts) if (plot.isConnected && plot.dataset.drawn) {
    window.Plotly.purge(plot); // what is drawn moves to its new place, and paper does not wait
    plot.paint(isPaper ? PAPER : undefined);
  }
};
window.addEventListener("beforeprint", () => onPaper(true));
window.addEventListener("afterprint", () => onPaper(false));

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

/** Ribbons. `nodes`: {column, name, size, colour}; `links`: [from, to, size]; `columns`: the heads. */
const PAD = 20;
const sankey = (title, columns, nodes, links, unit = "usage") => {
  const inside = columns.map((_, place) => nodes.filter((node) => node.column === place));
  const high = Math.max(...inside.map((held) => held.length), 1);
  const height = Math.min(160 + 46 * high, 560);
  const least = Math.max(560, 124 * columns.length);
  const make = (width) => {
    const room = height - 42;
    const scale = Math.min(...inside.map((held) => (room - (held.length - 1) * PAD) / held.reduce((sum, node) => sum + node.size, 0)));
    const used = columns.map(() => 0);
    const at = nodes.map((node) => {
      const middle = used[node.column] + node.size * scale / 2;
      used[node.column] += node.size * scale + PAD;
      return [columns.length > 1 ? 0.001 + 0.998 * node.column / (columns.length - 1) : 0.5, Math.min(Math.max(middle / room, 0.001), 0.999)];
    });
    const most = Math.max(Math.floor((width / Math.max(columns.length - 1, 1) - 30) / 6.6), 8);
    const trace = {
      type: "sankey", arrangement: "fixed", hoverinfo: "all", valueformat: ",d", valuesuffix: " usages", textfont: { color: theme("--text"), size: 12, shadow: "none" },
      node: { label: nodes.map((node) => label(node.name, most)), color: nodes.map((node) => node.colour()), x: at.map(([x]) => x), y: at.map(([, y]) => y), pad: PAD, thickness: 14, line: { width: 0 }, customdata: nodes.map((node) => label(node.name, 90)), hovertemplate: "%{customdata}<br>%{value}<extra></extra>" },
      link: { source: links.map((link) => link[0]), target: links.map((link) => link[1]), value: links.map((link) => link[2]), color: links.map((link) => rgba(nodes[link[0]].colour(), 0.32)), hovertemplate: "%{source.customdata} → %{target.customdata}<br>%{value}<extra></extra>" },
    };
    const heads = columns.map((text, place) => ({ text: label(text), font: { weight: 700 }, showarrow: false, xref: "paper", yref: "paper", x: columns.length > 1 ? place / (columns.length - 1) : 0.5, y: 1, yanchor: "bottom", xanchor: place === 0 ? "left" : place === columns.length - 1 ? "right" : "center" }));
    return { traces: [trace], layout: { margin: { l: 8, r: 8, t: 30, b: 12 }, annotations: heads } };
  };
  const rows = fold("The same as a table", table([
    { name: "from", get: (link) => nodes[link[0]].name }, { name: "to", get: (link) => nodes[link[1]].name }, plainColumn(unit + "s", 2, true),
  ], links, { sorted: 2 }).element);
  return chart(title, height, least, make, rows);
};

/** The usages of a model by stage. */
const stageFlow = (flow, title = "Each usage is one ribbon, through the commonest call of each stage") => {
  const columns = [...new Set(flow.nodes.map(([stage]) => stage))];
  const nodes = flow.nodes.map(([stage, name, size]) => ({ column: columns.indexOf(stage), name, size, colour: () => stageColour(stage) }));
  return sankey(title, columns, nodes, flow.links);
};

/** `Class` above `.method`. */
const inTwo = (api, most) => {
  const dot = api.lastIndexOf(".");
  return dot > 0 ? `${label(api.slice(0, dot), most)}<br>${label(api.slice(dot), most)}` : label(api, most);
};

/** API calls as nodes in the columns of their stages; full lines are data flow, dotted ones order. */
const network = (graph) => {
  const columns = [...STAGES, "other"].filter((stage) => graph.nodes.some((node) => node[2] === stage));
  const inside = columns.map((stage) => graph.nodes.map((node, place) => [node, place]).filter(([node]) => node[2] === stage).map(([, place]) => place));
  const high = Math.max(...inside.map((places) => places.length), 1);
  const at = [];
  inside.forEach((places, column) => places.forEach((place, row) => { at[place] = [column + (row % 2 ? 0.16 : 0), -(row + (high - places.length) / 2)]; }));
  const most = Math.max(...graph.nodes.map((node) => node[4]), 1);
  const make = (width) => {
    const strongest = Math.max(...graph.edges.map((edge) => edge[4]), 1);
    const lines = graph.edges.map(([from, to, kind, usages, repositories]) => {
      const [[x0, y0], [x1, y1]] = [at[from], at[to]];
      const bend = x0 === x1 ? 0.3 : 0.12;
      const middle = [(x0 + x1) / 2 + (x0 === x1 ? bend : 0), (y0 + y1) / 2 + (x0 === x1 ? 0 : bend)];
      return {
        type: "scatter", mode: "lines+markers", x: [x0, middle[0], x1], y: [y0, middle[1], y1], hoverinfo: "text", hovertext: `${label(graph.nodes[from][0])} → ${label(graph.nodes[to][0])}<br>${kind}, ${usages} usages in ${repositories} repositories`,
        line: { shape: "spline", width: 1 + 3 * repositories / strongest, color: rgba(theme("--line"), kind === "flow" ? 0.75 : 0.4), dash: kind === "flow" ? "solid" : "dot" },
        marker: { symbol: "arrow", angleref: "previous", size: [0, 0, 9], standoff: 9, color: theme("--line"), opacity: 0.8 },
      };
    });
    const room = Math.max(Math.floor(width / columns.length / 6.4), 14);
    const points = {
      type: "scatter", mode: "markers+text", x: at.map(([x]) => x), y: at.map(([, y]) => y), textposition: "bottom center", cliponaxis: false,
      text: graph.nodes.map((node) => inTwo(node[0], room)), textfont: { size: 11, color: theme("--text") },
      hoverinfo: "text", hovertext: graph.nodes.map(([, api, stage, usages, repositories]) => `${label(api, 90)}<br>${stage}: ${usages} usages in ${repositories} repositories`),
      marker: { size: graph.nodes.map((node) => 9 + 17 * Math.sqrt(node[4] / most)), color: graph.nodes.map((node) => stageColour(node[2])), line: { width: 1.5, color: theme("--page") }, opacity: 1 },
    };
    const heads = columns.map((text, place) => ({ text, font: { weight: 700 }, x: place, y: 0.75, showarrow: false, yanchor: "bottom" }));
    const axis = { visible: false, fixedrange: true };
    return { traces: [...lines, points], layout: { xaxis: { ...axis, range: [-0.55, columns.length - 0.45] }, yaxis: { ...axis, range: [-high + 0.2, 1.2] }, annotations: heads, hovermode: "closest", margin: { l: 8, r: 8, t: 4, b: 8 } } };
  };
  const rows = fold("The same as a table", table([
    { name: "from", get: (edge) => graph.nodes[edge[0]][0] }, { name: "to", get: (edge) => graph.nodes[edge[1]][0] }, plainColumn("what", 2), plainColumn("usages", 3, true), plainColumn("repositories", 4, true),
  ], graph.edges, { sorted: 4 }).element);
  const hidden = graph.hidden ? `; ${count(graph.hidden, "rarer call")} left out` : "";
  return chart(`Calls by stage: full lines are data flow, dotted ones order, thicker in more repositories${hidden}`, Math.min(100 + 72 * high, 820), 140 * columns.length, make, rows);
};
