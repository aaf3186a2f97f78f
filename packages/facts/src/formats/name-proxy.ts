/** How the facts of an access log get their `apiproxy`. */
export type ProxyNaming =
  | { readonly kind: 'fixed'; readonly name: string }
  /** The segment of the request path with this number, counted from 1. */
  | { readonly kind: 'path'; readonly segment: number };

/** Null when the path has no such segment, or there is no path. */
export function nameProxy(naming: ProxyNaming, requestPath: string | null): string | null {
  if (naming.kind === 'fixed') return naming.name;
  if (requestPath === null || !requestPath.startsWith('/')) return null;
  return requestPath.split('/', naming.segment + 1)[naming.segment] || null;
}
