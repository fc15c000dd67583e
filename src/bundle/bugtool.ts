import type { CaptureId, CaptureOutcome } from "../model/capture.ts";

/** One agent's `cilium-bugtool` output: `cmd/<command with dashes>.md` and what debuginfo writes beside them. */
export interface BugtoolFiles {
  readonly paths: readonly string[];
  read(path: string): Promise<Uint8Array | null>;
}

/**
 * The capture as this tool would have made it, from what bugtool holds of the same command; null when it holds nothing.
 * File names are the command with `/` and blanks as dashes (cilium/cilium bugtool/cmd/root.go, writeCmdToFile);
 * `cilium-dbg` since 1.15, `cilium` before. The commands are those of 1.17 to 1.20 (bugtool/cmd/configuration.go).
 */
export async function bugtoolOutcome(files: BugtoolFiles, id: CaptureId): Promise<CaptureOutcome | null> {
  return (await readers[id]?.(files)) ?? null;
}

type Reader = (files: BugtoolFiles) => Promise<CaptureOutcome | null>;

const readers: Readonly<Partial<Record<CaptureId, Reader>>> = {
  "cilium-health-status.json": command(
    "cilium-health-status--o-json",
    "cilium-health-status---verbose",
    "cilium-health-status",
  ),
  "date.txt": agentTime,
  "cilium-status.json": debuginfo("cilium-status"),
  "cilium-node-list.json": command("cilium-dbg-node-list--o-json", "cilium-node-list--o-json"),
  "cilium-endpoint-list.json": debuginfo("endpoint-list"),
  "cilium-status-verbose.txt": command("cilium-dbg-status---verbose", "cilium-status---verbose"),
  "iptables-save.txt": command("iptables-save--c"),
  "iptables.txt": reworked(rulesOf("filter", ""), "iptables-save--c"),
  "iptables-forward.txt": reworked(rulesOf("filter", "FORWARD"), "iptables-save--c"),
  "iptables-nat.txt": reworked(rulesOf("nat", "POSTROUTING"), "iptables-save--c"),
  "ip-rule.txt": reworked(plainRules, "ip--d-rule", "ip-rule"),
  "ip-route.txt": command("ip--4-r"),
  "ip-route-2004.txt": command("ip--4-route-show-table-2004"),
  "ip-neigh.txt": command("ip--4-n"),
  "xfrm_stat.txt": command("cat--proc-net-xfrm_stat"),
  "ip_forward.txt": reworked(ipForward, "sysctl--a"),
  "rp_filter.txt": reworked(rpFilter, "sysctl--a"),
};

/** bugtool appends the error of a command to whatever it printed. */
const appendedError = /^> Error while running '[^\n]*':\s+(?:exit status (\d+)|[^\n]*)\s*$/m;

/** The first of these commands that bugtool has run. */
function command(...names: readonly string[]): Reader {
  return async (files) => {
    for (const name of names) {
      const bytes = await files.read(`cmd/${name}.md`);
      if (bytes !== null) return toOutcome(bytes);
    }
    return null;
  };
}

/** Both streams of a command go into one file, so nothing is known of stderr alone. */
function toOutcome(bytes: Uint8Array): CaptureOutcome {
  const tail = new TextDecoder("latin1").decode(bytes.subarray(Math.max(0, bytes.length - 4096)));
  const error = appendedError.exec(tail);
  if (error === null) return { kind: "ok", stdout: withoutFence(bytes), stderr: "" };
  const stdout = bytes.subarray(0, bytes.length - (tail.length - error.index));
  return {
    kind: "exit",
    code: Number(error[1] ?? 1) || 1,
    stdout,
    stderr: new TextDecoder().decode(stdout.subarray(0, 2000)),
  };
}

/** With --enable-markdown the output stands in a fence below the command. */
function withoutFence(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x23) return bytes;
  const [, inner] = /^# [^\n]*\n\n```\n([\s\S]*)\n```\n?$/.exec(new TextDecoder().decode(bytes)) ?? [];
  return inner === undefined ? bytes : new TextEncoder().encode(inner);
}

function reworked(change: (text: string) => string, ...names: readonly string[]): Reader {
  const read = command(...names);
  return async (files) => {
    const outcome = await read(files);
    if (outcome?.kind !== "ok") return outcome;
    const text = change(new TextDecoder().decode(outcome.stdout));
    return text === "" ? null : { ...outcome, stdout: new TextEncoder().encode(text) };
  };
}

/** `cilium-dbg debuginfo -f --output=json` writes one object that holds other commands' answers by name. */
function debuginfo(key: string): Reader {
  return async (files) => {
    const path = files.paths.find((one) => /^cmd\/cilium-debuginfo-[^/]*\.json$/.test(one));
    const bytes = path === undefined ? null : await files.read(path);
    if (bytes === null) return null;
    try {
      const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
      const value = typeof json === "object" && json !== null ? Reflect.get(json, key) : undefined;
      if (value === undefined) return null;
      return { kind: "ok", stdout: new TextEncoder().encode(JSON.stringify(value)), stderr: "" };
    } catch {
      return { kind: "cut", bytes: bytes.length };
    }
  };
}

/** The agent's own clock stands in the name of its debuginfo file: `20060102-150405.999-0700-MST`. */
async function agentTime(files: BugtoolFiles): Promise<CaptureOutcome | null> {
  for (const path of files.paths) {
    const [, y, mo, d, h, mi, s, fraction = "", zh, zm] =
      /\/cilium-debuginfo-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\.\d{1,3})?([+-]\d\d)(\d\d)-/.exec(path) ?? [];
    if (y === undefined) continue;
    const text = `${y}-${mo}-${d}T${h}:${mi}:${s}${fraction}${zh}:${zm}\n`;
    return { kind: "ok", stdout: new TextEncoder().encode(text), stderr: "" };
  }
  return null;
}

/** `iptables -S [CHAIN]` out of `iptables-save -c`: policies and new chains first, then rules without their counters. */
function rulesOf(table: string, chain: string): (text: string) => string {
  return (text) => {
    const from = text.indexOf(`*${table}\n`);
    if (from < 0) return "";
    const lines = text.slice(from, text.indexOf("\nCOMMIT", from)).split("\n").slice(1);
    const heads = lines.flatMap((line) => {
      const [, name = "", policy = ""] = /^:(\S+) (\S+)/.exec(line) ?? [];
      if (name === "" || (chain !== "" && name !== chain)) return [];
      return [policy === "-" ? `-N ${name}` : `-P ${name} ${policy}`];
    });
    const rules = lines.map((line) => line.replace(/^\[\d+:\d+\] /, "")).filter((line) => line.startsWith("-A "));
    const wanted = chain === "" ? rules : rules.filter((rule) => rule.startsWith(`-A ${chain} `));
    return `${[...heads, ...wanted].join("\n")}\n`;
  };
}

/** `ip -d rule` ends its lines in what plain `ip rule` does not print. */
function plainRules(text: string): string {
  return text.replaceAll(/ proto \S+[ \t]*$/gm, "");
}

function ipForward(text: string): string {
  const [, value] = /^net\.ipv4\.ip_forward = (\d+)/m.exec(text) ?? [];
  return value === undefined ? "" : `${value}\n`;
}

/** As `grep -r . /proc/sys/net/ipv4/conf --include=rp_filter` prints it. */
function rpFilter(text: string): string {
  const lines = [...text.matchAll(/^net\.ipv4\.conf\.(.+)\.rp_filter = (\d+)/gm)];
  return lines
    .map(([, name = "", value]) => `/proc/sys/net/ipv4/conf/${name.replaceAll("/", ".")}/rp_filter:${value}\n`)
    .join("");
}
