import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { HealthReply } from "../../src/parse/health-json.ts";
import { parseHealthReply } from "../../src/parse/health-reply.ts";

function read(text: string): HealthReply {
  const parsed = parseHealthReply(new TextEncoder().encode(text));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

/** `ip icmp http` by path; `-` is a result that is missing, the text a failure. */
function shown(reply: HealthReply): Record<string, string[]> {
  const probe = (result: { status: string } | null) => (result === null ? "-" : result.status || "ok");
  const rows = (reply.nodes ?? []).flatMap((node) =>
    (["host", "endpoint"] as const).map((target): [string, string[]] => [
      `${node.name} ${target}`,
      node[target]?.map(({ ip, icmp, http }) => `${ip} ${probe(icmp)} ${probe(http)}`) ?? ["off"],
    ]),
  );
  return Object.fromEntries(rows);
}

const timedOut =
  'Get "http://10.1.0.77:4240/hello": context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
const noReason = "unreachable (this form of the report gives no reason)";

describe("the tree of 1.4 to 1.16", () => {
  const reply = read(`Probe time:   2031-05-02T09:14:30Z
Nodes:
  orchard/pear-1 (localhost):
    Host connectivity to 192.0.2.11:
      ICMP to stack:   OK, RTT=413.345µs
      HTTP to agent:   OK, RTT=1m2.5s
      Secondary connectivity to 2001:db8::11:
        ICMP to stack:   OK, RTT=612.345µs
    Endpoint connectivity to 10.1.0.77:
      ICMP to stack:   Connection timed out
      HTTP to agent:   ${timedOut}
  orchard/plum-2:
    Host connectivity:   nil
    Endpoint connectivity to 10.1.1.5:
      HTTP to agent:   OK, RTT=1.83ms
`);

  it("gives every probe with its reason or its latency", () => {
    expect(shown(reply)).toEqual({
      "orchard/pear-1 host": ["192.0.2.11 ok ok", "2001:db8::11 ok -"],
      "orchard/pear-1 endpoint": [`10.1.0.77 Connection timed out ${timedOut}`],
      "orchard/plum-2 host": ["off"],
      "orchard/plum-2 endpoint": ["10.1.1.5 - ok"],
    });
    expect(reply.nodes?.[0]?.host?.[0]).toMatchObject({ icmp: { latencyNs: 413345 }, http: { latencyNs: 62.5e9 } });
  });

  it("knows its own node and the time of the cycle", () => {
    expect(reply.localName).toBe("orchard/pear-1");
    expect(reply.timestamp).toBe(Date.parse("2031-05-02T09:14:30Z"));
    expect(reply.probeIntervalNs).toBeNull();
  });

  it("is read with the labels from before 1.4, in any order", () => {
    const old = read(`Probe time:   2018-05-02T09:14:30Z
Nodes:
  pear-1:
    Host connectivity to 192.0.2.11:
      HTTP via L3:   OK, RTT=733.897µs
      ICMP:          Connection timed out
`);
    expect(shown(old)["pear-1 host"]).toEqual(["192.0.2.11 Connection timed out ok"]);
  });
});

describe("the succinct words up to 1.16", () => {
  it("of 1.9 and older: a good word counts, a bad one has no reason, who is not listed is not there", () => {
    const reply = read(`Cluster health:                1/3 reachable   (2031-05-02T09:14:30Z)
  Name                         IP              Reachable   Endpoints reachable
  orchard/pear-1 (localhost)   192.0.2.11      true        true
  orchard/plum-2               192.0.2.12      true        false
  orchard/fig-3                192.0.2.13      false       false
`);
    expect(shown(reply)).toEqual({
      "orchard/pear-1 host": ["192.0.2.11 ok ok"],
      "orchard/pear-1 endpoint": [" ok ok"],
      "orchard/plum-2 host": ["192.0.2.12 ok ok"],
      "orchard/plum-2 endpoint": [` - ${noReason}`],
      "orchard/fig-3 host": [`192.0.2.13 - ${noReason}`],
      "orchard/fig-3 endpoint": [` - ${noReason}`],
    });
    expect(reply.localName).toBe("orchard/pear-1");
  });

  it("of 1.10 and newer: a reachable endpoint proves nothing, it may not have been checked", () => {
    const reply = read(`Cluster health:                2/3 reachable             (2031-05-02T09:14:30Z)
  Name                         IP                        Node        Endpoints
  orchard/pear-1 (localhost)   192.0.2.11,2001:db8::11   reachable   unknown
  orchard/plum-2               192.0.2.12                reachable   reachable
  orchard/fig-3                                          unreachable unreachable
  ...
`);
    expect(shown(reply)).toEqual({
      "orchard/pear-1 host": ["192.0.2.11 ok ok", "2001:db8::11 ok ok"],
      "orchard/pear-1 endpoint": [" - -"],
      "orchard/plum-2 host": ["192.0.2.12 ok ok"],
      "orchard/plum-2 endpoint": [" - -"],
      "orchard/fig-3 host": [` - ${noReason}`],
      "orchard/fig-3 endpoint": [` - ${noReason}`],
    });
  });

  it("is found at the end of `cilium status`", () => {
    const reply = read(`KVStore:                Ok   Disabled
Controller Status:      29/29 healthy
Cluster health:                1/2 reachable   (2031-05-02T09:14:30Z)
  Name                         IP              Node          Endpoints
  plum-2                       192.0.2.12      unreachable   unreachable
`);
    expect(Object.keys(shown(reply))).toEqual(["plum-2 host", "plum-2 endpoint"]);
  });
});

describe("the counts since 1.17", () => {
  const reply =
    read(`Cluster health:                2/3 reachable             (2031-05-02T09:14:30Z)   (Probe interval: 1m56.7546089s)
Name                           IP                        Node                     Endpoints
  orchard/pear-1 (localhost)   192.0.2.11,2001:db8::11   2/2                      0/0
  orchard/plum-2               192.0.2.12,2001:db8::12   2/2                      1/2 (1 unknown)
  orchard/fig-3                Unavailable               0/1                      0/1
  orchard/nut-4                192.0.2.14,2001:db8::14   1/2                      0/2 (2 unknown)
`);

  it("are counts of addresses: 0/0 is off, unknown is not reachable, and of a mixed count none is named", () => {
    expect(shown(reply)).toEqual({
      "orchard/pear-1 host": ["192.0.2.11 ok ok", "2001:db8::11 ok ok"],
      "orchard/pear-1 endpoint": ["off"],
      "orchard/plum-2 host": ["192.0.2.12 ok ok", "2001:db8::12 ok ok"],
      "orchard/plum-2 endpoint": [" - -", " ok ok"],
      "orchard/fig-3 host": [` - ${noReason}`],
      "orchard/fig-3 endpoint": [` - ${noReason}`],
      "orchard/nut-4 host": [` - ${noReason}`, " ok ok"],
      "orchard/nut-4 endpoint": [" - -", " - -"],
    });
  });

  it("carry the probe interval from 1.18 on", () => {
    expect(reply.probeIntervalNs).toBe(116754608900);
    expect(reply.localName).toBe("orchard/pear-1");
  });

  it("of 0/0 reachable are an agent that is warming up, not a healthy one", () => {
    const head =
      "Cluster health:   0/0 reachable   (2031-05-02T09:14:30Z)   (Probe interval: 0s)\nName   IP   Node   Endpoints\n";
    expect(read(head).nodes).toBeNull();
  });

  it("without a row, as 1.17 prints them when it does not know its own name, are no report", () => {
    const text = "Cluster health:   3/3 reachable   (2031-05-02T09:14:30Z)\nName   IP   Node   Endpoints\n  ...\n";
    expect(parseHealthReply(new TextEncoder().encode(text))).toMatchObject({ ok: false });
  });
});

describe("what people paste of the counts", () => {
  it("is read without its time and its heading, as in cilium/cilium#42694; when it was is not known then", () => {
    const reply = read(
      "$ cilium-health status\nCluster health: 0/1 reachable\n  node (localhost)   192.0.2.5,2001:db8::5   2/2    1/2\n",
    );
    expect(shown(reply)).toEqual({
      "node host": ["192.0.2.5 ok ok", "2001:db8::5 ok ok"],
      "node endpoint": [` - ${noReason}`, " ok ok"],
    });
    expect(reply.timestamp).toBe(0);
  });

  it("is read indented, heading and all", () => {
    const text =
      "    Cluster health:   1/2 reachable\n    Name   IP   Node   Endpoints\n      a (localhost)   192.0.2.1   1/1   1/1\n      b   192.0.2.2   1/1   0/1\n";
    expect(shown(read(text))).toMatchObject({ "b host": ["192.0.2.2 ok ok"], "b endpoint": [` - ${noReason}`] });
  });
});

describe("what people paste of the tree", () => {
  const flat = `Probe time:   2031-05-02T09:14:30Z
Nodes:
pear-1 (localhost):
    Host connectivity to 192.0.2.11:
    ICMP to stack:   OK, RTT=413.345µs
    HTTP to agent:   OK, RTT=733.897µs
    Endpoint connectivity to 10.1.0.77:
    ICMP to stack:   Connection timed out
    HTTP to agent:   OK
plum-2:
    Host connectivity to 192.0.2.12:
    ICMP to stack:   OK, RTT=413.345µs
    HTTP to agent:   ${timedOut}
    Endpoint connectivity to 10.1.1.5:
    ICMP to stack:   OK, RTT=1.83ms
    HTTP to agent:   OK, RTT=1.83ms
`;

  it("is read with its indentation lost or changed, and a bare OK is one", () => {
    const said = {
      "pear-1 host": ["192.0.2.11 ok ok"],
      "pear-1 endpoint": ["10.1.0.77 Connection timed out ok"],
      "plum-2 host": [`192.0.2.12 ok ${timedOut}`],
      "plum-2 endpoint": ["10.1.1.5 ok ok"],
    };
    expect(shown(read(flat))).toEqual(said);
    expect(shown(read(flat.replaceAll(/^ +/gm, "")))).toEqual(said);
    expect(shown(read(flat.replaceAll(/^ +/gm, " ")))).toEqual(said);
  });

  it("may bear remarks behind an address and lack a heading's colon", () => {
    const noted = flat.replace("10.1.0.77:", "10.1.0.77:     # <-- health IP").replace("192.0.2.12:", "192.0.2.12");
    expect(shown(read(noted))).toEqual(shown(read(flat)));
  });

  it.each([
    ["a node written as dots", flat.replace(/plum-2:[\s\S]*/, "plum-2:\n    ...\n")],
    ["a last node that is cut", flat.replace(/ {4}HTTP to agent: {3}Get[\s\S]*/, "    HTTP to")],
    ["a last node of which only the name is left", flat.replace(/(plum-2:)[\s\S]*/, "$1")],
  ])("of %s knows no endpoint, and does not call it off", (_what, text) => {
    expect(shown(read(text))["plum-2 endpoint"]).toEqual([" - -"]);
    expect(shown(read(text))["pear-1 endpoint"]).toEqual(["10.1.0.77 Connection timed out ok"]);
  });

  const foreign = `    Endpoint connectivity to 10.1.9.9:
    ICMP to stack:   Connection timed out
    HTTP to agent:   ${timedOut}
`;

  it.each([
    ["grep's mark between groups of lines", `--\n${foreign}`],
    ["dots that stand for nodes", `...\n${foreign}`],
    ["a second address of one target", foreign],
  ])("puts no failure down to a node whose lines have ended, and loses none: %s", (_what, lines) => {
    const text = flat.replace("plum-2:", `${lines}plum-2:`);
    expect(shown(read(text))).toEqual({
      ...shown(read(flat)),
      "10.1.9.9 host": ["off"],
      "10.1.9.9 endpoint": [`10.1.9.9 Connection timed out ${timedOut}`],
    });
  });

  it("calls a node by its address where its name was not pasted (cilium/cilium#18351)", () => {
    const text = flat.replace(/[\s\S]*plum-2:\n/, "");
    expect(shown(read(text))).toEqual({
      "192.0.2.12 host": [`192.0.2.12 ok ${timedOut}`],
      "192.0.2.12 endpoint": ["10.1.1.5 ok ok"],
    });
  });

  it("is refused where a probe failed and nothing tells of which node", () => {
    const text = flat.replace("Connection timed out", "OK").replace(timedOut, "OK");
    expect(read(text).nodes).toHaveLength(2);
    const lost = text.replace("plum-2:", "--\n    ICMP to stack:   Connection timed out\nplum-2:");
    const parsed = parseHealthReply(new TextEncoder().encode(lost));
    expect(parsed).toMatchObject({ ok: false, message: "it says that a probe failed, and not of which node" });
  });

  it("takes no line of prose below it for a node", () => {
    const indented = flat.replaceAll(/^(?=pear-1|plum-2)/gm, "  ");
    expect(Object.keys(shown(read(`${indented}\nThanks:\n`)))).toHaveLength(4);
  });
});

describe("what people paste of a summary", () => {
  it("may have lost the padding of its columns", () => {
    const words = "Cluster health: 1/2 reachable (2031-05-02T09:14:30Z)\n Name IP Node Endpoints\n";
    expect(
      shown(read(`${words} a (localhost) 192.0.2.1 reachable reachable\n b 192.0.2.2 reachable unreachable\n`)),
    ).toEqual({
      "a host": ["192.0.2.1 ok ok"],
      "a endpoint": [" - -"],
      "b host": ["192.0.2.2 ok ok"],
      "b endpoint": [` - ${noReason}`],
    });
    const counts = `${words} a (localhost) 192.0.2.1 1/1 1/1\n b 192.0.2.2 1/1 0/1 (1 unknown)\n`;
    expect(shown(read(counts))).toMatchObject({ "b host": ["192.0.2.2 ok ok"], "b endpoint": [" - -"] });
  });

  it("may call every node by the same word: they are told apart, and the agent's own is the one it marks", () => {
    const reply = read(
      "Cluster health:   1/2 reachable\n  redacted (localhost)   redacted   true   true\n  redacted   redacted   false   true\n",
    );
    expect(reply.localName).toBe("redacted");
    expect(shown(reply)).toEqual({
      "redacted host": [" ok ok"],
      "redacted endpoint": [" ok ok"],
      "redacted-2 host": [` - ${noReason}`],
      "redacted-2 endpoint": [" ok ok"],
    });
  });

  it.each([
    [
      "whose rows are all well and whose head is not",
      "Cluster health:   1/3 reachable\n  a (localhost)   192.0.2.1   1/1   1/1\n",
      "it says that 1 of 3 nodes is reachable, and no row is of one that is not",
    ],
    [
      "without rows",
      "Cluster health:   1/6 reachable   (2031-05-02T09:14:30Z)\n",
      "a cilium-health summary without a single node: it says that 1 of 6 is reachable, and not which",
    ],
    [
      "of an agent whose health daemon is down",
      "Controller Status:   11/12 healthy\nCluster health:         Warning   cilium-health daemon unreachable\n",
      "the agent has no view of the others: Cluster health: Warning cilium-health daemon unreachable",
    ],
  ])("%s is refused in a sentence", (_what, text, message) => {
    expect(parseHealthReply(new TextEncoder().encode(text))).toMatchObject({ ok: false, message });
  });
});

describe("--verbose since 1.17", () => {
  it("is the tree below a summary's head, secondaries at their own target, each probe with its time", () => {
    const reply = read(`Cluster health:   2/2 reachable   (2031-05-02T09:14:30Z)   (Probe interval: 1m56s)
Name              IP              Node                     Endpoints
  orchard/pear-1 (localhost):
    Host connectivity to 192.0.2.11:
      ICMP to stack:   OK, RTT=201.199µs   (Last probed: 2031-05-02T09:14:03Z)
      HTTP to agent:   OK, RTT=210.874µs   (Last probed: 2031-05-02T09:14:04Z)
    Secondary Host connectivity to 2001:db8::11:
      ICMP to stack:   Connection timed out   (Last probed: 2031-05-02T09:14:05Z)
    Endpoint connectivity to 10.1.0.77:
      ICMP to stack:   OK, RTT=79.929µs    (Last probed: 2031-05-02T09:14:01Z)
    Secondary Endpoint connectivity to fd00::77:
      HTTP to agent:   ${timedOut}   (Last probed: 2031-05-02T09:14:06Z)
`);
    expect(shown(reply)).toEqual({
      "orchard/pear-1 host": ["192.0.2.11 ok ok", "2001:db8::11 Connection timed out -"],
      "orchard/pear-1 endpoint": ["10.1.0.77 ok -", `fd00::77 - ${timedOut}`],
    });
    expect(reply.nodes?.[0]?.host?.[0]?.http?.lastProbed).toBe(Date.parse("2031-05-02T09:14:04Z") / 1000);
    expect(reply).toMatchObject({ localName: "orchard/pear-1", probeIntervalNs: 116e9 });
  });
});

describe("what real agents of 1.19 print", () => {
  const base = new URL("../../src/demo/scenarios/", import.meta.url);
  const recorded = readdirSync(base, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(new URL(`${name}/nodes/`, base)).map((node) => new URL(`${name}/nodes/${node}/`, base)),
    )
    .filter((folder) => readdirSync(folder).includes("cilium-health-status.json"));

  it.each(recorded.map((folder) => [folder.pathname.split("/").slice(-4, -1).join("/"), folder] as const))(
    "says the same in JSON, verbose and in counts: %s",
    (_name, folder) => {
      const file = (name: string) => read(readFileSync(new URL(name, folder), "utf8"));
      const json = file("cilium-health-status.json");
      const sorted = (reply: HealthReply) => Object.entries(shown(reply)).sort(([a], [b]) => (a < b ? -1 : 1));
      expect(sorted(file("cilium-health-status-verbose.txt"))).toEqual(sorted(json));
      const well = (reply: HealthReply) =>
        sorted(reply).map(([path, probes]) => [path, probes.every((probe) => / ok ok$/.test(probe))]);
      expect(well(file("cilium-health-status.txt"))).toEqual(well(json));
    },
  );
});

describe("anything else", () => {
  it.each(["", "Error: Cannot get status", "garbage\u001b[31m", "Cluster health:", "Nodes:\n  x:\n"])(
    "is a failure, never a crash: %j",
    (text) => {
      expect(parseHealthReply(new TextEncoder().encode(text)).ok).toBe(false);
    },
  );
});
