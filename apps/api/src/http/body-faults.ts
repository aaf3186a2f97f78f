import type { FieldFault } from '@hourglass/reports';
import type { z, ZodError } from 'zod';

type Issue = z.core.$ZodIssue;

const longestName = 100;

/** zod's findings in the contract's words: the field's path, what was found, what is expected. */
export function bodyFaults({ issues }: ZodError, body: unknown): FieldFault[] {
  return issues.flatMap((issue) => faultsOf(issue, body));
}

function faultsOf(issue: Issue, body: unknown): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldName([...issue.path, key]), message: 'unknown property' }));
  }
  if (issue.code === 'invalid_union') {
    const meant = meantForm(issue.errors);
    if (meant !== null) {
      return meant.flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, body));
    }
  }
  const field = fieldName(issue.path);
  const expected = issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message;
  const found = valueAt(body, issue.path);
  if (found === undefined) {
    return [{ field, message: issue.code === 'invalid_type' ? `is required; ${expected}` : expected }];
  }
  const shown = issue.path.at(-1) === 'password' ? describeSecret(found) : describe(found);
  return [{ field, message: `${expected}, found ${shown}` }];
}

/** Of several forms the one that the value has the type of: what is wrong inside of it can be named exactly. */
function meantForm(forms: readonly Issue[][]): readonly Issue[] | null {
  const possible = forms.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  return possible.length === 1 ? (possible[0] ?? null) : null;
}

function fieldName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const step of path) {
    if (typeof step === 'number') name += `[${step}]`;
    else name += name === '' ? String(step) : `.${String(step)}`;
  }
  if (name === '') return 'body';
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  }
  return value;
}

/** Answers end up in the logs of clients. */
function describeSecret(value: unknown): string {
  return typeof value === 'string' ? `${value.length} characters` : `a ${typeof value}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  // JSON has no Infinity, but 1e999 is read as that.
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
