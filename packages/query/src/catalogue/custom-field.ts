export const customFieldTypes = ['INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'DATETIME'] as const;
export type CustomFieldType = (typeof customFieldTypes)[number];

/** A field that an environment has declared for the facts of one dataset. */
export interface CustomField {
  /** Facts keep values under it. It is never used again, so a later field of the same name has values of its own. */
  readonly id: number;
  readonly name: string;
  readonly type: CustomFieldType;
}

/** What becomes of a fact's field that neither the catalogue nor the environment knows. */
export const undeclaredFieldsChoices = ['refuse', 'ignore'] as const;
export type UndeclaredFields = (typeof undeclaredFieldsChoices)[number];
