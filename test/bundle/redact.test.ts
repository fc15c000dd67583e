import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mask, redact } from "../../src/bundle/redact.ts";
import { redactObject } from "../../src/bundle/redact-objects.ts";
import { disguises, plantedSecrets, spellings } from "./secrets.ts";

function through(text: string): string {
  const gate = redact(Buffer.from(text));
  return gate.kind === "clean" ? Buffer.from(gate.bytes).toString() : "";
}

describe("the gate", () => {
  it.each(plantedSecrets)("lets no $kind through, in whatever disguise", (secret) => {
    for (const text of disguises(secret)) {
      const written = through(`time=2031 before\n${text}\nafter`);
      for (const spelling of spellings(secret)) expect(written, text).not.toContain(spelling);
    }
  });

  it.each(plantedSecrets)("and leaves JSON that held a $kind readable", (secret) => {
    for (const text of disguises(secret).filter((one) => one.startsWith("{"))) {
      const written = through(text);
      if (written !== "") expect(() => JSON.parse(written), written).not.toThrow();
    }
  });

  it("withholds what is no text", () => {
    expect(redact(Buffer.from([0x1f, 0x8b, 0x08, 0x00]))).toMatchObject({ kind: "withheld" });
    expect(redact(Buffer.from("password=hunter2", "utf16le"))).toMatchObject({ kind: "withheld" });
  });

  it("looks into text with a few odd bytes in it", () => {
    expect(through("\u0000\u001b[31mpanic password=hunter2")).toBe(`\u0000\u001b[31mpanic password=${mask}`);
  });

  it("takes the separators of ASCII for text", () => {
    const fields = Array.from({ length: 400 }, (_, at) => `${at}`).join("\u001f");
    expect(through(`fields\u001d${fields}\u001etoken=abc`)).toBe(`fields\u001d${fields}\u001etoken=${mask}`);
  });

  it("withholds what still looks like a secret", () => {
    expect(redact(Buffer.from("PRIVATE KEY-----")).kind).toBe("withheld");
  });

  it.each([
    ["bytes that are no UTF-8", "caf\u00e9 \u00ff password=x1"],
    ["names and addresses", "worker-1 172.31.0.11 10.244.1.93/32 fd00::1 kube-system/cilium-x2z"],
    ["an error of a probe", 'Get "http://10.244.1.93:4240/hello": context deadline exceeded'],
    ["a public key", '"public-key": "k0mfvPlx2ymXsA4ZFJNhNXmLDBJ0gYpIvPZGSgxN5n0="'],
    ["a path to a token", "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory"],
    ["a digest", "quay.io/cilium/cilium@sha256:2f1c0b0d2ab0c8e0b3d0f5e0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0"],
  ])("leaves alone: %s", (_what, text) => {
    expect(through(text.replace(" password=x1", ""))).toBe(text.replace(" password=x1", ""));
  });

  it("changes nothing in what real agents say", () => {
    const base = new URL("../../src/demo/scenarios/", import.meta.url);
    for (const file of readdirSync(base, { recursive: true, encoding: "utf8" })) {
      const url = new URL(file.replaceAll("\\", "/"), base);
      if (!statSync(url).isFile()) continue;
      expect(redact(readFileSync(url)), file).toMatchObject({ kind: "clean", masked: 0 });
    }
  });
});

describe("API objects", () => {
  it("lose the values of environment variables, named or not, and kubectl's copy", () => {
    const env = [
      { name: "INNOCENT", value: "plain-but-secret" },
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ];
    const annotations = {
      "kubectl.kubernetes.io/last-applied-configuration": '{"env":"plain-but-secret"}',
      kept: "yes",
    };
    const pod = {
      metadata: { name: "cilium-x2z", annotations },
      spec: { containers: [{ name: "a", env }], initContainers: [{ env }] },
    };
    const written = JSON.stringify(redactObject(pod));
    expect(written).not.toContain("plain-but-secret");
    expect(written).toContain("spec.nodeName");
    expect(written).toContain('"kept":"yes"');
  });

  it("keep a ConfigMap's settings and lose what is none", () => {
    const data = {
      "routing-mode": "tunnel",
      "enable-ipsec-key-watcher": "true",
      "ingress-secrets-namespace": "cilium-secrets",
      "ipv4-native-routing-cidr": "10.0.0.0/8",
      "etcd-password": "hunter2",
      "kvstore-opt": '{"etcd.password":"hunter2"}',
      blob: "Zm9vQmFyMTIzNDU2Nzg5MGFiY2RlZg",
      "client-id": "0123456789abcdef0123456789abcdef01",
    };
    const kept = redactObject({ metadata: { name: "cilium-config" }, data }) as { data: Record<string, string> };
    expect(JSON.stringify(kept)).not.toContain("hunter2");
    expect(kept.data).toMatchObject({
      "routing-mode": "tunnel",
      "enable-ipsec-key-watcher": "true",
      "ingress-secrets-namespace": "cilium-secrets",
      "ipv4-native-routing-cidr": "10.0.0.0/8",
      "etcd-password": mask,
      blob: mask,
      "client-id": mask,
    });
  });
});
