import { ServiceUnavailable } from '@hourglass/reports';

const socketCodes = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * SQLSTATEs that are independent of the statement: the server is unreachable, starting, stopping,
 * full, or refuses access. Two characters stand for a whole class.
 */
const refusingStates = [
  '08', // connection exception
  '28', // invalid authorization
  '53', // insufficient resources: too many connections, disk full, out of memory
  '57', // operator intervention: shutdown, starting up, statement timeout
  '25006', // read-only transaction: this server is a standby now
  '25P03', // idle-in-transaction timeout
  '3D000', // no such database
  '55000', // the database does not accept connections: maintenance
  '55P03', // lock timeout
];

/**
 * `pg` reports a lost connection or a connect timeout as a plain Error, recognizable only by its
 * text.
 */
const connectionMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Client network socket disconnected)/;

/** The names of the same faults in Prisma's driver adapter. */
const refusingKinds = new Set([
  'AuthenticationFailed',
  'ConnectionClosed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);

/** Runs `work`; throws `ServiceUnavailable` when the database is unreachable or refuses service. */
export function servedByDatabase<Result>(work: () => Promise<Result>): Promise<Result> {
  return work().catch((error: unknown) => {
    throw asDatabaseError(error);
  });
}

export function asDatabaseError(error: unknown): unknown {
  if (error instanceof ServiceUnavailable) return error;
  return isUnavailable(error) ? new ServiceUnavailable('database', error) : error;
}

function isUnavailable(error: unknown): boolean {
  if (!isObject(error)) return false;
  const { code, originalCode, kind, message } = error;
  if (typeof code === 'string' && (socketCodes.has(code) || isRefusingState(code))) return true;
  if (typeof originalCode === 'string' && isRefusingState(originalCode)) return true;
  if (typeof kind === 'string' && refusingKinds.has(kind)) return true;
  if (typeof message === 'string' && connectionMessages.test(message)) return true;
  return causesOf(error).some(isUnavailable);
}

function isRefusingState(code: string): boolean {
  return code.length === 5 && refusingStates.some((state) => code.startsWith(state));
}

/** A hostname with several addresses makes an AggregateError; Prisma nests the driver's error. */
function causesOf(error: Record<string, unknown>): readonly unknown[] {
  const { cause, meta, errors } = error;
  return [
    cause,
    isObject(meta) ? meta['driverAdapterError'] : undefined,
    ...(Array.isArray(errors) ? errors : []),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
