import { parseNdjsonLine } from '../ndjson.ts';

/** A line without the prefix of a system that carried it. */
export interface CarriedLine {
  readonly text: string;
  /** Characters before the text. Null if it stands in a JSON string. */
  readonly prefixLength: number | null;
}

const isoTime = String.raw`\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:[Zz]|[+-]\d{2}:?\d{2})`;
const bsdTime = String.raw`[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}`;
const host = String.raw`[\w.:-]+`;
/** The name of a program, with or without its process. */
const tag = String.raw`[\w./-]+(?:\[\d+\])?:`;
const structuredData = String.raw`(?:-|(?:\[[^\s\]]+(?: [\w.@-]+="(?:[^"\\\]]|\\.)*")*\])+)`;

const prefixes: readonly RegExp[] = [
  // RFC 3164, and how rsyslog writes it into files. NGINX may leave the host out.
  new RegExp(String.raw`^(?:<\d{1,3}>)?(?:${bsdTime}|${isoTime}) (?:${host} )?${tag} ?`),
  // RFC 5424
  new RegExp(String.raw`^<\d{1,3}>1 (?:${isoTime}|-) ${host} \S+ \S+ \S+ ${structuredData} \uFEFF?`),
  // CRI: a container's log of Kubernetes. `P` is a part of a line.
  new RegExp(String.raw`^${isoTime} std(?:out|err) F `),
  // docker compose logs, with and without --timestamps
  new RegExp(String.raw`^[\w.-]+ +\| (?:${isoTime} )?`),
  // kubectl logs --prefix
  new RegExp(String.raw`^\[pod/[\w./-]+\] (?:${isoTime} )?`),
  // docker logs --timestamps, kubectl logs --timestamps
  new RegExp(String.raw`^${isoTime} `),
];

/** Returns the lines that the text may carry behind a prefix, each with its whole prefix removed. */
export function carriedLines(text: string): readonly CarriedLine[] {
  if (text.startsWith('{')) {
    const carried = dockerLine(text);
    return carried === null ? [] : [{ text: carried, prefixLength: null }];
  }
  return prefixes.flatMap((prefix) => {
    const length = prefix.exec(text)?.[0].length ?? 0;
    return length === 0 ? [] : [{ text: text.slice(length), prefixLength: length }];
  });
}

const dockerMembers = new Set(['log', 'stream', 'time', 'attrs']);

/** Reads Docker's json-file: `{"log":"…\n","stream":"stdout","time":"…"}`. A line without its end is a part. */
function dockerLine(text: string): string | null {
  if (!text.includes('"log"')) return null;
  const row = parseNdjsonLine({ line: 1, text });
  if ('fault' in row) return null;
  const { log, stream } = row.value as Record<string, unknown>;
  const isDocker = Object.keys(row.value).every((name) => dockerMembers.has(name));
  if (!isDocker || typeof log !== 'string' || typeof stream !== 'string') return null;
  return /^[^\n]*\n$/.test(log) ? log.replace(/\r?\n$/, '') : null;
}
