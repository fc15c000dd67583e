import type { Answer, CheckScene } from "../check.ts";
import type { Reading } from "./readings.ts";

/** One answer a node, from what was read of it; `others` holds what was read of every node of the cluster. */
export function perNode<T>(
  checked: CheckScene,
  read: (node: number) => Reading<T>,
  judge: (node: number, value: T, others: ReadonlyMap<number, T>) => Answer | readonly Answer[],
): Answer[] {
  const values = new Map<number, T>();
  checked.scene.nodes.forEach((facts, node) => {
    if (facts.agent === null) return;
    const reading = read(node);
    if ("read" in reading) values.set(node, reading.read);
  });
  return checked.nodes.flatMap((node) => {
    const value = values.get(node);
    if (value !== undefined) return judge(node, value, values);
    const reading = read(node);
    return "answer" in reading ? [reading.answer] : [];
  });
}

export function fine(node: number | null, text = ""): Answer {
  return { node, status: "ok", text };
}

export function doubtful(node: number | null, text: string, more: Partial<Answer> = {}): Answer {
  return { node, status: "warning", text, ...more };
}

export function broken(node: number | null, text: string, more: Partial<Answer> = {}): Answer {
  return { node, status: "failed", text, ...more };
}

/** The values of a map as texts, to find the odd one. */
export function textsOf<T>(
  values: ReadonlyMap<number, T>,
  text: (value: T, node: number) => string,
): Map<number, string> {
  return new Map([...values].map(([node, value]) => [node, text(value, node)]));
}
