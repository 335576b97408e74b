// Why a request to another machine failed, for a sentence.

/** Node hides the reason of a failed request in its cause. */
export function networkReason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message
}
