import type { Attempts } from "../model/locate.ts";

/** `timeout` ended the connection: nobody answered. */
const timedOut = 124;

/**
 * What the burst's script printed, a line a connection: `0`, `124`, or `1 Connection refused` with bash's own words for
 * the kernel's error. Lines in another form count as failed, by what they say. Of `sent` connections no more than that
 * many can have ended: lines beyond are not counted.
 */
export function readBurst(text: string, sent: number): Attempts {
  const failed = new Map<string, number>();
  let [opened, refused, silent] = [0, 0, 0];
  const lines = text.split("\n").map((one) => one.trim());
  for (const line of lines.filter((one) => one !== "").slice(0, sent)) {
    const [, digits, said = ""] = /^(\d{1,3})(?: (.{0,200}))?$/.exec(line) ?? [];
    const code = digits === undefined ? -1 : Number(digits);
    if (code === 0) opened++;
    else if (code === timedOut || /timed out/i.test(said)) silent++;
    else if (/refused/i.test(said)) refused++;
    else {
      const why = said || line.slice(0, 200);
      failed.set(why, (failed.get(why) ?? 0) + 1);
    }
  }
  return { opened, refused, silent, failed, untried: "" };
}
