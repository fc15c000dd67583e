import { describe, expect, it } from "vitest";
import { healthLabels, selects } from "../../../src/analyse/settings/label-selector.ts";

describe("a selector of a cluster-wide policy", () => {
  it.each<[readonly string[], boolean]>([
    [[], true],
    [["reserved:health="], true],
    [["any:health="], true],
    [["health="], true],
    [["reserved:health Exists"], true],
    [["reserved:health In"], true],
    [["k8s:io.kubernetes.pod.namespace NotIn kube-system,default"], true],
    [["k8s:app DoesNotExist", "reserved:health="], true],
    [["k8s:health="], false],
    [["reserved:host="], false],
    [["k8s:app=store"], false],
    [["app Exists"], false],
    [["reserved:health DoesNotExist"], false],
    [["reserved:health=", "k8s:app=store"], false],
  ])("with the terms %j can select the health endpoint: %s", (terms, expected) => {
    expect(selects(terms, healthLabels)).toBe(expected);
  });

  it.each<[readonly string[], boolean]>([
    [["kubernetes.io/hostname=worker-1"], true],
    [["k8s:kubernetes.io/hostname=worker-1"], true],
    [["node-role.kubernetes.io/control-plane Exists"], false],
    [["kubernetes.io/hostname In worker-1,worker-2"], true],
    [["kubernetes.io/hostname NotIn worker-1"], false],
  ])("with the terms %j selects the node worker-1: %s", (terms, expected) => {
    expect(selects(terms, new Map([["k8s:kubernetes.io/hostname", "worker-1"]]))).toBe(expected);
  });
});
