import type { Check } from "../check.ts";
import { faultAnswer, namedFault } from "../compare/named-faults.ts";
import { broken, doubtful, fine, perNode } from "../compare/per-node.ts";
import { parsed } from "../compare/readings.ts";
import { kernelForwards } from "../evidence/forwarding.ts";
import { isPodPathFine } from "../evidence/pod-path.ts";
import { ipForwardOf } from "../reads/sysctl.ts";

const rule = "ip-forward-disabled";

export const ipForwarding: Check = {
  cause: {
    id: "ip-forwarding",
    severity: "error",
    title: "whether each node's kernel forwards IPv4 packets",
    meaning:
      "net.ipv4.ip_forward is 0 on a node. With endpoint routes nothing from outside reaches its pods. Where BPF hands packets to pods the probes stay green, but what the kernel itself routes, as masqueraded traffic or ports of Services without kube-proxy replacement, is lost.",
    apart: "ip-forward-disabled is the same setting where probes fail by it, and is named instead then.",
    confirm: "`cat /proc/sys/net/ipv4/ip_forward` in the agent shows 0; other nodes show 1.",
    fix: "set net.ipv4.ip_forward=1 and keep it so in a file of /etc/sysctl.d; restarting the agent sets it once",
    docs: "routing",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => parsed(checked, node, "ip_forward.txt", ipForwardOf),
      (node, isOn) => {
        if (isOn) return fine(node);
        const text = "net.ipv4.ip_forward is 0";
        const fault = namedFault(checked, node, [rule]);
        if (fault !== null) return faultAnswer(fault, node, `${text}: its pods get nothing from other nodes`);
        const forwards = kernelForwards(checked.scene, node);
        if (forwards === "never") {
          return doubtful(node, `${text}; BPF hands packets to pods here, so no probe is harmed by it`, { id: rule });
        }
        const isHarmless = isPodPathFine(checked.scene, node);
        return isHarmless
          ? doubtful(node, `${text}, though its pods are reached`, { id: rule })
          : broken(node, `${text}, and the kernel may have to forward packets to pods here`, { id: rule });
      },
    ),
};
