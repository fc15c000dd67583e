import { describe, expect, it } from "vitest";
import { proxyFor } from "../../src/cluster/proxy.ts";

const proxy = "http://proxy.test:3128/";

interface ProxyCase {
  readonly server: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uses: string | null;
}

const through = (server: string, env: Readonly<Record<string, string>>, uses: string | null = proxy): ProxyCase => ({
  server,
  env,
  uses,
});
const https = { HTTPS_PROXY: "http://proxy.test:3128" };
const without = (NO_PROXY: string) => ({ ...https, NO_PROXY });

// Go's golang.org/x/net/http/httpproxy, which kubectl uses; its own tests are the source of the NO_PROXY rows.
const cases: readonly ProxyCase[] = [
  through("https://api.test", {}, null),
  through("https://api.test", https),
  through("https://api.test", { https_proxy: "http://proxy.test:3128" }),
  through("https://api.test", { ...https, https_proxy: "http://small.test" }),
  through("https://api.test", { HTTPS_PROXY: "", https_proxy: "http://proxy.test:3128" }),
  through("https://api.test", { HTTP_PROXY: "http://proxy.test:3128" }, null),
  through("http://api.test", https, null),
  through("http://api.test", { HTTP_PROXY: "http://proxy.test:3128" }),
  through("http://api.test", { http_proxy: "http://proxy.test:3128" }),
  through("https://api.test", { ALL_PROXY: "http://proxy.test:3128" }, null),
  through("https://api.test", { HTTPS_PROXY: "proxy.test:3128" }),
  through("https://api.test", { HTTPS_PROXY: "10.0.0.1:3128" }, "http://10.0.0.1:3128/"),
  through("https://api.test", { HTTPS_PROXY: "proxy" }, "http://proxy/"),
  through("https://api.test", { HTTPS_PROXY: "https://ada:pw@proxy.test" }, "https://ada:pw@proxy.test/"),
  through("https://api.test", { HTTPS_PROXY: "socks5://proxy.test:1080" }, "socks5://proxy.test:1080"),
  through("https://localhost:6443", https, null),
  through("https://127.0.0.1:6443", https, null),
  through("https://127.8.9.1:6443", https, null),
  through("https://[::1]:6443", https, null),
  through("https://localhost.test", https),
  through("https://api.test", without("*"), null),
  through("https://api.test", without("other, *"), null),
  through("https://api.test", without("api.test"), null),
  through("https://API.test", without("Api.Test"), null),
  through("https://api.test", { ...https, no_proxy: "api.test" }, null),
  through("https://api.test", { ...without("other"), no_proxy: "api.test" }),
  through("https://a.api.test", without("api.test"), null),
  through("https://notapi.test", without("api.test")),
  through("https://api.test", without(".api.test")),
  through("https://a.api.test", without(".api.test"), null),
  through("https://api.test", without("*.api.test")),
  through("https://a.api.test", without("*.api.test"), null),
  through("https://a.api.test:6443", without("x, ,\t.api.test:6443 "), null),
  through("https://a.api.test:6443", without(".api.test:443")),
  through("https://api.test", without("api.test:443"), null),
  through("https://10.1.2.3:6443", without("10.1.2.3"), null),
  through("https://10.1.2.3:6443", without("10.1.2.3:6443"), null),
  through("https://10.1.2.3:6443", without("10.1.2.3:80")),
  through("https://10.1.2.3:6443", without("10.1.0.0/16"), null),
  through("https://10.2.2.3:6443", without("10.1.0.0/16")),
  through("https://10.2.2.3:6443", without("0.0.0.0/0"), null),
  through("https://10.1.2.3:6443", without("10.1.0.0/33")),
  through("https://api.test", without("10.1.0.0/16")),
  through("https://[fd00::1]:6443", without("fd00::/8"), null),
  through("https://[fd00::1]:6443", without("fd00:0:0::1"), null),
  through("https://[fd00::1]:6443", without("[fd00::1]:6443"), null),
  through("https://[fd00::1]:6443", without("[fd00::1]:80")),
  through("https://[fd00::1]:6443", without("10.0.0.0/8,fe80::/10")),
  through("https://api.test", without("a/b/c,:80,/,10.1.2.3/,]")),
  through("https://bücher.test", without("bücher.test"), null),
];

describe("the proxy on the way to a server", () => {
  it.each(cases)("$server with $env: $uses", ({ server, env, uses }) => {
    expect(proxyFor(new URL(server), null, env)?.href ?? null).toBe(uses);
  });

  it.each(["https://api.test", "https://127.0.0.1:6443", "http://api.test"])(
    "proxy-url wins over the environment, NO_PROXY included, for %s",
    (server) => {
      const env = { ...without("*"), HTTP_PROXY: "http://other.test" };
      expect(proxyFor(new URL(server), "socks5://wins.test", env)?.href).toBe("socks5://wins.test");
    },
  );

  it.each([
    ["ftp://ada:secret@proxy.test", null],
    ["socks4://proxy.test", null],
    ["http://:3128", null],
    [null, "socks5h://proxy.test"],
    [null, "proxy.test:3128"],
  ])("an address that is none is refused without its password (%s, %s)", (variable, proxyUrl) => {
    const env = variable === null ? {} : { HTTPS_PROXY: variable };
    const call = () => proxyFor(new URL("https://api.test"), proxyUrl, env);
    expect(call).toThrow("is no proxy address: its scheme must be one of http, https, socks5");
    expect(call).not.toThrow("secret");
  });
});
