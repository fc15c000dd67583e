/** Helpers for building nodes, and the embedded data decoded into planes: one byte a pair, row-major by place. */
export const readScript = `
const data = JSON.parse(document.getElementById("report").textContent);
const byId = (id) => document.getElementById(id);
// All text is set as text: a node may be called anything.
function make(tag, options, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options || {})) {
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}
const nodes = data.nodes;
const size = nodes.length;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const sixBits = new Uint8Array(128);
for (let i = 0; i < 64; i++) sixBits[alphabet.charCodeAt(i)] = i;

function readPlane(column, Numbers) {
  const plane = new Numbers(size * size);
  data.rows.forEach((row, from) => {
    const text = row[column];
    const start = from * size;
    const kind = text[0];
    if (kind === "=") {
      const like = Number(text.slice(1)) * size;
      plane.copyWithin(start, like, like + size);
    } else if (kind === "~") {
      let at = start;
      for (const run of text.slice(1).split(",")) {
        const mark = run.indexOf("*");
        const value = mark < 0 ? run : run.slice(0, mark);
        const end = at + (mark < 0 ? 1 : Number(run.slice(mark + 1)));
        plane.fill(Number(value), at, end);
        at = end;
      }
    } else for (let to = 0; to < size; to++) plane[start + to] = sixBits[text.charCodeAt(to + 1)];
  });
  return plane;
}
const planes = {
  host: { status: readPlane(0, Uint8Array), icmp: readPlane(1, Uint8Array), http: readPlane(2, Uint8Array), claims: readPlane(3, Uint16Array) },
  endpoint: { status: readPlane(4, Uint8Array), icmp: readPlane(5, Uint8Array), http: readPlane(6, Uint8Array), claims: readPlane(7, Uint16Array) },
  age: readPlane(8, Uint8Array),
};
// An agent's probe of its own node is shown only where it fails; elsewhere a row's own place repeats its neighbour.
for (let at = 0; at < size; at++) {
  for (const target of ["host", "endpoint"]) for (const plane of Object.values(planes[target])) plane[at * size + at] = 0;
  planes.age[at * size + at] = 0;
}
for (const [at, target, status, icmp, http, claim] of data.self) {
  const cell = at * size + at;
  planes[target].status[cell] = status;
  planes[target].icmp[cell] = icmp;
  planes[target].http[cell] = http;
  planes[target].claims[cell] = claim;
}
data.rows = null;

// Three-bit codes of a probe.
const words = ["no path", "reachable", "unreachable", "unknown", "stale", "off", "unasked", "unreachable (stale)"];
const glyphs = ["", "", "X", "?", "~", "-", "!", "x"];
const severity = [0, 2, 7, 5, 4, 1, 3, 6];
const worse = (a, b) => (severity[a] >= severity[b] ? a : b);
const nanoseconds = (code, unit) => (code === 0 ? 0 : unit * Math.pow(data.step, code - 1));

function span(ns) {
  const ms = ns / 1e6;
  if (ms < 1) return ms.toFixed(2) + "ms";
  if (ms < 10) return ms.toFixed(1) + "ms";
  if (ms < 1000) return Math.round(ms) + "ms";
  const s = ms / 1000;
  if (s < 120) return (s < 10 ? s.toFixed(1) : Math.round(s)) + "s";
  if (s < 7200) return Math.round(s / 60) + "m";
  return s < 172800 ? Math.round(s / 3600) + "h" : Math.round(s / 86400) + "d";
}
`;
