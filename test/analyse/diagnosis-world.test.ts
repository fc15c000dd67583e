import { describe, expect, it } from "vitest";
import { readWireguardPeers } from "../../src/analyse/reads/wireguard-peers.ts";
import { failingProbes } from "../bench/diagnosis/failures.ts";
import { faults } from "../bench/diagnosis/faults.ts";
import { wireguardPeers } from "../bench/diagnosis/print-wireguard.ts";
import { recordedCases, recordedFailures } from "../bench/diagnosis/recorded.ts";
import { replayed, replays } from "../bench/diagnosis/replay.ts";
import { firstRound } from "../bench/diagnosis/snapshot.ts";
import { makeTrial } from "../bench/diagnosis/trial.ts";

describe("the packets of a made-up cluster", () => {
  it.each(replays)("fail where they failed in the recorded case $recorded", (replay) => {
    expect(failingProbes(replayed(replay))).toEqual(recordedFailures(replay.recorded));
  });

  it("are compared with every recorded case", () => {
    expect(replays.map((replay) => replay.recorded).sort()).toEqual(recordedCases().map(({ name }) => name));
  });

  it("all arrive where nothing is broken", () => {
    for (let seed = 0; seed < 60; seed++) expect(failingProbes(makeTrial(seed, []).world)).toEqual([]);
  });

  it.each(faults)("are lost by the fault $name, unless it shows in the facts alone", (fault) => {
    const { world } = makeTrial(42, [fault]);
    const missed = world.machines.some((machine) => (machine.agent?.missed.size ?? 0) > 0);
    if (fault.green !== true) expect(failingProbes(world).length > 0 || missed).toBe(true);
  });
});

describe("what a made-up cluster says", () => {
  it("is read without a failure by the product's own parsers", () => {
    const facts = firstRound(makeTrial(3, []).world).finish();
    expect(facts.nodes.flatMap((node) => node.agent?.failures ?? [])).toEqual([]);
    expect(facts.nodes.filter((node) => !node.remote && node.agent?.health === null)).toEqual([]);
  });

  it("lists the WireGuard peers of an agent with their keys, and a handshake where the keys fit", () => {
    const fault = faults.find(({ name }) => name === "wireguard-peer-mismatch peers hold an old key");
    const { world } = makeTrial(5, fault === undefined ? [] : [fault], { mostNodes: 8 });
    const broken = world.machines.find((machine) => world.touched.has(machine.index));
    const [other, agent] = [world.machines[0], world.machines[0]?.agent];
    if (broken === undefined || other === undefined || agent == null) throw new Error("the world has no such machines");
    const peers = readWireguardPeers(wireguardPeers(world, other, agent));
    expect(peers).toHaveLength(world.machines.length - 1);
    for (const { address, publicKey, lastHandshake, receivedBytes } of peers) {
      const isBroken = broken.ips.includes(address);
      expect(publicKey === broken.wireguardKey).toBe(false);
      expect([lastHandshake > 0, receivedBytes > 0]).toEqual([!isBroken, !isBroken]);
    }
  });

  it("is the same for the same seed", () => {
    const again = () =>
      JSON.stringify(firstRound(makeTrial(7, faults.slice(5, 6), { withNoise: true }).world).finish().matrix);
    expect(again()).toBe(again());
  });
});
