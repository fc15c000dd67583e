#!/usr/bin/env node
// Only what every Node since 12 can read stands here: an old one gets a sentence, not a stack trace.
const leastNode = [22, 19];

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < (leastNode[0] ?? 0) || (major === leastNode[0] && minor < (leastNode[1] ?? 0));
}

if (isTooOld(process.versions.node)) {
  process.stderr.write(
    `error: kubectl cilium-health needs Node.js ${leastNode.join(".")} or newer; this is ${process.versions.node}. Install a newer Node.js, or the self-contained binary with: kubectl krew install cilium-health\n`,
  );
  process.exitCode = 2;
} else {
  const { start } = await import("./main.ts");
  await start();
}
