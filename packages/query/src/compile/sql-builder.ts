import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';

/** What every relation of facts has. Its other columns come from the catalogue and are named by `sql.ref`. */
interface FactsRelation {
  readonly environment_id: number;
  readonly timestamp: string;
}

/** `facts` is what the engine offers: hot facts and segments as one relation. */
export type Relations = Record<'facts' | (string & {}), FactsRelation>;

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
