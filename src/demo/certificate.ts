import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";

/**
 * A throwaway certificate authority and a server certificate for loopback, made anew at each start: no key is kept
 * anywhere. Node can sign but not compose X.509, so the few DER structures of RFC 5280 §4.1 are written here.
 */
export interface LoopbackIdentity {
  /** PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const day = 86_400_000;

/** Valid for 127.0.0.1, ::1 and localhost from a day before `now` (epoch ms) for one year. */
export function loopbackIdentity(now: number): LoopbackIdentity {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = { name: "demo cluster CA", key: authority.privateKey };
  const ca = certificate({ name: issuer.name, key: authority.publicKey, issuer, now, extensions: caExtensions() });
  const cert = certificate({
    name: "demo cluster",
    key: server.publicKey,
    issuer,
    now,
    extensions: serverExtensions(),
  });
  return { ca, cert, key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

interface CertificateRequest {
  readonly name: string;
  readonly key: KeyObject;
  readonly issuer: { readonly name: string; readonly key: KeyObject };
  readonly now: number;
  readonly extensions: Buffer;
}

function certificate(request: CertificateRequest): string {
  const algorithm = sequence(oid("2a8648ce3d040302")); // ecdsa-with-SHA256
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]); // positive, at most 20 octets
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    algorithm,
    commonName(request.issuer.name),
    sequence(utcTime(request.now - day), utcTime(request.now + 365 * day)),
    commonName(request.name),
    request.key.export({ type: "spki", format: "der" }),
    der(0xa3, request.extensions),
  );
  const signature = sign("sha256", signed, request.issuer.key);
  return new X509Certificate(sequence(signed, algorithm, bitString(0, signature))).toString();
}

function caExtensions(): Buffer {
  return sequence(
    extension("551d13", true, sequence(der(0x01, Buffer.from([0xff])))), // basicConstraints: CA
    extension("551d0f", true, bitString(1, Buffer.from([0x06]))), // keyUsage: keyCertSign, cRLSign
  );
}

function serverExtensions(): Buffer {
  const alternatives = sequence(
    der(0x82, Buffer.from("localhost", "ascii")),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, Buffer.from([...new Array<number>(15).fill(0), 1])),
  );
  return sequence(
    extension("551d13", true, sequence()),
    extension("551d0f", true, bitString(7, Buffer.from([0x80]))), // keyUsage: digitalSignature
    extension("551d25", false, sequence(oid("2b06010505070301"))), // extKeyUsage: serverAuth
    extension("551d11", false, alternatives), // subjectAltName
  );
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, der(0x04, value));
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(name, "utf8")))));
}

function utcTime(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`, "ascii"));
}

function bitString(unusedBits: number, bits: Buffer): Buffer {
  return der(0x03, Buffer.from([unusedBits]), bits);
}

/** An object identifier, its encoded octets in hex. */
function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...derLength(body.length)]), body]);
}

/** In as few octets as it takes: readers of DER refuse longer forms. */
function derLength(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
