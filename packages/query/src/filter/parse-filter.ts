import { FilterFault } from './filter-fault.ts';
import { comparisons, type FilterCondition, type FilterNode } from './filter-node.ts';
import type { FieldResolver, FilterField } from './resolve-field.ts';
import { describeToken, TokenReader, type Token } from './tokens.ts';

/** Limits that no sensible filter reaches. They protect the server from hostile ones. */
const filterBounds = {
  /** In UTF-16 units. */
  length: 65_536,
  /** Nesting of brackets: the depth of the parser's recursion and half of the engine's. */
  depth: 100,
  conditions: 1_000,
  /** Total of all lists and comparisons. */
  values: 10_000,
} as const;

const operators =
  'eq, ne, gt, lt, ge, le, in, notin, like, not like, similar to, not similar to, is null or isnot null';

/**
 * Parses a filter by recursive descent. `and` binds before `or`; keywords are case-insensitive,
 * names are case-sensitive. Throws a `FilterFault` at the first fault.
 */
export function parseFilter(text: string, resolver: FieldResolver): FilterNode {
  if (text.length > filterBounds.length) {
    throw new FilterFault(
      0,
      `found ${text.length} characters; expected at most ${filterBounds.length} in a filter`,
    );
  }
  return new FilterParser(text, resolver).parse();
}

class FilterParser {
  readonly #tokens: TokenReader;
  readonly #resolver: FieldResolver;
  #depth = 0;
  #conditions = 0;
  #values = 0;

  constructor(text: string, resolver: FieldResolver) {
    this.#tokens = new TokenReader(text, resolver.takesNames);
    this.#resolver = resolver;
  }

  parse(): FilterNode {
    const filter = this.#expression();
    if (this.#tokens.next.kind !== 'end') this.#fail('"and", "or" or the end');
    return filter;
  }

  #expression(): FilterNode {
    return this.#chain('or', () => this.#chain('and', () => this.#operand()));
  }

  #chain(kind: 'and' | 'or', parsePart: () => FilterNode): FilterNode {
    const first = parsePart();
    if (!this.#isWord(kind)) return first;
    const parts = [first];
    while (this.#isWord(kind)) {
      this.#tokens.take();
      parts.push(parsePart());
    }
    return { kind, parts };
  }

  #operand(): FilterNode {
    if (!this.#isSign('(')) return this.#condition();
    if (this.#depth === filterBounds.depth) {
      this.#fail(`at most ${filterBounds.depth} brackets within each other`);
    }
    this.#depth += 1;
    this.#tokens.take();
    const inner = this.#expression();
    if (!this.#isSign(')')) this.#fail('"and", "or" or ")"');
    this.#tokens.take();
    this.#depth -= 1;
    return inner;
  }

  #condition(): FilterCondition {
    const name = this.#tokens.next;
    if (name.kind !== 'word' && name.kind !== 'name') this.#fail('a field name or "("');
    if (this.#conditions === filterBounds.conditions) {
      this.#fail(`at most ${filterBounds.conditions} conditions`);
    }
    this.#conditions += 1;
    const field = this.#resolver.field(name);
    this.#tokens.take();
    const operator = this.#tokens.next;
    const keyword = operator.kind === 'word' ? operator.text.toLowerCase() : '';
    const comparison = comparisons.find((candidate) => candidate === keyword);
    if (comparison !== undefined) {
      this.#tokens.take();
      const { name: fieldName, type } = field;
      return { kind: 'compare', field: fieldName, type, operator: comparison, value: this.#value(field) };
    }
    switch (keyword) {
      case 'in':
      case 'notin':
        return this.#inList(field, keyword === 'notin');
      case 'like':
      case 'similar':
        return this.#pattern(field, false);
      case 'not':
        this.#tokens.take();
        if (this.#isWord('in')) return this.#inList(field, true);
        return this.#pattern(field, true);
      case 'is':
      case 'isnot':
        return this.#nullTest(field);
      default:
        return this.#fail(`an operator: ${operators}`);
    }
  }

  /** Parses a list of values, with or without brackets. */
  #inList(field: FilterField, negated: boolean): FilterCondition {
    this.#tokens.take();
    const bracketed = this.#isSign('(');
    if (bracketed) this.#tokens.take();
    const values = [this.#value(field)];
    while (this.#isSign(',')) {
      this.#tokens.take();
      values.push(this.#value(field));
    }
    if (bracketed) {
      if (!this.#isSign(')')) this.#fail('"," or ")"');
      this.#tokens.take();
    }
    return { kind: 'in', field: field.name, type: field.type, negated, values };
  }

  #pattern(field: FilterField, negated: boolean): FilterCondition {
    const kind = this.#isWord('like') ? 'like' : 'similar';
    if (kind === 'similar') {
      if (!this.#isWord('similar')) this.#fail('"in", "like" or "similar to"');
      this.#tokens.take();
      if (!this.#isWord('to')) this.#fail('"to"');
    }
    this.#tokens.take();
    this.#countValue();
    if (this.#tokens.next.kind !== 'text') this.#fail('a pattern in single quotes');
    const pattern = this.#resolver.pattern(kind, this.#tokens.next);
    this.#tokens.take();
    return { kind, field: field.name, negated, pattern };
  }

  #nullTest(field: FilterField): FilterCondition {
    let negated = this.#tokens.take().text.toLowerCase() === 'isnot';
    if (!negated && this.#isWord('not')) {
      negated = true;
      this.#tokens.take();
    }
    if (!this.#isWord('null')) this.#fail('"null"');
    this.#tokens.take();
    return { kind: 'null', field: field.name, negated };
  }

  #value(field: FilterField): string {
    this.#countValue();
    const value = this.#resolver.value(field, this.#tokens.next);
    this.#tokens.take();
    return value;
  }

  #countValue(): void {
    if (this.#values === filterBounds.values) this.#fail(`at most ${filterBounds.values} values`);
    this.#values += 1;
  }

  #isWord(keyword: string): boolean {
    const { kind, text } = this.#tokens.next;
    return kind === 'word' && text.toLowerCase() === keyword;
  }

  #isSign(sign: string): boolean {
    const { kind, text } = this.#tokens.next;
    return kind === 'sign' && text === sign;
  }

  #fail(expected: string): never {
    throw unexpected(this.#tokens.next, expected);
  }
}

function unexpected(found: Token, expected: string): FilterFault {
  return new FilterFault(found.at, `found ${describeToken(found)}; expected ${expected}`);
}
