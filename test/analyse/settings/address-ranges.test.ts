import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { covered, overlapping, rangeAround } from "../../../src/analyse/settings/address-ranges.ts";
import {
  type Address,
  type Cidr,
  contains,
  overlaps,
  parseAddress,
  parseCidr,
} from "../../../src/analyse/settings/cidr.ts";

/** Few bits, so that ranges meet often. */
const ranges = fc
  .tuple(fc.boolean(), fc.integer({ min: 0, max: 15 }), fc.integer({ min: 28, max: 32 }))
  .map(([isV6, host, prefix]) =>
    range(isV6 ? `fd00::${host.toString(16)}/${prefix + 96}` : `10.0.0.${host}/${prefix}`),
  );
const owned = fc.array(fc.record({ owner: fc.integer({ min: 0, max: 5 }), range: ranges }), { maxLength: 12 });
const addresses = fc.array(
  fc.record({
    owner: fc.integer({ min: 0, max: 5 }),
    address: fc.integer({ min: 0, max: 15 }).map((host) => address(`10.0.0.${host}`)),
  }),
  { maxLength: 12 },
);

function range(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

describe("overlapping ranges", () => {
  it("are all found, and nothing besides", () => {
    fc.assert(
      fc.property(owned, (list) => {
        const grouped = new Set(overlapping(list).flat());
        for (const one of list) {
          const shares = list.some((other) => other.owner !== one.owner && overlaps(one.range, other.range));
          if (shares) expect(grouped.has(one)).toBe(true);
        }
        for (const group of overlapping(list)) {
          expect(new Set(group.map(({ owner }) => owner)).size).toBeGreaterThan(1);
          expect(group.every((one) => group[0] !== undefined && overlaps(group[0].range, one.range))).toBe(true);
        }
      }),
    );
  });

  it("are found among thousands in no time worth naming", () => {
    const list = Array.from({ length: 5000 }, (_, owner) => ({
      owner,
      range: range(`10.${owner >> 8}.${owner & 255}.0/24`),
    }));
    expect(overlapping(list)).toEqual([]);
    expect(overlapping([...list, { owner: 7000, range: range("10.0.0.0/8") }])).toHaveLength(1);
  });
});

describe("addresses within ranges", () => {
  it("are those a comparison of all with all finds", () => {
    fc.assert(
      fc.property(addresses, owned, (some, list) => {
        const distinct = list.filter(
          (one, at) =>
            !list
              .slice(0, at)
              .some(
                (before) =>
                  before.range.low === one.range.low &&
                  before.range.prefix === one.range.prefix &&
                  before.range.family === one.range.family,
              ),
        );
        const expected = distinct.flatMap((within) =>
          some.filter((one) => contains(within.range, one.address)).map(() => within),
        );
        expect(covered(some, list).map(({ within }) => within)).toEqual(expected);
      }),
    );
  });
});

describe("the range around an address", () => {
  it.each([
    ["172.31.0.11", 24, "172.31.0.0/24"],
    ["fd00::11", 64, "fd00::/64"],
  ])("%s/%i is %s", (text, prefix, expected) => {
    expect(rangeAround(address(text), prefix)).toEqual(parseCidr(expected));
  });

  it.each([-1, 33, 1.5])("is none for a length of %d", (prefix) => {
    expect(rangeAround(address("10.0.0.1"), prefix)).toBeNull();
  });
});
