import fc from "fast-check";
import { shortCaptures } from "../../src/collect/short-captures.ts";
import { generateMesh, type MeshOptions, parseFault } from "../../src/demo/index.ts";
import { scansThatAgree } from "../parse/scanned.ts";
import { recordedReply } from "../recording.ts";
import { bytes } from "../views.ts";
import { reader } from "./reader.ts";
import { damaged, hostileJson } from "./words.ts";

const keys = [
  ..."local name nodes host endpoint health-endpoint primary-address secondary-addresses ip icmp http status".split(
    " ",
  ),
  ..."latency lastProbed probeInterval timestamp health-endpoint-address ipv4 ipv6 enabled alloc-range source".split(
    " ",
  ),
  ..."id identity labels security-relevant state".split(" "),
];

/** The first entries of what an agent said, as it is printed. */
const replies: readonly unknown[] = [
  ...["vxlan-blocked-one-node", "node-down"].map((name) => {
    const { nodes, ...head } = JSON.parse(text(recordedReply(name, "worker-1", "cilium-health-status.json")));
    return { ...head, nodes: nodes.slice(0, 2) };
  }),
  JSON.parse(text(recordedReply("healthy", "worker-1", "cilium-node-list.json"))).slice(0, 2),
  JSON.parse(text(recordedReply("healthy", "worker-1", "cilium-endpoint-list.json"))).slice(0, 2),
];

/** Views of small meshes in rows: with failures and without, of one family, without endpoints, without times. */
function inShort(): Uint8Array[] {
  const [rows] = shortCaptures;
  const meshes: readonly MeshOptions[] = [
    { nodes: 2 },
    { nodes: 3, faults: [parseFault("node-down")] },
    { nodes: 2, dualStack: true },
    { nodes: 2, version: "1.16.5", faults: [parseFault("endpoint-health-off")] },
  ];
  return meshes.map((options) => {
    const mesh = generateMesh({ ...options, now: () => Date.parse("2031-05-02T09:20:00Z") });
    const answer = mesh.reply(String(mesh.objects("nodes")?.[0]?.metadata.name), rows?.argv ?? []);
    return Buffer.concat(answer.kind === "output" ? [...answer.stdout].map((piece) => Buffer.from(piece)) : []);
  });
}

function text(reply: Uint8Array): string {
  return Buffer.from(reply).toString("utf8");
}

function printed(value: unknown): Uint8Array {
  return bytes(`${JSON.stringify(value, null, 2) ?? ""}\n\n`);
}

/** A place, how many bytes are taken out there, and what is put in. */
type Splice = readonly [number, number, string];

function splices(marks: readonly string[], words: readonly string[]): fc.Arbitrary<readonly Splice[]> {
  const put = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...marks) },
    { weight: 2, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
  );
  return fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(3), put), { minLength: 1, maxLength: 4 });
}

/** Bytes that JSON has a meaning for, and some that end it. */
const inJson = splices(
  [...'{}[],:"\\ \n0123456789-+.eEtfn/u', "\u00e9", "\u0000", "\u2028", "\ufeff"],
  ['"ip": "x",', '"name": "a",', "\\u0041", '"\\n', "null", "1e3", "01", "-0"],
);
const inRows = splices(
  [...'\t\n\r\\ .[]0123456789-+TZ:"', "\u00e9", "\u0000", "\u2028", "\ufeff"],
  ["\t\t", "[]", "null", "<nil>", "..", "end", "rows\t", "1e3", "2031-05-02T09:19:30Z", '[{"ip":"2001:db8::1"}]'],
);

/** Bytes taken out and put in at a few places of a right reply, and perhaps its end lost. */
function spliced(right: readonly Uint8Array[], some: fc.Arbitrary<readonly Splice[]>): fc.Arbitrary<Uint8Array> {
  const end = fc.option(fc.nat(1_000_000), { freq: 10 });
  return fc.tuple(fc.constantFrom(...right), some, end).map(([reply, changes, length]) => {
    let said = Buffer.from(reply).toString("latin1");
    for (const [place, out, mark] of changes) {
      const at = place % said.length;
      said = said.slice(0, at) + Buffer.from(mark, "utf8").toString("latin1") + said.slice(at + out);
    }
    return new Uint8Array(Buffer.from(length === null ? said : said.slice(0, length % said.length), "latin1"));
  });
}

/** What the fast readers make of a reply, which must be what the parser makes of it, or nothing. */
export const scans = [
  reader(
    "replies, read fast,",
    fc.oneof(hostileJson(keys), ...replies.map((one) => damaged(one, keys))).map(printed),
    scansThatAgree,
  ),
  reader("replies with bytes exchanged, read fast,", spliced(replies.map(printed), inJson), scansThatAgree, 20_000),
  reader("rows with bytes exchanged, read fast,", spliced(inShort(), inRows), scansThatAgree, 20_000),
];
