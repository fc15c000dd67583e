/** A Kubernetes Status object (meta/v1), as error bodies and exec's last frame carry it. */
export interface ApiStatus {
  readonly kind?: "Status";
  readonly apiVersion?: "v1";
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly code?: number;
}

/** A failure as an HTTP error body. */
export function failure(code: number, reason: string, message: string, details?: Readonly<Record<string, unknown>>) {
  const base = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason } as const;
  return { ...base, ...(details === undefined ? {} : { details }), code } satisfies ApiStatus;
}

/** apierrors.NewInternalError. */
export function internalError(text: string): ApiStatus & { readonly code: number } {
  return failure(500, "InternalError", `Internal error occurred: ${text}`, { causes: [{ message: text }] });
}

/** exec's last frame for a command that ended: k8s.io/cri-streaming, remotecommand/exec.go. */
export function exitStatus(code: number): ApiStatus {
  if (code === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
}
