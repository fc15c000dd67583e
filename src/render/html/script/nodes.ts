/** The node table: sorts by any column, finds by name, zone or address. */
export const nodesScript = `
const tallyText = ([reachable, total]) => (total === 0 ? "-" : reachable + "/" + total);
const missing = ([reachable, total]) => total - reachable;
const collator = new Intl.Collator("en", { numeric: true });
const column = (heading, text, order, kind) => ({ heading, text, order: order || text, kind: kind || "" });
const tableColumns = [
  column("No.", (node) => String(node.place + 1), (node) => node.place, "count"),
  column("Node", (node) => node.name),
  column("Zone", (node) => node.heading || "-"),
  column("IP", (node) => node.ip || "-"),
  column("Health IP", (node) => node.healthIP || "-"),
  column("Agent", (node) => node.agent),
  column("Version", (node) => node.version || "-"),
  column("Host in", (node) => tallyText(node.in.host), (node) => missing(node.in.host), "count"),
  column("Host out", (node) => tallyText(node.out.host), (node) => missing(node.out.host), "count"),
  column("Endpoint in", (node) => tallyText(node.in.endpoint), (node) => missing(node.in.endpoint), "count"),
  column("Endpoint out", (node) => tallyText(node.out.endpoint), (node) => missing(node.out.endpoint), "count"),
  column("Latency", (node) => (node.latencyNs === null ? "-" : span(node.latencyNs)), (node) => node.latencyNs || 0, "count"),
  column("Oldest probe", (node) => (node.oldestNs === null ? "-" : span(node.oldestNs)), (node) => node.oldestNs || 0, "count"),
];
nodes.forEach((node, at) => { node.place = at; });
const table = { by: 0, down: false, most: 50 };
const bodyRows = make("tbody");
const headCells = tableColumns.map((one, at) => make("th", { scope: "col", class: one.kind }, make("button", { type: "button", text: one.heading, on: { click: () => {
  table.down = table.by === at ? !table.down : one.kind === "count" && at > 0;
  table.by = at;
  drawTable();
} } })));
byId("nodes").append(make("thead", {}, make("tr", {}, ...headCells)), bodyRows);
function showNode(node) {
  for (const id of ["from-zone", "to-zone", "from-text", "to-text"]) byId(id).value = "";
  refresh(false);
  const bad = nodes.findIndex((_other, to) => [2, 7].includes(statusAt(node.place * size + to)));
  moveTo(node.place, bad < 0 ? 0 : bad, true);
  byId("map-title").scrollIntoView();
  canvas.focus();
}
function bodyRow(node) {
  const name = make("button", { type: "button", text: node.name, "aria-label": "Show " + node.name + " on the map", on: { click: () => showNode(node) } });
  return make("tr", {}, ...tableColumns.map((one, at) => {
    if (at === 1) return make("th", { scope: "row" }, size === 0 ? node.name : name);
    const bad = /^(?:Host|Endpoint)/.test(one.heading) && one.order(node) > 0;
    return make("td", { class: one.kind + (bad ? " error" : "") , text: one.text(node) });
  }));
}
function drawTable() {
  const wanted = byId("find").value.trim().toLowerCase();
  const found = nodes.filter((node) => wanted === "" || [node.name, node.heading, node.ip, node.healthIP, node.agent].some((text) => text.toLowerCase().includes(wanted)));
  const { order } = tableColumns[table.by];
  const compare = (a, b) => (typeof order(a) === "number" ? order(a) - order(b) : collator.compare(order(a), order(b)));
  found.sort((a, b) => (table.down ? compare(b, a) : compare(a, b)) || a.place - b.place);
  headCells.forEach((cell, at) => {
    if (at === table.by) cell.setAttribute("aria-sort", table.down ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  });
  bodyRows.replaceChildren(...found.slice(0, table.most).map(bodyRow));
  byId("found").textContent = Math.min(found.length, table.most) + " of " + found.length + " shown";
  byId("more").hidden = found.length <= table.most;
}
byId("find").addEventListener("input", drawTable);
byId("more").addEventListener("click", () => { table.most = Infinity; drawTable(); });
drawTable();
`;
