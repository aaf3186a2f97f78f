import type { z } from 'zod';

/** A program that reads settings. */
export type Reader = 'api' | 'worker' | 'migrate' | 'standalone' | 'cli';

/** One environment variable and how its text becomes a value. */
export interface SettingDefinition<Value, By extends Reader = Reader> {
  /** Name of the environment variable. */
  readonly name: string;
  /** Its issue messages name the expected value: "a whole number from 1 to 64". */
  readonly schema: z.ZodType<Value, string>;
  /** Default as it would stand in the environment, or a function that makes the value. */
  readonly whenUnset: string | (() => Value);
  readonly help: SettingHelp<By>;
}

interface SettingHelp<By extends Reader> {
  /** Programs whose settings object has the value. Other programs check it, but have no access. */
  readonly readBy: readonly By[];
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

/** The settings object that a table describes, with the settings that every program of `By` reads. */
export type SettingValues<Table, By extends Reader> = {
  readonly [
    Property in keyof Table as IsRead<Table[Property], By> extends true ? Property : never
  ]: Table[Property] extends SettingDefinition<infer Value> ? Value : SettingValues<Table[Property], By>;
};

/** True for a group. */
type IsRead<Entry, By extends Reader> =
  Entry extends SettingDefinition<unknown, infer Readers> ? ([By] extends [Readers] ? true : false) : true;

/** A setting that always has a value. */
export function setting<Value, By extends Reader>(
  name: string,
  schema: z.ZodType<Value, string>,
  whenUnset: string | (() => Value),
  help: SettingHelp<By>,
): SettingDefinition<Value, By> {
  return { name, schema, whenUnset, help };
}

/** A setting whose value is null when it is unset. */
export function optionalSetting<Value, By extends Reader>(
  name: string,
  schema: z.ZodType<Value, string>,
  help: SettingHelp<By>,
): SettingDefinition<Value | null, By> {
  return { name, schema, whenUnset: () => null, help };
}

/** All definitions of a table, in its order. */
export function listDefinitions(table: SettingTable): readonly SettingDefinition<unknown>[] {
  return Object.values(table).flatMap((entry) => (isDefinition(entry) ? [entry] : listDefinitions(entry)));
}

/** Replaces each definition that `reader` reads by the value that `read` returns for it. */
export function mapDefinitions<Table extends SettingTable, By extends Reader>(
  table: Table,
  reader: By,
  read: (definition: SettingDefinition<unknown>) => unknown,
): SettingValues<Table, By> {
  const values = Object.entries(table)
    .filter(([, entry]) => !isDefinition(entry) || entry.help.readBy.includes(reader))
    .map(([property, entry]) => [
      property,
      isDefinition(entry) ? read(entry) : mapDefinitions(entry, reader, read),
    ]);
  return Object.fromEntries(values) as SettingValues<Table, By>;
}

function isDefinition(entry: SettingDefinition<unknown> | SettingTable): entry is SettingDefinition<unknown> {
  return 'schema' in entry;
}
