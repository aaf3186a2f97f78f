import type { LogFormat } from './log-format.ts';
import { matchLine } from './match-line.ts';
import { createNamedFormats, createUnnamedFormats } from './named-formats.ts';

/** Returns a sentence that names the format of a line which has none of the expected ones, or an empty text. */
export type FormatGuide = (text: string, expected: readonly LogFormat[]) => string;

export function createFormatGuide(): FormatGuide {
  const named = [...createNamedFormats().values()].flat();
  const unnamed = createUnnamedFormats();
  return (text, expected) => {
    const name = named.find((format) => matchLine(format, text) !== null)?.name;
    if (name !== undefined) {
      const isExpected = expected.some((format) => format.name === name);
      return `. This looks like ${name}${isExpected ? '' : `; use --format ${name}`}`;
    }
    const definition = unnamed.find((format) => matchLine(format, text) !== null)?.name;
    if (definition !== undefined) return `. This looks like ${definition}; use --log-format '${definition}'`;
    return named.some((format) => format.explain(text).problem.endsWith('expected the end of the line'))
      ? '. This looks like a format with more values; use --log-format with its definition'
      : '';
  };
}
