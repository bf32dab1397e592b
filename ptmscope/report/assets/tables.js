// Tables to sort: a column is {name, get, show, isNumber, isLeft}; `get` gives what is sorted by.
const plainColumn = (name, place, isNumber) => ({ name, isNumber, get: (row) => row[place] });

const compareCells = (left, right) =>
  typeof left === "number" && typeof right === "number" ? left - right : String(left ?? "").localeCompare(String(right ?? ""), "en", { numeric: true });

const cellOf = (column, row) => {
  const value = column.get(row);
  const text = column.show ? column.show(row) : column.isNumber ? number(value) : value ?? "–";
  return h("td", { class: column.isNumber && !column.isLeft ? "number" : null, "data-label": column.name }, text);
};

/** The table, and `fill(rows)`, which shows other rows in the order that was chosen. */
const table = (columns, rows, { caption, limit = 50, sorted = null, isDown = true, keep = null } = {}) => {
  const state = { rows, by: sorted, isDown, shown: limit };
  const body = h("tbody");
  const more = h("button", { class: "more", type: "button", on: { click: () => { state.shown *= 4; draw(); } } });
  const heads = columns.map((column, place) => {
    const sort = () => {
      state.isDown = state.by === place ? !state.isDown : Boolean(column.isNumber);
      state.by = place;
      draw();
    };
    return h("th", { scope: "col", class: column.isNumber && !column.isLeft ? "number" : null }, h("button", { type: "button", on: { click: sort } }, column.name));
  });
  const ordered = () => {
    if (state.by === null) return state.rows;
    const { get } = columns[state.by];
    const sign = state.isDown ? -1 : 1;
    return state.rows.map((row, place) => [row, place]).sort((a, b) => sign * compareCells(get(a[0]), get(b[0])) || a[1] - b[1]).map(([row]) => row);
  };
  const draw = () => {
    body.replaceChildren(...ordered().slice(0, state.shown).map((row) => h("tr", {}, columns.map((column) => cellOf(column, row)))));
    heads.forEach((head, place) => head.setAttribute("aria-sort", place !== state.by ? "none" : state.isDown ? "descending" : "ascending"));
    const left = state.rows.length - state.shown;
    more.hidden = left <= 0;
    more.textContent = `Show more (${number(Math.max(left, 0))} left)`;
    if (keep) keep(state.by, state.isDown);
  };
  const fill = (other) => { state.rows = other; state.shown = limit; draw(); };
  body.addEventListener("keydown", moveInRows);
  draw();
  const element = h("div", { class: "rows" }, h("table", { class: "sortable" }, caption && h("caption", {}, caption), h("thead", {}, h("tr", {}, heads)), body), more);
  return { element, fill };
};

/** Up and down go from the link of a row to that of the next. */
const moveInRows = (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const link = step && event.target.closest("tr")?.[step]?.querySelector("a");
  if (!link) return;
  event.preventDefault();
  link.focus();
};

/** Rows of the statistics, as they come. */
const figures = (told) =>
  h("div", { class: "rows" },
    h("table", { class: "figures" },
      h("caption", {}, told.title, told.note ? h("span", { class: "note" }, ` · ${told.note}`) : null),
      h("thead", {}, h("tr", {}, told.columns.map((name, place) => h("th", { scope: "col", class: place ? "number" : null }, name)))),
      h("tbody", {}, told.rows.map((row) => h("tr", {}, row.map((cell, place) => h("td", { class: place ? "number" : null }, place === 0 ? String(cell) : told.columns[place] === "share" && typeof cell === "number" ? percent(cell) : typeof cell === "number" ? number(cell) : cell ?? "–")))))),
    told.more ? note(`and ${number(told.more)} more`) : null);
