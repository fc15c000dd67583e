import type { PortsReport } from "../model/ports.ts";
import { apiVersion, publicCoverage } from "./document.ts";

/** The public document of `ports`; the failing paths are read once, as they are written. */
export function portsDocument({ report, needs, unknown, failing }: PortsReport): Record<string, unknown> {
  return {
    apiVersion,
    kind: "Ports",
    generatedAt: report.generatedAt,
    takenAt: report.takenAt === "" ? null : report.takenAt,
    partial: report.partial,
    source: report.source,
    cilium: report.cilium,
    coverage: publicCoverage(report.coverage),
    ports: needs,
    unknown,
    failing: { [Symbol.iterator]: () => failing[Symbol.iterator]() },
    findings: report.findings,
  };
}
