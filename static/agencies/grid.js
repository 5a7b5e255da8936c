// A table whose cells are links: one stop for Tab, arrows go from cell to cell, Home and End to the ends of the row.
export function step(key, row, column, rows, columns) {
  const within = (value, most) => Math.min(most - 1, Math.max(0, value));
  const moves = {
    ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
    Home: [row, 0], End: [row, columns - 1], PageUp: [row - 10, column], PageDown: [row + 10, column],
  };
  return moves[key] && [within(moves[key][0], rows), within(moves[key][1], columns)];
}

export function grid(table) {
  const cells = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td a")]);
  if (!cells.length || !cells[0].length) return;
  let current = cells[0][0];
  for (const link of cells.flat()) link.tabIndex = link === current ? 0 : -1;
  const go = (link) => {
    current.tabIndex = -1;
    current = link;
    current.tabIndex = 0;
  };
  table.addEventListener("focusin", (event) => {
    const link = event.target.closest("td a");
    if (link) go(link);
  });
  table.addEventListener("keydown", (event) => {
    const row = cells.findIndex((line) => line.includes(event.target));
    if (row < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = step(event.key, row, cells[row].indexOf(event.target), cells.length, cells[row].length);
    if (!to) return;
    event.preventDefault();
    cells[to[0]][to[1]].focus();
  });
}

if (globalThis.document) for (const table of document.querySelectorAll("table[data-grid]")) grid(table);
