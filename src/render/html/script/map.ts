/** The heat map on its canvas: drawing, zoom and pan. Places are cells, scale is CSS pixels a cell. */
export const mapScript = `
const canvas = byId("map");
const paper = canvas.getContext("2d");
const names = ["none", "reachable", "unreachable", "unknown", "stale", "off", "unasked", "staleFailure", "l1", "l2", "l3", "l4", "l5", "l6", "l7"];
let ink = {};
let colours = [];
let pixels = new Uint32Array(0);

// Colours come from the style sheet, so that dark mode, light mode and print agree with the legend.
function readColours() {
  view.changes++;
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue("--" + name).trim();
  ink = { bg: read("bg"), text: read("text"), soft: read("soft"), line: read("line"), panel: read("panel") };
  const rgb = (hex) => (hex.length === 4 ? [1, 2, 3].map((at) => parseInt(hex[at] + hex[at], 16)) : [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const bg = rgb(ink.bg);
  const full = names.map((name) => rgb(read(name)));
  const faded = full.map((one) => one.map((part, at) => Math.round(bg[at] + (part - bg[at]) * 0.18)));
  colours = [...full, ...faded].map((one) => "rgb(" + one.join(",") + ")");
  pixels = Uint32Array.from([...full, ...faded], ([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r);
}
const fade = names.length;

const hasLabels = () => view.scale >= 10;
const gutter = () => (hasLabels() ? { left: 168, top: 44 } : { left: 54, top: 24 });
const room = () => ({ width: canvas.clientWidth - gutter().left, height: canvas.clientHeight - gutter().top });

function clampView() {
  const { width, height } = room();
  view.x = Math.max(0, Math.min(view.x, view.columns.length - width / view.scale));
  view.y = Math.max(0, Math.min(view.y, view.rows.length - height / view.scale));
}
function fitScale() {
  const { width, height } = room();
  return Math.min(48, Math.max(0.02, Math.min(width / Math.max(1, view.columns.length), height / Math.max(1, view.rows.length))));
}
function fit() {
  view.scale = 9;
  const narrow = fitScale();
  view.scale = 11;
  const wide = fitScale();
  view.scale = wide >= 10 ? wide : Math.min(narrow, 9.9);
  view.x = 0;
  view.y = 0;
  view.fitted = true;
  redraw();
}
function zoom(factor, px, py) {
  const { left, top } = gutter();
  const column = view.x + (px - left) / view.scale;
  const row = view.y + (py - top) / view.scale;
  view.scale = Math.max(Math.min(0.5, fitScale()), Math.min(60, view.scale * factor));
  view.fitted = false;
  const after = gutter();
  view.x = column - (px - after.left) / view.scale;
  view.y = row - (py - after.top) / view.scale;
  redraw();
}

let asked = false;
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; draw(); });
}
function draw() {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  clampView();
  paper.setTransform(ratio, 0, 0, ratio, 0, 0);
  paper.fillStyle = ink.bg;
  paper.fillRect(0, 0, width, height);
  const { left, top } = gutter();
  paper.save();
  paper.beginPath();
  paper.rect(left, top, width - left, height - top);
  paper.clip();
  if (view.scale >= 3) drawCells(left, top);
  else drawPixels(left, top, ratio);
  drawWalls(left, top);
  drawCursor(left, top);
  paper.restore();
  drawLabels(left, top);
}
function visible(offset, count, length) {
  const first = Math.max(0, Math.floor(offset));
  return [first, Math.min(count, Math.ceil(offset + length / view.scale))];
}
function drawCells(left, top) {
  const { width, height } = room();
  const [firstRow, endRow] = visible(view.y, view.rows.length, height);
  const [firstColumn, endColumn] = visible(view.x, view.columns.length, width);
  const gap = view.scale >= 6 ? 1 : 0;
  const withGlyphs = view.scale >= 11;
  paper.font = "bold " + Math.round(view.scale * 0.62) + "px ui-monospace, monospace";
  paper.textAlign = "center";
  paper.textBaseline = "middle";
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) {
      const [from, to] = [view.rows[row], view.columns[column]];
      const cell = from * size + to;
      const colour = colourAt(cell);
      const x = left + (column - view.x) * view.scale;
      const y = top + (row - view.y) * view.scale;
      paper.fillStyle = colours[colour + (isClaimed(cell) ? 0 : fade)];
      paper.fillRect(x, y, view.scale - gap, view.scale - gap);
      if (colour === 0 && from === to) slash(x, y, view.scale - gap);
      if (!withGlyphs || colour >= 8 || glyphs[colour] === "") continue;
      paper.fillStyle = isClaimed(cell) ? (colour === 2 ? ink.bg : ink.text) : ink.soft;
      paper.fillText(glyphs[colour], x + (view.scale - gap) / 2, y + (view.scale - gap) / 2 + 0.5);
    }
  }
}
function slash(x, y, length) {
  paper.strokeStyle = ink.line;
  paper.beginPath();
  paper.moveTo(x, y);
  paper.lineTo(x + length, y + length);
  paper.stroke();
}
// Small cells are written as pixels; where several share one, the worst is shown.
function drawPixels(left, top, ratio) {
  const { width, height } = room();
  const [w, h] = [Math.ceil(width * ratio), Math.ceil(height * ratio)];
  // The cursor moves over what has been drawn: millions of cells are looked at only when something changed.
  const key = [w, h, view.scale, view.x, view.y, view.changes, view.finding].join();
  if (key !== drawn.key) {
    drawn.key = key;
    drawn.image = readPixels(w, h, view.scale * ratio);
  }
  paper.putImageData(drawn.image, Math.round(left * ratio), Math.round(top * ratio));
}
const drawn = { key: "", image: null };
function readPixels(w, h, unit) {
  const image = paper.createImageData(w, h);
  const out = new Uint32Array(image.data.buffer);
  const columnEnds = [];
  for (let px = 0; px <= w; px++) columnEnds.push(Math.floor(view.x + px / unit));
  const line = new Uint32Array(w);
  let lineRow = -1;
  for (let py = 0; py < h; py++) {
    const row = Math.floor(view.y + py / unit);
    if (row >= view.rows.length) break;
    const endRow = Math.max(row + 1, Math.min(view.rows.length, Math.floor(view.y + (py + 1) / unit)));
    if (row !== lineRow || endRow > row + 1) {
      lineRow = row;
      for (let px = 0; px < w; px++) {
        const column = columnEnds[px];
        line[px] = column >= view.columns.length ? 0 : pixels[pooled(row, endRow, column, Math.max(column + 1, Math.min(view.columns.length, columnEnds[px + 1])))];
      }
    }
    out.set(line, py * w);
  }
  return image;
}
function pooled(row, endRow, column, endColumn) {
  let most = -1;
  let best = 0;
  for (let r = row; r < endRow; r++) {
    const base = view.rows[r] * size;
    for (let c = column; c < endColumn; c++) {
      const cell = base + view.columns[c];
      const colour = colourAt(cell);
      const claimed = isClaimed(cell);
      const value = weight(colour) + (claimed ? 10 : 0);
      if (value > most) { most = value; best = colour + (claimed ? 0 : fade); }
    }
  }
  return best;
}
function drawWalls(left, top) {
  paper.fillStyle = ink.text;
  const { width, height } = room();
  view.columns.forEach((at, place) => {
    if (place === 0 || nodes[at].heading === nodes[view.columns[place - 1]].heading) return;
    paper.fillRect(Math.round(left + (place - view.x) * view.scale) - 1, top, 1, Math.min(height, (view.rows.length - view.y) * view.scale));
  });
  view.rows.forEach((at, place) => {
    if (place === 0 || nodes[at].heading === nodes[view.rows[place - 1]].heading) return;
    paper.fillRect(left, Math.round(top + (place - view.y) * view.scale) - 1, Math.min(width, (view.columns.length - view.x) * view.scale), 1);
  });
}
function drawCursor(left, top) {
  if (!view.cursor) return;
  const row = view.rows.indexOf(view.cursor[0]);
  const column = view.columns.indexOf(view.cursor[1]);
  const grown = Math.max(view.scale, 5);
  const x = left + (column - view.x) * view.scale - (grown - view.scale) / 2;
  const y = top + (row - view.y) * view.scale - (grown - view.scale) / 2;
  paper.strokeStyle = ink.text;
  paper.globalAlpha = 0.55;
  paper.lineWidth = 1;
  paper.strokeRect(left - 2, y - 0.5, canvas.clientWidth, grown);
  paper.strokeRect(x - 0.5, top - 2, grown, canvas.clientHeight);
  paper.globalAlpha = 1;
  paper.lineWidth = 2.5;
  paper.strokeRect(x - 1, y - 1, grown + 1, grown + 1);
  paper.lineWidth = 1;
}
`;
