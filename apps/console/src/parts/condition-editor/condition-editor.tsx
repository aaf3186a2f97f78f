import { lazy, Suspense } from 'react';
import type { ReportField } from '../../report/fields.ts';
import { PlainEditor } from './plain-editor.tsx';
import './condition-editor.css';

export interface ConditionEditorProps {
  readonly label: string;
  readonly value: string;
  /** Not called while an input method composes. */
  readonly onChange: (value: string) => void;
  /** Names that may stand in the condition. */
  readonly fields: readonly ReportField[];
  /** Where the API found the fault, in UTF-16 units. */
  readonly faultAt: number | null;
  readonly isInvalid: boolean;
}

// The editor is larger than the rest of the form. Without it, such as after an upgrade of the server, a text area edits.
const CodeEditor = lazy(async () => {
  try {
    return { default: (await import('./code-editor.tsx')).CodeEditor };
  } catch {
    return { default: PlainEditor };
  }
});

/** Edits a condition in the filter language. */
export function ConditionEditor(props: ConditionEditorProps) {
  return (
    <Suspense fallback={<div className="condition-editor" aria-busy="true" />}>
      <CodeEditor {...props} />
    </Suspense>
  );
}
