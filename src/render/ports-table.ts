import type { Evidence, NeedVerdict, PortNeed, PortSetting, PortsReport } from "../model/ports.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { findingHead } from "./findings.ts";
import { ours, type RenderOptions } from "./options.ts";
import { headLine, unheardLines } from "./overview.ts";
import { type Theme, theme } from "./theme.ts";

/** One row a port: between whom, why, and what the probes show; below, where each setting was read. */
export function* portsTable(ports: PortsReport, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const rows = ports.needs.map((need) => row(need, look));
  if (options.noHeaders) {
    for (const line of columns([], rows)) yield `${line}\n`;
    return;
  }
  yield `${headLine(ports.report)}\n\n`;
  for (const line of columns(["PORT", "FROM", "TO", "FOR", "PROBES"], rows)) yield `${line}\n`;
  const dots = options.ascii ? "..." : "…";
  for (const line of detailLines(ports, dots)) yield `${line}\n`;
  yield "\n";
  for (const line of [...summaryLines(ports, look), ...unheardLines(ports.report, dots)]) yield `${line}\n`;
  const heads = findingHeads(ports, look);
  if (heads.length > 0) yield "\n";
  for (const line of heads) yield `${line}\n`;
  if (heads.length > 0) yield `evidence and next steps: ${ours("", options)}\n`;
}

function row(need: PortNeed, look: Theme): string[] {
  return [portText(need), shown(need.from), shown(need.to), shown(need.why), evidenceText(need, look)];
}

/** `8472/udp`, `8472?/udp` where the setting is not known, `?/tcp` where there is nothing to go by. */
function portText({ protocol, port, usualPort }: PortNeed): string {
  switch (protocol) {
    case "icmp":
      return "ICMP echo";
    case "icmpv6":
      return "ICMPv6 echo";
    case "esp":
      return "ESP (IP 50)";
    case "ipip":
      return "IPIP (IP 4)";
    case "any":
      return "any";
    case "tcp":
    case "udp":
      return `${port ?? (usualPort === null ? "?" : `${usualPort}?`)}/${protocol}`;
    default: {
      const never: never = protocol;
      return never;
    }
  }
}

/** `works on 20 of 20 paths`, `BLOCKED on 8 of 20 paths`: what counts is in capitals, colour only repeats it. */
function evidenceText({ evidence }: PortNeed, look: Theme): string {
  const { verdict, by, works, blocked, fails, explained, undecided, total } = evidence;
  const counts = { works, blocked: blocked + fails, fails, explained: explained + undecided, undecided, unprobed: 0 };
  const what = by === "agents" ? "agents" : "paths";
  const word = paintOf(verdict, look)(words[verdict]);
  if (by === "nothing") return verdict === "blocked" ? paintOf(verdict, look)("BLOCKED, by a finding") : word;
  return `${word} ${counts[verdict]} of ${total} ${what}`;
}

const words: { readonly [verdict in NeedVerdict]: string } = {
  works: "works on",
  blocked: "BLOCKED on",
  fails: "FAILS on",
  explained: "in doubt on",
  undecided: "not known on",
  unprobed: "no probe tells",
};

function paintOf(verdict: NeedVerdict, look: Theme): (text: string) => string {
  if (verdict === "blocked" || verdict === "fails") return look.bad;
  if (verdict === "works") return look.good;
  return verdict === "unprobed" ? look.faint : look.doubtful;
}

/** What is behind the rows: failing paths, what a packet travels in, and where each value was read. */
function detailLines({ needs }: PortsReport, dots: string): string[] {
  const notes = needs.flatMap((need) => {
    const texts = [...failureTexts(need.evidence, dots), ...need.notes];
    return texts.map((text, at) => [at === 0 ? `  ${portText(need)}` : "", shown(text)]);
  });
  const settings = [...new Map(needs.flatMap((need) => need.settings).map((set) => [set.name, set])).values()];
  return [
    ...(notes.length === 0 ? [] : ["", ...columns([], notes)]),
    ...(settings.length === 0 ? [] : ["", "settings", ...columns([], settings.map(settingRow))]),
  ];
}

function failureTexts(evidence: Evidence, dots: string): string[] {
  const { by, blocked, fails, explained, undecided, total, findings, hub, examples } = evidence;
  const failing = blocked + fails + explained;
  const because = findings.length === 0 ? "" : ` (${findings.join(", ")})`;
  const more = failing > examples.length ? ` ${dots}` : "";
  const where = hub === null ? `${examples.join(", ")}${more}` : `all of them from or to ${hub}`;
  const whose = by === "agents" ? "agents are not connected" : "paths fail";
  return [
    ...(failing === 0 ? [] : [`${failing} of ${total} ${whose}: ${where}${because}`]),
    ...(explained > 0 && by === "probes"
      ? [`${explained} of these fail for another reason: whether the port is open there is not known`]
      : []),
    ...(undecided === 0 ? [] : [`${undecided} of ${total} paths could not be judged`]),
  ];
}

const sources: { readonly [source in PortSetting["source"]]: string } = {
  "cilium-config": "cilium-config",
  agents: "said by agents",
  default: "not set in cilium-config: Cilium's default",
  unknown: "not known",
};

function settingRow({ name, value, source }: PortSetting): string[] {
  return [`  ${shown(name)}`, shown(value) || "-", sources[source]];
}

function summaryLines({ needs, unknown }: PortsReport, look: Theme): string[] {
  const probed = needs.filter(({ evidence }) => evidence.by !== "nothing");
  const named = (verdict: NeedVerdict) =>
    [...new Set(needs.filter(({ evidence }) => evidence.verdict === verdict).map(portText))].join(", ");
  const bad = [
    ...(named("blocked") === "" ? [] : [`shut on some paths: ${named("blocked")}`]),
    ...(named("fails") === "" ? [] : [`failing, and why is not known: ${named("fails")}`]),
  ];
  const doubtful = probed.filter(
    ({ evidence }) => evidence.verdict === "explained" || evidence.verdict === "undecided",
  );
  const first =
    bad.length > 0
      ? look.bad(bad.join("; "))
      : doubtful.length > 0
        ? `no port is known to be shut; not all that is probed could be judged`
        : probed.length === 0
          ? "no probe was read: nothing is known of what is open"
          : look.good(`${probed.length} of ${needs.length} are probed or told of by agents, and all of these work`);
  return [first, ...unknown.map((text) => `not known: ${shown(text)}`)];
}

const mostFindings = 10;

/** Those that claim a path of a row, in one line each. */
function findingHeads({ report, needs }: PortsReport, look: Theme): string[] {
  const ids = new Set(needs.flatMap(({ evidence }) => evidence.findings));
  return report.findings
    .filter(({ id }) => ids.has(id))
    .slice(0, mostFindings)
    .map((finding) => findingHead(finding, look));
}
