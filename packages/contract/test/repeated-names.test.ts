import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repeatedNames } from '../src/index.ts';

const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
console.log(`seed ${seed}; repeat with SEED=${seed}`);

describe('names that an object has more than once', () => {
  test.each<[string, string[]]>([
    ['{"a":1,"a":2}', ['a']],
    ['{"a":1,"b":2}', []],
    ['{"a":1,"A":2}', []],
    [String.raw`{"a":1,"\u0061":2}`, ['a']],
    [String.raw`{"a\/b":1,"a/b":2,"a\u002Fb":3}`, ['a/b', 'a/b']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['{"":1,"":2}', ['']],
    ['{"a":{"b":1},"b":{"b":2}}', []],
    ['{"metrics":[{"name":"x"},{"name":1,"name":2}]}', ['metrics[1].name']],
    ['[[],[{"a":1},{"a":[{"b":{},"b":0}]}]]', ['[1][1].a[0].b']],
    [String.raw`{"a":"\"a\":1,\"a\":2,{\\","b":"}]"}`, []],
    [' {\t"a"\n:\r1 , "a" : 2 } ', ['a']],
    ['"a"', []],
    ['[1,2,"a","a"]', []],
  ])('in %s', (json, paths) => {
    expect(repeatedNames(json, 10)).toEqual(paths);
  });

  test('are listed up to a number, and a long path is cut', () => {
    expect(repeatedNames(`{${Array(9).fill('"a":1').join(',')}}`, 3)).toEqual(['a', 'a', 'a']);
    const name = JSON.stringify('x'.repeat(200));
    expect(repeatedNames(`{${name}:1,${name}:2}`, 1)).toEqual([`${'x'.repeat(100)}…`]);
  });

  test('are found in a megabyte of nested arrays, escapes and quotes without delay', () => {
    const half = 500_000;
    const nested = `${'['.repeat(half)}{"a":1,"a":2}${']'.repeat(half)}`;
    expect(repeatedNames(nested, 1)).toHaveLength(1);
    for (const text of ['\\'.repeat(2 * half), String.raw`\"`.repeat(half)]) {
      expect(repeatedNames(`{"a":"${text}","a":1}`, 1)).toEqual(['a']);
    }
  });

  test('are those that a plain parser of the grammar finds', () => {
    const name = fc.constantFrom(
      '"a"',
      '"b"',
      '"__proto__"',
      '"a:"',
      String.raw`"\u0061"`,
      String.raw`"\""`,
      '""',
    );
    const space = fc.constantFrom('', '', ' ', '\t', '\r\n');
    const scalar = fc.constantFrom(
      '1',
      '-2.5e3',
      'true',
      'null',
      '"a"',
      '"x:y,{"',
      String.raw`"\\\"}"`,
      '""',
    );
    const { value } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
      value: fc
        .tuple(space, fc.oneof({ depthSize: 'small' }, scalar, tie('array'), tie('object')), space)
        .map((parts) => parts.join('')),
      array: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      object: fc
        .array(fc.tuple(space, name, space, fc.constant(':'), tie('value')), { maxLength: 5 })
        .map((members) => `{${members.map((member) => member.join('')).join(',')}}`),
    }));
    fc.assert(
      fc.property(value, (json) => {
        JSON.parse(json);
        expect(repeatedNames(json, 1000)).toEqual(new PlainParser(json).repeated());
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

/** Reads JSON by its grammar, one character after another. */
class PlainParser {
  private at = 0;
  private readonly found: string[] = [];
  private readonly json: string;

  constructor(json: string) {
    this.json = json;
  }

  repeated(): readonly string[] {
    this.value('');
    return this.found;
  }

  private value(path: string): void {
    this.blank();
    if (this.skip('{')) this.members(path);
    else if (this.skip('[')) this.items(path);
    else if (this.json[this.at] === '"') this.text();
    else while (/[-+.\w]/.test(this.json[this.at] ?? '')) this.at += 1;
    this.blank();
  }

  private members(path: string): void {
    const names: string[] = [];
    this.blank();
    if (this.skip('}')) return;
    do {
      this.blank();
      const name = this.text();
      const own = path === '' ? name : `${path}.${name}`;
      if (names.includes(name)) this.found.push(own);
      names.push(name);
      this.blank();
      this.skip(':');
      this.value(own);
    } while (this.skip(','));
    this.skip('}');
  }

  private items(path: string): void {
    this.blank();
    if (this.skip(']')) return;
    let index = 0;
    do {
      this.value(`${path}[${index}]`);
      index += 1;
    } while (this.skip(','));
    this.skip(']');
  }

  private text(): string {
    const start = this.at;
    for (this.at += 1; this.json[this.at] !== '"'; this.at += 1)
      if (this.json[this.at] === '\\') this.at += 1;
    this.at += 1;
    return JSON.parse(this.json.slice(start, this.at)) as string;
  }

  private blank(): void {
    while (/\s/.test(this.json[this.at] ?? 'x')) this.at += 1;
  }

  private skip(character: string): boolean {
    if (this.json[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}
