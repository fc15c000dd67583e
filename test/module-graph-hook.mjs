// Preloaded by module-graph.test.ts: prints every loaded module's URL on stderr when the process ends.
import { registerHooks } from "node:module";

const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on("exit", () => process.stderr.write(`${loaded.join("\n")}\n`));
