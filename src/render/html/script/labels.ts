/** Names, numbers and zones along the edges of the map. */
export const labelsScript = `
function short(text, width) {
  if (paper.measureText(text).width <= width) return text;
  let tail = text;
  while (tail.length > 1 && paper.measureText("…" + tail).width > width) tail = tail.slice(1);
  return "…" + tail;
}
function drawLabels(left, top) {
  const { width, height } = room();
  const [firstRow, endRow] = visible(view.y, view.rows.length, height);
  const [firstColumn, endColumn] = visible(view.x, view.columns.length, width);
  paper.textBaseline = "middle";
  paper.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  if (hasLabels()) {
    paper.fillStyle = ink.text;
    paper.textAlign = "right";
    for (let row = firstRow; row < endRow; row++) {
      const y = top + (row - view.y + 0.5) * view.scale;
      if (y > top) paper.fillText(short(view.rows[row] + 1 + "  " + nodes[view.rows[row]].name, left - 26), left - 6, y);
    }
    paper.textAlign = "center";
    const every = Math.ceil(24 / view.scale);
    for (let column = firstColumn; column < endColumn; column++) {
      if (column % every === 0) paper.fillText(String(view.columns[column] + 1), left + (column - view.x + 0.5) * view.scale, top - 11);
    }
  }
  const bands = (places, first, end, draw) => {
    for (let start = first; start < end; ) {
      const zone = nodes[places[start]].heading;
      let stop = start + 1;
      while (stop < end && nodes[places[stop]].heading === zone) stop++;
      if (zone !== "") draw(zone, start, stop);
      start = stop;
    }
  };
  paper.fillStyle = ink.soft;
  paper.textAlign = "center";
  bands(view.columns, firstColumn, endColumn, (zone, start, stop) => {
    const [a, b] = [Math.max(start, view.x), Math.min(stop, view.x + width / view.scale)];
    if ((b - a) * view.scale > 30) paper.fillText(short(zone, (b - a) * view.scale), left + ((a + b) / 2 - view.x) * view.scale, 12);
  });
  bands(view.rows, firstRow, endRow, (zone, start, stop) => {
    const [a, b] = [Math.max(start, view.y), Math.min(stop, view.y + height / view.scale)];
    if ((b - a) * view.scale < 30) return;
    paper.save();
    paper.translate(hasLabels() ? 10 : left - 14, top + ((a + b) / 2 - view.y) * view.scale);
    paper.rotate(-Math.PI / 2);
    paper.fillText(short(zone, (b - a) * view.scale), 0, 0);
    paper.restore();
  });
}
`;
