import { useEffect, useRef } from 'react';
import { openEditor, type OpenEditor } from './open-editor.ts';
import type { ConditionEditorProps } from './condition-editor.tsx';

/** CodeMirror in a shadow root: there it makes style sheets that the content policy allows. */
export function CodeEditor(props: ConditionEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<OpenEditor | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
    editor.current?.update(props);
  });
  useEffect(() => {
    if (host.current === null) return undefined;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    const opened = openEditor(root, {
      initial: latest.current,
      onChange: (value) => latest.current.onChange(value),
      fields: () => latest.current.fields,
    });
    editor.current = opened;
    return () => {
      editor.current = null;
      opened.close();
    };
  }, []);
  return <div ref={host} className="condition-editor" data-invalid={props.isInvalid} />;
}
