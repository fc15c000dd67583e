/** Forty kinds of secrets as they are met in clusters; `core` is what must be found nowhere. All invented. */
export interface PlantedSecret {
  readonly kind: string;
  readonly text: string;
  readonly core: string;
}

const b64 = (text: string) => Buffer.from(text).toString("base64");
const pemBody = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const pem = (label: string) => `-----BEGIN ${label}-----\n${pemBody}\n${pemBody.toLowerCase()}\n-----END ${label}-----`;
const jwt =
  "eyJhbGciOiJSUzI1NiIsImtpZCI6InBsYW50ZWQifQ.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50In0.c2lnbmF0dXJlLXBsYW50ZWQ";

function secret(kind: string, core: string, text: (core: string) => string): PlantedSecret {
  return { kind, core, text: text(core) };
}

export const plantedSecrets: readonly PlantedSecret[] = [
  secret("bearer header", "b3arer-T0ken.value~1234", (core) => `Authorization: Bearer ${core}`),
  secret("lower-case bearer", "lowerbearer0123456789", (core) => `got bearer ${core} from peer`),
  secret("basic header", b64("admin:hunter2!!"), (core) => `authorization: Basic ${core}`),
  secret("JWT", jwt, (core) => `presented ${core} and failed`),
  secret("JWT in base64", b64(jwt), (core) => `kubelet sent ${core}`),
  secret("private key", pemBody, () => pem("PRIVATE KEY")),
  secret("RSA key", pemBody, () => pem("RSA PRIVATE KEY")),
  secret("EC key", pemBody, () => pem("EC PRIVATE KEY")),
  secret("OpenSSH key", pemBody, () => pem("OPENSSH PRIVATE KEY")),
  secret("certificate", pemBody, () => pem("CERTIFICATE")),
  secret("cut private key", pemBody, (core) => `-----BEGIN PRIVATE KEY-----\n${core}`),
  secret("PEM in base64", b64(pem("PRIVATE KEY")), (core) => `tls.key ${core}`),
  secret("kubeconfig key", b64("client key planted here 123"), (core) => `client-key-data: ${core}`),
  secret("kubeconfig certificate", b64("client certificate planted"), (core) => `client-certificate-data: ${core}`),
  secret("kubeconfig authority", b64("authority certificate planted"), (core) => `certificate-authority-data: ${core}`),
  secret("kubeconfig token", "kctoken-abcdef0123456789", (core) => `    token: ${core}`),
  secret("kubeconfig password", "correct horse battery", (core) => `    password: ${core}`),
  secret("URL password", "s3cr3tInUrl", (core) => `https://etcd-user:${core}@etcd.example:2379/v3`),
  secret("URL token", "tokenInUrl0123456789", (core) => `https://${core}@git.example/charts.git`),
  secret("query token", "queryTokenValue12345", (core) => `GET https://api.example/x?a=1&access_token=${core}&b=2`),
  secret("signed URL", "9f86d081884c7d659a2feaa0c55ad015", (core) => `https://s3.example/o?X-Amz-Signature=${core}`),
  secret("Azure SAS", "k9vYp0rHs6xYQ%2Bplanted%3D", (core) => `https://blob.example/c?sv=2031&sig=${core}`),
  secret("environment password", "envPassw0rd", (core) => `ETCD_PASSWORD=${core}`),
  secret("environment secret", "envS3cretValue", (core) => `AZURE_CLIENT_SECRET="${core}"`),
  secret("flag with equals", "flagTokenValue1", (core) => `cilium-agent --etcd-token=${core} --debug`),
  secret("flag with a blank", "flagPassw0rd2", (core) => `cilium-agent --kvstore-password ${core} --debug`),
  secret("bootstrap token", "abcdef.0123456789abcdef", (core) => `kubeadm join 10.0.0.1:6443 --token ${core}`),
  secret("AWS key id", "AKIAIOSFODNN7PLANTED", (core) => `using ${core} in eu-west-1`),
  secret("AWS secret key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY", (core) =>
    `aws_secret_access_key = ${core}`.replace(" = ", "="),
  ),
  secret("Google API key", "AIzaSyD-planted_0123456789abcdefghijk", (core) => `maps ${core}`),
  secret("Google token", "ya29.a0AfH6SMBplanted_token", (core) => `oauth ${core}`),
  secret(
    "Azure storage key",
    "Zm9vYmFyYmF6cGxhbnRlZGtleQ+/",
    (core) => `DefaultEndpointsProtocol=https;AccountKey=${core};x=y`,
  ),
  secret("GitHub token", "ghp_0123456789abcdefghijklmnopqrstuvwxyz", (core) => `clone with ${core}`),
  secret("Slack token", "xoxb-123456789012-plantedplanted", (core) => `notify ${core}`),
  secret("Vault token", "hvs.CAESIPlantedPlantedPlantedPlanted", (core) => `vault ${core}`),
  secret("WireGuard private key", "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=", (core) => `PrivateKey = ${core}`),
  secret("bare WireGuard key", "mI6VcIc8wvLp0dJH3nQ0hXo9ru7vM4TFVqSRsaAytk0=", (core) => `wg setconf ${core}`),
  secret(
    "IPsec key in xfrm",
    "0x44434241343332312423222114131211f4f3f2f1",
    (core) => `aead rfc4106(gcm(aes)) ${core} 128`,
  ),
  secret("IPsec key file", "44434241343332312423222114131211f4f3f2f1", (core) => `3+ rfc4106(gcm(aes)) ${core} 128`),
  secret("session cookie", "s%3Aplanted.cookie0123456789", (core) => `Set-Cookie: session=${core}; Path=/`),
  secret("password hash", "$6$rounds$plantedSaltAndHashValue", (core) => `root:${core}:19000`),
  secret("npm token", "npm_0123456789abcdefghijklmnopqrstuvwxyz", (core) => `publish ${core}`),
];

/** Ways a secret stands in a file: bare, in JSON, in JSON inside JSON, under a telling name. */
export function disguises({ text }: PlantedSecret): string[] {
  const once = JSON.stringify({ level: "info", msg: text, n: 1 });
  return [
    text,
    `level=info msg=${JSON.stringify(text)} subsys=kvstore`,
    once,
    JSON.stringify({ controllers: [once] }),
    JSON.stringify(JSON.parse(once), null, 2),
  ];
}

/** The core as JSON or base64 may have spelled it. */
export function spellings({ core }: PlantedSecret): string[] {
  return [core, JSON.stringify(core).slice(1, -1), encodeURIComponent(core)];
}
