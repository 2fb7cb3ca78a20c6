import type { DocumentFile } from "../../actions_networks";

/** Hands a document to the browser as a file to keep. */
export function download(file: DocumentFile | null): void {
  if (file === null) return;
  const address = URL.createObjectURL(new Blob([file.text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file.name;
  link.click();
  // Some browsers begin to read it only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
