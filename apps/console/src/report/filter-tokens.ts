/** A piece of a filter, as docs/reference/filter-language.md has it. */
export interface FilterToken {
  readonly kind: 'word' | 'text' | 'name' | 'number' | 'sign' | 'open';
  /** As written; the content of a quoted text or name. */
  readonly text: string;
  /** In UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

// In this order: a quote without its end is `open`, which the user may still be typing.
const pattern =
  /(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>[+-]?[0-9]+(?:\.[0-9]+)?)|'(?<text>(?:[^']|'')*)'|"(?<name>(?:[^"]|"")*)"|(?<open>['"][^]*)|(?<sign>\S)/gu;

/** Splits a filter; never fails. */
export function filterTokens(filter: string): FilterToken[] {
  return [...filter.matchAll(pattern)].map(({ 0: whole, index, groups = {} }) => {
    const [kind, content = ''] = Object.entries(groups).find(([, value]) => value !== undefined) ?? ['sign'];
    return {
      kind: kind as FilterToken['kind'],
      text:
        kind === 'text'
          ? content.replaceAll("''", "'")
          : kind === 'name'
            ? content.replaceAll('""', '"')
            : content,
      from: index,
      to: index + whole.length,
    };
  });
}

/** Returns the UTF-16 index that a fault of a filter names in characters from 1; null: it names none. */
export function faultIndex(filter: string, message: string): number | null {
  const [, position] = /^position (\d+): /.exec(message) ?? [];
  if (position === undefined) return null;
  return Array.from(filter)
    .slice(0, Number(position) - 1)
    .join('').length;
}
