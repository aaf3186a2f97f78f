import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { SqlStatement, SqlValue } from './sql-statement.ts';

/**
 * The columns of every relation of facts. The others come from the catalogue and are referenced by
 * `sql.ref`.
 */
export interface FactsRelation {
  readonly environment_id: number;
  readonly timestamp: string;
}

/** Rates to the plan's target currency: at most one row per currency and UTC day. */
interface ExchangeRatesRelation {
  readonly day: string;
  readonly currency: string;
  readonly rate: string;
}

/** `facts` is the engine's relation over hot facts and segments. */
export type Relations = Record<'facts' | (string & {}), FactsRelation> & {
  readonly exchange_rates: ExchangeRatesRelation;
};

/** Creates a builder without a connection, which compiles statements but cannot execute them. */
export function createSqlBuilder(): Kysely<Relations> {
  return new Kysely<Relations>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (builder) => new PostgresIntrospector(builder),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

export function compileStatement(query: Compilable): SqlStatement {
  const { sql, parameters } = query.compile();
  return { sql, parameters: parameters.map(sqlValue) };
}

function sqlValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new Error(`invalid parameter of the statement: ${String(value)}; expected text or a number`);
}
