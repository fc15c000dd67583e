import { describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";

describe("matrix", () => {
  it.each([
    [[], { by: "status", format: "table", all: false }],
    [["--by", "latency"], { by: "latency" }],
    [["--by=age", "--all"], { by: "age", all: true }],
    [["-o", "html"], { format: "html" }],
    [["--by", "icmp", "--protocol", "icmp"], { by: "icmp" }],
    [["--zone", "a", "--zone", "b"], { scope: { zones: ["a", "b"] } }],
  ])("%j", (argv, wanted) => {
    expect(parseRequest(["matrix", ...argv])).toMatchObject({ kind: "matrix", ...wanted });
  });

  it.each([
    [["--by", "loss"], /must be one of: status, icmp, http, latency, age/],
    [["--by", "http", "--protocol", "icmp"], /contradict/],
    [["-o", "wide"], /allowed formats are: html,json,table,yaml/],
  ])("%j is wrong", (argv, message) => {
    const request = parseRequest(["matrix", ...argv]);
    expect(request.kind === "wrong" ? request.message : "").toMatch(message);
  });
});
