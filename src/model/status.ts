/** The six status words of a path; all six are counted everywhere, so that sums equal totals. */
export const pathStatuses = ["reachable", "unreachable", "unknown", "stale", "off", "unasked"] as const;

export type PathStatus = (typeof pathStatuses)[number];

/** Paths by status; `total` is their sum. */
export type PathCounts = { readonly [status in PathStatus]: number } & { readonly total: number };

/** Cell codes of the joined matrix. 0 is no path at all (from = to without a failure, or nobody to ask). */
export const noPath = 0;
const staleBit = 0x10;

const codes = Object.fromEntries(pathStatuses.map((status, at) => [status, at + 1])) as Record<PathStatus, number>;

export function cellCode(status: PathStatus, stale: boolean): number {
  return codes[status] | (stale ? staleBit : 0);
}

export function cellStatus(code: number): PathStatus | null {
  return pathStatuses[(code & 0x0f) - 1] ?? null;
}

/** Asked of each path of a large mesh more than once. */
export function isUnreachable(code: number | undefined): boolean {
  return code !== undefined && (code & 0x0f) === codes.unreachable;
}

export function cellIsStale(code: number): boolean {
  return (code & staleBit) !== 0;
}
