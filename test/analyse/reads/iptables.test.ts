import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIptables } from "../../../src/analyse/reads/iptables.ts";
import { recordedReply } from "../../recording.ts";
import { hostileTexts, shuffledWords } from "./hostile-texts.ts";

describe("iptables -S is read", () => {
  it("as recorded: policies, chains, rules in order", () => {
    const text = new TextDecoder().decode(recordedReply("endpoint-routes-forward-drop", "worker-3", "iptables.txt"));
    const { policies, chains } = readIptables(text);
    expect([...policies]).toEqual([
      ["INPUT", "ACCEPT"],
      ["FORWARD", "ACCEPT"],
      ["OUTPUT", "ACCEPT"],
    ]);
    expect(chains.get("FORWARD")?.map(({ target }) => target)).toEqual(["DROP", "CILIUM_FORWARD"]);
    expect(chains.get("CILIUM_FORWARD")).toHaveLength(6);
  });

  it("with comments as one word, quoted or not", () => {
    const { chains } = readIptables('-A FORWARD -m comment --comment "say \\"-j DROP\\" here" -i lxc+ -j ACCEPT\n');
    expect(chains.get("FORWARD")?.[0]).toMatchObject({
      conditions: ["-m", "comment", "--comment", 'say "-j DROP" here', "-i", "lxc+"],
      target: "ACCEPT",
      isGoto: false,
    });
  });

  it("with rules that jump nowhere, and gotos", () => {
    const { chains } = readIptables("-A FORWARD -p tcp\n-A FORWARD -g OTHER\n");
    expect(chains.get("FORWARD")).toMatchObject([{ target: "" }, { target: "OTHER", isGoto: true }]);
  });

  it("without trouble from any text", () => {
    for (const text of hostileTexts) expect(() => readIptables(text)).not.toThrow();
    fc.assert(fc.property(fc.oneof(fc.string(), shuffledWords), (text) => readIptables(text).chains instanceof Map));
  });
});
