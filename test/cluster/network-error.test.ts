import { describe, expect, it } from "vitest";
import { describeNetworkError, hostAndPort } from "../../src/cluster/network-error.ts";

const server = new URL("https://api.example.com/prefix");

function systemError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

describe("a network error is one line that names host and port", () => {
  const table: [string, unknown, string, RegExp][] = [
    [
      "refused",
      systemError("ECONNREFUSED"),
      "ECONNREFUSED",
      /server api\.example\.com:443 was refused - did you specify/,
    ],
    ["unknown name", systemError("ENOTFOUND"), "ENOTFOUND", /no such host/],
    ["no answer", systemError("ETIMEDOUT"), "ETIMEDOUT", /did not answer.*VPN/],
    ["no route", systemError("EHOSTUNREACH"), "EHOSTUNREACH", /no route/],
    ["reset", systemError("ECONNRESET", "socket hang up"), "ECONNRESET", /was cut/],
    ["too many files", systemError("EMFILE"), "EMFILE", /lower --parallel/],
    ["clock", systemError("CERT_NOT_YET_VALID"), "CERT_NOT_YET_VALID", /clock/],
    [
      "a client certificate the server does not take",
      systemError("EPROTO", "write EPROTO 80:error:0A000412:SSL routines:x:sslv3 alert bad certificate:../deps/x.c:1:"),
      "EPROTO",
      /refused our TLS certificate or settings \(sslv3 alert bad certificate\)/,
    ],
    [
      "several addresses tried, none answering",
      new AggregateError([systemError("ETIMEDOUT", "connect ETIMEDOUT 10.0.0.1:443"), systemError("ENETUNREACH")], ""),
      "ETIMEDOUT",
      /api\.example\.com:443: it did not answer/,
    ],
    [
      "the reason two causes down",
      new Error("fetch failed", { cause: new Error("inner", { cause: systemError("ECONNREFUSED") }) }),
      "ECONNREFUSED",
      /refused/,
    ],
    ["an error of several lines", new Error("first\nsecond"), "", /api\.example\.com:443: first$/],
    ["something that is no error", undefined, "", /unknown network error/],
    ["an error without a text", new Error(""), "", /unknown network error/],
  ];
  it.each(table)("%s", (_name, thrown, code, expected) => {
    const problem = describeNetworkError(thrown, server);
    expect(problem.code).toBe(code);
    expect(problem.message).toMatch(expected);
    expect(problem.message).not.toContain("\n");
  });

  it("ends at a cause that is its own cause", () => {
    const error = new Error("round and round");
    error.cause = error;
    expect(describeNetworkError(error, server).message).toMatch(/round and round/);
  });
});

describe("host and port", () => {
  it.each([
    ["https://a", "a:443"],
    ["http://a", "a:80"],
    ["https://[::1]:6443", "[::1]:6443"],
  ])("of %s is %s", (url, expected) => {
    expect(hostAndPort(new URL(url))).toBe(expected);
  });
});
