import { describe, expect, it } from "vitest";
import { redirectAgreement } from "../../../src/analyse/checks/redirect-agreement.ts";
import { noLists, said, tables } from "./checked.ts";

const policy = (name: string, ip: string, backend: string) => ({
  namespace: "kube-system",
  name,
  "lrp-type": "svc",
  "frontend-type": "all",
  "service-id": "kube-system/kube-dns",
  "frontend-mappings": [
    {
      "frontend-address": { ip, port: 53, protocol: "UDP" },
      backends: [{ "backend-address": { ip: backend, port: 53 } }],
    },
  ],
});
const compared = (byNode: Readonly<Record<number, unknown>>) => {
  const first = tables("cilium-lrp-list.json", byNode);
  return said(redirectAgreement, { size: 3 }, { lists: { ...noLists, first, again: first } });
};

describe("redirect-agreement", () => {
  it("is quiet where all have the same policies, each with its own pods behind them", () => {
    expect(
      compared({
        1: [policy("dns", "10.96.0.10", "10.244.1.53")],
        2: [policy("dns", "10.96.0.10", "10.244.2.53")],
        3: [policy("dns", "10.96.0.10", "10.244.3.53")],
      }),
    ).toEqual([]);
    expect(compared({ 1: [], 2: [], 3: null })).toEqual([]);
  });

  it("fails where one is missing or is about another frontend", () => {
    const usual = [policy("dns", "10.96.0.10", "10.244.1.53")];
    expect(compared({ 1: usual, 2: [], 3: usual })).toEqual([
      "worker-2 failed redirect-agreement: kube-system/dns is missing, 2 others have it",
    ]);
    expect(compared({ 1: usual, 2: [policy("dns", "10.96.0.11", "10.244.2.53")], 3: usual })).toEqual([
      "worker-2 failed redirect-agreement: kube-system/dns redirects other frontends than on 2 others",
    ]);
  });
});
