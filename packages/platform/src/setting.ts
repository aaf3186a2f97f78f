import type { z } from 'zod';

/** One environment variable and how its text becomes a value. */
export interface SettingDefinition<Value> {
  /** Name of the environment variable. */
  readonly name: string;
  /** Its issue messages name the expected value: "a whole number from 1 to 64". */
  readonly schema: z.ZodType<Value, string>;
  /** Default as it would stand in the environment, or a function that makes the value. */
  readonly whenUnset: string | (() => Value);
  readonly help: SettingHelp;
}

interface SettingHelp {
  /** Format or unit of the text: seconds, MiB, a URL. */
  readonly value: string;
  readonly description: string;
  /** The value never appears in messages. */
  readonly secret?: true;
}

/** Properties of a settings object, nested groups included, by the definitions they are read from. */
export interface SettingTable {
  readonly [property: string]: SettingDefinition<unknown> | SettingTable;
}

/** The settings object that a table describes. */
export type SettingValues<Table> = {
  readonly [Property in keyof Table]: Table[Property] extends SettingDefinition<infer Value>
    ? Value
    : SettingValues<Table[Property]>;
};

/** A setting that always has a value. */
export function setting<Value>(
  name: string,
  schema: z.ZodType<Value, string>,
  whenUnset: string | (() => Value),
  help: SettingHelp,
): SettingDefinition<Value> {
  return { name, schema, whenUnset, help };
}

/** A setting whose value is null when it is unset. */
export function optionalSetting<Value>(
  name: string,
  schema: z.ZodType<Value, string>,
  help: SettingHelp,
): SettingDefinition<Value | null> {
  return { name, schema, whenUnset: () => null, help };
}

/** All definitions of a table, in its order. */
export function listDefinitions(table: SettingTable): readonly SettingDefinition<unknown>[] {
  return Object.values(table).flatMap((entry) => (isDefinition(entry) ? [entry] : listDefinitions(entry)));
}

/** Replaces each definition of a table by the value that `read` returns for it. */
export function mapDefinitions<Table extends SettingTable>(
  table: Table,
  read: (definition: SettingDefinition<unknown>) => unknown,
): SettingValues<Table> {
  const values = Object.entries(table).map(([property, entry]) => [
    property,
    isDefinition(entry) ? read(entry) : mapDefinitions(entry, read),
  ]);
  return Object.fromEntries(values) as SettingValues<Table>;
}

function isDefinition(entry: SettingDefinition<unknown> | SettingTable): entry is SettingDefinition<unknown> {
  return 'schema' in entry;
}
