// How the command line writes: aligned tables, durations, numbers, and colour where it is wanted.

export type Style = {
  bold: (text: string) => string
  dim: (text: string) => string
  red: (text: string) => string
  yellow: (text: string) => string
  green: (text: string) => string
}

/** Colour only on a terminal, and never with NO_COLOR set (https://no-color.org). */
export function styleFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Style {
  const isColoured = stream.isTTY === true && !environment['NO_COLOR']
  const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { bold: paint(1), dim: paint(2), red: paint(31), yellow: paint(33), green: paint(32) }
}

/** Columns as wide as their widest cell, two spaces apart; a column of numbers is aligned to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)))
  const isNumeric = header.map((_, column) => rows.length > 0 && rows.every((row) => /^[\d.,–-]*%?$/.test(row[column])))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd()
  return [style.bold(line(header)), ...rows.map(line)].join('\n')
}

/** @example duration(200) === '3 min 20 s' */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** Dice and surface Dice: 0 to 1 with three digits everywhere, as the trainer's progress says them. */
export function score(value: number | null): string {
  return decimal(value, 3)
}

/** A dash for what was not measured. */
export function decimal(value: number | null, digits = 1): string {
  return value === null ? '–' : value.toFixed(digits)
}

/** @example count(1, 'case') === '1 case'; count(3, 'case') === '3 cases' */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
