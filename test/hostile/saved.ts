import fc from "fast-check";
import type { Members } from "../../src/bundle/members.ts";
import { parseIndex } from "../../src/bundle/parse-index.ts";
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

/** All that is read of a sysdump: its lists, and every capture of its one agent. */
async function readSysdump(files: ReadonlyMap<string, string>): Promise<unknown> {
  const members: Members = {
    name: "sysdump",
    paths: [...files.keys()],
    read: async (path) => bytes(files.get(path) ?? ""),
    sha256: () => null,
    notes: [],
    cut: false,
    close: async () => undefined,
  };
  const state = await openSysdump(members);
  const read: unknown[] = [...(await state.lists())];
  for (const id of captureIds) read.push(await state.capture("worker-1", "cilium-a", id, []));
  return read.map((one) => JSON.stringify(one)?.length);
}

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
  reader("sysdumps", sysdumps, readSysdump, 2_000),
];
