import type { CounterName, LocateFindings, LocatePlace } from "../../model/locate.ts";
import type { Signal } from "./signal.ts";
import type { Signals } from "./signals.ts";

/** Where the walk along the way ended, and what it rests on. */
export interface Ending {
  readonly place: LocatePlace;
  readonly text: string;
  readonly used: readonly Signal[];
}

/** The way of a path, with the words for its counters. */
export interface Way {
  readonly findings: LocateFindings;
  readonly signals: Signals;
  readonly a: string;
  readonly b: string;
}

/** `tunnel TX +30`, `eth0 RX +0`: a counter and what it grew by. */
export function figure({ findings }: Way, side: "from" | "to", name: CounterName, { total }: Signal): string {
  const nic = (side === "from" ? findings.fromNic : findings.toNic) || "network card";
  const words: Readonly<Record<CounterName, string>> = {
    tunnelTx: "tunnel TX",
    tunnelRx: "tunnel RX",
    tunnelLost: "tunnel TX lost",
    nicTx: `${nic} TX`,
    nicRx: `${nic} RX`,
    healthTx: "to health endpoint",
    healthRx: "from health endpoint",
  };
  return `${words[name]} +${total}`;
}

/** Packets that did not open a connection, followed from the sender on. */
export function walk(way: Way): Ending {
  const { findings } = way;
  const bare = findings.tunnelDevice === "";
  return (
    leaving(way, bare) ?? arriving(way, bare) ?? (findings.path.target === "host" ? inHost(way) : inEndpoint(way, bare))
  );
}

/** Ends here where they do not leave the sender, or where nobody on the other side was asked. */
function leaving(way: Way, bare: boolean): Ending | null {
  const { signals, findings, a, b } = way;
  const { from, fromDrop } = signals;
  const name = bare ? "nicTx" : "tunnelTx";
  const out = from[name];
  if (out.seen !== "yes" && fromDrop?.seen === "yes") {
    const text = `dropped on ${a} before it leaves: ${fromDrop.reason} (${fromDrop.direction}, +${fromDrop.total})`;
    return { place: "source", text, used: [fromDrop] };
  }
  if (out.seen === "no") return staying(way, bare, out);
  if (findings.targetUnasked === "") return null;
  const back = from[bare ? "nicRx" : "tunnelRx"];
  const left = out.seen === "yes" ? `leaves ${a} (${figure(way, "from", name, out)})` : `may leave ${a}`;
  const heard =
    back.seen === "no" && !bare
      ? `, no answer comes back (${figure(way, "from", "tunnelRx", back)})`
      : ", no answer is heard";
  const text = `${left}${heard}; ${b} could not be asked (${findings.targetUnasked}): lost between the nodes or on ${b}`;
  return { place: out.seen === "yes" ? "past-source" : "unknown", text, used: [out] };
}

function staying(way: Way, bare: boolean, out: Signal): Ending {
  const { signals, findings, a } = way;
  const { from } = signals;
  if (bare) {
    const text = `never leaves ${a} (${figure(way, "from", "nicTx", out)}): lost in its own routing, output filter or datapath`;
    return { place: "source", text, used: [out] };
  }
  if (from.tunnelLost.seen === "yes") {
    const text = `never leaves ${a}: its tunnel device cannot send it (${findings.tunnelDevice} TX dropped or failed, +${from.tunnelLost.total}), which its own output filter does, or a missing route to the other node`;
    return { place: "source", text, used: [from.tunnelLost] };
  }
  if (from.nicTx.seen === "yes") {
    const text = `leaves ${a} beside the tunnel (${figure(way, "from", "tunnelTx", out)}, ${figure(way, "from", "nicTx", from.nicTx)}): its route to ${findings.path.address} does not lead through cilium_host`;
    return { place: "source", text, used: [out, from.nicTx] };
  }
  // What left by the card beside other traffic is not known then.
  const never = from.nicTx.seen === "no" ? `never leaves ${a}` : `never enters ${a}'s tunnel`;
  const text = `${never} (${figure(way, "from", "tunnelTx", out)}): lost in its own routing, output filter or datapath`;
  return { place: "source", text, used: [out] };
}

/** Ends here where they do not reach the other node. Evidence from deeper in it tells that they do. */
function arriving(way: Way, bare: boolean): Ending | null {
  const { signals, findings, a, b } = way;
  const { from, to, toDrop, halfOpen } = signals;
  const outName = bare ? "nicTx" : "tunnelTx";
  const inName = bare ? "nicRx" : "tunnelRx";
  const [out, arrived] = [from[outName], to[inName]];
  if (toDrop?.seen === "yes" || to.healthTx.seen === "yes" || halfOpen.seen === "yes" || arrived.seen === "yes")
    return null;
  const left = out.seen === "yes" ? `leaves ${a} (${figure(way, "from", outName, out)})` : `sent by ${a}`;
  if (arrived.seen === "no") {
    const never = `${left}, never reaches ${b} (${figure(way, "to", inName, arrived)})`;
    if (bare) return { place: "between", text: `${never}: lost between the nodes`, used: [out, arrived] };
    if (from.nicTx.seen === "no") {
      const card = figure(way, "from", "nicTx", from.nicTx);
      const text = `enters ${a}'s tunnel (${figure(way, "from", outName, out)}), never leaves its network card (${card}): ${b} does not answer ARP, or ${a}'s own output filter or routing loses it`;
      return { place: "source", text, used: [from.nicTx] };
    }
    if (to.nicRx.seen === "yes") {
      const card = figure(way, "to", "nicRx", to.nicRx);
      const text = `${left}, reaches ${b}'s network card (${card}), never its tunnel device (${figure(way, "to", inName, arrived)}): lost in ${b}'s own input filter`;
      return { place: "target-input", text, used: [out, arrived, to.nicRx] };
    }
    if (to.nicRx.seen === "no") {
      const card = figure(way, "to", "nicRx", to.nicRx);
      return {
        place: "between",
        text: `${never}, nor its network card (${card}): lost between the nodes`,
        used: [out, arrived, to.nicRx],
      };
    }
    return {
      place: "between-or-target-input",
      text: `${never}: lost between the nodes or in ${b}'s own input filter`,
      used: [out, arrived],
    };
  }
  if (findings.path.target === "host" && halfOpen.seen === "no" && out.seen === "yes") {
    const text = `${left}, never reaches ${b}'s TCP stack (no connection half open there): lost between the nodes or in ${b}'s own input filter`;
    return { place: "between-or-target-input", text, used: [out, halfOpen] };
  }
  return cannotTell(
    way,
    arrived.seen === "missing" ? `${b}'s counters could not be read` : hidden(way, "to", inName, arrived),
  );
}

/** In the target's own host: its datapath, its TCP stack, its way back. */
function inHost(way: Way): Ending {
  const { signals, b, a } = way;
  const { to, toDrop, halfOpen } = signals;
  const arrived = to.nicRx;
  const reaches = arrived.seen === "yes" ? `reaches ${b} (${figure(way, "to", "nicRx", arrived)})` : `reaches ${b}`;
  if (halfOpen.seen === "yes") {
    const answered = `answered by ${b} (${halfOpen.total} connections half open there)`;
    if (to.nicTx.seen === "no") {
      const text = `${answered}, the answer never leaves it (${figure(way, "to", "nicTx", to.nicTx)}): lost in ${b}'s own output filter or routing`;
      return { place: "way-back", text, used: [halfOpen, to.nicTx] };
    }
    return { place: "way-back", text: `${answered}, the answer is lost on the way back to ${a}`, used: [halfOpen] };
  }
  if (toDrop?.seen === "yes") return droppedThere(way, reaches);
  if (halfOpen.seen === "no") {
    const text = `${reaches}, never its TCP stack (no connection half open there), and Cilium counts no drop: lost in ${b}'s own input filter (iptables, nftables)`;
    return { place: "target-input", text, used: [arrived, halfOpen] };
  }
  return {
    place: "target",
    text: `${reaches}, and is not answered; what its TCP stack did could not be read`,
    used: [arrived],
  };
}

/** Through the target's datapath into its health endpoint, and the answer out of it. */
function inEndpoint(way: Way, bare: boolean): Ending {
  const { signals, b } = way;
  const { to, toDrop } = signals;
  const inName = bare ? "nicRx" : "tunnelRx";
  const reaches =
    to[inName].seen === "yes" ? `reaches ${b} (${figure(way, "to", inName, to[inName])})` : `reaches ${b}`;
  if (to.healthRx.seen === "yes") return wayBack(way, bare);
  if (toDrop?.seen === "yes") return droppedThere(way, reaches);
  if (to.healthTx.seen === "no") {
    const text = `${reaches}, is never handed to its health endpoint (${figure(way, "to", "healthTx", to.healthTx)}), and Cilium counts no drop: lost in ${b}'s own forwarding (FORWARD chain, ip_forward, rp_filter)`;
    return { place: "target", text, used: [to[inName], to.healthTx] };
  }
  if (to.healthTx.seen === "yes" && to.healthRx.seen === "no") {
    const text = `${reaches}, is handed to its health endpoint (${figure(way, "to", "healthTx", to.healthTx)}), which does not answer (${figure(way, "to", "healthRx", to.healthRx)})`;
    return { place: "target", text, used: [to.healthTx, to.healthRx] };
  }
  return {
    place: "target",
    text: `${reaches}, and is not answered; what became of it there could not be told`,
    used: [to[inName]],
  };
}

function droppedThere({ signals, b }: Way, reaches: string): Ending {
  const { toDrop } = signals;
  const [reason, direction, total] = [toDrop?.reason ?? "", toDrop?.direction ?? "", toDrop?.total ?? 0];
  const text = `${reaches}, dropped there: ${reason} (${direction} at ${b}, +${total})`;
  return { place: "target", text, used: toDrop === null ? [] : [toDrop] };
}

/** The endpoint answered: where does the answer end? */
function wayBack(way: Way, bare: boolean): Ending {
  const { signals, findings, a, b } = way;
  const { from, to, toDrop, fromDrop } = signals;
  const outName = bare ? "nicTx" : "tunnelTx";
  const inName = bare ? "nicRx" : "tunnelRx";
  const answered = `answered by ${b}'s health endpoint (${figure(way, "to", "healthRx", to.healthRx)})`;
  const ending = (text: string, ...used: readonly Signal[]): Ending => ({
    place: "way-back",
    text: `${answered}, ${text}`,
    used: [to.healthRx, ...used],
  });
  if (!bare && to.tunnelLost.seen === "yes") {
    return ending(
      `the answer is lost on ${b} itself: its tunnel device cannot send it (${findings.tunnelDevice} TX dropped or failed, +${to.tunnelLost.total}), which its own output filter does, or a missing route to ${a}`,
      to.tunnelLost,
    );
  }
  if (toDrop?.seen === "yes")
    return ending(`the answer is dropped on ${b}: ${toDrop.reason} (+${toDrop.total})`, toDrop);
  if (to[outName].seen === "no") {
    return ending(
      `the answer never leaves ${b} (${figure(way, "to", outName, to[outName])}): lost in its own routing or filter`,
      to[outName],
    );
  }
  if (from[inName].seen === "no" && !bare && from.nicRx.seen === "yes") {
    const card = figure(way, "from", "nicRx", from.nicRx);
    const text = `the answer reaches ${a}'s network card (${card}), never its tunnel device (${figure(way, "from", inName, from[inName])}): lost in ${a}'s own input filter`;
    return ending(text, from.nicRx, from[inName]);
  }
  if (from[inName].seen === "no") {
    const text = `the answer is lost on the way back (${figure(way, "from", inName, from[inName])} at ${a}): between the nodes or in ${a}'s own input filter`;
    return ending(text, from[inName]);
  }
  if (fromDrop?.seen === "yes")
    return ending(`the answer is dropped on ${a}: ${fromDrop.reason} (+${fromDrop.total})`, fromDrop);
  if (from[inName].seen === "yes") {
    return ending(
      `the answer comes back to ${a} (${figure(way, "from", inName, from[inName])}), and is lost there`,
      from[inName],
    );
  }
  return ending("the answer is lost on the way back; other traffic hides where");
}

export function cannotTell({ findings }: Way, why: string): Ending {
  return { place: "unknown", text: `cannot tell where on the way to ${findings.path.to} it is lost: ${why}`, used: [] };
}

function hidden(way: Way, side: "from" | "to", name: CounterName, signal: Signal): string {
  const node = side === "from" ? way.a : way.b;
  const beside = signal.background === null ? "" : `, some ${signal.background} of them expected from other traffic`;
  return `${figure(way, side, name, signal)} at ${node} for ${signal.sent} sent${beside}`;
}
