/** A stand-in API server in a process of its own: `node serve-child.ts NODES KUBECONFIG-FILE`, until its stdin closes. */
import { writeFileSync } from "node:fs";
import { generateMesh, startDemo } from "../../../src/demo/index.ts";

const [nodes = "", file = ""] = process.argv.slice(2);
const faults = [{ name: "vxlan-blocked" as const, at: null }];
const demo = await startDemo({ scenario: generateMesh({ nodes: Number(nodes), faults }), execDelayMs: 50 });
writeFileSync(file, demo.kubeconfig, { mode: 0o600 });
process.stdout.write("up\n");
process.stdin.resume().once("end", () => void demo.close());
