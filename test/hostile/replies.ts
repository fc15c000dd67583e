import fc from "fast-check";
import { isCompleteJson } from "../../src/collect/complete.ts";
import { matrixBuilder } from "../../src/model/matrix.ts";
import { headMark } from "../../src/model/pulse.ts";
import {
  cellEnd,
  endMark,
  fieldsMark,
  itemEnd,
  rowCells,
  rowsMark,
  sectionEnd,
  statusCells,
  tallyMark,
  tallyTargets,
} from "../../src/model/short-forms.ts";
import { parseAgentStatus } from "../../src/parse/agent-status.ts";
import { countedRow, meshReference } from "../../src/parse/counted-row.ts";
import { encodeRow } from "../../src/parse/encode-row.ts";
import { parseEndpointList } from "../../src/parse/endpoint-list.ts";
import { readEndpointNames } from "../../src/parse/endpoint-names.ts";
import { parseHealthHead } from "../../src/parse/health-head.ts";
import { parseHealthReply } from "../../src/parse/health-reply.ts";
import { parseHealthTally } from "../../src/parse/health-tally.ts";
import { parseJson } from "../../src/parse/json.ts";
import { parseNodeList } from "../../src/parse/node-list.ts";
import { recordedReply } from "../recording.ts";
import { bytes } from "../views.ts";
import { reader } from "./reader.ts";
import { damaged, hostileJson, hostileLines } from "./words.ts";

const healthKeys = [
  ..."local name nodes host endpoint health-endpoint primary-address secondary-addresses ip icmp http status".split(
    " ",
  ),
  ..."latency lastProbed probeInterval timestamp cilium msg controllers cluster ciliumHealth state encryption".split(
    " ",
  ),
  ..."id labels networking addressing ipv4 ipv6 enabled external-identifiers status identity routing masquerading".split(
    " ",
  ),
];

/** What a real agent said, cut down to a few entries a list. */
const recordedReplies = (
  ["cilium-health-status.json", "cilium-status.json", "cilium-endpoint-list.json", "cilium-node-list.json"] as const
).map((id) => shortened(JSON.parse(Buffer.from(recordedReply("zone-partition", "worker-1", id)).toString("utf8"))));

function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 2).map(shortened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 30)
      .map(([key, one]) => [key, shortened(one)]),
  );
}

/** Lines of the five generations of text that `cilium-health status` has printed. */
const healthLines = [
  "Probe time:   2031-05-02T09:14:30Z",
  "Nodes:",
  "  orchard/pear-1 (localhost):",
  "  orchard/plum-2:",
  "    Host connectivity to 192.0.2.11:",
  "    Host connectivity:   nil",
  "    Secondary connectivity to 2001:db8::11:",
  "    Endpoint connectivity to 10.1.0.77:",
  "      ICMP to stack:   OK, RTT=413.345µs",
  "      ICMP:            Connection timed out",
  '      HTTP to agent:   Get "http://10.1.0.77:4240/hello": dial tcp: i/o timeout',
  "Cluster health:                         2/3 reachable    (2031-05-02T09:14:30Z)",
  "Cluster health:\t0/0 reachable\t(2031-05-02T09:14:30Z)\t(Probe interval: 1m36.566s)",
  "  Name                 IP              Node        Endpoints",
  "Name                 IP              Node   Endpoints",
  "  orchard/pear-1 (localhost)   192.0.2.11   reachable   unreachable",
  "  orchard/plum-2               192.0.2.12,2001:db8::12   1/2         0/1",
  "  orchard/fig-3                192.0.2.13   true        false",
  "  ...",
];

const row = (cells: readonly string[]) => cells.join("\t");
const rows = [
  row([rowsMark, "2031-05-02T09:14:30Z", "orchard/pear-1", "1m0s"]),
  row(rowCells.map((_cell, at) => (at === 0 ? "orchard/pear-1" : ""))),
  row(rowCells.map((cell) => (cell.endsWith("latency") ? "413345" : cell.endsWith("ip") ? "192.0.2.11" : "[]"))),
  "..",
  endMark,
];

const tally = [
  row([tallyMark, "2031-05-02T09:04:30Z", "2031-05-02T09:24:30Z", "2031-05-02T09:14:30Z", "orchard/pear-1", "1m0s"]),
  "..",
  ".",
  "",
  row(["orchard/pear-1", ...tallyTargets.host.cells.map((cell) => (cell.endsWith("latency") ? "0" : "[]"))]),
  row(["orchard/pear-1", "413345", "413346"]),
  endMark,
];

/** As against one node that two agents agree on. */
function readAsTally(reply: Uint8Array): unknown {
  const builder = matrixBuilder();
  const good = { status: "", latencyNs: 413_345, lastProbed: 1_935_479_652 };
  const addresses = [{ ip: "192.0.2.11", icmp: good, http: good }];
  const node = { name: "orchard/pear-1", host: addresses, endpoint: addresses };
  const columnOf = (name: string) => (name === node.name ? 0 : -1);
  for (let agent = 0; agent < 2; agent++) builder.matrix.rows.push(encodeRow(builder, [node], columnOf));
  const reference = meshReference(builder.matrix, [0, 1]);
  if (typeof reference === "string") throw new Error(reference);
  const parsed = parseHealthTally(new TextDecoder().decode(reply));
  return parsed.ok ? [parsed, countedRow(builder, reference, parsed.value, columnOf)] : parsed;
}

const fields = [
  fieldsMark,
  Object.keys(statusCells).join(cellEnd) + cellEnd,
  ["a", "1", ""].join(cellEnd) + itemEnd,
  ["a", "3", "boom", "2031-05-02T09:14:30Z", ""].join(cellEnd) + itemEnd,
  ["east", "true", "5", "ready", "", ""].join(cellEnd) + itemEnd,
  "",
  endMark,
];

const heads = [
  row([headMark, "2031-05-02T09:14:30Z", "orchard/pear-1", "1m0s"]),
  row([headMark, "", "", ""]),
  "...",
  "",
  endMark,
];

const replyReaders = [
  parseHealthReply,
  parseAgentStatus,
  parseNodeList,
  parseEndpointList,
  readEndpointNames,
  parseJson,
  isCompleteJson,
];

function readAllReplies(reply: Uint8Array): unknown[] {
  return replyReaders.map((read) => read(reply));
}

/** What agents print, in every form there is. */
export const replies = [
  reader(
    "JSON replies",
    fc
      .oneof(hostileJson(healthKeys), ...recordedReplies.map((one) => damaged(one, healthKeys)))
      .map((value) => bytes(JSON.stringify(value) ?? "")),
    readAllReplies,
  ),
  reader(
    "text replies",
    fc.oneof(
      { weight: 9, arbitrary: hostileLines(healthLines).map(bytes) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
    ),
    readAllReplies,
  ),
  reader("replies in rows", hostileLines(rows).map(bytes), parseHealthReply),
  reader("heads of replies", hostileLines(heads), parseHealthHead),
  reader("replies in a tally", hostileLines(tally).map(bytes), readAsTally),
  reader("replies in fields", hostileLines(fields, sectionEnd).map(bytes), parseAgentStatus),
];
