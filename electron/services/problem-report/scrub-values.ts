// The same for JSON: numbers and yes or no stay, texts are scrubbed, and fields that hold a name hold its pseudonym.
import type { Pseudonyms, Kind } from './pseudonyms.ts'
import { LEFT_OUT, type Scrubber } from './scrub-text.ts'

/** Fields that hold nothing but a name. */
const NAME_FIELDS: Readonly<Record<string, Kind>> = {
  caseId: 'case',
  dataset: 'dataset',
  patient: 'patient',
  run: 'run',
  labelsFrom: 'dataset',
}
/** How a card or a processor is called by its maker, and the names of what is measured. */
const PLAIN_FIELDS = new Set(['devices', 'versions'])
/** Hashes recognise an image; addresses and names of machines are nobody's business. */
const LEFT_OUT_FIELDS = new Set([
  'imageHash',
  'fileHash',
  'fingerprint',
  'host',
  'identity',
  'segmentation',
  'root',
  'node',
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
    if (Array.isArray(value)) return value.map((each: unknown) => scrub(each, field))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, each]: [string, unknown]) => {
        if (LEFT_OUT_FIELDS.has(key)) return [key, LEFT_OUT]
        return PLAIN_FIELDS.has(key) ? [key, foreignOf(each, scrubber)] : [scrubber.text(key), scrub(each, key)]
      }),
    )
  }
  return scrub
}

function foreignOf(value: unknown, scrubber: Scrubber): unknown {
  if (typeof value === 'string') return scrubber.foreign(value)
  if (Array.isArray(value)) return value.map((each: unknown) => foreignOf(each, scrubber))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [key, foreignOf(each, scrubber)]),
  )
}
