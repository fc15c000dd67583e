import { ownText } from "../model/matrix.ts";
import { probePlaces, rowCells, rowPlaces, rowsHead, rowsMark, secondaryPlace } from "../model/short-forms.ts";
import {
  type AddressProbes,
  type HealthNode,
  type HealthReply,
  type ProbeResult,
  readAddresses,
  readIP,
} from "./health-json.ts";
import { type Parsed, wrongText } from "./json.ts";
import { parseGoDuration, parseTime } from "./time.ts";

export function isHealthRows(text: string): boolean {
  return text.startsWith(`${rowsMark}\t`);
}

/**
 * One agent's view in rows (`model/short-forms.ts`): a head, a line a node, a dot a node, the end. Whatever does not add
 * up is no row but a failure: a text with a tab or a newline in it, a cut, an agent whose template knows another way.
 * The view is then asked for in full.
 */
export function parseHealthRows(text: string): Parsed<HealthReply> {
  const lines = text.trimEnd().split("\n");
  const dots = lines.at(-2) ?? "";
  const head = (lines[0] ?? "").split("\t");
  const rows = lines.slice(1, -2).map((line) => line.split("\t"));
  if (head.length !== 1 + rowsHead.length || !/^\.*$/.test(dots) || dots.length !== rows.length) {
    return wrongText("the view in rows does not add up");
  }
  const nodes: HealthNode[] = [];
  for (const cells of rows) {
    const node = readRow(cells);
    if (node === null) return wrongText("a line of the view in rows has cells that do not add up");
    nodes.push(node);
  }
  if (isUnclear(rows)) return wrongText("the view in rows does not tell which health endpoints there are");
  const [, timestamp = "", localName = "", interval = ""] = head;
  return {
    ok: true,
    value: {
      localName: ownText(localName),
      timestamp: parseTime(timestamp),
      probeIntervalNs: interval === "" ? null : parseGoDuration(interval),
      nodes: nodes.length === 0 ? null : nodes,
    },
  };
}

function readRow(cells: readonly string[]): HealthNode | null {
  if (cells.length !== rowCells.length) return null;
  const host = readTarget(cells, rowPlaces.host);
  const endpoint = readTarget(cells, rowPlaces.endpoint);
  return host === undefined || endpoint === undefined ? null : { name: cells[0] ?? "", host, endpoint };
}

/** null: the agent has no such object, so it is not checked; undefined: the cells make no sense. */
export function readTarget(cells: readonly string[], at: number): readonly AddressProbes[] | null | undefined {
  const ip = cells[at] ?? "";
  const icmp = readProbe(cells, at + probePlaces.icmp);
  const http = readProbe(cells, at + probePlaces.http);
  const secondary = readSecondary(cells[at + secondaryPlace] ?? "");
  if (icmp === undefined || http === undefined || secondary === undefined) return undefined;
  if (ip === "" && icmp === null && http === null && secondary === null) return null;
  const first = { ip: readIP(ip), icmp, http };
  return secondary === null ? [first] : [first, ...secondary];
}

function readProbe(cells: readonly string[], at: number): ProbeResult | null | undefined {
  const latency = cells[at] ?? "";
  const status = cells[at + 1] ?? "";
  const probed = cells[at + 2] ?? "";
  if (latency === "") return status === "" && probed === "" ? null : undefined;
  const latencyNs = Number(latency);
  if (!Number.isFinite(latencyNs)) return undefined;
  const lastProbed = Math.floor(parseTime(probed) / 1000);
  if (lastProbed === 0 && probed !== "") return undefined;
  return { status, latencyNs: Math.max(0, latencyNs), lastProbed };
}

/** A JSON list since client-go 0.19; older ones print pointers, unless it is empty. null: not printed at all. */
function readSecondary(cell: string): readonly AddressProbes[] | null | undefined {
  if (cell === "") return null;
  if (cell === "[]" || cell === "null") return [];
  try {
    return readAddresses({ "secondary-addresses": JSON.parse(cell) }).slice(1);
  } catch {
    return undefined;
  }
}

/**
 * Agents before 1.12 have no `health-endpoint`, and a later one may drop the deprecated `endpoint`: with one of the two
 * alone, an empty row may be an endpoint that is off as well as one without a result.
 */
function isUnclear(rows: readonly (readonly string[])[]): boolean {
  const { endpoint } = rowPlaces;
  let [anyPrimary, anyWhole, anyBare] = [false, false, false];
  for (const cells of rows) {
    const isWhole = cells[endpoint + secondaryPlace] !== "";
    const hasPrimary = cells.slice(endpoint, endpoint + secondaryPlace).some((cell) => cell !== "");
    anyWhole ||= isWhole;
    anyPrimary ||= hasPrimary;
    anyBare ||= !isWhole && !hasPrimary;
  }
  return (anyPrimary && !anyWhole && anyBare) || (anyWhole && !anyPrimary);
}
