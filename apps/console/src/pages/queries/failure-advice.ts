import type { TextKey } from '../../text/languages.ts';

/** Reasons of failed queries, as docs/operate/troubleshooting.md has them, and what their submitter can do. */
const advice: readonly (readonly [RegExp, TextKey])[] = [
  [/did not finish within/, 'advice.shorter'],
  [/needs more than .* MB of (memory|temporary disk space)/, 'advice.fewerGroups'],
  [
    /do not fit on one sheet|does not fit into the 64 bits|do not fit into one cell|spreadsheet needs more/,
    'advice.format',
  ],
  [/No exchange rate|has no currency/, 'advice.rates'],
  [/could not be computed|Internal error/, 'advice.report'],
  [/disk for temporary files|disk of a node|is not available|was started .* times|Attempt /, 'advice.later'],
];

/** Returns the next step after a failure. */
export function adviceOn(reason: string): TextKey {
  return advice.find(([pattern]) => pattern.test(reason))?.[1] ?? 'advice.change';
}
