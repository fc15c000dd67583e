import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIptables } from "../../../src/analyse/reads/iptables.ts";
import { type Fate, fateOf, type Packet } from "../../../src/analyse/reads/packet-fate.ts";
import { parseAddress } from "../../../src/analyse/settings/cidr.ts";
import { recordedReply } from "../../recording.ts";
import { hostileTexts, shuffledWords } from "./hostile-texts.ts";

const probe: Packet = {
  inInterface: "cilium_vxlan",
  outInterface: "lxc_health",
  source: null,
  destination: parseAddress("10.244.3.9"),
  protocol: "tcp",
  state: "NEW",
  destinationPort: 4240,
};

function fate(lines: readonly string[], packet: Packet = probe): Fate | null {
  return fateOf(readIptables(`${lines.join("\n")}\n`), "FORWARD", packet);
}

const cilium = ["-N CILIUM_FORWARD", "-A CILIUM_FORWARD -o lxc+ -j ACCEPT", "-A CILIUM_FORWARD -i lxc+ -j ACCEPT"];
const jump = '-A FORWARD -m comment --comment "cilium-feeder: CILIUM_FORWARD" -j CILIUM_FORWARD';

describe("the fate of a probe in FORWARD", () => {
  it.each<[string, string[], Fate["outcome"], boolean]>([
    ["accepted by policy", ["-P FORWARD ACCEPT"], "accept", true],
    ["dropped by policy", ["-P FORWARD DROP"], "drop", true],
    ["accepted by Cilium before a policy of DROP", ["-P FORWARD DROP", ...cilium, jump], "accept", true],
    ["dropped by a rule before Cilium's", ["-P FORWARD ACCEPT", ...cilium, "-A FORWARD -j DROP", jump], "drop", true],
    [
      "accepted by Cilium before a rule that drops",
      ["-P FORWARD ACCEPT", ...cilium, jump, "-A FORWARD -j DROP"],
      "accept",
      true,
    ],
    ["rejected", ["-P FORWARD ACCEPT", "-A FORWARD -j REJECT --reject-with icmp-host-prohibited"], "reject", true],
    ["not dropped for another interface", ["-P FORWARD ACCEPT", "-A FORWARD -i docker0 -j DROP"], "accept", true],
    ["not dropped where it is excepted", ["-P FORWARD ACCEPT", "-A FORWARD ! -o lxc+ -j DROP"], "accept", true],
    ["dropped by its destination", ["-P FORWARD ACCEPT", "-A FORWARD -d 10.244.0.0/16 -j DROP"], "drop", true],
    ["not dropped for another one", ["-P FORWARD ACCEPT", "-A FORWARD -d 10.96.0.0/12 -j DROP"], "accept", true],
    [
      "not dropped as invalid",
      ["-P FORWARD ACCEPT", "-A FORWARD -m conntrack --ctstate INVALID -j DROP"],
      "accept",
      true,
    ],
    [
      "not accepted as established",
      ["-P FORWARD DROP", "-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT"],
      "drop",
      true,
    ],
    [
      "accepted by its port",
      ["-P FORWARD DROP", "-A FORWARD -p tcp -m tcp --dport 4000:5000 -j ACCEPT"],
      "accept",
      true,
    ],
    ["not matched as UDP", ["-P FORWARD ACCEPT", "-A FORWARD -p udp -j DROP"], "accept", true],
    ["past a log rule", ["-P FORWARD DROP", "-A FORWARD -j LOG --log-prefix x"], "drop", true],
    [
      "perhaps accepted by its mark",
      ["-P FORWARD DROP", "-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT"],
      "drop",
      false,
    ],
    [
      "perhaps dropped by a set",
      ["-P FORWARD ACCEPT", "-A FORWARD -m set --match-set bad src -j DROP"],
      "accept",
      false,
    ],
    [
      "back from a chain that returns",
      ["-P FORWARD DROP", "-N A", "-A A -j RETURN", "-A A -j ACCEPT", "-A FORWARD -j A"],
      "drop",
      true,
    ],
    [
      "in doubt behind a return that may match",
      ["-P FORWARD ACCEPT", "-N A", "-A A -m mark --mark 1 -j RETURN", "-A A -j DROP", "-A FORWARD -j A"],
      "accept",
      false,
    ],
    ["not back from a goto", ["-P FORWARD DROP", "-N A", "-A FORWARD -g A", "-A FORWARD -j ACCEPT"], "drop", true],
    ["perhaps accepted by Cilium's chain that was not printed", ["-P FORWARD DROP", jump], "drop", false],
  ])("is: %s", (_what, lines, outcome, certain) => {
    expect(fate(lines)).toMatchObject({ outcome, certain });
  });

  it("names the rule that decides", () => {
    expect(fate(["-P FORWARD ACCEPT", "-A FORWARD -i cilium_vxlan -j DROP"])?.by).toBe(
      "-A FORWARD -i cilium_vxlan -j DROP",
    );
    expect(fate(["-P FORWARD DROP"])?.by).toBe("-P FORWARD DROP");
  });

  it("cannot be told by an interface that is not known", () => {
    expect(fate(["-P FORWARD ACCEPT", "-A FORWARD -i eth0 -j DROP"], { ...probe, inInterface: "" })).toMatchObject({
      outcome: "accept",
      certain: false,
    });
  });

  it.each(["worker-1", "worker-2", "worker-3"])("is as recorded on %s", (node) => {
    const text = new TextDecoder().decode(recordedReply("endpoint-routes-forward-drop", node, "iptables.txt"));
    const outcome = fateOf(readIptables(text), "FORWARD", probe)?.outcome;
    expect(outcome).toBe(node === "worker-3" ? "drop" : "accept");
  });
});

describe("a ruleset that cannot be followed", () => {
  it("has no fate: the chain is missing", () => {
    expect(fate(["-P INPUT DROP"])).toBeNull();
  });

  it("has no fate: chains that jump in circles, or branch without end", () => {
    expect(fate(["-P FORWARD ACCEPT", "-N A", "-A A -j A", "-A FORWARD -j A"])).toBeNull();
    const branching = Array.from({ length: 30 }, (_, at) => [
      `-A C${at} -j C${at + 1}`,
      `-A C${at} -j C${at + 1}`,
    ]).flat();
    expect(fate(["-P FORWARD ACCEPT", "-A FORWARD -j C0", ...branching, "-A C30 -p udp -j DROP"])).toBeNull();
  });

  it("does no harm whatever it says", () => {
    for (const text of hostileTexts) expect(() => fateOf(readIptables(text), "FORWARD", probe)).not.toThrow();
    fc.assert(
      fc.property(shuffledWords, (text) => {
        fateOf(readIptables(`-P FORWARD DROP\n${text}`), "FORWARD", probe);
      }),
    );
  });
});
