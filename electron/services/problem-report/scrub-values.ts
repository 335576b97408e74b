// The same for JSON: numbers and yes or no stay, texts are scrubbed, and fields that hold a name hold its pseudonym.
import { LEFT_OUT } from './harmless-tokens.ts'
import type { Pseudonyms, Kind } from './pseudonyms.ts'
import type { Scrubber } from './scrub-text.ts'

/** Fields that hold nothing but a name. */
const NAME_FIELDS: Readonly<Record<string, Kind>> = {
  caseId: 'case',
  dataset: 'dataset',
  patient: 'patient',
  run: 'run',
  labelsFrom: 'dataset',
}
/** What an error adds to its message in `details` may be anything; a longer number may be somebody's, but for sizes. */
const LONG_NUMBER = 100_000
const OUR_NUMBERS = new Set(['seq', 'step', 'steps', 'seed', 'done', 'total', 'pid', 'maxPatchVoxels'])
const IS_SIZE = /bytes$|(Mb|Gb|Ms|Seconds)$/i
/** How a card or a processor is called by its maker, and the names of what is measured. */
const PLAIN_FIELDS = new Set(['devices', 'versions'])
/** Hashes and volumes recognise an image; addresses and names of machines are nobody's business. */
const LEFT_OUT_FIELDS = new Set([
  'imageHash',
  'fileHash',
  'fingerprint',
  'host',
  'identity',
  'segmentation',
  'root',
  'node',
  'volumeMl',
  'voxels',
])

export type ScrubValue = (value: unknown, field?: string) => unknown

export function createValueScrubber(
  pseudonyms: Pseudonyms,
  scrubber: Scrubber,
  ownOrgans: ReadonlySet<string>,
): ScrubValue {
  const organ = (id: string): string => (ownOrgans.has(id) ? id : pseudonyms.of('organ', id))
  const scrub: ScrubValue = (value, field = '') => {
    if (typeof value === 'string') {
      if (field === 'organ' || field === 'organs') return organ(value)
      const kind = Object.hasOwn(NAME_FIELDS, field) ? NAME_FIELDS[field] : undefined
      return kind ? pseudonyms.of(kind, value) : scrubber.text(value)
    }
    if (typeof value === 'number') return isSomebodys(value, field) ? LEFT_OUT : value
    if (Array.isArray(value)) return value.map((each: unknown) => scrub(each, field))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, each]: [string, unknown], at) => {
        if (LEFT_OUT_FIELDS.has(key)) return [key, LEFT_OUT]
        if (PLAIN_FIELDS.has(key)) return [key, machineOf(each, scrubber)]
        const told = scrubber.text(key)
        // Two keys that are not told must not become one.
        return [told.includes(LEFT_OUT) ? `${LEFT_OUT} ${at}` : told, scrub(each, key)]
      }),
    )
  }
  return scrub
}

const isSomebodys = (value: number, field: string): boolean =>
  Object.hasOwn(NAME_FIELDS, field) ||
  (Math.abs(value) >= LONG_NUMBER && !IS_SIZE.test(field) && !OUR_NUMBERS.has(field))

function machineOf(value: unknown, scrubber: Scrubber): unknown {
  if (typeof value === 'string') return scrubber.machine(value)
  if (Array.isArray(value)) return value.map((each: unknown) => machineOf(each, scrubber))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [scrubber.text(key), machineOf(each, scrubber)]),
  )
}
