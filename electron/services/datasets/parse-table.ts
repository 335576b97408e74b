// Small tables that people write by hand: labels.csv, patients.csv.

/** Rows of trimmed cells; comma, semicolon or tab, double quotes, empty lines and a byte order mark are understood. */
export function parseTable(text: string): string[][] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
  const separator = ['\t', ';', ','].find((candidate) => lines[0]?.includes(candidate)) ?? ','
  return lines.map((line) => splitLine(line, separator))
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
