import { beforeAll, describe, expect, it } from "vitest";
import { bundleProgram, projectManifest } from "../../krew/bundle.ts";
import { type Notice, noticesOf } from "../../krew/notices.ts";
import { sbomText } from "../../krew/sbom.ts";

interface Sbom {
  readonly bomFormat: string;
  readonly components: readonly Record<string, unknown>[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe("the parts list", () => {
  let notices: readonly Notice[] = [];
  let text = "";
  let sbom: Sbom;
  beforeAll(async () => {
    notices = await noticesOf((await bundleProgram("npm")).modules);
    text = sbomText(await projectManifest(), notices, "22.0.0");
    sbom = JSON.parse(text) as Sbom;
  });

  it("names every package of the bundle, with its licence and checksum, and Node where it is inside", () => {
    expect(sbom.bomFormat).toBe("CycloneDX");
    const named = sbom.components.map(({ name, version }) => `${name} ${version}`);
    expect(named).toEqual([...notices.map(({ name, version }) => `${name} ${version}`), "node 22.0.0"]);
    expect(named.length).toBeGreaterThan(10);
    for (const component of sbom.components) {
      const { name } = component;
      expect(component, `${name}`).toMatchObject({ purl: expect.any(String), licenses: [expect.anything()] });
      if (name !== "node") expect(component, `${name}`).toMatchObject({ hashes: [{ alg: "SHA-512" }] });
    }
  });

  it("says who brings whom in, of what is inside alone", () => {
    const inside = new Set(sbom.components.map((component) => component["bom-ref"]));
    for (const { dependsOn } of sbom.dependencies) for (const ref of dependsOn) expect(inside).toContain(ref);
    expect(sbom.dependencies[0]?.dependsOn.length).toBe(sbom.components.length);
  });

  it("is the same bytes each time, and names neither time nor machine", async () => {
    expect(sbomText(await projectManifest(), notices, "22.0.0")).toBe(text);
    expect(text).not.toMatch(/timestamp|serialNumber|file:|\/node_modules\//);
  });
});
