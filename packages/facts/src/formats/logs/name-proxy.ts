/** The source of `apiproxy` for the facts of an access log. */
export type ProxyNaming =
  | { readonly kind: 'fixed'; readonly name: string }
  /** The segment of the request path with this number, counted from 1. */
  | { readonly kind: 'path'; readonly segment: number };

/** Returns the value of `apiproxy`. Null if there is no path, or it has no such segment. */
export function nameProxy(naming: ProxyNaming, requestPath: string | null): string | null {
  if (naming.kind === 'fixed') return naming.name;
  if (requestPath === null || !requestPath.startsWith('/')) return null;
  return requestPath.split('/', naming.segment + 1)[naming.segment] || null;
}
