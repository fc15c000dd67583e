import type { HeatMap, HeatMeasure } from "../model/heat-map.ts";
import { shown } from "../model/visible-text.ts";
import { findingHead } from "./findings.ts";
import { type Glyph, type Glyphs, glyphs } from "./matrix-glyphs.ts";
import { gridLines } from "./matrix-grid.ts";
import { ours, type RenderOptions } from "./options.ts";
import { headLine, pairLines, unheardLines } from "./overview.ts";
import { type Theme, theme } from "./theme.ts";
import { counted } from "./units.ts";

const mostFindings = 5;

/** Node by node, host and endpoint path: one glyph a cell, rows from, columns to. */
export function* matrixText(map: HeatMap, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const marks = glyphs(map, look, options.ascii);
  const { report } = map;
  if (!options.noHeaders) yield `${headLine(report)}\n\n${captionLines(map, look).join("\n")}\n\n`;
  for (const line of gridLines(map, marks, options)) yield `${line}\n`;
  if (options.noHeaders) return;
  yield "\n";
  const dots = options.ascii ? "..." : "…";
  for (const line of legendLines(map, marks, options)) yield `${line}\n`;
  yield "\n";
  for (const line of [...pairLines(report, look), ...unheardLines(report, dots)]) yield `${line}\n`;
  for (const line of findingsBelow(map, look, dots, options)) yield `${line}\n`;
}

const shows: { readonly [by in HeatMeasure]: string } = {
  status: "status, ICMP and HTTP together",
  icmp: "status of ICMP alone",
  http: "status of HTTP alone",
  latency: "latency of the ICMP probe, of HTTP where ICMP gave none",
  age: "age of the oldest probe",
};

function captionLines(map: HeatMap, look: Theme): string[] {
  const { fold, entries, by, worstZones } = map;
  const nodes = entries.reduce((count, { members }) => count + members.length, 0);
  const caption = `${counted(nodes, "node")}, rows from, columns to: ${shows[by]}`;
  if (fold === null) return [look.strong(caption)];
  const opened =
    worstZones.length > 0
      ? `open a block with ${worstZones.map((zone) => `--zone ${shown(zone)}`).join(" ")}`
      : fold === "zone"
        ? "only what --zone or --node names stands alone"
        : "open a part with --node GLOB";
  const how = { zone: "folded by zone", subnet: "folded by subnet", trouble: "the worst nodes alone, the rest folded" };
  return [
    look.strong(caption),
    `${how[fold]}: a cell is its worst path, or the share that is unreachable`,
    `${opened}, or draw every node with --all`,
  ];
}

/** Only the glyphs that were drawn, as many a line as fit. */
function legendLines(map: HeatMap, marks: Glyphs, options: RenderOptions): string[] {
  const used = new Set<Glyph>();
  const size = map.entries.length;
  for (const target of map.targets) {
    map.entries.forEach((from, row) => {
      if (!from.isFrom) return;
      map.entries.forEach((to, column) => {
        if (to.isTo) used.add(marks.of(map.blocks[target], row * size + column, row === column));
      });
    });
  }
  const lines: string[] = [];
  let width = 0;
  for (const { text, meaning, paint } of marks.all.filter((glyph) => used.has(glyph))) {
    const length = text.length + 1 + meaning.length;
    if (lines.length === 0 || width + 3 + length > options.columns) {
      lines.push("");
      width = -3;
    }
    lines[lines.length - 1] += `${width < 0 ? "" : "   "}${paint(text)} ${meaning}`;
    width += 3 + length;
  }
  return lines;
}

function findingsBelow({ report }: HeatMap, look: Theme, dots: string, options: RenderOptions): string[] {
  const { findings } = report;
  if (findings.length === 0) return [];
  const heads = findings.slice(0, mostFindings).map((finding) => findingHead(finding, look));
  const more = findings.length - heads.length;
  return [
    "",
    ...heads,
    ...(more > 0 ? [`${dots} and ${counted(more, "more finding")}`] : []),
    `evidence and next steps: ${ours("", options)}`,
  ];
}
