import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { SqlStatement, SqlValue } from './sql-statement.ts';

/** What every relation of facts has. Its other columns come from the catalogue and are named by `sql.ref`. */
export interface FactsRelation {
  readonly environment_id: number;
  readonly timestamp: string;
}

/** One row for each currency and UTC day that has a rate to the plan's target currency. */
interface ExchangeRatesRelation {
  readonly day: string;
  readonly currency: string;
  readonly rate: string;
}

/** `facts` is what the engine offers: hot facts and segments as one relation. */
export type Relations = Record<'facts' | (string & {}), FactsRelation> & {
  readonly exchange_rates: ExchangeRatesRelation;
};

/** Builds and compiles statements; it has no connection, so executing one is impossible. */
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
  throw new Error(`a parameter of the statement is neither text nor a number: ${String(value)}`);
}
