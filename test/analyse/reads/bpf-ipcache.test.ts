import { describe, expect, it } from "vitest";
import { lookup, readIpcache } from "../../../src/analyse/reads/bpf-ipcache.ts";
import { confirmingText } from "../../../src/analyse/scene.ts";
import { recorded } from "../recorded.ts";

describe("the datapath's addresses", () => {
  it("of the capture healthy lead to the node that owns them", async () => {
    const facts = await recorded("healthy", ["bpf-ipcache.json"]);
    const text = confirmingText(
      facts.nodes.find((node) => node.name === "worker-1"),
      "bpf-ipcache.json",
    );
    const ipcache = readIpcache(text ?? "");
    expect(ipcache && lookup(ipcache, "10.244.2.151")).toMatchObject({ identity: 4, tunnelEndpoint: "172.31.0.12" });
    expect(ipcache && lookup(ipcache, "10.244.2.77")).toMatchObject({ prefix: "10.244.2.0/24", identity: 2 });
    expect(ipcache && lookup(ipcache, "192.0.2.1")).toMatchObject({ prefix: "0.0.0.0/0", tunnelEndpoint: "" });
  });

  it("are read with both families and without the flags of newer agents", () => {
    const ipcache = readIpcache(
      JSON.stringify({
        "2001:db8:1::/64": ["identity=2 encryptkey=0 tunnelendpoint=2001:db8::2"],
        "2001:db8:1::9/128": ["identity=4 encryptkey=0 tunnelendpoint=::"],
        "10.0.0.0/8": ["identity=2 encryptkey=3 tunnelendpoint=172.31.0.9 nodeid=7 flags=<none>"],
        nonsense: ["identity=1"],
      }),
    );
    expect(ipcache?.entries).toHaveLength(3);
    expect(ipcache && lookup(ipcache, "2001:db8:1::7")?.tunnelEndpoint).toBe("2001:db8::2");
    expect(ipcache && lookup(ipcache, "2001:db8:1::9")?.tunnelEndpoint).toBe("");
    expect(ipcache && lookup(ipcache, "10.9.8.7")?.tunnelEndpoint).toBe("172.31.0.9");
    expect(ipcache && lookup(ipcache, "fd00::1")).toBeNull();
    expect(ipcache && lookup(ipcache, "no address")).toBeNull();
  });

  it.each(["", "[]", "{}", '{"10.0.0.0/8": [3]}'])("are unknown in %j", (text) => {
    expect(readIpcache(text)).toBeNull();
  });
});
