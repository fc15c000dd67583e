import type { PortsReport } from "../model/ports.ts";
import { documentHead, publicCoverage } from "./document.ts";

/** The public document of `ports`; the failing paths are read once, as they are written. */
export function portsDocument({ report, needs, unknown, failing }: PortsReport): Record<string, unknown> {
  return {
    ...documentHead("Ports", report),
    cilium: report.cilium,
    coverage: publicCoverage(report.coverage),
    ports: needs,
    unknown,
    failing: { [Symbol.iterator]: () => failing[Symbol.iterator]() },
    findings: report.findings,
  };
}
