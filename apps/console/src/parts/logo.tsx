export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M9 6h14M9 26h14M11 6c0 6 4 7 5 10-1 3-5 4-5 10M21 6c0 6-4 7-5 10 1 3 5 4 5 10" />
    </svg>
  );
}
