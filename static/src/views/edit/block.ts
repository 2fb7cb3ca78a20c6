/** Reading a block of numbers as a spreadsheet puts it on the clipboard, and writing one. */

import { type Reading, readTyped } from "../inputs";

export type Block = { values: number[][] } | { problem: string };

/** Digits, one comma, digits: a decimal comma, or two cells of a CSV file. */
const COMMA_NUMBER = /^[-+−]?\d+,\d+(e[+-]?\d+)?$/i;

/** The cells of one line; null where nobody can tell what its commas mean. */
function cutter(lines: readonly string[]): ((line: string) => string[]) | null {
  const all = lines.join("\n");
  if (all.includes("\t")) return (line) => line.split("\t");
  if (all.includes(";")) return (line) => line.split(";");
  const words = (line: string) => line.trim().split(/\s+/);
  if (!all.includes(",")) return words;
  // "0,5 0,7": spaces stand between the cells, so the commas are decimal ones.
  if (lines.every((line) => words(line).every((word) => COMMA_NUMBER.test(word) || !word.includes(",")))) {
    if (lines.length === 1 || lines.some((line) => words(line).length > 1)) return words;
    return null;
  }
  return (line) => line.replace(/,\s*$/, "").split(",");
}

/** Reads cells between tabs, semicolons, commas or spaces. `read` says what one cell may be. */
export function readBlock(text: string, read: (text: string) => Reading = (cell) => readTyped(cell, false)): Block {
  const lines = text.replace(/\s+$/, "").split(/\r\n|\r|\n/);
  if (lines.join("").trim() === "") return { problem: "There is nothing to paste." };
  const cut = cutter(lines);
  if (cut === null) {
    return {
      problem:
        "The commas may stand in numbers or between them. Copy the cells from the spreadsheet itself, or put tabs or semicolons between them.",
    };
  }
  const values: number[][] = [];
  for (const [row, line] of lines.entries()) {
    const numbers: number[] = [];
    for (const [column, cell] of cut(line).entries()) {
      const content = cell.trim().replace(/^"(.*)"$/, "$1");
      const reading = read(content);
      if ("expected" in reading) {
        const found = content === "" ? "is empty" : `is "${content.slice(0, 24)}"`;
        return { problem: `Row ${row + 1}, column ${column + 1} ${found}; expected ${reading.expected}.` };
      }
      numbers.push(reading.value);
    }
    if (numbers.length !== (values[0]?.length ?? numbers.length)) {
      return {
        problem: `Row ${row + 1} has ${numbers.length} cells, but the first row has ${values[0]?.length}; expected a rectangle.`,
      };
    }
    values.push(numbers);
  }
  return { values };
}

/** Rows of numbers at full precision, as spreadsheets read them. */
export function writeBlock(rows: readonly (readonly number[])[]): string {
  return rows.map((row) => row.join("\t")).join("\n");
}
