import { expect, test } from 'vitest';
import { joinSql, sql } from '../src/connection/sql.ts';

test('numbers the parameters of nested and joined fragments in order', () => {
  const conditions = [sql`a = ${1}`, sql`b in (${2}, ${3})`, sql`c is null`];
  const { text, values } = sql`select ${0} where ${joinSql(conditions, ' and ')} limit ${4}`;
  expect(text).toBe('select $1 where a = $2 and b in ($3, $4) and c is null limit $5');
  expect(values).toEqual([0, 1, 2, 3, 4]);
});

test('keeps a statement without parameters as it is', () => {
  expect(sql`select 1`.text).toBe('select 1');
  expect(sql`select ${sql`now()`}`.text).toBe('select now()');
});
