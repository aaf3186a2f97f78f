import {
  addressKind,
  addressListKind,
  durationKind,
  durationListKind,
  epochKind,
  hostKind,
  integerKind,
  isoTimeKind,
  logTimeKind,
  requestKind,
  secondsKind,
  serverListKind,
  statusKind,
  statusListKind,
  textKind,
  userKind,
  type FieldKind,
} from './field-kinds.ts';
import { isAddress } from './is-address.ts';
import { fillColumn, type LogColumn, type LogEntry } from './log-entry.ts';
import { pathOf, readRequest } from './request-line.ts';

/** A variable of a log: its form, and the columns that its value fills. */
export interface LogVariable {
  readonly kind: FieldKind;
  /** Fills the columns. The value is already without escapes. Null fills them with null. */
  readonly fillColumns: (entry: LogEntry, value: unknown) => void;
  /** The columns that it fills. None if the value is skipped. */
  readonly columns: readonly LogColumn[];
}

function fills<Value>(kind: FieldKind<Value>, column: LogColumn): LogVariable {
  return {
    kind,
    columns: [column],
    fillColumns: (entry, value) => fillColumn(entry, column, value as never),
  };
}

export function skipped(kind: FieldKind = textKind): LogVariable {
  return { kind, columns: [], fillColumns: () => undefined };
}

export const addressVariable = fills(addressKind, 'client_ip');
export const userVariable = skipped(userKind);
export const methodVariable = fills(textKind, 'request_verb');
export const statusVariable = fills(statusKind, 'response_status_code');
export const responseSizeVariable = fills(integerKind, 'response_size');
export const requestSizeVariable = fills(integerKind, 'request_size');
export const hostVariable = fills(hostKind, 'virtual_host');
export const callIdVariable = fills(textKind, 'gateway_flow_id');
export const logTimeVariable = fills(logTimeKind, 'timestamp');
const isoTimeVariable = fills(isoTimeKind, 'timestamp');

export function epochVariable(unit: string, unitsPerSecond: 1 | 1000 | 1_000_000): LogVariable {
  return fills(epochKind(unit, unitsPerSecond), 'timestamp');
}

export function totalTimeVariable(unit: string, unitsPerSecond: number): LogVariable {
  return fills(durationKind(unit, unitsPerSecond), 'total_response_time');
}

/** The request line. Its columns are null if it is unreadable, such as the bytes of a TLS handshake. */
export const requestVariable: LogVariable = {
  kind: requestKind,
  columns: ['request_verb', 'request_uri', 'request_path'],
  fillColumns: (entry, value) => {
    const { verb, uri } = readRequest((value as string | null) ?? '');
    entry.request_verb ??= verb;
    fillUri(entry, uri);
  },
};

/** A path with its query string. */
export const uriVariable: LogVariable = {
  kind: textKind,
  columns: ['request_uri', 'request_path'],
  fillColumns: (entry, value) => fillUri(entry, value as string | null),
};

function fillUri(entry: LogEntry, uri: string | null): void {
  entry.request_uri ??= uri;
  entry.request_path ??= uri === null ? null : pathOf(uri);
}

/** A path without its query string. */
export const pathVariable = fills(textKind, 'request_path');

const forwardedForVariable: LogVariable = {
  kind: addressListKind,
  columns: ['x_forwarded_for_ip', 'ax_resolved_client_ip'],
  fillColumns: (entry, value) => {
    const list = value as string | null;
    entry.x_forwarded_for_ip ??= list;
    entry.ax_resolved_client_ip ??= list === null ? null : firstAddress(list);
  },
};

/** The client is the first in the list. Some proxies add its port. */
function firstAddress(list: string): string | null {
  const first = list.split(',', 1)[0]?.trim() ?? '';
  const withoutPort = first.replace(/^\[([^\]]*)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
  return isAddress(withoutPort) ? withoutPort : null;
}

const headers: ReadonlyMap<string, LogVariable> = new Map([
  ['referer', fills(textKind, 'referer')],
  ['user-agent', fills(textKind, 'useragent')],
  ['x-forwarded-for', forwardedForVariable],
  ['x-forwarded-proto', fills(textKind, 'x_forwarded_proto')],
  ['true-client-ip', fills(textKind, 'ax_true_client_ip')],
  ['host', fills(textKind, 'virtual_host')],
  ['x-request-id', callIdVariable],
]);

/** The variable for a header of the request, in lower case with hyphens. */
export function headerVariable(header: string): LogVariable {
  return headers.get(header) ?? skipped();
}

const nginxVariables: ReadonlyMap<string, LogVariable> = new Map([
  ['remote_addr', addressVariable],
  ['remote_user', userVariable],
  ['time_local', logTimeVariable],
  ['time_iso8601', isoTimeVariable],
  ['msec', epochVariable('seconds', 1)],
  ['request', requestVariable],
  ['request_method', methodVariable],
  ['request_uri', uriVariable],
  ['uri', pathVariable],
  ['document_uri', pathVariable],
  ['status', statusVariable],
  ['body_bytes_sent', responseSizeVariable],
  ['bytes_sent', responseSizeVariable],
  ['request_length', requestSizeVariable],
  ['request_time', fills(secondsKind, 'total_response_time')],
  ['upstream_response_time', fills(durationListKind, 'target_response_time')],
  ['upstream_connect_time', skipped(durationListKind)],
  ['upstream_header_time', skipped(durationListKind)],
  ['upstream_status', fills(statusListKind, 'target_response_code')],
  ['upstream_addr', fills(serverListKind, 'target_ip')],
  ['host', hostVariable],
  ['server_name', hostVariable],
  ['request_id', callIdVariable],
  ['req_id', callIdVariable],
]);

/** The variable with this name in NGINX. Values of unknown variables are skipped. */
export function nginxVariable(name: string): LogVariable {
  const known = nginxVariables.get(name);
  if (known !== undefined) return known;
  return name.startsWith('http_') ? headerVariable(name.slice(5).replaceAll('_', '-')) : skipped();
}
