/**
 * What an agent's program prints for a jsonpath template of a health report, as far as our forms use the language
 * (k8s.io/client-go/util/jsonpath, with missing keys allowed; api/v1/health/models). The end-to-end tests hold it against
 * the program itself. It walks Go structs: a missing scalar is its zero value, a missing object has no fields, and before
 * 1.18 probes have no time at all.
 */
export function goJsonpath(template: string, report: object, knowsTimes = true): string {
  return run(parse(template), [report], knowsTimes);
}

type Step =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print"; readonly path: readonly string[] }
  | { readonly kind: "range"; readonly path: readonly string[]; readonly body: readonly Step[] };

function parse(template: string): readonly Step[] {
  const parts = template.match(/\{(?:"(?:[^"\\]|\\.)*"|[^}])*\}|[^{]+/g) ?? [];
  const stack: Step[][] = [[]];
  const paths: (readonly string[])[] = [];
  for (const part of parts) {
    const inner = part.startsWith("{") ? part.slice(1, -1) : null;
    const steps = stack.at(-1) ?? [];
    if (inner === null) steps.push({ kind: "text", text: part });
    else if (inner.startsWith('"')) steps.push({ kind: "text", text: JSON.parse(inner) });
    else if (inner === "end") {
      const body = stack.pop() ?? [];
      stack.at(-1)?.push({ kind: "range", path: paths.pop() ?? [], body });
    } else if (inner.startsWith("range ")) {
      paths.push(pathOf(inner.slice(6)));
      stack.push([]);
    } else steps.push({ kind: "print", path: pathOf(inner) });
  }
  return stack[0] ?? [];
}

/** `.nodes[?(@.name=="a.b")]` as `.nodes`, `[?(@.name=="a.b")]`. */
function pathOf(text: string): readonly string[] {
  return text.match(/\[\?\((?:"[^"]*"|[^")])*\)\]|\[[^\]]*\]|\.[^.[]+/g) ?? [];
}

function run(steps: readonly Step[], at: readonly unknown[], knowsTimes: boolean): string {
  return steps
    .map((step) => {
      if (step.kind === "text") return step.text;
      const found = walk(at, step.path, knowsTimes);
      if (step.kind === "print") return found.map(printed).join(" ");
      return found.map((value) => run(step.body, [value], knowsTimes)).join("");
    })
    .join("");
}

function walk(values: readonly unknown[], path: readonly string[], knowsTimes: boolean): readonly unknown[] {
  return path.reduce((found, step) => {
    if (step.startsWith(".")) return found.flatMap((value) => field(value, step.slice(1), knowsTimes));
    const items = found.flatMap((value) => (Array.isArray(value) ? value : []));
    if (step === "[*]") return items;
    const every = /^\[::(\d+)\]$/.exec(step)?.[1];
    if (every !== undefined) return items.filter((_item, at) => at % Number(every) === 0);
    return items.filter((item) => passes(item, step.slice(3, -2), knowsTimes));
  }, values);
}

const zero: Readonly<Record<string, unknown>> = {
  latency: 0,
  ip: "",
  status: "",
  lastProbed: "",
  name: "",
  timestamp: "",
  probeInterval: "",
  nodes: null,
  "secondary-addresses": null,
};
const timed = ["lastProbed", "probeInterval"];

function field(value: unknown, name: string, knowsTimes: boolean): readonly unknown[] {
  if (typeof value !== "object" || value === null || (!knowsTimes && timed.includes(name))) return [];
  return [Object.getOwnPropertyDescriptor(value, name)?.value ?? zero[name]];
}

function passes(item: unknown, condition: string, knowsTimes: boolean): boolean {
  const [, left = condition, operator = "", right = ""] = /^([^!<>=]+)([!<>=]+)(.+)$/.exec(condition) ?? [];
  const found = walk([item], pathOf(left.slice(1)), knowsTimes);
  if (operator === "") return found.length > 0;
  const others = right.startsWith("@") ? walk([item], pathOf(right.slice(1)), knowsTimes) : [JSON.parse(right)];
  if (found.length > 1 || others.length > 1) throw new Error("can only compare one element at a time");
  const [a, b] = [found[0], others[0]];
  if (found.length === 0 || others.length === 0) return false;
  if (typeof a === "number" && typeof b === "number") return operator === ">" ? a > b : a < b;
  const [one, other] = [String(a), String(b)];
  return operator === "=="
    ? one === other
    : operator === "!="
      ? one !== other
      : operator === "<"
        ? one < other
        : one > other;
}

/** A list is printed as encoding/json does: keys in Go's order, empty ones left out. */
function printed(value: unknown): string {
  if (value === undefined) return "<nil>";
  return value === null || typeof value === "object" ? goJson(value) : String(value);
}

function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, one]) => one !== "" && one !== 0 && one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${goJson(one)}`);
  return `{${parts.join(",")}}`;
}
