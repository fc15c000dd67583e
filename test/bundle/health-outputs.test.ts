import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openHealthOutputs } from "../../src/bundle/health-outputs.ts";
import type { Members } from "../../src/bundle/members.ts";
import { pastedOutputs } from "../../src/bundle/pasted-outputs.ts";
import { zipOf } from "./archives.ts";
import { runCommand } from "./run-command.ts";
import { scratchFolder } from "./scratch-folder.ts";

const scratch = scratchFolder();
const base = new URL("../../src/demo/scenarios/vxlan-blocked-one-node/nodes/", import.meta.url);
const nodes = ["worker-1", "worker-2", "worker-3", "worker-4", "worker-5"];
const said = (node: string, file: string) => readFileSync(new URL(`${node}/${file}`, base));

interface Report {
  readonly source: object;
  readonly summary: { readonly verdict: string; readonly pairs: object };
  readonly coverage: { readonly answered: number; readonly agents: number; readonly notes: readonly string[] };
  readonly cilium: object;
  readonly findings: readonly {
    readonly id: string;
    readonly severity: string;
    readonly confidence: string;
    readonly title: string;
    readonly alternatives: readonly { readonly id: string }[];
    readonly confirm: readonly { readonly command: string }[];
  }[];
  readonly paths: readonly { from: string; to: string; target: string; status: string }[];
}

async function reportOf(path: string): Promise<Report> {
  return JSON.parse((await runCommand(["--from", path, "-o", "json", "--all"])).stdout);
}

const broken = ({ paths }: Report) =>
  paths
    .filter(({ status }) => status === "unreachable")
    .map(({ from, to, target }) => `${from} ${to} ${target}`)
    .sort();

const folder = fileURLToPath(new URL("..", base));

describe("a folder of cilium-health outputs", () => {
  it.each([
    ["JSON", "cilium-health-status.json"],
    ["the verbose text", "cilium-health-status-verbose.txt"],
    ["counts", "cilium-health-status.txt"],
  ])("in %s gives the broken paths of the captures", async (_form, file) => {
    mkdirSync(scratch.path(file));
    for (const node of nodes) scratch.write(`${file}/${node}.txt`, said(node, file));
    scratch.write(`${file}/notes.md`, "collected by hand on Monday");
    const report = await reportOf(scratch.path(file));
    expect(broken(report)).toEqual(broken(await reportOf(folder)));
    expect(report.coverage.answered).toBe(5);
    expect(report.source).toMatchObject({ kind: "captures", name: file });
    expect(report.coverage.notes.join()).toContain("holds cilium-health outputs alone");
  });

  it("may mix forms, and hold several of one agent: the one that tells most is read", async () => {
    const files = ["cilium-health-status.json", "cilium-health-status.txt", "cilium-health-status-verbose.txt"];
    const entries = nodes.flatMap((node, at) =>
      [files[at % 3] ?? "", "cilium-health-status.txt"].map((file) => ({
        path: `out/${node}/${file}`,
        content: said(node, file),
      })),
    );
    expect(broken(await reportOf(scratch.write("mixed.zip", zipOf(entries))))).toEqual(broken(await reportOf(folder)));
  });

  it("of some agents leaves the others unasked, and is not healthy for it", async () => {
    const entries = [{ path: "out/a.txt", content: said("worker-4", "cilium-health-status-verbose.txt") }];
    const report = await reportOf(scratch.write("one.zip", zipOf(entries)));
    expect(report.coverage.answered).toBe(1);
    expect(report.paths.some(({ from, status }) => from === "worker-4" && status === "reachable")).toBe(true);
    expect(report.summary.verdict).not.toBe("healthy");
  });

  /** `cilium status` of 1.16 as in cilium/cilium#33697: of a node that fails it says no address. */
  const meshStatus = [
    "Cluster health:                                  2/4 reachable             (2024-07-17T12:45:45Z)",
    "  Name                                           IP                        Node          Endpoints",
    "  clustermesh2/clustermesh2-worker (localhost)   172.19.0.4,fc00:c111::4   reachable     reachable",
    "  clustermesh1/clustermesh1-control-plane        172.19.0.3,fc00:c111::3   unreachable   unreachable",
    "  clustermesh1/clustermesh1-worker               172.19.0.2,fc00:c111::2   unreachable   unreachable",
    "  clustermesh2/clustermesh2-control-plane        172.19.0.5,fc00:c111::5   reachable     reachable",
  ].join("\n");

  it("gives commands that find the pod by its node, and none with an address that nobody told", async () => {
    const file = scratch.write("mesh.zip", zipOf([{ path: "status.txt", content: meshStatus }]));
    const { findings } = await reportOf(file);
    const commands = findings.flatMap(({ confirm }) => confirm.map(({ command }) => command));
    expect(commands).toEqual([
      'kubectl -n kube-system exec "$(kubectl -n kube-system get pods -l k8s-app=cilium --field-selector spec.nodeName=clustermesh2-worker -o name)" -c cilium-agent -- cilium-dbg troubleshoot clustermesh',
    ]);
  });

  it("calls a node that only others list not heard: whether it is a node is not known", async () => {
    const file = scratch.write("mesh.zip", zipOf([{ path: "status.txt", content: meshStatus }]));
    const { stdout } = await runCommand(["--from", file]);
    expect(stdout).toMatch(/^clustermesh2-control-plane +172\.19\.0\.5 +not heard /m);
  });

  it("calls a view without a time neither fresh nor old (pasted as in cilium/cilium#42694)", async () => {
    const pasted =
      "Cluster health: 1/1 reachable\n  node (localhost)   192.0.2.5   1/1    1/1\n  other   192.0.2.6   1/1    1/1\n";
    const { findings, summary } = await reportOf(
      scratch.write("pasted.zip", zipOf([{ path: "a.txt", content: pasted }])),
    );
    expect(findings.map(({ title }) => title)).toEqual([
      "the view of node has no time: how old the results are cannot be told",
    ]);
    expect(summary.verdict).toBe("unknown");
  });

  it.each([
    ["JSON", "cilium-health-status.json"],
    ["the verbose text", "cilium-health-status-verbose.txt"],
    ["counts", "cilium-health-status.txt"],
  ])("one after the other in one text file, as a loop over agents writes them, in %s", async (_form, file) => {
    const loop = nodes.flatMap((node) => [
      `$ kubectl exec cilium-of-${node} -- cilium-health status`,
      said(node, file),
    ]);
    const report = await reportOf(scratch.write(`loop-${file}.txt`, `${loop.join("\n")}\n`));
    expect(broken(report)).toEqual(broken(await reportOf(folder)));
    expect(report.coverage.answered).toBe(5);
  });

  it("pasted with a margin are read as without", async () => {
    const text = nodes.map((node) => said(node, "cilium-health-status-verbose.txt").toString()).join("\n");
    const report = await reportOf(scratch.write("margin.txt", text.replaceAll(/^/gm, "    ")));
    expect(broken(report)).toEqual(broken(await reportOf(folder)));
  });

  it("give the agent's status no second agent: its JSON lists nodes as well", async () => {
    const entries = ["cilium-health-status.json", "cilium-status.json"].map((file) => ({
      path: `out/${file}`,
      content: said("worker-4", file),
    }));
    expect((await reportOf(scratch.write("status.zip", zipOf(entries)))).coverage).toMatchObject({
      answered: 1,
      agents: 1,
    });
  });

  it("tell no cause for sure where no setting was read, and name those that fit", async () => {
    const text = said("worker-2", "cilium-health-status-verbose.txt");
    const { findings, cilium } = await reportOf(scratch.write("one.txt", text));
    expect(cilium).toMatchObject({ routingMode: "", encryption: "" });
    expect(
      findings.filter(({ severity }) => severity === "error").map(({ id, confidence }) => `${id} ${confidence}`),
    ).toEqual(["vxlan-udp-blocked possible"]);
    expect(findings[0]?.alternatives.map(({ id }) => id)).toContain("native-no-l2-route");
  });

  it("without a single output is refused in a sentence", async () => {
    const file = scratch.write("none.zip", zipOf([{ path: "a/readme.txt", content: "nothing here" }]));
    await expect(reportOf(file)).rejects.toThrow(/holds no state this program can read/);
  });

  it("of many agents in one file are read out of one reading of it", async () => {
    const agents = 200;
    const output = (at: number) => `Probe time:   2031-05-02T09:14:30Z\nNodes:\n  rig/n${at} (localhost):\n`;
    const bytes = Buffer.from(Array.from({ length: agents }, (_, at) => output(at)).join(""));
    let read = 0;
    const members: Members = {
      name: "loop.txt",
      paths: ["loop.txt"],
      read: async () => {
        read += bytes.length;
        return bytes;
      },
      sha256: () => null,
      hurdle: "",
      notes: [],
      cut: false,
      close: async () => undefined,
    };
    const state = await openHealthOutputs(members);
    const texts = [];
    for (let at = 0; at < agents; at++) {
      const capture = await state?.capture(`n${at}`, "", "cilium-health-status.json", []);
      texts.push(capture?.outcome.kind === "ok" ? Buffer.from(capture.outcome.stdout).toString() : "");
    }
    expect(texts).toEqual(texts.map((_, at) => output(at)));
    expect(read).toBeLessThanOrEqual(2 * bytes.length);
  });

  it("are found after any number of lines that only begin like one", () => {
    const text = said("worker-2", "cilium-health-status.json").toString();
    const noise = "{\n".repeat(100_000);
    expect(pastedOutputs(`${noise}${text}`).map(({ node, worth, start }) => [node, worth, start])).toEqual([
      ["worker-2", 3, noise.length],
    ]);
  });
});

/** Two agents of one mesh: neither reaches the other's health endpoint by HTTP. */
const tree = (own: string, other: string, at = "09:14:30") => `Probe time:   2031-05-02T${at}Z
Nodes:
  ${own} (localhost):
    Host connectivity to 192.0.2.11:
      ICMP to stack:   OK, RTT=413.345µs
      HTTP to agent:   OK, RTT=733.897µs
    Endpoint connectivity to 10.1.0.77:
      ICMP to stack:   OK, RTT=413.345µs
      HTTP to agent:   OK, RTT=733.897µs
  ${other}:
    Host connectivity to 192.0.2.12:
      ICMP to stack:   OK, RTT=413.345µs
      HTTP to agent:   OK, RTT=733.897µs
    Endpoint connectivity to 10.1.1.5:
      ICMP to stack:   OK, RTT=413.345µs
      HTTP to agent:   Get "http://10.1.1.5:4240/hello": dial tcp 10.1.1.5:4240: i/o timeout
`;
const headless = (text: string) => text.replace(/^Probe time.*\nNodes:\n/, "");
const words = (rows: string) =>
  `Cluster health:   1/2 reachable   (2031-05-02T09:14:30Z)\n  Name   IP   Node   Endpoints\n${rows}`;

let pasted = 0;
async function pastedReport(text: string | Uint8Array): Promise<Report> {
  pasted++;
  return reportOf(scratch.write(`pasted-${pasted}.txt`, text));
}

describe("a text as people paste it", () => {
  const both = `${tree("pear", "plum")}\n${tree("plum", "pear")}`;
  const lost = ["pear plum endpoint", "plum pear endpoint"];
  const prefixed = (before: string) => both.replaceAll(/^(?!$)/gm, before);

  it.each([
    ["quoted in a mail", prefixed("> ")],
    ["quoted twice", prefixed("> > ")],
    ["as comments of a script", prefixed("# ")],
    ["as comments in an indented block", prefixed("   # ")],
    ["moved by tabs", prefixed("\t ")],
    ["with carriage returns", both.replaceAll("\n", "\r\n")],
    ["coloured", both.replaceAll("OK,", "\u001b[32mOK\u001b[0m,").replaceAll(/$/gm, "\u001b[0m")],
    ["with a byte order mark", `\uFEFF${both}`],
    [
      "without its heads, under separators",
      ["pear", "plum"].map((own) => `==> ${own}\n${headless(tree(own, own === "pear" ? "plum" : "pear"))}`).join("\n"),
    ],
    [
      "each in a fence, prose between and behind",
      both.replaceAll(/^(?=Probe)|$(?![\s\S])/gm, "```\nas seen here:\n  Note:\n```\n"),
    ],
  ])("is read %s", async (_how, text) => {
    const report = await pastedReport(text);
    expect(broken(report)).toEqual(lost);
    expect(report.coverage).toMatchObject({ agents: 2, answered: 2 });
  });

  it("is read in UTF-16, as PowerShell writes it", async () => {
    expect(broken(await pastedReport(Buffer.from(`\uFEFF${both}`, "utf16le")))).toEqual(lost);
  });

  it("may be JSON with something before each line", async () => {
    const json = said("worker-2", "cilium-health-status.json").toString();
    const plain = await pastedReport(json);
    for (const before of ["> ", "    ", "# "]) {
      const report = await pastedReport(json.replaceAll(/^(?!$)/gm, before));
      expect(broken(report)).toEqual(broken(plain));
      expect(report.coverage).toMatchObject({ agents: 1, answered: 1 });
    }
  });

  it.each([
    ["the prompt of a shell in the agent", "root@pear:/home/cilium# cilium status", "pear"],
    ["the pod's row", "#### pod: cilium-b7c4f   2/2   Running   2   55m   192.0.2.11   pear   <none>   <none>", "pear"],
    ["a separator", "=== pear ===", "pear"],
    ["ansible's line", "pear | CHANGED | rc=0 >>", "pear"],
    ["a separator with pod and node", "==> cilium-b7c4f (node pear)", "pear"],
    [
      "the command's pod",
      "$ kubectl -n kube-system exec ds/x cilium-b7c4f -c cilium-agent -- cilium status",
      "cilium-b7c4f",
    ],
    ["nothing", "$ kubectl -n kube-system exec ds/cilium -c cilium-agent -- cilium status", "^pasted-\\d+"],
  ])("of an agent that does not name its node is put down to what tells it: %s", async (_what, above, node) => {
    const { paths } = await pastedReport(
      `${above}\nKVStore:   Ok\n${words("  plum   192.0.2.12   reachable   unreachable\n")}`,
    );
    const [from = ""] = paths.filter(({ status }) => status === "unreachable").map((path) => path.from);
    expect(from).toMatch(new RegExp(`${node}$`));
  });

  it("is put down to no pod of a list, but to the one that the command names, by its node", async () => {
    const list = ["pear", "fig"].map(
      (node, at) => `cilium-b7c4${2 * at + 2}   1/1   Running   0   4d   192.0.2.1${at}   ${node}   <none>   <none>`,
    );
    const rows = words("  plum   192.0.2.12   reachable   unreachable\n");
    const by = async (command: string) =>
      (await pastedReport(`${list.join("\n")}\n\n$ ${command} -- cilium status\n${rows}`)).paths.find(
        ({ status }) => status === "unreachable",
      )?.from;
    expect(await by("kubectl exec cilium-b7c42")).toBe("pear");
    expect(await by("kubectl exec ds/cilium")).toMatch(/^pasted-/);
    list.splice(0, 2, ...list.map((row) => row.replace(/ +192.*/, "")));
    expect(await by("kubectl exec cilium-b7c42")).toBe("cilium-b7c42");
    expect(await by("kubectl exec ds/cilium")).toMatch(/^pasted-/);
  });

  it("of a loop that prints each pod's name keeps every agent, also one whose summary has no rows", async () => {
    const all = "Cluster health:   2/2 reachable   (2031-05-02T09:14:30Z)\nName   IP   Node   Endpoints\n";
    const lost = `${all.replace("2/2", "1/2")}  plum   192.0.2.12   1/1   0/1\n`;
    const report = await pastedReport(`pod/cilium-x2k4p\n${all}pod/cilium-w7m9t\n${lost}cilium-z5v8r:\n${lost}`);
    expect(broken(report)).toEqual(["cilium-w7m9t plum endpoint", "cilium-z5v8r plum endpoint"]);
    expect(report.coverage).toMatchObject({ agents: 3, answered: 2, failed: [{ node: "cilium-x2k4p" }] });
  });

  it("says of an agent that gave no report what it said instead", async () => {
    const text = `==> pear\n${tree("pear", "plum")}==> cilium-7wkx2 on node plum\nError: Cannot get status: Get "http://localhost/v1beta/status": dial unix /var/run/cilium/health.sock: connect: no such file or directory\ncommand terminated with exit code 1\n`;
    const { coverage } = await pastedReport(text);
    expect(coverage).toMatchObject({ agents: 2, answered: 1, failed: [{ node: "plum", reason: "exit-1" }] });
  });

  it("counts the newest look of an agent, and says that it does", async () => {
    const mended = tree("pear", "plum", "10:00:00").replace(/Get .*/, "OK, RTT=1ms");
    for (const text of [
      `${tree("pear", "plum")}\nafter the change:\n${mended}`,
      `${mended}\n${tree("pear", "plum")}`,
    ]) {
      const report = await pastedReport(text);
      expect(broken(report)).toEqual([]);
      expect(report.coverage.notes.join()).toContain("1 older output is not read");
    }
  });

  it("makes no second agent of the short form of a report, nor of a head without rows", async () => {
    const rows = "  plum   192.0.2.12   reachable   unreachable\n";
    const long = words(`  pear (localhost)   192.0.2.11   reachable   reachable\n${rows}`);
    const text = `\`\`\`\n${words(rows)}\`\`\`\nor all:\n${long}\nProbe time:   2031-05-02T09:14:30Z\nNodes:\n`;
    expect((await pastedReport(text)).coverage).toMatchObject({ agents: 1, answered: 1 });
  });

  it("keeps the words of a summary apart from a tree that stands below", async () => {
    const text = `${words("  plum   Unavailable   unreachable   reachable\n")}\n[...]\n${headless(tree("plum", "fig"))}`;
    expect(broken(await pastedReport(text)).some((path) => path.endsWith(" plum host"))).toBe(true);
  });

  it("of which lines were left out is not healthy, and says so", async () => {
    const well = tree("pear", "plum").replace(/Get .*/, "OK, RTT=1ms");
    expect((await pastedReport(well)).summary.verdict).toBe("healthy");
    const report = await pastedReport(`${well}  ...\n`);
    expect(report.summary.verdict).not.toBe("healthy");
    expect(report.coverage.notes.join()).toContain("lines were left out of the output of pear");
  });

  it("with agents of two clusters is read for the one of most, and names the other", async () => {
    const report = await pastedReport(
      [tree("east/pear", "west/fig"), tree("east/plum", "west/fig"), tree("west/fig", "east/pear")].join("\n"),
    );
    expect(broken(report)).toEqual(["pear west/fig endpoint", "plum west/fig endpoint"]);
    expect(report.coverage.notes.join()).toContain("1 of the outputs is of an agent of cluster west and not read");
  });

  it("calls no node another cluster's because the line that marks the agent's own is lost", async () => {
    const text = `==> pear\n${headless(tree("east/pear", "east/plum")).replace(" (localhost)", "")}`;
    expect(broken(await pastedReport(text))).toEqual(["pear plum endpoint"]);
  });

  it("tells an old health address by two views of one node, heads or not (cilium/cilium#18302)", async () => {
    const row = (ip: string, http: string) =>
      `  plum:\n    Host connectivity to 192.0.2.12:\n      ICMP to stack:   OK, RTT=1ms\n      HTTP to agent:   OK, RTT=1ms\n    Endpoint connectivity to ${ip}:\n      ICMP to stack:   OK, RTT=1ms\n      HTTP to agent:   ${http}\n`;
    const lostAt = 'Get "http://10.1.1.5:4240/hello": dial tcp 10.1.1.5:4240: connect: connection timed out';
    const text = `### pear\n${row("10.1.1.5", lostAt)}### fig\n${row("10.1.1.9", "OK, RTT=1ms")}`;
    const [finding] = (await pastedReport(text)).findings;
    expect([finding?.id, finding?.confidence]).toEqual(["stale-health-endpoint-ip", "likely"]);
  });

  it("names no protocol where the words of a summary name none", async () => {
    const rows = "  plum   192.0.2.12   false   true\n  fig   192.0.2.13   false   true\n";
    const { findings } = await pastedReport(`root@pear:/home/cilium# cilium status\n${words(rows)}`);
    expect(findings.map(({ id, title }) => `${id}: ${title}`)).toEqual([
      "deaf-node: pear does not reach the others, host path only",
    ]);
  });
});
