import { useRef, useState } from 'react';
import type { ReportField } from '../../../report/fields.ts';
import { operatorsOf, type FilterChip, type OperatorsOf } from '../../../report/filter-chips.ts';
import { withItem } from '../../../report/report-body.ts';
import { useTexts } from '../../../text/texts.tsx';
import { ConditionForm } from './condition-form.tsx';
import { chipText } from './chip-text.ts';

export interface FilterChipsProps {
  readonly chips: readonly FilterChip[];
  readonly fields: readonly ReportField[];
  readonly onChange: (chips: readonly FilterChip[]) => void;
  /** The operators of a type of fields; those of reports by default. */
  readonly operators?: OperatorsOf;
}

/** The conditions, and a form for the one that is edited or added. */
export function FilterChips({ chips, fields, onChange, operators = operatorsOf }: FilterChipsProps) {
  const { t } = useTexts();
  const [edited, setEdited] = useState<number | null>(null);
  const add = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEdited(null);
    // The form with the focus is gone.
    window.setTimeout(() => add.current?.focus());
  };
  const apply = (chip: FilterChip) => {
    onChange(edited === null ? chips : withItem(chips, edited, chip));
    close();
  };
  return (
    <>
      <ChipList
        chips={chips}
        edited={edited}
        onEdit={setEdited}
        onRemove={(index) => {
          onChange(withItem(chips, index, null));
          close();
        }}
      />
      {edited === null ? (
        <button
          ref={add}
          type="button"
          className="button small start"
          onClick={() => setEdited(chips.length)}
        >
          {t('filter.add')}
        </button>
      ) : (
        <ConditionForm
          key={edited}
          initial={chips[edited] ?? null}
          fields={fields}
          operators={operators}
          onApply={apply}
          onCancel={close}
        />
      )}
    </>
  );
}

interface ChipListProps {
  readonly chips: readonly FilterChip[];
  readonly edited: number | null;
  readonly onEdit: (index: number) => void;
  readonly onRemove: (index: number) => void;
}

function ChipList({ chips, edited, onEdit, onRemove }: ChipListProps) {
  const { t } = useTexts();
  if (chips.length === 0) return null;
  return (
    <ul className="filter-chips">
      {chips.map((chip, index) => (
        <Chip
          key={index}
          text={chipText(chip, t)}
          isEdited={edited === index}
          onEdit={() => onEdit(index)}
          onRemove={() => onRemove(index)}
        />
      ))}
    </ul>
  );
}

interface ChipProps {
  readonly text: string;
  readonly isEdited: boolean;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function Chip({ text, isEdited, onEdit, onRemove }: ChipProps) {
  const { t } = useTexts();
  return (
    <li className="chip">
      <button
        type="button"
        className="chip-edit"
        aria-expanded={isEdited}
        aria-label={t('filter.edit', { condition: text })}
        onClick={onEdit}
      >
        {text}
      </button>
      <button
        type="button"
        className="chip-remove"
        aria-label={t('filter.remove', { condition: text })}
        onClick={onRemove}
      >
        ×
      </button>
    </li>
  );
}
