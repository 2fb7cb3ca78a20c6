import { formatFull, formatValue } from "../format";

/** A value rounded for reading; hovering and copying give all of its digits. */
export function Value({ of, significant = 4 }: { of: number; significant?: number }) {
  const full = formatFull(of);
  return (
    <span
      class="value"
      title={full}
      onCopy={(event) => {
        event.clipboardData?.setData("text/plain", full);
        event.preventDefault();
      }}
    >
      {formatValue(of, significant)}
    </span>
  );
}
