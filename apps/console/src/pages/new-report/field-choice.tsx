import { Combobox } from '@base-ui/react/combobox';
import { Field } from '../../parts/field.tsx';
import { matchesSearch, type ReportField } from '../../report/fields.ts';
import { useTexts } from '../../text/texts.tsx';
import { FieldOption } from './field-option.tsx';

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
          <Combobox.Portal>
            <Combobox.Positioner className="positioner" sideOffset={4}>
              <Combobox.Popup className="popup options">
                <Combobox.Empty className="options-empty">{t('choice.none')}</Combobox.Empty>
                <Combobox.List aria-label={label}>
                  {(field: ReportField) => <FieldOption key={field.name} field={field} />}
                </Combobox.List>
              </Combobox.Popup>
            </Combobox.Positioner>
          </Combobox.Portal>
        </Combobox.Root>
      )}
    </Field>
  );
}
