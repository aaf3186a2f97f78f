import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import type { ReportField } from '../../report/fields.ts';
import { completionsAt } from '../../report/filter-completion.ts';
import type { ConditionEditorProps } from './condition-editor.tsx';
import { conditionMarks, markFault } from './condition-marks.ts';
import { editorTheme } from './editor-theme.ts';

type Shown = Pick<ConditionEditorProps, 'label' | 'value' | 'faultAt' | 'isInvalid'>;

export interface OpenEditor {
  /** Shows other properties. A value that the user typed is not set again. */
  update(shown: Shown): void;
  close(): void;
}

/** Opens an editor of a condition in a shadow root. */
export function openEditor(
  root: ShadowRoot,
  {
    initial,
    onChange,
    fields,
  }: {
    readonly initial: Shown;
    readonly onChange: (value: string) => void;
    readonly fields: () => readonly ReportField[];
  },
): OpenEditor {
  const attributes = new Compartment();
  let value = initial.value;
  const report = (view: EditorView) => {
    const typed = view.state.doc.toString();
    if (view.composing || typed === value) return;
    value = typed;
    onChange(typed);
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: initial.value,
      extensions: [extensionsOf(fields, report), attributes.of(attributesOf(initial))],
    }),
  });
  let shown = initial;
  const update = (next: Shown) => {
    if (next.value !== value) {
      value = next.value;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
    }
    if (next.label !== shown.label || next.isInvalid !== shown.isInvalid)
      view.dispatch({ effects: attributes.reconfigure(attributesOf(next)) });
    view.dispatch({ effects: markFault.of(next.value === view.state.doc.toString() ? next.faultAt : null) });
    shown = next;
  };
  return { update, close: () => view.destroy() };
}

function extensionsOf(fields: () => readonly ReportField[], report: (view: EditorView) => void): Extension {
  return [
    history(),
    autocompletion({ override: [(context) => complete(context, fields())], icons: false }),
    // Tab leaves the editor, as it leaves every field.
    keymap.of([...defaultKeymap, ...historyKeymap]),
    EditorView.lineWrapping,
    EditorView.updateListener.of(({ docChanged, view }) => docChanged && report(view)),
    EditorView.domEventHandlers({
      beforeinput: replaceSelection,
      // CodeMirror still composes while it handles the event.
      compositionend: (_event, view) => void window.setTimeout(() => report(view)),
    }),
    conditionMarks,
    editorTheme,
  ];
}

/** Chromium would keep the colours of a replaced text by an inline style, which the content policy refuses. */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
  const { inputType, data, isComposing } = event;
  if (inputType !== 'insertText' || data === null || isComposing || view.state.selection.main.empty)
    return false;
  view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type' });
  event.preventDefault();
  return true;
}

function attributesOf({ label, isInvalid }: Shown): Extension {
  return EditorView.contentAttributes.of({
    ...{ 'aria-label': label, 'aria-invalid': String(isInvalid), spellcheck: 'false' },
    ...{ autocapitalize: 'off', autocorrect: 'off' },
  });
}

function complete(context: CompletionContext, fields: readonly ReportField[]): CompletionResult | null {
  const completions = completionsAt(context.state.doc.toString(), context.pos, fields);
  if (completions === null || completions.options.length === 0) return null;
  return {
    from: completions.from,
    options: completions.options.map(({ label, kind, detail }) => ({
      label,
      type: kind,
      ...(detail === null ? {} : { info: detail }),
    })),
    validFor: /^\w*$/,
  };
}
