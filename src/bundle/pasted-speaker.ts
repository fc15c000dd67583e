import { podName } from "./pasted-marks.ts";

/** Enough for the lines that a person or a loop writes over an output, and for the rest of `cilium status`. */
const mostBefore = 8_000;

/**
 * Who is asked in an output that does not say it, by the text above it: the prompt of a shell inside the agent (it has
 * the node's host name), the row of `get pods -o wide` or the separator that a loop prints, else the pod of the command.
 * "" when nothing tells. The last line that tells counts.
 */
export function speakerAbove(text: string): string {
  const lines = text.slice(-mostBefore).split(/\r?\n/).reverse();
  for (const line of lines) {
    const name = nodeIn(line);
    if (name !== "") return name;
  }
  return "";
}

const inside = /@([A-Za-z0-9][A-Za-z0-9.-]{0,252}):\S{0,40}\/home\/cilium[#$]/;
const podRow = new RegExp(`\\b${podName}\\s+\\d+/\\d+\\s.*\\s\\d+\\.\\d+\\.\\d+\\.\\d+\\s+([a-z0-9][a-z0-9.-]{0,252})`);
/** What ansible writes over what a host said. */
const ansible = /^([A-Za-z0-9][A-Za-z0-9.-]{0,252}) \| (?:CHANGED|SUCCESS|FAILED)!? \| rc=\d+ >>/;
const separator = /^\s*(?:==>|={2,}|-{3,}|#{2,}|\*{2,})\s*(.*?)[\s=#*<:-]*$/;
const ofNode = /\bnode[\s:=/(]+([a-z0-9][a-z0-9.-]*)/i;
const anyPod = new RegExp(`(?:^|[\\s/"'\`])(${podName})\\b`);

function nodeIn(line: string): string {
  const [, host = podRow.exec(line)?.[1]] = inside.exec(line) ?? ansible.exec(line) ?? [];
  if (host !== undefined) return host;
  const [, said = ""] = separator.exec(line) ?? [];
  const [, named] = ofNode.exec(said) ?? [];
  if (named !== undefined) return named;
  const [, asked] = anyPod.exec(line) ?? [];
  if (asked !== undefined) return asked;
  return /^[a-z0-9][a-z0-9.-]{1,252}$/.test(said) ? said : "";
}
