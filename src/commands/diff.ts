import { analyseDiff } from "../analyse/changes/diff.ts";
import type { Request } from "../cli/request.ts";
import { diffDocument, diffTable } from "../render/diff.ts";
import { jsonChunks } from "../render/json.ts";
import { yamlChunks } from "../render/yaml.ts";
import type { ExitCode, Io } from "./io.ts";
import { look } from "./look.ts";
import { renderOptions, writeAll } from "./show.ts";

/** Two saved states, or one and the live cluster. Exits 0 when they are the same, 1 when they differ. */
export async function diff(request: Extract<Request, { kind: "diff" }>, io: Io): Promise<ExitCode> {
  const old = await look({ ...request, from: request.old }, io);
  const now = await look({ ...request, from: request.new }, io);
  const found = analyseDiff(old, now);
  const chunks =
    request.format === "table"
      ? diffTable(found, renderOptions(request.show, io, request.all))
      : request.format === "json"
        ? jsonChunks(diffDocument(found))
        : yamlChunks(diffDocument(found));
  await writeAll(chunks, io);
  if (io.signal.aborted) return 130;
  return found.different ? 1 : 0;
}
