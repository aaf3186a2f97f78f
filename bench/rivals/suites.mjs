import { publicShapes } from './public-shapes.mjs';
import { shapes } from './shapes.mjs';

const suites = { contract: shapes, public: publicShapes };

/** Returns the shapes of a suite, or of `all`. Each has the name of its suite. */
export function shapesOf(choice) {
  return Object.entries(suites)
    .filter(([suite]) => choice === 'all' || choice === suite)
    .flatMap(([suite, ofSuite]) => ofSuite.map((shape) => ({ ...shape, suite })));
}

/** Returns the shape whose result is all rows, for Hourglass and ClickHouse. */
export function withoutLimit({ name, request, clickhouse }) {
  const { limit: _, ...rest } = request;
  return { name, request: rest, clickhouse: clickhouse.replace(/ limit \d+\s*$/, '') };
}
