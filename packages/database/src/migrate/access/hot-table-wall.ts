import { viewOfHotTable } from '@hourglass/query';
import { escapeIdentifier } from 'pg';
import type { Relation } from './relations.ts';
import { inEnvironment } from './row-rules.ts';

const trigger = 'facts_of_scope';
/** Its condition read the setting for each row. */
const earlierTrigger = 'facts_of_scope_only';
const triggerFunction = 'refuse_foreign_fact';
const scopeFunction = 'environment_of_scope';

/**
 * 42501: insufficient privilege. The function of the scope is called immutable, so that PostgreSQL
 * evaluates it once for a statement, when it prepares the condition of the trigger, and not for each
 * row. It must not be used where a plan is kept.
 */
export const createWallFunctions = `
  create or replace function ${triggerFunction}() returns trigger language plpgsql as $function$
  begin
    raise exception 'the fact belongs to environment %; expected that of the scope', new.environment_id
      using errcode = '42501';
  end $function$;
  create or replace function ${scopeFunction}() returns integer language sql immutable as $function$
    select nullif(current_setting('hourglass.environment', true), '')::integer
  $function$`;

/**
 * Returns the statements for the view and the trigger of a hot table, as far as it lacks them. The
 * trigger runs after the insertion, because one before it would make COPY insert rows one by one.
 * The owner, as which an earlier version inserts, is not checked.
 */
export function hotTableWall(table: Relation, view: Relation | undefined): readonly string[] {
  const name = escapeIdentifier(table.name);
  return [
    ...(table.triggers.includes(trigger)
      ? []
      : [
          `create trigger ${trigger} after insert on ${name} for each row
             when (new.environment_id is distinct from ${scopeFunction}() and current_user = 'hourglass_api')
             execute function ${triggerFunction}()`,
        ]),
    ...(table.triggers.includes(earlierTrigger) ? [`drop trigger ${earlierTrigger} on ${name}`] : []),
    ...(view?.columns === table.columns
      ? []
      : [
          `create or replace view ${escapeIdentifier(viewOfHotTable(table.name))} as
             select * from ${name} where ${inEnvironment}`,
        ]),
  ];
}
