/** Pointer, keyboard and buttons of the map. */
export const actScript = `
function refresh(fitAgain) {
  refilter();
  drawLegend();
  drawHistogram();
  if (fitAgain) fit();
  else redraw();
}
function cellUnder(event) {
  const box = canvas.getBoundingClientRect();
  const { left, top } = gutter();
  const column = Math.floor(view.x + (event.clientX - box.left - left) / view.scale);
  const row = Math.floor(view.y + (event.clientY - box.top - top) / view.scale);
  const inside = event.clientX - box.left > left && event.clientY - box.top > top && row < view.rows.length && column < view.columns.length && row >= 0 && column >= 0;
  return inside ? [view.rows[row], view.columns[column]] : null;
}
function reveal(row, column) {
  const { width, height } = room();
  if (column < view.x) view.x = column;
  if (column + 1 > view.x + width / view.scale) view.x = column + 1 - width / view.scale;
  if (row < view.y) view.y = row;
  if (row + 1 > view.y + height / view.scale) view.y = row + 1 - height / view.scale;
}
function moveTo(row, column, aloud) {
  if (view.rows.length === 0 || view.columns.length === 0) return;
  const r = Math.max(0, Math.min(view.rows.length - 1, row));
  const c = Math.max(0, Math.min(view.columns.length - 1, column));
  view.cursor = [view.rows[r], view.columns[c]];
  view.pinned = true;
  reveal(r, c);
  showCell(...view.cursor);
  if (aloud) byId("say").textContent = sentence(...view.cursor);
  redraw();
}
const place = () => (view.cursor ? [view.rows.indexOf(view.cursor[0]), view.columns.indexOf(view.cursor[1])] : [0, 0]);
function nextBad(step) {
  const count = view.rows.length * view.columns.length;
  const [row, column] = place();
  let at = view.cursor ? row * view.columns.length + column : step > 0 ? -1 : count;
  for (let tries = 0; tries < count; tries++) {
    at = (at + step + count) % count;
    const [r, c] = [Math.floor(at / view.columns.length), at % view.columns.length];
    const status = statusAt(view.rows[r] * size + view.columns[c]);
    if (status === 2 || status === 7) return moveTo(r, c, true);
  }
  byId("say").textContent = "Nothing is unreachable here.";
}
function showFinding(at) {
  view.finding = view.finding === at ? -1 : at;
  for (const button of document.querySelectorAll("button.show")) button.setAttribute("aria-pressed", String(Number(button.dataset.finding) === view.finding));
  if (view.finding >= 0) {
    const count = (target) => planes[target].claims.reduce((sum, claim) => sum + (claim === at + 1 ? 1 : 0), 0);
    const inView = chosenTargets().some((target) => count(target) > 0);
    if (!inView && data.targets.length > 1) byId("target").value = "both";
    refresh(true);
    byId("map-title").scrollIntoView();
  }
  redraw();
}
let drag = null;
canvas.addEventListener("pointerdown", (event) => {
  drag = { x: event.clientX, y: event.clientY, fromX: view.x, fromY: view.y, moved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  if (drag) {
    drag.moved = drag.moved || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4;
    if (!drag.moved) return;
    view.x = drag.fromX - (event.clientX - drag.x) / view.scale;
    view.y = drag.fromY - (event.clientY - drag.y) / view.scale;
    return redraw();
  }
  const cell = cellUnder(event);
  if (!cell || view.pinned) return;
  view.cursor = cell;
  showCell(...cell);
  redraw();
});
canvas.addEventListener("pointerup", (event) => {
  const wasDrag = drag && drag.moved;
  drag = null;
  if (wasDrag) return;
  const cell = cellUnder(event);
  if (cell) moveTo(view.rows.indexOf(cell[0]), view.columns.indexOf(cell[1]), true);
  else view.pinned = false;
});
canvas.addEventListener("pointercancel", () => { drag = null; });
canvas.addEventListener("wheel", (event) => {
  if (document.activeElement !== canvas && !event.ctrlKey) return;
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
function zoomAtMiddle(factor) {
  const { left, top } = gutter();
  const [row, column] = place();
  const at = view.cursor ? [left + (column - view.x + 0.5) * view.scale, top + (row - view.y + 0.5) * view.scale] : [left + room().width / 2, top + room().height / 2];
  zoom(factor, at[0], at[1]);
}
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 10 : 1;
  const [row, column] = place();
  const first = view.cursor === null;
  const move = (r, c) => moveTo(first ? 0 : row + r, first ? 0 : column + c, true);
  const acts = {
    ArrowUp: () => move(-step, 0), ArrowDown: () => move(step, 0), ArrowLeft: () => move(0, -step), ArrowRight: () => move(0, step),
    Home: () => moveTo(row, 0, true), End: () => moveTo(row, view.columns.length - 1, true),
    "+": () => zoomAtMiddle(1.5), "=": () => zoomAtMiddle(1.5), "-": () => zoomAtMiddle(1 / 1.5), 0: fit,
    n: () => nextBad(1), N: () => nextBad(-1),
    t: () => { if (view.cursor) moveTo(view.rows.indexOf(view.cursor[1]), view.columns.indexOf(view.cursor[0]), true); },
    Escape: () => { view.pinned = false; if (view.finding >= 0) showFinding(view.finding); },
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
byId("zoom-in").addEventListener("click", () => zoomAtMiddle(1.5));
byId("zoom-out").addEventListener("click", () => zoomAtMiddle(1 / 1.5));
byId("zoom-fit").addEventListener("click", fit);
byId("next-bad").addEventListener("click", () => nextBad(1));
for (const id of ["target", "protocol", "show"]) byId(id).addEventListener("change", () => refresh(false));
for (const id of ["from-zone", "to-zone"]) byId(id).addEventListener("change", () => refresh(true));
for (const id of ["from-text", "to-text"]) byId(id).addEventListener("input", () => refresh(true));
byId("swap").addEventListener("click", () => {
  for (const kind of ["zone", "text"]) {
    const [a, b] = [byId("from-" + kind), byId("to-" + kind)];
    [a.value, b.value] = [b.value, a.value];
  }
  if (view.cursor) view.cursor.reverse();
  refresh(true);
});
byId("reset").addEventListener("click", () => {
  for (const id of ["from-zone", "to-zone", "from-text", "to-text"]) byId(id).value = "";
  view.pinned = false;
  refresh(true);
});
function sizeMap() {
  canvas.style.height = Math.max(320, Math.min(window.innerHeight - 150, canvas.clientWidth, 60 + Math.max(1, size) * 48)) + "px";
  if (view.fitted) fit();
  else redraw();
}
new ResizeObserver(sizeMap).observe(canvas.parentElement);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); drawLegend(); redraw(); });
readColours();
refresh(false);
sizeMap();
`;
