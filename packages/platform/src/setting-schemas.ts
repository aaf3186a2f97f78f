import { isIPv4, isIPv6 } from 'node:net';
import path from 'node:path';
import { isTimeZone, placeNamePattern } from '@hourglass/contract';
import { z } from 'zod';

// The message of each schema completes the sentence "expected …".

export const text = z.string().min(1, 'a text that is not empty');

/** Resolves the path of a folder or file to an absolute one. */
export const filePath = text.transform((value) => path.resolve(value));

export const organizationName = text.regex(placeNamePattern, 'a name of letters, digits, ".", "_" and "-"');

export const environmentNames = z
  .string()
  .transform((value) => value.split(',').map((name) => name.trim()))
  .refine((list) => list.every((name) => placeNamePattern.test(name)) && new Set(list).size === list.length, {
    message: 'distinct names of letters, digits, ".", "_" and "-", separated by commas',
  });

export const flag = z.enum(['true', 'false'], 'true or false').transform((value) => value === 'true');

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): z.ZodType<Choice, string> {
  return z.string().refine((value): value is Choice => choices.some((choice) => choice === value), {
    message: `one of ${choices.join(', ')}`,
  });
}

export function wholeNumber(minimum: number, maximum: number): z.ZodType<number, string> {
  const message = `a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, message)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, message);
}

/** Seconds in the environment, milliseconds in the settings. */
export function seconds(minimum: number, maximum: number): z.ZodType<number, string> {
  return wholeNumber(minimum, maximum).transform((value) => value * 1000);
}

/** Hours in the environment, milliseconds in the settings. */
export function hours(minimum: number, maximum: number): z.ZodType<number, string> {
  return wholeNumber(minimum, maximum).transform((value) => value * 3_600_000);
}

/** A day from 1970 on in the environment, its start in milliseconds since 1970 in the settings. */
export const utcDay = z.iso
  .date('a day as YYYY-MM-DD, from 1970-01-01 on')
  .transform((value) => Date.parse(value))
  .refine((ms) => ms >= 0, 'a day as YYYY-MM-DD, from 1970-01-01 on');

/** MiB in the environment, bytes in the settings. */
export function mebibytes(minimum: number, maximum: number): z.ZodType<number, string> {
  return wholeNumber(minimum, maximum).transform((value) => value * 1024 * 1024);
}

export function url(...protocols: readonly string[]): z.ZodType<string, string> {
  const starts = protocols.map((protocol) => `${protocol}//`).join(' or ');
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `a URL that starts with ${starts}`,
    );
}

/** Distinct URLs, separated by commas. They may not contain credentials, which logs would show. */
export function urls(...protocols: readonly string[]): z.ZodType<readonly string[], string> {
  const starts = protocols.map((protocol) => `${protocol}//`).join(' or ');
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .refine(
      (list) => list.every((part) => isPlainUrl(part, protocols)) && new Set(list).size === list.length,
      `distinct URLs that start with ${starts}, without user and password, separated by commas`,
    );
}

function isPlainUrl(value: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocols.includes(protocol) && `${username}${password}` === '';
}

/** Without a trailing slash. */
export const baseUrl = z
  .string()
  .transform((value) => value.trim())
  .refine(isBaseUrl, 'a base URL such as https://hourglass.example, without "/v1", user, "?" and "#"')
  .transform((value) => value.replace(/\/+$/, ''));

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, pathname } = new URL(value);
  return (
    (protocol === 'http:' || protocol === 'https:') &&
    `${username}${password}` === '' &&
    !/[?#]/.test(value) &&
    !/\/v1\/*$/.test(pathname)
  );
}

/** Text for a header of HTTP. Files often add a byte order mark or a line end to it. */
export const headerText = z
  .string()
  .transform((value) => value.replace(/^\uFEFF/, '').trim())
  .refine((value) => /^[\x21-\x7e]+$/.test(value), 'printable ASCII characters without spaces');

/** A network, or one address with the prefix of all its bits. */
export interface AddressRange {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly prefixBits: number;
}

/** `none` is the empty list. */
export const addressRanges = z.string().transform((value, context): readonly AddressRange[] => {
  const ranges = value === 'none' ? [] : value.split(',').map((part) => addressRange(part.trim()));
  if (ranges.every((range) => range !== null)) return ranges;
  context.addIssue('addresses or networks such as 10.0.0.0/8,::1, separated by commas, or none');
  return z.NEVER;
});

function addressRange(text: string): AddressRange | null {
  const [address = '', prefix, ...more] = text.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (more.length > 0 || (family === 'ipv6' && !isIPv6(address))) return null;
  const bits = family === 'ipv4' ? 32 : 128;
  if (prefix === undefined) return { family, address, prefixBits: bits };
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits
    ? { family, address, prefixBits: Number(prefix) }
    : null;
}

const keyBytes = 32;

/** Base64 in the environment, bytes in the settings. */
export const secretKey = z
  .base64(`base64 of ${keyBytes} bytes`)
  .transform((value) => Buffer.from(value, 'base64'))
  .refine((bytes) => bytes.length === keyBytes, `base64 of ${keyBytes} bytes`);

/** A name in the tz database. */
export const timeZone = z
  .string()
  .refine(isTimeZone, { message: 'the name of a time zone such as Europe/Berlin, or UTC' });
