import { describe, expect, it } from "vitest";
import { runPool } from "../../src/collect/pool.ts";

const never = new AbortController().signal;

/** A moment in which everything that can go on does. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe("the pool", () => {
  it("starts items in the order of the list, never more than the bound at once", async () => {
    const started: number[] = [];
    const open: (() => void)[] = [];
    const items = Array.from({ length: 10 }, (_, at) => at);
    let running = 0;
    let most = 0;
    const all = runPool(
      items,
      () => 3,
      never,
      async (item) => {
        started.push(item);
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => open.push(resolve));
        running--;
      },
    );
    for (let turn = 0; turn < 10; turn++) {
      await settle();
      open.pop()?.();
    }
    await all;
    expect(started).toEqual(items);
    expect(most).toBe(3);
  });

  it.each([0, -1, 1])("runs one at a time with a bound of %i", async (parallel) => {
    let running = 0;
    let most = 0;
    await runPool(
      [1, 2, 3],
      () => parallel,
      never,
      async () => {
        most = Math.max(most, ++running);
        await settle();
        running--;
      },
    );
    expect(most).toBe(1);
  });

  it("takes more at once, or fewer, as soon as the bound says so", async () => {
    const open: (() => void)[] = [];
    let width = 2;
    let running = 0;
    const all = runPool(
      Array.from({ length: 12 }, (_, at) => at),
      () => width,
      never,
      async () => {
        running++;
        await new Promise<void>((resolve) => open.push(resolve));
        running--;
      },
    );
    const endOne = async () => {
      open.shift()?.();
      await settle();
    };
    expect(running).toBe(2);
    width = 5;
    await endOne();
    expect(running).toBe(5);
    width = 1;
    for (const left of [4, 3, 2, 1, 1]) {
      await endOne();
      expect(running).toBe(left);
    }
    while (open.length > 0) await endOne();
    await all;
  });

  it("ends at once without items", async () => {
    await expect(
      runPool(
        [],
        () => 20,
        never,
        () => Promise.reject(new Error("no")),
      ),
    ).resolves.toBeUndefined();
  });

  it("starts nothing after an abort and lets what runs end by itself", async () => {
    const abort = new AbortController();
    const events: string[] = [];
    await runPool(
      ["a", "b", "c", "d"],
      () => 2,
      abort.signal,
      async (item) => {
        events.push(`start ${item}`);
        if (item === "b") abort.abort();
        await settle();
        events.push(`end ${item}`);
      },
    );
    expect(events).toEqual(["start a", "start b", "end a", "end b"]);
  });

  it("rejects when the work does", async () => {
    await expect(
      runPool(
        [1],
        () => 1,
        never,
        () => Promise.reject(new Error("broken")),
      ),
    ).rejects.toThrow("broken");
  });
});
