import type { Scene } from "../scene.ts";

/** By the cloud provider's id, or the instance type that the vSphere provider sets (`vsphere-vm.cpu-4.mem-16gb`). */
export function isOnVmware({ nodes }: Scene, members: readonly number[]): boolean {
  return members.some((node) => {
    const kube = nodes[node]?.kube;
    const type = kube?.labels.get("node.kubernetes.io/instance-type") ?? "";
    return kube?.providerID.startsWith("vsphere://") === true || type.startsWith("vsphere-vm");
  });
}
