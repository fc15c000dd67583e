import { ipsecFigures, keysOf, type NodeErrors, stateErrorsOf } from "../evidence/ipsec-figures.ts";
import { stateErrors } from "../reads/xfrm-errors.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { askedNode, countEvidence, wantFromFigures } from "../shapes/figure-facts.ts";
import { listNames, membersOf, namesOf, placeOf } from "../shapes/figure-words.ts";
import type { Figure } from "../shapes/signature.ts";

/** Keys or sequence numbers of the two ends do not fit (cilium/cilium#26626, #44428, #44335, #39720, #28702). */
export const ipsecStateMismatch: Rule = {
  causes: [
    {
      id: "ipsec-state-mismatch",
      severity: "error",
      title: "IPsec keys or states do not fit together",
      meaning:
        "Encrypted packets arrive, and the kernel of the receiver cannot open them: it holds another key under the same id, no state for the sender, or counts a sequence number as used. A rotation that not every node has done, a node that came back with an old address, or sequence numbers that ran out leave that behind.",
      apart: "Where ESP is blocked nothing arrives, so that the error counters of the receiver stay as they are.",
      confirm:
        "`grep . /proc/net/xfrm_stat` in the receiver's agent, run twice, two probe intervals apart, shows one of the errors growing; `cilium-dbg encrypt status` shows the keys in use, to compare between nodes.",
      fix: "rotate the IPsec key once more, cleanly, with a new id on every node, and wait until all agents have taken it over",
      docs: "ipsec",
    },
  ],
  find: (scene) => ipsecFigures(scene).flatMap((figure) => claim(scene, figure)),
  wants: (scene) => wantFromFigures(scene, ipsecFigures(scene), ["xfrm_stat.txt", "encrypt-status.json"]),
};

/** Keys that differ are a fact; counters may be of a rotation long past, and are worth a guess. */
function claim(scene: Scene, figure: Figure): Claim[] {
  const keys = keyEvidence(scene, figure);
  const counted = stateErrorsOf(scene, figure).filter(({ errors }) => errors.size > 0);
  if (keys.length === 0 && counted.length === 0) return [];
  const node = askedNode(scene, figure);
  return [
    {
      id: "ipsec-state-mismatch",
      confidence: keys.length > 0 ? "confirmed" : "possible",
      title: `IPsec keys or states do not fit ${placeOf(scene, figure)}`,
      nodes: namesOf(scene, membersOf(scene, figure)),
      host: [],
      endpoint: figure.cells,
      evidence: [
        ...countEvidence(scene, figure, "node addresses answer and health endpoints are silent"),
        ...keys,
        ...counted.slice(0, 4).map((one) => counterSentence(scene, one)),
      ],
      alternatives:
        keys.length > 0
          ? []
          : [
              {
                id: "ipsec-esp-blocked",
                why: "the counters may be old: where they do not grow between two readings around a probe, ESP does not arrive at all",
              },
            ],
      confirm:
        node === null
          ? []
          : [
              {
                node,
                argv: ["grep", ".", "/proc/net/xfrm_stat"],
                expect: "run twice, two probe intervals apart: one of the errors grows",
              },
              {
                node,
                argv: ["cilium-dbg", "encrypt", "status"],
                expect: "as many keys in use as elsewhere, and the errors by name",
              },
            ],
    },
  ];
}

/** The key ids on the two sides of the failing paths; a rotation that does no harm shows there too, but fails nothing. */
function keyEvidence(scene: Scene, figure: Figure): Claim["evidence"] {
  const keys = [...keysOf(scene)].filter(([key]) => key > 0);
  if (keys.length < 2) return [];
  const idOf = new Map(keys.flatMap(([key, nodes]) => nodes.map((node) => [node, key] as const)));
  const unlike = figure.cells.filter((cell) => {
    const ids = [idOf.get(Math.floor(cell / scene.size)), idOf.get(cell % scene.size)];
    return ids.every((id) => id !== undefined) && ids[0] !== ids[1];
  });
  if (unlike.length < figure.cells.length / 2) return [];
  const said = keys.map(([key, nodes]) => `${key} on ${listNames(namesOf(scene, nodes))}`).join(", ");
  return [{ text: `the nodes announce unlike IPsec key ids: ${said}` }];
}

function counterSentence(scene: Scene, { node, capture, errors }: NodeErrors): Claim["evidence"][number] {
  const name = nameOf(scene, node);
  const said = [...errors].map(([error, count]) => `${error} ${count} (${stateErrors.get(error) ?? ""})`).join(", ");
  return { text: `${name} has counted since it started: ${said}`, node: name, capture };
}
