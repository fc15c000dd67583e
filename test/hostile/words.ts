import fc from "fast-check";

/** Texts that break readers and screens: terminal escapes, bidirectional controls, prototype keys, cut characters. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "__proto__",
    "constructor",
    "toString",
    "\u001b[2J\u001b]0;x\u0007",
    "\u202egnp.exe\u2066",
    "\u0000\u0085\u2028",
    "\ud800",
    "a".repeat(300),
    "1e999",
    "-0",
    "9".repeat(40),
    "<nil>",
    "../../etc/passwd",
    "rig/worker-1",
    "2026-11-20T18:37:00Z",
    "9999-12-31T23:59:59.999999999+24:61",
    "1m0s",
    "99999999999h",
    "192.0.2.1",
    "fe80::1%eth0",
  ),
  fc.string({ maxLength: 12, unit: "binary" }),
);

/** Numbers out of every range, and things that are no numbers where one is due. */
export const hostileScalar = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, 1e300, -1e300, 5e-324, 2 ** 53 + 2, -1, 0.5),
  fc.integer(),
);

const prototypeKeys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "length",
  "then",
];

/** JSON of the given keys, of keys that name a prototype's, and of anything at all; as its parser would give it. */
export function hostileJson(keys: readonly string[]): fc.Arbitrary<unknown> {
  const key = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...keys) },
    { weight: 1, arbitrary: fc.constantFrom(...prototypeKeys) },
    { weight: 1, arbitrary: hostileText },
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthSize: "medium" },
      hostileScalar,
      fc.array(tie("tree"), { maxLength: 3 }),
      // A map through text, as the wire has it: only there does `__proto__` become a key of its own.
      fc
        .array(fc.tuple(key, tie("tree")), { maxLength: 5 })
        .map((entries) => JSON.parse(objectText(entries)) as unknown),
    ),
  }));
  return tree;
}

function objectText(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? "null"}`).join(",")}}`;
}

/** Lines that a format has, with hostile texts in between, whole or cut anywhere. */
export function hostileLines(lines: readonly string[], between = "\n"): fc.Arbitrary<string> {
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...lines) },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...lines), hostileText).map(([one, text]) => spliced(one, text)) },
  );
  return fc
    .tuple(fc.array(line, { maxLength: 14 }), fc.option(fc.nat(400), { nil: Number.POSITIVE_INFINITY }))
    .map(([some, end]) => some.join(between).slice(0, end));
}

/** A word of the line exchanged for the text. */
function spliced(line: string, text: string): string {
  const words = line.split(/(\s+|:)/);
  words[Math.min(words.length - 1, text.length)] = text;
  return words.join("");
}

type Path = readonly (string | number)[];

/** A right value of which up to three branches, keys kept, are exchanged for hostile ones, and one may be added. */
export function damaged(right: unknown, keys: readonly string[]): fc.Arbitrary<unknown> {
  const branches = pathsOf(right, []);
  const damage = fc.tuple(
    fc.constantFrom(...branches),
    hostileJson(keys),
    fc.option(fc.constantFrom(...prototypeKeys)),
  );
  return fc
    .array(damage, { minLength: 1, maxLength: 3 })
    .map((some) => some.reduce((value, [path, branch, key]) => exchanged(value, path, branch, key), right));
}

function pathsOf(value: unknown, path: Path): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((one, at) => [at, one] as const) : Object.entries(value);
  return [...(path.length === 0 ? [] : [path]), ...entries.flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

/** Beside the branch, or instead of it where there is no key. */
function exchanged(value: unknown, [step, ...rest]: Path, branch: unknown, key: string | null): unknown {
  if (step === undefined)
    return key === null ? branch : JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(branch) ?? 1}}`);
  if (Array.isArray(value)) return value.map((one, at) => (at === step ? exchanged(one, rest, branch, key) : one));
  if (typeof value !== "object" || value === null) return branch;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, name === step ? exchanged(one, rest, branch, key) : one]),
  );
}
