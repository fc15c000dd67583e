import { describe, expect, it } from "vitest";
import { analyseDiff } from "../../src/analyse/changes/diff.ts";
import { parseFault } from "../../src/demo/index.ts";
import { accessChunks } from "../../src/render/access.ts";
import { diffTable } from "../../src/render/diff.ts";
import { statusTable } from "../../src/render/status-table.ts";
import { generatedLook } from "../generated-look.ts";

const options = { columns: 80, colorLevel: 0, ascii: false, noHeaders: true, all: false } as const;

describe("--no-headers", () => {
  it("leaves the rows alone, every one of them", () => {
    const { report } = generatedLook({ nodes: 40, faults: [parseFault("node-down=node-02")] });
    const lines = [...statusTable(report, options, false)].join("").trimEnd().split("\n");
    expect(lines.length).toBe(40);
    expect(lines.filter((line) => !/^node-\d\d\s/.test(line))).toEqual([]);
  });

  it("of diff are the paths that changed, not one folded", () => {
    const broken = generatedLook({ nodes: 20, faults: [parseFault("vxlan-blocked=node-02")] });
    const lines = [...diffTable(analyseDiff(generatedLook({ nodes: 20 }), broken), options)]
      .join("")
      .trimEnd()
      .split("\n");
    expect(lines.length).toBe(38);
    expect(lines.filter((line) => !/^broke\s+node-\d\d → node-\d\d\s+endpoint\s/.test(line))).toEqual([]);
  });

  it("of access are the rights", () => {
    const row = { verb: "list", resource: "pods", namespace: "kube-system", needed: true, reason: "", without: "x" };
    const report = {
      namespace: "kube-system",
      granted: true,
      complete: true,
      optIn: [],
      commands: ["date"],
      manifest: "x",
    };
    const rows = [{ ...row, answer: "allowed" } as const];
    const text = [...accessChunks({ ...report, rows, admissionPolicy: "x" }, "table", options)].join("");
    expect(text).toBe("allowed   needed   list   pods   kube-system\n");
  });
});
