/** One cell closely, both directions side by side; legend and histogram. */
export const panelScript = `
const probes = [["host", "icmp", "host ICMP"], ["host", "http", "host HTTP"], ["endpoint", "icmp", "endpoint ICMP"], ["endpoint", "http", "endpoint HTTP"]].filter(([target, protocol]) => data.targets.includes(target) && data.protocols.includes(protocol));

function probeOf(target, protocol, from, to) {
  const cell = from * size + to;
  const byte = planes[target].status[cell];
  const code = protocol === "icmp" ? byte & 7 : byte >> 3;
  const detail = planes[target][protocol][cell];
  const isFailure = code === 2 || code === 7;
  const ip = nodes[to][target === "host" ? "ip" : "healthIP"];
  const text = isFailure && detail > 0 ? (data.messages[detail - 1] || "").split("<ip>").join(ip || "<ip>") : "";
  return { code, word: words[code], latency: !isFailure && detail > 0 ? "≈" + span(nanoseconds(detail, data.latencyUnit)) : "", text };
}
function probeCell(target, protocol, from, to) {
  const probe = probeOf(target, protocol, from, to);
  const cell = make("td", {}, swatch(probe.code), " ", make("span", { class: "word", text: probe.word }));
  if (probe.latency) cell.append(" " + probe.latency);
  if (probe.text) cell.append(make("div", { class: "soft", text: probe.text }));
  return cell;
}
function swatch(colour) {
  return make("span", { class: "swatch " + names[colour], "aria-hidden": "true", text: glyphs[colour] || "" });
}
function ageText(from, to) {
  const code = planes.age[from * size + to];
  return code === 0 ? "unknown" : "≈" + span(nanoseconds(code, data.ageUnit));
}
function findingsOf(from, to) {
  const claims = data.targets.flatMap((target) => [planes[target].claims[from * size + to], planes[target].claims[to * size + from]]);
  return [...new Set(claims)].filter((claim) => claim > 0).map((claim) => claim - 1);
}
function showCell(from, to) {
  const [a, b] = [nodes[from], nodes[to]];
  const title = from === to ? a.name + " to itself" : a.name + " → " + b.name;
  const head = make("tr", {}, make("th", { scope: "col", text: "Probe" }), make("th", { scope: "col", text: "→ " + (to + 1) }));
  const directions = from === to ? [[from, to]] : [[from, to], [to, from]];
  if (from !== to) head.append(make("th", { scope: "col", text: "← " + (to + 1) }));
  const line = (label, cells) => make("tr", {}, make("th", { scope: "row", text: label }), ...cells);
  const rows = probes.map(([target, protocol, label]) => line(label, directions.map(([x, y]) => probeCell(target, protocol, x, y))));
  rows.push(line("oldest probe", directions.map(([x, y]) => make("td", { text: ageText(x, y) }))));
  const place = (node, at) => make("div", { class: "soft", text: at + 1 + "  " + [node.name, node.heading, node.ip].filter((text) => text !== "").join(", ") });
  const links = findingsOf(from, to).map((at) => make("div", {}, make("a", { href: "#finding-" + at, text: data.findings[at].id, on: { click: () => { const card = byId("finding-" + at); if (card) card.open = true; } } })));
  byId("cell").replaceChildren(
    make("h3", { text: title }), place(a, from), ...(from === to ? [] : [place(b, to)]),
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)),
    ...(links.length > 0 ? [make("p", { class: "soft", text: "claimed by" }), ...links] : []));
}
function sentence(from, to) {
  const way = (x, y) => probes.map(([target, protocol, label]) => label + " " + probeOf(target, protocol, x, y).word).join(", ");
  return nodes[from].name + " to " + nodes[to].name + ": " + way(from, to) + ". Back: " + way(to, from) + ".";
}

function drawLegend() {
  const bounds = view.show === "latency" ? data.latencyLevels : data.ageLevels;
  const levels = view.show === "status" ? [] : bounds.map((bound, at) => [8 + at, bound === null ? "more" : "up to " + span(bound)]);
  const used = new Set();
  for (const from of view.rows) for (const to of view.columns) used.add(colourAt(from * size + to));
  const statuses = [1, 2, 7, 3, 4, 6, 5].map((code) => [code, words[code]]);
  byId("legend").replaceChildren(...[...levels, ...statuses].filter(([colour]) => used.has(colour)).map(([colour, text]) => make("li", {}, swatch(colour), make("span", { text }))));
}
function drawHistogram() {
  const counts = new Array(64).fill(0);
  for (const from of view.rows) for (const to of view.columns) for (const target of chosenTargets()) counts[latencyCode(target, from * size + to)]++;
  counts[0] = 0;
  const total = counts.reduce((a, b) => a + b, 0);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const bars = byId("bars");
  byId("bars-least").textContent = "";
  byId("bars-most").textContent = "";
  if (total === 0) {
    bars.replaceChildren();
    bars.setAttribute("aria-label", "no latency is known");
    byId("bars-text").textContent = "No answered probe with a latency among these cells.";
    return;
  }
  const quantile = (share) => {
    let seen = 0;
    return "≈" + span(nanoseconds(counts.findIndex((count) => { seen += count; return seen >= share * total; }), data.latencyUnit));
  };
  const shown = counts.slice(first, last + 1);
  const most = Math.max(...shown);
  bars.replaceChildren(...shown.map((count, at) => {
    const bar = make("i", { title: "≈" + span(nanoseconds(first + at, data.latencyUnit)) + ": " + count });
    bar.style.height = count === 0 ? "0" : "max(2px," + (count / most) * 100 + "%)";
    return bar;
  }));
  const text = total + " answered paths: median " + quantile(0.5) + ", 95% within " + quantile(0.95) + ", 99% within " + quantile(0.99) + ", slowest " + quantile(1) + ".";
  bars.setAttribute("aria-label", text);
  byId("bars-text").textContent = text;
  byId("bars-least").textContent = "≈" + span(nanoseconds(first, data.latencyUnit));
  byId("bars-most").textContent = "≈" + span(nanoseconds(last, data.latencyUnit));
}
`;
