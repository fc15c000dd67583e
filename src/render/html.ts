import type { HeatPage } from "../model/heat-map.ts";
import { pageData } from "./html/data.ts";
import { script } from "./html/script.ts";
import { skeleton } from "./html/skeleton.ts";
import { style } from "./html/style.ts";
import { isStream } from "./json.ts";
import { safeJson } from "./safe-json.ts";

/**
 * One file that needs nothing else and fetches nothing: the report as JSON that no parser of HTML can leave, and one
 * script and one style sheet, which the content security policy names by their hashes (`hashOf`: `sha256-…`).
 */
export function* htmlChunks(page: HeatPage, hashOf: (text: string) => string): Generator<string> {
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>Cilium health</title>
<style>${style}</style>
</head>
<body>
${skeleton}<script type="application/json" id="report">`;
  yield* dataChunks(pageData(page));
  yield `</script>
<script>${script}</script>
</body>
</html>
`;
}

function* dataChunks(data: Readonly<Record<string, unknown>>): Generator<string> {
  let before = "{";
  for (const [key, value] of Object.entries(data)) {
    yield `${before}${JSON.stringify(key)}:`;
    before = ",\n";
    if (isStream(value)) yield* listChunks(value);
    else yield embedded(value);
  }
  yield "}";
}

function* listChunks(values: Iterable<unknown>): Generator<string> {
  let before = "[";
  for (const value of values) {
    yield `${before}${embedded(value)}`;
    before = ",\n";
  }
  yield before === "[" ? "[]" : "]";
}

/** Inside a script element only `<` can end it or open a comment. */
function embedded(value: unknown): string {
  return safeJson(JSON.stringify(value)).replaceAll("<", "\\u003c");
}
