/** The mark: two nodes and the one they make. */
export function Brand() {
  return (
    <a class="brand" href="/" aria-label="Vitrine, start">
      <svg viewBox="0 0 22 22" width="22" height="22" aria-hidden="true" focusable="false">
        <path class="brand-edge" d="M5 5.5 16.5 11M5 16.5 16.5 11" />
        <circle class="brand-negative" cx="5" cy="5.5" r="3" />
        <circle class="brand-positive" cx="5" cy="16.5" r="3" />
        <circle class="brand-value" cx="16.5" cy="11" r="4" />
      </svg>
      <span>Vitrine</span>
    </a>
  );
}
