import { Combobox } from '@base-ui/react/combobox';
import { Field } from '../../parts/field.tsx';
import { matchesSearch, type ReportField } from '../../report/fields.ts';
import { useTexts } from '../../text/texts.tsx';
import { FieldOptions } from './field-options.tsx';

/** One field of the dataset, or another thing with a name, found by words of its name or description. */
export function FieldChoice({
  label,
  fields,
  value,
  onChange,
  hint,
  errors = [],
}: {
  readonly label: string;
  readonly hint?: string;
  readonly errors?: readonly string[];
  readonly fields: readonly ReportField[];
  readonly value: string;
  readonly onChange: (name: string) => void;
}) {
  const { t } = useTexts();
  return (
    <Field label={label} hint={hint} errors={errors}>
      {(control) => (
        <Combobox.Root
          items={fields}
          value={fields.find(({ name }) => name === value) ?? null}
          onValueChange={(field) => {
            if (field !== null) onChange(field.name);
          }}
          itemToStringLabel={({ name }: ReportField) => name}
          isItemEqualToValue={(one, other) => one.name === other.name}
          filter={(field, search) => matchesSearch(field, search)}
        >
          <Combobox.Input {...control} placeholder={value || t('report.search')} />
          <FieldOptions label={label} none={t('choice.none')} />
        </Combobox.Root>
      )}
    </Field>
  );
}
