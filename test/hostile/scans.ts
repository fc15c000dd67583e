import fc from "fast-check";
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

function text(reply: Uint8Array): string {
  return Buffer.from(reply).toString("utf8");
}

function printed(value: unknown): Uint8Array {
  return bytes(`${JSON.stringify(value, null, 2) ?? ""}\n\n`);
}

/** Bytes that JSON has a meaning for, and some that end it. */
const marks = [...'{}[],:"\\ \n0123456789-+.eEtfn/u', "\u00e9", "\u0000", "\u2028", "\ufeff"];
const splices = fc.array(
  fc.tuple(
    fc.nat(1_000_000),
    fc.nat(3),
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...marks) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('"ip": "x",', '"name": "a",', "\\u0041", '"\\n', "null", "1e3", "01", "-0"),
      },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
    ),
  ),
  { minLength: 1, maxLength: 4 },
);

/** Bytes taken out and put in at a few places of a right reply, and perhaps its end lost. */
const spliced = fc
  .tuple(fc.constantFrom(...replies), splices, fc.option(fc.nat(1_000_000), { freq: 10 }))
  .map(([reply, some, end]) => {
    let said = Buffer.from(printed(reply)).toString("latin1");
    for (const [place, length, mark] of some) {
      const at = place % said.length;
      said = said.slice(0, at) + Buffer.from(mark, "utf8").toString("latin1") + said.slice(at + length);
    }
    return new Uint8Array(Buffer.from(end === null ? said : said.slice(0, end % said.length), "latin1"));
  });

/** What the fast readers make of a reply, which must be what the parser makes of it, or nothing. */
export const scans = [
  reader(
    "replies, read fast,",
    fc.oneof(hostileJson(keys), ...replies.map((one) => damaged(one, keys))).map(printed),
    scansThatAgree,
  ),
  reader("replies with bytes exchanged, read fast,", spliced, scansThatAgree, 20_000),
];
