import type { AgentReply } from "./scenario.ts";

/** Seconds over which the recorded events came: one probe cycle of the recorded mesh. */
const recordedSeconds = 25;

/** Whether this is a drop monitor that `timeout` ends, and after how many seconds; null for every other command. */
export function monitorSeconds(argv: readonly string[]): number | null {
  const line = /^timeout -s INT -k \d+ (\d{1,4}) cilium(?:-dbg)? monitor --type drop --json$/.exec(argv.join(" "));
  return line === null ? null : Number(line[1]);
}

/** The events of `recorded` that come within so many seconds; the first line is the program's own notice. */
export function eventsWithin(recorded: string, seconds: number): string[] {
  const [notice = "", ...events] = recorded.split("\n").filter((line) => line !== "");
  if (notice === "") return [];
  const most = Math.ceil((events.length * seconds) / recordedSeconds);
  return [notice, ...events.slice(0, most)];
}

/** A monitor that prints these lines over its time, sees the interrupt, and is reported by `timeout` with 124. */
export function monitorReply(lines: readonly string[], seconds: number): AgentReply {
  return {
    kind: "output",
    stdout: lines.map((line) => `${line}\n`),
    stderr: "Press Ctrl-C to quit\n\nReceived an interrupt, disconnecting from monitor...\n\n",
    exitCode: 124,
    delayMs: 0,
    overMs: seconds * 1000,
  };
}
