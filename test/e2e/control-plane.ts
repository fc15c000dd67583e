import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Built } from "./build.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { kwokConfiguration, type PodEnvironment, writeCommands } from "./kwok.ts";
import { freePorts, type Processes, run, runOk } from "./processes.ts";

/** Users beside the administrator. Each is also a kubeconfig context; none may do anything until a Role says so. */
export const users = ["pod-lister", "nobody", "applicant", "on-call"] as const;
export type User = (typeof users)[number];

/** Context of the administrator, the current one. */
export const adminContext = "e2e";

/** A control plane and a kubelet on loopback. */
export interface ControlPlane {
  readonly kubeconfig: string;
  readonly auditLog: string;
  /** Where exec into every agent pod is served. */
  readonly kubeletPort: number;
  /** Where nothing listens: the kubelet of a node that is gone. */
  readonly deadPort: number;
  readonly env: Readonly<Record<string, string>>;
}

const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  rules: [{ level: "RequestResponse", resources: [{ group: "", resources: ["pods/exec"] }] }, { level: "None" }],
};

/** Starts etcd, kube-apiserver and kwok below `scratch`; `path` becomes the PATH of every kubectl. */
export async function startControlPlane(
  scratch: string,
  built: Built,
  processes: Processes,
  pods: readonly PodEnvironment[],
  path: string,
): Promise<ControlPlane> {
  const [etcdPort = 0, peerPort = 0, apiPort = 0, kubeletPort = 0, deadPort = 0] = await freePorts(5);
  const certificates = await makeCertificates(scratch);
  const kubeconfig = join(scratch, "kubeconfig");
  const plane = {
    kubeconfig,
    auditLog: join(scratch, "audit.log"),
    kubeletPort,
    deadPort,
    env: { PATH: path, HOME: scratch, KUBECONFIG: kubeconfig },
  };
  await startEtcd(scratch, built, processes, etcdPort, peerPort);
  await writeKubeconfig(built, plane, certificates, apiPort);
  await startApiServer(scratch, built, processes, plane, certificates, { etcdPort, apiPort });
  await startKwok(scratch, built, processes, plane, certificates, pods);
  return plane;
}

async function startEtcd(scratch: string, built: Built, processes: Processes, port: number, peerPort: number) {
  const client = `http://127.0.0.1:${port}`;
  const args = [
    ["--data-dir", join(scratch, "etcd")],
    ["--listen-client-urls", client],
    ["--advertise-client-urls", client],
    ["--listen-peer-urls", `http://127.0.0.1:${peerPort}`],
    ["--unsafe-no-fsync"],
  ].flat();
  await processes.start({ name: "etcd", command: built.binaries.etcd, args, env: {} }, async () => {
    const answer = await fetch(`${client}/health`).catch(() => null);
    return answer?.ok === true;
  });
}

async function startApiServer(
  scratch: string,
  built: Built,
  processes: Processes,
  plane: ControlPlane,
  certificates: Certificates,
  ports: { readonly etcdPort: number; readonly apiPort: number },
): Promise<void> {
  const policy = join(scratch, "audit-policy.json");
  writeFileSync(policy, JSON.stringify(auditPolicy));
  const tokens = join(scratch, "tokens.csv");
  writeFileSync(tokens, users.map((user) => `${tokenOf(user)},${user},${user}\n`).join(""));
  const args = [
    `--etcd-servers=http://127.0.0.1:${ports.etcdPort}`,
    `--secure-port=${ports.apiPort}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--tls-cert-file=${certificates.crt("apiserver")}`,
    `--tls-private-key-file=${certificates.key("apiserver")}`,
    `--client-ca-file=${certificates.ca}`,
    `--token-auth-file=${tokens}`,
    `--service-account-key-file=${certificates.serviceAccountKey}`,
    `--service-account-signing-key-file=${certificates.serviceAccountKey}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--authorization-mode=RBAC",
    // There is no controller here that would make a service account for the agent pods.
    "--disable-admission-plugins=ServiceAccount",
    `--kubelet-client-certificate=${certificates.crt("kubelet")}`,
    `--kubelet-client-key=${certificates.key("kubelet")}`,
    // Every node has the ExternalDNS address localhost, so one kwok is the kubelet of all.
    "--kubelet-preferred-address-types=ExternalDNS,InternalIP",
    `--audit-policy-file=${policy}`,
    `--audit-log-path=${plane.auditLog}`,
    "--audit-log-mode=blocking",
  ];
  const request = { name: "kube-apiserver", command: built.binaries["kube-apiserver"], args, env: { HOME: scratch } };
  const ask = (...what: readonly string[]) => run(built.binaries.kubectl, ["get", ...what], { env: plane.env });
  await processes.start(request, async () => {
    const ready = await ask("--raw=/readyz");
    return ready.stdout === "ok" && (await ask("namespace", "kube-system")).code === 0;
  });
}

async function startKwok(
  scratch: string,
  built: Built,
  processes: Processes,
  plane: ControlPlane,
  certificates: Certificates,
  pods: readonly PodEnvironment[],
): Promise<void> {
  const commands = join(scratch, "commands");
  writeCommands(commands, built);
  const config = join(scratch, "kwok.yaml");
  writeFileSync(config, kwokConfiguration(pods));
  const args = [
    `--kubeconfig=${plane.kubeconfig}`,
    "--manage-all-nodes=true",
    `--node-port=${plane.kubeletPort}`,
    `--server-address=127.0.0.1:${plane.kubeletPort}`,
    "--node-ip=127.0.0.1",
    `--config=${config}`,
    `--tls-cert-file=${certificates.crt("apiserver")}`,
    `--tls-private-key-file=${certificates.key("apiserver")}`,
  ];
  const env = { PATH: `${commands}:/usr/bin:/bin`, HOME: join(scratch, "home") };
  mkdirSync(env.HOME, { recursive: true });
  await processes.start({ name: "kwok", command: built.binaries.kwok, args, env }, () => listens(plane.kubeletPort));
}

/** Written by kubectl itself, so that it is what users have. */
async function writeKubeconfig(built: Built, plane: ControlPlane, certificates: Certificates, apiPort: number) {
  const config = (...args: readonly string[]) => runOk(built.binaries.kubectl, ["config", ...args], { env: plane.env });
  const server = `--server=https://127.0.0.1:${apiPort}`;
  await config("set-cluster", "e2e", server, `--certificate-authority=${certificates.ca}`, "--embed-certs");
  const pair = [`--client-certificate=${certificates.crt("admin")}`, `--client-key=${certificates.key("admin")}`];
  await config("set-credentials", "admin", ...pair, "--embed-certs");
  await config("set-context", adminContext, "--cluster=e2e", "--user=admin");
  for (const user of users) {
    await config("set-credentials", user, `--token=${tokenOf(user)}`);
    await config("set-context", user, "--cluster=e2e", `--user=${user}`);
  }
  await config("use-context", adminContext);
}

function tokenOf(user: User): string {
  return `${user}-token`;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
