import { generateMesh, type Scenario } from "../../src/demo/index.ts";

const socketGone =
  'Error: Cannot get status: Get "http://localhost/v1/healthz": dial unix /var/run/cilium/cilium.sock: connect: no such file or directory\n';

/** The agent's container is restarted while it prints its health view: that command is killed, its API is not up again. */
export function withAgentRestarted(nodes: number, victim: string): Scenario {
  const mesh = generateMesh({ nodes });
  return {
    ...mesh,
    reply: (node, argv) => {
      if (node !== victim || argv[0] === "date") return mesh.reply(node, argv);
      const killed = argv[0] === "cilium-health";
      const stdout = killed ? ['{"local":{"name":"demo/'] : [];
      return { kind: "output", stdout, stderr: killed ? "" : socketGone, exitCode: killed ? 137 : 1, delayMs: 0 };
    },
  };
}

/** The pods as they are listed, and, when the first command is run, one of them under another name. */
export function withPodReplaced(nodes: number, victim: string): Scenario {
  const mesh = generateMesh({ nodes });
  let asked = 0;
  return {
    ...mesh,
    objects: (resource) => {
      const objects = mesh.objects(resource);
      if (resource !== "pods" || objects === null || asked++ === 0) return objects;
      return objects.map((pod) =>
        pod.spec?.["nodeName"] === victim ? { ...pod, metadata: { ...pod.metadata, name: "cilium-fresh" } } : pod,
      );
    },
  };
}
