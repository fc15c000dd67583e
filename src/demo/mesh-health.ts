import { agentName, allNodes, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
import {
  type AddressProbes,
  cycleStart,
  intervalText,
  type Probe,
  peersOf,
  probesOfPeer,
  type View,
  viewOf,
} from "./mesh-probes.ts";

/**
 * `cilium-health status -o json` of one agent, in the shape of api/v1/health/models as Cilium 1.16 to 1.19 print it:
 * keys sorted, two-space indent, an empty line at the end. Text is put together peer by peer while it is sent; at
 * 1,000 nodes it is 1 MB, so no object is built and nothing is kept.
 */

const peersPerChunk = 32;

/** The report in pieces of a few dozen peers. */
export function* healthReport(plan: MeshPlan, from: MeshNode): Generator<string> {
  const view = viewOf(plan, from);
  yield `{\n  "local": {\n    "name": ${goJson(agentName(plan, from))}\n  },\n  "nodes": [\n`;
  const count = allNodes(plan).length;
  let [chunk, printed] = ["", 0];
  for (const to of peersOf(view)) {
    chunk += peer(view, to);
    chunk += ++printed === count ? "\n" : ",\n";
    if (printed % peersPerChunk !== 0) continue;
    yield chunk;
    chunk = "";
  }
  const interval = intervalText(view);
  const intervalLine = interval === "" ? "" : `  "probeInterval": "${interval}",\n`;
  yield `${chunk}  ],\n${intervalLine}  "timestamp": "${cycleStart(view)}"\n}\n\n`;
}

function peer(view: View, to: MeshNode): string {
  const { host, endpoint } = probesOfPeer(view, to);
  const hostText = `      "host": ${targetText("      ", host)},\n`;
  const nameText = `      "name": ${goJson(agentName(view.plan, to))}\n    }`;
  if (endpoint === null) return `    {\n${hostText}${nameText}`;
  const deprecated = `      "endpoint": ${addressText("      ", endpoint[0])},\n`;
  return `    {\n${deprecated}      "health-endpoint": ${targetText("      ", endpoint)},\n${hostText}${nameText}`;
}

function targetText(pad: string, addresses: readonly AddressProbes[]): string {
  const inner = `${pad}  `;
  const [primary, ...secondary] = addresses;
  const first = primary === undefined ? "" : `${inner}"primary-address": ${addressText(inner, primary)},\n`;
  const items = secondary.map((address) => `${inner}  ${addressText(`${inner}  `, address)}`).join(",\n");
  const list = items === "" ? "[]" : `[\n${items}\n${inner}]`;
  return `{\n${first}${inner}"secondary-addresses": ${list}\n${pad}}`;
}

function addressText(pad: string, address: AddressProbes | undefined): string {
  if (address === undefined) return "{}";
  const inner = `${pad}  `;
  const http = address.http === null ? "" : `${inner}"http": ${probeText(inner, address.http)},\n`;
  const icmp = address.icmp === null ? "" : `${inner}"icmp": ${probeText(inner, address.icmp)},\n`;
  return `{\n${http}${icmp}${inner}"ip": "${address.ip}"\n${pad}}`;
}

function probeText(pad: string, { lastProbed, latency, failure }: Probe): string {
  const when = lastProbed === "" ? "" : `${pad}  "lastProbed": "${lastProbed}",\n`;
  const result = failure === "" ? `"latency": ${latency}` : `"status": ${goJson(failure)}`;
  return `{\n${when}${pad}  ${result}\n${pad}}`;
}

/** A JSON string as Go's encoder writes it: `<`, `>`, `&` and the two line separators are escaped. */
export function goJson(text: string): string {
  const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, escaped);
}
