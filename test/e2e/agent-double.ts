import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";

/**
 * The state of one agent: the JSON its two APIs answer with. Cilium's programs print these models as they are
 * (`-o json`), so what was once printed is what is served again. Texts, not objects: no number may change on its way.
 */
export interface AgentState {
  /** HealthStatusResponse; null where the agent has no health socket. */
  readonly health: string | null;
  readonly status: string;
  readonly statusBrief: string;
  /** NodeElement list. */
  readonly nodes: string;
  readonly endpoints: string;
  /** The endpoints with the label reserved:health. */
  readonly healthEndpoint: string;
  /** `config --all`: the configuration map with the mutable options merged into it. */
  readonly config: string;
  readonly ips: string;
  readonly services: string;
  readonly localRedirectPolicies: string;
  /** `cilium-dbg version`, as text. */
  readonly version: string;
}

/** The state an agent was in when it printed the files of `folder`. */
export function recordedState(folder: string): AgentState {
  const read = (name: string): string => readFileSync(join(folder, name), "utf8").trim();
  return {
    health: read("cilium-health-status.json"),
    status: read("cilium-status.json"),
    statusBrief: read("cilium-status-brief.json"),
    nodes: read("cilium-node-list.json"),
    endpoints: read("cilium-endpoint-list.json"),
    healthEndpoint: read("health-endpoint.json"),
    config: read("cilium-config.json"),
    ips: read("cilium-ip-list.json"),
    services: read("cilium-service-list.json"),
    localRedirectPolicies: read("cilium-lrp-list.json"),
    version: read("cilium-version.txt"),
  };
}

/** One agent's two API sockets, served from a state that can be replaced while they are up. */
export class AgentDouble {
  readonly agentSocket: string;
  readonly healthSocket: string;
  #state: AgentState | null = null;
  #agent: Server | null = null;
  #health: Server | null = null;

  /** `folder` takes the two sockets. */
  constructor(folder: string) {
    this.agentSocket = join(folder, "cilium.sock");
    this.healthSocket = join(folder, "health.sock");
  }

  /** Answers with `state` from now on; null: no agent, no sockets. */
  async show(state: AgentState | null): Promise<void> {
    this.#state = state;
    this.#agent = await this.#toggle(this.#agent, this.agentSocket, state !== null, agentAnswer);
    const healthy = state !== null && state.health !== null;
    this.#health = await this.#toggle(this.#health, this.healthSocket, healthy, healthAnswer);
  }

  async #toggle(running: Server | null, socket: string, wanted: boolean, answer: Answer): Promise<Server | null> {
    if (wanted === (running !== null)) return running;
    if (running === null) return listen(socket, (request, body) => this.#state && answer(this.#state, request, body));
    await new Promise((resolve) => {
      running.close(resolve);
      running.closeAllConnections();
    });
    return null;
  }
}

/** The JSON text to answer with, or null for 404. */
type Answer = (state: AgentState, request: IncomingMessage, body: string) => string | null;

/** The Cilium API, base path /v1 (api/v1/openapi.yaml, v1.19.3), as far as the plugin's commands ask for it. */
function agentAnswer(state: AgentState, request: IncomingMessage, body: string): string | null {
  switch (pathOf(request)) {
    case "/v1/healthz":
      return request.headers["brief"] === "true" ? state.statusBrief : state.status;
    case "/v1/cluster/nodes":
      return `{"nodes-added":${state.nodes}}`;
    case "/v1/endpoint":
      // The labels asked for are a JSON list in the body, of a GET too.
      return body.includes("reserved:health") ? state.healthEndpoint : state.endpoints;
    case "/v1/config":
      return configuration(state.config);
    case "/v1/ip":
      return state.ips;
    case "/v1/service":
      return state.services;
    case "/v1/lrp":
      return state.localRedirectPolicies;
    case "/v1/debuginfo":
      return JSON.stringify({ "cilium-version": /^Daemon: (.*)$/m.exec(state.version)?.[1] ?? "" });
    default:
      return null;
  }
}

/** The health API, base path /v1beta (api/v1/health/openapi.yaml, v1.19.3). */
function healthAnswer(state: AgentState, request: IncomingMessage): string | null {
  switch (`${request.method} ${pathOf(request)}`) {
    case "GET /v1beta/status":
    case "PUT /v1beta/status/probe":
      return state.health;
    default:
      return null;
  }
}

/** `config --all` merges `realized` into the map; what was printed is that merger, so both parts may hold it. */
function configuration(merged: string): string {
  const { options, "policy-enforcement": policyEnforcement } = JSON.parse(merged) as Record<string, unknown>;
  const realized = JSON.stringify({ options, "policy-enforcement": policyEnforcement });
  return `{"spec":${realized},"status":{"daemonConfigurationMap":${merged},"realized":${realized}}}`;
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? "/", "http://localhost").pathname;
}

function listen(socket: string, answer: (request: IncomingMessage, body: string) => string | null): Promise<Server> {
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    request.setEncoding("utf8");
    let body = "";
    for await (const chunk of request) body += chunk;
    const text = answer(request, body);
    response.writeHead(text === null ? 404 : 200, { "Content-Type": "application/json", Connection: "close" });
    response.end(text ?? "{}");
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(socket, () => resolve(server));
  });
}
