// Small tables that people write by hand: labels.csv, patients.csv, manifest.csv.

export interface TableRow {
  /** In the file, from 1 */
  readonly line: number
  readonly cells: readonly string[]
}

/** Rows of trimmed cells; comma, semicolon or tab, double quotes, empty lines and a byte order mark are understood. */
export const parseTable = (text: string): string[][] => parseNumberedTable(text).map(({ cells }) => [...cells])

/** The same, for messages that name the line. */
export function parseNumberedTable(text: string): TableRow[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((content, at) => ({ line: at + 1, content }))
    .filter(({ content }) => content.trim() !== '')
  const separator = ['\t', ';', ','].find((candidate) => lines[0]?.content.includes(candidate)) ?? ','
  return lines.map(({ line, content }) => ({ line, cells: splitLine(content, separator) }))
}

function splitLine(line: string, separator: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const character = line[at]
    if (quoted && character === '"' && line[at + 1] === '"') cell += line[++at]
    else if (character === '"') quoted = !quoted
    else if (character === separator && !quoted) {
      cells.push(cell.trim())
      cell = ''
    } else cell += character
  }
  return [...cells, cell.trim()]
}
