export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([a-z_]+)(?:\{([^\n]*)\})? (\S+)$/;
const label = /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/gy;

/**
 * The samples of a text in Prometheus' exposition format 0.0.4. Throws where the format is broken, or what
 * `promtool check metrics` would complain of: no help, a metric's type or a short unit in its name, a counter's suffix.
 */
export function metricSamples(text: string): MetricSample[] {
  if (!text.endsWith("\n")) throw new Error("the last line must end");
  const samples: MetricSample[] = [];
  const families = new Set<string>();
  let family = "";
  let helped = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, what, name = "", said = ""] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (what === "HELP") {
      checkName(name);
      if (families.has(name)) throw new Error(`${name}: a family stands in two places`);
      families.add(name);
      helped = name;
    } else if (what === "TYPE") {
      if (helped !== name || said !== "gauge") throw new Error(`${name}: TYPE gauge must follow its HELP`);
      family = name;
    } else samples.push(sampleOf(line, family));
  }
  const keys = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  if (new Set(keys).size < keys.length) throw new Error("a series stands twice");
  return samples;
}

function checkName(name: string): void {
  if (/_(?:total|count|sum|bucket)$|_(?:gauge|counter|histogram|summary)(?:_|$)|__/.test(name)) {
    throw new Error(`${name}: no name for a gauge`);
  }
  if (/_(?:ms|ns|sec|secs|s|min|mins|hours|minutes|milliseconds|kb|mb|bytes_[a-z]+)$/.test(name)) {
    throw new Error(`${name}: units are base units, in full`);
  }
}

function sampleOf(line: string, family: string): MetricSample {
  const [, name = "", words = "", value = ""] = sampleLine.exec(line) ?? [];
  if (name !== family || family === "") throw new Error(`no sample of ${family}: ${line}`);
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(value)) throw new Error(`no number: ${line}`);
  return { name, labels: labelsOf(words), value: Number(value) };
}

function labelsOf(words: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let at = 0; at < words.length; at = label.lastIndex) {
    label.lastIndex = at;
    const [, name = "", value = ""] = label.exec(words) ?? [];
    if (name === "" || Object.hasOwn(labels, name)) throw new Error(`broken labels: ${words}`);
    labels[name] = value.replace(/\\(.)/g, "$1");
  }
  return labels;
}
