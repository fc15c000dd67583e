import type { FailingController, NodeFacts } from "../../model/facts.ts";
import { failingAmong, type PathCells } from "../matrix/failing.ts";
import { columnCells, confirmingText, type Scene } from "../scene.ts";
import { isFreshAgent } from "./ages.ts";

/** A node whose own agent does not reach its own health endpoint: nothing on the wire is involved. */
export interface LocalFault {
  readonly node: number;
  /** Its probe of its own endpoint fails. */
  readonly bySelf: boolean;
  /** The controller that pings the own endpoint every minute, when it is failing. */
  readonly controller: FailingController | null;
  /** Its column on the endpoint path, its own probe included. */
  readonly cells: PathCells;
}

/**
 * Agents that have just started are left out, since the health endpoint is being built, and so are endpoints that
 * cannot be regenerated: bpf-load-failure is a cause of its own. Where the agent does not reach its node's address either,
 * its prober or the server that answers is at fault, and not the endpoint (cilium/cilium#5111, #7804).
 */
export function localFaults(scene: Scene): LocalFault[] {
  return scene.nodes.flatMap((node, at) => {
    if (node.agent?.health == null) return [];
    const self = failingAmong(scene, [at * scene.size + at]);
    const own = self.endpoint.length > 0 && self.host.length === 0;
    const controller = node.agent.status?.failingControllers.find(({ name }) => name === "cilium-health-ep") ?? null;
    if ((!own && controller === null) || isFreshAgent(scene, at) || isRebuilding(node)) return [];
    const { endpoint } = failingAmong(scene, columnCells(scene, at));
    return [{ node: at, bySelf: own, controller, cells: { host: [], endpoint } }];
  });
}

const rebuilding = /^(?:not-ready|waiting-to-regenerate|regenerating|restoring|invalid)$/;

function isRebuilding({ agent }: NodeFacts): boolean {
  const health = agent?.endpoints?.health;
  if (health == null) return false;
  const recovery = `endpoint-${health.id}-regeneration-recovery`;
  return (
    rebuilding.test(health.state) || agent?.status?.failingControllers.some(({ name }) => name === recovery) === true
  );
}

/** The MAC the agent gave the host's side of its health endpoint, and the one the link has now. */
export interface HealthMacs {
  readonly given: string;
  readonly now: string;
}

/** null when one of the two is not known. */
export function healthMacs(scene: Scene, at: number): HealthMacs | null {
  const node = scene.nodes[at];
  const endpoint = node?.agent?.endpoints?.health;
  const links = confirmingText(node, "ip-link.json");
  if (endpoint == null || endpoint.hostMac === "" || links === null) return null;
  const now = linkMac(links, endpoint.interfaceName || "lxc_health");
  return now === "" ? null : { given: endpoint.hostMac.toLowerCase(), now };
}

/** `address` of a link in `ip -j link`; "" when there is no such link or the text is no list. */
function linkMac(text: string, name: string): string {
  try {
    const links: unknown = JSON.parse(text);
    if (!Array.isArray(links)) return "";
    const link: unknown = links.find((one: unknown) => isLink(one) && one.ifname === name);
    return isLink(link) && typeof link.address === "string" ? link.address.toLowerCase() : "";
  } catch {
    return ""; // cut or no JSON: nothing is known
  }
}

function isLink(value: unknown): value is { readonly ifname?: unknown; readonly address?: unknown } {
  return typeof value === "object" && value !== null;
}
