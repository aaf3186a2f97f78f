import { quoted } from '@hourglass/contract/messages';
import { parseNdjsonLine } from '../ndjson.ts';
import { readIsoTime } from '../../columns/iso-time.ts';
import type { FieldKind } from './field-kinds.ts';
import { fillColumn, type LogColumn, type LogEntry } from './log-entry.ts';
import type { LogFormat, LogMatch, Misfit } from './log-format.ts';
import { readLogTime } from './log-time.ts';
import { nginxVariable, type LogVariable } from './log-variables.ts';

/** Other usual names of the values that NGINX's variables have. */
const aliases: Readonly<Record<string, string>> = {
  client_ip: 'remote_addr',
  clientip: 'remote_addr',
  remote_ip: 'remote_addr',
  client: 'remote_addr',
  ip: 'remote_addr',
  method: 'request_method',
  verb: 'request_method',
  url: 'request_uri',
  path: 'request_uri',
  uri_path: 'uri',
  status_code: 'status',
  response_status: 'status',
  size: 'body_bytes_sent',
  bytes: 'body_bytes_sent',
  response_size: 'body_bytes_sent',
  request_size: 'request_length',
  upstream_time: 'upstream_response_time',
  referer: 'http_referer',
  referrer: 'http_referer',
  http_referrer: 'http_referer',
  user_agent: 'http_user_agent',
  useragent: 'http_user_agent',
  agent: 'http_user_agent',
  x_forwarded_for: 'http_x_forwarded_for',
  xff: 'http_x_forwarded_for',
  http_host: 'host',
  vhost: 'host',
  virtual_host: 'host',
  domain: 'host',
};
const times = new Set([
  'time_local',
  'time_iso8601',
  'msec',
  'time',
  'timestamp',
  '@timestamp',
  'date',
  'ts',
]);
/** Names of fields that no server writes: such lines are facts. */
const factNames = new Set([
  'apiproxy',
  'request_verb',
  'request_path',
  'response_status_code',
  'total_response_time',
  'target_response_time',
]);
const expectedMembers =
  'a time (time_iso8601, time_local, msec, time, timestamp or @timestamp) and a request, request_uri or status';
/** Escapes of a JSON text are decoded already, so that it may have quotes. */
const whole = { isQuoted: true, until: '', isEscaped: false, mayTakeRest: true };

type Reading = LogMatch | Misfit;

/** Lines that are JSON objects with the names of NGINX's variables. Other members are skipped. */
export const jsonLog: LogFormat = {
  name: 'nginx_json',
  columns: new Set<LogColumn>(),
  skippedVariables: [],
  match: (text) => {
    const reading = read(text);
    return 'entry' in reading ? reading : null;
  },
  explain: (text) => {
    const reading = read(text);
    return 'entry' in reading ? { column: 1, problem: '' } : reading;
  },
};

function read(text: string): Reading {
  const row = parseNdjsonLine({ line: 1, text });
  if ('fault' in row) {
    return { column: 1, problem: row.field === undefined ? row.fault : `${row.field}: ${row.fault}` };
  }
  const entry: LogEntry = {};
  for (const [name, value] of Object.entries(row.value)) {
    const fault = (problem: string): Misfit => ({
      column: columnOf(text, name),
      problem: `${name}: ${problem}`,
    });
    if (factNames.has(name) || name.startsWith('dc_'))
      return fault('a field of facts; expected the names of a log, or --format ndjson');
    if (times.has(name)) {
      const timestamp = readTime(value);
      if (timestamp === null) return fault(`found ${shown(value)}; expected a time with a zone`);
      fillColumn(entry, 'timestamp', timestamp);
      continue;
    }
    const variable = nginxVariable(aliases[name] ?? name);
    if (variable.columns.length === 0) continue;
    const member = readMember(variable, value);
    if (member === undefined) {
      return fault(`found ${shown(value)}; expected ${variable.kind.expected}`);
    }
    variable.fillColumns(entry, member);
  }
  const hasCall = 'request_uri' in entry || 'request_path' in entry || 'response_status_code' in entry;
  if (entry.timestamp === undefined || !hasCall)
    return { column: 1, problem: `found other members; expected ${expectedMembers}` };
  return { entry, isWhole: true };
}

/** Returns undefined if the value is invalid. */
function readMember({ kind }: LogVariable, value: unknown): unknown {
  if (value === null) return null;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  // JSON drops the last zeros of seconds.
  const texts = typeof value === 'number' ? [String(value), value.toFixed(3)] : [value];
  const text = texts.find((text) => formOf(kind).test(text));
  return text === undefined ? undefined : kind.read(text);
}

const forms = new WeakMap<FieldKind, RegExp>();

function formOf(kind: FieldKind): RegExp {
  const known = forms.get(kind);
  if (known !== undefined) return known;
  const form = new RegExp(`^(?:${kind.pattern(whole)})$`, 's');
  forms.set(kind, form);
  return form;
}

const earliestMilliseconds = 1e11;

/** Numbers below 1e11 are seconds since 1970, others are milliseconds. */
function readTime(value: unknown): number | null {
  const isEpoch =
    typeof value === 'number' || (typeof value === 'string' && /^\d{1,13}(\.\d{1,9})?$/.test(value));
  if (isEpoch) {
    const number = Number(value);
    return Math.round(number < earliestMilliseconds ? number * 1000 : number);
  }
  if (typeof value !== 'string') return null;
  const hasZone = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(value) && value.length > 10;
  return readLogTime(value) ?? (hasZone ? readIsoTime(value) : null);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

function columnOf(text: string, name: string): number {
  return Math.max(0, text.indexOf(JSON.stringify(name))) + 1;
}
