import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOk } from "./processes.ts";

/** PEM files in one folder: `ca`, and one pair `<name>.crt`, `<name>.key` for each of the others. */
export interface Certificates {
  readonly ca: string;
  crt(name: CertificateName): string;
  key(name: CertificateName): string;
  /** Signs and checks service account tokens. */
  readonly serviceAccountKey: string;
}

const subjects = {
  apiserver: "/CN=kube-apiserver",
  admin: "/O=system:masters/CN=admin",
  kubelet: "/O=system:masters/CN=apiserver-kubelet-client",
} as const;

export type CertificateName = keyof typeof subjects;

const names = "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc";
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"] as const;

/** A throwaway certificate authority and what it signs, made by the openssl command. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const file = (name: string): string => join(folder, name);
  const openssl = async (...args: readonly string[]): Promise<void> => {
    await runOk("openssl", args, { env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: folder }, cwd: folder });
  };
  writeFileSync(file("names.ext"), names);
  await openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=e2e-ca");
  let serial = 1;
  for (const [name, subject] of Object.entries(subjects)) {
    await openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
    const signed = ["-in", `${name}.csr`, "-out", `${name}.crt`, "-days", "2", "-extfile", "names.ext"];
    await openssl("x509", "-req", "-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", String(++serial), ...signed);
  }
  await openssl("ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", "sa.key");
  return {
    ca: file("ca.crt"),
    crt: (name) => file(`${name}.crt`),
    key: (name) => file(`${name}.key`),
    serviceAccountKey: file("sa.key"),
  };
}
