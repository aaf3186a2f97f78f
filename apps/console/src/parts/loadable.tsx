import { useEffect, useState, type ComponentType } from 'react';

/**
 * Returns a component that is loaded when it is first shown, and shows nothing until then. React's `lazy` shows it up to
 * 300 ms after it is there, because `Suspense` delays what follows a fallback.
 */
export function loadable<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Loadable(props: Props) {
    const [Loaded, setLoaded] = useState<ComponentType<Props> | null>(() => loaded);
    const [error, setError] = useState<Error | null>(null);
    useEffect(() => {
      if (loaded !== null) return;
      const show = async () => {
        try {
          const component = await load();
          loaded = component;
          setLoaded(() => component);
        } catch (failure) {
          setError(failure instanceof Error ? failure : new Error(String(failure)));
        }
      };
      void show();
    }, []);
    // For the boundary around the page, as `lazy` does.
    if (error !== null) throw error;
    return Loaded && <Loaded {...props} />;
  };
}
