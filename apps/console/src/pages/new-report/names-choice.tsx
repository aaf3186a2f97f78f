import { Combobox } from '@base-ui/react/combobox';
import { useRef } from 'react';
import { Field } from '../../parts/field.tsx';
import { useSearchShortcut } from '../../parts/shortcuts.tsx';
import { matchesSearch, type ReportField } from '../../report/fields.ts';
import { useTexts } from '../../text/texts.tsx';
import { FieldOptions } from './field-options.tsx';

interface NamesChoiceProps {
  readonly label: string;
  readonly hint: string;
  readonly errors?: readonly string[];
  readonly options: readonly ReportField[];
  /** Names in their order; also of options that do not exist. */
  readonly chosen: readonly string[];
  readonly onChange: (names: string[]) => void;
  /** Shown when no option matches the search. */
  readonly none: string;
  readonly removeLabel: (name: string) => string;
}

/** Several fields, or other things with a name, found by words of their names or descriptions. */
export function NamesChoice(props: NamesChoiceProps) {
  const { label, hint, errors = [], options, chosen, onChange, none } = props;
  const known = new Map(options.map((option) => [option.name, option]));
  return (
    <Field label={label} hint={hint} errors={errors}>
      {(control) => (
        <Combobox.Root
          multiple
          items={options}
          value={chosen.map((name) => known.get(name) ?? unknownOption(name))}
          onValueChange={(values, { reason }) => {
            // Escape closes the list; it would also remove every value.
            if (reason !== 'escape-key') onChange(values.map(({ name }) => name));
          }}
          itemToStringLabel={({ name }: ReportField) => name}
          isItemEqualToValue={(one, other) => one.name === other.name}
          filter={(field, search) => matchesSearch(field, search)}
        >
          <Chips {...props} control={control} />
          <FieldOptions label={label} none={none} />
        </Combobox.Root>
      )}
    </Field>
  );
}

function Chips({
  chosen,
  removeLabel,
  control,
}: Pick<NamesChoiceProps, 'chosen' | 'removeLabel'> & { readonly control: { readonly id: string } }) {
  const { t } = useTexts();
  const search = useRef<HTMLInputElement>(null);
  useSearchShortcut(search);
  return (
    <Combobox.InputGroup className="chips-input">
      <Combobox.Chips className="chips">
        {chosen.map((name) => (
          <Combobox.Chip key={name} className="chip" aria-label={name}>
            {name}
            <Combobox.ChipRemove className="chip-remove" aria-label={removeLabel(name)}>
              ×
            </Combobox.ChipRemove>
          </Combobox.Chip>
        ))}
        <Combobox.Input {...control} ref={search} className="chips-search" placeholder={t('report.search')} />
      </Combobox.Chips>
    </Combobox.InputGroup>
  );
}

/** Shows a name without an option, for example of a pasted body. The API says that it does not exist. */
function unknownOption(name: string): ReportField {
  return { name, description: '', unit: null, type: 'string', functions: [] };
}
