"use strict";
const sheet = JSON.parse(document.getElementById("sheet").textContent);
const { name, columns, rows, formula } = sheet;
const keys = { r: "right", w: "wrong", u: "unsure" };
const past = [];
let at = 0;

const part = (id) => document.getElementById(id);
const show = (id, text) => { part(id).textContent = text; };

try { // labels outlive a reload where the browser keeps anything
  const kept = JSON.parse(localStorage.getItem(name) || "[]");
  if (Array.isArray(kept) && kept.every((row) => row && columns.every((column) => column in row))) kept.forEach((row, n) => { rows[n] = row; });
} catch { /* nothing is kept */ }

function keep() {
  try { localStorage.setItem(name, JSON.stringify(rows)); } catch { /* nothing is kept */ }
}

function draw() {
  const row = rows[at];
  const done = rows.filter((each) => each.label).length;
  show("progress", `${done} of ${rows.length} labelled, this is ${at + 1}`);
  part("bar").max = rows.length;
  part("bar").value = done;
  for (const column of ["api", "library", "status", "resolution", "models", "origin", "stratum"]) show(column, row[column] || "–");
  show("code", row.code || "(the code is not at hand)");
  show("label", row.label || "not labelled");
  part("label").className = row.label;
  part("note").value = row.note;
  const link = part("link");
  const cell = row.cell === "" ? "" : `[${row.cell}]`;
  link.textContent = `${row.source}${row.commit && "@" + row.commit.slice(0, 8)} ${row.path}${cell}:${row.line}`;
  if (/^https?:\/\//.test(row.link)) link.href = row.link; else link.removeAttribute("href");
}

function go(to) {
  at = Math.max(0, Math.min(rows.length - 1, to));
  draw();
}

function put(label) {
  past.push({ at, row: rows[at] });
  rows[at] = { ...rows[at], label };
  keep();
  const open = rows.findIndex((row, n) => n > at && !row.label);
  go(open < 0 ? at : open);
}

function missing() {
  const line = parseInt(part("line").value, 10);
  if (!(line > 0)) { part("line").focus(); return; }
  const blank = Object.fromEntries(columns.map((column) => [column, ""]));
  const { stratum, size, exhaustive, source, commit, path } = rows[at];
  past.push({ at, added: true });
  rows.splice(at + 1, 0, { ...blank, stratum, size, exhaustive, source, commit, path, line, label: "missing" });
  part("line").value = "";
  keep();
  draw();
}

function undo() {
  const last = past.pop();
  if (!last) return;
  if (last.added) rows.splice(last.at + 1, 1); else rows[last.at] = last.row;
  keep();
  go(last.at);
}

function cell(value) {
  let text = String(value).replace(/\r/g, "\\r");
  if (formula.some((start) => text.startsWith(start))) text = "'" + text;
  return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

function save(ending, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  link.download = "labelled." + ending;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const actions = {
  right: () => put("right"), wrong: () => put("wrong"), unsure: () => put("unsure"), missing, undo,
  back: () => go(at - 1), next: () => go(at + 1),
  csv: () => save("csv", [columns, ...rows.map((row) => columns.map((column) => row[column]))].map((row) => row.map(cell).join(",") + "\n").join("")),
  json: () => save("json", JSON.stringify(rows, null, 1) + "\n"),
};
for (const [id, action] of Object.entries(actions)) part("do-" + id).addEventListener("click", action);
part("note").addEventListener("change", () => { rows[at] = { ...rows[at], note: part("note").value }; keep(); });
document.addEventListener("keydown", (event) => {
  if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
  const found = { ...keys, m: "missing", z: "undo", j: "next", k: "back", ArrowRight: "next", ArrowLeft: "back" }[event.key];
  if (found) { event.preventDefault(); actions[found](); }
});
draw();
