import { repeatedMessage } from '@hourglass/contract';
import { quoted } from '@hourglass/contract/messages';
import { invalidRequest, type FieldFault } from '@hourglass/reports';
import type { Request } from 'express';
import type { z } from 'zod';
import { assertJsonBounds } from '../../http/json-bounds.ts';
import { nearestChoice } from '../../http/read-parameters.ts';
import { systemParameters } from '../../http/system-parameters.ts';
import { unknownParameters } from '../../http/unknown-parameters.ts';

type Issue = z.core.$ZodIssue;

/** A JSON body after validation. */
type InstrumentsBody = Readonly<Record<string, readonly string[] | string | boolean | undefined>> | undefined;

/** The fields that an endpoint accepts: lists of strings, and single strings. */
interface FieldNames {
  readonly lists: readonly string[];
  readonly singles: readonly string[];
}

interface InputValues {
  /** By field, in the order sent; fields with a fault are absent. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly faults: readonly FieldFault[];
  /** Keys of the query string that are no field. */
  readonly unknown: readonly string[];
}

type Form = 'a plain key' | 'a key with []' | 'a key with a number' | 'a JSON array' | 'the JSON body';

/** One occurrence of a field in the request, with all or some of its values. */
interface Occurrence {
  readonly field: string;
  readonly form: Form;
  /** Null: the text begins like a JSON array but is none. */
  readonly texts: readonly string[] | null;
  /** 3 in `equipment[3]`; otherwise 0. */
  readonly index: number;
}

/** Singular names of lists: clients repeat the key. */
const lists = ['equipment', 'resource', 'time'];
const bracketKey = /^(\w+)\[(\d{0,6})\]$/;
/** PostgreSQL strings contain no NUL, and UTF-8 no lone surrogate. */
const unstorable = /[\0\p{Surrogate}]/u;

/**
 * Reads the fields of `schema` in every form that clients send: `equipment=a&equipment=b`,
 * `equipment[]=a`, `equipment[0]=a`, `equipment=["a"]`, a JSON body. Each field may use one form.
 * The raw query string is parsed here because Express reads at most 1,000 keys.
 * @throws ReportError `request.unknown_parameter` or `request.invalid`, with every fault, or for JSON
 * that would be too expensive to parse
 */
export function readInstrumentsRequest<Fields>(
  request: Request,
  body: InstrumentsBody,
  schema: z.ZodObject & z.ZodType<Fields>,
): Fields {
  const singles = Object.keys(schema.shape).filter((name) => !lists.includes(name));
  const queryStart = request.url.indexOf('?');
  const queryString = queryStart === -1 ? '' : request.url.slice(queryStart);
  const input = readInput(queryString, body, { lists, singles });
  const read = schema.safeParse(asObject(input));
  const faults = [...input.faults, ...(read.error?.issues ?? []).flatMap((issue) => faultOf(issue, input))];
  if (input.unknown.length > 0) throw unknownParameters(input.unknown, [...lists, ...singles], faults);
  if (faults.length > 0 || !read.success) throw invalidRequest(faults);
  return read.data;
}

function readInput(queryString: string, body: InstrumentsBody, names: FieldNames): InputValues {
  const { ofFields, unknown } = occurrencesInQuery(queryString, names);
  const occurrences = [...ofFields, ...occurrencesInBody(body)];
  const values = new Map<string, readonly string[]>();
  const faults: FieldFault[] = [];
  for (const field of [...names.lists, ...names.singles]) {
    const ofField = occurrences.filter((occurrence) => occurrence.field === field);
    const message = formFaultOf(ofField, names.singles.includes(field));
    if (message !== null) faults.push({ field, message });
    else if (ofField.length > 0) values.set(field, textsOf(ofField));
  }
  return { values, faults, unknown };
}

function occurrencesInQuery(
  queryString: string,
  names: FieldNames,
): { readonly ofFields: readonly Occurrence[]; readonly unknown: readonly string[] } {
  const ofFields: Occurrence[] = [];
  const unknown = new Set<string>();
  for (const [key, text] of new URLSearchParams(queryString)) {
    const occurrence = occurrenceOf(key, text, names);
    if (occurrence !== null) ofFields.push(occurrence);
    else if (!systemParameters.has(key)) unknown.add(key);
  }
  return { ofFields, unknown: [...unknown] };
}

/** Returns null for a key that is no field. */
function occurrenceOf(key: string, text: string, { lists, singles }: FieldNames): Occurrence | null {
  const [, list = '', index = ''] = bracketKey.exec(key) ?? [];
  if (lists.includes(list)) {
    const form = index === '' ? 'a key with []' : 'a key with a number';
    return { field: list, form, texts: [text], index: Number(index) };
  }
  if (lists.includes(key) && text.startsWith('[')) {
    return { field: key, form: 'a JSON array', texts: readJsonArray(key, text), index: 0 };
  }
  if (!lists.includes(key) && !singles.includes(key)) return null;
  return { field: key, form: 'a plain key', texts: [text], index: 0 };
}

function occurrencesInBody(body: InstrumentsBody): Occurrence[] {
  return Object.entries(body ?? {}).map(([field, value]) => {
    const texts = Array.isArray(value) ? value : [String(value)];
    return { field, form: 'the JSON body', texts, index: 0 };
  });
}

function readJsonArray(field: string, text: string): readonly string[] | null {
  assertJsonBounds(Buffer.from(text), field);
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}

function formFaultOf(occurrences: readonly Occurrence[], isSingle: boolean): string | null {
  const forms = [...new Set(occurrences.map(({ form }) => form))];
  const [form] = forms;
  if (forms.length > 1) return `given as ${forms.join(' and as ')}; expected one of these forms`;
  if (occurrences.length > 1 && (isSingle || form === 'a JSON array')) {
    return repeatedMessage;
  }
  const indexes = new Set(occurrences.map(({ index }) => index));
  if (form === 'a key with a number' && indexes.size < occurrences.length) {
    return 'a number is given more than once; expected each once';
  }
  if (occurrences.some(({ texts }) => texts === null))
    return 'begins with [; expected a JSON array of strings';
  if (textsOf(occurrences).some((text) => unstorable.test(text))) {
    return 'contains a NUL character or half of a surrogate pair';
  }
  return null;
}

function textsOf(occurrences: readonly Occurrence[]): readonly string[] {
  return occurrences.toSorted((a, b) => a.index - b.index).flatMap(({ texts }) => texts ?? []);
}

function asObject({ values }: InputValues): Record<string, unknown> {
  const present = [...values].map(([field, texts]) => [field, lists.includes(field) ? texts : texts[0]]);
  // An absent list is an empty one.
  return { ...Object.fromEntries(lists.map((field) => [field, []])), ...Object.fromEntries(present) };
}

/** Empty for a field with a fault of its form, which is reported already. */
function faultOf(issue: Issue, { values, faults }: InputValues): FieldFault[] {
  const { path, message } = issue;
  const [field, index = 0] = path;
  if (typeof field !== 'string' || faults.some((fault) => fault.field === field)) return [];
  const found = values.get(field)?.[Number(index)];
  const isAboutOne = found !== undefined && (path.length > 1 || !lists.includes(field));
  return [
    {
      field,
      message: isAboutOne ? `${message}, found ${quoted(found)}${nearestChoice(issue, found)}` : message,
    },
  ];
}
