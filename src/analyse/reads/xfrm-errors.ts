import { isRecord, readJson } from "./json.ts";

/** IPsec error counters that are not 0, by the kernel's names. Since boot: what they count may be long past. */
export type XfrmErrors = ReadonlyMap<string, number>;

/** `/proc/net/xfrm_stat`; null when the text holds no counter, as on kernels without them. */
export function readXfrmStat(text: string): XfrmErrors | null {
  const lines = [...text.matchAll(/^(Xfrm\w+)\s+(\d+)$/gm)];
  if (lines.length === 0) return null;
  return new Map(lines.map(([, name = "", count]) => [name, Number(count)] as const).filter(([, count]) => count > 0));
}

/** `ipsec.xfrm-errors` of `cilium-dbg encrypt status -o json`; null when IPsec is not what it reports on. */
export function readEncryptErrors(text: string): XfrmErrors | null {
  const json = readJson(text);
  const ipsec = isRecord(json) ? json["ipsec"] : undefined;
  if (!isRecord(ipsec)) return null;
  const errors = ipsec["xfrm-errors"];
  if (!isRecord(errors)) return new Map();
  return new Map(
    Object.entries(errors).flatMap(([name, count]) =>
      typeof count === "number" && count > 0 ? [[name, count] as const] : [],
    ),
  );
}

/**
 * Counters that mean keys or sequence numbers that do not fit, each with what it stands for (kernel,
 * Documentation/networking/xfrm_proc.rst; cilium/cilium#26626, #44428, #39720).
 */
export const stateErrors: ReadonlyMap<string, string> = new Map([
  ["XfrmInNoStates", "packets came for which no state was there, as in a rotation that not every node has done"],
  ["XfrmInStateProtoError", "packets came that the key does not open, as after a key was changed under the same id"],
  ["XfrmInStateSeqError", "packets came whose sequence number was used before"],
  ["XfrmInStateMismatch", "packets came that do not fit their state"],
  ["XfrmOutStateSeqError", "the sequence numbers of an outgoing state are used up"],
  ["XfrmOutNoStates", "packets were to go for which no state was there"],
]);
