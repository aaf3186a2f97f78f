import { readIsoTime } from '../../columns/iso-time.ts';
import { escapeForPattern } from './field-kinds.ts';
import { LogDefinitionError } from './log-definition.ts';
import { fillColumn } from './log-entry.ts';
import { months } from './log-time.ts';
import type { LogVariable } from './log-variables.ts';

const parts: Readonly<Record<string, string>> = {
  Y: String.raw`(?<year>\d{4})`,
  m: String.raw`(?<month>\d{2})`,
  b: `(?<monthName>${months.join('|')})`,
  d: String.raw`(?<day>\d{2})`,
  e: String.raw`(?<day>[ \d]\d)`,
  H: String.raw`(?<hour>\d{2})`,
  M: String.raw`(?<minute>\d{2})`,
  S: String.raw`(?<second>\d{2})`,
  z: String.raw`(?<zone>[+-]\d{4})`,
  s: String.raw`(?<epoch>\d{1,11})`,
};
const abbreviations: Readonly<Record<string, string>> = { '%T': '%H:%M:%S', '%F': '%Y-%m-%d', '%R': '%H:%M' };
const needed = ['year', 'day', 'hour', 'minute', 'zone'];

/**
 * The variable for `%{…}t` with a format of strftime.
 * @throws LogDefinitionError if the format has no zone or is not a whole time.
 */
export function strftimeVariable(name: string, format: string): LogVariable {
  const long = format.replace(/%[TFR]/g, (part) => abbreviations[part] ?? part);
  const source = long
    .split(/(%.)/)
    .map((part) => (/^%./.test(part) ? patternOf(name, part) : escapeForPattern(part)))
    .join('');
  const repeated = /\(\?<(\w+)>.*\(\?<\1>/.test(source);
  const found = needed.filter((group) => source.includes(`(?<${group}>`));
  const hasMonth = /\(\?<month(?:Name)?>/.test(source);
  const isWhole = source.includes('(?<epoch>') || (found.length === needed.length && hasMonth);
  if (!isWhole || repeated)
    throw new LogDefinitionError(
      `${name}: not a whole time; expected year, month, day, hour, minute and zone, such as %{%Y-%m-%dT%H:%M:%S%z}t`,
    );
  const time = new RegExp(`^${source}$`);
  return {
    kind: {
      pattern: () => source.replace(/\(\?<\w+>/g, '(?:'),
      expected: `a time as ${name}`,
      read: (text) => readTime(time.exec(text)?.groups ?? {}) ?? undefined,
    },
    columns: ['timestamp'],
    fillColumns: (entry, value) => fillColumn(entry, 'timestamp', value as number),
  };
}

function patternOf(name: string, part: string): string {
  if (part === '%%') return '%';
  const pattern = parts[part.charAt(1)];
  if (pattern !== undefined) return pattern;
  throw new LogDefinitionError(
    `${name}: found ${part}; expected parts of a time from %Y %m %b %d %e %H %M %S %z %T %F %R %s`,
  );
}

function readTime(groups: Readonly<Record<string, string | undefined>>): number | null {
  const { epoch, year, month, monthName, day = '', hour, minute, second = '00', zone } = groups;
  if (epoch !== undefined) return Number(epoch) * 1000;
  const number = month ?? String(months.indexOf(monthName ?? '') + 1).padStart(2, '0');
  return readIsoTime(`${year}-${number}-${day.replace(' ', '0')}T${hour}:${minute}:${second}${zone}`);
}
