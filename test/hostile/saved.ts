import fc from "fast-check";
import { openHealthOutputs } from "../../src/bundle/health-outputs.ts";
import { ciliumEndpointsFile, listFiles } from "../../src/bundle/layout.ts";
import type { Members } from "../../src/bundle/members.ts";
import { parseIndex } from "../../src/bundle/parse-index.ts";
import { parseOutcome } from "../../src/bundle/parse-outcome.ts";
import { pastedOutputs } from "../../src/bundle/pasted-outputs.ts";
import { speakerAbove } from "../../src/bundle/pasted-speaker.ts";
import { openRecordedState } from "../../src/bundle/recorded-state.ts";
import { redact, redactText } from "../../src/bundle/redact.ts";
import { redactObject } from "../../src/bundle/redact-objects.ts";
import type { SavedState } from "../../src/bundle/saved-state.ts";
import { openSysdump } from "../../src/bundle/sysdump.ts";
import { captureIds } from "../../src/model/capture.ts";
import { bytes } from "../views.ts";
import { reader } from "./reader.ts";
import { damaged, hostileJson, hostileLines, hostileText } from "./words.ts";

const listLines = [
  "apiVersion: v1",
  "items: []",
  "items:",
  "- apiVersion: v1",
  "  metadata:",
  "    name: worker-1",
  "    labels:",
  "      k8s-app: cilium",
  "  spec: &a {nodeName: worker-1, x: [1, 2]}",
  "  status: *a",
  '  "__proto__": {polluted: true}',
  "  <<: {a: b}",
  "kind: List",
  "--- !!js/function x",
  "  data: |",
  "\tx",
];

const commandLines = [
  "*filter",
  ":INPUT ACCEPT [1:2]",
  "[3:4] -A INPUT -p udp --dport 8472 -j DROP",
  "COMMIT",
  "# Generated",
  "```",
  "net.ipv4.ip_forward = 1",
  "net.ipv4.conf.eth0/1.rp_filter = 2",
  "9:\tfrom all fwmark 0x200/0xf00 lookup 2004 proto unspec",
  "> Error while running 'cilium-dbg status':  exit status 1",
];

const stamp = "20261120-224005";
const folder = `cilium-bugtool-cilium-a-${stamp}`;
const lists = ["k8s-pods", "k8s-nodes", "ciliumnodes", "cilium-configmap", "ciliumclusterwidenetworkpolicies"];
const commands = [
  ...["cilium-health-status--o-json", "cilium-health-status", "iptables-save--c", "sysctl--a", "ip--d-rule"],
  ...["cilium-dbg-node-list--o-json", "cilium-dbg-status---verbose"],
];

/** The files of a sysdump, filled with anything. */
const sysdumps: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .tuple(fc.array(hostileLines(listLines), { minLength: 5, maxLength: 5 }), hostileLines(commandLines), hostileText)
  .map(([texts, said, json]) => {
    const listed = lists.map((name, at): [string, string] => [`${name}-${stamp}.yaml`, texts[at] ?? ""]);
    const printed = commands.map((name): [string, string] => [`${folder}/cmd/${name}.md`, said]);
    const debuginfo = `${folder}/cmd/cilium-debuginfo-20261120-224005.1+0100-CET.json`;
    return new Map([...listed, ...printed, [debuginfo, `{"cilium-status":${JSON.stringify(json)}}`]]);
  });

const outcomes = damaged(
  { kind: "http", status: 403, reason: "Forbidden", message: "m", retryAfterSeconds: 1, stderr: "", code: 7 },
  ["kind", "http", "timeout", "remote-error", "phase", "status"],
).map((value) => JSON.stringify(value) ?? "");

const recordedFiles = [
  "nodes/worker-1/cilium-health-status.json",
  "nodes/worker-1/cilium-health-status.json.rc",
  "nodes/worker-1/cilium-health-status.json.stderr",
  "nodes/worker-1/date.txt.outcome.json",
  "nodes/worker-1/cilium-status.json.outcome.json",
];

function membersOf(files: ReadonlyMap<string, string>): Members {
  return {
    name: "saved",
    paths: [...files.keys()],
    read: async (path) => bytes(files.get(path) ?? ""),
    sha256: () => null,
    hurdle: "",
    notes: [],
    cut: false,
    close: async () => undefined,
  };
}

/** Its lists, and every capture of its one agent. */
async function readState(state: SavedState): Promise<unknown> {
  const read: unknown[] = [...(await state.lists()), await state.ciliumEndpoints(), ...state.notes()];
  for (const id of captureIds) read.push(await state.capture("worker-1", "cilium-a", id, []));
  return read.map((one) => JSON.stringify(one)?.length);
}

/** The files of a bundle or a captures folder, without checksums: all of it is believed. */
const recordings = fc
  .tuple(
    fc.array(hostileLines(listLines), { maxLength: 5 }),
    fc.array(fc.oneof(hostileText, outcomes), { maxLength: 6 }),
  )
  .map(([lists, texts]) => {
    const listed = lists.map((text, at): [string, string] => [
      Object.values(listFiles)[at] ?? ciliumEndpointsFile,
      text,
    ]);
    const said = texts.map((text, at): [string, string] => [recordedFiles[at] ?? "nodes/worker-1/unreachable", text]);
    return new Map<string, string>([["kube/pods.json", '{"items":[]}'], ...listed, ...said]);
  });

const outputLines = [
  '{"local":{"name":"rig/worker-1"},"nodes":[{"name":"rig/worker-1"}]}',
  "Probe time:   2031-05-02T09:14:30Z",
  "Nodes:",
  "  rig/worker-1 (localhost):",
  "Cluster health: 1/2 reachable (2031-05-02T09:14:30Z)",
  "Name                 IP              Node   Endpoints",
  "  rig/worker-1 (localhost)   192.0.2.11   reachable   unreachable",
  "> kubectl exec cilium-x -- cilium-health status",
  "  rig/worker-2:\n    Host connectivity to 192.0.2.12:",
  "      ICMP to stack:   Connection timed out",
  "```",
  "...",
  "==> cilium-x7k2p",
  "root@worker-1:/home/cilium# cilium-health status",
  "#### pod: cilium-x7k2p 2/2 Running 2 55m 192.0.2.11 worker-1 <none> <none>",
  "Error: Cannot get status: connect: no such file or directory",
  "> > # Probe time:   2031-05-02T09:14:30Z",
  "\u001b[32mCluster health:\u001b[0m 1/2 reachable",
];

async function readOutputs(text: string): Promise<unknown> {
  const state = await openHealthOutputs(membersOf(new Map([["pasted.txt", text]])));
  return [speakerAbove(text, 0), pastedOutputs(text), state === null ? null : await readState(state)];
}

/** What must not leave: nothing that looks like it is left, and nothing is thrown on the way. */
function readSecrets(text: string): unknown {
  const redacted = redact(Buffer.from(text));
  return [redactText(text), redacted.kind === "clean" ? redacted.bytes.length : redacted.reason];
}

const secretLines = [
  "-----BEGIN RSA PRIVATE KEY-----",
  "MIIEowIBAAKCAQEA",
  "-----END RSA PRIVATE KEY-----",
  "token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
  "password = hunter2",
  "Authorization: Bearer abcdefghijklmnop",
  "client-key-data: LS0tLS1CRUdJTg==",
  "0x00000003 cbc(aes) 0123456789abcdef0123456789abcdef",
];

const indexKeys = [
  ..."formatVersion tool name version createdAt partial pseudonymised source context cluster server members".split(" "),
  ..."failures dropped path bytes sha256 where what message".split(" "),
];

const index = {
  tool: { name: "t", version: "1" },
  source: { kind: "bundle", context: "c" },
  members: [{ path: "kube/pods.json", bytes: 3, sha256: "00" }],
  failures: [{ where: "a", what: "exec", message: "m" }],
  dropped: ["x"],
};

function asIndex(value: unknown): Uint8Array {
  const fields = typeof value === "object" && value !== null ? value : {};
  return bytes(JSON.stringify({ formatVersion: 1, ...fields }));
}

/** Saved states; their archives are tried in test/bundle. */
export const savedStates = [
  reader(
    "bundle indexes",
    fc.oneof(
      hostileJson(indexKeys).map(asIndex),
      damaged(index, indexKeys).map(asIndex),
      fc.uint8Array({ maxLength: 40 }),
    ),
    parseIndex,
  ),
  reader("sysdumps", sysdumps, async (files) => readState(await openSysdump(membersOf(files))), 2_000),
  reader("recordings", recordings, async (files) => readState(await openRecordedState(membersOf(files))), 2_000),
  reader("sidecars of captures", outcomes, (text) => parseOutcome(Buffer.from(text))),
  reader("pasted outputs", hostileLines(outputLines), readOutputs),
  reader("secrets in texts", hostileLines(secretLines), readSecrets),
  reader("secrets in objects", hostileJson(["data", "token", "annotations", "env", "value", "name"]), redactObject),
];
