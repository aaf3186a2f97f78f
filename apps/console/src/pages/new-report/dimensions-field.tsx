import { Combobox } from '@base-ui/react/combobox';
import { useRef } from 'react';
import { Field } from '../../parts/field.tsx';
import { useSearchShortcut } from '../../parts/shortcuts.tsx';
import { faultsOf } from '../../report/faults.ts';
import { matchesSearch, type ReportField } from '../../report/fields.ts';
import { withMember } from '../../report/report-body.ts';
import { dimensionsOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import { FieldOption } from './field-option.tsx';
import type { Section } from './section.ts';

/** The dimensions in their order, which is that of the columns. */
export function DimensionsField({ body, change, fields, faults }: Section) {
  const { t } = useTexts();
  const chosen = dimensionsOf(body);
  const known = new Map(fields.dimensions.map((field) => [field.name, field]));
  return (
    <div className="card">
      <Field
        label={t('report.dimensions')}
        hint={t('report.dimensionsHint')}
        errors={faultsOf(faults, 'dimensions')}
      >
        {(control) => (
          <Combobox.Root
            multiple
            items={fields.dimensions}
            value={chosen.map((name) => known.get(name) ?? unknownField(name))}
            onValueChange={(values, { reason }) => {
              // Escape closes the list; it would also remove every dimension.
              if (reason !== 'escape-key')
                change(
                  withMember(
                    body,
                    'dimensions',
                    values.map(({ name }) => name),
                  ),
                );
            }}
            itemToStringLabel={({ name }: ReportField) => name}
            isItemEqualToValue={(one, other) => one.name === other.name}
            filter={(field, search) => matchesSearch(field, search)}
          >
            <Chips names={chosen} control={control} />
            <Combobox.Portal>
              <Combobox.Positioner className="positioner" sideOffset={4}>
                <Combobox.Popup className="popup options">
                  <Combobox.Empty className="options-empty">{t('report.noDimension')}</Combobox.Empty>
                  <Combobox.List aria-label={t('report.dimensions')}>
                    {(field: ReportField) => <FieldOption key={field.name} field={field} />}
                  </Combobox.List>
                </Combobox.Popup>
              </Combobox.Positioner>
            </Combobox.Portal>
          </Combobox.Root>
        )}
      </Field>
    </div>
  );
}

function Chips({
  names,
  control,
}: {
  readonly names: readonly string[];
  readonly control: { readonly id: string };
}) {
  const { t } = useTexts();
  const search = useRef<HTMLInputElement>(null);
  useSearchShortcut(search);
  return (
    <Combobox.InputGroup className="chips-input">
      <Combobox.Chips className="chips">
        {names.map((name) => (
          <Combobox.Chip key={name} className="chip" aria-label={name}>
            {name}
            <Combobox.ChipRemove className="chip-remove" aria-label={t('report.removeDimension', { name })}>
              ×
            </Combobox.ChipRemove>
          </Combobox.Chip>
        ))}
        <Combobox.Input {...control} ref={search} className="chips-search" placeholder={t('report.search')} />
      </Combobox.Chips>
    </Combobox.InputGroup>
  );
}

/** A pasted body may name a field that does not exist. The API says so. */
function unknownField(name: string): ReportField {
  return { name, description: '', unit: null, type: 'string', functions: [] };
}
