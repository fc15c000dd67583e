/** The filters, and what a cell is under them: a colour's number, from 0 the statuses, from 8 the levels. */
export const cellsScript = `
const view = { target: data.targets.length > 1 ? data.opens : data.targets[0], protocol: "both", show: "status", finding: -1, rows: [], columns: [], scale: 8, x: 0, y: 0, cursor: null, pinned: false, fitted: true, changes: 0 };

function fillSelect(id, entries, value) {
  const select = byId(id);
  select.replaceChildren(...entries.map(([key, text]) => make("option", { value: key, text })));
  select.value = value;
}
fillSelect("target", data.targets.length > 1 ? [["endpoint", "endpoint (pod path)"], ["host", "host (node addresses)"], ["both", "the worse of both"]] : data.targets.map((one) => [one, one]), view.target);
fillSelect("protocol", data.protocols.length > 1 ? [["both", "ICMP and HTTP"], ["icmp", "ICMP"], ["http", "HTTP"]] : data.protocols.map((one) => [one, one.toUpperCase()]), data.protocols.length > 1 ? "both" : data.protocols[0]);
if (data.by === "icmp" || data.by === "http") byId("protocol").value = data.by;
if (data.by === "latency" || data.by === "age") byId("show").value = data.by;
const zones = [...new Set(nodes.map((node) => node.heading))];
const zoneEntries = [["", "all"], ...zones.map((zone) => ["=" + zone, zone === "" ? "(none)" : zone])];
for (const id of ["from-zone", "to-zone"]) fillSelect(id, zoneEntries, "");

const chosenTargets = () => (view.target === "both" ? data.targets : [view.target]);
// What both protocols' codes in one byte come to.
const together = { both: [], icmp: [], http: [] };
for (let byte = 0; byte < 64; byte++) {
  together.both.push(worse(byte & 7, byte >> 3));
  together.icmp.push(byte & 7);
  together.http.push(byte >> 3);
}
function statusAt(cell) {
  const table = together[view.protocol];
  if (view.target !== "both") return table[planes[view.target].status[cell]];
  return worse(table[planes.host.status[cell]], table[planes.endpoint.status[cell]]);
}
const answered = (code) => code === 1 || code === 4;
function latencyCode(target, cell) {
  const byte = planes[target].status[cell];
  if (view.protocol !== "http" && answered(byte & 7) && planes[target].icmp[cell] > 0) return planes[target].icmp[cell];
  return view.protocol !== "icmp" && answered(byte >> 3) ? planes[target].http[cell] : 0;
}
function levelTable(bounds, unit) {
  const table = [0];
  for (let code = 1; code < 64; code++) table.push(1 + bounds.findIndex((bound) => bound === null || nanoseconds(code, unit) <= bound));
  return table;
}
const latencyLevel = levelTable(data.latencyLevels, data.latencyUnit);
const ageLevel = levelTable(data.ageLevels, data.ageUnit);
function colourAt(cell) {
  const status = statusAt(cell);
  if (view.show === "status") return status;
  if (view.show === "age") return planes.age[cell] > 0 && status > 0 ? 7 + ageLevel[planes.age[cell]] : status;
  if (!answered(status)) return status;
  let code = 0;
  for (const target of chosenTargets()) code = Math.max(code, latencyCode(target, cell));
  return code === 0 ? status : 7 + latencyLevel[code];
}
// Of cells that share a pixel the worst is drawn: a lone failure never vanishes.
const weight = (colour) => (colour >= 8 ? 2 + colour / 100 : severity[colour]);
function isClaimed(cell) {
  return view.finding < 0 || data.targets.some((target) => planes[target].claims[cell] === view.finding + 1);
}

function matches(zoneId, textId) {
  const zone = byId(zoneId).value;
  const text = byId(textId).value.trim().toLowerCase();
  return nodes.flatMap((node, at) => ((zone === "" || zone === "=" + node.heading) && (text === "" || node.name.toLowerCase().includes(text) || node.ip === text || node.healthIP === text) ? [at] : []));
}
function refilter() {
  view.changes++;
  view.target = byId("target").value;
  view.protocol = byId("protocol").value;
  view.show = byId("show").value;
  view.rows = matches("from-zone", "from-text");
  view.columns = matches("to-zone", "to-text");
  const pairs = view.rows.length * view.columns.length;
  byId("shown").textContent = view.rows.length === size && view.columns.length === size ? "all " + size + " nodes" : view.rows.length + " × " + view.columns.length + " of " + size + " nodes" + (pairs === 0 ? ": nothing matches" : "");
  if (view.cursor && (!view.rows.includes(view.cursor[0]) || !view.columns.includes(view.cursor[1]))) view.cursor = null;
}
`;
