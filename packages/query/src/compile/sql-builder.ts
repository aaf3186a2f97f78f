import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RootOperationNode,
} from 'kysely';
import type { Dialect } from './dialect/dialect.ts';
import { DialectQueryCompiler } from './dialect/dialect-query-compiler.ts';
import type { SqlStatement, SqlValue } from './sql-statement.ts';

/**
 * The columns of every relation of facts. The others come from the catalogue and are referenced by
 * `sql.ref`.
 */
export interface FactsRelation {
  readonly environment_id: number;
  readonly timestamp: string;
}

/** `facts` is the engine's relation over hot facts and segments. */
export type Relations = Record<'facts' | (string & {}), FactsRelation>;

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

/** Compiles a query in the dialect of an engine. */
export function compileStatement(
  query: { toOperationNode(): RootOperationNode },
  dialect: Dialect,
): SqlStatement {
  const { sql, parameters } = new DialectQueryCompiler(dialect).compile(query.toOperationNode());
  return { sql, parameters: parameters.map(sqlValue) };
}

function sqlValue(value: unknown): SqlValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new Error(`invalid parameter of the statement: ${String(value)}; expected text or a number`);
}
