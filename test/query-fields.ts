/** A part of a JSON Schema, as far as the OpenAPI document has any. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}

/** One place of a body, like `metrics[0].name`, and the JSON types that it takes. */
export interface Field {
  readonly path: string;
  readonly types: readonly string[];
}

/** Every field of a body, those inside of objects and arrays too; `referred` finds what a `$ref` names. */
export function fieldsOf(schema: Schema, referred: (reference: string) => Schema, path = ''): Field[] {
  if (schema.$ref !== undefined) return fieldsOf(referred(schema.$ref), referred, path);
  const forms = schema.anyOf ?? [schema];
  const own = path === '' ? [] : [{ path, types: forms.map(({ type = 'none' }) => type) }];
  return [
    ...own,
    ...forms.flatMap(({ properties = {}, items }) => [
      ...Object.entries(properties).flatMap(([name, property]) =>
        fieldsOf(property, referred, path === '' ? name : `${path}.${name}`),
      ),
      ...(items === undefined ? [] : fieldsOf(items, referred, `${path}[0]`)),
    ]),
  ];
}

/** A copy of the body in which the field has another value. */
export function withValue(body: object, path: string, value: unknown): object {
  const copy = structuredClone(body);
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  const owner = steps.reduce<object>((part, step) => Reflect.get(part, step) as object, copy);
  Reflect.set(owner, last, value);
  return copy;
}

const samples: readonly [type: string, value: unknown][] = [
  ['null', null],
  ['boolean', true],
  ['integer', 7],
  ['number', 1.5],
  ['string', 'text'],
  ['array', []],
  ['object', {}],
];

/** A value of each JSON type that the field does not take. */
export function wrongTypes({ types }: Field): (readonly [type: string, value: unknown])[] {
  return samples.filter(([type]) => !types.includes(type));
}
