/** Where an address record belongs: position 0 is the primary address. */
export const hostPlace = 0;
export const endpointPlace = 8;
export const placesEach = 8;
/** A record that turned out to say nothing. */
export const noPlace = -1;

/** The cells of an address record; byte positions are those of the reply that was scanned. */
export const cell = { node: 0, place: 1, ipStart: 2, ipEnd: 3, icmp: 4, http: 8 } as const;
/** The cells of one probe, counted from `cell.icmp` or `cell.http`. */
export const probe = {
  /** Bytes of the failure text; none is success. A start of `noProbe`: no result yet. */
  start: 0,
  end: 1,
  /** Nanoseconds. */
  latency: 2,
  /** Epoch seconds, 0 when missing. */
  lastProbed: 3,
} as const;
export const noProbe = -1;
export const cellsEach = 12;

/**
 * One agent's view as numbers: for each node the bytes of its name, for each address a record of `cellsEach` cells. It
 * is used for one reply after the other, so a thousand replies make no garbage.
 */
export class HealthTape {
  nodes = 0;
  /** Start and end of each node's name. */
  names: Uint32Array = new Uint32Array(64);
  addresses = 0;
  cells: Float64Array = new Float64Array(64 * cellsEach);

  clear(): void {
    this.nodes = 0;
    this.addresses = 0;
  }

  addName(start: number, end: number): void {
    const at = this.nodes++ * 2;
    if (at === this.names.length) this.names = grown(this.names, new Uint32Array(at * 2));
    this.names[at] = start;
    this.names[at + 1] = end;
  }

  /** A record without address and probes, of the node whose name is added next; its first cell. */
  addAddress(place: number): number {
    const at = this.addresses++ * cellsEach;
    if (at === this.cells.length) this.cells = grown(this.cells, new Float64Array(at * 2));
    const { cells } = this;
    for (let each = at; each < at + cellsEach; each++) cells[each] = 0;
    cells[at + cell.node] = this.nodes;
    cells[at + cell.place] = place;
    cells[at + cell.icmp + probe.start] = noProbe;
    cells[at + cell.http + probe.start] = noProbe;
    return at;
  }
}

function grown<T extends Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
