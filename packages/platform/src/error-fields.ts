import { stdSerializers } from 'pino';
import { reasonOf } from './error-reason.ts';

/**
 * Returns the serializer of `err` in log lines. The stack of a failed disk, network or service tells
 * operators nothing, so it is left out unless the level is `debug` or `trace`.
 */
export function errorFields(level: string): (error: unknown) => unknown {
  const withStacks = level === 'debug' || level === 'trace';
  return (error) => {
    if (!(error instanceof Error)) return error;
    if (withStacks || !isOutage(error)) return stdSerializers.err(error);
    const reason = reasonOf(error);
    const message = error.message === '' || error.message === reason ? reason : `${error.message}: ${reason}`;
    return { type: error.name, message, ...('code' in error ? { code: error.code } : {}) };
  };
}

/** Errors of the operating system, of services, and those with such a cause. */
function isOutage(error: Error): boolean {
  if (error.name === 'ServiceUnavailable' || 'syscall' in error) return true;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner instanceof Error && isOutage(inner);
}
