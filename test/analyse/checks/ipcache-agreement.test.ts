import { describe, expect, it } from "vitest";
import { ipcacheAgreement } from "../../../src/analyse/checks/ipcache-agreement.ts";
import { healthIP, hostIP } from "../mesh.ts";
import { noLists, said, tables } from "./checked.ts";

const numbers = [1, 2, 3, 4];
type Odd = Readonly<Record<number, Readonly<Record<string, string | null>>>>;

/** As each of four nodes has it: health endpoints, nodes, a range of a policy; `odd` replaces entries, null removes one. */
function maps(odd: Odd = {}) {
  const info = (identity: number, node: number | null) =>
    `identity=${identity} encryptkey=0 tunnelendpoint=${node === null ? "0.0.0.0" : hostIP(node)} flags=<none>`;
  const byNode = numbers.map((self) => {
    const entries: Record<string, string[]> = {
      "0.0.0.0/0": [info(2, null)],
      "192.0.2.0/24": [info(16_777_216 + self, null)],
    };
    for (const node of numbers) {
      entries[`${healthIP(node)}/32`] = [info(4, node === self ? null : node)];
      entries[`${hostIP(node)}/32`] = [info(node === self ? 1 : 6, null)];
      if (node !== self) entries[`10.244.${node}.0/24`] = [info(2, node)];
    }
    for (const [key, text] of Object.entries(odd[self] ?? {})) {
      if (text === null) delete entries[key];
      else entries[key] = [text];
    }
    return [self, entries] as const;
  });
  return tables("bpf-ipcache.json", Object.fromEntries(byNode));
}

const compared = (first: Odd, again: Odd | null) =>
  said(
    ipcacheAgreement,
    { size: 4 },
    { lists: { ...noLists, first: maps(first), again: again === null ? null : maps(again) } },
  );

describe("ipcache-agreement", () => {
  const wrong = { [`${healthIP(3)}/32`]: `identity=4 encryptkey=0 tunnelendpoint=${hostIP(4)} flags=hastunnel` };

  it("is quiet where all agree but for what differs by nature: own addresses, ranges of policies, own devices", () => {
    const docker = { "172.17.0.1/32": "identity=1 encryptkey=0 tunnelendpoint=0.0.0.0 flags=<none>" };
    expect(compared({ 1: docker, 2: docker, 3: docker }, null)).toEqual([]);
  });

  it("fails where a node sends to the wrong node, seen twice (cilium/cilium#22923)", () => {
    expect(compared({ 1: wrong }, { 1: wrong })).toEqual([
      "worker-1 failed ipcache-agreement: 10.244.3.9/32 leads to 172.31.0.14, and is of worker-3, as 2 others have it",
    ]);
  });

  it("warns of what could be read only once, as in a saved state", () => {
    expect(compared({ 1: wrong }, null)).toEqual([
      "worker-1 warning ipcache-agreement: 10.244.3.9/32 leads to 172.31.0.14, and is of worker-3, as 2 others have it",
    ]);
  });

  it("lets go of what a second reading does not show", () => {
    expect(compared({ 1: wrong }, {})).toEqual([]);
  });

  it("says what is missing, what is surplus, and another identity", () => {
    const odd = {
      1: { [`${healthIP(3)}/32`]: null },
      2: { "10.244.4.77/32": `identity=777 encryptkey=0 tunnelendpoint=${hostIP(4)} flags=hastunnel` },
      4: { [`${healthIP(3)}/32`]: `identity=9 encryptkey=0 tunnelendpoint=${hostIP(3)} flags=hastunnel` },
    };
    expect(compared({ 1: odd[1] }, { 1: odd[1] })).toEqual([
      "worker-1 failed ipcache-agreement: 10.244.3.9/32 is missing, has identity 4 at 172.31.0.13 on 2 others",
    ]);
    expect(compared({ 2: odd[2] }, { 2: odd[2] })).toEqual([
      "worker-2 warning ipcache-agreement: 10.244.4.77/32 has identity 777 at 172.31.0.14, and is not known on 2 others",
    ]);
    expect(compared({ 4: odd[4] }, null)).toEqual([
      "worker-4 warning ipcache-agreement: 10.244.3.9/32: identity 9 (4 on 2 others)",
    ]);
  });

  it("believes the CiliumNode where most nodes are wrong, and where there is nobody to compare with", () => {
    expect(compared({ 1: wrong, 2: wrong }, null)).toEqual([
      "worker-1+worker-2 warning ipcache-agreement: 10.244.3.9/32 leads to 172.31.0.14, and is of worker-3, as 1 other has it",
    ]);
  });

  it("calls nobody odd where identities part them evenly", () => {
    const other = { [`${healthIP(4)}/32`]: `identity=9 encryptkey=0 tunnelendpoint=${hostIP(4)} flags=hastunnel` };
    expect(compared({ 1: other }, null)).toHaveLength(1);
    expect(
      compared(
        {
          1: other,
          2: { ...other, [`${healthIP(4)}/32`]: `identity=8 encryptkey=0 tunnelendpoint=${hostIP(4)} flags=x` },
        },
        null,
      ),
    ).toEqual([]);
  });

  it("is not run where the lists were not asked for", () => {
    expect(said(ipcacheAgreement, { size: 2 })).toEqual(["cluster not run ipcache-agreement: they were not asked for"]);
  });
});
