import { Combobox } from '@base-ui/react/combobox';
import type { ReportField } from '../../report/fields.ts';
import { FieldOption } from './field-option.tsx';

interface FieldOptionsProps {
  readonly label: string;
  /** Shown when no option matches the search. */
  readonly none: string;
}

/** The list of options of a choice of fields. */
export function FieldOptions({ label, none }: FieldOptionsProps) {
  return (
    <Combobox.Portal>
      <Combobox.Positioner className="positioner" sideOffset={4}>
        <Combobox.Popup className="popup options">
          <Combobox.Empty className="options-empty">{none}</Combobox.Empty>
          <Combobox.List aria-label={label}>
            {(field: ReportField) => <FieldOption key={field.name} field={field} />}
          </Combobox.List>
        </Combobox.Popup>
      </Combobox.Positioner>
    </Combobox.Portal>
  );
}
