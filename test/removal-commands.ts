import * as fc from 'fast-check';

/** Facts of the model are half a day away from every bound of a range or a retention. */
export type Days = readonly number[];

/** Ages are in whole days, plus half a day. */
export type Deletion =
  | { readonly kind: 'batch'; readonly index: number }
  | { readonly kind: 'range'; readonly oldest: number; readonly youngest: number }
  | { readonly kind: 'retention'; readonly days: number };
export type Move = 'seal' | 'merge' | 'rewrite';
export type Command =
  | { readonly kind: 'ingest'; readonly ages: Days }
  | { readonly kind: Move; readonly during: Deletion | null }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'prepare' }
  | Deletion;

const age = fc.integer({ min: 0, max: 400 });
const deletion: fc.Arbitrary<Deletion> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('batch' as const), index: fc.nat({ max: 20 }) }) },
  {
    weight: 3,
    arbitrary: fc.tuple(age, age).map(([a, b]) => ({
      kind: 'range' as const,
      oldest: Math.max(a, b) + 1,
      youngest: Math.min(a, b),
    })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('retention' as const),
      days: fc.integer({ min: 100, max: 390 }),
    }),
  },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ingest' as const),
      ages: fc.array(age, { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('seal' as const, 'seal' as const, 'merge' as const, 'rewrite' as const),
      during: fc.option(deletion, { freq: 2 }),
    }),
  },
  { weight: 3, arbitrary: deletion },
  { weight: 1, arbitrary: fc.constant({ kind: 'sweep' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'prepare' as const }) },
);
export const commands = fc.array(command, { minLength: 10, maxLength: 20 });
