export const customFieldTypes = ['INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'DATETIME'] as const;
export type CustomFieldType = (typeof customFieldTypes)[number];

/** A field that an environment declares for the facts of one dataset. */
export interface CustomField {
  /**
   * Facts store the value under this id. Ids are never reused, so a later field of the same name
   * shares no values.
   */
  readonly id: number;
  readonly name: string;
  readonly type: CustomFieldType;
}

/** How a fact with a field that neither the catalogue nor its environment knows is treated. */
export const undeclaredFieldsChoices = ['refuse', 'ignore'] as const;
export type UndeclaredFields = (typeof undeclaredFieldsChoices)[number];
