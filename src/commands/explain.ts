import { everyCause } from "../analyse/catalogue.ts";
import { docsLinks } from "../analyse/docs.ts";
import type { Cause } from "../analyse/rule.ts";
import type { Request } from "../cli/request.ts";
import { type ExplainedRule, explainChunks } from "../render/explain.ts";
import type { ExitCode, Io } from "./io.ts";
import { causeNamed } from "./rule-names.ts";
import { renderOptions, writeAll } from "./show.ts";

/** The catalogue of causes and checks, or one of them; nobody is asked. Throws HealthError (2) for an unknown rule. */
export async function explain(request: Extract<Request, { kind: "explain" }>, io: Io): Promise<ExitCode> {
  const { rule, format, show } = request;
  const causes = rule === null ? everyCause : [causeNamed(rule)];
  io.progress(null);
  await writeAll(explainChunks(causes.map(explained), rule !== null, format, renderOptions(show, io, true)), io);
  return 0;
}

function explained({ id, severity, title, meaning, apart, confirm, fix, docs }: Cause): ExplainedRule {
  return { id, severity, title, meaning, apart, confirm, fix, docs: docsLinks[docs] };
}
