import type { AgentStatus, FailingController, RemoteCluster } from "../model/facts.ts";
import { cellEnd, endMark, fieldsMark, itemEnd, sectionEnd, statusCells, statusLists } from "../model/short-forms.ts";
import { type Parsed, wrongText } from "./json.ts";
import { parseTime } from "./time.ts";

type Items = readonly (readonly string[])[];

export function isStatusFields(text: string): boolean {
  return text.startsWith(`${fieldsMark}${sectionEnd}`);
}

/**
 * `cilium-dbg status` in fields (`model/short-forms.ts`): what is read of the JSON form, without the rest of it.
 * `versionOf` reads a release out of the agent's own message. The addresses the agent allocated are not asked for.
 */
export function parseStatusFields(text: string, versionOf: (message: string) => string): Parsed<AgentStatus> {
  const [mark, single = "", ...rest] = text.trimEnd().split(sectionEnd);
  const values = itemsOf(`${single}${itemEnd}`, Object.keys(statusCells).length)?.[0];
  const lists = statusLists.map(({ cells }, at) => itemsOf(rest[at] ?? "", cells.length));
  const [interfaces, controllers, clusters, ...runs] = lists;
  const whole = mark === fieldsMark && rest.length === statusLists.length + 1 && rest.at(-1) === endMark;
  if (
    !whole ||
    values === undefined ||
    interfaces == null ||
    controllers == null ||
    clusters == null ||
    runs.includes(null)
  ) {
    return wrongText("the status in fields does not add up");
  }
  const value = byName(values);
  return {
    ok: true,
    value: {
      version: versionOf(value("message")),
      state: value("state"),
      message: value("message"),
      ciliumHealthState: value("ciliumHealthState"),
      kvstoreState: value("kvstoreState"),
      kvstoreMessage: value("kvstoreMessage"),
      routingMode: value("routingMode").toLowerCase(),
      tunnelProtocol: value("tunnelProtocol"),
      hostRouting: value("hostRouting") || value("oldHostRouting"),
      encryption: value("encryption"),
      nodeEncryption: value("nodeEncryption"),
      wireguardPeers: interfaces.length === 0 ? null : interfaces.reduce((sum, [, peers]) => sum + numberOf(peers), 0),
      wireguardPublicKey: interfaces[0]?.[0] ?? "",
      kubeProxyReplacement: value("kubeProxyReplacement"),
      masquerading: value("masquerading"),
      hostFirewall: value("hostFirewall"),
      cniChaining: value("cniChaining"),
      failingControllers: controllers.map(failingController),
      remoteClusters: clusters.map(remoteCluster),
      ipamStatus: value("ipamStatus"),
      healthIPs: [],
      newestTimestamp: runs
        .flatMap((times) => times ?? [])
        .reduce((newest, [time = ""]) => Math.max(newest, parseTime(unquoted(time))), 0),
    },
  };
}

/** null where an item has more or fewer cells than were asked for. */
function itemsOf(section: string, cells: number): Items | null {
  const items = section.split(itemEnd).slice(0, -1);
  const split = items.map((item) => item.split(cellEnd).slice(0, -1));
  return split.every((item) => item.length === cells) ? split : null;
}

function byName(values: readonly string[]): (name: keyof typeof statusCells) => string {
  const names = Object.keys(statusCells);
  return (name) => values[names.indexOf(name)] ?? "";
}

function failingController([
  name = "",
  failures,
  lastFailure = "",
  lastFailureAt = "",
]: readonly string[]): FailingController {
  return {
    name,
    consecutiveFailures: numberOf(failures),
    lastFailure,
    lastFailureAt: unquoted(lastFailureAt),
    lastSuccessAt: "",
  };
}

function remoteCluster([name = "", ready, nodes, status = "", lastFailure = ""]: readonly string[]): RemoteCluster {
  return { name, ready: ready === "true", nodes: numberOf(nodes), status, lastFailure: unquoted(lastFailure) };
}

/** Times are structs, which newer templates print as JSON: within quotes. */
function unquoted(text: string): string {
  return /^"(.*)"$/.exec(text)?.[1] ?? text;
}

function numberOf(text: string | undefined): number {
  const value = Number(text ?? "");
  return Number.isFinite(value) ? value : 0;
}
