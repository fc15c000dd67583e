import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { loopbackIdentity } from "../../src/demo/certificate.ts";

const now = Date.parse("2026-11-20T12:00:00Z");

it("makes a certificate for loopback, signed by its own authority, valid now and for a year", () => {
  const identity = loopbackIdentity(now);
  const ca = new X509Certificate(identity.ca);
  const cert = new X509Certificate(identity.cert);
  expect(ca.ca).toBe(true);
  expect(cert.ca).toBe(false);
  expect(cert.checkIssued(ca)).toBe(true);
  expect(cert.verify(ca.publicKey)).toBe(true);
  expect(cert.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(cert.checkHost("localhost")).toBe("localhost");
  expect(cert.checkHost("example.org")).toBeUndefined();
  expect(Date.parse(cert.validFrom)).toBeLessThan(now);
  expect(Date.parse(cert.validTo)).toBeGreaterThan(now + 360 * 86_400_000);
});

it("shares no key and no serial number between two starts", () => {
  const [one, other] = [loopbackIdentity(now), loopbackIdentity(now)];
  expect(one.key).not.toBe(other.key);
  expect(new X509Certificate(one.cert).serialNumber).not.toBe(new X509Certificate(other.cert).serialNumber);
});
