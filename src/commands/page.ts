import { createHash } from "node:crypto";
import { heatPage } from "../analyse/heat/heat-page.ts";
import type { HeatMeasure } from "../model/heat-map.ts";
import type { Scope } from "../model/request.ts";
import { htmlChunks } from "../render/html.ts";
import type { Look } from "./look.ts";

/** `-o html`: the whole report as one file that any browser opens, without a server or a network. */
export function pageChunks({ facts, report }: Look, by: HeatMeasure, scope: Scope): Iterable<string> {
  return htmlChunks(heatPage(facts, report, by, scope), sha256);
}

function sha256(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
