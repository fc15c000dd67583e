/**
 * The agents of a generated mesh in a process of its own, so that what making replies costs is nobody else's:
 * `node generator-child.ts NODES SOCKET`. Takes a question a line, JSON, from the one who connects, and answers each with
 * the length of the answer, four bytes, and the answer: a list as JSON, or what an agent prints. Ends with the connection.
 */
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { generateMesh } from "../../../src/demo/index.ts";
import type { ScenarioResource } from "../../../src/demo/scenario.ts";
import { silentIo } from "../../recorded-report.ts";

export type Question =
  | { readonly list: ScenarioResource }
  | { readonly node: string; readonly argv: readonly string[] };

const [nodes = "", place = ""] = process.argv.slice(2);
const io = silentIo();
const mesh = generateMesh({ nodes: Number(nodes), now: () => io.now().getTime() });

function answer(question: Question): Buffer {
  if ("list" in question) return Buffer.from(JSON.stringify(mesh.objects(question.list) ?? []));
  const reply = mesh.reply(question.node, question.argv);
  if (reply.kind !== "output") return Buffer.alloc(0);
  return Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece)));
}

const server = createServer((socket) => {
  server.close();
  createInterface({ input: socket }).on("line", (line) => {
    const bytes = answer(JSON.parse(line) as Question);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    socket.write(length);
    socket.write(bytes);
  });
});
server.listen(place, () => process.stdout.write("up\n"));
