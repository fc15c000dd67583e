import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeLocation } from "../../../src/analyse/locate/verdict.ts";
import type { LocatePlace } from "../../../src/model/locate.ts";
import { type Behaviour, type Case, findingsOf } from "./findings.ts";

type Row = readonly [what: string, one: Case, place: LocatePlace, text: string];

const leaves = { tunnelTx: "grows", nicTx: "grows", tunnelRx: "still", nicRx: "noisy" } as const;
const arrives = { tunnelRx: "grows", nicRx: "noisy" } as const;
const answers = { ...arrives, healthTx: "grows", healthRx: "grows" } as const;

const tunnel: readonly Row[] = [
  [
    "nothing leaves the sender",
    { from: { tunnelTx: "still", nicTx: "still" }, to: { tunnelRx: "still" } },
    "source",
    "never leaves a (tunnel TX +3): lost in its own routing, output filter or datapath",
  ],
  [
    "it leaves beside the tunnel",
    { from: { tunnelTx: "still", nicTx: "grows" }, to: { tunnelRx: "still" } },
    "source",
    "leaves a beside the tunnel (tunnel TX +3, eth0 TX +48): its route to 10.0.1.7 does not lead through cilium_host",
  ],
  [
    "the sender's filter drops the tunnel's packets",
    { from: { tunnelTx: "still", tunnelLost: "grows", nicTx: "still" }, to: { tunnelRx: "still" } },
    "source",
    "never leaves a: its tunnel device cannot send it (cilium_vxlan TX dropped or failed, +48), which its own output filter does, or a missing route to the other node",
  ],
  [
    "the sender's datapath drops it",
    { from: { tunnelTx: "still", drop: "Policy denied" }, to: { tunnelRx: "still" } },
    "source",
    "dropped on a before it leaves: Policy denied (ingress, +45)",
  ],
  [
    "it enters the tunnel, and no packet of the tunnel's leaves the card",
    { from: { ...leaves, nicTx: "still" }, to: { tunnelRx: "still" } },
    "source",
    "enters a's tunnel (tunnel TX +48), never leaves its network card (eth0 TX +3): b does not answer ARP, or a's own output filter or routing loses it",
  ],
  [
    "it leaves, and the other node's card is too busy to tell",
    { from: leaves, to: { tunnelRx: "still", nicRx: "noisy" } },
    "between-or-target-input",
    "leaves a (tunnel TX +48), never reaches b (tunnel RX +3): lost between the nodes or in b's own input filter",
  ],
  [
    "it leaves, and never reaches the other node's card",
    { from: leaves, to: { tunnelRx: "still", nicRx: "still" } },
    "between",
    "leaves a (tunnel TX +48), never reaches b (tunnel RX +3), nor its network card (ens3 RX +3): lost between the nodes",
  ],
  [
    "it reaches the card, never the tunnel",
    { from: leaves, to: { tunnelRx: "still", nicRx: "grows" } },
    "target-input",
    "leaves a (tunnel TX +48), reaches b's network card (ens3 RX +48), never its tunnel device (tunnel RX +3): lost in b's own input filter",
  ],
  [
    "a policy denies it there",
    { from: leaves, to: { ...arrives, healthTx: "still", drop: "Policy denied", otherDrop: "Invalid source ip" } },
    "target",
    "reaches b (tunnel RX +48), dropped there: Policy denied (ingress at b, +45)",
  ],
  [
    "a policy denies it there, and the tunnel is too busy to tell",
    { from: { tunnelTx: "noisy" }, to: { tunnelRx: "noisy", drop: "Policy denied" } },
    "target",
    "reaches b, dropped there: Policy denied (ingress at b, +45)",
  ],
  [
    "it is not handed on there, and no drop is counted",
    { from: leaves, to: { ...arrives, healthTx: "still" } },
    "target",
    "reaches b (tunnel RX +48), is never handed to its health endpoint (to health endpoint +3), and Cilium counts no drop: lost in b's own forwarding (FORWARD chain, ip_forward, rp_filter)",
  ],
  [
    "the endpoint does not answer",
    { from: leaves, to: { ...arrives, healthTx: "grows", healthRx: "still" } },
    "target",
    "reaches b (tunnel RX +48), is handed to its health endpoint (to health endpoint +48), which does not answer (from health endpoint +3)",
  ],
  [
    "the answer is dropped by the target's own filter",
    { from: leaves, to: { ...answers, tunnelTx: "still", tunnelLost: "grows" } },
    "way-back",
    "answered by b's health endpoint (from health endpoint +48), the answer is lost on b itself: its tunnel device cannot send it (cilium_vxlan TX dropped or failed, +48), which its own output filter does, or a missing route to a",
  ],
  [
    "the answer never leaves the target",
    { from: leaves, to: { ...answers, tunnelTx: "still" } },
    "way-back",
    "answered by b's health endpoint (from health endpoint +48), the answer never leaves b (tunnel TX +3): lost in its own routing or filter",
  ],
  [
    "the answer is lost on the way",
    { from: leaves, to: { ...answers, tunnelTx: "grows" } },
    "way-back",
    "answered by b's health endpoint (from health endpoint +48), the answer is lost on the way back (tunnel RX +3 at a): between the nodes or in a's own input filter",
  ],
  [
    "the answer reaches the sender's card alone",
    { from: { ...leaves, nicRx: "grows" }, to: { ...answers, tunnelTx: "grows" } },
    "way-back",
    "answered by b's health endpoint (from health endpoint +48), the answer reaches a's network card (eth0 RX +48), never its tunnel device (tunnel RX +3): lost in a's own input filter",
  ],
  [
    "the answer comes back and is dropped",
    { from: { ...leaves, tunnelRx: "grows", drop: "Policy denied" }, to: { ...answers, tunnelTx: "grows" } },
    "way-back",
    "answered by b's health endpoint (from health endpoint +48), the answer is dropped on a: Policy denied (+45)",
  ],
  [
    "the target's agent does not run",
    { from: leaves, to: null, targetUnasked: "its agent is not running (Error)" },
    "past-source",
    "leaves a (tunnel TX +48), no answer comes back (tunnel RX +3); b could not be asked (its agent is not running (Error)): lost between the nodes or on b",
  ],
  [
    "the target's agent does not run, and it never leaves",
    { from: { tunnelTx: "still", nicTx: "noisy" }, to: null, targetUnasked: "x" },
    "source",
    "never enters a's tunnel (tunnel TX +3): lost in its own routing, output filter or datapath",
  ],
  [
    "everything is too busy",
    { from: { tunnelTx: "noisy" }, to: { tunnelRx: "noisy", nicRx: "noisy" } },
    "unknown",
    "cannot tell where on the way to b it is lost: tunnel RX +315 at b for 45 sent, some 270 of them expected from other traffic",
  ],
  [
    "no counter could be read there",
    { from: leaves, to: {} },
    "unknown",
    "cannot tell where on the way to b it is lost: b's counters could not be read",
  ],
];

const host = { target: "host" } as const;
const bare: readonly Row[] = [
  [
    "a node's address: it never leaves",
    { ...host, from: { nicTx: "still" }, to: { nicRx: "still" } },
    "source",
    "never leaves a (eth0 TX +3): lost in its own routing, output filter or datapath",
  ],
  [
    "a node's address: it never arrives",
    { ...host, from: { nicTx: "grows" }, to: { nicRx: "still" }, halfOpen: "still" },
    "between",
    "leaves a (eth0 TX +48), never reaches b (ens3 RX +3): lost between the nodes",
  ],
  [
    "a node's address: it arrives, and its TCP stack never sees it",
    { ...host, from: { nicTx: "grows" }, to: { nicRx: "grows" }, halfOpen: "still" },
    "target-input",
    "reaches b (ens3 RX +48), never its TCP stack (no connection half open there), and Cilium counts no drop: lost in b's own input filter (iptables, nftables)",
  ],
  [
    "a node's address: busy cards, and its TCP stack never sees it",
    { ...host, from: { nicTx: "grows" }, to: { nicRx: "noisy" }, halfOpen: "still" },
    "between-or-target-input",
    "leaves a (eth0 TX +48), never reaches b's TCP stack (no connection half open there): lost between the nodes or in b's own input filter",
  ],
  [
    "a node's address: the host firewall denies it",
    { ...host, from: { nicTx: "grows" }, to: { nicRx: "noisy", drop: "Policy denied" }, halfOpen: "still" },
    "target",
    "reaches b, dropped there: Policy denied (ingress at b, +45)",
  ],
  [
    "a node's address: answered, and the answer never leaves",
    { ...host, from: { nicTx: "noisy" }, to: { nicRx: "noisy", nicTx: "still" }, halfOpen: "grows" },
    "way-back",
    "answered by b (48 connections half open there), the answer never leaves it (ens3 TX +3): lost in b's own output filter or routing",
  ],
  [
    "a node's address: answered, and lost on the way back",
    { ...host, from: { nicTx: "noisy" }, to: { nicRx: "noisy", nicTx: "noisy" }, halfOpen: "grows" },
    "way-back",
    "answered by b (48 connections half open there), the answer is lost on the way back to a",
  ],
  [
    "native routing: it never arrives",
    { native: true, from: { nicTx: "grows" }, to: { nicRx: "still", healthTx: "still" } },
    "between",
    "leaves a (eth0 TX +48), never reaches b (ens3 RX +3): lost between the nodes",
  ],
  [
    "native routing: busy cards, but the endpoint's own device is quiet",
    {
      native: true,
      from: { nicTx: "noisy" },
      to: { nicRx: "noisy", healthTx: "grows", healthRx: "grows", nicTx: "noisy" },
    },
    "way-back",
    "answered by b's health endpoint (from health endpoint +48), the answer is lost on the way back; other traffic hides where",
  ],
  [
    "native routing: busy cards everywhere",
    { native: true, from: { nicTx: "noisy" }, to: { nicRx: "noisy", healthTx: "still" } },
    "unknown",
    "cannot tell where on the way to b it is lost: ens3 RX +315 at b for 45 sent, some 270 of them expected from other traffic",
  ],
];

const ended: readonly Row[] = [
  [
    "all connections open",
    { attempts: (sent) => ({ opened: sent }), from: leaves, to: answers },
    "works",
    "all 45 connections from a to 10.0.1.7 port 4240 opened: nothing is lost now",
  ],
  [
    "they are refused",
    { attempts: (sent) => ({ refused: sent }), from: leaves, to: answers },
    "refused",
    "45 of 45 connections were refused: something answers for 10.0.1.7 port 4240; nothing listens there on b, or a filter rejects it",
  ],
  [
    "the sender's kernel knows no way",
    { attempts: (sent) => ({ failed: new Map([["Network is unreachable", sent]]) }), from: {}, to: {} },
    "source",
    'never leaves a: 45 of 45 connections ended in "Network is unreachable", by its own kernel',
  ],
  [
    "somebody on the way rejects them",
    { attempts: (sent) => ({ failed: new Map([["No route to host", sent]]) }), from: leaves, to: {} },
    "refused",
    '45 of 45 connections ended in "No route to host" though they left a (tunnel TX +48): a filter on the way or on b rejects them',
  ],
  [
    "some open",
    { attempts: (sent) => ({ opened: 5, silent: sent - 5 }), from: leaves, to: answers },
    "unknown",
    "cannot tell where on the way to b it is lost: 15 of 45 connections opened: it is lost in part, and counters cannot tell which part",
  ],
  [
    "no bash is there",
    { attempts: () => ({ untried: "the agent's image has no bash" }), from: leaves, to: {} },
    "unknown",
    "cannot tell where on the way to b it is lost: the connections could not be sent: the agent's image has no bash",
  ],
  [
    "none could be tried",
    { attempts: () => ({}), from: leaves, to: {} },
    "unknown",
    "cannot tell where on the way to b it is lost: no connection could be tried",
  ],
];

describe.each([
  ["through a tunnel", tunnel],
  ["without one", bare],
  ["by how the connections end", ended],
])("where it is lost, %s", (_title, rows) => {
  it.each(rows)("%s", (_what, one, place, text) => {
    expect(judgeLocation(findingsOf(one))).toMatchObject({ place, text });
  });
});

describe("how sure it is", () => {
  it.each([
    ["little other traffic", { from: leaves, to: { ...arrives, drop: "Policy denied" } }, "confirmed"],
    ["where nothing could be told", { from: { tunnelTx: "noisy" }, to: { tunnelRx: "noisy" } }, null],
  ] as const)("%s: %s", (_what, one, confidence) => {
    expect(judgeLocation(findingsOf(one)).confidence).toBe(confidence);
  });

  it("never says that packets passed a counter that grew by less than half of them, nor the other way round", () => {
    const behaviour = fc.constantFrom<Behaviour>("grows", "still", "noisy", "missing");
    const side = fc.record({
      tunnelTx: behaviour,
      tunnelRx: behaviour,
      tunnelLost: behaviour,
      nicTx: behaviour,
      nicRx: behaviour,
      healthTx: behaviour,
      healthRx: behaviour,
    });
    const any = fc.record({
      native: fc.boolean(),
      target: fc.constantFrom("host", "endpoint" as const),
      from: side,
      to: side,
      halfOpen: behaviour,
    });
    fc.assert(
      fc.property(any, (one) => {
        const { place, text, confidence } = judgeLocation(findingsOf(one));
        expect(text).not.toBe("");
        expect(confidence === null).toBe(place === "unknown");
        const out = one.native || one.target === "host" ? one.from.nicTx : one.from.tunnelTx;
        if (place === "source") expect([out, one.from.nicTx]).toContain("still");
        if (place === "between") expect(out === "still").toBe(false);
      }),
    );
  });
});
