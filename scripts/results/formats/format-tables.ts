// The outcome of every file as a table: neighbours in one folder with the same outcome share a row.
import { basename, dirname, relative, sep } from 'node:path'
import type { FileOutcome, Outcome } from './read-every-file.ts'

const MOST_NAMED = 4

/** What to do next is left out: here nobody does it. */
const ADVICE = /\. (Re-export|Choose|Copy|Export|Convert|Extract).*$/s

export function tableOf(files: readonly FileOutcome[], root: string, confirmed: ReadonlyMap<string, string>): string {
  const rows = files.map(({ path, outcome }) => ({
    folder: relative(root, dirname(path)).split(sep).join('/'),
    name: basename(path),
    outcome: describe(outcome, path),
    confirmed: confirmed.get(path) ?? '',
  }))
  const groups = Map.groupBy(rows, (row) => [row.folder, row.outcome, row.confirmed].join('\n'))
  const lines = [...groups.values()].map((same) => {
    const [first] = same
    const place = first.folder === '' ? '' : `${first.folder}: `
    return `| ${place}${namesOf(same.map(({ name }) => name))} | ${cell(first.outcome)} | ${cell(first.confirmed)} |`
  })
  return ['| file | outcome | confirmed |', '| --- | --- | --- |', ...lines].join('\n')
}

function describe(outcome: Outcome, path: string): string {
  if (outcome.kind === 'segments') return `named structures: ${outcome.voxels.length}`
  if (outcome.kind === 'error') {
    const said = outcome.message.replaceAll(`${path} `, '').replaceAll(path, basename(path)).replace(ADVICE, '')
    return `refused: ${said.replace(/\.$/, '')}`
  }
  const { shape, spacingMm } = outcome.geometry
  return `read: ${shape.join(' x ')}, ${spacingMm.map((mm) => Number(mm.toPrecision(4))).join(' x ')} mm`
}

const namesOf = (names: readonly string[]): string =>
  names.length <= MOST_NAMED
    ? names.map((name) => `\`${name}\``).join(', ')
    : `\`${names[0]}\` to \`${names.at(-1)}\` (${names.length} files)`

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

export interface Tally {
  readonly files: number
  readonly images: number
  readonly structures: number
  readonly refused: number
  /** Ended in a way that no person should see */
  readonly crashed: number
}

export function tallyOf(files: readonly FileOutcome[]): Tally {
  const count = (test: (outcome: Outcome) => boolean): number => files.filter(({ outcome }) => test(outcome)).length
  return {
    files: files.length,
    images: count(({ kind }) => kind === 'image'),
    structures: count(({ kind }) => kind === 'segments'),
    refused: count((outcome) => outcome.kind === 'error' && outcome.code !== 'internal'),
    crashed: count((outcome) => outcome.kind === 'error' && outcome.code === 'internal'),
  }
}
