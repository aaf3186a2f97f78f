/** The innermost message of an error, in one line: outer ones only say that something failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A host name with several addresses makes an AggregateError without a message.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  if (inner instanceof Error) return reasonOf(inner);
  return error.message.replaceAll(/\s*\n\s*/g, ' ') || error.name;
}
