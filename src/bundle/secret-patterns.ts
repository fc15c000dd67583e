/**
 * What a secret looks like. Each pattern runs only where one of its needles (lower case) stands in the text, since most
 * captures hold none. All work on text in which one character is one byte.
 */
export interface SecretPattern {
  readonly name: string;
  readonly needles: readonly string[];
  readonly pattern: RegExp;
  /** Parts of the match that stay, by group number: what stands before and behind the secret. */
  readonly keep: readonly [before: number, behind: number];
}

/** Names whose value is a secret, as the end of a longer name: `ETCD_PASSWORD`, `clientSecret`, `--api-key`. */
const secretWords = [
  "pass(?:word|wd|phrase|code)",
  "(?<![A-Za-z])pass",
  "pwd",
  "secret",
  "tokens?",
  "api[-_. ]?keys?",
  "access[-_. ]?key(?:[-_. ]?id)?",
  "secret[-_. ]?keys?",
  "private[-_. ]?keys?",
  "pre[-_. ]?shared[-_. ]?keys?",
  "shared[-_. ]?(?:access[-_. ]?)?keys?",
  "auth[-_. ]?keys?",
  "encryption[-_. ]?keys?",
  "ipsec[-_. ]?keys?",
  "account[-_. ]?keys?",
  "signing[-_. ]?keys?",
  "psk",
  "credentials?",
  "client-(?:key|certificate)-data",
  "certificate-authority-data",
  "cookie",
  "authorization",
  "(?:x-)?amz-signature",
  "x-amz-security-token",
  "(?<![A-Za-z])sig(?:nature)?",
  "bearer",
].join("|");

const secretName = `[A-Za-z0-9_.-]{0,60}(?:${secretWords})`;
/** Where a name may start: not inside a path, so that `…/serviceaccount/token: no such file` is read as it is. */
const boundary = `(?<![A-Za-z0-9_./\\\\-])`;
const nameNeedles = [
  "pass",
  "pwd",
  "secret",
  "token",
  "key",
  "psk",
  "credential",
  "data",
  "cookie",
  "authorization",
  "sig",
  "bearer",
];
/** Settings that only say yes, no or nothing. */
const harmless = `(?!(?:true|false|null|none|enabled|disabled)\\b)`;

const json = (source: string): SecretPattern => named(source, [1, 3]);

function named(source: string, keep: readonly [number, number]): SecretPattern {
  return { name: "named value", needles: nameNeedles, pattern: new RegExp(source, "gi"), keep };
}

function token(name: string, needles: string | readonly string[], source: string, flags = "g"): SecretPattern {
  return { name, needles: [needles].flat(), pattern: new RegExp(source, flags), keep: [0, 0] };
}

export const secretPatterns: readonly SecretPattern[] = [
  token("PEM", "-----begin", "-----BEGIN [A-Z0-9 ]+-----[\\s\\S]*?-----END [A-Z0-9 ]+-----"),
  token("cut PEM", "-----begin", "-----BEGIN [A-Z0-9 ]+-----(?:[A-Za-z0-9+/=:,\\s-]|\\\\+[nr])*"),
  token("end of a cut PEM", "-----end", "(?:[A-Za-z0-9+/=]{16,}(?:\\s|\\\\+[nr])+)*-----END [A-Z0-9 ]+-----"),
  token("base64 of a PEM", "ls0tls1crud", "LS0tLS1CRUdJT[A-Za-z0-9+/=]+"),
  token("JWT", "eyj", "\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{4,}(?:\\.[A-Za-z0-9_-]*)*"),
  token("base64 of a JWT", "zxlk", "\\bZXlK[A-Za-z0-9+/=_-]{20,}"),
  {
    name: "URL password",
    needles: ["@"],
    pattern: /(\b[a-z][a-z0-9+.-]{0,20}:(?:\\?\/){2})([^\s/"'<>\\?#]+)(@)/gi,
    keep: [1, 3],
  },
  {
    name: "authorization header",
    needles: ["bearer", "basic", "negotiate", "digest", "aws4-hmac"],
    pattern: /\b((?:bearer|basic|negotiate|digest|aws4-hmac-sha256)\s+)([A-Za-z0-9+/=._~:-]{8,}[^\n"'\\]*)()/gi,
    keep: [1, 3],
  },
  // JSON, plain and inside a JSON string.
  json(`("${secretName}"\\s*:\\s*")${harmless}((?:[^"\\\\]|\\\\[\\s\\S])+)(")`),
  json(`(\\\\+"${secretName}\\\\+"\\s*:\\s*\\\\+")((?:(?!\\\\+"\\s*(?:[,}\\]]|\\\\+n|$))[^\\n])+)()`),
  json(`("${secretName}"\\s*:\\s*\\[\\s*")([^\\]]*)("\\s*\\])`),
  // name/value pairs: environment lists and the like.
  json(`("(?:name|key)"\\s*:\\s*"${secretName}"\\s*,\\s*"value"\\s*:\\s*")((?:[^"\\\\]|\\\\[\\s\\S])*)(")`),
  json(
    `(\\\\+"(?:name|key)\\\\+"\\s*:\\s*\\\\+"${secretName}\\\\+"\\s*,\\s*\\\\+"value\\\\+"\\s*:\\s*\\\\+")((?:(?!\\\\+")[^\\n])*)()`,
  ),
  named(`((?:name|key): *["']?${secretName}["']?[ \\t]*\\n[ \\t-]*value:[ \\t]*)([^\\n]+)()`, [1, 3]),
  // YAML block scalars: the indented lines below.
  named(`(${boundary}${secretName}["']?:[ \\t]*[|>][+-]?[ \\t]*\\n)((?:[ \\t]+[^\\n]*(?:\\n|$))+)()`, [1, 3]),
  // key=value: environments, flags, query strings, logfmt.
  named(
    `(${boundary}(?:--?)?${secretName}=)${harmless}("(?:[^"\\\\]|\\\\.)*"|'[^']*'|\\\\+"(?:(?!\\\\+")[^\\n])*|(?:[^\\s"'&\\\\]|\\\\[^"'nrt])+)()`,
    [1, 3],
  ),
  // key: value: YAML, headers, prose. To the end of the line or of the string around it.
  named(`(${boundary}(?:--?)?${secretName}["']?:[ \\t]*["']?)${harmless}([^\\s"'\\\\|>{\\[][^\\n"'\\\\]*)()`, [1, 3]),
  // --flag value, and the same as two words of a list.
  named(
    `((?<![A-Za-z0-9_])--?${secretName}(?:["',\\\\]*(?:\\s|\\\\+n)+["'\\\\]*|["'\\\\]+,\\s*["'\\\\]+))${harmless}([^\\s"'\\\\-][^\\s"'\\\\,]*)()`,
    [1, 3],
  ),
  named(`(\\blogin\\s+\\S+\\s+password\\s+)(\\S+)()`, [1, 3]),
  token("AWS key id", ["akia", "asia", "abia", "acca"], "\\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\\b"),
  token("Google API key", "aiza", "\\bAIza[0-9A-Za-z_-]{30,}"),
  token("Google token", "ya29.", "\\bya29\\.[0-9A-Za-z_-]{10,}"),
  token(
    "GitHub token",
    ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
    "\\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
  ),
  token("GitLab token", "glpat-", "\\bglpat-[A-Za-z0-9_-]{16,}"),
  token("Slack token", "xox", "\\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
  token("Slack hook", "hooks.slack.com", "hooks\\.slack\\.com/services/[A-Za-z0-9/]+"),
  token("Stripe key", ["k_live_", "k_test_"], "\\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}"),
  token("npm token", "npm_", "\\bnpm_[A-Za-z0-9]{30,}"),
  token("Vault token", ["hvs.", "hvb.", "hvr."], "\\bhv[sbr]\\.[A-Za-z0-9_-]{20,}"),
  token("SendGrid key", "sg.", "\\bSG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}"),
  token("DigitalOcean token", "_v1_", "\\bdo[opr]_v1_[a-f0-9]{40,}"),
  token("password hash", "$", "\\$(?:1|5|6|y|2[abxy]|argon2id?)\\$[^\\s\"':]{8,}"),
  token("xfrm key", "0x", "\\b0x[0-9a-f]{32,}\\b", "gi"),
  {
    name: "IPsec key",
    needles: ["rfc4106", "rfc4543", "hmac(", "cbc("],
    pattern: /((?:rfc4106\(gcm\(aes\)\)|rfc4543\(gcm\(aes\)\)|hmac\(\w+\)|cbc\(\w+\))\s+)([0-9a-f]{24,})()/gi,
    keep: [1, 3],
  },
  {
    name: "32 bytes in base64",
    needles: ["="],
    pattern:
      /((?:pub(?:lic)?[-_ ]?key|peers?|digest|sha(?:256|384|512)|\/key)["']?\s*[-:=]?\s*["']?)?((?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=(?![A-Za-z0-9+/=]))()/gi,
    keep: [1, 3],
  },
];

/**
 * Left over after masking, any of these means the masking failed: the member is withheld. Written independently of the
 * patterns above; a text without the needle (as it is spelled) is not searched.
 */
export const leftovers: readonly { readonly needle: string; readonly pattern: RegExp }[] = [
  { needle: "-----", pattern: /-----BEGIN|PRIVATE KEY-----/ },
  { needle: "eyJ", pattern: /eyJ[A-Za-z0-9_-]{16,}\.eyJ/ },
  { needle: "AKIA", pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  { needle: "ASIA", pattern: /\bASIA[0-9A-Z]{16}\b/ },
  { needle: "@", pattern: /:\/\/[^\s/@"'[]{1,200}:[^\s/@"'[]{1,200}@/ },
  { needle: "earer ", pattern: /[Bb]earer [A-Za-z0-9._~+/-]{20,}/ },
];
