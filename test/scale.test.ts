import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const entry = fileURLToPath(new URL("../src/kubectl-cilium_health.ts", import.meta.url));

let server: ReturnType<typeof spawn>;
let kubeconfig = "";

beforeAll(async () => {
  server = spawn("node", [entry, "demo", "--nodes", "1000", "--fault", "vxlan-blocked", "--serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const chunk of server.stdout ?? []) {
    text += String(chunk);
    kubeconfig = /export KUBECONFIG=(\S+)/.exec(text)?.[1] ?? "";
    if (kubeconfig !== "") break;
  }
});

afterAll(async () => {
  const gone = once(server, "exit");
  server.kill("SIGTERM");
  await gone;
});

it("reads 1,000 agents of 1,000 nodes with a heap of 256 MiB, and the folded screen stays a screen", () => {
  const { status, stdout, stderr } = spawnSync(
    "node",
    ["--max-old-space-size=256", entry, "--kubeconfig", kubeconfig],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  expect(stderr).toBe("");
  expect(status).toBe(1);
  expect(stdout).toContain("1000 of 1000 agents answered");
  expect(stdout).toContain("1998 of 999000 node pairs unreachable, endpoint path only");
  expect(stdout.split("\n").length).toBeLessThan(50);
}, 170_000);
