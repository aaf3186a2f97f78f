import { readIsoTime } from '../../columns/iso-time.ts';
import { isAddress } from './is-address.ts';
import { readLogTime } from './log-time.ts';

/** The surroundings of a variable in a definition. */
export interface FieldContext {
  /** Whether it stands in double quotes. */
  readonly isQuoted: boolean;
  /** The literal text after it. Empty at the end of the line. */
  readonly until: string;
  /** Whether quotes and backslashes in it have a backslash before them. */
  readonly isEscaped: boolean;
  /** Whether a text at the end of the line may have spaces. */
  readonly mayTakeRest: boolean;
}

/** One kind of value in a log: its form, and its value. */
export interface FieldKind<Value = unknown> {
  /** A regular expression without groups that capture. */
  readonly pattern: (context: FieldContext) => string;
  /** For messages, such as "a number". */
  readonly expected: string;
  /** Null if the server wrote no value; undefined if the text is invalid. */
  readonly read: (text: string) => Value | null | undefined;
}

const special = /[\\^$.*+?()[\]{}|/-]/g;

export function escapeForPattern(text: string): string {
  return text.replace(special, String.raw`\$&`);
}

/** Text up to the next literal. An escaped text may contain the literal's first character. */
function textPattern({ isQuoted, until, isEscaped, mayTakeRest }: FieldContext): string {
  if (isQuoted && isEscaped) return String.raw`[^"\\]*(?:\\.[^"\\]*)*`;
  if (until === '') return mayTakeRest ? '.*' : '[^ ]*';
  if (!isEscaped) return `(?:(?!${escapeForPattern(until)}).)*`;
  const end = escapeForPattern(until.charAt(0));
  return String.raw`[^\\${end}]*(?:\\.[^\\${end}]*)*`;
}

function isAbsent(text: string): boolean {
  return text === '-' || text === '';
}

function kind<Value>(
  pattern: string,
  expected: string,
  read: (text: string) => Value | undefined,
): FieldKind<Value> {
  return {
    // NGINX writes an empty text for a missing value in JSON.
    pattern: ({ isQuoted }) => (isQuoted ? `(?:${pattern})?` : `(?:${pattern})`),
    expected,
    read: (text) => (isAbsent(text) ? null : read(text)),
  };
}

export const textKind: FieldKind<string> = {
  pattern: textPattern,
  expected: 'text',
  read: (text) => (isAbsent(text) ? null : text),
};

/** The last label of a host name is not a number, or it would be a wrong IPv4 address. */
const hostName = /^(?:[A-Za-z\d_](?:[\w-]*[A-Za-z\d_])?\.)*(?!\d+\.?$)[A-Za-z\d_](?:[\w-]*[A-Za-z\d_])?\.?$/;
const longestHostName = 253;

/** NGINX writes `unix:` for a client at a Unix socket. */
export const addressKind = kind(String.raw`[\w.:%-]+`, 'an IP address or a host name', (text) => {
  if (text === 'unix:') return null;
  return isAddress(text) || (text.length <= longestHostName && hostName.test(text)) ? text : undefined;
});

/** Addresses with commas between them. In quotes it is any text, because clients may send any. */
export const addressListKind: FieldKind<string> = {
  ...textKind,
  pattern: (context) =>
    context.isQuoted ? textPattern(context) : String.raw`[\w.:%\[\]-]+(?:, ?[\w.:%\[\]-]+)*`,
  expected: 'addresses, with commas between them',
};

const hostPattern = String.raw`(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?`;
/** A server name `_` is NGINX's catch-all. */
export const hostKind = kind(hostPattern, 'a host name', (text) => (text === '_' ? null : text));

/** The identity that `identd` returns: practically always `-`. */
export const identityKind = kind(String.raw`[\w@-]+`, '"-" or the identity of a user', (text) => text);

const userWord = String.raw`(?!-(?: |$))(?:[^\s"\\]|\\\S)+`;
/** A user may have spaces. Words that are addresses belong to another format. */
export const userKind: FieldKind<string> = {
  pattern: (context) =>
    context.isQuoted || !context.until.startsWith(' ')
      ? textPattern(context)
      : `(?:-|""|${userWord}(?: ${userWord})*?)`,
  expected: '"-" or the name of a user',
  read: (text) => (text.split(' ').some(isAddress) ? undefined : text),
};

export const logTimeKind = kind(
  String.raw`[\w/:.+-]+(?: [\w+-]+)?`,
  'a time such as 17/May/2015:10:05:03 +0000',
  (text) => readLogTime(text) ?? undefined,
);

const zone = /(?:[Zz]|[+-]\d{2}:?\d{2})$/;
/** A time of another zone than the reader's would be wrong by hours, so the zone must be there. */
export const isoTimeKind = kind(
  String.raw`[\w:.,+-]+`,
  'a time with a zone such as 2015-05-17T10:05:03+00:00',
  (text) => (zone.test(text) && text.length > 10 ? (readIsoTime(text) ?? undefined) : undefined),
);

export function epochKind(unit: string, unitsPerSecond: 1 | 1000 | 1_000_000): FieldKind<number> {
  return kind(String.raw`\d{1,16}(?:\.\d{1,9})?`, `${unit} since 1970`, (text) => {
    const [whole = '', fraction = ''] = text.split('.');
    // Digits are moved, because a product of a fraction is not exact.
    if (unitsPerSecond === 1) return Number(whole + fraction.slice(0, 3).padEnd(3, '0'));
    return Math.floor((Number(whole) * 1000) / unitsPerSecond);
  });
}

export const statusKind = kind(String.raw`\d{3}`, 'a status of three digits', Number);
export const integerKind = kind(String.raw`\d{1,15}|-`, 'a whole number or "-"', Number);

/** A duration, read as milliseconds. */
export function durationKind(unit: string, unitsPerSecond: number): FieldKind<number> {
  return kind(String.raw`\d{1,12}(?:\.\d{1,6})?|-`, `${unit} or "-"`, (text) =>
    Math.round((Number(text) * 1000) / unitsPerSecond),
  );
}

const listSeparator = / ?, | : |,|:/;
/** Three decimals, so a whole number in another unit is not mistaken for seconds. */
const seconds = String.raw`(?:\d{1,9}\.\d{3}|-)`;

/** NGINX's seconds, read as milliseconds. */
export const secondsKind = kind(seconds, 'seconds such as 0.120', (text) => Math.round(Number(text) * 1000));

/** Seconds of each server that NGINX asked, read as the milliseconds of all of them. */
export const durationListKind = kind(
  String.raw`${seconds}(?:(?: ?, ?| : )${seconds})*`,
  'seconds of each server such as "0.120, 0.031 : 0.200", or "-"',
  (text) => {
    const waits = text.split(listSeparator).filter((part) => !isAbsent(part.trim()));
    if (waits.length === 0) return null;
    return Math.round(waits.reduce((sum, wait) => sum + Number(wait), 0) * 1000);
  },
);

/** The last of the servers that NGINX asked sent the response. */
function lastOfList(text: string): string | null {
  const last =
    text
      .split(/ ?, ?| : /)
      .at(-1)
      ?.trim() ?? '';
  return isAbsent(last) ? null : last;
}

const status = String.raw`(?:\d{3}|-)`;
export const statusListKind = kind(
  String.raw`${status}(?:(?: ?, ?| : )${status})*`,
  'the status of each server such as "502, 200", or "-"',
  (text) => {
    const last = lastOfList(text);
    return last === null ? null : Number(last);
  },
);

const server = String.raw`[\w.:\[\]/@-]+`;
export const serverListKind = kind(
  String.raw`${server}(?:(?: ?, ?| : )${server})*`,
  'the address of each server such as "192.0.2.1:80, 192.0.2.2:80", or "-"',
  (text) => {
    const address = lastOfList(text)?.replace(/^\[(.*)\](?::\d+)?$/, '$1') ?? '';
    const host = isAddress(address) ? address : address.replace(/:\d+$/, '');
    return isAddress(host) ? host : null;
  },
);

const unquotedRequest = String.raw`-|[\w!#$%&'*+.^\x60|~-]+ \S+ HTTP/\d(?:\.\d)?`;
export const requestKind: FieldKind<string> = {
  ...textKind,
  pattern: (context) => (context.isQuoted ? textPattern(context) : `(?:${unquotedRequest})`),
  expected: 'a request line such as GET /index.html HTTP/1.1',
};
