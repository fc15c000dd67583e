import { JsonCursor } from "./json-cursor.ts";
import { type KnownKeys, knownKeys, lastKey, once } from "./json-keys.ts";
import { unlessSurprised } from "./surprise.ts";

const endpointKeys = knownKeys(4, "id", "spec", "status");
const kept = ["id", "external-identifiers", "identity", "labels", "networking", "state"];
/** Half of an endpoint; read of the agent's own two, which come without a pod. */
const policy = "policy";
const statusKeys = knownKeys(
  6,
  "controllers",
  "external-identifiers",
  "health",
  "identity",
  "labels",
  "log",
  "networking",
  policy,
  "realized",
  "state",
);

const decoder = new TextDecoder();

/** An endpoint as `JSON.parse` has it, without what nobody reads. */
type Part = Record<string, unknown>;

/**
 * Reads `cilium-dbg endpoint list -o json`, five kilobytes an endpoint and a hundred of them on a node, of which a tenth
 * is of use; `policy` is read where `hasPolicy` wants it. null for what is not as agents print it.
 */
export function scanEndpointList(
  bytes: Uint8Array,
  hasPolicy: (endpoint: unknown) => boolean,
): readonly unknown[] | null {
  return unlessSurprised(() => {
    const cursor = new JsonCursor(bytes);
    const list: unknown[] = [];
    for (let more = cursor.firstItem(); more; more = cursor.nextItem()) list.push(scanEndpoint(cursor, hasPolicy));
    cursor.finish();
    return list;
  });
}

function scanEndpoint(cursor: JsonCursor, hasPolicy: (endpoint: unknown) => boolean): Part {
  const endpoint: Part = {};
  let policySlice: Uint8Array | null = null;
  const status: Part = {};
  eachKey(cursor, endpointKeys, (name) => {
    if (name === "id") endpoint[name] = parsed(sliceOfValue(cursor));
    else if (name !== "status") cursor.skip();
    else {
      endpoint[name] = status;
      eachKey(cursor, statusKeys, (member) => {
        if (kept.includes(member)) status[member] = parsed(sliceOfValue(cursor));
        else if (member === policy) policySlice = sliceOfValue(cursor);
        else cursor.skip();
      });
    }
  });
  if (policySlice !== null && hasPolicy(endpoint)) status[policy] = parsed(policySlice);
  return endpoint;
}

/** `read` reads or skips the value of each key in turn; "" stands for a key that is not known. */
function eachKey(cursor: JsonCursor, known: KnownKeys, read: (name: string) => void): void {
  let seen = 0;
  for (let key = cursor.firstKey(known); key !== lastKey; key = cursor.nextKey(known, key)) {
    seen = once(seen, key);
    read(known.names[key] ?? "");
  }
}

function sliceOfValue(cursor: JsonCursor): Uint8Array {
  const start = cursor.position();
  cursor.skip();
  return cursor.bytes.subarray(start, cursor.positionBehind());
}

function parsed(value: Uint8Array): unknown {
  return JSON.parse(decoder.decode(value));
}
