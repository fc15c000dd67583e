import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nicOf, type SideRead, sideGrowth } from "../../../src/analyse/locate/growth.ts";
import { judgeLocation } from "../../../src/analyse/locate/verdict.ts";
import { halfOpenFrom } from "../../../src/analyse/reads/tcp-sockets.ts";
import type { Attempts, LocatePath, LocateWindow, Location } from "../../../src/model/locate.ts";
import { readBurst } from "../../../src/parse/burst-lines.ts";

const folder = new URL("../../fixtures/lab-drops/", import.meta.url);

/** What two live agents said around bursts, under a fault injected at the network: their replies as they came. */
interface Recording {
  readonly how: string;
  readonly path: LocatePath;
  readonly routingMode: string;
  readonly senderIPs: readonly string[];
  readonly reads: readonly { readonly from: SideRead | null; readonly to: SideRead | null }[];
  readonly windows: readonly {
    readonly sent: number;
    readonly seconds: number;
    /** What the burst's script printed. */
    readonly output: string | null;
    /** The target's `/proc/net/tcp` in the midst of it. */
    readonly sockets: string | null;
  }[];
}

const quiet: Attempts = { opened: 0, refused: 0, silent: 0, failed: new Map(), untried: "" };

function judged(recording: Recording): Location {
  const { path, reads, senderIPs } = recording;
  const tunnelDevice = path.target === "endpoint" && recording.routingMode === "tunnel" ? "cilium_vxlan" : "";
  const windows = recording.windows.map(({ sent, seconds, output, sockets }, at): LocateWindow => {
    const [before, after] = [reads[at], reads[at + 1]];
    return {
      sent,
      seconds,
      attempts: output === null ? quiet : readBurst(output, sent),
      halfOpen: sockets === null ? null : halfOpenFrom(sockets, senderIPs, path.port),
      from: sideGrowth(before?.from ?? null, after?.from ?? null, tunnelDevice),
      to: sideGrowth(before?.to ?? null, after?.to ?? null, tunnelDevice),
    };
  });
  const [first] = reads;
  const nics = { fromNic: nicOf(first?.from ?? null), toNic: nicOf(first?.to ?? null) };
  return judgeLocation({ path, tunnelDevice, ...nics, windows, targetUnasked: "" });
}

/** Where each fault was injected, in the words of the judgement. */
const faults: readonly (readonly [file: string, place: Location["place"], text: RegExp])[] = [
  [
    "host-tcp-4240-dropped",
    "target-input",
    /^reaches worker-4 .*, never its TCP stack .* lost in worker-4's own input filter/,
  ],
  [
    "host-reply-dropped",
    "way-back",
    /^answered by worker-4 \(41 connections half open there\), the answer never leaves it/,
  ],
  [
    "vxlan-input-dropped",
    "target-input",
    /^leaves worker-1 .*, never its tunnel device .*: lost in worker-2's own input filter/,
  ],
  [
    "vxlan-reply-dropped",
    "way-back",
    /^answered by worker-2's health endpoint .*, the answer is lost on worker-2 itself/,
  ],
  [
    "policy-denied",
    "target",
    /^reaches worker-2 \(tunnel RX \+51\), dropped there: Policy denied \(ingress at worker-2, \+50\)$/,
  ],
  ["vxlan-output-dropped", "source", /^never leaves worker-1: its tunnel device cannot send it/],
  ["healthy", "works", /^all 30 connections from worker-1 .* opened/],
  [
    "link-down",
    "source",
    /^enters worker-1's tunnel .*, never leaves its network card .*: worker-5 does not answer ARP/,
  ],
  ["route-removed", "source", /^never enters worker-1's tunnel \(tunnel TX \+7\): lost in its own routing/],
];

describe("faults of a live mesh are located where they were injected", () => {
  it.each(faults)("%s", (file, place, text) => {
    const recording: Recording = JSON.parse(readFileSync(new URL(`${file}.json`, folder), "utf8"));
    const location = judged(recording);
    expect(location.text, recording.how).toMatch(text);
    expect(location.place).toBe(place);
    expect(location.confidence).not.toBeNull();
  });

  it("and none of the recordings is left out", () => {
    const recorded = readdirSync(folder).filter((name) => name.endsWith(".json"));
    expect(recorded.sort()).toEqual(faults.map(([file]) => `${file}.json`).sort());
  });
});
