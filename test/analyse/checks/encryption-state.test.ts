import { describe, expect, it } from "vitest";
import { encryptionState } from "../../../src/analyse/checks/encryption-state.ts";
import { said } from "./checked.ts";

const wireguard = (
  odd: Readonly<Record<number, { readonly key?: string; readonly peers?: number; readonly mode?: string }>>,
) => ({
  status: (node: number) => ({
    encryption: {
      mode: odd[node]?.mode ?? "Wireguard",
      wireguard: {
        interfaces: [
          { name: "cilium_wg0", "public-key": odd[node]?.key ?? `key${node}=`, "peer-count": odd[node]?.peers ?? 3 },
        ],
      },
    },
  }),
  ciliumNode: (node: number) => ({ metadata: { annotations: { "network.cilium.io/wg-pub-key": `key${node}=` } } }),
});

describe("encryption-state", () => {
  it("is quiet without encryption, and where keys and peers add up", () => {
    expect(said(encryptionState, { size: 4 })).toEqual([]);
    expect(said(encryptionState, { size: 4, patch: wireguard({}) })).toEqual([]);
  });

  it("fails where a key is not the one that is announced (cilium/cilium#25492)", () => {
    const lines = said(encryptionState, { size: 4, patch: wireguard({ 2: { key: "other=" } }) });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^worker-2 (?:failed|warning) wireguard-peer-mismatch: /);
  });

  it("warns of an agent that knows fewer peers", () => {
    expect(said(encryptionState, { size: 4, patch: wireguard({ 3: { peers: 2 } }) })).toEqual([
      "worker-3 warning wireguard-peer-mismatch: 2 WireGuard peers (3 on 3 others)",
    ]);
  });

  it("fails where one agent does not encrypt", () => {
    expect(said(encryptionState, { size: 4, patch: wireguard({ 1: { mode: "Disabled" } }) })).toEqual([
      "worker-1 failed config-skew: encryption is disabled (wireguard on 3 others)",
    ]);
  });

  it("warns of another IPsec key id, as in a rotation", () => {
    const patch = {
      status: () => ({ encryption: { mode: "IPsec" } }),
      ciliumNode: (node: number) => ({ spec: { encryption: { key: node === 2 ? 3 : 4 } } }),
    };
    expect(said(encryptionState, { size: 4, patch })).toEqual([
      "worker-2 warning ipsec-state-mismatch: IPsec key id 3 (4 on 3 others)",
    ]);
  });
});
