import { describe, expect, it } from "vitest";
import { serviceAgreement } from "../../../src/analyse/checks/service-agreement.ts";
import { noLists, said, tables } from "./checked.ts";
import { listTexts, service } from "./services.ts";

const web = service("shop/web", "10.96.7.21:80", ["10.244.1.30:8080", "10.244.2.30:8080"]);
const api = service("default/kubernetes", "10.96.0.1:443", ["172.31.0.1:6443"]);
const compared = (byNode: Readonly<Record<number, unknown>>, config: Readonly<Record<string, string>> = {}) => {
  const first = tables("cilium-service-list.json", byNode);
  return listTexts(said(serviceAgreement, { size: 3, config }, { lists: { ...noLists, first, again: first } }));
};

describe("service-agreement", () => {
  it("is quiet where all have the same, in whatever order", () => {
    const turned = service("shop/web", "10.96.7.21:80", ["10.244.2.30:8080", "10.244.1.30:8080"]);
    expect(compared({ 1: [api, web], 2: [turned, api], 3: [api, web] })).toEqual([]);
  });

  it("fails where a Service is missing, left behind, or lacks a backend", () => {
    expect(compared({ 1: [api, web], 2: [api], 3: [api, web] })).toEqual([
      "worker-2 failed: Service shop/web (10.96.7.21:80/TCP) is missing, 2 others have it",
    ]);
    expect(compared({ 1: [api], 2: [api, web], 3: [api] })).toEqual([
      "worker-2 failed: Service shop/web (10.96.7.21:80/TCP) is not known on 2 others",
    ]);
    const short = service("shop/web", "10.96.7.21:80", ["10.244.1.30:8080"]);
    expect(compared({ 1: [web], 2: [short], 3: [web] })).toEqual([
      "worker-2 failed: Service shop/web (10.96.7.21:80/TCP) lacks the backend 10.244.2.30:8080/TCP, unlike on 2 others",
    ]);
  });

  it("allows for what differs by nature: policy Local, node ports, host ports, local redirects, endings", () => {
    const local = (backends: readonly string[]) =>
      service("shop/edge", "10.96.8.8:80", backends, { extTrafficPolicy: "Local" });
    expect(compared({ 1: [local(["10.244.1.5:80"])], 2: [local(["10.244.2.5:80"])], 3: [local([])] })).toEqual([]);
    const port = (ip: string) => service("shop/edge", `${ip}:30080`, [], { type: "NodePort" });
    expect(compared({ 1: [port("172.31.0.11")], 2: [port("172.31.0.12")], 3: [port("172.31.0.13")] })).toEqual([]);
    const hostPort = service("shop/agent", "172.31.0.11:9100", ["10.244.1.9:9100"], { type: "HostPort" });
    const redirect = service("kube-system/dns", "10.96.0.10:53", ["10.244.1.53:53"], { type: "LocalRedirect" });
    expect(compared({ 1: [api, hostPort, redirect], 2: [api], 3: [api] })).toEqual([]);
    const ending = service(
      "shop/web",
      "10.96.7.21:80",
      ["10.244.1.30:8080", "10.244.2.30:8080"],
      {},
      "10.244.9.9:8080",
    );
    expect(compared({ 1: [web], 2: [ending], 3: [web] })).toEqual([]);
  });

  it("does not compare backends that the topology chooses", () => {
    const near = service("shop/web", "10.96.7.21:80", ["10.244.1.30:8080"]);
    expect(compared({ 1: [web], 2: [near], 3: [web] }, { "enable-service-topology": "true" })).toEqual([]);
  });
});
