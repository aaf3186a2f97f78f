import type { ConditionEditorProps } from './condition-editor.tsx';

export function PlainEditor({ label, value, onChange, isInvalid }: ConditionEditorProps) {
  return (
    <textarea
      className="code"
      rows={2}
      spellCheck={false}
      aria-label={label}
      aria-invalid={isInvalid}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
